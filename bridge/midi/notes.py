"""Notes, and the conversion of key and pedal events into notes.

A key that goes down starts a note. The note ends when the key comes up, unless a pedal holds it:
then it ends when the pedal lifts. It also ends when the same key is struck again, because one
string cannot sound twice. `KeyState` applies these rules to a stream of events. Its output is
note-ons and note-offs only: every note-on is followed by exactly one note-off, and nothing depends
on a pedal. It has no notion of time; the caller adds the times.

The sustain pedal (controller 64) holds all notes of its channel. The sostenuto pedal (66) holds
those whose keys are down when it is pressed. Hold 2 (69) holds none: it makes the notes of released
keys fade more slowly. What the other messages do to keys and pedals:

| message | keys | pedals | source |
|---|---|---|---|
| all notes off (123), omni off to poly (124 to 127) | come up; pedals hold | stay | MIDI 1.0 |
| all sound off (120) | come up; all notes end | stay | MIDI 1.0 |
| reset all controllers (121) | stay | lift | RP-015 |
| system reset | come up; all notes end | lift | MIDI 1.0 |

A `Score` represents a piece or a phrase in the rest of Antiphon: notes in ticks (48 to the quarter
note), and the changes of tempo and metre.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bridge.midi.events import (
    ALL_NOTES_OFF,
    ALL_SOUND_OFF,
    RESET_ALL_CONTROLLERS,
    SOSTENUTO,
    SUSTAIN,
    SWITCH_ON,
    ControlChange,
    Event,
    NoteOff,
    NoteOn,
    Reset,
)
from bridge.midi.instruments import Instrument

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

TICKS_PER_QUARTER = 48
"""The resolution of a score; it is divisible by 3 and by 16.

So triplets and 1/64 notes are exact. At 120 bpm a tick is 10.4 ms, fine enough for a performance.
"""

DRUM_TICKS = 6
"""The written length of a drum hit, which has no release of its own: a 1/32 note."""


@dataclass(frozen=True, slots=True, order=True)
class Note:
    """One note, from onset to release in ticks, with a velocity from 1 to 127.

    Notes sort by onset, then instrument, then pitch.
    """

    onset_ticks: int
    instrument: Instrument
    pitch: int
    release_ticks: int
    velocity: int


@dataclass(frozen=True, slots=True, order=True)
class TempoChange:
    """A tempo that holds from a tick on, in quarter notes a minute."""

    tick: int
    bpm: float


@dataclass(frozen=True, slots=True, order=True)
class MetreChange:
    """A metre that holds from a tick on; a bar begins at that tick."""

    tick: int
    numerator: int
    denominator: int

    @property
    def bar_ticks(self) -> int:
        """The length of a bar in ticks."""
        return self.numerator * 4 * TICKS_PER_QUARTER // self.denominator


@dataclass(frozen=True, slots=True)
class Score:
    """Notes in order of onset, with the changes of tempo and metre.

    If `grid` is True, ticks are parts of a beat; otherwise they are plain time at 120 bpm.
    """

    notes: tuple[Note, ...] = ()
    tempos: tuple[TempoChange, ...] = ()
    metres: tuple[MetreChange, ...] = ()
    grid: bool = True
    unnamed: tuple[tuple[int, int], ...] = ()
    """Onset and release of sounds that no instrument here can play: effects, unusual drums."""

    @property
    def end_ticks(self) -> int:
        """The tick at which all notes and unnamed sounds have ended."""
        return max((release for _, release in self.sounds()), default=0)

    def sounds(self) -> Iterator[tuple[int, int]]:
        """Yield onset and release of all that sounds, in ticks."""
        yield from ((note.onset_ticks, note.release_ticks) for note in self.notes)
        yield from self.unnamed


class KeyState:
    """Converts key and pedal events into notes, separately for each channel."""

    def __init__(self) -> None:
        # Key: (channel, pitch). Value: whether the key is still down.
        self._sounding: dict[tuple[int, int], bool] = {}
        self._sustain_pedals: set[int] = set()  # the channels whose pedal is down
        # By channel whose sostenuto pedal is down: the pitches that it holds.
        self._sostenuto: dict[int, frozenset[int]] = {}

    @property
    def sounding(self) -> tuple[tuple[int, int], ...]:
        """The notes that sound now, as (channel, pitch) in the order of their onsets."""
        return tuple(self._sounding)

    @property
    def keys_down(self) -> tuple[tuple[int, int], ...]:
        """The keys that are down, as (channel, pitch)."""
        return tuple(key for key, down in self._sounding.items() if down)

    @property
    def pedal_down(self) -> bool:
        """Whether a sustain pedal is held."""
        return bool(self._sustain_pedals)

    def feed(self, event: Event) -> tuple[NoteOn | NoteOff, ...]:
        """Process one event, and return the note-ons and note-offs that result."""
        match event:
            case NoteOn(channel, pitch):
                ended = self._end(((channel, pitch),))
                self._sounding[channel, pitch] = True
                return (*ended, event)
            case NoteOff(channel, pitch):
                return self._lift_keys(channel, (pitch,))
            case ControlChange(channel, control, value):
                return self._change_control(channel, control, on=value >= SWITCH_ON)
            case Reset():
                return self.release_all()
        return ()

    def release_all(self) -> tuple[NoteOff, ...]:
        """End all notes that sound, and lift all pedals."""
        self._sustain_pedals.clear()
        self._sostenuto.clear()
        return self._end(sorted(self._sounding))

    def _change_control(self, channel: int, control: int, *, on: bool) -> tuple[NoteOff, ...]:
        if control == SUSTAIN:
            (self._sustain_pedals.add if on else self._sustain_pedals.discard)(channel)
        elif control == SOSTENUTO:
            self._set_sostenuto(channel, down=on)
        elif control == RESET_ALL_CONTROLLERS:
            self._sustain_pedals.discard(channel)
            self._sostenuto.pop(channel, None)
        elif control == ALL_SOUND_OFF:
            return self._end(sorted(key for key in self._sounding if key[0] == channel))
        elif control >= ALL_NOTES_OFF:
            return self._lift_keys(channel, range(128))
        return self._end_released(channel)

    def _set_sostenuto(self, channel: int, *, down: bool) -> None:
        if not down:
            self._sostenuto.pop(channel, None)
        elif channel not in self._sostenuto:  # a pedal that is down catches no more notes
            held = frozenset(pitch for at, pitch in self.keys_down if at == channel)
            self._sostenuto[channel] = held

    def _lift_keys(self, channel: int, pitches: Iterable[int]) -> tuple[NoteOff, ...]:
        for pitch in pitches:
            if (channel, pitch) in self._sounding:
                self._sounding[channel, pitch] = False
        return self._end_released(channel)

    def _end_released(self, channel: int) -> tuple[NoteOff, ...]:
        """End the notes of a channel whose keys are up and that no pedal holds."""
        if channel in self._sustain_pedals:
            return ()
        held = self._sostenuto.get(channel, frozenset())
        return self._end(
            sorted(
                (at, pitch)
                for (at, pitch), down in self._sounding.items()
                if at == channel and not down and pitch not in held
            )
        )

    def _end(self, keys: Iterable[tuple[int, int]]) -> tuple[NoteOff, ...]:
        return tuple(NoteOff(*key) for key in keys if self._sounding.pop(key, None) is not None)
