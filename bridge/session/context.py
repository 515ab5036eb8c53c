"""The values that the session passes to its parts in a step. The session owns them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bridge.history.played import PlayedNotes
    from bridge.messages.settings import Settings
    from bridge.session.effects import Effects
    from bridge.session.player import PlayerState
    from bridge.session.timing import Timing
    from bridge.sync.transport import Transport


@dataclass(frozen=True, slots=True)
class Step:
    """The time of a step, the settings, and the effects that the step adds to."""

    now_ns: int
    settings: Settings
    effects: Effects


@dataclass(frozen=True, slots=True)
class Context:
    """The time of a step, the settings, and the state that the parts of a session share."""

    now_ns: int
    settings: Settings
    timing: Timing
    player: PlayerState
    played: PlayedNotes

    @property
    def transport(self) -> Transport:
        """The transport that plans follow."""
        return self.timing.transport

    @property
    def send_ns(self) -> int:
        """The time in the music of an event that is sent now: `advance_ns` later."""
        return self.now_ns + self.settings.time.advance_ns
