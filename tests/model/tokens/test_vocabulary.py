"""The layout of the vocabulary: names, ids, events, and nearest values."""

import pytest

from bridge.midi.instruments import Instrument
from model.tokens import vocabulary as v


def test_every_token_has_a_unique_name_and_is_found_by_it() -> None:
    names = [str(v.token_of(token)) for token in range(v.SIZE)]
    assert len(set(names)) == v.SIZE
    assert v.parse_tokens(" ".join(names)) == list(range(v.SIZE))


def test_event_and_level_make_the_token_again() -> None:
    for token in range(v.SIZE):
        assert v.token_id(v.event_of(token), v.velocity_level(token)) == token
    assert [v.event_of(t) for t in range(v.SIZE)] == v.TOKEN_EVENT.tolist()


def test_tokens_are_printed_like_musenets() -> None:
    tokens = [
        v.on_id(Instrument.PIANO, 67, v.level_of(72)),
        v.wait_id(12),
        v.off_id(Instrument.PIANO, 67),
    ]
    assert v.format_tokens(tokens) == "piano:v72:G4 wait:12 piano:v0:G4"


def test_offs_and_ons_rise_with_instrument_and_pitch() -> None:
    keys = [(t.kind, t.instrument, t.pitch) for t in v.EVENTS if t.instrument is not None]
    assert keys == sorted(keys)


def test_the_vocabulary_is_frozen() -> None:
    # A change makes every artefact unusable, so it needs a new artefact.
    assert v.FINGERPRINT.startswith("fa49b83c")
    assert (v.SIZE, v.EVENT_COUNT) == (13022, 1727)


@pytest.mark.parametrize("level", range(v.VELOCITY_LEVELS))
def test_a_level_and_its_velocity_agree(level: int) -> None:
    assert v.level_of(v.velocity_of(level)) == level


def test_velocities_go_to_the_nearest_level() -> None:
    for velocity in range(1, 128):
        nearest = min(
            range(v.VELOCITY_LEVELS), key=lambda level: abs(v.velocity_of(level) - velocity)
        )
        distance = abs(v.velocity_of(v.level_of(velocity)) - velocity)
        assert distance == abs(v.velocity_of(nearest) - velocity)


@pytest.mark.parametrize("bpm,mark", [(120, 120), (90, 92), (10, 30), (999, 240), (121.9, 120)])
def test_a_tempo_goes_to_the_nearest_mark(bpm: float, mark: int) -> None:
    assert v.TEMPOS[v.tempo_step(bpm)] == mark


def test_an_unknown_metre_is_one_with_bars_of_the_same_length() -> None:
    assert v.METRES[v.metre_index(6, 16) or 0] == (3, 8)
    assert v.metre_index(11, 4) is None


@pytest.mark.parametrize("word", ["piano:v72:H4", "kazoo:v72:C4", "wait:193", "piano:v72:C9", "x"])
def test_a_word_that_is_not_a_token_is_refused(word: str) -> None:
    with pytest.raises(ValueError, match="not a token"):
        v.parse_tokens(word)


@pytest.mark.parametrize("ticks", [0, 1, 192, 193, 500])
def test_waits_add_up(ticks: int) -> None:
    assert sum(v.token_of(token).value for token in v.wait_ids(ticks)) == ticks
