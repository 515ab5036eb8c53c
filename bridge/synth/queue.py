"""The frame of each message in a buffer of audio; the pure part of the synth.

A sound device requests a buffer of frames, and the next one when it has played it. The times of the
requests are irregular. Drivers request two buffers at once, or late, but on average as many frames
a second as they play. So the request times are a line with noise, as between any two clocks
(`bridge.sync.frames`). The time of a frame is read from the line, so the position of a note in the
buffer is free of the noise.

A message that is due now belongs at a frame that has been requested already. So every message
sounds after its due time by a constant *latency*: the longest time from one request to the next. A
message that arrives even later sounds at once.

A message travels in a datagram: its due time in nanoseconds on the session clock, in eight bytes,
low byte first, and the bytes of a channel message. Any other datagram is ignored.

Nothing that arrives may use up memory, or keep a note sounding. A message that is due more than
`WINDOW_NS` before or after now is dropped, and so is one for a queue that is full. A message that
ends notes is never dropped: out of the window it is due at once, though after all others, and for a
full queue the last one of each note is kept beside it.
"""

import heapq
import struct

from bridge.midi.events import (
    ALL_NOTES_OFF,
    ALL_SOUND_OFF,
    FIRST_SYSTEM,
    SPEC_BY_STATUS,
    SUSTAIN,
    SWITCH_ON,
)
from bridge.sync.frames import NS_PER_S
from bridge.system.units import MS, SECOND

MAX_DATAGRAM = 16
"""The bytes to receive; every datagram is shorter."""
RESYNC_NS = 60 * MS
"""The largest noise of a request; beyond it, the device was stopped or lost time."""
WINDOW_NS = 5 * SECOND
"""The largest distance of a due time from now; messages are sent when they are due."""
MAX_WAITING = 4096
"""The most messages that wait, without those that end notes."""
SMOOTHING = 64  # 1/SMOOTHING of a request's error is corrected; the rest counts as noise
_DUE = struct.Struct("<q")


def encode_datagram(due_ns: int, message: bytes) -> bytes:
    """Return the datagram of a channel message."""
    return _DUE.pack(due_ns) + message


def decode_datagram(data: bytes) -> tuple[int, bytes] | None:
    """Return the due time and the bytes of a message; None for an invalid datagram."""
    message = data[_DUE.size :]
    if not message or not 0x80 <= message[0] < FIRST_SYSTEM:
        return None
    spec = SPEC_BY_STATUS.get(message[0])
    if spec is None or len(message) != 1 + spec.size or max(message[1:]) > 0x7F:
        return None
    (due_ns,) = _DUE.unpack_from(data)
    return due_ns, message


class DeviceClock:
    """The time of each frame that a device requests."""

    def __init__(self, rate_hz: int) -> None:
        self._rate_hz = rate_hz
        self._requests = 0
        self._next_ns = 0

    def buffer_ns(self, now_ns: int, size: int) -> int:
        """Return the time of the first of the `size` frames requested now."""
        miss_ns = now_ns - self._next_ns
        if self._requests == 0 or abs(miss_ns) > RESYNC_NS:
            self._requests, begin_ns = 1, now_ns
        else:
            # The first requests are averaged, or noise in the first one would last for a second.
            self._requests = min(self._requests + 1, SMOOTHING)
            begin_ns = self._next_ns + miss_ns // self._requests
        self._next_ns = begin_ns + size * NS_PER_S // self._rate_hz
        return begin_ns


def ended_by(message: bytes) -> tuple[int, int] | None:
    """Return what a channel message ends, as a channel and a number; None if it ends nothing.

    Messages of the same result end the same: a note, all notes of the channel, or its pedal.
    """
    kind, channel = message[0] & 0xF0, message[0] & 0x0F
    if kind == 0x80 or (kind == 0x90 and message[2] == 0):
        return channel, message[1]
    if kind == 0xB0 and (
        message[1] in (ALL_NOTES_OFF, ALL_SOUND_OFF)
        or (message[1] == SUSTAIN and message[2] < SWITCH_ON)
    ):
        return channel, 0x80 | message[1]
    return None


class MessageQueue:
    """The pending messages, in order of time."""

    def __init__(self, rate_hz: int, latency_ns: int) -> None:
        self.dropped = 0
        """How many messages were dropped."""
        self._rate_hz, self._latency_ns = rate_hz, latency_ns
        self._waiting: list[tuple[int, int, bytes]] = []  # a heap of (due_ns, order, message)
        self._ends: dict[tuple[int, int], tuple[int, bytes]] = {}  # those that found it full
        self._added = 0
        self._last_ns = 0  # the latest due time that was added

    def add(self, due_ns: int, message: bytes, now_ns: int) -> None:
        """Add a message, or drop it."""
        ended = ended_by(message)
        is_full = len(self._waiting) >= MAX_WAITING
        is_near = abs(due_ns - now_ns) <= WINDOW_NS
        if ended is None and (is_full or not is_near):
            self.dropped += 1
            return
        if not is_near:
            due_ns = max(now_ns, self._last_ns)
        self._last_ns = max(self._last_ns, due_ns)
        if ended is not None and is_full:
            due_ns = max(due_ns, self._ends.get(ended, (due_ns, b""))[0])
            self._ends[ended] = due_ns, message
            return
        heapq.heappush(self._waiting, (due_ns, self._added, message))
        self._added += 1

    def pop_buffer(self, begin_ns: int, size: int) -> list[tuple[int, bytes]]:
        """Remove and return the messages of a buffer, each with its frame, in order."""
        messages = []
        while self._waiting and (frame := self._frame(self._waiting[0][0], begin_ns)) < size:
            messages.append((max(frame, 0), heapq.heappop(self._waiting)[2]))
        if self._ends:
            messages += self._pop_ends(begin_ns, size)
            messages.sort(key=lambda each: each[0])
        return messages

    def _pop_ends(self, begin_ns: int, size: int) -> list[tuple[int, bytes]]:
        """Remove and return what ends notes in a buffer and found the queue full."""
        messages = []
        for ended, (due_ns, message) in tuple(self._ends.items()):
            if (frame := self._frame(due_ns, begin_ns)) < size:
                messages.append((max(frame, 0), message))
                del self._ends[ended]
        return messages

    def _frame(self, due_ns: int, begin_ns: int) -> int:
        """Return the nearest frame, counted from the beginning of a buffer."""
        apart_ns = due_ns + self._latency_ns - begin_ns
        return (apart_ns * self._rate_hz + NS_PER_S // 2) // NS_PER_S
