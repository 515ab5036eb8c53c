"""The effects of a step of the session: messages to send, and entries for the log."""

from __future__ import annotations

from dataclasses import dataclass, field

from bridge.messages.composer import ToComposer
from bridge.messages.snapshot import LogEntry, LoggedReason
from bridge.playout import protocol


@dataclass(slots=True)
class Effects:
    """The messages to send and the entries to log after a step."""

    to_io: list[protocol.ToIo] = field(default_factory=list)
    to_composer: list[ToComposer] = field(default_factory=list)
    log_entries: list[LogEntry] = field(default_factory=list)

    def log(
        self,
        now_ns: int,
        event: str,
        value: int | None = None,
        text: str = "",
        reason: LoggedReason | None = None,
    ) -> None:
        """Add an entry to the log."""
        self.log_entries.append(LogEntry(now_ns, event, value, text, reason))

    def add(self, other: Effects) -> None:
        """Append the effects of another part of the session."""
        self.to_io += other.to_io
        self.to_composer += other.to_composer
        self.log_entries += other.log_entries
