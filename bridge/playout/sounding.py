"""The notes that sound, and the channels whose sustain pedal is down."""

from __future__ import annotations

from bridge.midi.events import SUSTAIN, SWITCH_ON, ControlChange, Event, NoteOff, NoteOn


class SoundingNotes:
    """The notes and pedals that were started and have not ended."""

    def __init__(self) -> None:
        self.notes: set[tuple[int, int]] = set()
        """Channel and pitch of each note."""
        self._pedals: set[int] = set()

    def note(self, event: Event) -> None:
        """Record an event that is sent."""
        match event:
            case NoteOn(channel, pitch):
                self.notes.add((channel, pitch))
            case NoteOff(channel, pitch):
                self.notes.discard((channel, pitch))
            case ControlChange(channel, control, value) if control == SUSTAIN:
                (self._pedals.add if value >= SWITCH_ON else self._pedals.discard)(channel)

    def ends(self, *channels: int) -> list[NoteOff | ControlChange]:
        """Return the events that end everything on these channels, or on all: notes first."""
        notes = (key for key in sorted(self.notes) if not channels or key[0] in channels)
        pedals = (each for each in sorted(self._pedals) if not channels or each in channels)
        return [
            *(NoteOff(channel, pitch) for channel, pitch in notes),
            *(ControlChange(channel, SUSTAIN, 0) for channel in pedals),
        ]
