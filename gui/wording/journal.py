"""The journal of what is played, in sentences: where it is if not in its usual place."""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_never

from bridge.messages.journal_reason import JournalFull, JournalLost, JournalMoved
from gui.wording.sentence import Sentence

if TYPE_CHECKING:
    from bridge.messages.journal_reason import JournalReason


def sentence_of_journal(reason: JournalReason) -> Sentence:
    """Return the sentence for a journal that is not in its usual place, or not complete."""
    match reason:
        case JournalMoved(folder, error):
            told = Sentence("Journal", "What you play is now kept in {} ({}).")
            return told.format(str(folder), error)
        case JournalLost(error):
            told = Sentence(
                "Journal",
                "What you play is only in memory, since no disk takes it ({}). Save it soon.",
            )
            return told.format(error)
        case JournalFull(max_bytes):
            told = Sentence(
                "Journal",
                "The journal of this session is full ({} MB). What you play is only in memory now.",
            )
            return told.format(max_bytes // 2**20)
    assert_never(reason)
