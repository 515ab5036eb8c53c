"""What a take has in common with a training piece, in one short sentence."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gui.wording.sentence import Sentence

if TYPE_CHECKING:
    from bridge.messages.originality import Run


def sentence_of_run(run: Run) -> Sentence:
    """Return how many notes are as in which piece, without a full stop."""
    return Sentence("Takes", "{} notes as in {}").format(run.notes, run.title)
