"""Prompts that musicians play, as scores: bands and a piano, in tempo and free.

Ticks are 48 a quarter note. Chords are spelt by root and kind: C, Am, G7, Cmaj7, Dm7.
"""

from collections.abc import Sequence
from random import Random

from bridge.midi.instruments import Instrument
from bridge.midi.notes import MetreChange, Note, Score, TempoChange

QUARTER, BAR = 48, 192
PIANO, GUITAR, BASS, VOICE, DRUMS = (
    Instrument.PIANO,
    Instrument.GUITAR,
    Instrument.BASS,
    Instrument.VOICE,
    Instrument.DRUMS,
)
KICK, SNARE, RIDE, HAT, PEDAL_HAT = 36, 38, 51, 42, 44
_ROOTS = {"C": 0, "D": 2, "Eb": 3, "E": 4, "F": 5, "G": 7, "Ab": 8, "A": 9, "Bb": 10, "B": 11}
_KINDS = {"": (0, 4, 7), "m": (0, 3, 7), "7": (0, 4, 7, 10), "maj7": (0, 4, 7, 11)}
_KINDS |= {"m7": (0, 3, 7, 10)}
POP = ("C", "G", "Am", "F")
JAZZ = ("Dm7", "G7", "Cmaj7", "A7")
BALLAD = ("Eb", "Bb", "Cm", "Ab", "Eb", "Ab", "Bb7", "Eb")
WALTZ = ("F", "C7", "C7", "F", "Dm", "Gm7", "C7", "F")
BLUES = ("Bb7", "Eb7", "Bb7", "Bb7", "Eb7", "Eb7", "Bb7", "Bb7", "F7", "Eb7", "Bb7", "F7")


def root_of(chord: str) -> int:
    """Return the pitch class of a chord's root."""
    return _ROOTS[chord[:2]] if chord[:2] in _ROOTS else _ROOTS[chord[:1]]


def pitches_of(chord: str, lowest: int) -> list[int]:
    """Return a chord's pitches in close position, from the lowest root at or above a pitch."""
    root = lowest + (root_of(chord) - lowest) % 12
    name = chord[:2] if chord[:2] in _ROOTS else chord[:1]
    return [root + step for step in _KINDS[chord[len(name) :]]]


def pop_song(bars: int = 8) -> Score:
    """Return five tracks over C G Am F: drums, bass, piano, guitar and a voice."""
    notes: list[Note] = []
    melody = (4, 4, 7, 9, 7, 4, 2, 0)
    for bar in range(bars):
        chord, start = POP[bar % len(POP)], bar * BAR
        root = pitches_of(chord, 36)[0]
        for eighth in range(8):
            at = start + eighth * 24
            notes.append(Note(at, DRUMS, HAT, at + 6, 80 if eighth % 2 == 0 else 62))
            notes.append(Note(at, BASS, root, at + 22, 92 if eighth == 0 else 78))
            if eighth % 2 == 1:
                notes += [Note(at, GUITAR, p, at + 20, 66) for p in pitches_of(chord, 57)]
        for beat, key in ((0, KICK), (1, SNARE), (2, KICK), (3, SNARE)):
            notes.append(Note(start + beat * 48, DRUMS, key, start + beat * 48 + 6, 100))
        for half in range(2):
            at = start + half * 96
            notes += [Note(at, PIANO, p, at + 92, 72) for p in pitches_of(chord, 52)]
        for place in range(4):
            at, step = start + place * 48, melody[(2 * bar + place) % len(melody)]
            notes.append(Note(at, VOICE, 60 + step, at + 44, 84))
    return _score(notes, 104)


def jazz_trio(bars: int = 8) -> Score:
    """Return piano, walking bass and ride over Dm7 G7 Cmaj7 A7, in swing."""
    notes: list[Note] = []
    for bar in range(bars):
        chord, start = JAZZ[bar % len(JAZZ)], bar * BAR
        root, third, fifth, seventh = pitches_of(chord, 36)
        for beat, pitch in enumerate((root, third, fifth, seventh if bar % 2 else root + 12)):
            notes.append(Note(start + beat * 48, BASS, pitch, start + beat * 48 + 44, 88))
        notes += _hits(start, RIDE, (0, 48, 80, 96, 144, 176), 84)
        notes += _hits(start, PEDAL_HAT, (48, 144), 70)
        for tick, length in ((0, 60), (80, 40), (144, 30))[bar % 2 :]:
            at = start + tick
            notes += [Note(at, PIANO, p, at + length, 70) for p in pitches_of(chord, 55)[1:]]
        for place, step in enumerate((0, 2, 1, 3)):
            at = start + place * 48 + (32 if place % 2 else 0)
            pitch = pitches_of(chord, 67)[step]
            notes.append(Note(at, PIANO, pitch, min(at + 28, start + BAR), 82))
    return _score(notes, 140)


def ballad(bars: int = 8) -> Score:
    """Return a piano ballad in E flat: broken chords and a melody."""
    notes: list[Note] = []
    for bar in range(bars):
        chord, start = BALLAD[bar % len(BALLAD)], bar * BAR
        broken = [pitches_of(chord, 39)[0], *pitches_of(chord, 51)]
        for eighth in range(8):
            at, pitch = start + eighth * 24, broken[(0, 1, 2, 3, 2, 3, 2, 1)[eighth] % len(broken)]
            notes.append(Note(at, PIANO, pitch, at + 24, 58))
        tune = pitches_of(chord, 67)
        for at, length, pitch in ((0, 72, tune[2]), (72, 24, tune[1]), (96, 92, tune[0])):
            notes.append(Note(start + at, PIANO, pitch, start + at + length, 78))
    return _score(notes, 66)


def waltz(bars: int = 8) -> Score:
    """Return a piano waltz in F: a bass note, two chords, and a melody."""
    notes: list[Note] = []
    for bar in range(bars):
        chord, start = WALTZ[bar % len(WALTZ)], bar * 144
        root = pitches_of(chord, 41)[0]
        notes.append(Note(start, PIANO, root, start + 40, 74))
        for beat in (1, 2):
            at = start + beat * 48
            notes += [Note(at, PIANO, p, at + 36, 58) for p in pitches_of(chord, 53)]
        tune = pitches_of(chord, 69)
        for beat, length, pitch in ((0, 92, tune[1]), (2, 44, tune[2]))[: 2 if bar % 4 < 3 else 1]:
            notes.append(Note(start + beat * 48, PIANO, pitch, start + beat * 48 + length, 80))
    return _score(notes, 168, (3, 4))


def blues(bars: int = 12) -> Score:
    """Return a twelve-bar blues in B flat: piano, bass and drums, as a shuffle."""
    notes: list[Note] = []
    for bar in range(bars):
        chord, start = BLUES[bar % len(BLUES)], bar * BAR
        root, third, fifth, _ = pitches_of(chord, 34)
        for beat, pitch in enumerate((root, third, fifth, third)):
            notes.append(Note(start + beat * 48, BASS, pitch, start + beat * 48 + 42, 90))
        for beat in range(4):
            for tick in (0, 32):
                at = start + beat * 48 + tick
                notes.append(Note(at, DRUMS, HAT, at + 6, 84 if tick == 0 else 66))
            key = SNARE if beat % 2 else KICK
            notes.append(Note(start + beat * 48, DRUMS, key, start + beat * 48 + 6, 96))
        for tick in (32, 128):
            at = start + tick
            notes += [Note(at, PIANO, p, at + 14, 76) for p in pitches_of(chord, 58)[1:]]
    return _score(notes, 120)


def rubato(seconds: float = 16.0) -> Score:
    """Return a piano in free time: a pulse of about 0.6 s that breathes by 8 %."""
    random, notes = Random(3), list[Note]()
    tick, index = 0.0, 0
    while tick < seconds * 96:
        chord = BALLAD[index // 4 % len(BALLAD)]
        pitch = pitches_of(chord, 63)[index % 3]
        length = 57.6 * (1 + random.uniform(-0.08, 0.08))
        at = round(tick)
        notes.append(Note(at, PIANO, pitch, at + round(0.9 * length), 74 + index % 4 * 4))
        if index % 2 == 0:
            low = pitches_of(chord, 39)[index % 4 // 2]
            notes.append(Note(at, PIANO, low, at + round(1.8 * length), 56))
        tick, index = tick + length, index + 1
    return Score(tuple(sorted(notes)), grid=False)


def _hits(start: int, key: int, ticks: Sequence[int], velocity: int) -> list[Note]:
    return [Note(start + tick, DRUMS, key, start + tick + 6, velocity) for tick in ticks]


def _score(notes: Sequence[Note], bpm: float, metre: tuple[int, int] = (4, 4)) -> Score:
    tempo, bars = TempoChange(0, bpm), MetreChange(0, *metre)
    return Score(tuple(sorted(notes)), (tempo,), (bars,))
