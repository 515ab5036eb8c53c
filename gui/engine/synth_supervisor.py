"""The engine's synth: started when it is to be heard, and ended when it is not.

The synth is a child like the MIDI I/O process (`bridge.synth.process`), and it is that process which sends
it the notes: here it is only brought up, introduced, and let go. Where it cannot play, that is one
sentence, and it is tried again: soon, and then ever more seldom, and at once when something has
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
from bridge.synth.policy import SynthUnavailable, SynthPolicy, SynthReady, wants_synth
from bridge.system.pipe import Child, ChildError, start_child

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

GONE = "The synth has ended; it is started again."
_SECOND = 1_000_000_000
SOON_NS, SELDOM_NS = 2 * _SECOND, 60 * _SECOND
"""After so long it is tried again first, and never after longer than the other."""


class Hearing:
    """The synth, or why there is none."""

    def __init__(self) -> None:
        self._worker = ThreadPoolExecutor(1, "synth")
        self._bell, self._ringer = multiprocessing.Pipe(duplex=False)
        self._coming: Future[Child] | None = None
        self._child: Child | None = None
        self._wish: tuple[SynthPolicy, str] | None = (
            None  # what was last asked for, and the sound font
        )
        self._wanted = False
        self._sounding: SynthReady | None = None
        self._since_ns = 0  # when it began to sound
        self._refusal: SynthUnavailable | None = None  # why it does not, until it does
        self._again_ns, self._pause_ns = 0, SOON_NS  # when it is tried again, and how long after

    @property
    def said(self) -> str:
        """What a person may want to know of it: one sentence, or nothing."""
        if self._sounding is not None:
            return f"Antiphon sounds by itself, through {self._sounding.device}."
        return self._refusal.text if self._refusal is not None and self._wanted else ""

    @property
    def mute(self) -> bool:
        """Tell whether it is to be heard and cannot be; then `said` says why."""
        return self._wanted and self._refusal is not None

    @property
    def connections(self) -> list[Connection]:
        """Give what `multiprocessing.connection.wait` is to wait for as well."""
        return [self._bell, *([] if self._child is None else [self._child.connection])]

    @property
    def starting(self) -> bool:
        """Tell whether one is being started."""
        return self._coming is not None

    @property
    def process_id(self) -> int | None:
        """Give the system's number of the synth's process, for a person who looks for it."""
        return None if self._child is None else self._child.process.pid

    def follow(
        self, now_ns: int, sound: SynthPolicy, *, plugins: bool, named_output: bool, font: str = ""
    ) -> list[Monitor]:
        """Start or end the synth, if that is what follows; return what the MIDI process is told."""
        told: list[Monitor] = []
        if (sound, font) != self._wish:
            self._wish, self._refusal = (sound, font), None
            told += self._end()
            self._hurry()
        self._wanted = wants_synth(sound, plugins=plugins, named_output=named_output)
        if not self._wanted:
            return told + self._end()
        if not self.starting and self._child is None and self._is_due(now_ns):
            self._coming = self._worker.submit(start_child, "bridge.synth.process", font)
            self._coming.add_done_callback(lambda _: self._ringer.send_bytes(b"."))
        return told

    def try_again(self) -> None:
        """Try with the next `follow` what could not be done: it may be otherwise by now."""
        if self._refusal is not None:
            self._hurry()

    def hear(self, now_ns: int) -> list[Monitor]:
        """Take what the synth says; return what the MIDI process is told."""
        while self._bell.poll():
            self._bell.recv_bytes()
        told: list[Monitor] = []
        try:
            if self._coming is not None and self._coming.done():
                coming, self._coming = self._coming, None
                self._child = coming.result()
            while self._child is not None and self._child.connection.poll():
                word: SynthReady | SynthUnavailable = self._child.connection.recv()
                if isinstance(word, SynthReady):
                    self._sounding, self._since_ns, self._refusal = word, now_ns, None
                    told.append(Monitor(word.port))
                else:
                    told += self._refuse(word, now_ns)
        except ChildError as error:
            self._refuse(SynthUnavailable(str(error)), now_ns)
        except (EOFError, OSError):
            told += self._refuse(SynthUnavailable(GONE), now_ns)
        return told

    def close(self) -> None:
        """End the synth, and wait until it has gone."""
        self._end()
        self._worker.shutdown()

    def _is_due(self, now_ns: int) -> bool:
        refusal = self._refusal
        return refusal is None or (not refusal.permanent and now_ns >= self._again_ns)

    def _hurry(self) -> None:
        self._again_ns, self._pause_ns = 0, SOON_NS

    def _refuse(self, why: SynthUnavailable, now_ns: int) -> list[Monitor]:
        """Take it that there is none, and wait before it is tried again."""
        if self._sounding is not None and now_ns - self._since_ns >= SELDOM_NS:
            self._pause_ns = SOON_NS
        self._refusal, self._again_ns = why, now_ns + self._pause_ns
        self._pause_ns = min(2 * self._pause_ns, SELDOM_NS)
        return self._end()

    def _end(self) -> list[Monitor]:
        coming, child = self._coming, self._child
        self._coming = self._child = self._sounding = None
        if coming is not None and not coming.cancel():
            self._worker.submit(_let_go, coming)
        if child is None:
            return []
        self._worker.submit(child.close)
        return [Monitor(None)]


def _let_go(coming: Future[Child]) -> None:
    """Close a child that nobody wants any more."""
    with suppress(ChildError):
        coming.result().close()
