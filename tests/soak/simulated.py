"""Antiphon's pure path on a simulated clock: outputs, sequencer, session and composer.

The outputs, the sequencer and the session are the real ones; the composer is the network's or a
stand-in. The port is simulated, as is the time that a message or a piece of the composer's work
takes. `tests.soak.border_faults` disturbs what crosses the borders between them.
"""

from __future__ import annotations

import heapq
from collections import deque
from dataclasses import dataclass, field
from itertools import count
from typing import TYPE_CHECKING, Protocol

from bridge.io.outputs import Outputs
from bridge.messages.requests import ChangeSettings, Request, Start
from bridge.messages.settings import Settings
from bridge.midi.events import TimedEvent, encode
from bridge.midi.parser import MidiParser
from bridge.playout import protocol
from bridge.playout.problem import JackGone
from bridge.playout.sequencer import Sequencer, without_thru
from bridge.ports.base import PortError
from bridge.session.session import Inbox, Session
from bridge.sync.host import HostPosition, position_of_beats
from bridge.sync.transport import Source
from bridge.system.clock import ManualClock
from bridge.system.units import MS, SECOND
from tests.soak.choices import channels_of
from tests.soak.notes import Ledger

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable, Iterable
    from random import Random

    from bridge.playout.protocol import FromIo, PortNames, Ready, Report, ToIo
    from bridge.playout.schedule import SentEvent
    from bridge.ports.base import Backend
    from bridge.system.clock import Clock
    from tests.soak.stand_in import Composing

POLL_NS = 20 * MS
_MESSAGE_NS = (50_000, 3 * MS)
_WORK_NS = (MS, 20 * MS)


@dataclass(slots=True)
class Host:
    """The transport of a host: its position at a time, its tempo and metre."""

    time_ns: int
    quarters: float = 0.0
    bpm: float = 120.0
    playing: bool = True
    numerator: int = 4
    denominator: int = 4

    def position(self, now_ns: int) -> HostPosition:
        """Return the position at a time."""
        elapsed = (now_ns - self.time_ns) / SECOND * self.bpm / 60 if self.playing else 0.0
        quarters = self.quarters + elapsed
        bar_quarters = self.numerator * 4 / self.denominator
        bar = int(quarters // bar_quarters)
        return HostPosition(
            time_ns=now_ns,
            playing=self.playing,
            quarters=quarters,
            bpm=self.bpm,
            bar=bar,
            bar_quarters=bar * bar_quarters,
            numerator=self.numerator,
            denominator=self.denominator,
        )


class Feeding(Protocol):
    """What a simulated port takes in and gives out."""

    incoming: deque[TimedEvent]
    host: Host | None
    is_gone: bool
    nonsense: dict[str, float] | None

    def hear(self, sent: Iterable[SentEvent]) -> None:
        """Hear what is sent."""
        ...


class SimulatedPort:
    """A back end without a device; it may be lost, and open again."""

    name = "simulated"
    wakeup: socket.socket | None = None
    poll_ns: int | None = None

    def __init__(self, sequencer: Sequencer, room: Feeding) -> None:
        self._sequencer, self._room = sequencer, room
        self._sent: list[SentEvent] = []

    def port_names(self) -> PortNames:
        """List no ports."""
        return protocol.PortNames((), ())

    def listen_to_keyboard(self, *, wanted: bool) -> None:
        """Do nothing: there is one keyboard, which is heard."""

    def open(self, input_name: str | None, output_name: str | None) -> Ready:  # noqa: ARG002
        """Open the ports, if the room has them."""
        if self._room.is_gone:
            raise PortError(JackGone())
        return protocol.Ready(self.name, "in", "out")

    def maintain(self) -> None:
        """Check that the ports are there."""
        if self._room.is_gone:
            raise PortError(JackGone())

    def cables(self) -> protocol.Cables:
        """Return none."""
        return protocol.Cables()

    def restore_cables(self, cables: protocol.Cables) -> None:
        """Do nothing: there is one cable, and it stays."""

    def next_due_ns(self) -> int | None:
        """Return when the next event is due, or None."""
        return self._sequencer.next_due_ns()

    def post(self, command: protocol.Command, now_ns: int) -> None:
        """Apply a command at once."""
        self._send(self._sequencer.apply(command, now_ns))

    def poll(self, now_ns: int) -> list[Report]:
        """Read the host, receive input, send what is due, and report."""
        room = self._room
        if room.host is not None:
            self._sequencer.observe(Source.JACK, room.host.position(now_ns))
        if room.nonsense is not None:
            found = position_of_beats(now_ns, playing=True, **room.nonsense)
            self._sequencer.observe(Source.JACK, found)
        played = self._sequencer.receive(room.incoming, now_ns)
        room.incoming.clear()
        self._send(self._sequencer.select_source(now_ns))
        self._send(self._sequencer.emit(now_ns))
        sent, self._sent = self._sent, []
        return self._sequencer.report(played, sent, now_ns)

    def close(self, now_ns: int) -> list[Report]:
        """Silence everything, and report what was sent last."""
        self._send(self._sequencer.apply(protocol.Panic(), now_ns))
        sent, self._sent = without_thru(self._sent), []
        return [protocol.Emitted(sent)] if sent else []

    def _send(self, sent: list[SentEvent]) -> None:
        self._room.hear(sent)
        self._sent += sent


@dataclass(slots=True)
class Disturbances:
    """What disturbs the borders now."""

    report_delay_ns: int = 0
    duplicated: float = 0.0
    """The share of the reports that come twice."""
    lost: float = 0.0
    """The share of the reports that never come."""
    work_ns: int = 0
    """How much longer a piece of the composer's work takes."""
    engine_until_ns: int = 0
    """The engine does not run before this time."""
    io_until_ns: int = 0
    """The MIDI I/O process does not run before this time."""


@dataclass(slots=True)
class World:
    """All of it, at one time of the simulated clock."""

    # More than 12 attributes: it holds every part of the live path.

    random: Random
    composer: Composing
    settings: Settings = field(default_factory=Settings)
    clock: ManualClock = field(default_factory=lambda: ManualClock(SECOND))
    ledger: Ledger = field(default_factory=Ledger)
    late_ms: list[tuple[float, float]] = field(default_factory=list)
    disturbed: Disturbances = field(default_factory=Disturbances)
    host: Host | None = None
    nonsense: dict[str, float] | None = None
    incoming: deque[TimedEvent] = field(default_factory=deque)
    is_gone: bool = False
    session: Session = field(init=False)
    outputs: Outputs = field(init=False)
    _order: count[int] = field(default_factory=count)
    _tasks: list[tuple[int, int, Callable[[], None]]] = field(default_factory=list)
    _to_session: deque[tuple[int, Inbox]] = field(default_factory=deque)
    _to_io: deque[tuple[int, ToIo]] = field(default_factory=deque)
    _working: bool = False
    _polled_ns: int = 0
    _parser: MidiParser = field(default_factory=MidiParser)

    def __post_init__(self) -> None:
        def reach(_: str, __: str, ___: Clock, sequencer: Sequencer | None) -> Backend:
            if self.is_gone:
                raise PortError(JackGone())
            return SimulatedPort(sequencer or Sequencer(), self)

        # Under this name no socket is opened for plugins.
        self.outputs = Outputs("loopback", "Antiphon", self.clock, reach)
        self.session = Session(self.settings)
        self.ledger.channels = channels_of(self.settings)
        self.request(protocol.OpenPorts(), ChangeSettings(self.settings), Start())

    @property
    def now_ns(self) -> int:
        """The simulated time."""
        return self.clock.now_ns()

    # What the player does.

    def request(self, *requests: Request) -> None:
        """Post requests to the session."""
        for each in requests:
            if isinstance(each, ChangeSettings):
                # An answer that was asked for earlier may still be played.
                self.settings = each.settings
                self.ledger.channels |= channels_of(each.settings)
            self._to_session.append((self.now_ns, each))

    def play(self, message: bytes) -> None:
        """Play a message on the keyboard now; it is not heard without ports."""
        if not self.is_gone:
            events = self._parser.feed(message)
            self.incoming += (TimedEvent(self.now_ns, event) for event in events)
            self._poll_io()

    def at(self, time_ns: int, task: Callable[[], None]) -> None:
        """Do something at a time."""
        heapq.heappush(self._tasks, (time_ns, next(self._order), task))

    def hear(self, sent: Iterable[SentEvent]) -> None:
        """Hear what the port sends, and how late it is."""
        for each in sent:
            self.ledger.hear(self.now_ns, encode(each.event))
            late_ms = (max(each.sent_ns, self.now_ns) - each.due_ns) / MS
            self.late_ms.append((self.now_ns / SECOND, max(0.0, late_ms)))

    # Time.

    def run_until(self, end_ns: int) -> None:
        """Let time pass, and do what is due."""
        while (due_ns := self._next_due_ns()) <= end_ns:
            self._advance_to(due_ns)
            self._do()
        self._advance_to(end_ns)

    def _advance_to(self, time_ns: int) -> None:
        self.clock.advance(max(0, time_ns - self.now_ns))

    def _next_due_ns(self) -> int:
        disturbed = self.disturbed
        io_due_ns = self.outputs.next_due_ns()
        dues = [max(disturbed.io_until_ns, self._polled_ns + POLL_NS)]
        if io_due_ns is not None:
            dues.append(max(io_due_ns, disturbed.io_until_ns))
        if self._to_io:
            dues.append(max(self._to_io[0][0], disturbed.io_until_ns))
        deadline_ns = self.session.deadline_ns()
        if deadline_ns is not None:
            dues.append(max(deadline_ns, disturbed.engine_until_ns))
        if self._to_session:
            dues.append(max(self._to_session[0][0], disturbed.engine_until_ns))
        if self._tasks:
            dues.append(self._tasks[0][0])
        return max(self.now_ns, min(dues))

    def _do(self) -> None:
        """Do what is due now."""
        while self._tasks and self._tasks[0][0] <= self.now_ns:
            heapq.heappop(self._tasks)[2]()
        if self.now_ns >= self.disturbed.io_until_ns:
            while self._to_io and self._to_io[0][0] <= self.now_ns:
                self._obey(self._to_io.popleft()[1])
            self._poll_io()
        if self.now_ns >= self.disturbed.engine_until_ns:
            inbox: list[Inbox] = []
            while self._to_session and self._to_session[0][0] <= self.now_ns:
                inbox.append(self._to_session.popleft()[1])
            deadline_ns = self.session.deadline_ns()
            if inbox or (deadline_ns is not None and deadline_ns <= self.now_ns):
                self._step(inbox)

    def _obey(self, message: ToIo) -> None:
        """Do what the engine wants of the MIDI I/O process, as its loop does."""
        match message:
            case protocol.OpenPorts():
                self._report(self.outputs.open_ports(message))
            case protocol.ListenToKeyboard(wanted):
                self.outputs.listen_to_keyboard(wanted=wanted)
            case protocol.Click():
                self.outputs.plan_clicks(message)
            case protocol.Inject(events):
                self.outputs.play_thru(events)
            case protocol.ListPorts() | protocol.Monitor() | protocol.Quit():
                pass  # the world has one port, and no synth
            case _ if isinstance(message, protocol.Command):
                self.outputs.post(message)

    def _poll_io(self) -> None:
        if self.now_ns >= self.disturbed.io_until_ns:
            self._polled_ns = self.now_ns
            self._report(self.outputs.poll())

    def _report(self, reports: Iterable[FromIo]) -> None:
        """Pass reports to the session, in order, each after the time that a message takes."""
        disturbed = self.disturbed
        for report in reports:
            if isinstance(report, protocol.Opened | protocol.Alive):
                continue  # for the engine, not for the session
            if self.random.random() < disturbed.lost:
                continue
            arrival_ns = self.now_ns + disturbed.report_delay_ns + self._draw(*_MESSAGE_NS)
            if self._to_session:
                arrival_ns = max(arrival_ns, self._to_session[-1][0])
            times = 2 if self.random.random() < disturbed.duplicated else 1
            self._to_session.extend([(arrival_ns, report)] * times)

    def _step(self, inbox: list[Inbox]) -> None:
        effects = self.session.step(self.now_ns, inbox)
        for to_io in effects.to_io:
            arrival_ns = self.now_ns + self._draw(*_MESSAGE_NS)
            if self._to_io:
                arrival_ns = max(arrival_ns, self._to_io[-1][0])
            self._to_io.append((arrival_ns, to_io))
        for to_composer in effects.to_composer:
            self.composer.receive(to_composer)
        self._work()

    def _work(self) -> None:
        """Let the composer do a piece of work, if it has any and is not at it."""
        if not self._working and self.composer.is_busy:
            self._working = True
            took_ns = self.disturbed.work_ns + self._draw(*_WORK_NS)
            self.at(self.now_ns + took_ns, self._finish_work)

    def _finish_work(self) -> None:
        self._working = False
        generated = self.composer.step()
        if generated is not None:
            self._to_session.append((self.now_ns, generated))
        self._work()

    def _draw(self, least: int, most: int) -> int:
        return self.random.randrange(least, most)
