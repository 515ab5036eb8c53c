"""The journal of what is played, as the engine keeps it.

The engine posts the session to a thread that writes (`gui.engine.journal_writer`). An engine that
is started in place of one that has died reads the journal first, and goes on with that history.
"""

from __future__ import annotations

from datetime import UTC, datetime
from importlib.metadata import version
from typing import TYPE_CHECKING

from bridge.history.journal import FORMAT, Beginning
from bridge.history.journal_changes import PlayedChanges
from bridge.system.clock import SystemClock
from bridge.system.units import MS
from gui.engine.journal_writer import JournalFile, JournalWriter
from gui.engine.session_folder import PLAYED, journal_places, read_session

if TYPE_CHECKING:
    from collections.abc import Callable

    from bridge.messages.journal_reason import JournalReason
    from bridge.messages.settings import Settings
    from bridge.session.session import Session
    from bridge.system.clock import Clock

_INTERVAL_NS = 400 * MS
"""The interval between two posts. With the engine's longest wait, 500 ms, less than a second of
music is not on the disk."""
MAX_WAIT_S = 0.5
"""An engine with a journal waits no longer than this for an event."""


def beginning_now() -> Beginning:
    """Return the first entry of a journal that begins now."""
    now = datetime.now(tz=UTC).astimezone()
    program = f"Antiphon {version('antiphon')}"
    return Beginning(FORMAT, program, now.isoformat(timespec="seconds"))


def open_journal(name: str) -> PlayedJournal:
    """Return the journal of the session of this name."""
    return PlayedJournal(name, beginning_now(), SystemClock())


class PlayedJournal:
    """Journals what is played in a session."""

    def __init__(self, name: str, beginning: Beginning, clock: Clock) -> None:
        """Go on with the journal of the session of this name, or begin it."""
        past = read_session(name)
        self.past = past.record
        """What was played before, in an engine that has died."""
        self._posted_ns = 0
        self._settings: Settings | None = None
        self._text = ""
        self._reported: JournalReason | None = None
        file = JournalFile(journal_places(name, PLAYED), clock)
        first = () if past.started_at else (beginning,)
        self._writer = JournalWriter(file, PlayedChanges(self.past).take, first)

    @property
    def trouble(self) -> JournalReason | None:
        """Why the journal is not where it should be, or not complete."""
        return self._writer.trouble

    def take_trouble(self) -> JournalReason | None:
        """Return the trouble if it has not been returned before."""
        if (trouble := self.trouble) == self._reported:
            return None
        self._reported = trouble
        return trouble

    def update(
        self,
        now_ns: int,
        session: Session,
        text_of: Callable[[Settings], str],
        *,
        last: bool = False,
    ) -> None:
        """Post the session if it is time; `text_of` returns the provenance text of settings."""
        if now_ns - self._posted_ns < _INTERVAL_NS and not last:
            return
        self._posted_ns = now_ns
        if session.settings is not self._settings:
            self._settings, self._text = session.settings, text_of(session.settings)
        self._writer.post(session.played_so_far(now_ns, self._text))

    def close(self) -> None:
        """Write what was posted last."""
        self._writer.close()
