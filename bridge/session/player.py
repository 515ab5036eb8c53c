"""The player as the session sees them: the state of the keys, and the current phrase.

Only *playing* opens a phrase and keeps it open: a note begins, a key that the player holds comes
up, or a pedal lifts and ends notes. Time code, clocks, knobs, wheels, aftertouch, program changes
and a pedal without notes are no playing, and neither are notes that no instrument of Antiphon has,
such as a keyboard's metronome.

Several keys may sound as one note: a layered keyboard sends each key on several channels, and a key
out of an instrument's compass moves by octaves. Such a note begins with the first key and ends with
the last. If one of the keys is struck later than the others, the note is struck again. A note ends
on the instrument that it began with, whatever program its channel has by then.

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
from bridge.midi.channel_state import ChannelStates
from bridge.midi.events import ALL_SOUND_OFF, ControlChange, NoteOff, NoteOn, Reset
from bridge.midi.instruments import Instrument, fit_to_range
from bridge.midi.key_state import KeyState
from bridge.system.units import MS, SECOND

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bridge.midi.events import Event, TimedEvent
    from bridge.sync.transport import Transport


MIN_SILENCE_NS, MAX_SILENCE_NS = 250 * MS, SECOND
_CHORD_NS = 40 * MS
COPY_NS = 30 * MS
"""Note-ons of one note within this time are one strike: a cable takes 1 ms for each of them."""
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
        """Record that the player has played something."""
        self.last_event_ns = max(self.last_event_ns, at_ns)
        self.pause_reported = False


_Key = tuple[int, int]  # channel and pitch
_NoteKey = tuple[Instrument, int]


@dataclass(frozen=True, slots=True)
class Heard:
    """The note events that a MIDI event results in, and whether the event is playing."""

    events: tuple[NoteEvent, ...] = ()
    is_playing: bool = False


@dataclass(slots=True)
class _SoundingNote:
    """A note of the player's, and the keys that it sounds for."""

    onset_ns: int
    keys: set[_Key]


class PlayerState:
    """Converts the player's keys, pedals and programs to note events."""

    def __init__(self) -> None:
        self._keys = KeyState()
        self._channels = ChannelStates()
        self._notes_of_keys: dict[_Key, _NoteKey] = {}
        self._sounding: dict[_NoteKey, _SoundingNote] = {}
        self._holds_ns: deque[tuple[int, int]] = deque(maxlen=32)  # time of release, and duration
        self._last_onset_ns = 0
        self.last_event_ns = 0
        """When the player last played something."""

    @property
    def key_down(self) -> bool:
        """Whether a key is held. Drum pads do not count: some send no release."""
        return any(
            note[0] is not Instrument.DRUMS and self._keys.is_down(key)
            for key, note in self._notes_of_keys.items()
        )

    @property
    def pedal_down(self) -> bool:
        """Whether a sustain pedal is held."""
        return self._keys.pedal_down

    @property
    def _pedal_holds(self) -> bool:
        """Whether a pedal holds a note whose key is up."""
        return any(
            note[0] is not Instrument.DRUMS and not self._keys.is_down(key)
            for key, note in self._notes_of_keys.items()
        )

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
        self._notes_of_keys.clear()
        self._sounding.clear()
        self._holds_ns.clear()

    def follow_channels(self, event: Event) -> None:
        """Record what an event says of the sound of a channel: bank, program, rhythm part."""
        self._channels.feed(event)

    def begins_note(self, event: Event) -> bool:
        """Return whether an event is a note-on of an instrument that Antiphon has."""
        return isinstance(event, NoteOn) and self._note_of(event.channel, event.pitch) is not None

    def handle_event(self, timed: TimedEvent, transport: Transport) -> Heard:
        """Process a MIDI event, and return the note events that result, each at its tick."""
        if self._is_doubled(timed):
            return Heard()
        held = self._keys_held(timed.event)
        sounded = self._keys.feed(timed.event)
        events = self._to_note_events(sounded, timed.time_ns, transport.tick_at(timed.time_ns))
        is_playing = bool(events) or self._keys_held(timed.event) != held
        if is_playing:
            self.last_event_ns = max(self.last_event_ns, timed.time_ns)
        return Heard(tuple(events), is_playing)

    def release_all(self, at_ns: int, tick: int) -> list[NoteEvent]:
        """Lift all keys and pedals, and return the releases of all notes.

        A key sounds again only after a new note-on.
        """
        events = self._to_note_events(self._keys.release_all(), at_ns, tick)
        if events:
            self.last_event_ns = max(self.last_event_ns, at_ns)
        return events

    def _keys_held(self, event: Event) -> tuple[_Key, ...]:
        """Return those of the keys that an event may concern that are down and make a note.

        Each event is followed by this, so it must not take longer while many keys are held.
        """
        match event:
            case NoteOn(channel, pitch) | NoteOff(channel, pitch):
                keys: Iterable[_Key] = ((channel, pitch),)
            case ControlChange(control=control) if control < ALL_SOUND_OFF:
                return ()
            case ControlChange() | Reset():
                keys = self._keys.keys_down
            case _:
                return ()
        return tuple(key for key in keys if key in self._notes_of_keys and self._keys.is_down(key))

    def _note_of(self, channel: int, pitch: int) -> _NoteKey | None:
        """Return the note that a key begins now, or None if no instrument has it."""
        family = self._channels.instrument(channel)
        return None if family is None else fit_to_range(family, pitch)

    def _is_doubled(self, timed: TimedEvent) -> bool:
        """Return whether an event is the copy of a note-on that came by another way.

        No finger strikes a key that is down. A drum pad that sends no release may sound a flam.
        """
        if not isinstance(timed.event, NoteOn):
            return False
        key = timed.event.channel, timed.event.pitch
        note = self._notes_of_keys.get(key)
        return (
            note is not None
            and self._keys.is_down(key)
            and note[0] is not Instrument.DRUMS
            and timed.time_ns - self._sounding[note].onset_ns <= COPY_NS
        )

    def _to_note_events(
        self, events: Iterable[NoteOn | NoteOff], at_ns: int, tick: int
    ) -> list[NoteEvent]:
        note_events: list[NoteEvent] = []
        for event in events:
            key = event.channel, event.pitch
            if isinstance(event, NoteOff):
                note_events += self._end_key(key, at_ns, tick)
            elif (note := self._note_of(*key)) is not None:
                note_events += self._begin_key(key, note, at_ns, Onset(tick, *note, event.velocity))
        return note_events

    def _begin_key(self, key: _Key, note: _NoteKey, at_ns: int, onset: Onset) -> list[NoteEvent]:
        self._notes_of_keys[key] = note
        sounding = self._sounding.get(note)
        if sounding is None:
            self._sounding[note] = _SoundingNote(at_ns, {key})
            self._last_onset_ns = at_ns
            return [onset]
        sounding.keys.add(key)
        if at_ns - sounding.onset_ns <= COPY_NS:
            return []
        self._holds_ns.append((at_ns, at_ns - sounding.onset_ns))
        sounding.onset_ns = self._last_onset_ns = at_ns
        return [Release(onset.tick, *note), onset]

    def _end_key(self, key: _Key, at_ns: int, tick: int) -> list[NoteEvent]:
        note = self._notes_of_keys.pop(key, None)
        if note is None:
            return []
        sounding = self._sounding[note]
        sounding.keys.discard(key)
        if sounding.keys:
            return []
        del self._sounding[note]
        self._holds_ns.append((at_ns, at_ns - sounding.onset_ns))
        return [Release(tick, *note)]

    def silence_end_ns(self, phrase: Phrase) -> int | None:
        """Return when a silence after the phrase will be long enough to end it.

        Return None while a key is down. While a pedal holds notes, the silence must be longer.
        """
        if self.key_down:
            return None
        patience = MAX_SILENCE_NS if self._pedal_holds else 0
        return phrase.last_event_ns + silence_threshold_ns(phrase.gaps_ns) + patience
