"""The engine's synth: started when it is wanted, and ended when it is not.

The synth is a child process like the MIDI I/O process, which sends it the notes
(`bridge.synth.process`). This module only starts and ends it. If the synth cannot play, the reason
is kept and the start is retried: soon, then at growing intervals, and at once after an event that
may have changed the cause. A permanent failure is retried only on request.

Starting a process and closing a device are slow, and the engine must not wait. A thread does both,
one after the other, so that a device is closed before it is opened again. The thread sends a wakeup
when the child has started.
"""

from __future__ import annotations

import multiprocessing
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from typing import TYPE_CHECKING

from bridge.playout.protocol import Monitor
from bridge.synth.policy import SynthPolicy, SynthReady, SynthUnavailable, wants_synth
from bridge.synth.reason import SynthExited
from bridge.system.pipe import Child, ChildError, start_child
from gui.engine.retry import RetryTimer

if TYPE_CHECKING:
    import socket
    from multiprocessing.connection import Connection

    from bridge.synth.reason import SynthReason
    from bridge.system.child_end import ChildEnd


_EXIT_TIMEOUT_S = 1.5
"""A synth that still loads does not see that its pipe is closed. The engine waits for its end, and
its own parent waits five seconds for the engine's."""


class SynthSupervisor:
    """Starts and ends the synth, and keeps the reason if it cannot play."""

    # More than 12 attributes: the request, the child, its start and its end have a few each.

    def __init__(self, cable: socket.socket) -> None:
        """Hand each synth this end of the cable (`bridge.synth.cable`)."""
        self._cable = cable
        self._worker = ThreadPoolExecutor(1, "synth")
        self._wakeup, self._waker = multiprocessing.Pipe(duplex=False)
        self._starting_child: Future[Child] | None = None
        self._child: Child | None = None
        # The policy and the sound font last requested.
        self._requested: tuple[SynthPolicy, str] | None = None
        self._wanted = False
        self._ready: SynthReady | None = None
        self._ready_ns = 0  # when it became ready
        self._failure: SynthUnavailable | None = None  # the last failure, until it is ready
        self._end: Future[ChildEnd | None] | None = None  # how it ended by itself, once closed
        self._retry = RetryTimer()

    @property
    def status(self) -> SynthReady | SynthReason | None:
        """The synth's output, or why it cannot play although it is wanted."""
        if self._ready is not None:
            return self._ready
        return self._failure.reason if self._failure is not None and self._wanted else None

    @property
    def has_failed(self) -> bool:
        """Whether the synth is wanted and cannot play; `status` is then the reason."""
        return self._wanted and self._failure is not None

    @property
    def connections(self) -> list[Connection]:
        """The connections that `multiprocessing.connection.wait` must watch as well."""
        return [self._wakeup, *([] if self._child is None else [self._child.connection])]

    @property
    def is_starting(self) -> bool:
        """Whether the synth is being started."""
        return self._starting_child is not None

    @property
    def process_id(self) -> int | None:
        """The process id of the synth, for diagnostics."""
        return None if self._child is None else self._child.process.pid

    def update(
        self, now_ns: int, policy: SynthPolicy, *, plugins: bool, named_output: bool, font: str = ""
    ) -> list[Monitor]:
        """Start or end the synth as needed; return the messages for the MIDI I/O process."""
        told: list[Monitor] = []
        if (policy, font) != self._requested:
            self._requested, self._failure = (policy, font), None
            told += self._stop()
            self._retry.reset()
        self._wanted = wants_synth(policy, plugins=plugins, named_output=named_output)
        if not self._wanted:
            return told + self._stop()
        if not self.is_starting and self._child is None and self._is_due(now_ns):
            self._starting_child = self._worker.submit(
                start_child, "bridge.synth.process", font, handed=self._cable
            )
            self._starting_child.add_done_callback(lambda _: self._waker.send_bytes(b"."))
        return told

    def retry(self) -> None:
        """Retry a failed start at the next `update`, since the cause may be gone."""
        if self._failure is not None:
            self._retry.reset()

    def poll(self, now_ns: int) -> list[Monitor]:
        """Read the synth's messages; return the messages for the MIDI I/O process."""
        while self._wakeup.poll():
            self._wakeup.recv_bytes()
        self._poll_end()
        told: list[Monitor] = []
        try:
            if self._starting_child is not None and self._starting_child.done():
                coming, self._starting_child = self._starting_child, None
                self._child = coming.result()
            while self._child is not None and self._child.connection.poll():
                word: SynthReady | SynthUnavailable = self._child.connection.recv()
                if isinstance(word, SynthReady):
                    self._ready, self._ready_ns, self._failure = word, now_ns, None
                    told.append(Monitor(wanted=True))
                else:
                    told += self._handle_failure(word, now_ns)
        except ChildError as error:
            self._handle_failure(SynthUnavailable(error.reason), now_ns)
        except (EOFError, OSError):
            told += self._handle_exit(now_ns)
        return told

    def close(self) -> None:
        """End the synth, and wait until it has exited."""
        self._stop()
        self._worker.shutdown()

    def _is_due(self, now_ns: int) -> bool:
        refusal = self._failure
        return refusal is None or (not refusal.permanent and self._retry.is_due(now_ns))

    def _handle_failure(self, failure: SynthUnavailable, now_ns: int) -> list[Monitor]:
        """Record a failure, and set the time of the next attempt."""
        worked_ns = 0 if self._ready is None else now_ns - self._ready_ns
        self._failure = failure
        self._retry.record_failure(now_ns, worked_ns)
        return self._stop()

    def _handle_exit(self, now_ns: int) -> list[Monitor]:
        """Record that the synth has ended by itself; `_poll_end` adds how."""
        exited = self._child
        told = self._handle_failure(SynthUnavailable(SynthExited()), now_ns)
        if exited is not None:
            # The worker first closes the child, which waits for its end and for what it printed.
            self._end = self._worker.submit(exited.find_end)
            self._end.add_done_callback(lambda _: self._waker.send_bytes(b"."))
        return told

    def _poll_end(self) -> None:
        if self._end is None or not self._end.done():
            return
        end, self._end = self._end.result(), None
        if self._failure is not None and self._failure.reason == SynthExited():
            self._failure = SynthUnavailable(SynthExited(end))

    def _stop(self) -> list[Monitor]:
        coming, child = self._starting_child, self._child
        self._starting_child = self._child = self._ready = None
        if coming is not None and not coming.cancel():
            self._worker.submit(_close_started, coming)
        if child is None:
            return []
        self._worker.submit(child.close_within, _EXIT_TIMEOUT_S)
        return [Monitor(wanted=False)]


def _close_started(starting: Future[Child]) -> None:
    """Close a child that is no longer wanted."""
    with suppress(ChildError):
        starting.result().close_within(_EXIT_TIMEOUT_S)
