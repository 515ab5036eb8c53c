"""Watch that the engine still answers: a note whose release it has not planned must end.

What is planned is sent whatever the engine does. But a note may sound whose release is not decided
yet: it would sound for as long as the engine is stopped, by a debugger, a suspended laptop or a
fault. The engine shows at least every two seconds that it runs (`Ping`). After `PATIENCE_NS` of
silence such notes are released. The plan goes on, and so does the engine when it continues.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bridge.playout.protocol import Ping
from bridge.system.units import SECOND

if TYPE_CHECKING:
    from bridge.playout.protocol import ToIo

PATIENCE_NS = 3 * SECOND


class EngineWatch:
    """When the engine was heard last. An engine that has never sent `Ping` is not watched."""

    def __init__(self) -> None:
        self._heard_ns: int | None = None

    def hear(self, message: ToIo, now_ns: int) -> None:
        """Record a message of the engine."""
        if isinstance(message, Ping) or self._heard_ns is not None:
            self._heard_ns = now_ns

    def pop_lost(self, now_ns: int) -> bool:
        """Return once, when its time is over, whether the engine is silent."""
        if self._heard_ns is None or now_ns - self._heard_ns < PATIENCE_NS:
            return False
        self._heard_ns = None
        return True
