"""The keys and pedals of a keyboard, and the notes that they make.

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
"""

from __future__ import annotations

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

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


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

    def is_down(self, key: tuple[int, int]) -> bool:
        """Return whether a key, as (channel, pitch), is down."""
        return self._sounding.get(key, False)

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
        else:
            return ()
        return self._end_released(channel, range(128))

    def _set_sostenuto(self, channel: int, *, down: bool) -> None:
        if not down:
            self._sostenuto.pop(channel, None)
        elif channel not in self._sostenuto:  # a pedal that is down catches no more notes
            held = frozenset(pitch for at, pitch in self.keys_down if at == channel)
            self._sostenuto[channel] = held

    def _lift_keys(self, channel: int, pitches: Sequence[int]) -> tuple[NoteOff, ...]:
        for pitch in pitches:
            if (channel, pitch) in self._sounding:
                self._sounding[channel, pitch] = False
        return self._end_released(channel, pitches)

    def _end_released(self, channel: int, pitches: Iterable[int]) -> tuple[NoteOff, ...]:
        """End those of a channel's notes whose keys are up and that no pedal holds."""
        if channel in self._sustain_pedals:
            return ()
        held = self._sostenuto.get(channel, frozenset())
        return self._end(
            (channel, pitch)
            for pitch in pitches
            if self._sounding.get((channel, pitch)) is False and pitch not in held
        )

    def _end(self, keys: Iterable[tuple[int, int]]) -> tuple[NoteOff, ...]:
        return tuple(NoteOff(*key) for key in keys if self._sounding.pop(key, None) is not None)
