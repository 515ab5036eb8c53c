"""Distances of continuations from the true ones, beside how far the music itself is apart.

A single take is compared with the true continuation of its prompt, and all takes together with all
true continuations. The prompt, another piece and one half of the true continuations are compared in
the same way: no network need come nearer than music does.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from model.evaluation.measures import distances, mean_distances, sum_profiles

if TYPE_CHECKING:
    from collections.abc import Sequence

    from model.evaluation.measures import Profile

    Figures = dict[str, dict[str, float]]


def distance_report(
    true: Sequence[Profile],
    prompts: Sequence[Profile],
    rounds: Sequence[Sequence[Profile]],
    picks: Sequence[int],
) -> dict[str, Figures]:
    """Return the mean distances by prompt, and those of all takes together.

    `true` and `prompts` have a profile for each prompt, and so has each of the `rounds` of takes.
    `picks` has the round whose take the critic picks, for each prompt.
    """
    every = [profile for takes in rounds for profile in takes]
    picked = [rounds[pick][place] for place, pick in enumerate(picks)]
    other_pieces = [*true[1:], *true[:1]]
    together = sum_profiles(true)
    return {
        "distance_from_truth": {
            "take": _mean_distance(every, [*true] * len(rounds)),
            "take picked by the critic": _mean_distance(picked, true),
            "the prompt itself": _mean_distance(prompts, true),
            "another piece": _mean_distance(other_pieces, true),
        },
        "distance_of_all_from_all_truths": {
            "takes": distances(sum_profiles(every), together),
            "takes picked by the critic": distances(sum_profiles(picked), together),
            "half of the truths from the other": distances(
                sum_profiles(true[::2]), sum_profiles(true[1::2])
            ),
        },
    }


def _mean_distance(some: Sequence[Profile], true: Sequence[Profile]) -> dict[str, float]:
    pairs = zip(some, true, strict=True)
    return mean_distances([distances(one, other) for one, other in pairs])
