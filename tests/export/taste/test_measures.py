"""Each measure of a take grows with what its name says, and only with that."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.history.takes import Span
from bridge.midi.instruments import Instrument
from bridge.midi.notes import MetreChange, Note, Score
from export.taste.measures import SPREADS, TakeMeasures

PIANO, BASS, DRUMS = Instrument.PIANO, Instrument.BASS, Instrument.DRUMS
BAR = 192
SPAN = Span(BAR, 2 * BAR)
SCALE = (60, 62, 64, 65, 67, 65, 64, 62)


def line(
    pitches: Sequence[int] = SCALE,
    begin: int = BAR,
    step: int = 24,
    length: int = 24,
    velocities: Sequence[int] = (80,),
) -> list[Note]:
    """Return a melody of a piano, one note every `step` ticks."""
    return [
        Note(at, PIANO, pitch, at + length, velocities[number % len(velocities)])
        for number, pitch in enumerate(pitches)
        for at in [begin + step * number]
    ]


PROMPT = Score(tuple(line(begin=0)), (), (MetreChange(0, 4, 4),))


def measured(
    notes: Sequence[Note], critic: float = 0.0, before: Score = PROMPT
) -> dict[str, float]:
    row = TakeMeasures(before, SPAN).row(sorted(notes), critic)
    return dict(zip(SPREADS, row, strict=True))


PLAIN = line()
MORE = {
    "density": PLAIN + [Note(BAR, DRUMS, 42, BAR + 6, 80)] * 8,
    "range": line([*SCALE[:-1], 48]),
    "register": line([pitch + 12 for pitch in SCALE]),
    "syncopation": line(begin=BAR + 24, step=48),
    "length": line(length=48),
    "chords": PLAIN + line([pitch - 12 for pitch in SCALE]),
    "loudness": line(velocities=(100,)),
    "dynamics": line(velocities=(60, 100)),
    "rests": line(length=12),
    "ending": [*PLAIN[:-1], Note(BAR + 168, PIANO, 62, BAR + 240, 80)],
}
LESS = {
    "steps": line([60, 67, 60, 67, 60, 67, 60, 67]),
    "consonance": line([pitch + 1 for pitch in SCALE]),
    "legato": line(length=12),
    "motifs": line([60, 64, 67, 64, 62, 60, 67, 60]),
}


@pytest.mark.parametrize("name", MORE)
def test_a_measure_grows_with_what_it_names(name: str) -> None:
    assert measured(MORE[name])[name] > measured(PLAIN)[name]


@pytest.mark.parametrize("name", LESS)
def test_a_measure_falls_without_what_it_names(name: str) -> None:
    assert measured(LESS[name])[name] < measured(PLAIN)[name]


def test_every_measure_is_tried() -> None:
    assert {"critic", *MORE, *LESS} == set(SPREADS)


def test_the_values_are_those_of_the_definitions() -> None:
    found = measured(PLAIN, critic=-0.5)
    assert found["critic"] == -0.5
    assert found["density"] == pytest.approx(1.585, abs=1e-3)  # two notes a quarter: log2 of 3
    assert (found["range"], found["register"]) == (7, 63.625)
    assert (found["steps"], found["legato"], found["motifs"], found["rests"]) == (1, 1, 1, 0)
    assert found["consonance"] == pytest.approx(1)
    assert found["length"] == found["ending"] == -1  # eighths
    assert found["chords"] == 1
    assert found["syncopation"] == pytest.approx(1 / 8)  # the last one, before the next bar line


def test_free_time_has_no_syncopation() -> None:
    free = Score(PROMPT.notes, grid=False)
    assert measured(MORE["syncopation"], before=free)["syncopation"] == 0


def test_a_beat_of_six_eighths_is_three() -> None:
    compound = Score(PROMPT.notes, (), (MetreChange(0, 6, 8),))
    on_beats = line([60, 62], step=72)
    assert measured(on_beats, before=compound)["syncopation"] == 0
    assert measured(on_beats)["syncopation"] > 0


NOTES = st.builds(
    lambda at, kind, pitch, length, velocity: Note(
        BAR + at, kind, pitch, BAR + at + length, velocity
    ),
    st.integers(0, 191),
    st.sampled_from((PIANO, BASS, DRUMS)),
    st.integers(0, 127),
    st.integers(0, 400),
    st.integers(1, 127),
)


@given(st.lists(NOTES, max_size=40), st.booleans())
def test_any_notes_have_a_finite_row(notes: list[Note], grid: bool) -> None:  # noqa: FBT001 - drawn
    before = Score(tuple(sorted(notes)), (), (MetreChange(0, 3, 8),), grid)
    found = measured(notes, before=before)
    assert all(abs(value) < 1e4 for value in found.values())
    for share in ("steps", "syncopation", "legato", "motifs", "rests"):
        assert 0 <= found[share] <= 1
    assert -1e-9 <= found["consonance"] <= 1 + 1e-9
