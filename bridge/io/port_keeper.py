"""Keep ports open: look for them again when a cable or a server is lost.

Ports that were requested and are missing are looked for too, until they appear or other ports are
requested. Meanwhile the loopback may stand in, so that the synth receives its notes on time.
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
"""The time between two checks of open ports, and between two searches for lost ones."""
LATER_NS = 5 * SECOND
"""The time between two searches for ports that were never there; each adds a client to a server."""

Connect = Callable[[Sequencer | None], Backend]
"""Connects to the chosen back end, or raises `PortError`."""


class PortKeeper:
    """The ports of one back end, reopened after a loss."""

    def __init__(self, connect: Connect, epochs: Iterator[int], now_ns: int) -> None:
        self._connect, self._epochs = connect, epochs
        self.backend: Backend | None = None
        """The open back end, or the loopback that stands in; None if neither."""
        self.stands_in = False
        """Whether the loopback stands in for missing ports."""
        self.asked: OpenPorts | None = None
        """The ports requested last."""
        self._lost_ns: int | None = None  # when the last search for missing ports failed
        self._pace_ns = AGAIN_NS
        self._checked_ns = now_ns

    @property
    def is_wanted(self) -> bool:
        """Whether ports are open or being looked for."""
        return self.backend is not None or self._lost_ns is not None

    def names(self, now_ns: int) -> PortNames:
        """List the available ports through the open back end, or through a temporary client."""
        if self.backend is not None and not self.stands_in:
            return self.backend.port_names()
        backend = self._connect(None)
        listed = backend.port_names()
        backend.close(now_ns)
        return listed

    def open(self, message: OpenPorts, now_ns: int) -> list[FromIo]:
        """Open the requested ports, now or as soon as they appear. No port may be open."""
        assert self.backend is None
        self.asked, self._lost_ns = message, None
        try:
            return [self._reach(message, now_ns)]
        except PortError as error:
            self._lost_ns, self._pace_ns = now_ns, LATER_NS
            return [Problem(error.reason)]

    def lose(self, now_ns: int) -> None:
        """Look for lost ports from now on."""
        self._lost_ns, self._pace_ns = now_ns, AGAIN_NS

    def check(self, now_ns: int) -> None:
        """Check at intervals of `AGAIN_NS` that open ports still exist and are connected.

        Raises:
            PortError: the ports are lost.

        """
        if self.backend is not None and now_ns - self._checked_ns >= AGAIN_NS:
            self._checked_ns = now_ns
            self.backend.maintain()

    def is_due(self, now_ns: int) -> bool:
        """Return whether the next search for missing ports is due."""
        return self._lost_ns is not None and now_ns - self._lost_ns >= self._pace_ns

    def find(self, now_ns: int) -> tuple[Backend, FromIo] | None:
        """Open and return the requested ports if they exist now, else None."""
        assert self.asked is not None
        try:
            backend, ready = self._open(self.asked, now_ns)
        except PortError:
            self._lost_ns = now_ns
            return None
        self._lost_ns = None
        return backend, ready

    def stand_in(self) -> Backend | None:
        """Open and return the loopback if ports were requested and none are open, else None."""
        if self.backend is not None or self.asked is None:
            return None
        self.backend, self.stands_in = LoopbackBackend(Sequencer(self._epochs)), True
        return self.backend

    def release(self) -> Backend | None:
        """Return the open back end for the caller to close, and drop it."""
        backend, self.backend, self.stands_in = self.backend, None, False
        return backend

    def forget(self) -> None:
        """Stop looking for ports."""
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
