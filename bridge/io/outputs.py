"""Ports and plugins as one: where commands go, and what the session receives.

A musician may have a keyboard on a port and a plugin in the host, or only one of them. Input from
all of them is received. Notes go out on one way only, or they would sound twice; and the session
follows only the time that those notes are sent by. So one of the two *leads* (`bridge.io.lead`).
When the lead changes, what the other still plays is silenced, and the session receives the new
time; epochs are numbered in common, so that nothing planned for the one is played by the other.

What the player plays on the desk itself (`bridge.playout.thru`) goes out on the way that leads as
well, and the built-in synth, where one listens, is sent all of it (`bridge.synth.feed`). Lost ports
are the subject of `bridge.io.port_keeper`.
"""

from __future__ import annotations

from functools import partial
from itertools import count
from typing import TYPE_CHECKING

from bridge.io.lead import Lead
from bridge.io.network_beat import NetworkBeat
from bridge.io.port_keeper import AGAIN_NS, PortKeeper
from bridge.midi.instruments import DRUM_CHANNEL
from bridge.playout.protocol import (
    Command,
    Emitted,
    FromIo,
    Monitor,
    ObservePosition,
    OpenPorts,
    OutputConnected,
    Panic,
    PortNames,
    Problem,
    Received,
    Report,
    SetOwnTransport,
    SetSync,
    Silence,
    TransportChanged,
)
from bridge.playout.schedule import THRU_CHANNEL
from bridge.playout.sequencer import Sequencer
from bridge.playout.thru import ThruQueue, thru_command
from bridge.ports.base import Backend, PortError, connect
from bridge.ports.link import POLL_NS
from bridge.synth.feed import PLAYER_CHANNEL, SynthFeed

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable, Iterable

    from bridge.midi.events import TimedEvent
    from bridge.plugin.socket import PluginBackend
    from bridge.system.clock import Clock

    Reach = Callable[[str, str, Clock, Sequencer | None], Backend]


class Outputs:
    """All ways in and out."""

    def __init__(
        self, backend_name: str, client_name: str, clock: Clock, reach: Reach = connect
    ) -> None:
        """Use the back end of this name, as this client; `reach` reaches a back end by its name."""
        self._backend_name, self._clock = backend_name, clock
        self._epochs = count()
        self._ports = PortKeeper(
            partial(reach, backend_name, client_name, clock), self._epochs, clock.now_ns()
        )
        self._plugins: PluginBackend | None = None
        self._lead, self._beat = Lead(), NetworkBeat(clock)
        self._patched = False  # whether somebody's port is connected to our output
        self._pending_reports: list[FromIo] = []  # what is to be reported at the next turn
        self._standing: dict[type, Command] = {}  # what ways that open later must know too
        self._thru = ThruQueue()
        self._feed: SynthFeed | None = None

    @property
    def is_open(self) -> bool:
        """Whether there is anything to look after."""
        return self._ports.is_wanted or self._plugins is not None

    @property
    def wakeups(self) -> list[socket.socket]:
        """What becomes readable when `turn` has news."""
        ways = (self._ports.backend, self._plugins)
        return [way.wakeup for way in ways if way is not None and way.wakeup is not None]

    def next_due_ns(self) -> int | None:
        """Return when an event is due that `turn` must send."""
        ways = (self._ports.backend, self._plugins, self._thru)
        dues = [way.next_due_ns() for way in ways if way is not None]
        return min((due for due in dues if due is not None), default=None)

    def poll_ns(self) -> int | None:
        """Return how often `turn` must be called though nothing rings; None: it need not."""
        if not self.is_open:
            return None
        polls = [AGAIN_NS]
        if self._ports.backend is not None and self._ports.backend.poll_ns is not None:
            polls.append(self._ports.backend.poll_ns)
        if self._beat.joined:
            polls.append(POLL_NS)
        return min(polls)

    def open_ports(self, message: OpenPorts) -> list[FromIo]:
        """Open ports, in place of those that are open, or say why there are none."""
        told = self._close_ports()
        told += self._ports.open(message, self._clock.now_ns())
        if self._ports.backend is not None:
            self._send_sync(self._ports.backend)
        else:
            self._open_loopback()
        return told + self._open_plugins()

    def list_ports(self) -> PortNames:
        """List the ports that there are.

        Raises:
            PortError: no back end can be reached.

        """
        return self._ports.names(self._clock.now_ns())

    def post(self, command: Command) -> None:
        """Obey. What says whose time to keep, and what silences, is for all."""
        now_ns = self._clock.now_ns()
        match command:
            case SetOwnTransport():
                self._standing[SetOwnTransport] = command
            case SetSync():
                self._standing[SetSync] = command
                if (problem := self._beat.follow(command)) is not None:
                    self._pending_reports.append(problem)
            case Silence() | Panic():
                self._clear_thru(command, now_ns)
        for_all = isinstance(command, SetSync | ObservePosition | SetOwnTransport | Silence | Panic)
        if for_all or not self._lead.plugins:
            self._post_to_ports(command, now_ns)
        if self._plugins is not None and (for_all or self._lead.plugins):
            self._plugins.post(command, now_ns)

    def play_thru(self, events: Iterable[TimedEvent]) -> None:
        """Let the session, the way that leads and the synth have what is played on the desk."""
        events = tuple(events)
        self._thru.add(events)
        self.post(thru_command(events))

    def set_monitor(self, wanted: Monitor) -> None:
        """Tell a synth from now on what there is to be heard, or nobody."""
        now_ns = self._clock.now_ns()
        if self._feed is not None:
            self._feed.close(now_ns)
        self._feed = (
            None if wanted.port is None else SynthFeed(wanted.port, now_ns, player=wanted.player)
        )
        if self._feed is None and self._ports.stands_in:
            self._pending_reports += self._close_ports()
        self._open_loopback()

    def poll(self) -> list[FromIo]:
        """Send what is due, take what came, and return what there is to tell."""
        now_ns = self._clock.now_ns()
        told, self._pending_reports = self._pending_reports, []
        if (observed := self._beat.read(now_ns)) is not None:
            self.post(observed)
        if self._plugins is not None:
            told += self._forward_reports(self._plugins.poll(now_ns), plugins=True)
        if self._ports.backend is not None:
            try:
                told += self._forward_reports(self._ports.backend.poll(now_ns), plugins=False)
                self._ports.check(now_ns)
            except PortError as error:
                told += self._handle_lost_ports(error, now_ns)
        if self._ports.is_due(now_ns):
            told += self._retry_ports(now_ns)
        told += self._select_leader(now_ns)
        if played := self._thru.pop_due(now_ns):
            told.append(Received(played))
            if self._feed is not None:
                self._feed.send_thru(played)
        return told

    def close(self) -> list[FromIo]:
        """Silence everything and let go of it all."""
        told = self._close_ports()
        if self._plugins is not None:
            self._plugins.close()
            self._plugins = None
        self._beat.leave()
        self._ports.forget()
        if self._feed is not None:
            self._feed.close(self._clock.now_ns())
            self._feed = None
        return told

    def _clear_thru(self, command: Silence | Panic, now_ns: int) -> None:
        """Leave what is still to be played on the desk; what goes out is for each way to end."""
        self._thru.clear()
        if self._feed is not None:
            if isinstance(command, Panic):
                self._feed.silence(now_ns)
            else:
                self._feed.release(now_ns, THRU_CHANNEL)

    def _open_loopback(self) -> None:
        """Let ports that lead nowhere keep the time, where a synth listens and there are no others.

        It is not reported that they are open: to a person they are not.
        """
        if self._feed is not None and (backend := self._ports.stand_in()) is not None:
            self._send_sync(backend)

    def _send_sync(self, way: Backend | PluginBackend) -> None:
        """Tell a way that has just opened whose time to keep, and what is being played."""
        leads = (way is self._plugins) is self._lead.plugins
        standing = (self._standing.get(SetSync), self._standing.get(SetOwnTransport))
        for command in (*standing, self._thru.pending() if leads else None):
            if command is not None:
                way.post(command, self._clock.now_ns())

    def _open_plugins(self) -> list[FromIo]:
        """Take the port at which plugins find us; without it there are the others."""
        if self._plugins is not None or self._backend_name == "loopback":
            return []
        from bridge.plugin.socket import PluginBackend  # noqa: PLC0415 - the demo needs none

        try:
            self._plugins = PluginBackend(Sequencer(self._epochs))
        except PortError as error:
            return [Problem(error.reason)]
        self._send_sync(self._plugins)
        return []

    def _handle_lost_ports(self, error: PortError, now_ns: int) -> list[FromIo]:
        """Let go of ports that are lost, and look for them from now on."""
        self._ports.lose(now_ns)
        told = [Problem(error.reason), *self._close_ports()]
        self._open_loopback()
        return told

    def _retry_ports(self, now_ns: int) -> list[FromIo]:
        """Open what was not there, if it is by now; report the other ports that came with it."""
        found = self._ports.find(now_ns)
        if found is None:
            return []
        backend, ready = found
        told = self._close_ports()  # those that lead nowhere, if there are such
        self._ports.backend = backend
        self._send_sync(backend)
        return [*told, ready, self.list_ports()]

    def _close_ports(self) -> list[FromIo]:
        backend = self._ports.release()
        self._lead.forget_ports()
        if self._feed is not None:  # the keyboard whose keys were down is gone
            self._feed.release(self._clock.now_ns(), PLAYER_CHANNEL, DRUM_CHANNEL)
        if backend is None:
            return []
        told = self._forward_reports(backend.close(self._clock.now_ns()), plugins=False)
        if self._patched:
            self._patched = False
            told.append(OutputConnected(connected=False))
        return told

    def _forward_reports(self, reports: list[Report], *, plugins: bool) -> list[FromIo]:
        """Pass reports on, to a synth too, but of the time only that of who leads."""
        passed: list[FromIo] = []
        for report in reports:
            match report:
                case TransportChanged():
                    if not self._lead.note(report, by_plugins=plugins):
                        continue
                case OutputConnected(connected):
                    self._patched = connected
                case Emitted(events) if self._feed is not None:
                    self._feed.send_output(events)
                case Received(events) if self._feed is not None:
                    self._feed.send_player(events)
            passed.append(report)
        return passed

    def _post_to_ports(self, command: Command, now_ns: int) -> None:
        """Let the ports obey; if they are lost by that, they are looked for like any others."""
        try:
            if self._ports.backend is not None:
                self._ports.backend.post(command, now_ns)
        except PortError as error:
            self._pending_reports += self._handle_lost_ports(error, now_ns)

    def _select_leader(self, now_ns: int) -> list[FromIo]:
        """Let the one lead that is to; silence the other, and report the time of who leads."""
        follow = self._standing.get(SetSync)
        sync = follow.sync if isinstance(follow, SetSync) else None
        plugins = self._plugins
        connected = plugins is not None and plugins.connected(now_ns)
        if not self._lead.choose(sync, plugin_connected=connected):
            return []
        if self._lead.plugins:
            self._post_to_ports(Silence(), now_ns)
        elif plugins is not None:
            plugins.post(Silence(), now_ns)
        if self._feed is not None:  # a plugin that has gone does not report what it has ended
            self._feed.release(now_ns)
        self.post(self._thru.pending())
        moved = self._lead.moved
        return [] if moved is None else [moved]
