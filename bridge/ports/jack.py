"""MIDI on a JACK server: exact to the frame, because the server calls once per period.

JACK (and PipeWire, which implements its protocol) divides time into periods of some hundred frames.
Once per period it calls every client in that client's JACK thread, and the client reads and writes
events, each with its frame in the period. So no thread has to wake up on time: an event due within
this period is written at its frame. Input also carries its frame, so its time may lie ahead of the
present by up to a period. A flood of input must not make the callback late
(`bridge.ports.packet_queue`).

The callback owns the sequencer and everything else that changes while the client is active
(`JackCycle`). The main thread posts commands and reads reports (`CallbackQueues`). The callback
never waits. After a report it writes to a socket that the main thread waits on. The callback is the
outermost function of its thread, and JACK drops a client whose callback fails. So it catches every
exception; no other function does.

The main thread checks at intervals which ports exist and what is connected to ours
(`bridge.ports.jack_cables`). The callback must not wait, as some of these queries do.

The server may go away at any moment. Then nothing can be sent or received any more, and `poll`
raises `PortError`.
"""

import socket
import threading
from collections import deque
from collections.abc import Iterator
from contextlib import suppress

import jack

from bridge.midi.events import TimedEvent, encode
from bridge.playout.problem import JackGone, JackRefused, JackSilent, NoJackServer, PeriodLost
from bridge.playout.protocol import (
    Cables,
    Command,
    InputLost,
    OutputConnected,
    Panic,
    PortNames,
    Problem,
    Ready,
    Report,
)
from bridge.playout.schedule import SentEvent
from bridge.playout.sequencer import Sequencer
from bridge.ports.base import PortError
from bridge.ports.callback_queues import CallbackQueues
from bridge.ports.jack_cables import JackCables
from bridge.ports.packet_queue import PacketQueue, packets_in
from bridge.sync.frames import FrameClock
from bridge.sync.host import position_of_beats
from bridge.sync.transport import Source
from bridge.system.clock import Clock
from bridge.system.units import MS, SECOND

READINGS = 10  # at the start; the quickest one is used
MAX_READING_NS = 50_000  # a reading of two clocks that took longer than this is not used
CALLBACK_EXIT_S = 0.1
LOST_NS = 250 * MS
"""After periods without us of this time in all, releases of held keys may have been lost."""
_BEAT_FIELDS = (
    *("bar", "beat", "tick", "ticks_per_beat"),
    *("beats_per_bar", "beat_type", "beats_per_minute"),
)
PERIOD_LIMIT_S = 1.0  # a server that has not called for this time will not call again soon
NAME_TRIES, NAME_PAUSE_S = 5, 0.05


class JackCycle:
    """The work of one period. JACK's thread owns all of it except the shared `queues`."""

    # More than 12 attributes: each is one thing that outlives a period.

    def __init__(
        self,
        client: jack.Client,
        clock: Clock,
        sequencer: Sequencer,
        queues: CallbackQueues,
    ) -> None:
        """Register our two ports. Commands and reports go through `queues`."""
        self.input = client.midi_inports.register("in")
        self.output = client.midi_outports.register("out")
        self._client = client
        self._clock = clock
        self._queues = queues
        _, frame, now_ns = min(self._read_clocks() for _ in range(READINGS))
        self._frames = FrameClock(client.samplerate, frame, now_ns)
        self._half_frame_ns = 500 * MS // client.samplerate
        self._sequencer = sequencer
        self._packets = PacketQueue()
        self._unwritten: deque[SentEvent] = deque()  # the port was full; written first next time
        self._losses: list[Report] = []
        self._end_ns: int | None = None  # of the last period
        self._has_failed = False  # whether the last period has failed
        self.period_count = 0
        """How many periods were processed; any thread may read it."""

    def process(self, size: int) -> None:
        """Process one period of `size` frames."""
        self.period_count += 1
        try:
            self._process(size)
        except Exception as error:  # noqa: BLE001 - see the module docstring
            if not self._has_failed:  # what fails in every period is reported once
                self._queues.report(Problem(PeriodLost(repr(error))))
            self._has_failed = True
        else:
            self._has_failed = False

    def _process(self, size: int) -> None:
        first = self._client.last_frame_time
        took_ns, frame, now_ns = self._read_clocks()
        if took_ns < MAX_READING_NS:
            self._frames.observe(frame, now_ns)
        begin_ns, end_ns = self._frames.ns_of(first), self._frames.ns_of(first + size)
        if self._end_ns is not None and begin_ns - self._end_ns > LOST_NS:
            self._losses = [InputLost()]
        self._end_ns = end_ns
        # An event nearer to the next period's first frame than to our last one is left to it.
        ahead_ns = end_ns - begin_ns - self._half_frame_ns
        self._observe_position(begin_ns)
        played = self._sequencer.receive(self._read_events(first, size), begin_ns)
        sent = self._sequencer.select_source(begin_ns) + self._apply_commands(begin_ns)
        sent += self._sequencer.emit(begin_ns, ahead_ns)
        self._unwritten.extend(sent)
        self._write_events(begin_ns, size)
        for report in [*self._sequencer.report(played, sent, begin_ns), *self._losses]:
            self._queues.report(report)
        self._losses = []

    def _read_clocks(self) -> tuple[int, int, int]:
        """Read JACK's clock between two readings of ours; return the duration, frame and time."""
        before_ns = self._clock.now_ns()
        frame = self._client.frame_time
        after_ns = self._clock.now_ns()
        return after_ns - before_ns, frame, (before_ns + after_ns) // 2

    def _observe_position(self, begin_ns: int) -> None:
        """Observe the server transport's position, if a program gives bars and beats."""
        state, position = self._client.transport_query()
        if "bar" not in position:
            return
        # Ardour 7 fills the field for the start of the bar with something else, so it is not read.
        found = position_of_beats(
            begin_ns,
            playing=state == jack.ROLLING,
            **{name: position[name] for name in _BEAT_FIELDS},
        )
        self._sequencer.observe(Source.JACK, found)

    def _apply_commands(self, now_ns: int) -> list[SentEvent]:
        sent: list[SentEvent] = []
        for command in self._queues.pop_commands():
            if isinstance(command, threading.Event):
                command.set()
            elif isinstance(command, InputLost):
                self._losses = [command]
            else:
                sent += self._sequencer.apply(command, now_ns)
        return sent

    def _write_events(self, begin_ns: int, size: int) -> None:
        self.output.clear_buffer()
        while self._unwritten:
            sent = self._unwritten[0]
            frame = self._frames.frames_between(begin_ns, sent.sent_ns)
            try:
                self.output.write_midi_event(min(max(frame, 0), size - 1), encode(sent.event))
            except jack.JackError:
                return
            self._unwritten.popleft()

    def _read_events(self, first: int, size: int) -> Iterator[TimedEvent]:
        """Copy what has come in, and yield the events of a part of it."""
        ended = self._packets.copy(
            (self._frames.ns_of(first + offset), bytes(packet))
            for offset, packet in self.input.incoming_midi_events()
        )
        if ended:
            self._losses.append(InputLost())
        if self._packets.is_losing:
            self._sequencer.add_lost_input()
        return self._packets.parse(packets_in(size))


class JackBackend:
    """A client of a JACK server; its methods belong to the main thread."""

    name = "jack"
    poll_ns: int | None = None

    # More than 12 attributes: the client, its cables, its periods and its state have a few each.

    def __init__(self, client: jack.Client, clock: Clock, sequencer: Sequencer) -> None:
        """Own a client that is not active yet; see `connect`."""
        self._client = client
        self._clock = clock
        self._sequencer = sequencer
        self._queues = CallbackQueues()
        self._cables = JackCables(client)
        self._output: jack.OwnMidiPort | None = None
        self._output_connected = self._reported_connected = False
        self._active = False
        self._lost = False
        self._cycle: JackCycle | None = None
        self._ready: Ready | None = None
        self._period_count, self._called_ns, self._is_silent = 0, 0, False

    @property
    def wakeup(self) -> socket.socket:
        """The socket that becomes readable when `poll` has reports."""
        return self._queues.wakeup

    def port_names(self) -> PortNames:
        """List the MIDI ports of other clients."""
        return self._cables.port_names()

    def listen_to_keyboard(self, *, wanted: bool) -> None:
        """Connect a keyboard that is plugged in while no input is chosen, or none."""
        self._cables.listen_to_keyboard(wanted=wanted)

    def open(self, input_name: str | None, output_name: str | None) -> Ready:
        """Register `in` and `out`, activate the client, and connect the ports to the named ones."""
        self._cables.choose(input_name, output_name)
        try:
            cycle = JackCycle(self._client, self._clock, self._sequencer, self._queues)
            self._client.set_shutdown_callback(self._mark_lost)
            self._client.set_process_callback(cycle.process)
            self._client.activate()
            self._active = True
            self._cables.connect(cycle.input, cycle.output)
            self._output, self._cycle = cycle.output, cycle
            self._check_output_connected()
        except jack.JackError as error:
            raise PortError(JackRefused(str(error))) from error
        self._called_ns = self._clock.now_ns()
        self._ready = Ready(self.name, cycle.input.name, cycle.output.name)
        return self._ready

    def cables(self) -> Cables:
        """Return what other programs have connected to our ports."""
        return self._cables.present

    def restore_cables(self, cables: Cables) -> None:
        """Make these cables again, now or when their ports are there."""
        self._cables.restore(cables)

    def maintain(self) -> None:
        """Connect ports that have come back, and a keyboard that has been plugged in."""
        if self._lost:
            return
        if self._cables.check():
            self._queues.wake()
        self._check_output_connected()

    def _check_output_connected(self) -> None:
        """Check whether another client is connected to our output."""
        with suppress(jack.JackError):  # a port has just gone; the next check sees that
            others = self._client.get_all_connections(self._output)
            self._output_connected = not all(self._client.owns(other) for other in others)
        if self._output_connected is not self._reported_connected:
            self._queues.wake()

    def next_due_ns(self) -> int | None:
        """Leave all deadlines to the callback."""
        return None

    def post(self, command: Command, now_ns: int) -> None:  # noqa: ARG002 - the callback reads the time
        """Queue the command for the next period."""
        self._queues.post(command)

    def _watch_periods(self, now_ns: int) -> list[Report]:
        """Report that the server no longer calls, or that it does again."""
        if self._cycle is None or self._ready is None:
            return []
        has_called = self._cycle.period_count != self._period_count
        self._period_count = self._cycle.period_count
        if has_called:
            self._called_ns = now_ns
        elif self._is_silent or now_ns - self._called_ns < PERIOD_LIMIT_S * SECOND:
            return []
        was_silent, self._is_silent = self._is_silent, not has_called
        if was_silent is self._is_silent:
            return []
        return [Problem(JackSilent())] if self._is_silent else [self._ready]

    def poll(self, now_ns: int) -> list[Report]:
        """Return the callback's reports since the last call, or raise `PortError`."""
        self._queues.clear_wakeup()
        if self._lost:
            raise PortError(JackGone())
        reports = self._queues.pop_reports()
        for report in self._cables.pop_reports():
            if isinstance(report, InputLost):  # the callback may still report what came before it
                self._queues.post(report)
            else:
                reports.append(report)
        reports += self._watch_periods(now_ns)
        if self._output_connected is not self._reported_connected:
            self._reported_connected = self._output_connected
            reports.append(OutputConnected(self._output_connected))
        return reports

    def close(self, now_ns: int) -> list[Report]:  # noqa: ARG002 - the callback reads the time
        """Silence everything, wait until the releases are sent, and leave the server."""
        if self._active and not self._lost:
            self._queues.post(Panic())
            # The first period applies the command and writes the releases. The next one begins
            # after other clients have read them. One more is for servers that do not wait for
            # clients.
            for _ in range(3):
                reached = threading.Event()
                self._queues.post(reached)
                if not reached.wait(PERIOD_LIMIT_S):
                    break
        if self._lost:
            # Closing cancels JACK's thread. After the wakeup that thread waits for the
            # interpreter's lock. If it is cancelled there, it keeps the lock and this process
            # hangs. So it gets time to return to JACK, and no Python runs here meanwhile.
            threading.Event().wait(CALLBACK_EXIT_S)
        self._client.close()
        self._queues.close()
        return self._queues.pop_reports()

    def _mark_lost(self, _status: jack.Status, _reason: str) -> None:
        """Record that the server is gone. A thread of JACK calls this; it may do nothing more."""
        self._lost = True
        self._queues.wake()


def _open_client(client_name: str) -> jack.Client:
    """Open a client, under this name if it is free or becomes free at once.

    The last process may have died just now, and the cables of other programs are stored by name.
    """
    for _ in range(NAME_TRIES):
        try:
            return jack.Client(client_name, use_exact_name=True, no_start_server=True)
        except jack.JackOpenError as error:
            if error.status.server_failed:  # there is none; a name in use has no flag of its own
                raise
        threading.Event().wait(NAME_PAUSE_S)
    return jack.Client(client_name, no_start_server=True)


def connect(client_name: str, clock: Clock, sequencer: Sequencer) -> JackBackend:
    """Connect to the server named by `JACK_DEFAULT_SERVER`, or the default one."""
    # The library prints its errors; here they are raised.
    jack.set_error_function(lambda _text: None)
    jack.set_info_function(lambda _text: None)
    try:
        client = _open_client(client_name)
    except jack.JackError as error:
        raise PortError(NoJackServer()) from error
    return JackBackend(client, clock, sequencer)
