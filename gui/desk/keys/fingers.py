"""Fingers on a keyboard: who holds which key down, and the MIDI events of that.

The mouse is a finger, and so is each key of the computer; each of them holds one key at most. Two
may hold the same one, after a change of octave for instance: it is struck again, and comes up with
the last. So every note-on has one note-off after it, whatever the order in which things happen.
"""

from __future__ import annotations

from bridge.midi.events import SUSTAIN, ChannelEvent, ControlChange, NoteOff, NoteOn

_CHANNEL = 0  # whoever sends it on chooses another
_PEDAL_DOWN, _PEDAL_UP = 127, 0


class HeldKeys:
    """What is held down; each verb returns the events to send."""

    def __init__(self) -> None:
        self._pitch_of: dict[str, int] = {}  # the pitch that a finger is on
        self._pedal = False

    @property
    def pitches(self) -> frozenset[int]:
        """Return which keys are down."""
        return frozenset(self._pitch_of.values())

    @property
    def is_pedal_down(self) -> bool:
        """Tell whether the sustain pedal is held."""
        return self._pedal

    def pitch_of(self, source: str) -> int | None:
        """Return what a finger is on."""
        return self._pitch_of.get(source)

    def key_down(self, source: str, pitch: int, velocity: int) -> tuple[ChannelEvent, ...]:
        """Press a key, with a finger that leaves whatever it was on."""
        left = self.key_up(source)
        again = (NoteOff(_CHANNEL, pitch),) if pitch in self.pitches else ()
        self._pitch_of[source] = pitch
        return (*left, *again, NoteOn(_CHANNEL, pitch, velocity))

    def key_up(self, source: str) -> tuple[ChannelEvent, ...]:
        """Let a finger leave its key, if it is on one."""
        pitch = self._pitch_of.pop(source, None)
        return () if pitch is None or pitch in self.pitches else (NoteOff(_CHANNEL, pitch),)

    def set_pedal(self, *, down: bool) -> tuple[ChannelEvent, ...]:
        """Move the pedal, if it is not there already."""
        if down is self._pedal:
            return ()
        self._pedal = down
        return (ControlChange(_CHANNEL, SUSTAIN, _PEDAL_DOWN if down else _PEDAL_UP),)

    def release_all(self) -> tuple[ChannelEvent, ...]:
        """Let go of everything."""
        lifted = tuple(event for finger in tuple(self._pitch_of) for event in self.key_up(finger))
        return (*lifted, *self.set_pedal(down=False))
