"""Measures of what a musician notices, on music whose figures are known."""

import math
from collections.abc import Iterable
from dataclasses import replace

import numpy as np
import pytest

from bridge.midi.instruments import Instrument
from bridge.midi.notes import Note
from model.evaluation.musicality import (
    Excerpt,
    figures,
    half_bar_chroma,
    key_of,
    length_limits,
    lowest_notes,
)

PIANO, BASS, DRUMS = Instrument.PIANO, Instrument.BASS, Instrument.DRUMS
BAR, BARS = 192, 8
TRIADS = {"C": (60, 64, 67), "G": (67, 71, 74), "Am": (69, 72, 76), "F": (65, 69, 72)}
ROOTS = {"C": 36, "G": 43, "Am": 45, "F": 41}
SONG = ("C", "G", "Am", "F") * 2


def band(chords: Iterable[str], begin_bar: int, *, late: int = 0) -> tuple[Note, ...]:
    """Return a chord and a root in half notes, and a drum in quarters, for a chord a bar."""
    notes = []
    for bar, name in enumerate(chords, begin_bar):
        tick = bar * BAR + late
        notes += [Note(tick, PIANO, pitch, tick + BAR, 80) for pitch in TRIADS[name]]
        notes += [Note(tick + at, BASS, ROOTS[name], tick + at + 96, 90) for at in (0, 96)]
        notes += [Note(tick + at, DRUMS, 36, tick + at + 6, 100) for at in range(0, BAR, 48)]
    return tuple(sorted(notes))


def excerpt(before: tuple[Note, ...], notes: tuple[Note, ...]) -> Excerpt:
    return Excerpt(before, tuple(sorted(notes)), BARS * BAR, BARS, BAR, (PIANO, BASS, DRUMS))


def measured(*chords: str, extra: tuple[Note, ...] = (), late: int = 0) -> dict[str, float]:
    notes = band(chords or SONG, BARS, late=late)
    return figures(excerpt(band(SONG, 0), (*notes, *extra)), {})


def test_a_band_that_goes_on_as_before() -> None:
    found = measured()
    assert found["notes"] == 9
    assert (found["drums notes"], found["bass notes"]) == (4, 2)
    assert found["bass bars"] == found["drums bars"] == found["instruments"] == 1
    assert found["in key"] == found["in prompt key"] == found["on grid"] == 1
    assert found["clash"] == 0
    assert found["polyphony"] == 4
    assert found["drum grid"] == pytest.approx(1)
    for lag in ("chroma 4", "chroma 8", "bass 4", "bass 8"):
        assert found[lag] == pytest.approx(1)
    assert found["longest"] == 4


def test_harmony_that_stands_still_is_seen() -> None:
    assert measured(*["C"] * 8)["next half bar"] == pytest.approx(1)
    assert measured()["next half bar"] < 0.8
    assert measured(*["C"] * 8)["bass 8"] == pytest.approx(0.25)


def test_a_clash_counts_by_the_eighth() -> None:
    begin = BARS * BAR
    clash = (Note(begin, PIANO, 61, begin + 96, 80),)  # a semitone over C, for four eighths
    assert measured(extra=clash)["clash"] == pytest.approx(4 / (8 * BARS))
    assert measured(extra=clash)["in key"] < 1


def test_an_instrument_that_stops_is_missed() -> None:
    notes = tuple(n for n in band(SONG, BARS) if n.instrument is not BASS or n.onset_ticks < 1920)
    found = figures(excerpt(band(SONG, 0), notes), {})
    assert found["bass bars"] == 0.25
    assert found["instruments"] == pytest.approx((1 + 1 + 0.25) / 3)


def test_long_notes_are_measured_against_the_true_ones() -> None:
    true = excerpt((), band(SONG, BARS))
    limits = length_limits([true])
    assert limits == {PIANO: 192, BASS: 96}
    begin = BARS * BAR
    held = (Note(begin, BASS, 48, begin + 4 * BAR, 90),)
    found = figures(excerpt((), (*true.notes, *held)), limits)
    assert found["longest"] == 16
    assert found["too long"] == pytest.approx(1 / 41)


def test_onsets_off_the_grid_are_seen() -> None:
    assert measured(late=5)["on grid"] == 0


def test_silence_has_no_figures_but_those_of_presence() -> None:
    found = figures(excerpt(band(SONG, 0), ()), {})
    assert found["notes"] == found["bass bars"] == found["longest"] == 0
    assert all(math.isnan(found[name]) for name in ("in key", "pitch entropy", "ending", "spread"))


@pytest.mark.parametrize("tonic", range(12))
def test_the_key_of_a_scale_is_its_scale(tonic: int) -> None:
    chroma = np.zeros(12)
    for step, weight in ((0, 4), (2, 1), (4, 3), (5, 1), (7, 3), (9, 1), (11, 1)):
        chroma[(tonic + step) % 12] = weight
    assert key_of(chroma) == {(tonic + step) % 12 for step in (0, 2, 4, 5, 7, 9, 11)}


def test_the_chroma_of_half_bars_is_time() -> None:
    chroma = half_bar_chroma([Note(48, PIANO, 60, 144, 80)], BAR, 0, 2)
    assert chroma[:, 0].tolist() == [48, 48]
    assert chroma.sum() == 96


def test_without_a_bass_the_lowest_notes_are_the_bass() -> None:
    low, high = Note(0, PIANO, 40, 96, 80), Note(0, PIANO, 64, 96, 80)
    alone = Note(96, PIANO, 70, 192, 80)
    assert lowest_notes([low, high, alone]) == [low, alone]


def test_endings_are_held_on_a_beat() -> None:
    end = 2 * BARS * BAR
    held = (Note(end - 48, PIANO, 84, end, 80),)
    blip = (Note(end - 20, PIANO, 84, end - 14, 80),)
    assert measured(extra=held)["ending"] == 1
    assert measured(extra=(*held, *blip))["ending"] == 0


def test_repeats_are_measured_in_quarter_notes() -> None:
    begin = BARS * BAR
    line = tuple(
        Note(begin + t, Instrument.FLUTE, 80, begin + t + 20, 80) for t in range(0, 192, 24)
    )
    assert figures(excerpt((), line), {})["repeats"] == 3.5


def test_in_free_time_there_is_a_pulse_and_no_bars() -> None:
    on_grid = excerpt(band(SONG, 0), band(SONG, BARS))
    found, free = figures(on_grid, {}), figures(replace(on_grid, is_free=True), {})
    assert free["pulse"] == 1
    assert free["clarity"] > 0.5
    left_out = {"drums bars", "bass bars", "instruments", "next half bar", "drum grid", "on grid"}
    left_out |= {"similarity", "ending", "chroma 4", "chroma 8", "bass 4", "bass 8"}
    assert set(found) - set(free) == left_out
    assert all(free[name] == found[name] for name in set(found) & set(free))
