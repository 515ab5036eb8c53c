"""The packets that a JACK period brings: copied at once, parsed a few at a time.

The callback of a period must not be late, whatever comes in. So all packets are copied, and at most
a fixed number is parsed in one period; the others wait for the next ones. A burst, such as the
note-offs of all keys on all channels, is parsed within some periods and nothing of it is lost. In
a flood that lasts, packets find no room and are lost. Releases may be among them, so the end of
such a flood is reported as the loss of the input: what is held ends.

The work for a packet does not grow with its length: the parser processes the bytes of a system
exclusive at once, and drops a long one.

The queue is pure: it gets packets, and returns events.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

from bridge.midi.events import TimedEvent
from bridge.midi.parser import MAX_LIVE_SYSEX, MidiParser

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

MAX_WAITING = 1_024
"""The greatest number of packets that wait. At the slowest pace they wait for 43 ms."""
MIN_PACKETS = 64


def packets_in(frames: int) -> int:
    """Return how many packets are parsed in a period of some frames: 24,000 a second at 48 kHz."""
    return max(MIN_PACKETS, frames // 2)


class PacketQueue:
    """The packets that are not parsed yet, each with its time."""

    def __init__(self) -> None:
        self._parser = MidiParser(MAX_LIVE_SYSEX)
        self._waiting: deque[tuple[int, bytes]] = deque()
        self.is_losing = False
        """Whether packets found no room in the last call of `copy`."""

    def copy(self, packets: Iterable[tuple[int, bytes]]) -> bool:
        """Copy the packets of a period while there is room; return whether a flood has ended."""
        was_losing, self.is_losing = self.is_losing, False
        for timed in packets:
            if len(self._waiting) == MAX_WAITING:
                self.is_losing = True
                break
            self._waiting.append(timed)
        return was_losing and not self.is_losing

    def parse(self, count: int) -> Iterator[TimedEvent]:
        """Yield the events of at most `count` packets."""
        for _ in range(min(count, len(self._waiting))):
            time_ns, packet = self._waiting.popleft()
            for event in self._parser.feed_packet(packet):
                yield TimedEvent(time_ns, event)
