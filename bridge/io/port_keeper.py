"""Ports that are kept open: they are looked for again when a cable or a server is lost.

Ports that were asked for and are not there are looked for as well, until they are there or others
are asked for. Meanwhile ports that lead nowhere may stand in: a synth that listens is then sent its
notes on time.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from bridge.playout.protocol import FromIo, OpenPorts, PortNames, Problem
from bridge.playout.sequencer import Sequencer
from bridge.ports.base import Backend, PortError
from bridge.ports.loopback import LoopbackBackend
from bridge.system.units import SECOND

if TYPE_CHECKING:
    from collections.abc import Iterator

AGAIN_NS = SECOND
"""The time between two checks of open ports, and between two looks for lost ones."""
LATER_NS = 5 * SECOND
"""The time between two looks for ports that were never there: each look costs a server a client."""

Connect = Callable[[Sequencer | None], Backend]
"""Reaches the back end that was chosen, or raises `PortError`."""


class PortKeeper:
    """The ports of one back end, through losses and returns."""

    def __init__(self, connect: Connect, epochs: Iterator[int], now_ns: int) -> None:
        self._connect, self._epochs = connect, epochs
        self.backend: Backend | None = None
        """What is open, or stands in; None if neither."""
        self.stands_in = False
        """Whether the ports lead nowhere, for want of others."""
        self.asked: OpenPorts | None = None
        """The ports that were asked for last."""
        self._lost_ns: int | None = None  # when the ports were last looked for in vain
        self._pace_ns = AGAIN_NS
        self._checked_ns = now_ns

    @property
    def is_wanted(self) -> bool:
        """Whether ports are open or looked for."""
        return self.backend is not None or self._lost_ns is not None

    def names(self, now_ns: int) -> PortNames:
        """List the ports that there are, through those that are open, or others for this only."""
        if self.backend is not None and not self.stands_in:
            return self.backend.port_names()
        backend = self._connect(None)
        listed = backend.port_names()
        backend.close(now_ns)
        return listed

    def open(self, message: OpenPorts, now_ns: int) -> list[FromIo]:
        """Open the ports asked for, now or as soon as they are there. None may be open."""
        assert self.backend is None
        self.asked, self._lost_ns = message, None
        try:
            return [self._reach(message, now_ns)]
        except PortError as error:
            self._lost_ns, self._pace_ns = now_ns, LATER_NS
            return [Problem(error.reason)]

    def lose(self, now_ns: int) -> None:
        """Look from now on for ports that have been lost."""
        self._lost_ns, self._pace_ns = now_ns, AGAIN_NS

    def check(self, now_ns: int) -> None:
        """See now and then that open ports are still there and connected.

        Raises:
            PortError: they are not.

        """
        if self.backend is not None and now_ns - self._checked_ns >= AGAIN_NS:
            self._checked_ns = now_ns
            self.backend.maintain()

    def is_due(self, now_ns: int) -> bool:
        """Return whether it is time to look for ports that are not there."""
        return self._lost_ns is not None and now_ns - self._lost_ns >= self._pace_ns

    def find(self, now_ns: int) -> tuple[Backend, FromIo] | None:
        """Return the ports that were asked for, opened, if they are there by now."""
        assert self.asked is not None
        try:
            backend, ready = self._open(self.asked, now_ns)
        except PortError:
            self._lost_ns = now_ns
            return None
        self._lost_ns = None
        return backend, ready

    def stand_in(self) -> Backend | None:
        """Open and return ports that lead nowhere, if there are none though they were asked for."""
        if self.backend is not None or self.asked is None:
            return None
        self.backend, self.stands_in = LoopbackBackend(Sequencer(self._epochs)), True
        return self.backend

    def release(self) -> Backend | None:
        """Give up what is open, and return it to be closed."""
        backend, self.backend, self.stands_in = self.backend, None, False
        return backend

    def forget(self) -> None:
        """Look for ports no more."""
        self._lost_ns = None

    def _reach(self, message: OpenPorts, now_ns: int) -> FromIo:
        self.backend, ready = self._open(message, now_ns)
        return ready

    def _open(self, message: OpenPorts, now_ns: int) -> tuple[Backend, FromIo]:
        backend = self._connect(Sequencer(self._epochs))
        try:
            return backend, backend.open(message.input_name, message.output_name)
        except PortError:
            backend.close(now_ns)
            raise
