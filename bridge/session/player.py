"""The player as the session sees them: the state of the keys, and the current phrase.

A *phrase* begins with a note and lasts until the turn passes. It records the gaps between its
onsets, which determine the length of the silence that ends it. It also records its instruments, and
its note events, which a loop repeats.
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
_FINAL_FACTOR, _FINAL_MIN_NS, _FEWEST_HOLDS = 2.0, 3 * SECOND // 2, 8
_CUT_OFF_NS = 250 * MS
"""The notes of a chord are released within this time."""
_GAPS_REMEMBERED = 8
_MAX_EVENTS = 20_000
"""More than a phrase of ten minutes has. A loop repeats only the end of a longer phrase."""


def silence_threshold_ns(gaps_ns: Iterable[int]) -> int:
    """Return the length of a silence that hands over, from the gaps between the last onsets.

    It is 1.5 times the median gap, within `MIN_SILENCE_NS` and `MAX_SILENCE_NS`. Gaps within a
    chord do not count.
    """
    gaps = [gap for gap in gaps_ns if gap > _CHORD_NS]
    usual = round(1.5 * median(gaps)) if gaps else MAX_SILENCE_NS // 2
    return min(MAX_SILENCE_NS, max(MIN_SILENCE_NS, usual))


@dataclass(slots=True)
class Phrase:
    """The phrase that the player plays. Ticks are the transport's."""

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
        """Add a note event of the player's."""
        self.events.append(event)
        if isinstance(event, Onset):
            if at_ns > self.begin_ns:
                self.gaps_ns.append(at_ns - self.last_onset_ns)
            self.last_onset_ns = at_ns
            self.instruments.add(event.instrument)

    def mark_activity(self, at_ns: int) -> None:
        """Record that the player has done something; lifting a pedal counts."""
        self.last_event_ns = max(self.last_event_ns, at_ns)
        self.pause_reported = False


class PlayerState:
    """Converts the player's keys, pedals and programs to note events."""

    def __init__(self) -> None:
        self._keys = KeyState()
        self._programs: dict[int, int] = {}
        self._onsets_ns: dict[tuple[int, int], int] = {}
        self._holds_ns: deque[tuple[int, int]] = deque(maxlen=32)  # time of release, and duration
        self._last_onset_ns = 0
        self.last_event_ns = 0
        """When the player last did anything."""

    @property
    def key_down(self) -> bool:
        """Whether a key is held."""
        return self._keys.key_down

    @property
    def pedal_down(self) -> bool:
        """Whether a sustain pedal is held."""
        return self._keys.pedal_down

    @property
    def has_ended(self) -> bool:
        """Whether the player has just released a final chord: one far longer than the others.

        It has been held for 1.5 s or more, and twice as long as nearly all notes before it, and
        nothing was played meanwhile.
        """
        if self.key_down or not self._holds_ns:
            return False
        released_ns = self._holds_ns[-1][0]
        final_ns, cut_off_ns = released_ns - self._last_onset_ns, released_ns - _CUT_OFF_NS
        before = sorted(hold for release_ns, hold in self._holds_ns if release_ns < cut_off_ns)
        if len(before) < _FEWEST_HOLDS:
            return False
        usual_ns = before[len(before) * 9 // 10]
        return final_ns >= max(_FINAL_MIN_NS, _FINAL_FACTOR * usual_ns)

    def clear(self) -> None:
        """Drop the held keys and pedals; programs stay."""
        self._keys = KeyState()
        self._onsets_ns.clear()
        self._holds_ns.clear()

    def set_program(self, event: Event) -> None:
        """Record the program of a channel, if the event is a program change."""
        if isinstance(event, ProgramChange):
            self._programs[event.channel] = event.program

    def handle_event(self, timed: TimedEvent, transport: Transport) -> list[NoteEvent]:
        """Return the note events that a MIDI event results in, each at its tick."""
        self.last_event_ns = max(self.last_event_ns, timed.time_ns)
        sounded = self._keys.feed(timed.event)
        self._record_holds(sounded, timed.time_ns)
        return self._to_note_events(sounded, transport.tick_at(timed.time_ns))

    def _record_holds(self, events: Iterable[NoteOn | NoteOff], time_ns: int) -> None:
        for event in events:
            key = event.channel, event.pitch
            onset_ns = self._onsets_ns.pop(key, None)
            if isinstance(event, NoteOn):
                self._onsets_ns[key] = self._last_onset_ns = time_ns
            elif onset_ns is not None:
                self._holds_ns.append((time_ns, time_ns - onset_ns))

    def release_all(self, tick: int) -> list[NoteEvent]:
        """Return the releases of all held notes. A key sounds again only after a new note-on."""
        return self._to_note_events(self._keys.release_all(), tick)

    def _to_note_events(self, events: Iterable[NoteOn | NoteOff], tick: int) -> list[NoteEvent]:
        note_events: list[NoteEvent] = []
        for event in events:
            family = instrument_of_program(event.channel, self._programs.get(event.channel, 0))
            fitted = None if family is None else fit_to_range(family, event.pitch)
            if fitted is None:
                continue
            if isinstance(event, NoteOn):
                note_events.append(Onset(tick, *fitted, event.velocity))
            else:
                note_events.append(Release(tick, *fitted))
        return note_events

    def silence_end_ns(self, phrase: Phrase) -> int | None:
        """Return when a silence after the phrase will be long enough to end it.

        Return None while a key is down. While a pedal is held, the silence must be longer.
        """
        if self.key_down:
            return None
        patience = MAX_SILENCE_NS if self.pedal_down else 0
        return phrase.last_event_ns + silence_threshold_ns(phrase.gaps_ns) + patience
