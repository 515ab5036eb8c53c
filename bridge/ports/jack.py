"""MIDI on a JACK server: exact to the frame, because the server says when it wants each period.

JACK (and PipeWire, which speaks its protocol) divides time into periods of some hundred frames.
Once per period it calls every client in a thread of its own, and the client reads and writes
events, each with its frame in the period. So nobody has to wake up in time: an event due within
this period is written at its frame. An event that comes in carries its frame as well, and so its
stamp may lie ahead of the present by as much as a period.

The callback owns the conductor and all else that changes while the client is active (`Cycle`). The
main thread posts commands into a deque and takes reports from another; each has one writer and one
reader. The callback never waits: when it has something to tell it rings a bell, a socket that the
main thread sleeps on. It is the outermost function of its thread, and JACK drops a client whose
callback fails, so it alone catches everything.

Who is connected to our output is for the main thread to ask now and then: such questions wait for
the server, and the callback may not.

The server may go away at any moment. Then nothing of ours can be sent or heard any more, and `turn`
says so.
"""

import socket
import threading
from collections import deque
from collections.abc import Iterable
from contextlib import suppress

import jack

from bridge.midi.events import TimedEvent, encode
from bridge.midi.parser import MidiParser
from bridge.playout.problem import JackGone, JackRefused, NoJackServer, PeriodLost
from bridge.playout.protocol import (
    Command,
    OutputConnected,
    Panic,
    PortNames,
    Problem,
    Ready,
    Report,
)
from bridge.playout.schedule import SentEvent
from bridge.playout.sequencer import Sequencer
from bridge.ports.base import PortError, find_port
from bridge.ports.callback_queues import CallbackQueues
from bridge.sync.frames import FrameClock
from bridge.sync.host import HostPosition
from bridge.sync.transport import Source
from bridge.system.clock import Clock
from bridge.system.units import MS

READINGS = 10  # of which the quickest is taken to begin with
MAX_READING_NS = 50_000  # a reading of two clocks that took longer than this is not used
CALLBACK_EXIT_S = 0.1
PERIOD_LIMIT_S = 1.0  # a server that has not called for so long will not call any more


class JackCycle:
    """What happens once per period. JACK's thread owns all of it but the two ends it shares."""

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
        self._parser = MidiParser()
        self._unwritten: deque[SentEvent] = deque()  # the port was full; these go first next time

    def process(self, size: int) -> None:
        """Do one period of `size` frames."""
        try:
            self._process(size)
        except Exception as error:  # noqa: BLE001 - see the first paragraphs
            self._queues.report(Problem(PeriodLost(repr(error))))

    def _process(self, size: int) -> None:
        first = self._client.last_frame_time
        took_ns, frame, now_ns = self._read_clocks()
        if took_ns < MAX_READING_NS:
            self._frames.observe(frame, now_ns)
        begin_ns = self._frames.ns_of(first)
        # What is nearer to the next period's first frame than to our last one is left to it.
        ahead_ns = self._frames.ns_of(first + size) - begin_ns - self._half_frame_ns
        if (position := self._read_position(begin_ns)) is not None:
            self._sequencer.observe(Source.JACK, position)
        played = self._sequencer.receive(self._read_events(first))
        sent = self._sequencer.select_source(begin_ns) + self._apply_commands(begin_ns)
        sent += self._sequencer.emit(begin_ns, ahead_ns)
        self._unwritten.extend(sent)
        self._write_events(begin_ns, size)
        for report in self._sequencer.report(played, sent, begin_ns):
            self._queues.report(report)

    def _read_clocks(self) -> tuple[int, int, int]:
        """Read JACK's clock between two looks at ours; give the time it took, frame and moment."""
        before_ns = self._clock.now_ns()
        frame = self._client.frame_time
        after_ns = self._clock.now_ns()
        return after_ns - before_ns, frame, (before_ns + after_ns) // 2

    def _read_position(self, begin_ns: int) -> HostPosition | None:
        """Look where the server's transport is, if some program on it counts bars and beats."""
        state, position = self._client.transport_query()
        if "bar" not in position:
            return None
        # JACK's beat is the metre's: an eighth in 6/8. Where the bar begins has a field of its own,
        # which Ardour 7 fills with something else: so bars are counted, as if all were like this.
        quarters_a_beat = 4.0 / position["beat_type"]
        bar_quarters = (position["bar"] - 1) * position["beats_per_bar"] * quarters_a_beat
        beats = position["beat"] - 1 + position["tick"] / position["ticks_per_beat"]
        return HostPosition(
            time_ns=begin_ns,
            playing=state == jack.ROLLING,
            quarters=bar_quarters + beats * quarters_a_beat,
            bpm=position["beats_per_minute"] * quarters_a_beat,
            bar=position["bar"] - 1,
            bar_quarters=bar_quarters,
            numerator=round(position["beats_per_bar"]),
            denominator=round(position["beat_type"]),
        )

    def _apply_commands(self, now_ns: int) -> list[SentEvent]:
        sent: list[SentEvent] = []
        for command in self._queues.pop_commands():
            if isinstance(command, threading.Event):
                command.set()
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

    def _read_events(self, first: int) -> Iterable[TimedEvent]:
        for place, packet in self.input.incoming_midi_events():
            time_ns = self._frames.ns_of(first + place)
            for event in self._parser.feed(bytes(packet)):
                yield TimedEvent(time_ns, event)


class JackBackend:
    """A client of a JACK server, as the main thread sees it."""

    name = "jack"
    poll_ns: int | None = None

    def __init__(self, client: jack.Client, clock: Clock, sequencer: Sequencer) -> None:
        """Take charge of a client that is not active yet; see `connect`."""
        self._client = client
        self._clock = clock
        self._sequencer = sequencer
        self._queues = CallbackQueues()
        self._connections: list[tuple[str, str]] = []
        self._output: jack.OwnMidiPort | None = None
        self._output_connected = self._reported_connected = False
        self._active = False
        self._lost = False

    @property
    def wakeup(self) -> socket.socket:
        """The socket that becomes readable when `poll` has reports."""
        return self._queues.wakeup

    def port_names(self) -> PortNames:
        """List the MIDI ports of other clients."""

        def names(*, are_inputs: bool) -> tuple[str, ...]:
            ports = self._client.get_ports(
                is_midi=True, is_input=are_inputs, is_output=not are_inputs
            )
            return tuple(port.name for port in ports if not self._client.owns(port))

        # What another client puts out is an input for us.
        return PortNames(inputs=names(are_inputs=False), outputs=names(are_inputs=True))

    def open(self, input_name: str | None, output_name: str | None) -> Ready:
        """Register `in` and `out`, begin to be called, and connect them if names are given."""
        there_are = self.port_names()
        source = input_name and find_port(input_name, there_are.inputs)
        target = output_name and find_port(output_name, there_are.outputs)
        try:
            cycle = JackCycle(self._client, self._clock, self._sequencer, self._queues)
            self._client.set_shutdown_callback(self._mark_lost)
            self._client.set_process_callback(cycle.process)
            self._client.activate()
            self._active = True
            if source:
                self._connections.append((source, cycle.input.name))
            if target:
                self._connections.append((cycle.output.name, target))
            for cable in self._connections:
                self._client.connect(*cable)
            self._output = cycle.output
            self._check_output_connected()
        except jack.JackError as error:
            raise PortError(JackRefused(str(error))) from error
        return Ready(self.name, cycle.input.name, cycle.output.name)

    def maintain(self) -> None:
        """Connect again what has been disconnected because the other end went and is back."""
        for source, target in self._connections:
            there = {port.name for port in self._client.get_ports(is_midi=True)}
            if {source, target} <= there:
                with suppress(jack.JackError):  # it may go at this very moment
                    if not self._is_connected(source, target):
                        self._client.connect(source, target)
        self._check_output_connected()

    def _check_output_connected(self) -> None:
        """See whether anybody but ourselves is connected to our output."""
        with suppress(jack.JackError):  # as above; the next look sees it
            others = self._client.get_all_connections(self._output)
            self._output_connected = not all(self._client.owns(other) for other in others)
        if self._output_connected is not self._reported_connected:
            self._queues.wake()

    def _is_connected(self, source: str, target: str) -> bool:
        port = self._client.get_port_by_name(source)
        return any(other.name == target for other in self._client.get_all_connections(port))

    def next_due_ns(self) -> int | None:
        """Leave all deadlines to the callback."""
        return None

    def post(self, command: Command, now_ns: int) -> None:  # noqa: ARG002 - as `turn`
        """Leave the command to the next period."""
        self._queues.post(command)

    def poll(self, now_ns: int) -> list[Report]:  # noqa: ARG002 - the callback knows it better
        """Return what the callback has done since."""
        self._queues.clear_wakeup()
        if self._lost:
            raise PortError(JackGone())
        reports = self._queues.pop_reports()
        if self._output_connected is not self._reported_connected:
            self._reported_connected = self._output_connected
            reports.append(OutputConnected(self._output_connected))
        return reports

    def close(self, now_ns: int) -> list[Report]:  # noqa: ARG002 - as `turn`
        """Silence everything, wait until that has been heard, and leave the server."""
        if self._active and not self._lost:
            self._queues.post(Panic())
            # One period takes the order and writes the releases, the next one begins after the
            # others have read them, and one more is for servers that do not wait for clients.
            for _ in range(3):
                passed = threading.Event()
                self._queues.post(passed)
                if not passed.wait(PERIOD_LIMIT_S):
                    break
        if self._lost:
            # Closing cancels JACK's thread. Cancelled while it waits for the interpreter's lock, as
            # it does after ringing the bell, it takes the lock with it and this process hangs. So
            # it is given the time to go back to JACK, and nobody here runs any Python meanwhile.
            threading.Event().wait(CALLBACK_EXIT_S)
        self._client.close()
        self._queues.close()
        return self._queues.pop_reports()

    def _mark_lost(self, _status: jack.Status, _reason: str) -> None:
        """Note that the server has gone; a thread of JACK's calls, and may do nothing more."""
        self._lost = True
        self._queues.wake()


def connect(client_name: str, clock: Clock, sequencer: Sequencer) -> JackBackend:
    """Become a client of the server that `JACK_DEFAULT_SERVER` or the default names."""
    # The library prints its trouble; ours is raised.
    jack.set_error_function(lambda _text: None)
    jack.set_info_function(lambda _text: None)
    try:
        client = jack.Client(client_name, no_start_server=True)
    except jack.JackError as error:
        raise PortError(NoJackServer()) from error
    return JackBackend(client, clock, sequencer)
