"""Filter echoes: our own events that a loop of cables brings back to our input.

In many setups what we send comes back: a loopback driver passes every message to every program, a
keyboard forwards its input, a host's track is armed and monitored. Without a filter Antiphon would
respond to itself for ever. So each sent event is kept for a short time. An equal event received in
that time is an echo of it, once for each time that it was sent. The delay is the round trip.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

from bridge.midi.events import Event, NoteOff, NoteOn
from bridge.system.units import MS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bridge.midi.events import TimedEvent
    from bridge.playout.schedule import SentEvent

MEMORY_NS = 200 * MS
"""No loop of cables is slower. Our note, repeated by the player in this time, counts as an echo."""
_EARLY_NS = 5 * MS
"""An echo may seem earlier than its event by this much, since the two are timed differently."""


class EchoGuard:
    """Keeps what was sent, and removes its echoes from the input."""

    def __init__(self) -> None:
        self._sent: deque[tuple[int, Event]] = deque()
        self._echoed_keys: set[tuple[int, int]] = set()  # keys whose last note-on was an echo
        self._delays_ns: list[int] = []

    def add_sent(self, sent: Iterable[SentEvent]) -> None:
        """Add events that were sent."""
        for each in sent:
            self._sent.append((each.sent_ns, each.event))
            self._expire(each.sent_ns)

    def pop_delays_ns(self) -> tuple[int, ...]:
        """Return the delays of the echoes since the last call."""
        delays, self._delays_ns = tuple(self._delays_ns), []
        return delays

    def without_echoes(self, received: Iterable[TimedEvent]) -> list[TimedEvent]:
        """Return the received events that are not echoes."""
        return [timed for timed in received if not self._is_echo(timed)]

    def _is_echo(self, timed: TimedEvent) -> bool:
        self._expire(timed.time_ns)
        match timed.event:
            case NoteOff(channel, pitch):
                # A note-off after the player's own note-on is the player's, whatever was sent.
                if (channel, pitch) not in self._echoed_keys:
                    return False
                self._echoed_keys.discard((channel, pitch))
                self._match(timed)
                return True
            case NoteOn(channel, pitch):
                echo = self._match(timed)
                (self._echoed_keys.add if echo else self._echoed_keys.discard)((channel, pitch))
                return echo
        return self._match(timed)

    def _expire(self, now_ns: int) -> None:
        while self._sent and now_ns - self._sent[0][0] > MEMORY_NS:
            self._sent.popleft()

    def _match(self, timed: TimedEvent) -> bool:
        """Find the sent event that an event echoes, and drop it; return whether there is one."""
        key = _match_key(timed.event)
        for index, (sent_ns, event) in enumerate(self._sent):
            if sent_ns - timed.time_ns > _EARLY_NS:
                break
            if _match_key(event) == key:
                del self._sent[index]
                self._delays_ns.append(timed.time_ns - sent_ns)
                return True
        return False


def _match_key(event: Event) -> Event | tuple[int, int]:
    """Return the part of an event that its echo shares.

    A release may come back with another velocity, or as a note-on. Other events come back as sent.
    """
    match event:
        case NoteOff(channel, pitch):
            return channel, pitch
        case NoteOn():
            return event
    return event
