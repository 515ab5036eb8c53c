"""The socket to which the plugins in a host connect.

It has a well-known port of this machine only. The plugins send first, so the user opens and
connects nothing; plugins and Antiphon may start and stop in any order. Only one program can have
the port.
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
    """The socket, and the plugin instances behind it."""

    def __init__(self, sequencer: Sequencer) -> None:
        """Bind the port; play through this sequencer.

        Raises:
            PortError: another program has the port.

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
        """Return whether a plugin instance runs."""
        return self._instances.connected(now_ns)

    def next_due_ns(self) -> int | None:
        """Return when `poll` must next send an event, or None."""
        return self._instances.next_due_ns()

    def post(self, command: Command, now_ns: int) -> None:
        """Apply a command at once."""
        self._instances.post(command, now_ns)
        self._send()

    def poll(self, now_ns: int) -> list[Report]:
        """Receive datagrams, send what is due, and return the reports."""
        # The system reports an error for a datagram to a plugin that has gone.
        with suppress(BlockingIOError):
            while True:
                with suppress(ConnectionError):
                    data, address = self.wakeup.recvfrom(_MAX_DATAGRAM)
                    self._instances.receive(data, address, now_ns)
        reports = self._instances.poll(now_ns)
        self._send()
        return reports

    def close(self) -> None:
        """Disconnect the plugins, and close the socket."""
        self._instances.disconnect()
        self._send()
        self.wakeup.close()

    def _send(self) -> None:
        for address, data in self._instances.pop_datagrams():
            with suppress(OSError):  # the plugin has gone; its time-out removes it
                self.wakeup.sendto(data, address)
