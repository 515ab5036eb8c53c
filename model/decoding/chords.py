"""Names of chords: which chord some pitch classes make, and how a key spells it.

A chord is a root and a quality. Each has a template, its pitch classes; the chord of some sounding
times is the one whose template is nearest by cosine, the likelier if the bass plays its root.
Where no template is near, or the second is as near, there is no chord.

Black keys are named by the key: those that lie on the flat side of its tonic on the line of fifths,
as far as a Neapolitan sixth, are flats, the others sharps. A minor key has the sharps of its raised
sixth and seventh.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING

import numpy as np

from model.decoding.heard.harmony import ALL, BASS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from model.decoding.heard.harmony import HeardForm
    from model.decoding.heard.key import Key

QUALITIES: dict[str, tuple[int, ...]] = {
    "": (0, 4, 7),
    "m": (0, 3, 7),
    "7": (0, 4, 7, 10),
    "maj7": (0, 4, 7, 11),
    "m7": (0, 3, 7, 10),
    "dim": (0, 3, 6),
    "m7b5": (0, 3, 6, 10),
    "sus4": (0, 5, 7),
}
"""The intervals of each quality, in the order of preference where two fit alike."""
_CHORDS = tuple((root, quality) for quality in QUALITIES for root in range(12))
_ROOTS = np.array([root for root, _ in _CHORDS])
_LEAST_FIT = 0.8
_BASS_PRIOR = 0.25
"""What a root that is all of the bass adds to the fit."""
_SLOTS = 16
"""Half bars of a chord line: eight bars."""
_NATURALS = {0: "C", 2: "D", 4: "E", 5: "F", 7: "G", 9: "A", 11: "B"}
_FLATS = {10: ("Bb", -2), 3: ("Eb", -3), 8: ("Ab", -4), 1: ("Db", -5), 6: ("Gb", -6)}
"""Their names, and their places on the line of fifths, where C is 0."""
_SHARPS = {6: "F#", 1: "C#", 8: "G#", 3: "D#", 10: "A#"}
_FLAT_REACH, _MINOR_FLAT_REACH = 5, 3
"""How far the flats of a key reach on the line of fifths, from the tonic of its major scale."""


@dataclass(frozen=True, slots=True)
class Chord:
    """A chord: its root, a pitch class, and its quality."""

    root: int
    quality: str

    def name(self, key: Key | None) -> str:
        """Return the name, as the key spells it."""
        return spell(self.root, key) + self.quality


def chord_of(chroma: NDArray[np.floating], bass: NDArray[np.floating]) -> Chord | None:
    """Return the chord of sounding times (12,) over those of the bass (12,), if they make one."""
    norm, lowest = float(np.linalg.norm(chroma)), float(bass.sum())
    if not norm:
        return None
    fits = _TEMPLATES @ chroma / norm
    likeliest = fits + _BASS_PRIOR * (bass[_ROOTS] / lowest if lowest else 0.0)
    best = int(likeliest.argmax())
    return Chord(*_CHORDS[best]) if fits[best] >= _LEAST_FIT else None


def spell(pitch_class: int, key: Key | None) -> str:
    """Return the name of a pitch class in a key; without a key, as in C major."""
    if pitch_class in _NATURALS:
        return _NATURALS[pitch_class]
    flat, place = _FLATS[pitch_class]
    return flat if place >= _lowest_flat(key) else _SHARPS[pitch_class]


def tonic_name(key: Key) -> str:
    """Return the name of the tonic of a key."""
    return spell(key.tonic, key)


def chord_line(form: HeardForm, key: Key | None, tick: int) -> tuple[tuple[int, str], ...]:
    """Return the expected chords of the eight bars from a tick on, each with its first tick.

    A chord that stays is there once; where no chord is expected, the name is empty.
    """
    first = form.slot_at(tick)
    ticks = (form.tick_of(slot) for slot in range(first, first + _SLOTS))
    named = [(tick, _name(form.expected(tick), key)) for tick in ticks]
    return tuple(next(run) for _, run in groupby(named, key=itemgetter(1)))


def line_end(form: HeardForm, tick: int) -> int:
    """Return the tick at which the chord line from a tick on ends."""
    return form.tick_of(form.slot_at(tick) + _SLOTS)


def _name(expected: NDArray[np.float32], key: Key | None) -> str:
    chord = chord_of(expected[ALL], expected[BASS])
    return "" if chord is None else chord.name(key)


def _lowest_flat(key: Key | None) -> int:
    """Return the place on the line of fifths of the lowest note that a key spells."""
    if key is None:
        return -_FLAT_REACH
    major = (key.tonic + 3) % 12 if key.is_minor else key.tonic
    fifths = major * 7 % 12  # from C upwards
    if key.is_minor:
        return (fifths if fifths < 6 else fifths - 12) - _MINOR_FLAT_REACH
    return (fifths if fifths <= 6 else fifths - 12) - _FLAT_REACH


def _templates() -> NDArray[np.float64]:
    """Return the unit template (C, 12) of each chord."""
    rows = np.zeros((len(_CHORDS), 12))
    for row, (root, quality) in zip(rows, _CHORDS, strict=True):
        row[[(root + step) % 12 for step in QUALITIES[quality]]] = 1
    unit: NDArray[np.float64] = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    return unit


_TEMPLATES = _templates()
