"""Why a child process ended by itself, in a few words for the middle of a sentence."""

from __future__ import annotations

from textwrap import shorten
from typing import TYPE_CHECKING

from gui.wording.sentence import Sentence

if TYPE_CHECKING:
    from bridge.system.child_end import ChildEnd

_MAX_LENGTH = 200
"""The maximum length of a printed line in a sentence; the log has all of it."""


def cause_of(end: ChildEnd | None) -> Sentence | str:
    """Return why a child ended; empty if that is not known."""
    if end is None or end.status == 0:  # then what it printed is not the reason
        return ""
    words = shorten(end.last_words, _MAX_LENGTH, placeholder="…")
    if end.status > 0:
        return words or Sentence("Process", "status {}").format(end.status)
    if not words:
        return Sentence("Process", "signal {}").format(-end.status)
    # What it printed before a signal may be an older warning, and not the reason.
    return Sentence("Process", "signal {}; it last printed: {}").format(-end.status, words)
