"""Reasons why no takes can be proposed.

`gui.wording.model_files` makes the sentences.
"""

from dataclasses import dataclass

from bridge.messages.requests import UnknownStyle
from export.runtime.reasons.artefact import ArtefactReason, StyleReason


@dataclass(frozen=True, slots=True)
class NoNotes:
    """The score to be continued has no notes."""


ProposalReason = NoNotes | UnknownStyle | ArtefactReason | StyleReason
