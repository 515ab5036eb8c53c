"""Notes from activations, held to a slow and obvious version of Basic Pitch's algorithm."""

import numpy as np
import pytest

from export.hearing.network import Activations
from export.hearing.notes import (
    FrameNote,
    Thresholds,
    notes_in,
    peaks,
    with_inferred_onsets,
    without_overtones,
)

Found = tuple[int, int, int, float]


def slow_notes(  # noqa: C901 - one loop, as in the source
    heard: Activations, thresholds: Thresholds
) -> list[Found]:
    """Return the notes as note_creation.py of basic_pitch 0.4.0 finds them, frame by frame."""
    frames, onsets = heard.frames, with_inferred_onsets(heard)
    count, shortest, threshold = len(frames), thresholds.shortest, thresholds.frame
    left, found = frames.copy(), list[Found]()

    def silence(frame: int, key: int) -> None:
        left[frame, max(0, key - 1) : key + 2] = 0

    def add(onset: int, release: int, key: int) -> None:
        amplitude = float(frames[onset:release, key].mean())
        found.append((onset, release, key + 21, amplitude))

    for onset in reversed(range(1, count - 1)):
        for key in reversed(range(88)):
            column = onsets[:, key]
            is_peak = column[onset] > column[onset - 1] and column[onset] > column[onset + 1]
            if not is_peak or column[onset] < thresholds.onset:
                continue
            at, quiet = onset + 1, 0
            while at < count - 1 and quiet < 11:
                quiet = quiet + 1 if left[at, key] < threshold else 0
                at += 1
            release = at - quiet
            if release - onset > shortest:
                for frame in range(onset, release):
                    silence(frame, key)
                add(onset, release, key)
    while left.max() > threshold:
        middle, key = (int(place) for place in np.unravel_index(left.argmax(), left.shape))
        left[middle, key] = 0
        ends = []
        for step, limit in ((1, count - 1), (-1, 0)):
            at, quiet = middle + step, 0
            while (limit - at) * step > 0 and quiet < 11:
                quiet = quiet + 1 if left[at, key] < threshold else 0
                silence(at, key)
                at += step
            ends.append(at - step * (1 + quiet))
        if ends[0] - ends[1] > shortest:
            add(ends[1], ends[0], key)
    return sorted(found)


def random_activations(random: np.random.Generator, count: int) -> Activations:
    """Return activations that rise and fall within some frames."""
    rough = random.random((count, 88)) ** 3
    window = np.ones(9) / 9
    smooth = np.array([np.convolve(rough[:, key], window, "same") for key in range(88)]).T
    frames = (0.9 * smooth / smooth.max()).astype(np.float32)
    onsets = (random.random((count, 88)) ** 6).astype(np.float32)
    return Activations(frames, onsets)


@pytest.mark.parametrize("shortest_ms", [30, 60, 127.7])
def test_the_notes_are_those_of_the_slow_version(shortest_ms: float) -> None:
    random, thresholds, total = np.random.default_rng(7), Thresholds(shortest_ms=shortest_ms), 0
    for count in (13, 20, 40, 90, 200):
        heard = random_activations(random, count)
        found = notes_in(heard, thresholds)
        assert [(n.onset, n.release, n.pitch, n.amplitude) for n in found] == slow_notes(
            heard, thresholds
        )
        total += len(found)
    assert total > 20


def held(first: int, end: int, key: int, count: int = 100) -> Activations:
    """Return the activations of one note with an onset."""
    frames, onsets = np.zeros((2, count, 88), np.float32)
    frames[first:end, key] = 0.8
    onsets[first, key] = 0.9
    return Activations(frames, onsets)


def test_a_note_has_its_frames_its_pitch_and_its_amplitude() -> None:
    [note] = notes_in(held(20, 50, 39), Thresholds())
    assert (note.onset, note.release, note.pitch) == (20, 50, 60)
    assert note.amplitude == pytest.approx(0.8)


def test_a_note_that_is_too_short_is_none() -> None:
    assert Thresholds().shortest == 11
    assert notes_in(held(20, 31, 39), Thresholds()) == []
    assert len(notes_in(held(20, 32, 39), Thresholds())) == 1


def test_a_note_without_onset_is_followed_both_ways() -> None:
    heard = held(20, 60, 39)
    heard.frames[37, 39] = 0.9
    [note] = notes_in(Activations(heard.frames, np.zeros_like(heard.onsets)), Thresholds())
    assert (note.onset, note.release, note.pitch) == (20, 59, 60)


def test_a_faint_overtone_is_dropped_and_an_octave_is_kept() -> None:
    low = FrameNote(20, 60, 48, 0.8)
    faint, octave = FrameNote(21, 50, 60, 0.4), FrameNote(20, 60, 60, 0.7)
    other, later = FrameNote(20, 60, 55, 0.3), FrameNote(60, 80, 60, 0.3)
    assert without_overtones([low, faint]) == [low]
    assert without_overtones([low, octave]) == [low, octave]
    assert without_overtones([low, other, later]) == [low, other, later]


def test_nothing_is_heard_in_silence_or_in_a_few_frames() -> None:
    for count in (0, 1, 2, 11, 12, 500):
        silent = Activations(*np.zeros((2, count, 88), np.float32))
        assert notes_in(silent, Thresholds()) == []


def test_peaks_are_local_maxima_in_time() -> None:
    onsets = np.zeros((5, 88), np.float32)
    onsets[:, 3] = (0.9, 0.2, 0.6, 0.1, 0.9)
    onsets[1:3, 4] = 0.7
    assert peaks(onsets, 0.5).tolist() == [[2, 3]]
