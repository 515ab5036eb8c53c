"""MIDI thru: events played in the window, with computer keys, the mouse or as a demonstration.

The session receives them as it receives a keyboard on a port. A keyboard sounds by itself, or
through the host that records it; a window does not. So these events are also sent out, on a channel
that no instrument uses: no other release can cut the player's note. The output keeps its own copy,
with the releases that are still to come. This queue holds the events that the session has not
received yet, and that another output would need. It is pure: time is an argument.
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
        """Add events that are played now or later."""
        for timed in events:
            heapq.heappush(self._events, (timed.time_ns, self._added, timed))
            self._added += 1

    def next_due_ns(self) -> int | None:
        """Return when `pop_due` has the next event, or None."""
        return self._events[0][0] if self._events else None

    def pop_due(self, now_ns: int) -> tuple[TimedEvent, ...]:
        """Return the events played by now, and drop them."""
        played = []
        while self._events and self._events[0][0] <= now_ns:
            played.append(heapq.heappop(self._events)[2])
        return tuple(played)

    def clear(self) -> None:
        """Drop the events that are still to come."""
        self._events.clear()

    def pending(self) -> Thru:
        """Return the events that are still to come, for another output."""
        return thru_command(self.pending_events())

    def pending_events(self) -> tuple[TimedEvent, ...]:
        """Return the events that are still to come, in order of time."""
        return tuple(timed for _, _, timed in sorted(self._events, key=lambda each: each[:2]))


def thru_command(events: Iterable[TimedEvent]) -> Thru:
    """Return the command for an output: the events that it can play, on MIDI thru's channel."""
    return Thru(
        tuple(
            ScheduledEvent(
                timed.time_ns, NANOSECONDS.epoch, replace(timed.event, channel=THRU_CHANNEL)
            )
            for timed in events
            if isinstance(timed.event, Playable)
        )
    )
