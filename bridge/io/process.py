"""The MIDI I/O process: one loop that never does anything but MIDI, so that it is never late.

A process of its own, because in a shared interpreter another thread's Python delays a note by 5 to
50 ms. It loads little, does not collect garbage, and asks for real-time priority. Its loop waits on
three things at once: the pipe to the engine, the back end's bell, and the next deadline. Deadlines
are absolute. A sleeping thread wakes late by a millisecond now and then, so the loop sleeps until
1.5 ms before a deadline and watches the clock for the rest. With nothing due it sleeps.

What is owed is paid: when the engine asks to quit, when it dies (the pipe ends), when the system
asks the process to terminate and when the process itself fails, everything that sounds is released
before the ports are closed.
"""

import queue
import socket
import sys
import threading
from multiprocessing.connection import Connection, wait

from bridge.io.outputs import Outputs
from bridge.playout.problem import MessagesLost
from bridge.playout.protocol import (
    Command,
    Emitted,
    FromIo,
    Inject,
    Lateness,
    ListPorts,
    Monitor,
    OpenPorts,
    Problem,
    Quit,
    ToIo,
)
from bridge.ports.base import PortError
from bridge.system.clock import Clock, SystemClock
from bridge.system.pipe import join_parent
from bridge.system.real_time import claim_real_time, open_stop_socket
from bridge.system.units import SECOND

SPIN_NS = 1_500_000
REPORT_NS = SECOND  # lateness is told with an emission, at most once in this time
EDGES_US = (50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 20_000, 50_000)
OUTBOX_SIZE = 4096


class LatenessHistogram:
    """How late events went out."""

    def __init__(self) -> None:
        self._counts = [0] * (len(EDGES_US) + 1)
        self._worst_ns = 0

    def add(self, late_ns: int) -> None:
        """Count one event."""
        self._counts[sum(late_ns >= edge_us * 1000 for edge_us in EDGES_US)] += 1
        self._worst_ns = max(self._worst_ns, late_ns)

    def value(self) -> Lateness:
        """Return the present state."""
        return Lateness(EDGES_US, tuple(self._counts), self._worst_ns)


class Outbox:
    """The way back to the engine. A thread sends, so that an engine that stalls delays no note."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._messages: queue.Queue[FromIo | None] = queue.Queue(OUTBOX_SIZE)
        self._lost = 0
        self._thread = threading.Thread(target=self._send_messages, daemon=True)
        self._thread.start()

    def put(self, message: FromIo) -> None:
        """Send without waiting; what finds no room is lost, and that is told when there is room."""
        try:
            if self._lost:
                self._messages.put_nowait(Problem(MessagesLost(self._lost)))
                self._lost = 0
            self._messages.put_nowait(message)
        except queue.Full:
            self._lost += 1

    def close(self) -> None:
        """Send what is left, if the engine still takes it."""
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
    """The one thread of the process that decides anything."""

    def __init__(
        self,
        connection: Connection,
        stop: socket.socket,
        clock: Clock,
        backend_name: str,
        client_name: str,
    ) -> None:
        """Listen to the engine on `connection`; leave when `stop` becomes readable."""
        self._connection = connection
        self._stop = stop
        self._clock = clock
        self._outbox = Outbox(connection)
        self._outputs = Outputs(backend_name, client_name, clock)
        self._lateness = LatenessHistogram()
        self._reported_ns = clock.now_ns()

    def run(self) -> None:
        """Serve until told to leave, and leave nothing sounding whatever ends it."""
        try:
            while self._step():
                pass
        finally:
            self._report(self._outputs.close())
            self._outbox.put(self._lateness.value())
            self._outbox.close()

    def _step(self) -> bool:
        """Wait for something and deal with it; tell whether to go on."""
        stopped = self._wait()
        # What is due goes first: reading the pipe takes longer than an event may be late.
        self._report(self._outputs.poll())
        while (message := self._next_message()) is not None:
            if isinstance(message, Quit):
                return False
            self._handle_message(message)
        self._report(self._outputs.poll())
        return not stopped

    def _next_message(self) -> ToIo | None:
        """Return what the engine says next, None if that is nothing; if it is gone, it says Quit."""
        try:
            message: ToIo | None = self._connection.recv() if self._connection.poll() else None
        except (EOFError, OSError):
            return Quit()
        return message

    def _wait(self) -> bool:
        """Sleep until there is something to do; tell whether the system says stop."""
        outputs = self._outputs
        due_ns, poll_ns = outputs.next_due_ns(), outputs.poll_ns()
        limits_ns = [] if poll_ns is None else [poll_ns]
        if due_ns is not None:
            limits_ns.append(max(0, due_ns - SPIN_NS - self._clock.now_ns()))
        timeout_s = min(limits_ns) / 1e9 if limits_ns else None
        awake = wait([self._connection, self._stop, *outputs.wakeups], timeout_s)
        if due_ns is not None and not awake and self._clock.now_ns() >= due_ns - SPIN_NS:
            while self._clock.now_ns() < due_ns:
                pass
        return self._stop in awake

    def _handle_message(self, message: OpenPorts | ListPorts | Monitor | Inject | Command) -> None:
        """Do as the engine says. Without ports there is nothing to play on, nor to silence."""
        try:
            match message:
                case OpenPorts():
                    self._report(self._outputs.open_ports(message))
                case ListPorts():
                    self._report([self._outputs.list_ports()])
                case Monitor():
                    self._outputs.set_monitor(message)
                case Inject(events):
                    self._outputs.play_thru(events)
                case _:
                    self._outputs.post(message)
        except PortError as error:
            self._report([Problem(error.reason)])

    def _report(self, messages: list[FromIo]) -> None:
        """Pass on what there is to tell, and keep count of the lateness in it."""
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
    """Join the parent, and serve it until it is gone."""
    backend_name, client_name = sys.argv[1:]
    stop = open_stop_socket()
    with join_parent() as connection:
        claim_real_time()
        IoLoop(connection, stop, SystemClock(), backend_name, client_name).run()


if __name__ == "__main__":
    main()
