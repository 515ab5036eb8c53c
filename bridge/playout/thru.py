"""What is played on the desk itself: with computer keys, with the mouse, or as a demonstration.

The session hears it as it hears a keyboard on a port. But a keyboard sounds by itself, or through
the host that it is recorded in, and a desk does not. So what is played there is also sent out, on a
channel that no instrument has, and nothing else goes out on that one: nobody else's release can
cut the player's note. The way out keeps what it has been given for itself, with the releases that
it owes; here is only what the session has not heard yet, and what another way out would have to be
given. It is pure: time is an argument.
"""

import heapq
from collections.abc import Iterable
from dataclasses import replace

from bridge.midi.events import TimedEvent
from bridge.playout.protocol import Thru
from bridge.playout.schedule import THRU_CHANNEL, Playable, ScheduledEvent
from bridge.sync.transport import NANOSECONDS


class ThruQueue:
    """The events that are still to come, in order of time."""

    def __init__(self) -> None:
        self._events: list[tuple[int, int, TimedEvent]] = []  # a heap of (time_ns, order, event)
        self._added = 0

    def add(self, events: Iterable[TimedEvent]) -> None:
        """Take on what is or will be played."""
        for stamped in events:
            heapq.heappush(self._events, (stamped.time_ns, self._added, stamped))
            self._added += 1

    def next_due_ns(self) -> int | None:
        """Tell when `played` will next have something to give."""
        return self._events[0][0] if self._events else None

    def pop_due(self, now_ns: int) -> tuple[TimedEvent, ...]:
        """Return what has been played by now and was not returned before."""
        played = []
        while self._events and self._events[0][0] <= now_ns:
            played.append(heapq.heappop(self._events)[2])
        return tuple(played)

    def clear(self) -> None:
        """Drop what is still to come."""
        self._events.clear()

    def pending(self) -> Thru:
        """Return what is still to come, for a way out that knows nothing of it."""
        return thru_command(stamped for _, _, stamped in sorted(self._events))


def thru_command(events: Iterable[TimedEvent]) -> Thru:
    """Return what a way out is told of these events: those that it can play, on their channel."""
    return Thru(
        tuple(
            ScheduledEvent(
                stamped.time_ns, NANOSECONDS.epoch, replace(stamped.event, channel=THRU_CHANNEL)
            )
            for stamped in events
            if isinstance(stamped.event, Playable)
        )
    )
