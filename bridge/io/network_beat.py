"""The beat of Ableton Link, read while Link is the source that was asked for.

Joining opens sockets on every network of the machine, so the automatic choice of a source leaves
Link out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bridge.playout.protocol import ObservePosition, Problem, SetSync
from bridge.ports.base import PortError
from bridge.ports.link import POLL_NS, LinkSource
from bridge.sync.transport import Source

if TYPE_CHECKING:
    from bridge.system.clock import Clock


class NetworkBeat:
    """Membership of the network's Link session, depending on the sync source."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._link: LinkSource | None = None
        self.wanted: SetSync | None = None
        """The time source to follow, as it was set last."""
        self._read_ns = clock.now_ns()

    @property
    def joined(self) -> bool:
        """Whether the Link session is joined and its beat read."""
        return self._link is not None

    def follow(self, follow: SetSync) -> Problem | None:
        """Join if Link was asked for, else leave; return why it cannot be joined."""
        self.wanted = follow
        if follow.sync is not Source.LINK:
            self.leave()
        elif self._link is None:
            try:
                self._link = LinkSource(self._clock)
            except PortError as error:
                return Problem(error.reason)
        return None

    def read(self, now_ns: int) -> ObservePosition | None:
        """Return the position of the Link session if the next reading is due, else None."""
        if self._link is None or self.wanted is None or now_ns - self._read_ns < POLL_NS:
            return None
        self._read_ns = now_ns
        metre = self.wanted.metre
        return self._link.report((metre.numerator, metre.denominator))

    def leave(self) -> None:
        """Leave the Link session."""
        if self._link is not None:
            self._link.close()
            self._link = None
