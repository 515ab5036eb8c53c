"""The engine's MIDI I/O process: started again after its death, with the state that it had.

Its death ends no session. What the session sends meanwhile is recorded, and sent to the next
process (`bridge.playout.continuity`). A process that has run for `STEADY_NS` is started again at
once, and so is the first; one that dies sooner is started again at growing intervals. A thread
starts it, because the engine must not wait.

A process may also hang: a call to a MIDI server that does not answer may block it. The engine asks
it every half second whether it is there, which also shows the process that its engine runs. If it
does not answer, the engine says so, and sends nothing more until it does, since a full pipe would
block the engine. What is not sent is kept, up to `MAX_KEPT`. Beyond that, the process is ended and
started again.
"""

from __future__ import annotations

import multiprocessing
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING

from bridge.io.handle import CLIENT_NAME, BackendName, MidiIo
from bridge.playout.continuity import Continuity
from bridge.playout.problem import IoExited, IoRestarted, IoSilent
from bridge.playout.protocol import (
    ForSession,
    FromIo,
    OpenPorts,
    Ping,
    PortsClosed,
    Problem,
    Ready,
    Restarted,
    ToIo,
)
from bridge.system.pipe import ChildError
from bridge.system.units import SECOND
from gui.engine.retry import RetryTimer

if TYPE_CHECKING:
    import socket
    from multiprocessing.connection import Connection

STEADY_NS = 2 * SECOND
"""A process that has run for this time is started again at once when it dies."""
PING_NS = SECOND // 2
SILENCE_NS = 3 * SECOND
"""The time without an answer after which the process counts as silent."""
MAX_KEPT = 2000
"""The most messages that are kept for a silent process."""


class IoSupervisor:
    """The MIDI I/O process, whichever runs at present."""

    # More than 12 attributes: the process, its start, its answers and its end have three each.

    def __init__(self, backend: BackendName, cable: socket.socket, now_ns: int) -> None:
        """Start the first process, or raise `bridge.system.pipe.ChildError`."""
        self._backend, self._cable, self._client_name = backend, cable, CLIENT_NAME
        self._io = MidiIo.start(backend, synth=cable)
        self._continuity = Continuity()
        self._worker = ThreadPoolExecutor(1, "midi")
        self._wakeup, self._waker = multiprocessing.Pipe(duplex=False)
        self._starting: Future[MidiIo] | None = None
        self._retry, self._is_prompt = RetryTimer(), True  # whether the next start is at once
        self._started_ns = self._answered_ns = self._asked_ns = now_ns
        self._kept: list[ToIo] | None = None  # for a process that is silent
        self._end: IoExited | None = None  # how the last process ended
        self._count, self._was_asked, self._is_closed = 0, False, False

    @property
    def alive(self) -> bool:
        """Whether a process runs."""
        return self._io.alive

    @property
    def due_ns(self) -> int | None:
        """The time at which `poll` must be called if there is nothing to read, or None."""
        return self._continuity.due_ns

    @property
    def ports(self) -> OpenPorts | None:
        """The request that opens the present ports again, with their cables."""
        return self._continuity.ports

    @property
    def process_id(self) -> int:
        """The id of the present or the last process."""
        return self._io.process_id

    @property
    def connections(self) -> list[Connection]:
        """The connections that `multiprocessing.connection.wait` must watch."""
        return [self._wakeup, *([self._io.connection] if self._io.alive else [])]

    def send(self, message: ToIo, now_ns: int) -> None:
        """Send a message to the present process, or to the next one."""
        self._was_asked |= isinstance(message, OpenPorts)
        translated = self._continuity.note_sent(message, now_ns)
        if translated is not None and self._io.alive:
            self._pass_on(translated)

    def _pass_on(self, message: ToIo) -> None:
        if self._kept is None:
            self._io.send(message)
        elif len(self._kept) < MAX_KEPT:
            self._kept.append(message)
        else:
            self._io.kill()

    def poll(self, now_ns: int) -> list[ForSession]:
        """Read the process's messages, and start another if it has died."""
        while self._wakeup.poll():
            self._wakeup.recv_bytes()
        reports = self._take_over(now_ns)
        for report in self._io.receive() if self._io.alive else []:
            self._answered_ns = now_ns
            if isinstance(report, Problem) and isinstance(report.reason, IoExited):
                reports += self._note_end(report.reason, now_ns)
            else:
                reports += self._note(report, now_ns)
        reports += self._watch(now_ns)
        passed, messages = self._continuity.poll(now_ns)
        self._pass_all_on(messages)
        self._start_if_due(now_ns)
        return reports + passed

    def _note(self, report: FromIo, now_ns: int) -> list[ForSession]:
        passed, messages = self._continuity.note_received(report, now_ns)
        self._pass_all_on(messages)
        if isinstance(report, Ready) and report.backend == "jack":
            self._client_name = report.input_name.rpartition(":")[0] or CLIENT_NAME
        if isinstance(report, Ready | PortsClosed):  # open, or there are none to open
            passed += self._restarted()
        return passed

    def _pass_all_on(self, messages: list[ToIo]) -> None:
        for message in messages:
            self._pass_on(message)

    def _note_end(self, reason: IoExited, now_ns: int) -> list[ForSession]:
        self._end, self._kept = reason, None
        self._is_prompt |= now_ns - self._started_ns >= STEADY_NS
        if self._is_prompt:
            self._retry.reset()
        else:
            self._retry.record_failure(now_ns)
        self._is_prompt = False
        return [Problem(reason), PortsClosed(), *self._continuity.end_process(now_ns)]

    def _start_if_due(self, now_ns: int) -> None:
        if self._io.alive or self._starting is not None or self._is_closed:
            return
        if self._retry.is_due(now_ns):
            self._starting = self._worker.submit(
                _replace, self._io, self._backend, self._client_name, self._cable
            )
            self._starting.add_done_callback(lambda _: self._waker.send_bytes(b"."))

    def _take_over(self, now_ns: int) -> list[ForSession]:
        """Send a process that has just started what it needs to go on."""
        if self._starting is None or not self._starting.done():
            return []
        starting, self._starting = self._starting, None
        try:
            self._io = starting.result()
        except ChildError:  # the child's log says why
            self._retry.record_failure(now_ns)
            return []
        self._started_ns = self._answered_ns = self._asked_ns = now_ns
        self._pass_all_on(self._continuity.resume(now_ns))
        return [] if self._was_asked else self._restarted()

    def _restarted(self) -> list[ForSession]:
        """Report once that another process runs."""
        if self._end is None:
            return []
        self._count += 1
        reason, self._end = IoRestarted(self._end.end, self._count), None
        return [Restarted(reason)]

    def _watch(self, now_ns: int) -> list[ForSession]:
        """Ask whether the process is there; report that it does not answer, or does again."""
        if not self._io.alive:
            return []
        if self._kept is None and now_ns - self._asked_ns >= PING_NS:
            # One that has not answered is asked no more: its pipe may be full.
            if self._answered_ns >= self._asked_ns:
                self._asked_ns = now_ns
                self._io.send(Ping())
            elif now_ns - self._asked_ns >= SILENCE_NS:
                self._kept = []
                return [Problem(IoSilent())]
        elif self._kept is not None and self._answered_ns > self._asked_ns:
            kept, self._kept = self._kept, None
            self._pass_all_on(kept)
            return [Restarted(None)]
        return []

    def close(self, now_ns: int) -> list[ForSession]:
        """Release what sounds, and end the process; return its last reports."""
        self._is_closed = True
        if self._starting is not None and not self._starting.cancel():
            self._worker.submit(_close_started, self._starting)
        reports: list[ForSession] = []
        for report in self._io.close():
            reports += self._continuity.note_received(report, now_ns)[0]
        self._worker.shutdown()
        return reports


def _replace(ended: MidiIo, backend: BackendName, client_name: str, cable: socket.socket) -> MidiIo:
    """Close what is left of a process, and start another."""
    ended.close()
    return MidiIo.start(backend, client_name, cable)


def _close_started(starting: Future[MidiIo]) -> None:
    """Close a process that is no longer wanted."""
    try:
        starting.result().close()
    except ChildError:
        return
