"""The keys that are held down, by which source, and the MIDI events that result.

The mouse is one source, and each key of the computer is one. A source holds at most one piano key.
Two sources may hold the same piano key, for instance after a change of octave: the second press
sounds the note again, and the last release ends it. Every note-on is followed by exactly one
note-off, whatever the order of the presses and releases.
"""

from __future__ import annotations

from bridge.midi.events import SUSTAIN, ChannelEvent, ControlChange, NoteOff, NoteOn

_CHANNEL = 0  # the receiver sets the channel
_PEDAL_DOWN, _PEDAL_UP = 127, 0


class HeldKeys:
    """The keys and the pedal that are held down; each method returns the events to send."""

    def __init__(self) -> None:
        self._pitch_of: dict[str, int] = {}  # source -> the pitch it holds
        self._pedal = False

    @property
    def pitches(self) -> frozenset[int]:
        """The pitches whose keys are down."""
        return frozenset(self._pitch_of.values())

    @property
    def is_pedal_down(self) -> bool:
        """Whether the sustain pedal is down."""
        return self._pedal

    def pitch_of(self, source: str) -> int | None:
        """Return the pitch that a source holds, or None."""
        return self._pitch_of.get(source)

    def key_down(self, source: str, pitch: int, velocity: int) -> tuple[ChannelEvent, ...]:
        """Press a key; the source first releases the key it held."""
        left = self.key_up(source)
        again = (NoteOff(_CHANNEL, pitch),) if pitch in self.pitches else ()
        self._pitch_of[source] = pitch
        return (*left, *again, NoteOn(_CHANNEL, pitch, velocity))

    def key_up(self, source: str) -> tuple[ChannelEvent, ...]:
        """Release the key that a source holds, if any."""
        pitch = self._pitch_of.pop(source, None)
        return () if pitch is None or pitch in self.pitches else (NoteOff(_CHANNEL, pitch),)

    def set_pedal(self, *, down: bool) -> tuple[ChannelEvent, ...]:
        """Move the pedal, if it is not in that position already."""
        if down is self._pedal:
            return ()
        self._pedal = down
        return (ControlChange(_CHANNEL, SUSTAIN, _PEDAL_DOWN if down else _PEDAL_UP),)

    def release_all(self) -> tuple[ChannelEvent, ...]:
        """Release all keys and the pedal."""
        released = tuple(event for source in tuple(self._pitch_of) for event in self.key_up(source))
        return (*released, *self.set_pedal(down=False))
