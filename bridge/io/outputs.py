"""Ports and plugins as one: where commands go, and whose word counts.

A musician may have a keyboard on a port and a plugin in the host, or only one of them. All of them
are heard. But notes go out on one way only, or they would sound twice; and only of the time that
those notes are sent by may the session be told. So one of the two *leads*: the plugins as soon as
one runs, because a host that has one is meant to get the notes there, and else the ports. The ports
lead as well if the time that is to be followed is one that only they know. When the lead changes,
what the other still plays is silenced, and the session is told whose time counts now; epochs are
numbered in common, so that nothing planned for the one is played by the other.

What the player plays on the desk itself (`bridge.playout.thru`) goes out on the way that leads as well,
and a synth of our own, where one listens, is told all of it (`bridge.synth.feed`).

Ports that are lost, with a cable or a server, and ports that were not there when they were asked
for, are looked for again, until they are there or others are asked for. Meanwhile a synth may be
all that there is to be heard: as long as one listens, notes are kept in time by ports that lead
nowhere.
"""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING

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
    Problem,
    Received,
    Report,
    Silence,
)
from bridge.playout.schedule import HAND_CHANNEL
from bridge.playout.sequencer import Conductor
from bridge.playout.thru import Hand, through
from bridge.ports.base import Backend, PortError, connect
from bridge.ports.link import READ_NS, LinkSource
from bridge.ports.loopback import LoopbackBackend
from bridge.sync.transport import Source
from bridge.synth.feed import PLAYER_CHANNEL, Feed

if TYPE_CHECKING:
    import socket
    from collections.abc import Iterable

    from bridge.midi.events import Stamped
    from bridge.plugin.socket import PluginBackend
    from bridge.system.clock import Clock

AGAIN_NS = 1_000_000_000
"""So often ports that are lost are looked for, and those that are there looked after."""
LATER_NS = 5_000_000_000
"""So often those are looked for that were never there: for each look a server gets a new client."""


class Outputs:
    """All ways in and out."""

    def __init__(self, backend_name: str, client_name: str, clock: Clock) -> None:
        self._backend_name, self._client_name, self._clock = backend_name, client_name, clock
        self._epochs = count()
        self._ports: Backend | None = None
        self._plugins: PluginBackend | None = None
        self._asked: OpenPorts | None = None
        self._lost_ns: int | None = None  # when the ports were last looked for in vain
        self._pace_ns = AGAIN_NS  # how often they are looked for
        self._patched = False  # whether somebody's port is connected to our output
        self._checked_ns = clock.now_ns()
        self._trouble: list[FromIo] = []  # what is to be told at the next turn
        self._plugins_lead = False
        self._link: LinkSource | None = None
        self._read_ns = clock.now_ns()  # when Link's beat was last read
        self._moved: dict[bool, Moved] = {}  # what plugins (True) and ports last said of the time
        self._follow: Follow | None = None  # this and the next are told to who opens anew
        self._conduct: Conduct | None = None
        self._hand = Hand()
        self._feed: Feed | None = None
        self._feeds_player = False
        self._stand_in = False  # whether our ports lead nowhere, for want of others

    @property
    def open(self) -> bool:
        """Tell whether there is anything to look after."""
        return self._ports is not None or self._plugins is not None or self._lost_ns is not None

    @property
    def bells(self) -> list[socket.socket]:
        """Give what becomes readable when `turn` has news."""
        ways = (self._ports, self._plugins)
        return [way.bell for way in ways if way is not None and way.bell is not None]

    def next_due_ns(self) -> int | None:
        """Tell when an event is due that `turn` must send."""
        ways = (self._ports, self._plugins, self._hand)
        dues = [way.next_due_ns() for way in ways if way is not None]
        return min((due for due in dues if due is not None), default=None)

    def poll_ns(self) -> int | None:
        """Tell how often `turn` must be called though nothing rings; None: it need not."""
        if not self.open:
            return None
        polls = [AGAIN_NS]
        if self._ports is not None and self._ports.poll_ns is not None:
            polls.append(self._ports.poll_ns)
        if self._link is not None:
            polls.append(READ_NS)
        return min(polls)

    def ask(self, message: OpenPorts) -> list[FromIo]:
        """Open ports, in place of those that are open, or say why there are none."""
        told = self._close_ports()
        self._asked, self._lost_ns = message, None
        try:
            told += self._open_ports(message)
        except PortError as error:
            self._lost_ns, self._pace_ns = self._clock.now_ns(), LATER_NS
            told.append(Problem(str(error)))
            self._stand_in_for_ports()
        return told + self._meet_plugins()

    def names(self) -> FromIo:
        """List the ports that there are, through those that are open, or others for this only."""
        ports = None if self._stand_in else self._ports
        backend = ports or connect(self._backend_name, self._client_name, self._clock)
        listed = backend.port_names()
        if backend is not ports:
            backend.close(self._clock.now_ns())
        return listed

    def post(self, command: Command) -> None:
        """Obey. What says whose time to keep, and what silences, is for all."""
        now_ns = self._clock.now_ns()
        match command:
            case Conduct():
                self._conduct = command
            case Follow():
                self._follow = command
                self._join_link(command)
            case Silence() | Panic():
                self._forget_hand(command, now_ns)
        for_all = isinstance(command, Follow | Observe | Conduct | Silence | Panic)
        if for_all or not self._plugins_lead:
            self._to_ports(command, now_ns)
        if self._plugins is not None and (for_all or self._plugins_lead):
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
        if self._feed is None and self._stand_in:
            self._trouble += self._close_ports()
        self._stand_in_for_ports()

    def turn(self) -> list[FromIo]:
        """Send what is due, take what came, and return what there is to tell."""
        now_ns = self._clock.now_ns()
        told, self._trouble = self._trouble, []
        if self._link is not None and now_ns - self._read_ns >= READ_NS:
            self._read_ns = now_ns
            self._read_link(self._link)
        if self._plugins is not None:
            told += self._of(self._plugins.turn(now_ns), plugins=True)
        if self._ports is not None:
            try:
                told += self._of(self._ports.turn(now_ns), plugins=False)
                self._look_after(self._ports, now_ns)
            except PortError as error:
                told += self._lose_ports(error, now_ns)
        if self._lost_ns is not None and now_ns - self._lost_ns >= self._pace_ns:
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
        self._leave_link()
        self._lost_ns = None
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

    def _join_link(self, follow: Follow) -> None:
        """Join the network's session if its time may be followed; who asks for it must have it."""
        if follow.sync not in (None, Source.LINK):
            self._leave_link()
        elif self._link is None:
            try:
                self._link = LinkSource(self._clock)
            except PortError as error:
                if follow.sync is Source.LINK:
                    self._trouble.append(Problem(str(error)))

    def _leave_link(self) -> None:
        if self._link is not None:
            self._link.close()
            self._link = None

    def _read_link(self, link: LinkSource) -> None:
        assert self._follow is not None  # it is because of this that we have joined
        metre, asked_for = self._follow.metre, self._follow.sync is Source.LINK
        position = link.position((metre.numerator, metre.denominator), asked_for=asked_for)
        if position is not None:
            self.post(Observe(Source.LINK, position))

    def _open_ports(self, message: OpenPorts) -> list[FromIo]:
        conductor = Conductor(self._epochs)
        backend: Backend = connect(self._backend_name, self._client_name, self._clock, conductor)
        try:
            ready = backend.open(message.input_name, message.output_name)
        except PortError:
            backend.close(self._clock.now_ns())
            raise
        told = self._close_ports()  # those that lead nowhere, if there are such
        self._ports = backend
        self._brief(backend)
        return [*told, ready]

    def _stand_in_for_ports(self) -> None:
        """Let ports that lead nowhere keep the time, where a synth listens and there are no others.

        Nobody is told that they are open: to a person they are not.
        """
        if self._feed is None or self._ports is not None or self._asked is None:
            return
        self._stand_in = True
        self._ports = LoopbackBackend(Conductor(self._epochs))
        self._brief(self._ports)

    def _brief(self, way: Backend | PluginBackend) -> None:
        """Tell a way that has just opened whose time to keep, and what is being played."""
        leads = (way is self._plugins) is self._plugins_lead
        for command in (self._follow, self._conduct, self._hand.left() if leads else None):
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

    def _look_after(self, backend: Backend, now_ns: int) -> None:
        """See now and then that the cables are still where they were asked to be."""
        if now_ns - self._checked_ns >= AGAIN_NS:
            self._checked_ns = now_ns
            backend.look_after()

    def _lose_ports(self, error: PortError, now_ns: int) -> list[FromIo]:
        """Let go of ports that are lost, and look for them from now on."""
        self._lost_ns, self._pace_ns = now_ns, AGAIN_NS
        told = [Problem(str(error)), *self._close_ports()]
        self._stand_in_for_ports()
        return told

    def _look_for_ports(self, now_ns: int) -> list[FromIo]:
        """Open what is not there, if it is by now; tell what others came with it."""
        assert self._asked is not None
        try:
            told = self._open_ports(self._asked)
        except PortError:
            self._lost_ns = now_ns
            return []
        self._lost_ns = None
        return [*told, self.names()]

    def _close_ports(self) -> list[FromIo]:
        backend, self._ports, self._stand_in = self._ports, None, False
        self._moved.pop(False, None)
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
                    self._moved[plugins] = report
                    if plugins is not self._plugins_lead:
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
            if self._ports is not None:
                self._ports.post(command, now_ns)
        except PortError as error:
            self._trouble += self._lose_ports(error, now_ns)

    def _choose(self, now_ns: int) -> list[FromIo]:
        """Let the plugins lead if there are any, unless the ports' time is to be followed."""
        sync = None if self._follow is None else self._follow.sync
        elsewhere = sync in (Source.JACK, Source.CLOCK)
        plugins = self._plugins
        lead = plugins is not None and plugins.connected(now_ns) and not elsewhere
        if lead is self._plugins_lead:
            return []
        self._plugins_lead = lead
        if lead:
            self._to_ports(Silence(), now_ns)
        elif plugins is not None:
            plugins.post(Silence(), now_ns)
        if self._feed is not None:  # of a plugin that has gone nobody tells what it has ended
            self._feed.release(now_ns)
        self.post(self._hand.left())
        moved = self._moved.get(lead)
        return [] if moved is None else [moved]
