"""What a session wants done after a step: messages for others, and lines for the log."""

from __future__ import annotations

from dataclasses import dataclass, field

from bridge.messages.composer import ToComposer
from bridge.messages.snapshot import LogEntry
from bridge.playout import protocol


@dataclass(slots=True)
class Outcome:
    """What is to be done after a step."""

    to_io: list[protocol.ToIo] = field(default_factory=list)
    to_composer: list[ToComposer] = field(default_factory=list)
    log: list[LogEntry] = field(default_factory=list)

    def tell(self, now_ns: int, what: str, figure: int | None = None, text: str = "") -> None:
        """Add a line to the log."""
        self.log.append(LogEntry(now_ns, what, figure, text))
