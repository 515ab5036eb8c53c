"""Which message belongs at which frame of a buffer of audio; everything of the synth that is pure.

A sound device asks for a buffer of frames, and again when it has played so much. When it asks is
known only roughly: drivers ask for two buffers at once, or late, but on average for as many frames
a second as they play. So the moments at which it asked are a line with noise, as between any two
clocks (`bridge.sync.frames`), and it is the line that says when a frame is: a note's place in the
buffer then has nothing of that noise.

A message that is due now belongs at a frame that has been asked for already. So every message
sounds later than it is due by a *latency*, always the same: the longest time from one request to
the next. One that comes even later than that sounds at once.

A message travels in a datagram: the nanosecond at which it is due, on the session clock, in eight
bytes, low byte first, and the bytes of a channel message. What is none is ignored.
"""

import heapq
import struct

from bridge.midi.events import FIRST_SYSTEM, SPEC_BY_STATUS
from bridge.sync.frames import NS_PER_S
from bridge.system.units import MS

MAX_DATAGRAM = 16
"""No datagram of ours has as many bytes."""
RESYNC_NS = 60 * MS
"""A request that is off by more is no noise: the device was stopped, or lost time."""
SMOOTHING = 64  # of a miss, one part in this many is corrected; the rest is taken for noise
_DUE = struct.Struct("<q")


def encode_datagram(due_ns: int, message: bytes) -> bytes:
    """Return the datagram of a channel message."""
    return _DUE.pack(due_ns) + message


def decode_datagram(data: bytes) -> tuple[int, bytes] | None:
    """Return when a message is due, and its bytes; None for rubbish."""
    message = data[_DUE.size :]
    if not message or not 0x80 <= message[0] < FIRST_SYSTEM:
        return None
    spec = SPEC_BY_STATUS.get(message[0])
    if spec is None or len(message) != 1 + spec.size or max(message[1:]) > 0x7F:
        return None
    (due_ns,) = _DUE.unpack_from(data)
    return due_ns, message


class DeviceClock:
    """When the frames are that a device asks for."""

    def __init__(self, rate_hz: int) -> None:
        self._rate_hz = rate_hz
        self._requests = 0
        self._next_ns = 0

    def buffer_ns(self, now_ns: int, size: int) -> int:
        """Return when the first of `size` frames is that are asked for now."""
        miss_ns = now_ns - self._next_ns
        if self._requests == 0 or abs(miss_ns) > RESYNC_NS:
            self._requests, begin_ns = 1, now_ns
        else:
            # The first requests are averaged, or an unlucky first one would be felt for a second.
            self._requests = min(self._requests + 1, SMOOTHING)
            begin_ns = self._next_ns + miss_ns // self._requests
        self._next_ns = begin_ns + size * NS_PER_S // self._rate_hz
        return begin_ns


class MessageQueue:
    """The messages that are still to sound, in order of time."""

    def __init__(self, rate_hz: int, latency_ns: int) -> None:
        self._rate_hz, self._latency_ns = rate_hz, latency_ns
        self._waiting: list[tuple[int, int, bytes]] = []  # a heap of (due_ns, order, message)
        self._added = 0

    def add(self, due_ns: int, message: bytes) -> None:
        """Take on a message."""
        heapq.heappush(self._waiting, (due_ns, self._added, message))
        self._added += 1

    def pop_buffer(self, begin_ns: int, size: int) -> list[tuple[int, bytes]]:
        """Return what belongs into a buffer: frames of it, in order, each with a message."""
        taken = []
        while self._waiting and (frame := self._frame(self._waiting[0][0], begin_ns)) < size:
            taken.append((max(frame, 0), heapq.heappop(self._waiting)[2]))
        return taken

    def _frame(self, due_ns: int, begin_ns: int) -> int:
        """Count the frames from the beginning of a buffer, to the nearest."""
        apart_ns = due_ns + self._latency_ns - begin_ns
        return (apart_ns * self._rate_hz + NS_PER_S // 2) // NS_PER_S
