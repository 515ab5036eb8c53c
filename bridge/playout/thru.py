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

from bridge.midi.events import Stamped
from bridge.playout.protocol import Through
from bridge.playout.schedule import HAND_CHANNEL, Due, Playable
from bridge.sync.transport import NANOSECONDS


class Hand:
    """The events that are still to come, in order of time."""

    def __init__(self) -> None:
        self._events: list[tuple[int, int, Stamped]] = []  # a heap of (time_ns, order, event)
        self._added = 0

    def add(self, events: Iterable[Stamped]) -> None:
        """Take on what is or will be played."""
        for stamped in events:
            heapq.heappush(self._events, (stamped.time_ns, self._added, stamped))
            self._added += 1

    def next_due_ns(self) -> int | None:
        """Tell when `played` will next have something to give."""
        return self._events[0][0] if self._events else None

    def played(self, now_ns: int) -> tuple[Stamped, ...]:
        """Return what has been played by now and was not returned before."""
        played = []
        while self._events and self._events[0][0] <= now_ns:
            played.append(heapq.heappop(self._events)[2])
        return tuple(played)

    def forget(self) -> None:
        """Drop what is still to come."""
        self._events.clear()

    def left(self) -> Through:
        """Return what is still to come, for a way out that knows nothing of it."""
        return through(stamped for _, _, stamped in sorted(self._events))


def through(events: Iterable[Stamped]) -> Through:
    """Return what a way out is told of these events: those that it can play, on their channel."""
    return Through(
        tuple(
            Due(stamped.time_ns, NANOSECONDS.epoch, replace(stamped.event, channel=HAND_CHANNEL))
            for stamped in events
            if isinstance(stamped.event, Playable)
        )
    )
