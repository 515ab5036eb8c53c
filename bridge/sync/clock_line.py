"""A regression line through the times of MIDI clocks: it predicts when the next ones come.

A host sends 24 clocks to the quarter note, evenly spaced. They arrive with varying delays: a driver
delivers all clocks of an audio period at once, and a busy machine delays one by 20 ms. Musicians
hear 10 ms. So neither a single clock nor the interval between two is reliable. The line through
many clocks is: it maps clock number to time, its slope is the tempo and its height the beat.

The delays are one-sided. A clock may come much too late, but never much too early, and a few late
clocks distort an ordinary regression. So the fit is weighted: clocks off the line count less, and
late ones, above the line, count still less. The weights depend on the line and the line on the
weights. Instead of iterating at each clock, the fit makes one round from the last clock's line,
which differs little.

Clock numbers matter as much as times, because they are the position in the song. Clocks that were
delayed and come together are all counted, and the line shows how late they are. If clocks were
lost, all later clocks are late by the same whole number of clocks; the lost ones are then counted
as if they had come. Meanwhile the line stays as it was, because it was right.
"""

from collections import deque
from itertools import combinations
from statistics import median
from typing import NamedTuple

from bridge.sync.tempo import FREE_BPM, quarter_ns
from bridge.system.units import MS, SECOND

CLOCKS_PER_QUARTER = 24  # "24 clocks per quarter note" (MIDI 1.0, System Real Time)
SILENCE_NS = SECOND  # after this time without a clock the source is absent

WINDOW = 96  # clocks in the line: a bar of 4/4
MIN_CLOCKS = 12  # clocks that are needed to estimate the spread of the delays
# The old tempo weighs at most as much as a dozen clocks.
MAX_PRIOR_WEIGHT = MIN_CLOCKS * (MIN_CLOCKS**2 - 1) / 12
MISS_NS = 4 * MS
MISS_CLOCKS = 0.15  # a clock this far off the line, and by 4 ms, is a miss
TEMPO_STEP_MISSES = 10  # misses in a row after which only these clocks are kept: a new tempo
CONTRADICTION_MISSES = 3  # misses in a row after a pause that show a new tempo
LOST_MISSES = 5  # misses in a row, late by the same whole clocks, that show lost clocks
LOST_CLOCKS = 0.1  # tolerance of their median from a whole number of clocks
LOST_SPREAD = 0.12  # and their median deviation from it, in clocks
DUPLICATE_CLOCKS = 0.125  # a clock this soon after another, in clocks, is a duplicate
DUPLICATE_EARLY = 0.75  # if it is also early by this many clocks
DUPLICATE_SPREADS = 6.0  # and by this many spreads
MIN_SPREAD_NS = 1_500_000  # lower bound of the spread of the delays
INITIAL_SPREAD_NS = 2 * MS
LATE_SPREADS = 1.6  # a clock this far above the line has half the weight
EARLY_SPREADS = 3.2  # and one this far below it
MIN_CLOCK_NS = 2_500_000  # 1000 bpm; no host goes beyond
MAX_CLOCK_NS = 250 * MS  # 10 bpm


class _Fit(NamedTuple):
    """Clock `number` comes `time_ns` after the first of its run; clocks are `clock_ns` apart."""

    number: int
    time_ns: float
    clock_ns: float

    def time_at(self, number: int) -> float:
        return self.time_ns + (number - self.number) * self.clock_ns


class ClockLine:
    """Numbers clocks as they come, and estimates when each should have come.

    The line exists from the first clock on: with one clock it has the previous tempo, or 120 bpm.
    Two and three clocks give a tempo as exact as their times; through a driver with periods of 5 ms
    its error may be a quarter and an eighth. With twelve clocks the error is 3 % at worst, and with
    24 half of a percent: then the next beat is exact to 5 ms.
    """

    def __init__(self) -> None:
        self._number = -1
        self._last_ns: int | None = None
        self._begin_ns = 0
        self._clocks: deque[tuple[int, int]] = deque(maxlen=WINDOW)  # (number, ns since the first)
        self._fit_line = _Fit(0, 0.0, quarter_ns(FREE_BPM) / CLOCKS_PER_QUARTER)
        self._spread_ns = float(INITIAL_SPREAD_NS)
        # The latest misses in a row, in ns.
        self._misses: deque[float] = deque(maxlen=TEMPO_STEP_MISSES)
        self._information = 0.0  # weight of the tempo: weighted variance sum of clock numbers
        self._prior_clock_ns = 0.0  # the clock's length before this run
        self._prior_weight = 0.0

    @property
    def number(self) -> int:
        """The number of the last clock, from 0; -1 before the first."""
        return self._number

    @property
    def last_ns(self) -> int | None:
        """When the last clock came, or None."""
        return self._last_ns

    @property
    def quarter_ns(self) -> int:
        """The length of a quarter note in nanoseconds."""
        return round(CLOCKS_PER_QUARTER * self._fit_line.clock_ns)

    def ns_at(self, number: int) -> int:
        """Return when a clock comes or came, according to the line."""
        return self._begin_ns + round(self._fit_line.time_at(number))

    def start_run(self) -> None:
        """Treat the next clock as the first of a run: keep the tempo, drop the beat."""
        if self._clocks:
            self._prior_clock_ns = self._fit_line.clock_ns
            self._prior_weight = min(self._information + self._prior_weight, MAX_PRIOR_WEIGHT)
            self._clocks.clear()
        self._misses.clear()

    def add_clock(self, time_ns: int) -> None:
        """Add a clock."""
        if self._last_ns is not None and time_ns - self._last_ns >= SILENCE_NS:
            self.start_run()
        if not self._clocks:
            self._begin_ns = time_ns
            self._fit_line = _Fit(self._number + 1, 0.0, self._fit_line.clock_ns)
        elapsed_ns = time_ns - self._begin_ns
        miss_ns = elapsed_ns - self._fit_line.time_at(self._number + 1)
        if self._is_duplicate(elapsed_ns, miss_ns):
            return
        catching_up = (
            bool(self._clocks)
            and miss_ns > 0
            and elapsed_ns - self._clocks[-1][1] < self._fit_line.clock_ns / 2
        )
        self._last_ns = time_ns
        self._number += 1
        self._clocks.append((self._number, elapsed_ns))
        if not catching_up:
            self._count_misses(miss_ns)
        self._fit()

    def _is_duplicate(self, elapsed_ns: int, miss_ns: float) -> bool:
        """Return whether this is a duplicate of the last clock: too soon, and none is overdue."""
        clock_ns = self._fit_line.clock_ns
        return (
            len(self._clocks) >= MIN_CLOCKS
            and not self._misses
            and elapsed_ns - self._clocks[-1][1] < DUPLICATE_CLOCKS * clock_ns
            and -miss_ns > max(DUPLICATE_SPREADS * self._spread_ns, DUPLICATE_EARLY * clock_ns)
        )

    def _count_misses(self, miss_ns: float) -> None:
        """Count the misses in a row, and react to lost clocks or a new tempo."""
        if abs(miss_ns) <= max(MISS_NS, MISS_CLOCKS * self._fit_line.clock_ns):
            self._misses.clear()
            return
        self._misses.append(miss_ns)
        misses = len(self._misses)
        if len(self._clocks) < MIN_CLOCKS:
            if misses >= CONTRADICTION_MISSES:
                self._prior_weight = 0.0
        elif misses >= LOST_MISSES and self._count_lost_clocks():
            self._misses.clear()
        elif misses == TEMPO_STEP_MISSES:
            self._misses.clear()
            self._prior_weight = 0.0
            while len(self._clocks) > TEMPO_STEP_MISSES:
                self._clocks.popleft()

    def _count_lost_clocks(self) -> bool:
        """Count lost clocks, if the last clocks are all late by the same number of whole clocks.

        Return whether clocks were lost.
        """
        clock_ns = self._fit_line.clock_ns
        # The first may be a clock before the gap. A tempo that slows down gets here later.
        if self._misses[1] < clock_ns / 2:
            return False
        misses = list(self._misses)[-LOST_MISSES:]
        middle = median(misses)
        lost = round(middle / clock_ns)
        spread = median(abs(miss - middle) for miss in misses)
        close = abs(middle - lost * clock_ns) <= LOST_CLOCKS * clock_ns
        if lost < 1 or not close or spread > LOST_SPREAD * clock_ns:
            return False
        late = [self._clocks.pop() for _ in self._misses]
        self._clocks.extend((number + lost, elapsed_ns) for number, elapsed_ns in late[::-1])
        self._number += lost
        return True

    def _fit(self) -> None:
        """Fit the line: one round if there are many clocks, otherwise from scratch."""
        numbers = [number - self._number for number, _ in self._clocks]
        times = [elapsed_ns for _, elapsed_ns in self._clocks]
        line = _Fit(self._number, self._fit_line.time_at(self._number), self._fit_line.clock_ns)
        if len(times) < MIN_CLOCKS:
            line = self._median_fit(line, numbers, times)
            for _ in range(2):
                line = self._reweighted_fit(
                    line, numbers, _residuals(line, numbers, times), INITIAL_SPREAD_NS
                )
        else:
            misses = _residuals(line, numbers, times)
            self._spread_ns = _spread(misses)
            line = self._reweighted_fit(line, numbers, misses, self._spread_ns)
        self._fit_line = line

    def _median_fit(self, line: _Fit, numbers: list[int], times: list[int]) -> _Fit:
        """Fit a line to few clocks: the median of all slopes and that of all heights."""
        if self._prior_weight == 0 and len(times) > 1:
            pairs = combinations(zip(numbers, times, strict=True), 2)
            slopes = [(time - before) / (x - y) for (y, before), (x, time) in pairs]
            clock_ns = median(slopes)
            if MIN_CLOCK_NS <= clock_ns <= MAX_CLOCK_NS:
                line = line._replace(clock_ns=clock_ns)
        offset_ns = median(_residuals(line, numbers, times))
        return line._replace(time_ns=line.time_ns + offset_ns)

    def _reweighted_fit(
        self, line: _Fit, numbers: list[int], misses: list[float], spread_ns: float
    ) -> _Fit:
        """Fit a line to the residuals of the last one, weighted by their size."""
        late, early = 1 / (LATE_SPREADS * spread_ns) ** 2, 1 / (EARLY_SPREADS * spread_ns) ** 2
        w = wx = wy = wxx = wxy = 0.0
        for x, y in zip(numbers, misses, strict=True):
            weight = 1 / (1 + (y * y * (late if y > 0 else early)) ** 2)
            weighted_x = weight * x
            w += weight
            wx += weighted_x
            wy += weight * y
            wxx += weighted_x * x
            wxy += weighted_x * y
        self._information = wxx - wx * wx / w
        total_weight = self._information + self._prior_weight
        if total_weight <= 0:
            return line._replace(time_ns=line.time_ns + wy / w)
        slope = wxy - wx * wy / w + self._prior_weight * (self._prior_clock_ns - line.clock_ns)
        change = slope / total_weight
        if not MIN_CLOCK_NS <= line.clock_ns + change <= MAX_CLOCK_NS:
            change = 0.0
        return _Fit(line.number, line.time_ns + (wy - change * wx) / w, line.clock_ns + change)


def _residuals(line: _Fit, numbers: list[int], times: list[int]) -> list[float]:
    """Return how late each clock is, in nanoseconds."""
    begin_ns, clock_ns = line.time_ns, line.clock_ns
    return [
        time - begin_ns - clock_ns * number for number, time in zip(numbers, times, strict=True)
    ]


def _spread(misses: list[float]) -> float:
    """Return the spread of clocks around the line, in nanoseconds.

    It is measured on the early side, because the late one has outliers. If the early side is empty,
    a driver's period may divide the clock's length almost evenly. Then clocks come as if by another
    tempo, and now and then one is a whole period late. In this case both sides are measured.
    """
    ordered = sorted(misses)
    quarter = len(ordered) // 4
    early_ns = 1.4826 * (ordered[len(ordered) // 2] - ordered[quarter])
    if early_ns < MIN_SPREAD_NS:
        early_ns = min(0.7413 * (ordered[-1 - quarter] - ordered[quarter]), MISS_NS)
    return max(early_ns, MIN_SPREAD_NS)
