"""The messages between the window and the process that generates takes.

There is one request at a time: a new one, or a `Cancel`, ends the one before. Every reply has the
number of its request, so that a late reply to an earlier request is recognised.
"""

from __future__ import annotations

from dataclasses import dataclass

from bridge.history.takes import Rating, Span
from bridge.messages.settings import Settings
from bridge.midi.notes import Note, Score
from export.runtime.reasons.proposal import ProposalReason

DEFAULT_COUNT = 4


@dataclass(frozen=True, slots=True)
class Propose:
    """Generate `count` continuations of a score; the first has the seed of the settings."""

    request_id: int
    score: Score
    settings: Settings
    bars: int
    count: int = DEFAULT_COUNT


@dataclass(frozen=True, slots=True)
class Cancel:
    """Cancel the request."""


@dataclass(frozen=True, slots=True)
class Loading:
    """The network is being loaded, which happens once."""

    request_id: int


@dataclass(frozen=True, slots=True)
class Progress:
    """An incomplete take, and the fraction of it that is done, from 0 to 1."""

    request_id: int
    candidate: int
    span: Span
    notes: tuple[Note, ...]
    fraction: float


@dataclass(frozen=True, slots=True)
class Proposal:
    """A complete take, with the settings that made it and the text for its file."""

    request_id: int
    candidate: int
    span: Span
    notes: tuple[Note, ...]
    settings: Settings
    text: str
    rating: Rating


@dataclass(frozen=True, slots=True)
class EndOfProposals:
    """The request is complete."""

    request_id: int


@dataclass(frozen=True, slots=True)
class Failed:
    """No take can be generated; with the reason."""

    request_id: int
    reason: ProposalReason


Request = Propose | Cancel
Reply = Loading | Progress | Proposal | EndOfProposals | Failed
