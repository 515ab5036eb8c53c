"""Keep ports open: look for them again when a cable or a server is lost.

Ports that were requested and are missing are looked for too, until they appear or other ports are
requested. A request may give a part of a name. Once its ports have been found, these ports and no
others are looked for (`bridge.ports.port_names`). Meanwhile the loopback may stand in, so that the
synth receives its notes on time.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING

from bridge.playout.problem import PortGone
from bridge.playout.protocol import FromIo, OpenPorts, PortNames, Problem
from bridge.playout.sequencer import Sequencer
from bridge.ports.base import Backend, PortError, find_port
from bridge.ports.loopback import LoopbackBackend
from bridge.ports.port_names import Naming, find_again, identify_names
from bridge.system.units import MS, SECOND

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

CHECK_NS = 20 * MS
"""The time between two checks of open ports: held keys of a lost keyboard end in under 100 ms."""
NEAR_NS = 2 * MS
"""The time before an event in which a check of ports could make it late."""
AGAIN_NS = SECOND
"""The time between two searches for lost ports."""
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
        self.keyboard = ""
        """The keyboard that was reported last; empty for none."""
        self.asked: OpenPorts | None = None
        """The ports requested last; their labels once they have been found."""
        self._were_found = self._listens = False
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
        self.asked, self._were_found, self._lost_ns = message, False, None
        try:
            return [self._reach(message, now_ns)]
        except PortError as error:
            self._lost_ns, self._pace_ns = now_ns, LATER_NS
            return [Problem(error.reason)]

    def lose(self, now_ns: int) -> None:
        """Look for lost ports from now on."""
        self._lost_ns, self._pace_ns = now_ns, AGAIN_NS

    def listen_to_keyboard(self, *, wanted: bool) -> None:
        """Listen to a keyboard that is plugged in while no input is chosen, or to none."""
        self._listens = wanted
        if self.backend is not None:
            self.backend.listen_to_keyboard(wanted=wanted)

    def check(self, now_ns: int) -> None:
        """Check at intervals of `CHECK_NS` which ports exist, but not just before an event is due.

        Raises:
            PortError: the ports are lost.

        """
        if self.backend is None or now_ns - self._checked_ns < CHECK_NS:
            return
        due_ns = self.backend.next_due_ns()
        is_near = due_ns is not None and due_ns - now_ns < NEAR_NS
        if is_near and now_ns - self._checked_ns < 2 * CHECK_NS:
            return
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
            backend.listen_to_keyboard(wanted=self._listens)
            if self._were_found:
                _check_listed(message, backend.port_names())
            ready = backend.open(message.input_name, message.output_name)
        except PortError:
            backend.close(now_ns)
            raise
        if not self._were_found:
            with suppress(PortError):  # one has just gone: it is looked for as it was requested
                self.asked = _with_labels(message, backend.port_names())
                self._were_found = True
        return backend, ready


def _with_labels(message: OpenPorts, names: PortNames) -> OpenPorts:
    """Return the request with the labels of the ports that it means."""

    def label(wanted: str | None, labels: Sequence[str]) -> str | None:
        return wanted and find_port(wanted, labels, Naming.PLAIN)

    return OpenPorts(
        label(message.input_name, names.inputs), label(message.output_name, names.outputs)
    )


def _check_listed(message: OpenPorts, names: PortNames) -> None:
    """Raise `PortError` if a port that was found before is not listed."""
    for wanted, labels in (
        (message.input_name, names.inputs),
        (message.output_name, names.outputs),
    ):
        if wanted and find_again(wanted, identify_names(labels, Naming.PLAIN)) is None:
            raise PortError(PortGone(wanted))
