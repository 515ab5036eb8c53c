"""The socket at which the plugins in a host find us.

A well-known port of this machine only. It is the plugins that speak first, so nothing is to be
opened or connected by hand: they come and go, and so may we. Only one program can have the port.
"""

from __future__ import annotations

import os
import socket
from contextlib import suppress
from typing import TYPE_CHECKING

from bridge.playout.problem import PluginPortTaken
from bridge.plugin.instances import PluginInstances
from bridge.plugin.wire import DEFAULT_PORT
from bridge.ports.base import PortError

if TYPE_CHECKING:
    from bridge.playout.protocol import Command, Report
    from bridge.playout.sequencer import Sequencer

PORT_VARIABLE = "ANTIPHON_PORT"
_MAX_DATAGRAM = 2048


class PluginBackend:
    """A socket, and the desk behind it."""

    def __init__(self, sequencer: Sequencer) -> None:
        """Take the port, and keep time by this conductor.

        Raises:
            PortError: another program has it.

        """
        port = int(os.environ.get(PORT_VARIABLE, DEFAULT_PORT))
        self.wakeup = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.wakeup.setblocking(False)  # noqa: FBT003 - the parameter has no name
        try:
            self.wakeup.bind(("127.0.0.1", port))
        except OSError as error:
            self.wakeup.close()
            raise PortError(PluginPortTaken(port)) from error
        self._instances = PluginInstances(sequencer)

    def connected(self, now_ns: int) -> bool:
        """Return whether there is a plugin that runs."""
        return self._instances.connected(now_ns)

    def next_due_ns(self) -> int | None:
        """Return when `turn` must be called for the sake of an event, or None if it need not."""
        return self._instances.next_due_ns()

    def post(self, command: Command, now_ns: int) -> None:
        """Obey at once."""
        self._instances.post(command, now_ns)
        self._send()

    def poll(self, now_ns: int) -> list[Report]:
        """Hear what has come, tell what is due, and return what there is to report."""
        # A plugin that has gone without a word makes the system complain of what we sent it.
        with suppress(BlockingIOError):
            while True:
                with suppress(ConnectionError):
                    data, place = self.wakeup.recvfrom(_MAX_DATAGRAM)
                    self._instances.receive(data, place, now_ns)
        reports = self._instances.poll(now_ns)
        self._send()
        return reports

    def close(self) -> None:
        """Take leave."""
        self._instances.disconnect()
        self._send()
        self.wakeup.close()

    def _send(self) -> None:
        for place, data in self._instances.pop_datagrams():
            with suppress(OSError):  # it has gone, and will be missed soon enough
                self.wakeup.sendto(data, place)
