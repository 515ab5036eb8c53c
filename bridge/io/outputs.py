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
    Conduct,
    Emitted,
    Follow,
    FromIo,
    Monitor,
    Moved,
    Observe,
    OpenPorts,
    Panic,
    Patched,
    PortNames,
    Problem,
    Received,
    Report,
    Silence,
)
from bridge.playout.schedule import HAND_CHANNEL
from bridge.playout.sequencer import Conductor
from bridge.playout.thru import Hand, through
from bridge.ports.base import Backend, PortError, connect
from bridge.ports.link import READ_NS
from bridge.synth.feed import PLAYER_CHANNEL, Feed

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable, Iterable

    from bridge.midi.events import Stamped
    from bridge.plugin.socket import PluginBackend
    from bridge.system.clock import Clock

    Reach = Callable[[str, str, Clock, Conductor | None], Backend]


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
        self._trouble: list[FromIo] = []  # what is to be reported at the next turn
        self._standing: dict[type, Command] = {}  # what ways that open later must know too
        self._hand = Hand()
        self._feed: Feed | None = None
        self._feeds_player = False

    @property
    def open(self) -> bool:
        """Tell whether there is anything to look after."""
        return self._ports.is_wanted or self._plugins is not None

    @property
    def bells(self) -> list[socket.socket]:
        """Give what becomes readable when `turn` has news."""
        ways = (self._ports.backend, self._plugins)
        return [way.bell for way in ways if way is not None and way.bell is not None]

    def next_due_ns(self) -> int | None:
        """Tell when an event is due that `turn` must send."""
        ways = (self._ports.backend, self._plugins, self._hand)
        dues = [way.next_due_ns() for way in ways if way is not None]
        return min((due for due in dues if due is not None), default=None)

    def poll_ns(self) -> int | None:
        """Tell how often `turn` must be called though nothing rings; None: it need not."""
        if not self.open:
            return None
        polls = [AGAIN_NS]
        if self._ports.backend is not None and self._ports.backend.poll_ns is not None:
            polls.append(self._ports.backend.poll_ns)
        if self._beat.joined:
            polls.append(READ_NS)
        return min(polls)

    def ask(self, message: OpenPorts) -> list[FromIo]:
        """Open ports, in place of those that are open, or say why there are none."""
        told = self._close_ports()
        told += self._ports.open(message, self._clock.now_ns())
        if self._ports.backend is not None:
            self._brief(self._ports.backend)
        else:
            self._stand_in_for_ports()
        return told + self._meet_plugins()

    def names(self) -> PortNames:
        """List the ports that there are.

        Raises:
            PortError: no back end can be reached.

        """
        return self._ports.names(self._clock.now_ns())

    def post(self, command: Command) -> None:
        """Obey. What says whose time to keep, and what silences, is for all."""
        now_ns = self._clock.now_ns()
        match command:
            case Conduct():
                self._standing[Conduct] = command
            case Follow():
                self._standing[Follow] = command
                if (problem := self._beat.follow(command)) is not None:
                    self._trouble.append(problem)
            case Silence() | Panic():
                self._forget_hand(command, now_ns)
        for_all = isinstance(command, Follow | Observe | Conduct | Silence | Panic)
        if for_all or not self._lead.plugins:
            self._to_ports(command, now_ns)
        if self._plugins is not None and (for_all or self._lead.plugins):
            self._plugins.post(command, now_ns)

    def play_by_hand(self, events: Iterable[Stamped]) -> None:
        """Let the session, the way that leads and the synth have what is played on the desk."""
        events = tuple(events)
        self._hand.add(events)
        self.post(through(events))

    def monitor(self, wanted: Monitor) -> None:
        """Tell a synth from now on what there is to be heard, or nobody."""
        now_ns = self._clock.now_ns()
        if self._feed is not None:
            self._feed.close(now_ns)
        self._feed = None if wanted.port is None else Feed(wanted.port, now_ns)
        self._feeds_player = wanted.player
        if self._feed is None and self._ports.stands_in:
            self._trouble += self._close_ports()
        self._stand_in_for_ports()

    def turn(self) -> list[FromIo]:
        """Send what is due, take what came, and return what there is to tell."""
        now_ns = self._clock.now_ns()
        told, self._trouble = self._trouble, []
        if (observed := self._beat.read(now_ns)) is not None:
            self.post(observed)
        if self._plugins is not None:
            told += self._of(self._plugins.turn(now_ns), plugins=True)
        if self._ports.backend is not None:
            try:
                told += self._of(self._ports.backend.turn(now_ns), plugins=False)
                self._ports.check(now_ns)
            except PortError as error:
                told += self._lose_ports(error, now_ns)
        if self._ports.is_due(now_ns):
            told += self._look_for_ports(now_ns)
        told += self._choose(now_ns)
        if played := self._hand.played(now_ns):
            told.append(Received(played))
            if self._feed is not None:
                self._feed.play_by_hand(played)
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

    def _forget_hand(self, command: Silence | Panic, now_ns: int) -> None:
        """Leave what is still to be played on the desk; what goes out is for each way to end."""
        self._hand.forget()
        if self._feed is not None:
            if isinstance(command, Panic):
                self._feed.silence(now_ns)
            else:
                self._feed.release(now_ns, HAND_CHANNEL)

    def _stand_in_for_ports(self) -> None:
        """Let ports that lead nowhere keep the time, where a synth listens and there are no others.

        It is not reported that they are open: to a person they are not.
        """
        if self._feed is not None and (backend := self._ports.stand_in()) is not None:
            self._brief(backend)

    def _brief(self, way: Backend | PluginBackend) -> None:
        """Tell a way that has just opened whose time to keep, and what is being played."""
        leads = (way is self._plugins) is self._lead.plugins
        standing = (self._standing.get(Follow), self._standing.get(Conduct))
        for command in (*standing, self._hand.left() if leads else None):
            if command is not None:
                way.post(command, self._clock.now_ns())

    def _meet_plugins(self) -> list[FromIo]:
        """Take the port at which plugins find us; without it there are the others."""
        if self._plugins is not None or self._backend_name == "loopback":
            return []
        from bridge.plugin.socket import PluginBackend  # noqa: PLC0415 - the demo needs none

        try:
            self._plugins = PluginBackend(Conductor(self._epochs))
        except PortError as error:
            return [Problem(str(error))]
        self._brief(self._plugins)
        return []

    def _lose_ports(self, error: PortError, now_ns: int) -> list[FromIo]:
        """Let go of ports that are lost, and look for them from now on."""
        self._ports.lose(now_ns)
        told = [Problem(str(error)), *self._close_ports()]
        self._stand_in_for_ports()
        return told

    def _look_for_ports(self, now_ns: int) -> list[FromIo]:
        """Open what was not there, if it is by now; report the other ports that came with it."""
        found = self._ports.find(now_ns)
        if found is None:
            return []
        backend, ready = found
        told = self._close_ports()  # those that lead nowhere, if there are such
        self._ports.backend = backend
        self._brief(backend)
        return [*told, ready, self.names()]

    def _close_ports(self) -> list[FromIo]:
        backend = self._ports.release()
        self._lead.forget_ports()
        if self._feed is not None:  # the keyboard whose keys were down is gone
            self._feed.release(self._clock.now_ns(), PLAYER_CHANNEL, DRUM_CHANNEL)
        if backend is None:
            return []
        told = self._of(backend.close(self._clock.now_ns()), plugins=False)
        if self._patched:
            self._patched = False
            told.append(Patched(connected=False))
        return told

    def _of(self, reports: list[Report], *, plugins: bool) -> list[FromIo]:
        """Pass reports on, to a synth too, but of the time only that of who leads."""
        passed: list[FromIo] = []
        for report in reports:
            match report:
                case Moved():
                    if not self._lead.note(report, by_plugins=plugins):
                        continue
                case Patched(connected):
                    self._patched = connected
                case Emitted(events) if self._feed is not None:
                    self._feed.pass_on(events)
                case Received(events) if self._feed is not None and self._feeds_player:
                    self._feed.play(events)
            passed.append(report)
        return passed

    def _to_ports(self, command: Command, now_ns: int) -> None:
        """Let the ports obey; if they are lost by that, they are looked for like any others."""
        try:
            if self._ports.backend is not None:
                self._ports.backend.post(command, now_ns)
        except PortError as error:
            self._trouble += self._lose_ports(error, now_ns)

    def _choose(self, now_ns: int) -> list[FromIo]:
        """Let the one lead that is to; silence the other, and report the time of who leads."""
        follow = self._standing.get(Follow)
        sync = follow.sync if isinstance(follow, Follow) else None
        plugins = self._plugins
        connected = plugins is not None and plugins.connected(now_ns)
        if not self._lead.choose(sync, plugin_connected=connected):
            return []
        if self._lead.plugins:
            self._to_ports(Silence(), now_ns)
        elif plugins is not None:
            plugins.post(Silence(), now_ns)
        if self._feed is not None:  # a plugin that has gone does not report what it has ended
            self._feed.release(now_ns)
        self.post(self._hand.left())
        moved = self._lead.moved
        return [] if moved is None else [moved]
