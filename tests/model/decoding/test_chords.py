"""The names of chords, their spelling, and the line of chords that a form leads one to expect."""

from collections.abc import Iterable

import numpy as np
import pytest
from numpy.typing import NDArray

from bridge.midi.instruments import Instrument
from model.decoding.chords import Chord, chord_line, chord_of, line_end, spell, tonic_name
from model.decoding.heard.harmony import HarmonyLog, HeardForm
from model.decoding.heard.key import Key

BAR = 192
VOICINGS = {
    "C": (36, 52, 55, 60, 64),
    "Am": (45, 60, 64, 69),
    "G7": (43, 59, 62, 65, 67),
    "Fmaj7": (41, 57, 60, 64),
    "Dm7": (38, 53, 57, 60),
    "Am7": (45, 55, 60, 64),
    "Bdim": (47, 50, 53, 59),
    "Bm7b5": (47, 57, 62, 65),
    "Csus4": (36, 53, 55, 60),
    "Ebmaj7": (39, 55, 58, 62),
    "F#m": (42, 57, 61, 66),
}


def sounding(pitches: Iterable[int]) -> NDArray[np.float64]:
    return np.bincount([pitch % 12 for pitch in pitches], minlength=12).astype(float)


def major(tonic: int) -> Key:
    return Key(tonic, is_minor=False, fit=1.0, margin=1.0)


def minor(tonic: int) -> Key:
    return Key(tonic, is_minor=True, fit=1.0, margin=1.0)


@pytest.mark.parametrize("name,pitches", VOICINGS.items())
def test_a_voicing_has_its_name(name: str, pitches: tuple[int, ...]) -> None:
    chord = chord_of(sounding(pitches), sounding(pitches[:1]))
    assert chord is not None
    assert chord.name(None) == name


def test_the_bass_decides_between_two_names_of_the_same_notes() -> None:
    notes = sounding((60, 64, 67, 69))
    assert chord_of(notes, sounding([45])) == Chord(9, "m7")
    first_inversion = chord_of(sounding((60, 64, 67)), sounding([52]))
    assert first_inversion == Chord(0, "")


def test_passing_notes_do_not_change_a_chord() -> None:
    notes = sounding((36, 48, 52, 55, 60, 64, 67)) + 0.4 * sounding((62, 65))
    assert chord_of(notes, sounding([36])) == Chord(0, "")


def test_no_notes_and_a_cluster_are_no_chord() -> None:
    assert chord_of(np.zeros(12), np.zeros(12)) is None
    assert chord_of(np.ones(12), sounding([36])) is None
    assert chord_of(sounding((60, 61, 62, 63)), sounding([60])) is None


@pytest.mark.parametrize(
    "key,names",
    [
        (None, "C Db D Eb E F F# G Ab A Bb B"),
        (major(0), "C Db D Eb E F F# G Ab A Bb B"),
        (major(3), "C Db D Eb E F Gb G Ab A Bb B"),
        (major(4), "C C# D D# E F F# G G# A A# B"),
        (major(6), "C C# D D# E F F# G G# A A# B"),
        (major(1), "C Db D Eb E F Gb G Ab A Bb B"),
        (minor(9), "C C# D Eb E F F# G G# A Bb B"),
        (minor(0), "C Db D Eb E F Gb G Ab A Bb B"),
        (minor(4), "C C# D D# E F F# G G# A Bb B"),
    ],
)
def test_a_key_spells_the_black_keys(key: Key | None, names: str) -> None:
    assert [spell(pitch_class, key) for pitch_class in range(12)] == names.split()


def test_tonics_are_the_usual_ones() -> None:
    majors = [tonic_name(major(tonic)) for tonic in range(12)]
    minors = [tonic_name(minor(tonic)) for tonic in range(12)]
    assert majors == ["C", "Db", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B"]
    assert minors == ["C", "C#", "D", "Eb", "E", "F", "F#", "G", "G#", "A", "Bb", "B"]


def form_of(*chords: tuple[int, ...], times: int = 2) -> HeardForm:
    """Return the form of chords, one a bar over its first note in the bass."""
    log = HarmonyLog()
    log.set_bars(0, BAR)
    for bar, chord in enumerate(chords * times):
        notes = [(int(Instrument.PIANO), 60 + pitch) for pitch in chord]
        notes.append((int(Instrument.BASS), 36 + chord[0]))
        for note in notes:
            log.note_on(*note)
        log.advance(bar * BAR, (bar + 1) * BAR)
        for note in notes:
            log.note_off(*note)
    form = log.heard(len(chords) * times * BAR)
    assert form is not None
    return form


def test_four_chords_come_round_in_the_line() -> None:
    form = form_of((0, 4, 7), (7, 11, 2), (9, 0, 4), (5, 9, 0))
    assert chord_line(form, major(0), 8 * BAR) == tuple(
        ((8 + bar) * BAR, name) for bar, name in enumerate(["C", "G", "Am", "F"] * 2)
    )
    assert line_end(form, 8 * BAR) == 16 * BAR


def test_a_line_begins_within_a_bar_and_merges_equal_neighbours() -> None:
    form = form_of((0, 4, 7), (0, 4, 7), (5, 9, 0), (7, 11, 2))
    assert chord_line(form, None, 9 * BAR + 100)[:3] == (
        (9 * BAR + BAR // 2, "C"),
        (10 * BAR, "F"),
        (11 * BAR, "G"),
    )
