"""What the window and the process that proposes takes say to each other.

One request at a time: a new one, or a `Cancel`, ends the one before. Every answer carries the
number of its request, so that what was on its way when it ended is not taken for something new.
"""

from __future__ import annotations

from dataclasses import dataclass

from bridge.history.takes import Span
from bridge.messages.settings import Settings
from bridge.midi.notes import Note, Score
from export.runtime.proposal_reason import ProposalReason

DEFAULT_COUNT = 4


@dataclass(frozen=True, slots=True)
class Propose:
    """Continue a score by so many bars, in so many different ways; the first has the seed."""

    request_id: int
    score: Score
    settings: Settings
    bars: int
    count: int = DEFAULT_COUNT


@dataclass(frozen=True, slots=True)
class Cancel:
    """Propose nothing more."""


@dataclass(frozen=True, slots=True)
class Loading:
    """The network is being loaded; it is, once."""

    request_id: int


@dataclass(frozen=True, slots=True)
class Progress:
    """A candidate as far as it has come, which is a share of it from 0 to 1."""

    request_id: int
    candidate: int
    span: Span
    notes: tuple[Note, ...]
    fraction: float


@dataclass(frozen=True, slots=True)
class Proposal:
    """A candidate that is complete: how it was made, and what a file of it says about that."""

    request_id: int
    candidate: int
    span: Span
    notes: tuple[Note, ...]
    settings: Settings
    text: str


@dataclass(frozen=True, slots=True)
class EndOfProposals:
    """That was the last candidate."""

    request_id: int


@dataclass(frozen=True, slots=True)
class Failed:
    """There is nothing to propose, and why."""

    request_id: int
    reason: ProposalReason


Request = Propose | Cancel
Reply = Loading | Progress | Proposal | EndOfProposals | Failed
