"""Frames to nanoseconds and back: two clocks that run beside each other.

A JACK server counts frames of audio; a session counts nanoseconds of the machine. The two are made
by different crystals, so neither can be computed from the other for ever: a sound card is easily 50
parts per million off, 3 ms a minute. Once per period both are read at the same moment, and the line
through the readings is corrected by a small part of what it misses. A reading is a frame coarse;
the line, which averages over many, is much better than that. A miss too large to be drift means
that the server lost time, and the line starts again from there.

JACK's frame counter has 32 bits and is back at zero after a day at 48 kHz. All that is computed
here is a difference from the last reading, modulo 2**32, and so a session may be as long as it
likes.
"""

NS_PER_S = 1_000_000_000
RESYNC_NS = 1_000_000  # a card would have to drift by 20 % to miss this much in one period
SMOOTHING = 64  # of a miss, one part in this many is corrected; the rest is taken for noise


class FrameClock:
    """The line that relates JACK's frames to the session clock."""

    def __init__(self, rate_hz: int, frame: int, now_ns: int) -> None:
        """Begin with one reading of both clocks."""
        self._rate_hz = rate_hz
        self._frame = frame
        self._ns = now_ns
        self._readings = 1

    def observe(self, frame: int, now_ns: int) -> None:
        """Take in another reading of both clocks."""
        expected_ns = self.ns_of(frame)
        miss_ns = now_ns - expected_ns
        # The first readings are averaged, or an unlucky first one would be felt for a second.
        self._readings = 1 if abs(miss_ns) > RESYNC_NS else min(self._readings + 1, SMOOTHING)
        self._frame = frame
        self._ns = expected_ns + miss_ns // self._readings

    def ns_of(self, frame: int) -> int:
        """Return when a frame is, within half a day of the last reading."""
        frames = (frame - self._frame + (1 << 31)) % (1 << 32) - (1 << 31)
        return self._ns + frames * NS_PER_S // self._rate_hz

    def frames_between(self, begin_ns: int, end_ns: int) -> int:
        """Count the frames from one moment to another, to the nearest."""
        return ((end_ns - begin_ns) * self._rate_hz + NS_PER_S // 2) // NS_PER_S
