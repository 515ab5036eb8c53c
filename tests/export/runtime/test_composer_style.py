"""What the composer leaves out: instruments that its style never has."""

from collections.abc import Iterable
from dataclasses import replace

import numpy as np
import pytest

from bridge.messages.composer import Configure, Generate, Onset, PlayerEvents, Reset, Speculate
from bridge.messages.settings import Settings, Style
from bridge.midi.instruments import Instrument
from export.runtime.artefact import Artefact
from export.runtime.composer import Composer
from export.runtime.decoder import Decoder
from model.decoding.grammar import multi_hot

PIANO, BASS, DRUMS = Instrument.PIANO, Instrument.BASS, Instrument.DRUMS
CHOPIN: Style = (("chopin", 1.0),)
ASKED = Generate(1, 120, 312, 312, (PIANO, BASS, DRUMS), accompany=True)


@pytest.fixture
def artefact(exact: Artefact) -> Artefact:
    """Return an artefact whose Chopin has the piano, and whose bossa nova has all three."""
    shares = {"chopin": {PIANO: 1.0, BASS: 0.01}, "bossa nova": {PIANO: 0.5, BASS: 1.0, DRUMS: 1.0}}
    return replace(exact, instrument_shares=shares)


def playing(artefact: Artefact, settings: Settings, *player: Instrument) -> Composer:
    composer = Composer(artefact, Decoder(artefact, device="cpu", threads=1))
    events = tuple(Onset(10 * n, kind, 60, 80) for n, kind in enumerate(player))
    for message in (Reset(), Configure(settings), PlayerEvents(events)):
        composer.receive(message)
    return composer


def played(composer: Composer) -> set[Instrument]:
    """Return the instruments of the onsets, and of those that are expected of the player."""
    found = set[Instrument]()
    while composer.is_busy:
        composed = composer.step()
        if composed is not None:
            events = (*composed.events, *composed.imagined)
            found |= {event.instrument for event in events if isinstance(event, Onset)}
    return found


def told(composer: Composer) -> Iterable[float]:
    """Return the vector of the instruments that the network is told of."""
    vector: Iterable[float] = composer._decoder.allowed.tolist()  # noqa: SLF001
    return vector


def vector_of(artefact: Artefact, *kinds: Instrument) -> Iterable[float]:
    vector: Iterable[float] = (
        (multi_hot(kinds) @ artefact.instrument_vectors).astype(np.float32).tolist()
    )
    return vector


def test_an_instrument_that_the_style_never_has_is_left_out(artefact: Artefact) -> None:
    composer = playing(artefact, Settings(style=CHOPIN), Instrument.FLUTE)
    composer.receive(ASKED)
    assert told(composer) == vector_of(artefact, Instrument.FLUTE, PIANO)
    assert played(composer) <= {PIANO, Instrument.FLUTE}


def test_what_the_player_plays_stays(artefact: Artefact) -> None:
    composer = playing(artefact, Settings(style=CHOPIN), BASS)
    composer.receive(ASKED)
    assert told(composer) == vector_of(artefact, PIANO, BASS)


@pytest.mark.parametrize(
    "settings",
    [
        Settings(style=CHOPIN, instruments=(PIANO, BASS, DRUMS)),
        Settings(style=(("chopin", 1.0), ("bossa nova", 1.0))),
        Settings(style=(("chopin", 1.0), ("bach", 1.0))),
        Settings(),
    ],
    ids=["chosen", "blended", "unknown shares", "no style"],
)
def test_nothing_else_is_left_out(artefact: Artefact, settings: Settings) -> None:
    composer = playing(artefact, settings)
    composer.receive(ASKED)
    assert told(composer) == vector_of(artefact, PIANO, BASS, DRUMS)


def test_if_nothing_would_be_left_all_stay(artefact: Artefact) -> None:
    composer = playing(artefact, Settings(style=CHOPIN), PIANO)
    composer.receive(replace(ASKED, instruments=(BASS, DRUMS)))
    assert told(composer) == vector_of(artefact, PIANO, BASS, DRUMS)


def test_a_speculation_leaves_out_the_same(artefact: Artefact) -> None:
    settings = Settings(style=CHOPIN, candidates=1)
    composer = playing(artefact, settings)
    composer.receive(Speculate(ASKED))
    assert told(composer) == vector_of(artefact, PIANO)
    assert played(composer) == set()
    read = composer.unread
    composer.receive(ASKED)
    assert (composer.unread, told(composer)) == (read, vector_of(artefact, PIANO))
    assert played(composer) == {PIANO}


def test_another_style_brings_its_instruments_back(artefact: Artefact) -> None:
    composer = playing(artefact, Settings(style=CHOPIN))
    composer.receive(Speculate(ASKED))
    composer.receive(Configure(Settings(style=(("bossa nova", 1.0),))))
    assert told(composer) == vector_of(artefact, PIANO, BASS, DRUMS)
