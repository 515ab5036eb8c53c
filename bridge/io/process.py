"""The MIDI I/O process: one loop that does nothing but MIDI, so that notes are on time.

It is a separate process because in a shared interpreter the Python code of another thread delays a
note by 5 to 50 ms. It loads little, does not collect garbage, and asks for real-time priority. Its
loop waits on three things at once: the pipe to the engine, the back end's wakeup socket, and the
next deadline. Deadlines are absolute. A sleeping thread sometimes wakes a millisecond late, so the
loop sleeps until 1.5 ms before a deadline and then polls the clock. With nothing due it sleeps.

Every note-on is followed by exactly one note-off. Everything that sounds is released before the
ports are closed: when the engine asks to quit, when it dies (the pipe ends), when the system asks
the process to terminate, and when the process itself fails.
"""

import queue
import socket
import sys
import threading
from multiprocessing.connection import Connection, wait

from bridge.io.engine_watch import EngineWatch
from bridge.io.outputs import Outputs
from bridge.playout.problem import MessagesLost
from bridge.playout.protocol import (
    Alive,
    Click,
    Command,
    Emitted,
    FromIo,
    Inject,
    InputLost,
    Lateness,
    ListenToKeyboard,
    ListPorts,
    Monitor,
    OpenPorts,
    Panic,
    Ping,
    Problem,
    Quit,
    ReleaseUnplanned,
    ToIo,
    TransportChanged,
)
from bridge.ports.base import PortError
from bridge.system.clock import Clock, SystemClock
from bridge.system.panic_signal import accept_panic
from bridge.system.pipe import has_socket, join_parent, take_socket
from bridge.system.real_time import claim_real_time, open_stop_socket
from bridge.system.units import SECOND

SPIN_NS = 1_500_000
REPORT_NS = SECOND  # lateness is reported after an emission, at most once in this time
EDGES_US = (50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 20_000, 50_000)
OUTBOX_SIZE = 512  # some seconds of a flood, and minutes of music


class LatenessHistogram:
    """Count how late events are sent."""

    def __init__(self) -> None:
        self._counts = [0] * (len(EDGES_US) + 1)
        self._worst_ns = 0

    def add(self, late_ns: int) -> None:
        """Count one event."""
        self._counts[sum(late_ns >= edge_us * 1000 for edge_us in EDGES_US)] += 1
        self._worst_ns = max(self._worst_ns, late_ns)

    def value(self) -> Lateness:
        """Return the counts so far."""
        return Lateness(EDGES_US, tuple(self._counts), self._worst_ns)


class Outbox:
    """Messages to the engine. A thread sends them, so a stalled engine delays no note."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._messages: queue.Queue[FromIo | None] = queue.Queue(OUTBOX_SIZE)
        self._lost = 0
        self._lost_move: TransportChanged | None = None
        self._thread = threading.Thread(target=self._send_messages, daemon=True)
        self._thread.start()

    def put(self, message: FromIo) -> None:
        """Queue a message without waiting. A full queue drops it, and reports the loss later.

        The report is followed by what the engine must know all the same: releases of held keys may
        be among the lost messages, and the transport that is followed now.
        """
        messages = [*self._news_of_loss(), message]
        if self._messages.qsize() + len(messages) > OUTBOX_SIZE:
            self._lost += 1
            if isinstance(message, TransportChanged):
                self._lost_move = message
            return
        for each in messages:
            self._messages.put_nowait(each)
        self._lost, self._lost_move = 0, None

    def _news_of_loss(self) -> list[FromIo]:
        if not self._lost:
            return []
        moved = [] if self._lost_move is None else [self._lost_move]
        return [Problem(MessagesLost(self._lost)), InputLost(), *moved]

    def close(self) -> None:
        """Send the rest of the queue, if the engine still receives."""
        try:
            self._messages.put(None, timeout=1)
        except queue.Full:
            return
        self._thread.join(timeout=1)

    def _send_messages(self) -> None:
        try:
            while (message := self._messages.get()) is not None:
                self._connection.send(message)
        except OSError:
            return  # the engine is gone; the loop reads the end of the pipe itself


class IoLoop:
    """The main loop of the process, in its main thread."""

    def __init__(
        self,
        connection: Connection,
        stop: socket.socket,
        clock: Clock,
        backend_name: str,
        client_name: str,
        synth: socket.socket | None = None,
        panic: socket.socket | None = None,
    ) -> None:
        """Receive from the engine on `connection`; exit when `stop` becomes readable.

        `synth` is the socket to the synth, if there may be one. A byte on `panic` is a panic.
        """
        self._connection = connection
        self._stop, self._panic = stop, panic
        self._clock = clock
        self._outbox = Outbox(connection)
        self._outputs = Outputs(backend_name, client_name, clock, synth=synth)
        self._watch, self._lateness = EngineWatch(), LatenessHistogram()
        self._reported_ns = clock.now_ns()

    def run(self) -> None:
        """Run until asked to stop; release every note however the loop ends."""
        try:
            while self._step():
                pass
        finally:
            self._report(self._outputs.close())
            self._outbox.put(self._lateness.value())
            self._outbox.close()

    def _step(self) -> bool:
        """Wait for something to do and do it; return whether to go on."""
        stopped = self._wait()
        if self._watch.pop_lost(self._clock.now_ns()):
            self._outputs.post(ReleaseUnplanned())
        # What is due goes first: reading the pipe takes longer than an event may be late.
        self._report(self._outputs.poll())
        while (message := self._next_message()) is not None:
            if isinstance(message, Quit):
                return False
            self._watch.hear(message, self._clock.now_ns())
            self._handle_message(message)
        self._report(self._outputs.poll())
        return not stopped

    def _next_message(self) -> ToIo | None:
        """Return the engine's next message, None if there is none, `Quit` if it is gone."""
        try:
            message: ToIo | None = self._connection.recv() if self._connection.poll() else None
        except (EOFError, OSError):
            return Quit()
        return message

    def _wait(self) -> bool:
        """Sleep until there is something to do; return whether the system asks to stop."""
        outputs = self._outputs
        due_ns, poll_ns = outputs.next_due_ns(), outputs.poll_ns()
        limits_ns = [] if poll_ns is None else [poll_ns]
        if due_ns is not None:
            limits_ns.append(max(0, due_ns - SPIN_NS - self._clock.now_ns()))
        timeout_s = min(limits_ns) / 1e9 if limits_ns else None
        signals = [self._stop] if self._panic is None else [self._stop, self._panic]
        awake = wait([self._connection, *signals, *outputs.wakeups], timeout_s)
        if due_ns is not None and not awake and self._clock.now_ns() >= due_ns - SPIN_NS:
            while self._clock.now_ns() < due_ns:
                pass
        if self._panic is not None and self._panic in awake:
            self._panic.recv(64)
            outputs.post(Panic())
        return self._stop in awake

    def _handle_message(
        self,
        message: OpenPorts
        | ListenToKeyboard
        | ListPorts
        | Monitor
        | Inject
        | Click
        | Command
        | Ping,
    ) -> None:
        """Carry out a message of the engine. Without ports, commands have no effect on ports."""
        try:
            match message:
                case OpenPorts():
                    self._report(self._outputs.open_ports(message))
                case ListenToKeyboard(wanted):
                    self._outputs.listen_to_keyboard(wanted=wanted)
                case Ping():
                    self._report([Alive()])
                case ListPorts():
                    self._report([self._outputs.list_ports()])
                case Monitor():
                    self._outputs.set_monitor(message)
                case Inject(events):
                    self._outputs.play_thru(events)
                case Click():
                    self._outputs.plan_clicks(message)
                case _:
                    self._outputs.post(message)
        except PortError as error:
            self._report([Problem(error.reason)])

    def _report(self, messages: list[FromIo]) -> None:
        """Send the reports to the engine, and count the lateness of sent events."""
        for message in messages:
            self._outbox.put(message)
            if isinstance(message, Emitted):
                for sent in message.events:
                    self._lateness.add(sent.sent_ns - sent.due_ns)
                now_ns = self._clock.now_ns()
                if now_ns - self._reported_ns >= REPORT_NS:
                    self._reported_ns = now_ns
                    self._outbox.put(self._lateness.value())


def main() -> None:
    """Join the parent, and run until the parent is gone."""
    backend_name, client_name = sys.argv[1:]
    stop, panic = open_stop_socket(), accept_panic()
    with join_parent() as connection:
        synth = take_socket() if has_socket() else None
        if synth is not None:
            synth.setblocking(False)  # noqa: FBT003 - the parameter has no name
        claim_real_time()
        IoLoop(connection, stop, SystemClock(), backend_name, client_name, synth, panic).run()


if __name__ == "__main__":
    main()
