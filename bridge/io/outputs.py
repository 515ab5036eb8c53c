"""Ports and plugins behind one interface: it routes commands and collects reports.

A musician may have a keyboard on a port and a plugin in the host, or only one of them. Input from
both is received. Notes go to one of the two only, or they would sound twice, and the session
follows only the time of that one. It is the *lead* (`bridge.io.lead`). When the lead changes, the
other is silenced, and the session receives the new time. Ports and plugins number their epochs from
one counter, so a note planned for one is never played by the other.

What the player plays in the window (`bridge.playout.thru`) goes to the lead as well. The built-in
synth, if there is one, is sent everything (`bridge.synth.feed`), and also the clicks that the lead
does not get (`bridge.playout.metronome`). `bridge.io.port_keeper` looks after lost ports.
"""

from __future__ import annotations

from functools import partial
from itertools import count
from typing import TYPE_CHECKING

from bridge.io.lead import Lead
from bridge.io.network_beat import NetworkBeat
from bridge.io.panic import PanicRelay
from bridge.io.port_keeper import AGAIN_NS, CHECK_NS, PortKeeper
from bridge.midi.instruments import DRUM_CHANNEL
from bridge.playout.metronome import ClickQueue
from bridge.playout.protocol import (
    BindPanic,
    Click,
    Command,
    Emitted,
    FromIo,
    InputLost,
    KeyboardHeard,
    Monitor,
    ObservePosition,
    OpenPorts,
    OutputConnected,
    Panic,
    PanicPressed,
    PortNames,
    PortsClosed,
    Problem,
    Received,
    Release,
    ReleaseUnplanned,
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
    from bridge.playout.schedule import SentEvent
    from bridge.plugin.socket import PluginBackend
    from bridge.system.clock import Clock

    Reach = Callable[[str, str, Clock, Sequencer | None], Backend]


_FOR_ALL = (
    SetSync | ObservePosition | SetOwnTransport | BindPanic | ReleaseUnplanned | Silence | Panic
)


class Outputs:
    """All inputs and outputs."""

    # More than 12 attributes: it holds one of each kind of output, and what they share.

    def __init__(
        self,
        backend_name: str,
        client_name: str,
        clock: Clock,
        reach: Reach = connect,
        synth: socket.socket | None = None,
    ) -> None:
        """Use the named back end as client `client_name`; `reach` connects to a back end.

        `synth` is the socket to the synth, if there may be one.
        """
        self._backend_name, self._clock = backend_name, clock
        self._epochs = count()
        self._ports = PortKeeper(
            partial(reach, backend_name, client_name, clock), self._epochs, clock.now_ns()
        )
        self._plugins: PluginBackend | None = None
        self._lead, self._beat = Lead(), NetworkBeat(clock)
        self._pending_reports: list[FromIo] = []  # reported by the next `poll`
        self._thru, self._clicks = ThruQueue(), ClickQueue()
        self._synth, self._panic = synth, PanicRelay()
        self._feed: SynthFeed | None = None

    @property
    def is_open(self) -> bool:
        """Whether ports are open or wanted, or the plugin socket is open."""
        return self._ports.is_wanted or self._plugins is not None

    @property
    def wakeups(self) -> list[socket.socket]:
        """The sockets that become readable when `poll` has reports."""
        backend, plugins = self._ports.backend, self._plugins
        ports = [] if backend is None or backend.wakeup is None else [backend.wakeup]
        return ports if plugins is None else [*ports, *plugins.wakeups]

    def next_due_ns(self) -> int | None:
        """Return when `poll` must next send an event, or None."""
        outputs = (self._ports.backend, self._plugins, self._thru, self._clicks)
        dues = [output.next_due_ns() for output in outputs if output is not None]
        return min((due for due in dues if due is not None), default=None)

    def poll_ns(self) -> int | None:
        """Return the longest time between calls of `poll` without a wakeup; None for no limit."""
        if not self.is_open:
            return None
        polls = [AGAIN_NS if self._ports.backend is None or self._ports.stands_in else CHECK_NS]
        if self._ports.backend is not None and self._ports.backend.poll_ns is not None:
            polls.append(self._ports.backend.poll_ns)
        if self._beat.joined:
            polls.append(POLL_NS)
        if self._plugins is not None and self._plugins.poll_ns is not None:
            polls.append(self._plugins.poll_ns)
        return min(polls)

    def open_ports(self, message: OpenPorts) -> list[FromIo]:
        """Open ports in place of the open ones, or report why they cannot be opened."""
        reports = self._close_ports()
        reports += self._ports.open(message, self._clock.now_ns())
        if self._ports.backend is not None:
            self._send_sync(self._ports.backend)
        else:
            self._open_loopback()
        return reports + self._open_plugins()

    def list_ports(self) -> PortNames:
        """List the available ports.

        Raises:
            PortError: no back end can be reached.

        """
        return self._ports.names(self._clock.now_ns())

    def listen_to_keyboard(self, *, wanted: bool) -> None:
        """Listen to a keyboard that is plugged in while no input is chosen, or to none."""
        self._ports.listen_to_keyboard(wanted=wanted)

    def post(self, command: Command) -> None:
        """Apply a command. Transport and silencing commands go to all, others to the lead."""
        now_ns = self._clock.now_ns()
        if isinstance(command, Release):
            self._release_notes(command, now_ns)
            return
        command = self._panic.relay(command, now_ns)
        self._feed_clicks(self._clicks.apply(command, now_ns))
        match command:
            case SetSync():
                if (problem := self._beat.follow(command)) is not None:
                    self._pending_reports.append(problem)
            case Silence() | Panic():
                self._clear_thru(command, now_ns)
        for_all = isinstance(command, _FOR_ALL)
        if for_all or not self._lead.plugins:
            self._post_to_ports(command, now_ns)
        if self._plugins is not None and (for_all or self._lead.plugins):
            self._plugins.post(command, now_ns)

    def _release_notes(self, release: Release, now_ns: int) -> None:
        """Release what another process began; plugins release their notes when it has gone."""
        if self._feed is not None:
            self._feed.silence(now_ns)
        try:
            self._ports.release_notes(release, now_ns)
        except PortError as error:
            self._pending_reports += self._handle_lost_ports(error, now_ns)

    def plan_clicks(self, planned: Click) -> None:
        """Play clicks on the synth when they are due."""
        self._feed_clicks(self._clicks.apply(planned, self._clock.now_ns()))

    def play_thru(self, events: Iterable[TimedEvent]) -> None:
        """Send what the player plays in the window to the session, the lead and the synth."""
        events = tuple(events)
        self._thru.add(events)
        self.post(thru_command(events))

    def set_monitor(self, wanted: Monitor) -> None:
        """Feed the synth from now on, or do not."""
        now_ns = self._clock.now_ns()
        if self._feed is not None:
            self._feed.close(now_ns)
        self._feed = None
        if wanted.wanted:
            assert self._synth is not None
            self._feed = SynthFeed(self._synth, now_ns, player=wanted.player)
        if self._feed is None and self._ports.stands_in:
            self._pending_reports += self._close_ports()
        self._open_loopback()

    def poll(self) -> list[FromIo]:
        """Send what is due, receive input, and return the reports."""
        now_ns = self._clock.now_ns()
        reports, self._pending_reports = self._pending_reports, []
        if (observed := self._beat.read(now_ns)) is not None:
            self.post(observed)
        if self._plugins is not None:
            reports += self._forward_reports(self._plugins.poll(now_ns), plugins=True)
        if self._ports.backend is not None:
            try:
                reports += self._forward_reports(self._ports.backend.poll(now_ns), plugins=False)
                reports += self._ports.check(now_ns)
            except PortError as error:
                reports += self._handle_lost_ports(error, now_ns)
        if self._ports.is_due(now_ns):
            reports += self._retry_ports(now_ns)
        reports += self._select_leader(now_ns)
        self._feed_clicks(self._clicks.emit(now_ns))
        if self._feed is not None:
            self._feed.send_rest()
        if played := self._thru.pop_due(now_ns):
            reports.append(Received(played))
            if self._feed is not None:
                self._feed.send_thru(played)
        return reports

    def close(self) -> list[FromIo]:
        """Silence and close everything; return the last reports."""
        reports = self._close_ports()
        if self._plugins is not None:
            self._plugins.close()
            self._plugins = None
        self._beat.leave()
        self._ports.forget()
        if self._feed is not None:
            self._feed.close(self._clock.now_ns())
            self._feed = None
        return reports

    def _clear_thru(self, command: Silence | Panic, now_ns: int) -> None:
        """Drop pending thru events, and end them on the synth; each output ends its own notes."""
        self._thru.clear()
        if self._feed is not None:
            if isinstance(command, Panic):
                self._feed.silence(now_ns)
            else:
                self._feed.release(now_ns, THRU_CHANNEL)

    def _open_loopback(self) -> None:
        """Open the loopback to keep time if there is a synth and no other port is open.

        This is not reported, because the user has opened no port.
        """
        if self._feed is not None and (backend := self._ports.stand_in()) is not None:
            self._send_sync(backend)

    def _send_sync(self, output: Backend | PluginBackend) -> None:
        """Send the sync settings and, to the lead, the pending thru events to a new output."""
        leads = (output is self._plugins) is self._lead.plugins
        thru = self._thru.pending() if leads else None
        settings = (self._beat.wanted, self._clicks.own_transport, self._panic.controls)
        for command in (*settings, thru):
            if command is not None:
                output.post(command, self._clock.now_ns())

    def _open_plugins(self) -> list[FromIo]:
        """Open the socket for plugins; if that fails, report it and go on with the ports alone."""
        if self._plugins is not None or self._backend_name == "loopback":
            return []
        from bridge.plugin.socket import open_plugins  # noqa: PLC0415 - loopback needs none

        try:
            self._plugins = open_plugins(Sequencer(self._epochs))
        except PortError as error:
            return [Problem(error.reason)]
        if self._plugins is not None:
            self._send_sync(self._plugins)
        return []

    def _handle_lost_ports(self, error: PortError, now_ns: int) -> list[FromIo]:
        """Close lost ports, and look for them from now on."""
        self._ports.lose(now_ns)
        reports = [Problem(error.reason), PortsClosed(), *self._close_ports()]
        if self._feed is not None:  # ports that are lost report no releases
            self._feed.release(now_ns, *(set(range(16)) - {THRU_CHANNEL}))
        self._open_loopback()
        return reports

    def _retry_ports(self, now_ns: int) -> list[FromIo]:
        """Open the missing ports if they are back; also report the present list of ports."""
        found = self._ports.find(now_ns)
        if found is None:
            return []
        backend, ready = found
        reports = self._close_ports()  # the loopback, if it stands in
        self._ports.backend = backend
        self._send_sync(backend)
        return [*reports, ready, self.list_ports()]

    def _close_ports(self) -> list[FromIo]:
        lost = [] if self._ports.stands_in else [InputLost()]  # keys may be held down
        backend = self._ports.release()
        self._lead.forget_ports()
        if backend is None:
            return []
        reports = self._forward_reports(
            [*backend.close(self._clock.now_ns()), *lost], plugins=False
        )
        if self._ports.keyboard:
            self._ports.keyboard = ""
            reports.append(KeyboardHeard(""))
        if self._ports.patched:
            self._ports.patched = False
            reports.append(OutputConnected(connected=False))
        return reports

    def _forward_reports(self, reports: list[Report], *, plugins: bool) -> list[FromIo]:
        """Return the reports and feed the synth; transport reports pass only from the lead."""
        forwarded: list[FromIo] = []
        for report in reports:
            match report:
                case TransportChanged():
                    if not self._lead.note(report, by_plugins=plugins):
                        continue
                    self._follow_with_clicks(report)
                case PanicPressed():
                    self.post(Panic())
                    continue
                case OutputConnected(connected):
                    self._ports.patched = connected
                case KeyboardHeard(name):
                    self._ports.keyboard = name
                case InputLost() if self._feed is not None:
                    self._feed.release(self._clock.now_ns(), PLAYER_CHANNEL, DRUM_CHANNEL)
                case Emitted(events) if self._feed is not None:
                    self._feed.send_output(events)
                case Received(events) if self._feed is not None:
                    self._feed.send_player(events)
            forwarded.append(report)
        return forwarded

    def _follow_with_clicks(self, moved: TransportChanged) -> None:
        self._feed_clicks(self._clicks.follow(moved.transport, self._clock.now_ns()))

    def _feed_clicks(self, clicks: Iterable[SentEvent]) -> None:
        if self._feed is not None:
            self._feed.send_output(clicks)

    def _post_to_ports(self, command: Command, now_ns: int) -> None:
        """Apply a command to the ports; if this fails, treat them as lost."""
        try:
            if self._ports.backend is not None:
                self._ports.backend.post(command, now_ns)
        except PortError as error:
            self._pending_reports += self._handle_lost_ports(error, now_ns)

    def _select_leader(self, now_ns: int) -> list[FromIo]:
        """Choose the lead; on a change silence the other, and report the time of the new lead."""
        sync = None if self._beat.wanted is None else self._beat.wanted.sync
        plugins = self._plugins
        connected = plugins is not None and plugins.connected(now_ns)
        if not self._lead.choose(sync, plugin_connected=connected):
            return []
        if self._lead.plugins:
            self._post_to_ports(Silence(), now_ns)
        elif plugins is not None:
            plugins.post(Silence(), now_ns)
        if self._feed is not None:  # a plugin that has gone reports no note-offs
            self._feed.release(now_ns)
        self.post(self._thru.pending())
        moved = self._lead.moved
        if moved is None:
            return []
        self._follow_with_clicks(moved)
        return [moved]
