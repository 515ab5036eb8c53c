"""Keep ports open: look for them again when a cable or a server is lost.

Ports that were requested and are missing are looked for too, until they appear or other ports are
requested. A request may give a part of a name. Once its ports have been found, these ports and no
others are looked for (`bridge.ports.port_names`). Meanwhile the loopback may stand in, so that the
synth receives its notes on time.

What sounded when the ports were lost is released when they are open again, and the cables that
other programs had made to them are made again. When a server ends, its cables go one by one before
it. So a cable is forgotten only when it has been away for `CABLE_NS`.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

from bridge.playout.problem import PortGone
from bridge.playout.protocol import (
    Cables,
    FromIo,
    Opened,
    OpenPorts,
    PortNames,
    PortsClosed,
    Problem,
    Release,
)
from bridge.playout.sequencer import Sequencer
from bridge.ports.base import Backend, PortError, find_port
from bridge.ports.loopback import LoopbackBackend
from bridge.ports.port_names import Naming, find_again, identify_names
from bridge.system.units import MS, SECOND

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from bridge.playout.schedule import Playable

CHECK_NS = 20 * MS
"""The time between two checks of open ports: held keys of a lost keyboard end in under 100 ms."""
NEAR_NS = 2 * MS
"""The time before an event in which a check of ports could make it late."""
AGAIN_NS = SECOND
"""The time between two searches for lost ports."""
CABLE_NS = SECOND
"""The time after which a cable that has gone is taken as removed by the user."""
LATER_NS = 5 * SECOND
"""The time between two searches for ports that were never there; each adds a client to a server."""

Connect = Callable[[Sequencer | None], Backend]
"""Connects to the chosen back end, or raises `PortError`."""


class PortKeeper:
    """The ports of one back end, reopened after a loss."""

    # More than 12 attributes: the request, the back end and what to make good have a few each.

    def __init__(self, connect: Connect, epochs: Iterator[int], now_ns: int) -> None:
        self._connect, self._epochs = connect, epochs
        self.backend: Backend | None = None
        """The open back end, or the loopback that stands in; None if neither."""
        self.stands_in = False
        """Whether the loopback stands in for missing ports."""
        self.keyboard = ""
        """The keyboard that was reported last; empty for none."""
        self.patched = False
        """Whether another client's port is connected to our output, as it was reported last."""
        self.asked: OpenPorts | None = None
        """The ports requested last; their labels once they have been found."""
        self._were_found = self._listens = False
        self._lost_ns: int | None = None  # when the last search for missing ports failed
        self._pace_ns = AGAIN_NS
        self._checked_ns = now_ns
        self._sequencer: Sequencer | None = None  # of the open back end
        self._owed: tuple[Playable, ...] = ()  # ends of notes on ports that are to be found
        self._reported: OpenPorts | None = None
        self._listed: PortNames | None = None  # as they were listed last
        self._all_there_ns = now_ns  # when the cables to make again were all there

    @property
    def is_wanted(self) -> bool:
        """Whether ports are open or being looked for."""
        return self.backend is not None or self._lost_ns is not None

    def names(self, now_ns: int) -> PortNames:
        """List the available ports through the open back end, or through a temporary client."""
        if self.backend is not None and not self.stands_in:
            self._listed = self.backend.port_names()
        else:
            backend = self._connect(None)
            self._listed = backend.port_names()
            backend.close(now_ns)
        return self._listed

    def _changed_names(self, now_ns: int) -> list[FromIo]:
        """Return the available ports if they have changed since they were listed."""
        before = self._listed
        if before is None:
            return []
        with suppress(PortError):  # the open ports have just gone; the next check sees that
            if (names := self.names(now_ns)) != before:
                return [names]
        return []

    def open(self, message: OpenPorts, now_ns: int) -> list[FromIo]:
        """Open the requested ports, now or as soon as they appear. No port may be open."""
        assert self.backend is None
        self.asked, self._lost_ns, self._owed = message, None, ()
        self._were_found = message.cables is not None
        try:
            return [self._reach(message, now_ns), *self._changed_names(now_ns)]
        except PortError as error:
            self._lost_ns = now_ns
            self._pace_ns = AGAIN_NS if self._were_found else LATER_NS
            return [Problem(error.reason), PortsClosed()]

    def lose(self, now_ns: int) -> None:
        """Look for lost ports from now on, and release there what sounds now."""
        self._lost_ns, self._pace_ns = now_ns, AGAIN_NS
        if self._sequencer is not None and not self.stands_in:
            self._owed = self._sequencer.ends()

    def release_notes(self, release: Release, now_ns: int) -> None:
        """Send the ends of notes, now or when the ports are found."""
        if self.backend is None or self.stands_in:
            self._owed = release.events
        else:
            self.backend.post(release, now_ns)

    def _report_opened(self, backend: Backend, now_ns: int) -> list[FromIo]:
        if self.stands_in or not self._were_found:
            return []
        assert self.asked is not None
        cables, kept = backend.cables(), self.asked.cables or Cables()
        is_all_there = set(kept.sources) <= set(cables.sources) and set(kept.targets) <= set(
            cables.targets
        )
        if is_all_there:
            self._all_there_ns = now_ns
        if is_all_there or now_ns - self._all_there_ns >= CABLE_NS:
            self.asked, self._all_there_ns = replace(self.asked, cables=cables), now_ns
        if self.asked == self._reported:
            return []
        self._reported = self.asked
        return [Opened(self.asked)]

    def listen_to_keyboard(self, *, wanted: bool) -> None:
        """Listen to a keyboard that is plugged in while no input is chosen, or to none."""
        self._listens = wanted
        if self.backend is not None:
            self.backend.listen_to_keyboard(wanted=wanted)

    def check(self, now_ns: int) -> list[FromIo]:
        """Check at intervals of `CHECK_NS` which ports exist, but not just before an event is due.

        Return how to open the present ports again, if that has changed.

        Raises:
            PortError: the ports are lost.

        """
        if self.backend is None or now_ns - self._checked_ns < CHECK_NS:
            return []
        due_ns = self.backend.next_due_ns()
        is_near = due_ns is not None and due_ns - now_ns < NEAR_NS
        if is_near and now_ns - self._checked_ns < 2 * CHECK_NS:
            return []
        self._checked_ns = now_ns
        self.backend.maintain()
        return self._report_opened(self.backend, now_ns)

    def is_due(self, now_ns: int) -> bool:
        """Return whether the next search for missing ports is due."""
        return self._lost_ns is not None and now_ns - self._lost_ns >= self._pace_ns

    def find(self, now_ns: int) -> tuple[Backend, FromIo] | None:
        """Open and return the requested ports if they exist now, else None."""
        assert self.asked is not None
        try:
            backend, ready = self._open(self.asked, now_ns)
            if self._owed:
                backend.post(Release(self._owed), now_ns)
                self._owed = ()
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
        sequencer = Sequencer(self._epochs)
        backend = self._connect(sequencer)
        try:
            backend.listen_to_keyboard(wanted=self._listens)
            if self._were_found:
                _check_listed(message, backend.port_names())
            ready = backend.open(message.input_name, message.output_name)
            if message.cables is not None:
                backend.restore_cables(message.cables)
        except PortError:
            backend.close(now_ns)
            raise
        if not self._were_found:
            with suppress(PortError):  # one has just gone: it is looked for as it was requested
                self.asked = _with_labels(message, backend.port_names())
                self._were_found = True
        self._sequencer, self._all_there_ns = sequencer, now_ns
        self._checked_ns = now_ns - CHECK_NS  # the first check is due at once
        return backend, ready


def _with_labels(message: OpenPorts, names: PortNames) -> OpenPorts:
    """Return the request with the labels of the ports that it means."""

    def label(wanted: str | None, labels: Sequence[str]) -> str | None:
        return wanted and find_port(wanted, labels, Naming.PLAIN)

    return OpenPorts(
        label(message.input_name, names.inputs),
        label(message.output_name, names.outputs),
        message.cables,
    )


def _check_listed(message: OpenPorts, names: PortNames) -> None:
    """Raise `PortError` if a port that was found before is not listed."""
    for wanted, labels in (
        (message.input_name, names.inputs),
        (message.output_name, names.outputs),
    ):
        if wanted and find_again(wanted, identify_names(labels, Naming.PLAIN)) is None:
            raise PortError(PortGone(wanted))
