"""How much of a take is quoted: its longest run of notes that the training music also has.

A run is a sequence of intervals between successive notes, without drums, in the order of a piece's
tokens. It is therefore found in any key. Runs of k intervals are looked up by their hash (Karp and
Rabin 1987) among all runs of k in the corpus, for k in steps of `RUN_STEP`, so the longest run is
exact to a step. Human pieces that the network was not trained on are the reference, since scales,
trills and cadences are common to all music.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from bridge.midi.instruments import Instrument
from model.tokens import vocabulary as v

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

RUN_STEP, MAX_RUN = 4, 64
_HASH_BASE = np.uint64(1_000_003)
_SEPARATOR = 128
"""Stands between pieces; no interval has this value."""
_COARSE_BITS = 22


def intervals(tokens: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the intervals between successive notes of a piece's tokens."""
    events = v.TOKEN_EVENT[tokens]
    is_onset = (v.TOKEN_KIND[tokens] == v.Kind.ON) & (
        v.EVENT_INSTRUMENT[events] != Instrument.DRUMS
    )
    found: NDArray[np.int64] = np.diff(v.EVENT_PITCH[events[is_onset]])
    return found


class _IntervalRuns:
    """The hashes of all runs of a sequence of intervals (N,), longer by `RUN_STEP` each time."""

    def __init__(self, steps: NDArray[np.int64]) -> None:
        symbols = (steps + 256).astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15)
        symbols ^= symbols >> np.uint64(29)
        self._base_hashes = np.zeros(max(0, len(steps) - RUN_STEP + 1), np.uint64)
        for index in range(RUN_STEP):  # arithmetic is modulo 2^64
            self._base_hashes = (
                self._base_hashes * _HASH_BASE + symbols[index : index + len(self._base_hashes)]
            )
        self._separator_counts = np.concatenate(([0], np.cumsum(steps == _SEPARATOR)))
        self._hashes, self._length = self._base_hashes, RUN_STEP

    def lengthen(self) -> None:
        """Make all runs longer by a step."""
        kept = max(0, len(self._hashes) - RUN_STEP)
        later = self._base_hashes[self._length : self._length + kept]
        self._hashes = self._hashes[:kept] * _HASH_BASE**RUN_STEP + later
        self._length += RUN_STEP

    @property
    def hashes(self) -> NDArray[np.uint64]:
        """The hashes of runs within one piece."""
        is_within_piece = (
            self._separator_counts[self._length :] == self._separator_counts[: -self._length]
        )
        found: NDArray[np.uint64] = self._hashes[is_within_piece[: len(self._hashes)]]
        return found


def _find_present(hashes: NDArray[np.uint64], wanted: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Return which of the wanted hashes (few, sorted) are among many hashes."""
    coarse = np.zeros(1 << _COARSE_BITS, bool)
    mask = np.uint64((1 << _COARSE_BITS) - 1)
    coarse[wanted & mask] = True
    return wanted[np.isin(wanted, hashes[coarse[hashes & mask]])]


def longest_runs(
    takes: Sequence[NDArray[np.int64]], corpus: Iterable[NDArray[np.int64]]
) -> list[int]:
    """Return for each take (tokens) the notes of its longest run that is also in the corpus.

    A run of k intervals has k + 1 notes. A take without a run has 0.
    """
    pieces: list[NDArray[np.int64]] = []
    for piece in corpus:
        pieces += (intervals(piece), np.array([_SEPARATOR]))
    corpus_runs = _IntervalRuns(np.concatenate(pieces))
    queries = [_IntervalRuns(intervals(take)) for take in takes]
    longest = [0] * len(takes)
    searching = list(range(len(takes)))
    for steps in range(RUN_STEP, MAX_RUN + 1, RUN_STEP):
        wanted = np.unique(np.concatenate([queries[index].hashes for index in searching]))
        present = _find_present(corpus_runs.hashes, wanted)
        searching = [i for i in searching if np.isin(queries[i].hashes, present).any()]
        if not searching:
            break
        for index in searching:
            longest[index] = steps + 1
            queries[index].lengthen()
        corpus_runs.lengthen()
    return longest


def run_report(
    takes: Sequence[NDArray[np.int64]],
    truths: Sequence[NDArray[np.int64]],
    pieces: Iterable[NDArray[np.int64]],
) -> dict[str, Any]:
    """Return how long the longest runs are that takes and human continuations share with pieces."""
    runs = longest_runs([*takes, *truths], pieces)

    def figures(found: Sequence[int]) -> dict[str, float]:
        middle, high = np.percentile(found, (50, 95))
        return {"median": float(middle), "p95": float(high), "longest": int(max(found))}

    return {
        "unit": f"notes, to {RUN_STEP}",
        "takes": figures(runs[: len(takes)]),
        "truths": figures(runs[len(takes) :]),
    }
