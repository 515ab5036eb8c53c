"""The end of the window's engine process, in a sentence."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gui.wording.child_end import cause_of
from gui.wording.sentence import Sentence

if TYPE_CHECKING:
    from bridge.system.child_end import ChildEnd


def sentence_of_engine_exit(end: ChildEnd | None) -> Sentence:
    """Return the sentence for an engine that has ended."""
    if cause := cause_of(end):
        return Sentence("Engine", "The engine has ended ({}). It is started again.").format(cause)
    return Sentence("Engine", "The engine has ended. It is started again.")
