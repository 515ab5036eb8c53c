"""A take that copies a training piece is made again, and what cannot be avoided is told."""

from collections.abc import Iterable

import pytest

from bridge.messages.settings import Settings
from bridge.midi.instruments import Instrument
from bridge.midi.notes import MetreChange, Note, Score, TempoChange
from export.originality.index import OriginalityIndex
from export.originality.lines import lines_of
from export.originality.sampling import build_table, piece_of
from export.runtime.artefact import Artefact
from export.runtime.decoder import Decoder
from export.sketch.prompt import Prompt, span_of_bars
from export.sketch.proposals import MOST_TRIES, Proposal, Proposals

LIMIT = 24
SCORE = Score(
    tuple(Note(24 * i, Instrument.PIANO, 60 + i, 24 * i + 20, 80) for i in range(8)),
    (TempoChange(0, 90.0),),
    (MetreChange(0, 4, 4),),
)
SETTINGS = Settings(seed=1, temperature=1.0)


def index_of_takes(takes: Iterable[Proposal]) -> OriginalityIndex:
    pieces = [piece_of(f"Piece {take.index}", lines_of(take.notes)) for take in takes]
    return OriginalityIndex(build_table(pieces, LIMIT))


class Making:
    """Takes of one prompt."""

    def __init__(self, artefact: Artefact) -> None:
        decoder = Decoder(artefact, device="cpu", threads=1)
        self.prompt = Prompt(artefact, decoder, SCORE, span_of_bars(SCORE, 60), SETTINGS)

    def takes(
        self,
        count: int,
        pieces: OriginalityIndex | None = None,
        settings: Settings = SETTINGS,
        *,
        original: bool = True,
    ) -> list[Proposal]:
        making, found = Proposals(self.prompt, settings, count, pieces, original=original), []
        while not making.done:
            proposal = making.step()
            if proposal is not None:
                found.append(proposal)
        return found


@pytest.fixture(scope="module")
def making(exact: Artefact) -> Making:
    return Making(exact)


@pytest.fixture(scope="module")
def plain(making: Making) -> list[Proposal]:
    """Return two takes that are made without an index."""
    return making.takes(2)


def test_a_copy_is_made_again(making: Making, plain: list[Proposal]) -> None:
    [take] = making.takes(1, index_of_takes(plain[:1]))
    assert take.run is None
    assert take.notes != plain[0].notes
    assert take.settings.seed == plain[1].settings.seed
    assert take.settings.temperature > SETTINGS.temperature


def test_the_settings_of_the_new_take_reproduce_it(making: Making, plain: list[Proposal]) -> None:
    pieces = index_of_takes(plain[:1])
    [take] = making.takes(1, pieces)
    [again] = making.takes(1, pieces, take.settings)
    assert again.notes == take.notes


def test_a_copy_is_only_told_if_that_is_wanted(making: Making, plain: list[Proposal]) -> None:
    [take] = making.takes(1, index_of_takes(plain[:1]), original=False)
    assert take.notes == plain[0].notes
    assert take.run is not None
    assert take.run.title == "Piece 0"
    assert LIMIT < take.run.notes <= len(take.notes)


def test_other_takes_are_as_without_an_index(making: Making, plain: list[Proposal]) -> None:
    others = making.takes(2, index_of_takes(making.takes(1, settings=Settings(seed=9))))
    assert others == plain


def test_after_all_tries_the_least_copy_is_told(making: Making) -> None:
    tries: list[Proposal] = []
    while len(tries) < MOST_TRIES:  # each time one more of its tries is a copy
        [take] = making.takes(1, index_of_takes(tries) if tries else None)
        tries.append(take)
    [take] = making.takes(1, index_of_takes(tries))
    assert take.run is not None
    assert take.notes in [each.notes for each in tries]
    runs = [
        making.takes(1, index_of_takes(tries), each.settings, original=False)[0].run
        for each in tries
    ]
    assert take.run.notes == min(run.notes for run in runs if run is not None)
