"""The engine's synth: started when it is to be heard, and ended when it is not.

The synth is a child like the MIDI I/O process (`bridge.synth.process`), and it is that process which sends
it the notes: here it is only brought up, introduced, and let go. Where it cannot play, the reason is
kept, and it is tried again: soon, and then ever more seldom, and at once when something has
happened that may have changed it. Only what cannot change by itself is left until somebody asks
anew.

To start a process takes a while, and so does letting go of a device, and the engine has no time to
lose. So a thread does both, one after the other: a device is let go before it is taken again. It
rings a bell when a child is there.
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
from bridge.system.units import SECOND

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

    from bridge.synth.reason import SynthReason

MIN_RETRY_NS, MAX_RETRY_NS = 2 * SECOND, 60 * SECOND
"""After so long it is tried again first, and never after longer than the other."""


class SynthSupervisor:
    """The synth, or why there is none."""

    def __init__(self) -> None:
        self._worker = ThreadPoolExecutor(1, "synth")
        self._wakeup, self._waker = multiprocessing.Pipe(duplex=False)
        self._starting_child: Future[Child] | None = None
        self._child: Child | None = None
        self._requested: tuple[SynthPolicy, str] | None = (
            None  # what was last asked for, and the sound font
        )
        self._wanted = False
        self._ready: SynthReady | None = None
        self._ready_ns = 0  # when it began to sound
        self._failure: SynthUnavailable | None = None  # why it does not, until it does
        self._retry_at_ns, self._retry_ns = (
            0,
            MIN_RETRY_NS,
        )  # when it is tried again, and how long after

    @property
    def status(self) -> SynthReady | SynthReason | None:
        """Where it plays, or why it does not though it is wanted."""
        if self._ready is not None:
            return self._ready
        return self._failure.reason if self._failure is not None and self._wanted else None

    @property
    def has_failed(self) -> bool:
        """Tell whether it is to be heard and cannot be; `status` is then why."""
        return self._wanted and self._failure is not None

    @property
    def connections(self) -> list[Connection]:
        """Give what `multiprocessing.connection.wait` is to wait for as well."""
        return [self._wakeup, *([] if self._child is None else [self._child.connection])]

    @property
    def is_starting(self) -> bool:
        """Tell whether one is being started."""
        return self._starting_child is not None

    @property
    def process_id(self) -> int | None:
        """Give the system's number of the synth's process, for a person who looks for it."""
        return None if self._child is None else self._child.process.pid

    def update(
        self, now_ns: int, policy: SynthPolicy, *, plugins: bool, named_output: bool, font: str = ""
    ) -> list[Monitor]:
        """Start or end the synth, if that is what follows; return what the MIDI process is told."""
        told: list[Monitor] = []
        if (policy, font) != self._requested:
            self._requested, self._failure = (policy, font), None
            told += self._stop()
            self._reset_retry()
        self._wanted = wants_synth(policy, plugins=plugins, named_output=named_output)
        if not self._wanted:
            return told + self._stop()
        if not self.is_starting and self._child is None and self._is_due(now_ns):
            self._starting_child = self._worker.submit(start_child, "bridge.synth.process", font)
            self._starting_child.add_done_callback(lambda _: self._waker.send_bytes(b"."))
        return told

    def retry(self) -> None:
        """Try with the next `follow` what could not be done: it may be otherwise by now."""
        if self._failure is not None:
            self._reset_retry()

    def poll(self, now_ns: int) -> list[Monitor]:
        """Take what the synth says; return what the MIDI process is told."""
        while self._wakeup.poll():
            self._wakeup.recv_bytes()
        told: list[Monitor] = []
        try:
            if self._starting_child is not None and self._starting_child.done():
                coming, self._starting_child = self._starting_child, None
                self._child = coming.result()
            while self._child is not None and self._child.connection.poll():
                word: SynthReady | SynthUnavailable = self._child.connection.recv()
                if isinstance(word, SynthReady):
                    self._ready, self._ready_ns, self._failure = word, now_ns, None
                    told.append(Monitor(word.port))
                else:
                    told += self._handle_failure(word, now_ns)
        except ChildError as error:
            self._handle_failure(SynthUnavailable(error.reason), now_ns)
        except (EOFError, OSError):
            told += self._handle_failure(SynthUnavailable(SynthExited()), now_ns)
        return told

    def close(self) -> None:
        """End the synth, and wait until it has gone."""
        self._stop()
        self._worker.shutdown()

    def _is_due(self, now_ns: int) -> bool:
        refusal = self._failure
        return refusal is None or (not refusal.permanent and now_ns >= self._retry_at_ns)

    def _reset_retry(self) -> None:
        self._retry_at_ns, self._retry_ns = 0, MIN_RETRY_NS

    def _handle_failure(self, failure: SynthUnavailable, now_ns: int) -> list[Monitor]:
        """Take it that there is none, and wait before it is tried again."""
        if self._ready is not None and now_ns - self._ready_ns >= MAX_RETRY_NS:
            self._retry_ns = MIN_RETRY_NS
        self._failure, self._retry_at_ns = failure, now_ns + self._retry_ns
        self._retry_ns = min(2 * self._retry_ns, MAX_RETRY_NS)
        return self._stop()

    def _stop(self) -> list[Monitor]:
        coming, child = self._starting_child, self._child
        self._starting_child = self._child = self._ready = None
        if coming is not None and not coming.cancel():
            self._worker.submit(_close_started, coming)
        if child is None:
            return []
        self._worker.submit(child.close)
        return [Monitor(None)]


def _close_started(starting: Future[Child]) -> None:
    """Close a child that nobody wants any more."""
    with suppress(ChildError):
        starting.result().close()
