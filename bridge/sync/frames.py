"""Convert between JACK's frames and nanoseconds: two clocks that drift apart.

A JACK server counts frames of audio; a session counts nanoseconds of the machine. Different
crystals drive them, so the relation changes: a sound card is easily 50 parts per million off, 3 ms
a minute. Once per period both clocks are read at the same moment, and the line through the readings
is corrected by a small part of its error. A reading has a resolution of one frame; the line
averages over many readings and is much more exact. An error too large to be drift means that the
server lost time. Then the line starts again from that reading.

JACK's frame counter has 32 bits and wraps after a day at 48 kHz. This module only computes
differences from the last reading, modulo 2**32, so a session may be of any length.
"""

NS_PER_S = 1_000_000_000
RESYNC_NS = 1_000_000  # a card would have to drift by 20 % for this error in one period
SMOOTHING = 64  # one part in this many of an error is corrected; the rest counts as noise


class FrameClock:
    """The line that relates JACK's frames to the session clock."""

    def __init__(self, rate_hz: int, frame: int, now_ns: int) -> None:
        """Start with one reading of both clocks."""
        self._rate_hz = rate_hz
        self._frame = frame
        self._ns = now_ns
        self._readings = 1

    def observe(self, frame: int, now_ns: int) -> None:
        """Add another reading of both clocks."""
        expected_ns = self.ns_of(frame)
        miss_ns = now_ns - expected_ns
        # The first readings are averaged; otherwise a bad first one would last for a second.
        self._readings = 1 if abs(miss_ns) > RESYNC_NS else min(self._readings + 1, SMOOTHING)
        self._frame = frame
        self._ns = expected_ns + miss_ns // self._readings

    def ns_of(self, frame: int) -> int:
        """Return the time of a frame within half a day of the last reading."""
        frames = (frame - self._frame + (1 << 31)) % (1 << 32) - (1 << 31)
        return self._ns + frames * NS_PER_S // self._rate_hz

    def frames_between(self, begin_ns: int, end_ns: int) -> int:
        """Return the number of frames between two times, to the nearest."""
        return ((end_ns - begin_ns) * self._rate_hz + NS_PER_S // 2) // NS_PER_S
