"""Draw from logits: temperature, top-p, min-p.

Logits are divided by the temperature, and the unlikely tail is cut (top-p: the fewest events that
hold this share of the probability, Holtzman et al. 2020; min-p: events at least this share as
likely as the likeliest, Nguyen et al. 2024). All of it is NumPy on one row of logits.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from model.tokens import vocabulary as v

if TYPE_CHECKING:
    from numpy.random import Generator
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class SamplingParams:
    """How random the choice is. Temperature 0 is greedy: always the likeliest event."""

    temperature: float = 1.0
    top_p: float = 0.95
    min_p: float = 0.0


def sample_token(
    events: NDArray[np.float32],
    velocities: NDArray[np.float32],
    mask: NDArray[np.bool_],
    params: SamplingParams,
    rng: Generator,
) -> int:
    """Return the next token from event logits (E,) and velocity logits (14, 16).

    The event is one of those that the mask (E,) allows.
    """
    # Most events are excluded: only the few hundred allowed ones are computed.
    allowed = np.flatnonzero(mask)
    event = int(allowed[sample_index(events[allowed], params, rng)])
    if event < v.FIRST_ON:
        return event
    return v.token_id(event, sample_index(velocities[v.EVENT_INSTRUMENT[event]], params, rng))


def sample_index(logits: NDArray[np.float32], params: SamplingParams, rng: Generator) -> int:
    """Draw an index from logits (N,); minus infinity is never drawn."""
    if params.temperature <= 0:
        return int(logits.argmax())
    scaled = logits - logits.max()
    if params.temperature != 1:
        scaled /= np.float32(params.temperature)
    weights = np.exp(scaled)
    if params.min_p > 0:
        weights[weights < params.min_p] = 0.0
    return sample_weight(weights, params.top_p, rng)


def sample_weight(weights: NDArray[np.floating], top_p: float, rng: Generator) -> int:
    """Draw an index from weights (N,) that need not add up to 1."""
    if top_p >= 1:
        return _index_at(weights.cumsum(), rng.random())
    order = weights.argsort()[::-1]
    mass = weights[order].cumsum()
    likeliest = int(mass.searchsorted(top_p * mass[-1])) + 1
    return int(order[_index_at(mass[:likeliest], rng.random())])


def _index_at(cumulative: NDArray[np.floating], quantile: float) -> int:
    """Return the index at a quantile in [0, 1) of cumulated weights (N,)."""
    place = int(cumulative.searchsorted(quantile * cumulative[-1], side="right"))
    return min(place, len(cumulative) - 1)
