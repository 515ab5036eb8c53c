"""What a player prefers, as a weight for each measure of a take.

A take's *utility* is the weighted sum of its row (`export.taste.measures`), each number in units of
its spread. A player who chooses among takes keeps the one whose utility, with some noise, is
highest. The probability that a take is kept is then

    exp(utility) / sum of exp(utility) of all takes that were there

This is the model of Bradley and Terry (1952, "Rank analysis of incomplete block designs") for two
takes, and that of Luce (1959, "Individual choice behavior") for more. Christiano et al. (2017, "Deep
reinforcement learning from human preferences") learn rewards from comparisons in the same way.

The weights have a normal prior around those of the critic alone: 1 for its rating, 0 for the rest.
How narrow it is follows from the decisions, by their evidence in Laplace's approximation (MacKay
1992, "Bayesian interpolation"): so few decisions, or contradictory ones, leave the critic's order.
The most probable weights are found by Newton's method, which takes some milliseconds.
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
_PRIOR = np.zeros(len(_NAMES))
_PRIOR[_CRITIC_COLUMN] = 1.0
_PRECISIONS = (64.0, 32.0, 16.0, 8.0, 4.0, 2.0, 1.0)
"""How narrow the prior may be: 1 / variance. 1 allows weights of about 1."""
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
    dict(zip(_NAMES, _PRIOR.tolist(), strict=True)), dict.fromkeys(_NAMES, 0.0)
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
    weights, precision = _most_probable(gaps, present)
    hessian = _Fit(gaps, present, weights, precision).hessian
    errors = np.sqrt(np.diag(np.linalg.inv(hessian)))
    sizes = present.sum(axis=1)
    return Taste(
        dict(zip(_NAMES, weights.tolist(), strict=True)),
        dict(zip(_NAMES, errors.tolist(), strict=True)),
        len(decisions),
        _foreseen(gaps, present, _left_out(gaps, present, weights, precision)),
        _foreseen(gaps, present, np.broadcast_to(_PRIOR, (len(gaps), len(_PRIOR)))),
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


class _Fit:
    """The cost of some weights (F,), with its gradient (F,) and its Hessian (F, F)."""

    def __init__(
        self, gaps: Floats, present: NDArray[np.bool_], weights: Floats, precision: float
    ) -> None:
        logits = np.where(present, gaps @ weights, -np.inf)
        top = logits.max(axis=1, keepdims=True)
        shares = np.exp(logits - top)
        total = shares.sum(axis=1, keepdims=True)
        shares /= total
        away = weights - _PRIOR
        self.losses = (top + np.log(total))[:, 0]
        """The negative log likelihood of each decision (N,)."""
        self.cost = float(self.losses.sum() + precision / 2 * away @ away)
        self.gradients = np.einsum("nk,nkf->nf", shares, gaps)
        """Of each decision (N, F), without the prior."""
        weighted = np.sqrt(shares)[..., None] * gaps
        self._flat = weighted.reshape(-1, gaps.shape[2])
        self._weighted = weighted
        self.gradient = self.gradients.sum(axis=0) + precision * away
        self.hessian = self._flat.T @ self._flat - self.gradients.T @ self.gradients
        self.hessian += precision * np.eye(len(weights))

    def hessians(self) -> Floats:
        """Return the Hessian of each decision (N, F, F), without the prior."""
        squares = np.swapaxes(self._weighted, 1, 2) @ self._weighted
        return squares - self.gradients[:, :, None] * self.gradients[:, None, :]


def _most_probable(gaps: Floats, present: NDArray[np.bool_]) -> tuple[Floats, float]:
    """Return the most probable weights, and the precision of the prior with the most evidence."""
    weights, best, found = _PRIOR, -np.inf, (_PRIOR, _PRECISIONS[0])
    for precision in _PRECISIONS:
        weights, fit = _minimum(gaps, present, weights, precision)
        _, volume = np.linalg.slogdet(fit.hessian)
        evidence = -fit.cost + (len(weights) * np.log(precision) - volume) / 2
        if evidence > best:
            best, found = evidence, (weights, precision)
    return found


def _minimum(
    gaps: Floats, present: NDArray[np.bool_], weights: Floats, precision: float
) -> tuple[Floats, _Fit]:
    """Return the weights of the least cost, by Newton's method with halved steps; it is convex."""
    fit = _Fit(gaps, present, weights, precision)
    for _ in range(_STEPS):
        step = np.linalg.solve(fit.hessian, fit.gradient)
        fall = float(step @ fit.gradient)
        if fall < _TOLERANCE:
            break
        size = 1.0
        while True:
            nearer = _Fit(gaps, present, weights - size * step, precision)
            if nearer.cost <= fit.cost - size * fall / 4 or size < _TOLERANCE:
                break
            size /= 2
        weights, fit = weights - size * step, nearer
    return weights, fit


def _left_out(
    gaps: Floats, present: NDArray[np.bool_], weights: Floats, precision: float
) -> Floats:
    """Return the weights (N, F) that are learned when each decision in turn is left out.

    They are one step of Newton's method away from those of all decisions (Beirami et al. 2017, "On
    optimal generalizability in parametric learning").
    """
    fit = _Fit(gaps, present, weights, precision)
    without = fit.hessian - fit.hessians()
    steps = np.linalg.solve(without, fit.gradients[..., None])[..., 0]
    return weights + steps  # type: ignore[no-any-return]


def _foreseen(gaps: Floats, present: NDArray[np.bool_], weights: Floats) -> float:
    """Return the share of the decisions in which weights (N, F) prefer the kept take."""
    liked = np.einsum("nkf,nf->nk", gaps, weights)[:, 1:]
    return float(np.mean(np.where(present[:, 1:], liked, -np.inf).max(axis=1) < 0))
