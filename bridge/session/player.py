"""The player, as the session hears one: keys, and the phrase that they have been saying.

A *phrase* begins with a note and lasts until the turn passes. What it is good for is kept with it:
how long the gaps between its notes are, because they tell how long a silence must be to mean an
end; which instruments played it; and what happened in it, for a loop to repeat.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from statistics import median
from typing import TYPE_CHECKING

from bridge.messages.composer import NoteEvent, Onset, Release
from bridge.midi.events import NoteOn, ProgramChange
from bridge.midi.instruments import Instrument, fit_to_range, instrument_of_program
from bridge.midi.notes import KeyState
from bridge.system.units import MS, SECOND

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bridge.midi.events import Event, NoteOff, TimedEvent
    from bridge.sync.transport import Transport


MIN_SILENCE_NS, MAX_SILENCE_NS = 250 * MS, SECOND
_CHORD_NS = 40 * MS
_GAPS_REMEMBERED = 8
_MAX_EVENTS = 20_000
"""What a phrase of ten minutes has; of a longer one, its end is repeated."""


def silence_threshold_ns(gaps_ns: Iterable[int]) -> int:
    """Return how long a silence hands over the turn, from the gaps between the last onsets.

    Half as long again as the usual one.
    """
    heard = [gap for gap in gaps_ns if gap > _CHORD_NS]
    usual = round(1.5 * median(heard)) if heard else MAX_SILENCE_NS // 2
    return min(MAX_SILENCE_NS, max(MIN_SILENCE_NS, usual))


@dataclass(slots=True)
class Phrase:
    """What the player is saying. Ticks are the transport's."""

    begin_ns: int
    begin_tick: int
    last_onset_ns: int
    last_event_ns: int
    gaps_ns: deque[int] = field(default_factory=lambda: deque(maxlen=_GAPS_REMEMBERED))
    instruments: set[Instrument] = field(default_factory=set)
    events: deque[NoteEvent] = field(default_factory=lambda: deque(maxlen=_MAX_EVENTS))
    pause_reported: bool = False

    @classmethod
    def start(cls, at_ns: int, tick: int) -> Phrase:
        """Return the phrase that begins with a note now."""
        return cls(at_ns, tick, at_ns, at_ns)

    def add(self, event: NoteEvent, at_ns: int) -> None:
        """Add to the phrase what the player has done."""
        self.events.append(event)
        if isinstance(event, Onset):
            if at_ns > self.begin_ns:
                self.gaps_ns.append(at_ns - self.last_onset_ns)
            self.last_onset_ns = at_ns
            self.instruments.add(event.instrument)

    def mark_activity(self, at_ns: int) -> None:
        """Take note that the player has done something, if only lift a pedal."""
        self.last_event_ns = max(self.last_event_ns, at_ns)
        self.pause_reported = False


class PlayerState:
    """Hears keys, pedals and programs, and says what they mean in the music."""

    def __init__(self) -> None:
        self._keys = KeyState()
        self._programs: dict[int, int] = {}
        self.last_event_ns = 0
        """When the player last did anything."""

    @property
    def key_down(self) -> bool:
        """Tell whether a key is held."""
        return self._keys.key_down

    @property
    def pedal_down(self) -> bool:
        """Tell whether a sustain pedal is held."""
        return self._keys.pedal_down

    def clear(self) -> None:
        """Forget what is held; programs stay."""
        self._keys = KeyState()

    def set_program(self, event: Event) -> None:
        """Take note of which instrument a channel plays."""
        if isinstance(event, ProgramChange):
            self._programs[event.channel] = event.program

    def handle_event(self, stamped: TimedEvent, transport: Transport) -> list[NoteEvent]:
        """Return what an event means, each at its tick."""
        self.last_event_ns = max(self.last_event_ns, stamped.time_ns)
        return self._to_note_events(
            self._keys.feed(stamped.event), transport.tick_at(stamped.time_ns)
        )

    def release_all(self, tick: int) -> list[NoteEvent]:
        """Return the ends of all that is held; whoever holds it has to play it anew."""
        return self._to_note_events(self._keys.release_all(), tick)

    def _to_note_events(self, events: Iterable[NoteOn | NoteOff], tick: int) -> list[NoteEvent]:
        told: list[NoteEvent] = []
        for event in events:
            family = instrument_of_program(event.channel, self._programs.get(event.channel, 0))
            placed = None if family is None else fit_to_range(family, event.pitch)
            if placed is None:
                continue
            if isinstance(event, NoteOn):
                told.append(Onset(tick, *placed, event.velocity))
            else:
                told.append(Release(tick, *placed))
        return told

    def silence_end_ns(self, phrase: Phrase) -> int | None:
        """Return when a silence after the phrase will have been long enough to mean its end.

        Nobody is interrupted while a key is down, and a held pedal asks for more patience.
        """
        if self.key_down:
            return None
        patience = MAX_SILENCE_NS if self.pedal_down else 0
        return phrase.last_event_ns + silence_threshold_ns(phrase.gaps_ns) + patience
