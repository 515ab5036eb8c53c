"""Probability masses by class of event, beside the events that came.

At each token, the network's probabilities under the grammar are summed by class. Their mean over
the tokens of a continuation is the *mass* of a class. The *share* of a class is how many of the
tokens belong to it. For music that the network knows, the two agree.

    waits, releases            time passes; a note ends
    drum, bass, other onsets   a note of these instruments begins
    clashing                   onsets a semitone or a major seventh from a sounding note, as a share
                               of all onsets but those of drums
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from bridge.midi.instruments import Instrument
from model.decoding.heard.clashes import CLASHING
from model.tokens import vocabulary as v

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

_CLASSES = ("waits", "releases", "drum onsets", "bass onsets", "other onsets")
_FIRST_PITCHED = 3
_CLASHING = "clashing"
_IS_ON = v.EVENT_KIND == v.Kind.ON
_CLASS: NDArray[np.int64] = np.select(
    [
        v.EVENT_KIND == v.Kind.WAIT,
        v.EVENT_KIND == v.Kind.OFF,
        _IS_ON & (v.EVENT_INSTRUMENT == Instrument.DRUMS),
        _IS_ON & (v.EVENT_INSTRUMENT == Instrument.BASS),
        _IS_ON,
    ],
    range(len(_CLASSES)),
    len(_CLASSES),
)
"""The class of each event (E,); the last number stands for events of the frame."""
_PITCH_CLASS = v.EVENT_PITCH % 12


class ClassMasses:
    """The sums over the tokens of a continuation."""

    def __init__(self) -> None:
        self.tokens = 0
        """How many were counted."""
        self._masses, self._counts = (np.zeros(len(_CLASSES) + 1) for _ in range(2))
        self._clashing_mass = self._clashing_count = 0.0

    def add(
        self,
        logits: NDArray[np.float32],
        mask: NDArray[np.bool_],
        pitches: Iterable[int],
        event: int,
    ) -> None:
        """Count an event, from the logits (E,) of all, a mask (E,) and the sounding pitches.

        An event that the mask excludes is not counted.
        """
        if not mask[event]:
            return
        allowed = np.flatnonzero(mask)
        weights = np.exp(logits[allowed] - logits[allowed].max()).astype(np.float64)
        weights /= weights.sum()
        classes = _CLASS[allowed]
        clashing = np.zeros(12, np.bool_)
        clashing[[(pitch + step) % 12 for pitch in pitches for step in CLASHING]] = True
        clashes = clashing[_PITCH_CLASS[allowed]] & (classes >= _FIRST_PITCHED)
        self.tokens += 1
        self._masses += np.bincount(classes, weights, len(_CLASSES) + 1)
        self._clashing_mass += float(weights[clashes].sum())
        self._counts[_CLASS[event]] += 1
        self._clashing_count += bool(clashes[allowed.searchsorted(event)])

    def masses(self) -> dict[str, float]:
        """Return the mean probability of each class; NaN without tokens."""
        return self._means(self._masses, self._clashing_mass)

    def shares(self) -> dict[str, float]:
        """Return the share of the tokens of each class; NaN without tokens."""
        return self._means(self._counts, self._clashing_count)

    def _means(self, sums: NDArray[np.float64], clashing: float) -> dict[str, float]:
        pitched = float(sums[_FIRST_PITCHED : len(_CLASSES)].sum())
        means = {name: _ratio(float(sums[at]), self.tokens) for at, name in enumerate(_CLASSES)}
        return means | {_CLASHING: _ratio(clashing, pitched)}


def _ratio(part: float, whole: float) -> float:
    return part / whole if whole > 0 else float("nan")
