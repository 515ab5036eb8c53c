"""What each instrument has done in the music up to now: how long its notes last, how it rests.

The statistics are those of both players together, over the last notes of each instrument. They
decide when a note has lasted too long (`release_hazard`), when an instrument has rested too long
(`onset_hazard`), whether it plays one note at a time, and how densely it plays (`rate`).
"""

from __future__ import annotations

from math import exp

from bridge.midi.instruments import Instrument
from bridge.midi.notes import TICKS_PER_QUARTER
from model.decoding.heard.durations import Durations, cumulative_hazard

_LENGTH_TICKS, _REST_TICKS = 48.0, 48.0
"""Means before anything is known: a quarter note."""
USUAL_RATES = (2.8, 1.9, 2.7, 4.8, 1.1, 2.6, 1.1, 2.2, 1.8, 2.6, 1.4, 2.0, 2.8, 3.6)
"""Onsets a quarter note of each instrument in the bars in which it plays (`dev/usual_rates.py`)."""
_MELODY_INSTRUMENTS = frozenset(
    (
        *(Instrument.BASS, Instrument.VOICE, Instrument.FLUTE, Instrument.CLARINET),
        *(Instrument.SAX, Instrument.TRUMPET),
    )
)
_MONOPHONIC_SHARE, _OVERLAP_PRIOR, _OVERLAP_MEMORY = 0.08, 4.0, 0.97
_RATE_TICKS = 2.0 * TICKS_PER_QUARTER
"""The time constant of the mean over which a rate is taken."""
_REGISTER = 24
_LOWEST_REGISTER = 12


class NoteStatistics:
    """Lengths, rests and overlaps of the notes of each instrument."""

    __slots__ = (
        *("_last_onsets", "_lengths", "_onset_counts", "_overlaps", "_register_lengths", "_rests"),
    )

    def __init__(self) -> None:
        self._lengths: dict[int, Durations] = {}
        self._register_lengths: dict[tuple[int, int], Durations] = {}
        self._rests: dict[int, Durations] = {}
        self._last_onsets: dict[int, int] = {}
        self._onset_counts: dict[int, float] = {}  # at the last onset, decayed
        self._overlaps: dict[int, tuple[float, float]] = {}  # overlapping onsets, and all

    def copy(self) -> NoteStatistics:
        """Return an independent copy. Its size does not grow with the music."""
        other = NoteStatistics()
        other._lengths = dict(self._lengths)
        other._register_lengths = dict(self._register_lengths)
        other._rests = dict(self._rests)
        other._last_onsets = dict(self._last_onsets)
        other._onset_counts = dict(self._onset_counts)
        other._overlaps = dict(self._overlaps)
        return other

    def note_on(self, instrument: int, tick: int, *, overlaps: bool) -> None:
        """Record an onset; `overlaps` says whether the instrument sounds already."""
        last = self._last_onsets.get(instrument)
        if last is not None and tick > last:
            rests = self._rests.get(instrument) or Durations(_REST_TICKS)
            self._rests[instrument] = rests.with_duration(tick - last)
        self._onset_counts[instrument] = 1 + self._onset_count(instrument, tick)
        self._last_onsets[instrument] = tick
        some, every = self._overlaps.get(instrument, _prior_overlap(instrument))
        self._overlaps[instrument] = (
            _OVERLAP_MEMORY * some + overlaps,
            _OVERLAP_MEMORY * every + 1,
        )

    def note_off(self, instrument: int, pitch: int, ticks: int) -> None:
        """Record the end of a note that has lasted for some ticks."""
        lengths = self._lengths.get(instrument) or Durations(_LENGTH_TICKS)
        self._lengths[instrument] = lengths.with_duration(ticks)
        where = instrument, _register_of(pitch)
        lengths = self._register_lengths.get(where) or Durations(_LENGTH_TICKS)
        self._register_lengths[where] = lengths.with_duration(ticks)

    def release_hazard(self, instrument: int, pitch: int, ticks: int) -> float:
        """Return the cumulative hazard in nats of a note that has sounded for some ticks."""
        lengths = self._lengths.get(instrument, _NO_LENGTHS)
        general = lengths.survival(ticks)
        own = self._register_lengths.get((instrument, _register_of(pitch)), _NO_LENGTHS)
        return cumulative_hazard(own.survival(ticks, general))

    def onset_hazard(self, instrument: int, tick: int, since_tick: int) -> float:
        """Return the cumulative hazard in nats of an instrument's rest.

        The rest counts from the last onset; for an instrument without one, from `since_tick`.
        """
        last = self._last_onsets.get(instrument, since_tick)
        rests = self._rests.get(instrument, _NO_RESTS)
        return cumulative_hazard(rests.survival(max(0, tick - last)))

    def rate(self, instrument: int, tick: int) -> float:
        """Return the onsets a quarter note of an instrument, over about the last half bar."""
        return self._onset_count(instrument, tick) * TICKS_PER_QUARTER / _RATE_TICKS

    def _onset_count(self, instrument: int, tick: int) -> float:
        since = tick - self._last_onsets.get(instrument, tick)
        return self._onset_counts.get(instrument, 0.0) * exp(-since / _RATE_TICKS)

    def has_played(self, instrument: int) -> bool:
        """Return whether the instrument has played a note."""
        return instrument in self._last_onsets

    def last_onset(self, instrument: int) -> int | None:
        """Return the tick of an instrument's last onset."""
        return self._last_onsets.get(instrument)

    def is_monophonic(self, instrument: int) -> bool:
        """Return whether the instrument plays one note at a time."""
        some, every = self._overlaps.get(instrument, _prior_overlap(instrument))
        return some <= _MONOPHONIC_SHARE * every


_NO_LENGTHS, _NO_RESTS = Durations(_LENGTH_TICKS), Durations(_REST_TICKS)


def _prior_overlap(instrument: int) -> tuple[float, float]:
    """Return overlapping onsets, and all, before anything is known."""
    return (0.0 if instrument in _MELODY_INSTRUMENTS else _OVERLAP_PRIOR / 2), _OVERLAP_PRIOR


def _register_of(pitch: int) -> int:
    """Return the register of a pitch: two octaves each, divided at middle C."""
    return (pitch + _LOWEST_REGISTER) // _REGISTER
