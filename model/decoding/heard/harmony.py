"""The harmony of the music up to now, and the harmony that its form leads one to expect.

The music is divided into half bars. For each of the last 64 there are two chromas, the sounding
times of the twelve pitch classes: one of the lowest sounding notes (the bass), one of all notes.

Most music returns to its harmony after 4, 8 or 12 bars. How well each period has held is the mean
cosine of the chromas of half bars that lie one period apart. The *expected* chroma of a half bar is
a mixture of the chromas one period earlier, weighted by how well the periods have held. On held-out
bands, such a mixture is nearer to the true chroma than any single period, and than the period that
has held best. Where the periods disagree the mixture is flat: music without a form leads to little
expectation. Shorter periods are multiples of these, and make the harmony stand still.

Whether there is a form at all is the question of `HeardForm.sureness`: by how much the period that
has held best agrees better than any two half bars do, as a share of what is possible. A period must
have been seen for one and a half times its length. Of held-out pieces, of which many have no such
form, these shares pass the limit, and these when their bars are shuffled (120 pieces, three
excerpts of each length):

    bars heard           6     8    12    16    20    24    32
    as they are        .26   .24   .37   .36   .41   .42   .42
    bars shuffled     .078  .036  .047  .017  .028  .006  .008

Only half bars that were heard count. Those of a take are predicted from the music before it, so
that the take cannot confirm itself.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from bridge.midi.instruments import Instrument

if TYPE_CHECKING:
    from numpy.typing import NDArray

KEPT = 64
"""Half bars that are kept."""
BASS, ALL = 0, 1
PERIODS = (8, 16, 24)
"""In half bars."""
CHORUS = 24
"""Music that has lasted twelve bars when the turn passes is taken for a chorus."""
_CHORUS_AGREEMENT = 1.0
_SHARPNESS = 6.0
_VAGUE, _EXACT = 0.8, 0.95
_MEAN_SHARE = 0.05
_NO_CHROMA = np.zeros((2, 12), np.float32)
_FEWEST = 4
"""Half bars with notes, below which nothing is expected."""
_SURE = 0.45
_SEEN = 1.5
_MOST_CHANCE = 0.8
"""Half bars that all agree by more than this are a form too: one chord that stays."""


class HarmonyLog:
    """The chromas of the last half bars. Without bars there are none."""

    __slots__ = (
        *("_bar_ticks", "_bass_pitches", "_begin_tick", "_complete", "_last", "_pitches", "_slot"),
    )

    def __init__(self) -> None:
        self._begin_tick, self._bar_ticks = 0, 0
        self._slot = 0  # number of the last half bar
        self._last = _NO_CHROMA.copy()  # its chromas
        self._complete: tuple[NDArray[np.float32], ...] = ()  # of those before it; copies share it
        self._pitches: tuple[int, ...] = ()  # sounding, with repetitions, in no order
        self._bass_pitches: tuple[int, ...] = ()  # those of the bass

    def copy(self) -> HarmonyLog:
        """Return an independent copy."""
        other = HarmonyLog()
        other._begin_tick, other._bar_ticks = self._begin_tick, self._bar_ticks
        other._slot, other._last = self._slot, self._last.copy()
        other._complete = self._complete
        other._pitches, other._bass_pitches = self._pitches, self._bass_pitches
        return other

    @property
    def pitches(self) -> tuple[int, ...]:
        """The pitches that sound, without drums."""
        return self._pitches

    def set_bars(self, begin_tick: int, bar_ticks: int) -> None:
        """Divide the music into bars of a length from a tick on; 0 for none."""
        self._begin_tick, self._bar_ticks, self._slot = begin_tick, bar_ticks, 0
        self._last, self._complete = _NO_CHROMA.copy(), ()

    def note_on(self, instrument: int, pitch: int) -> None:
        """Record the onset of a note that is not a drum."""
        self._pitches = (*self._pitches, pitch)
        if instrument == Instrument.BASS:
            self._bass_pitches = (*self._bass_pitches, pitch)

    def note_off(self, instrument: int, pitch: int) -> None:
        """Record the release of a note."""
        self._pitches = _without(self._pitches, pitch)
        if instrument == Instrument.BASS:
            self._bass_pitches = _without(self._bass_pitches, pitch)

    def advance(self, from_tick: int, to_tick: int) -> None:
        """Let time pass, in which the sounding notes sound on."""
        if not self._bar_ticks:
            return
        classes = [pitch % 12 for pitch in self._pitches]
        lowest = min(self._bass_pitches or self._pitches, default=None)
        at = from_tick
        while at < to_tick:
            slot = self.slot_at(at)
            end = min(to_tick, self._begin_tick + -(-(slot + 1) * self._bar_ticks // 2))
            for each in classes:
                self._last[ALL, each] += end - at
            if lowest is not None:
                self._last[BASS, lowest % 12] += end - at
            at = end
            if self.slot_at(at) > self._slot:
                self._complete = (*self._complete[2 - KEPT :], self._last)
                self._slot, self._last = self._slot + 1, _NO_CHROMA.copy()

    def slot_at(self, tick: int) -> int:
        """Return the number of the half bar of a tick."""
        return 2 * (tick - self._begin_tick) // self._bar_ticks

    def heard(self, tick: int) -> HeardForm | None:
        """Return the form of the music before a tick; None without bars or with too little."""
        if not self._bar_ticks:
            return None
        first = self._slot - len(self._complete)
        chroma = np.array([*self._complete, self._last])[: max(0, self.slot_at(tick) - first)]
        if np.count_nonzero(chroma[:, ALL].sum(1)) < _FEWEST:
            return None
        return HeardForm(self._begin_tick, self._bar_ticks, first, chroma)


class HeardForm:
    """The chromas of the half bars that were heard, and how well each period has held."""

    def __init__(
        self, begin_tick: int, bar_ticks: int, first: int, chroma: NDArray[np.float32]
    ) -> None:
        self.begin_tick, self.bar_ticks, self._first = begin_tick, bar_ticks, first
        self._shares = chroma / np.maximum(chroma.sum(2, keepdims=True), 1e-9)
        rows = chroma[:, ALL]
        unit = rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9)
        held = {}
        for period in PERIODS:
            if len(unit) > period + 1:
                held[period] = float((unit[period:] * unit[:-period]).sum(1).mean())
        self.sureness = _sureness(unit, held)
        """How much better than chance the best period has held: 1 is perfect, 0 chance."""
        # A period that the music is too short for is as likely as the longest that it shows.
        longest = held[max(held)] if held else 0.0
        self.agreement = {
            period: held.get(period, longest) for period in PERIODS if period <= len(unit)
        }
        if len(unit) == CHORUS and CHORUS not in held:
            self.agreement[CHORUS] = max(longest, _CHORUS_AGREEMENT)
        weights = np.exp(_SHARPNESS * np.array(list(self.agreement.values())))
        self._weights = dict(
            zip(self.agreement, ((1 - _MEAN_SHARE) * weights / weights.sum()).tolist(), strict=True)
        )
        mean_agreement = sum(self.agreement[each] * self._weights[each] for each in self._weights)
        self.clarity = min(1.0, max(0.0, (mean_agreement - _VAGUE) / (_EXACT - _VAGUE)))
        """How exactly the form has held: 0 as music usually does, 1 for an exact repetition."""
        mean = chroma.sum(0)
        self._mean = mean / np.maximum(mean.sum(1, keepdims=True), 1e-9)
        self._expected: dict[int, NDArray[np.float32]] = {}

    @property
    def is_sure(self) -> bool:
        """Whether the music has a form."""
        return self.sureness >= _SURE

    def slot_at(self, tick: int) -> int:
        """Return the number of the half bar of a tick."""
        return 2 * (tick - self.begin_tick) // self.bar_ticks

    def tick_of(self, slot: int) -> int:
        """Return the tick at which a half bar begins."""
        return self.begin_tick - -slot * self.bar_ticks // 2

    def expected(self, tick: int) -> NDArray[np.float32]:
        """Return the expected shares (2, 12) of the pitch classes at a tick."""
        slot = self.slot_at(tick)
        if slot not in self._expected:
            self._expected[slot] = self._mixture(slot)
        return self._expected[slot]

    def _mixture(self, slot: int) -> NDArray[np.float32]:
        count = len(self._shares)
        mixture: NDArray[np.float32] = _MEAN_SHARE * self._mean
        for period, weight in self._weights.items():
            source = slot - self._first
            source -= max(0, (source - count) // period + 1) * period
            part = self._shares[source] if source >= 0 else self._mean
            mixture = mixture + weight * np.where(part.sum(1, keepdims=True) > 0, part, self._mean)
        return mixture


def _sureness(unit: NDArray[np.float32], held: dict[int, float]) -> float:
    """Return how much better the best period holds than chance, from unit chromas (N, 12)."""
    seen = [cosine for period, cosine in held.items() if len(unit) >= _SEEN * period]
    if not seen:
        return 0.0
    count = len(unit)
    total = unit.sum(0)
    norms = float((unit * unit).sum())  # the half bars that are not silent
    chance = min(_MOST_CHANCE, (float(total @ total) - norms) / (count * (count - 1)))
    return (max(seen) - chance) / (1 - chance)


def _without(pitches: tuple[int, ...], pitch: int) -> tuple[int, ...]:
    if pitch not in pitches:
        return pitches
    at = pitches.index(pitch)
    return pitches[:at] + pitches[at + 1 :]
