"""Log the entries of a session, without the music itself.

Only the number of notes is logged. Entries that occur once in a turn have level INFO, frequent ones
have level DEBUG.
"""

from __future__ import annotations

import logging
from dataclasses import fields
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bridge.messages.settings import Settings
    from bridge.messages.snapshot import LogEntry

_LOG = logging.getLogger("gui.engine.session")
_NOTES = frozenset({"played", "sent"})
_DETAILS = frozenset(
    (
        *("echo", "first note decided", "first note sent", "lateness", "shifted"),
        *("replan", "replaced", "plan decided"),
    )
)


class SessionLog:
    """Logs the entries of a session."""

    def __init__(self) -> None:
        self._note_counts = dict.fromkeys(sorted(_NOTES), 0)  # since the last entry of level INFO

    def write(self, entries: Iterable[LogEntry]) -> None:
        """Log some entries."""
        for entry in entries:
            if entry.event in _NOTES:
                self._note_counts[entry.event] += 1
            elif entry.event in _DETAILS:
                _LOG.debug("%s", _describe(entry))
            else:
                _LOG.info("%s%s", _describe(entry), self._take_note_counts())

    def write_change(self, before: Settings, after: Settings) -> None:
        """Log which settings change, and their new values."""
        if not _LOG.isEnabledFor(logging.DEBUG):
            return
        for field in fields(after):
            value = getattr(after, field.name)
            if value != getattr(before, field.name):
                _LOG.debug("setting %s: %r", field.name, value)

    def _take_note_counts(self) -> str:
        """Return how many notes were played and sent since the last call, if any."""
        counts = [f"{count} {event}" for event, count in self._note_counts.items() if count]
        self._note_counts = dict.fromkeys(self._note_counts, 0)
        return f" ({', '.join(counts)})" if counts else ""


def _describe(entry: LogEntry) -> str:
    values = (entry.value, entry.text or None, entry.reason)
    return ", ".join([entry.event, *(str(each) for each in values if each is not None)])
