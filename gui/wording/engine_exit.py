"""The end of the window's engine process, in a sentence."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bridge.playout.problem import IoExited
from gui.wording.child_end import cause_of
from gui.wording.problems import sentence_of_problem
from gui.wording.sentence import Sentence

if TYPE_CHECKING:
    from bridge.messages.requests import UnknownStyle
    from bridge.playout.problem import ProblemReason
    from bridge.system.child_end import ChildEnd


def sentence_of_engine_exit(
    end: ChildEnd | None, problem: ProblemReason | UnknownStyle | None
) -> Sentence:
    """Return the sentence for an engine that has ended; `problem` is the last that it reported."""
    if isinstance(problem, IoExited):  # the engine ends with its MIDI process
        return sentence_of_problem(problem)
    if cause := cause_of(end):
        return Sentence("Engine", "The engine has ended ({}). Start it again.").format(cause)
    return Sentence("Engine", "The engine has ended. Start it again.")
