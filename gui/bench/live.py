"""Response times: when the first note is decided, how fast notes follow, and for how long.

The composer is the real one, in its thread. Its input is a phrase of eight notes a second. A
hand-over is *cold* if all notes arrive with it, and *warm* if they have been read and only its time
is a surprise (a pedal, a key). It is *speculated* if the silence left time for speculation. Of a
long context the cache holds what fits; its size is reported beside the notes. An hour of jamming is
simulated: the session and the composer do all their work, including speculation in short pauses and
interrupted responses. Only the waiting is left out.
"""

from __future__ import annotations

from collections import Counter
from functools import partial
from itertools import count
from typing import TYPE_CHECKING, Any

import psutil

from bridge.messages.composer import (
    Configure,
    Generate,
    Generated,
    NoteEvent,
    Onset,
    PlayerEvents,
    Release,
    Reset,
    Retract,
    Speculate,
)
from bridge.messages.requests import Start
from bridge.messages.settings import MAX_CANDIDATES, Settings
from bridge.messages.snapshot import TurnState
from bridge.midi.events import NoteOff, NoteOn, TimedEvent
from bridge.midi.instruments import Instrument
from bridge.playout import protocol
from bridge.session.session import Inbox, Session
from bridge.system.clock import SystemClock
from bridge.system.units import MS, SECOND
from export.runtime.calibration import feed_dummy_tokens, make_tuned_decoder
from export.runtime.composer import Composer
from export.runtime.composer_thread import ComposerThread
from gui.bench.decode import BAND
from gui.bench.spread import Spread, time_calls

if TYPE_CHECKING:
    from collections.abc import Iterator

    from export.runtime.artefact import Artefact

CONTEXT_NOTES = (0, 256, 1024)
NOTES_A_SECOND = 8
_TICKS = 96 // NOTES_A_SECOND  # from one note to the next
_REPEATS, _COLD_REPEATS = 100, 8
_TIMEOUT_S = 60.0
_SUSTAINED_TICKS = 96 * 60
_PHRASE_NOTES, _GAP_NS, _NOTE_NS = 32, SECOND // NOTES_A_SECOND, 100 * MS
_REST_NS = 100 * MS  # a pause too short to hand over
_MINUTE_NS = 60 * SECOND


def measure_hand_over(artefact: Artefact) -> dict[str, Any]:
    """Return ms from the hand-over to the first decided note, by notes of context."""
    players = {notes: _SimulatedPlayer(artefact, notes) for notes in CONTEXT_NOTES}
    durations: dict[int, dict[str, list[int]]] = {
        notes: {"cold": [], "warm": [], "speculated": []} for notes in CONTEXT_NOTES
    }
    for _ in range(_COLD_REPEATS):
        for notes, player in players.items():
            durations[notes]["cold"].append(player.hand_over_cold())
    for player in players.values():
        player.fill_cache()
    for _ in range(_REPEATS):
        for notes, player in players.items():
            durations[notes]["warm"].append(player.hand_over_unexpected())
            durations[notes]["speculated"].append(player.hand_over_speculated())
    for player in players.values():
        player.close()
    return {
        str(notes): {name: Spread.from_ns(times).as_dict() for name, times in kinds.items()}
        | {"cached": players[notes].cached}
        for notes, kinds in durations.items()
    }


class _SimulatedPlayer:
    """Plays to a composer, hands over, and retracts the response."""

    def __init__(self, artefact: Artefact, context_notes: int) -> None:
        self._notes, self._clock, self._takes = context_notes, SystemClock(), count(1)
        self._decoder = make_tuned_decoder(artefact, rows=MAX_CANDIDATES)
        self._thread = ComposerThread(lambda: Composer(artefact, self._decoder))
        self._next = 0
        self.cached = 0

    def hand_over_cold(self) -> int:
        """Hand over together with all notes; return the nanoseconds to the first note."""
        self._thread.post(Reset())
        self._thread.post(Configure(Settings()))
        assert self._thread.wait_idle(_TIMEOUT_S)
        self._next = self._notes
        return self._time_first_note(PlayerEvents(tuple(_phrase_events(0, self._notes))))

    def fill_cache(self) -> None:
        """Send all notes one by one, so that the cache is as full as in a session."""
        for message in (
            Reset(),
            Configure(Settings()),
            PlayerEvents(tuple(_phrase_events(0, self._notes))),
        ):
            self._thread.post(message)
        assert self._thread.wait_idle(_TIMEOUT_S)
        self._next = self._notes

    def hand_over_unexpected(self) -> int:
        """Play a note, wait until it is read, and hand over at an unexpected time."""
        self._play_note()
        return self._time_first_note()

    def hand_over_speculated(self) -> int:
        """Play a note, pause, and hand over at the expected time."""
        self._play_note()
        take = next(self._takes)
        self._thread.post(Speculate(self._generate_request(take)))
        assert self._thread.wait_idle(_TIMEOUT_S)
        return self._time_first_note(take=take)

    def close(self) -> None:
        """End the thread."""
        self._thread.close()

    def _play_note(self) -> None:
        if self._notes:
            self._thread.post(PlayerEvents(tuple(_phrase_events(self._next, 1))))
            self._next += 1
        assert self._thread.wait_idle(_TIMEOUT_S)

    def _generate_request(self, take: int) -> Generate:
        begin = self._next * _TICKS + 24
        return Generate(take, begin, begin + 24, begin + 24, BAND)

    def _time_first_note(self, *before: PlayerEvents, take: int | None = None) -> int:
        asked = self._generate_request(take or next(self._takes))
        begin = self._clock.now_ns()
        for message in before:
            self._thread.post(message)
        self._thread.post(asked)
        while not self._receive().events:
            pass
        duration_ns = self._clock.now_ns() - begin
        assert self._thread.wait_idle(_TIMEOUT_S)
        while self._thread.connection.poll():
            self._receive()
        self.cached = self._decoder.cache.length
        self._thread.post(Retract(asked.take, asked.begin_tick - 1))
        assert self._thread.wait_idle(_TIMEOUT_S)
        return duration_ns

    def _receive(self) -> Generated:
        assert self._thread.connection.poll(_TIMEOUT_S), "the composer does not answer"
        composed = self._thread.connection.recv()
        assert isinstance(composed, Generated), composed
        return composed


def measure_sustained(artefact: Artefact) -> dict[str, float]:
    """Return how fast notes follow: a minute of a band's music, on a full cache, token by token.

    `times_real_time` is relative to music of eight notes a second.
    """
    composer = Composer(artefact, make_tuned_decoder(artefact))
    for message in (Reset(), Configure(Settings()), PlayerEvents(tuple(_phrase_events(0, 256)))):
        composer.receive(message)
    _run_to_idle(composer)
    begin = 257 * _TICKS
    end = begin + _SUSTAINED_TICKS
    composer.receive(Generate(1, begin, end, end, BAND))
    events: list[NoteEvent] = []
    (duration_ns,) = time_calls(lambda: events.extend(_generated_events(composer)))
    notes = sum(isinstance(event, Onset) for event in events)
    seconds = duration_ns / SECOND
    return {
        "notes": notes,
        "ms_per_note": round(1000 * seconds / notes, 3),
        "notes_per_second": round(notes / seconds, 1),
        "times_real_time": round(notes / seconds / NOTES_A_SECOND, 1),
        "this_music_times_real_time": round(_SUSTAINED_TICKS / 96 / seconds, 1),
    }


def measure_hour(artefact: Artefact, minutes: int = 60) -> dict[str, Any]:
    """Return the cost of a token after a minute and after an hour, and the growth of memory.

    Each cost stands beside that of a new decoder with as many cached tokens.
    """
    jam = _SimulatedJam(artefact)
    jam.run_until(_MINUTE_NS)
    first, first_bytes = jam.token_cost(), psutil.Process().memory_info().rss
    jam.run_until(minutes * _MINUTE_NS)
    last, last_bytes = jam.token_cost(), psutil.Process().memory_info().rss
    return {
        "minutes": minutes,
        "notes": jam.notes,
        "messages": dict(jam.messages),
        "first_minute": {name: spread.as_dict() for name, spread in first.items()},
        "last_minute": {name: spread.as_dict() for name, spread in last.items()},
        "growth_bytes": last_bytes - first_bytes,
        "rss_bytes": last_bytes,
    }


class _SimulatedJam:
    """A player and Antiphon in turn, on a simulated clock."""

    def __init__(self, artefact: Artefact) -> None:
        self._now_ns, self._phrases, self.notes = 0, 0, 0
        self.messages: Counter[str] = Counter()  # to the composer, by kind
        self._fresh = make_tuned_decoder(artefact)
        # What the other decoder allocates to read a full context is no memory of the jam's.
        feed_dummy_tokens(self._fresh, self._fresh.cache.capacity)
        self._decoder = make_tuned_decoder(artefact, rows=MAX_CANDIDATES)
        self._composer = Composer(artefact, self._decoder)
        self._session = Session(Settings())
        self._step(Start())

    def run_until(self, end_ns: int) -> None:
        """Continue with phrases and responses; every second response is interrupted."""
        while self._now_ns < end_ns:
            for index in range(_PHRASE_NOTES):
                pitch = 48 + (self._phrases * 7 + index * 5) % 36
                self._play(NoteOn(0, pitch, 80), _NOTE_NS)
                rest_ns = _GAP_NS - _NOTE_NS + (_REST_NS if index % 8 == 7 else 0)
                self._play(NoteOff(0, pitch), rest_ns)
            self._phrases += 1
            self.notes += _PHRASE_NOTES
            while self._session.state is not TurnState.ANSWERING:
                self._advance_to_deadline()
            broken_off_ns = self._now_ns + _GAP_NS * _PHRASE_NOTES // 2
            while self._session.state is TurnState.ANSWERING:
                if self._phrases % 2 and self._now_ns >= broken_off_ns:
                    break  # the next phrase begins
                self._advance_to_deadline()

    def token_cost(self) -> dict[str, Spread]:
        """Return the present cost of a token, and that of a new decoder with as many cached."""
        room = 8
        cache = self._decoder.cache
        cache.rewind(min(cache.length, cache.capacity - room))
        length = cache.length
        self._fresh.cache.rewind(0)
        feed_dummy_tokens(self._fresh, length)
        durations: dict[str, list[int]] = {"jam": [], "fresh": []}
        for _ in range(50):
            for name, decoder in (("jam", self._decoder), ("fresh", self._fresh)):
                durations[name] += time_calls(partial(feed_dummy_tokens, decoder, 1), room)
                decoder.cache.rewind(length)
        return {name: Spread.from_ns(times) for name, times in durations.items()}

    def _play(self, event: NoteOn | NoteOff, then_ns: int) -> None:
        """Play an event, and advance to `then_ns` through all deadlines."""
        self._step(protocol.Received((TimedEvent(self._now_ns, event),)))
        end_ns = self._now_ns + then_ns
        while (due_ns := self._session.deadline_ns()) is not None and due_ns < end_ns:
            self._now_ns = max(self._now_ns, due_ns)
            self._step()
        self._now_ns = end_ns

    def _advance_to_deadline(self) -> None:
        due_ns = self._session.deadline_ns()
        assert due_ns is not None
        self._now_ns = max(self._now_ns, due_ns)
        self._step()

    def _step(self, *inbox: Inbox) -> None:
        outcome = self._session.step(self._now_ns, inbox)
        for message in outcome.to_composer:
            self.messages[type(message).__name__] += 1
            self._composer.receive(message)
        while self._composer.is_busy:
            composed = self._composer.step()
            if composed is not None:
                self.notes += sum(isinstance(h, Onset) for h in composed.events)
                self._session.step(self._now_ns, [composed])


def _phrase_events(first: int, notes: int) -> Iterator[NoteEvent]:
    """Yield piano notes, eight a second, from number `first` on."""
    for index in range(first, first + notes):
        pitch = 48 + index * 7 % 36
        yield Onset(index * _TICKS, Instrument.PIANO, pitch, 80)
        yield Release(index * _TICKS + _TICKS - 2, Instrument.PIANO, pitch)


def _generated_events(composer: Composer) -> Iterator[NoteEvent]:
    while composer.is_busy:
        composed = composer.step()
        if composed is not None:
            yield from composed.events


def _run_to_idle(composer: Composer) -> None:
    while composer.is_busy:
        composer.step()
