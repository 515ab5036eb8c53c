"""What the window and the process that proposes takes say to each other.

One request at a time: a new one, or a `Cancel`, ends the one before. Every answer carries the
number of its request, so that what was on its way when it ended is not taken for something new.
"""

from __future__ import annotations

from dataclasses import dataclass

from bridge.history.takes import Span
from bridge.messages.settings import Settings
from bridge.midi.notes import Note, Score

USUAL_COUNT = 4


@dataclass(frozen=True, slots=True)
class Propose:
    """Continue a score by so many bars, in so many different ways; the first has the seed."""

    number: int
    score: Score
    settings: Settings
    bars: int
    count: int = USUAL_COUNT


@dataclass(frozen=True, slots=True)
class Cancel:
    """Propose nothing more."""


@dataclass(frozen=True, slots=True)
class Loading:
    """The network is being loaded; it is, once."""

    number: int


@dataclass(frozen=True, slots=True)
class Grown:
    """A candidate as far as it has come, which is a share of it from 0 to 1."""

    number: int
    candidate: int
    span: Span
    notes: tuple[Note, ...]
    share: float


@dataclass(frozen=True, slots=True)
class Proposed:
    """A candidate that is complete: how it was made, and what a file of it says about that."""

    number: int
    candidate: int
    span: Span
    notes: tuple[Note, ...]
    settings: Settings
    text: str


@dataclass(frozen=True, slots=True)
class Finished:
    """That was the last candidate."""

    number: int


@dataclass(frozen=True, slots=True)
class Failed:
    """There is nothing to propose; the text is one sentence that says why."""

    number: int
    text: str


Request = Propose | Cancel
Answer = Loading | Grown | Proposed | Finished | Failed
