"""Why no takes can be proposed, as values.

`gui.wording.model_files` makes the sentences.
"""

from dataclasses import dataclass

from bridge.messages.requests import UnknownStyle
from export.runtime.artefact_reason import ArtefactReason, StyleReason


@dataclass(frozen=True, slots=True)
class NoNotes:
    """The score that is to be continued has no notes."""


ProposalReason = NoNotes | UnknownStyle | ArtefactReason | StyleReason
