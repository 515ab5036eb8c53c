"""The figures of a style depend on how the music is played, not on who plays it in which key."""

from dataclasses import replace

import numpy as np
import pytest

from bridge.midi.instruments import Instrument
from bridge.midi.notes import Note
from model.evaluation.style_figures import style_figures

PIANO, FLUTE, BASS, DRUMS = Instrument.PIANO, Instrument.FLUTE, Instrument.BASS, Instrument.DRUMS
BAR, BARS = 192, 2
MELODY = [Note(48 * n, PIANO, 60 + step, 48 * n + 40, 80) for n, step in enumerate((0, 4, 7, 0))]
BEATS = [Note(48 * n, DRUMS, 36 if n % 2 == 0 else 38, 48 * n + 6, 96) for n in range(8)]


def of(notes: list[Note], begin: int = 0) -> list[float]:
    row: list[float] = style_figures(sorted(notes), begin, BARS, BAR).tolist()
    return row


def test_every_music_has_as_many_figures() -> None:
    lengths = {len(of(notes)) for notes in ([], MELODY, BEATS, MELODY + BEATS)}
    assert len(lengths) == 1
    assert np.isfinite(of([])).all()


@pytest.mark.parametrize(
    "change",
    [
        lambda n: replace(n, instrument=FLUTE),
        lambda n: replace(n, pitch=n.pitch + 2),
    ],
    ids=["another instrument", "another key"],
)
def test_names_and_keys_say_nothing(change: object) -> None:
    assert callable(change)
    assert of([change(note) for note in MELODY]) == of(MELODY)


def test_where_the_bars_are_says_nothing() -> None:
    later = [
        replace(n, onset_ticks=n.onset_ticks + 5 * BAR, release_ticks=n.release_ticks + 5 * BAR)
        for n in MELODY + BEATS
    ]
    assert of(later, 5 * BAR) == of(MELODY + BEATS)


@pytest.mark.parametrize(
    "change",
    [
        lambda n: replace(n, onset_ticks=n.onset_ticks + 32, release_ticks=n.release_ticks + 32),
        lambda n: replace(n, release_ticks=n.onset_ticks + 12),
        lambda n: replace(n, velocity=40),
        lambda n: replace(n, pitch=n.pitch + 12),
        lambda n: replace(n, instrument=BASS),
        lambda n: replace(n, pitch=2 * n.pitch - 60),
    ],
    ids=["swing", "length", "loudness", "height", "bass", "steps"],
)
def test_what_makes_a_style_is_seen(change: object) -> None:
    assert callable(change)
    assert of([change(note) for note in MELODY]) != of(MELODY)


def test_drums_are_seen_by_key_and_place() -> None:
    swapped = [replace(note, pitch=74 - note.pitch) for note in BEATS]
    assert of(MELODY + swapped) != of(MELODY + BEATS)
