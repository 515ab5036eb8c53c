"""The app's end of the connections with plugins in a host.

The plugins connect, so the user opens and connects nothing; plugins and Antiphon may start and stop
in any order. Every turn is short: it accepts few connections, reads little of each, and never
waits. A connection that has not introduced an instance soon is ended, and so are the oldest of too
many.

Between two turns that accept, the listening socket rests. Otherwise a program that connects without
end would keep this thread busy without end, and Linux suspends a thread with real-time priority for
50 ms if it has used a processor for 950 ms.
"""

from __future__ import annotations

import os
from itertools import count
from typing import TYPE_CHECKING

from bridge.plugin.connection import Connection
from bridge.plugin.endpoint import Endpoint
from bridge.plugin.folder import choose_place
from bridge.plugin.instances import PluginInstances
from bridge.system.units import MS, SECOND

if TYPE_CHECKING:
    import socket

    from bridge.playout.problem import PluginRefusal
    from bridge.playout.protocol import Command, Report
    from bridge.playout.sequencer import Sequencer
    from bridge.plugin.folder import Place

MAX_UNKNOWN = 8
"""Connections without an instance; beyond it, the oldest is ended, first those without a cookie."""
INTRODUCTION_NS = 2 * SECOND
"""The time that a connection has for its first hello."""
TURN_ACCEPTS = 16
TURN_READS = 4
"""Connections that are accepted, and read, in one turn."""
REST_NS = 5 * MS
"""The time between two turns that accept connections."""
_LONG_REST_NS = SECOND  # after the system has refused to open a connection


def open_plugins(sequencer: Sequencer) -> PluginBackend | None:
    """Listen where plugins look for the app, or return None if the environment says nowhere.

    Raises:
        PortError: see `PluginBackend`.

    """
    place = choose_place(os.environ)
    return None if place is None else PluginBackend(sequencer, place)


class PluginBackend:
    """The listening socket, the connections, and the plugin instances behind them."""

    def __init__(self, sequencer: Sequencer, place: Place) -> None:
        """Listen at a place; play through this sequencer.

        Raises:
            PortError: another program listens there, others can change it, or the system refuses.

        """
        self._endpoint = Endpoint(place)
        self._instances = PluginInstances(sequencer)
        self._connections: dict[int, Connection] = {}  # the next to be read first
        self._numbers = count()
        self._rests_until_ns: int | None = None

    @property
    def wakeups(self) -> list[socket.socket]:
        """The sockets that become readable when `poll` has something to do."""
        listening = [] if self._rests_until_ns is not None else [self._endpoint.socket]
        return [*listening, *(each.socket for each in self._connections.values())]

    @property
    def poll_ns(self) -> int | None:
        """The longest time between calls of `poll` without a wakeup; None for no limit."""
        return None if self._rests_until_ns is None else REST_NS

    @property
    def refused(self) -> dict[PluginRefusal, int]:
        """What was refused so far."""
        return dict(self._instances.refusals.total)

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
        """Receive messages, send what is due, and return the reports."""
        # Ended connections first: a plugin that connects again must not meet its old connection.
        self._read(now_ns)
        self._accept(now_ns)
        self._end_unknown(now_ns)
        reports = self._instances.poll(now_ns)
        self._send()
        return reports

    def close(self) -> None:
        """Disconnect the plugins, and stop listening."""
        self._instances.disconnect()
        self._send()
        for connection in self._connections.values():
            connection.close()
        self._connections.clear()
        self._endpoint.close()

    def _accept(self, now_ns: int) -> None:
        """Accept a few connections, and read each at once: most carry their hello already."""
        if self._rests_until_ns is not None and now_ns < self._rests_until_ns:
            return
        self._rests_until_ns = None
        for _ in range(TURN_ACCEPTS):
            try:
                accepted = self._endpoint.accept(now_ns)
            except OSError:  # no more files may be open
                self._rests_until_ns = now_ns + _LONG_REST_NS
                break
            if accepted is None:
                break
            self._rests_until_ns = now_ns + REST_NS
            if isinstance(accepted, Connection):
                number = next(self._numbers)
                self._connections[number] = accepted
                self._read_one(number, now_ns)
            else:
                self._instances.refusals.add(accepted)

    def _end_unknown(self, now_ns: int) -> None:
        """End the connections that have been without an instance for too long, or are too many."""
        unknown = [each for each in self._connections if not self._instances.is_bound(each)]
        unknown.sort(key=lambda each: (self._connections[each].is_trusted, each))
        for place, number in enumerate(unknown):
            if now_ns - self._connections[number].accepted_ns > INTRODUCTION_NS:
                self._instances.refusals.add("late")
            elif place < len(unknown) - MAX_UNKNOWN:
                self._instances.refusals.add("too-many")
            else:
                continue
            self._drop(number)

    def _read(self, now_ns: int) -> None:
        """Read some connections that have sent something, in turn."""
        left = TURN_READS
        for number in tuple(self._connections):
            if left and self._read_one(number, now_ns):
                left -= 1
                if number in self._connections:  # it goes to the end of the queue
                    self._connections[number] = self._connections.pop(number)

    def _read_one(self, number: int, now_ns: int) -> bool:
        """Read a connection; return whether it had sent something."""
        connection = self._connections[number]
        messages = connection.receive()
        for message in messages:
            self._instances.receive(message, number, now_ns)
        if connection.ended:
            self._drop(number)
        return bool(messages)

    def _send(self) -> None:
        for number, data in self._instances.pop_outgoing():
            if number in self._connections:
                self._connections[number].send(data)
        for number in self._instances.pop_ended():
            if number in self._connections:
                self._drop(number)
        for number, connection in tuple(self._connections.items()):
            connection.flush()
            if connection.ended:
                self._drop(number)

    def _drop(self, number: int) -> None:
        connection = self._connections.pop(number)
        if connection.refusal is not None:
            self._instances.refusals.add(connection.refusal)
        self._instances.lose(number)
        connection.close()
