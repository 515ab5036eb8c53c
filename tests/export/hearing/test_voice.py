"""One voice as one line: slides, vibrato, overtones, and notes that are struck again."""

from itertools import pairwise

import numpy as np

from export.hearing.network import Activations
from export.hearing.notes import FrameNote, Thresholds
from export.hearing.voice import is_one_voice, line_in

COUNT = 200
LOUD = np.ones(COUNT, np.float32)


def made_of(
    *parts: tuple[int, int, int, float], strokes: tuple[tuple[int, int], ...] = ()
) -> Activations:
    """Return activations: first frame, end, pitch and amount of each part; frames of strokes."""
    frames, onsets = np.zeros((2, COUNT, 88), np.float32)
    for first, end, pitch, amount in parts:
        frames[first:end, pitch - 21] = amount
    for frame, pitch in strokes:
        onsets[frame, pitch - 21] = 0.9
    return Activations(frames, onsets)


def line(heard: Activations, levels: np.ndarray = LOUD) -> list[tuple[int, int, int]]:
    found = line_in(heard, levels, Thresholds())
    assert all(a.release <= b.onset for a, b in pairwise(found))
    return [(note.onset, note.release, note.pitch) for note in found]


def test_notes_one_after_the_other_are_kept() -> None:
    strokes = ((10, 60), (60, 62), (130, 55))
    heard = made_of((10, 60, 60, 0.8), (60, 110, 62, 0.8), (130, 180, 55, 0.8), strokes=strokes)
    assert line(heard) == [(10, 60, 60), (60, 110, 62), (130, 180, 55)]
    assert isinstance(line_in(heard, LOUD, Thresholds())[0], FrameNote)


def test_the_strongest_line_has_no_overlaps_and_no_overtones() -> None:
    overtone = made_of((10, 60, 60, 0.6), (10, 60, 72, 0.4), (60, 110, 62, 0.6), (60, 110, 74, 0.5))
    assert line(overtone) == [(10, 60, 60), (60, 110, 62)]


def test_a_short_leap_to_an_octave_is_mended() -> None:
    heard = made_of((10, 50, 60, 0.7), (50, 56, 72, 0.7), (56, 110, 60, 0.7))
    assert line(heard) == [(10, 110, 60)]


def test_a_vibrato_is_one_note() -> None:
    waves = [(10 + 16 * n, 16 * n + 18, 61, 0.6) for n in range(6)]
    strokes = tuple((10 + 16 * n, 60) for n in range(6))
    assert line(made_of((10, 106, 60, 0.6), *waves, strokes=strokes)) == [(10, 106, 60)]


def test_a_note_is_struck_again_where_it_becomes_louder() -> None:
    heard = made_of((10, 110, 60, 0.8), strokes=((10, 60), (60, 60)))
    levels = LOUD.copy()
    levels[55:60] = 0.3
    assert line(heard, levels) == [(10, 60, 60), (60, 110, 60)]
    assert line(heard) == [(10, 110, 60)]


def test_a_slide_belongs_to_the_note_that_it_leads_to() -> None:
    heard = made_of((10, 60, 60, 0.8), (60, 75, 61, 0.8), (75, 120, 62, 0.8))
    assert line(heard) == [(10, 60, 60), (75, 120, 62)]


def test_silence_has_no_line() -> None:
    assert line(made_of()) == []
    empty = Activations(*np.zeros((2, 0, 88), np.float32))
    assert line_in(empty, np.zeros(0, np.float32), Thresholds()) == []


def test_one_voice_and_several_are_told_apart() -> None:
    one = made_of((10, 60, 60, 0.8), (10, 60, 72, 0.5), (60, 120, 62, 0.8), (60, 70, 63, 0.5))
    chord = made_of((10, 120, 60, 0.8), (10, 120, 64, 0.7))
    assert is_one_voice(one, 0.3)
    assert not is_one_voice(chord, 0.3)
    assert not is_one_voice(made_of(), 0.3)
