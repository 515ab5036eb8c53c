"""What a player prefers, as a weight for each measure of a take.

A take's *utility* is the weighted sum of its row (`export.taste.measures`), each number in units of
its spread. A player who chooses among takes keeps the one whose utility, with some noise, is
highest. The probability that a take is kept is then

    exp(utility) / sum of exp(utility) of all takes that were there

This is the model of Bradley and Terry (1952, "Rank analysis of incomplete block designs") for two
takes, and that of Luce (1959, "Individual choice behavior") for more. Christiano et al. (2017,
"Deep reinforcement learning from human preferences") learn rewards from comparisons in this way.

The weights have a normal prior around those of the critic alone: a number above 0 for its rating, 0
for the rest. That number is the player's *constancy*, which is small for one who chooses at random,
and the prior's deviation is a share of it. Both follow from the decisions, by their evidence in
Laplace's approximation (MacKay 1992, "Bayesian interpolation"). So few decisions, or contradictory
ones, leave the critic's order. The most probable weights are found by Newton's method.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from export.taste.measures import CRITIC, SPREADS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from export.taste.decisions import Decision
    from export.taste.measures import Row

    Floats = NDArray[np.float64]

_NAMES = tuple(SPREADS)
_SPREADS = np.array(tuple(SPREADS.values()))
_CRITIC_COLUMN = _NAMES.index(CRITIC)
_CRITIC_WEIGHTS = np.zeros(len(_NAMES))
_CRITIC_WEIGHTS[_CRITIC_COLUMN] = 1.0
_CONSTANCIES = (0.125, 0.25, 0.5, 1.0, 2.0)
"""What the critic's weight may be in the prior; 1 is expected, within a factor of 4."""
_DEVIATIONS = (0.125, 0.177, 0.25, 0.354, 0.5, 0.707, 1.0, 1.414, 2.0)
"""What the deviation of the prior may be, as a share of the constancy."""
_USUAL_DEVIATION, _OCTAVES = 0.5, 2.0
_STEPS, _TOLERANCE = 50, 1e-9


@dataclass(frozen=True, slots=True)
class Taste:
    """The weights of a player's taste, and how well they foresee the decisions they are from."""

    weights: dict[str, float]
    """By the name of a measure, in units of its spread."""
    errors: dict[str, float]
    """The standard errors of the weights."""
    decisions: int = 0
    foreseen: float = 0.0
    """The share of the decisions that are foreseen by a taste learned from all others."""
    foreseen_by_critic: float = 0.0
    by_chance: float = 0.0

    def utility(self, row: Row) -> float:
        """Return how much the player would like a take with this row."""
        weights = np.array([self.weights[name] for name in _NAMES])
        return float(weights @ (np.array(row) / _SPREADS))

    def order(self, rows: Sequence[Row]) -> list[int]:
        """Return the indices of takes of one prompt, the best first.

        Without decisions this is the critic's order, to the last bit.
        """
        critic = [row[_CRITIC_COLUMN] for row in rows]
        utilities = list(map(self.utility, rows)) if self.decisions else critic
        return sorted(range(len(rows)), key=lambda i: (-utilities[i], -critic[i]))


CRITIC_ALONE = Taste(
    dict(zip(_NAMES, _CRITIC_WEIGHTS.tolist(), strict=True)), dict.fromkeys(_NAMES, 0.0)
)
"""The taste of a player who has decided nothing."""


def learn(decisions: Sequence[Decision], model: str) -> Taste:
    """Return the taste that decisions show, for takes of the model with this checksum.

    Ratings of another model's critic are on another scale. They count as equal, so that such a
    decision teaches the other measures only.
    """
    if not decisions:
        return CRITIC_ALONE
    gaps, present = _gaps(decisions, model)
    fit = _most_probable(gaps, present)
    weights, errors = fit.weights, np.sqrt(np.diag(np.linalg.inv(fit.hessian)))
    sizes = present.sum(axis=1)
    return Taste(
        dict(zip(_NAMES, weights.tolist(), strict=True)),
        dict(zip(_NAMES, errors.tolist(), strict=True)),
        len(decisions),
        _foreseen(gaps, present, fit.left_out()),
        _foreseen(
            gaps, present, np.broadcast_to(_CRITIC_WEIGHTS, (len(gaps), len(_CRITIC_WEIGHTS)))
        ),
        float(np.mean(1 / sizes)),
    )


def _gaps(decisions: Sequence[Decision], model: str) -> tuple[Floats, NDArray[np.bool_]]:
    """Return each take's row minus that of the kept take (N, K, F), and which takes there are.

    The kept take is the first of the K; decisions with fewer takes are filled up with zeros.
    """
    most = max(len(decision.others) for decision in decisions) + 1
    gaps = np.zeros((len(decisions), most, len(_NAMES)))
    present = np.zeros((len(decisions), most), np.bool_)
    for number, decision in enumerate(decisions):
        others = (np.array(decision.others) - np.array(decision.kept)) / _SPREADS
        if decision.model != model:
            others[:, _CRITIC_COLUMN] = 0
        gaps[number, 1 : len(others) + 1] = others
        present[number, : len(others) + 1] = True
    return gaps, present


@dataclass(frozen=True, slots=True)
class _Prior:
    """A normal distribution around the weights of the critic alone."""

    constancy: float
    deviation: float
    """As a share of the constancy."""

    @property
    def mean(self) -> Floats:
        return self.constancy * _CRITIC_WEIGHTS

    @property
    def precision(self) -> float:
        """1 / variance."""
        return 1 / (self.constancy * self.deviation) ** 2

    @property
    def log_density(self) -> float:
        """How much is expected of such a player, whose decisions are not known yet."""
        octaves = np.log2(self.constancy) / _OCTAVES
        return float(-((self.deviation / _USUAL_DEVIATION) ** 2 + octaves**2) / 2)


class _Fit:
    """The cost of some weights (F,), with its gradient (F,) and its Hessian (F, F)."""

    def __init__(
        self, gaps: Floats, present: NDArray[np.bool_], weights: Floats, prior: _Prior
    ) -> None:
        self.weights, self.prior = weights, prior
        logits = np.where(present, gaps @ weights, -np.inf)
        top = logits.max(axis=1, keepdims=True)
        shares = np.exp(logits - top)
        total = shares.sum(axis=1, keepdims=True)
        shares /= total
        away, precision = weights - prior.mean, prior.precision
        self.cost = float((top + np.log(total)).sum() + precision / 2 * away @ away)
        self._gradients = np.einsum("nk,nkf->nf", shares, gaps)  # of each decision
        self._weighted = np.sqrt(shares)[..., None] * gaps
        flat = self._weighted.reshape(-1, len(weights))
        self.gradient = self._gradients.sum(axis=0) + precision * away
        self.hessian = flat.T @ flat - self._gradients.T @ self._gradients
        self.hessian += precision * np.eye(len(weights))

    @property
    def log_evidence(self) -> float:
        """How probable the decisions are with this prior, whatever the weights."""
        _, volume = np.linalg.slogdet(self.hessian)
        return float(-self.cost + (len(self.weights) * np.log(self.prior.precision) - volume) / 2)

    def left_out(self) -> Floats:
        """Return the weights (N, F) that are learned when each decision in turn is left out.

        They are one step of Newton's method away from those of all decisions (Beirami et al. 2017,
        "On optimal generalization in parametric learning").
        """
        squares = np.swapaxes(self._weighted, 1, 2) @ self._weighted
        hessians = squares - self._gradients[:, :, None] * self._gradients[:, None, :]
        steps = np.linalg.solve(self.hessian - hessians, self._gradients[..., None])
        return self.weights + steps[..., 0]


def _most_probable(gaps: Floats, present: NDArray[np.bool_]) -> _Fit:
    """Return the fit of the most probable weights, with the most probable prior."""
    fits = (
        _minimum(gaps, present, _Prior(constancy, deviation))
        for constancy in _CONSTANCIES
        for deviation in _DEVIATIONS
    )
    return max(fits, key=lambda fit: fit.log_evidence + fit.prior.log_density)


def _minimum(gaps: Floats, present: NDArray[np.bool_], prior: _Prior) -> _Fit:
    """Return the weights of the least cost, by Newton's method with halved steps; it is convex."""
    fit = _Fit(gaps, present, prior.mean, prior)
    for _ in range(_STEPS):
        step = np.linalg.solve(fit.hessian, fit.gradient)
        fall, size = float(step @ fit.gradient), 1.0
        if fall < _TOLERANCE:
            break
        while True:
            nearer = _Fit(gaps, present, fit.weights - size * step, prior)
            if nearer.cost <= fit.cost - size * fall / 4 or size < _TOLERANCE:
                break
            size /= 2
        fit = nearer
    return fit


def _foreseen(gaps: Floats, present: NDArray[np.bool_], weights: Floats) -> float:
    """Return the share of the decisions in which weights (N, F) prefer the kept take."""
    liked = np.einsum("nkf,nf->nk", gaps, weights)[:, 1:]
    return float(np.mean(np.where(present[:, 1:], liked, -np.inf).max(axis=1) < 0))
