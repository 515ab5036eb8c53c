"""The fourteen instruments of Antiphon, each a family of General MIDI programs.

General MIDI names 128 programs, more than a style needs: a concert grand and a bright piano play
the same notes. So programs with a common role and compass form a family. A family has one name, its
programs, its lowest and highest pitch, the program that it is written with, and a fixed channel. A
DAW therefore finds the drums always on channel 10, and the bass always on the same channel.

MuseNet had ten instruments (piano, harp, guitar, bass, violin, cello, flute, clarinet, trumpet,
drums); these are its ten and four more (organ, voice, sax, synth). Source for programs and
percussion keys: General MIDI System Level 1.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass

DRUM_CHANNEL = 9
"""The percussion channel: 10 for people, 9 on the wire (General MIDI System Level 1)."""


class Instrument(enum.IntEnum):
    """One of the fourteen families.

    The value is its index in every table, embedding and multi-hot vector.
    """

    PIANO = 0
    ORGAN = 1
    HARP = 2
    GUITAR = 3
    BASS = 4
    VIOLIN = 5
    CELLO = 6
    VOICE = 7
    FLUTE = 8
    CLARINET = 9
    SAX = 10
    TRUMPET = 11
    SYNTH = 12
    DRUMS = 13

    @property
    def label(self) -> str:
        """The name that users read and type."""
        return self.name.lower()

    @property
    def spec(self) -> InstrumentSpec:
        """The family's compass, programs and channel."""
        return SPECS[self]

    def can_play(self, pitch: int) -> bool:
        """Return whether the pitch lies in the compass."""
        return self.spec.lowest <= pitch <= self.spec.highest


@dataclass(frozen=True, slots=True)
class InstrumentSpec:
    """A family's properties.

    `lowest` and `highest` are its compass, both inclusive. It is written with `program` on
    `channel`. `programs` are all programs of the family.
    """

    lowest: int
    highest: int
    program: int
    channel: int
    programs: tuple[int, ...]


def _programs(*parts: int | range) -> tuple[int, ...]:
    return tuple(
        program for part in parts for program in (part if isinstance(part, range) else (part,))
    )


SPECS: dict[Instrument, InstrumentSpec] = {
    # Pianos, and struck bars and bells that double them (celesta to dulcimer, steel drums).
    Instrument.PIANO: InstrumentSpec(21, 108, 0, 0, _programs(range(16), 108, 112, 114)),
    Instrument.ORGAN: InstrumentSpec(36, 96, 19, 1, _programs(range(16, 24))),
    Instrument.HARP: InstrumentSpec(28, 98, 46, 2, _programs(46)),
    Instrument.GUITAR: InstrumentSpec(40, 86, 24, 3, _programs(range(24, 32), range(104, 108))),
    # Timpani sound and move like a bass, and are too rare to be a family.
    Instrument.BASS: InstrumentSpec(24, 60, 33, 4, _programs(range(32, 40), 47)),
    Instrument.VIOLIN: InstrumentSpec(
        55, 103, 40, 5, _programs(40, 41, 44, 45, range(48, 52), 110)
    ),
    Instrument.CELLO: InstrumentSpec(28, 81, 42, 6, _programs(42, 43)),
    Instrument.VOICE: InstrumentSpec(40, 84, 52, 7, _programs(range(52, 55), 85, 91)),
    Instrument.FLUTE: InstrumentSpec(60, 98, 73, 8, _programs(range(72, 80))),
    Instrument.CLARINET: InstrumentSpec(36, 94, 71, 10, _programs(range(68, 72), 109, 111)),
    Instrument.SAX: InstrumentSpec(44, 87, 66, 11, _programs(range(64, 68))),
    Instrument.TRUMPET: InstrumentSpec(34, 84, 56, 12, _programs(range(56, 64))),
    Instrument.SYNTH: InstrumentSpec(
        36, 96, 81, 13, _programs(55, range(80, 85), range(86, 91), range(92, 104))
    ),
    # General MIDI percussion keys.
    Instrument.DRUMS: InstrumentSpec(35, 81, 0, DRUM_CHANNEL, ()),
}

_BY_PROGRAM = {program: kind for kind, spec in SPECS.items() for program in spec.programs}
_BY_CHANNEL = {spec.channel: kind for kind, spec in SPECS.items()}
_BY_LABEL = {kind.label: kind for kind in Instrument}

LABELS: tuple[str, ...] = tuple(_BY_LABEL)
"""All names, in index order."""


def instrument_named(label: str) -> Instrument | None:
    """Return the instrument with this name, or None; case and outer spaces are ignored."""
    return _BY_LABEL.get(label.strip().lower())


def instrument_of_program(program: int) -> Instrument | None:
    """Return the family of a General MIDI program, or None for a sound effect."""
    return _BY_PROGRAM.get(program)


def instrument_of_channel(channel: int) -> Instrument | None:
    """Return the family that Antiphon writes on this channel."""
    return _BY_CHANNEL.get(channel)


def fit_to_range(instrument: Instrument, pitch: int) -> tuple[Instrument, int] | None:
    """Return the instrument and pitch that play a note within a compass, or None.

    A violin pitch below the compass goes to the cello, because a part for "strings" may be that
    low. Any other pitch out of the compass moves by octaves. The result is None for a percussion
    key out of range: in another octave it would be another sound.
    """
    if instrument.can_play(pitch):
        return instrument, pitch
    if instrument is Instrument.DRUMS:
        return None
    if instrument is Instrument.VIOLIN and pitch < instrument.spec.lowest:
        return fit_to_range(Instrument.CELLO, pitch)
    octaves = (
        -((pitch - instrument.spec.lowest) // 12)
        if pitch < instrument.spec.lowest
        else -((pitch - instrument.spec.highest + 11) // 12)
    )
    return instrument, pitch + 12 * octaves
