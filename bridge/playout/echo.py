"""Hearing oneself: what a loop of cables brings back is not the player.

On a system without virtual ports, and in many a studio, what we play comes back to our own input: a
loopback driver gives every program what any program sends, a keyboard passes its input on, a host's
track is armed and monitored. Whoever answers what it hears would answer itself for ever. So what
was sent is remembered for a short while, and when the same message comes in, once for each time
that it went out, it is taken for the echo that it is. How long it took is the round trip.
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
"""A loop of cables is quicker; a player who repeats our note within it is taken for its echo."""
_EARLY_NS = 5 * MS
"""Stamps of what came in and of what went out are made on different occasions."""


class EchoGuard:
    """Remembers what was sent, and passes what was not."""

    def __init__(self) -> None:
        self._sent: deque[tuple[int, Event]] = deque()
        self._echoed_keys: set[tuple[int, int]] = set()  # strings whose strike was an echo
        self._delays_ns: list[int] = []

    def add_sent(self, sent: Iterable[SentEvent]) -> None:
        """Remember what goes out."""
        for each in sent:
            self._sent.append((each.sent_ns, each.event))
            self._expire(each.sent_ns)

    def pop_delays_ns(self) -> tuple[int, ...]:
        """Return how long each echo took that has been caught since this was last asked."""
        delays, self._delays_ns = tuple(self._delays_ns), []
        return delays

    def without_echoes(self, received: Iterable[TimedEvent]) -> list[TimedEvent]:
        """Return what did not come from us."""
        return [stamped for stamped in received if not self._is_echo(stamped)]

    def _is_echo(self, stamped: TimedEvent) -> bool:
        self._expire(stamped.time_ns)
        match stamped.event:
            case NoteOff(channel, pitch):
                # A key that the player strikes is the player's to lift, whatever we have released.
                if (channel, pitch) not in self._echoed_keys:
                    return False
                self._echoed_keys.discard((channel, pitch))
                self._match(stamped)
                return True
            case NoteOn(channel, pitch):
                echo = self._match(stamped)
                (self._echoed_keys.add if echo else self._echoed_keys.discard)((channel, pitch))
                return echo
        return self._match(stamped)

    def _expire(self, now_ns: int) -> None:
        while self._sent and now_ns - self._sent[0][0] > MEMORY_NS:
            self._sent.popleft()

    def _match(self, stamped: TimedEvent) -> bool:
        """Find what an event is the echo of, and forget that; tell whether it is one's."""
        heard = _match_key(stamped.event)
        for index, (sent_ns, event) in enumerate(self._sent):
            if sent_ns - stamped.time_ns > _EARLY_NS:
                break
            if _match_key(event) == heard:
                del self._sent[index]
                self._delays_ns.append(stamped.time_ns - sent_ns)
                return True
        return False


def _match_key(event: Event) -> Event | tuple[int, int]:
    """Return what an echo keeps: a release may come back with another velocity, or as a note-on.

    Note-ons keep theirs, and what else we send has nothing that a cable would change.
    """
    match event:
        case NoteOff(channel, pitch):
            return channel, pitch
        case NoteOn():
            return event
    return event
