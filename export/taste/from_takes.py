"""The decisions that a tree of takes shows (`bridge.history.takes`).

To make a take the current node is to keep it, and its siblings are then discarded. Undo takes that
back: it makes the parent current. To go back to another node of the path decides nothing, and
neither does a step that adds nodes, as the recovery of a session does.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bridge.history.takes import TakeNode
from export.taste.decisions import MAX_OTHERS, Decision, decision_id, rounded
from export.taste.measures import TakeMeasures

if TYPE_CHECKING:
    from datetime import datetime

    from bridge.history.takes import TakeTree


def kept_take(before: TakeTree, after: TakeTree) -> int | None:
    """Return the number of the take that the step from one tree to the next has kept, if any."""
    if not _is_move(before, after) or undone_take(before, after) is not None:
        return None
    number = after.current
    assert number is not None
    is_way_back = before.current is not None and number in before.path(before.current)
    return number if isinstance(after.nodes[number], TakeNode) and not is_way_back else None


def undone_take(before: TakeTree, after: TakeTree) -> int | None:
    """Return the number of the take that the step from one tree to the next has undone, if any."""
    is_undo = _is_move(before, after) and after == before.undo()
    return before.current if is_undo else None


def _is_move(before: TakeTree, after: TakeTree) -> bool:
    """Return whether another node has become current, and nothing else has changed."""
    is_same = len(before.nodes) == len(after.nodes)
    return is_same and after.current is not None and before.current != after.current


def decision_of(takes: TakeTree, number: int, now: datetime) -> Decision | None:
    """Return the decision for a take and against its siblings; None if there is no other.

    Takes that another model has rated, or none, are left out: one decision is about one model.
    """
    kept = takes.nodes[number]
    if not isinstance(kept, TakeNode) or kept.rating is None:
        return None
    weights = kept.rating.weights
    siblings = (takes.nodes[each] for each in takes.children(kept.parent))
    others = [
        take
        for take in siblings
        if isinstance(take, TakeNode)
        and take.number != number
        and take.rating is not None
        and take.rating.weights == weights
    ]
    if not others:
        return None
    before = takes.score_to(kept.parent)

    def row(take: TakeNode) -> tuple[float, ...]:
        assert take.rating is not None
        return rounded(TakeMeasures(before, take.span).row(take.notes, take.rating.score))

    rows = tuple(map(row, others[-MAX_OTHERS:]))
    at = now.isoformat(timespec="seconds")
    return Decision(id_of(takes, number), at, weights, row(kept), rows)


def id_of(takes: TakeTree, number: int) -> str:
    """Return the id of the decision among a take and its siblings."""
    parent = takes.parent(number)
    assert parent is not None
    first = takes.nodes[takes.children(parent)[0]]
    assert isinstance(first, TakeNode)
    return decision_id(takes.score_to(parent).notes, first.notes)
