"""`--rank`: the order of the takes of `antiphon continue`, the best first."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from bridge.system.input_file import InputError
from gui.commands.console.terminal import fail_unknown, say

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from bridge.history.takes import Span
    from bridge.midi.notes import Score
    from export.sketch.proposals import Proposal

    Order = Callable[[Sequence[Proposal]], list[int]]
    """Returns the indices of takes of one prompt, the best first."""

TASTE, CRITIC, NONE = "taste", "critic", "none"
RankOption = Annotated[
    str,
    typer.Option(
        "--rank",
        help="taste, critic, none: which of several takes comes first. taste is the critic's order "
        "until you have kept takes in the window; none is that of the seeds, and writes each take "
        "as soon as it is complete.",
    ),
]


def parse_rank(word: str) -> str:
    """Return the order that a word names, or fail."""
    if word not in (TASTE, CRITIC, NONE):
        fail_unknown("--rank", word, (TASTE, CRITIC, NONE))
    return word


def order_by(rank: str, model: str, score: Score, span: Span) -> Order | None:
    """Return the order of takes that continue a score over a span, or None for that of the seeds.

    `model` is the checksum of the weights. If the decisions cannot be read, that is said, and the
    critic orders the takes.
    """
    from export.taste.decisions import Decisions, read_decisions, taste_file
    from export.taste.measures import TakeMeasures
    from export.taste.preference import learn
    from gui.commands.taste import say_damage
    from gui.wording.reasons import sentence_of

    if rank == NONE:
        return None
    found = Decisions()
    if rank == TASTE:
        try:
            found = read_decisions(taste_file())
        except InputError as error:
            say(f"antiphon: {sentence_of(error.reason)}", sys.stderr)
    say_damage(found.damaged_count)
    taste, measures = learn(found.all, model), TakeMeasures(score, span)
    return lambda takes: taste.order([measures.row(take.notes, take.score) for take in takes])
