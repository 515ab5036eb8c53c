"""A performance on the sound device, in real time.

The device's thread requests each buffer, and renders it from the performance. The main thread waits
for the end, for Ctrl-C, and for a device that has gone.
"""

from __future__ import annotations

import gc
import os
import threading
from typing import TYPE_CHECKING

from bridge.synth.performance_sound import PerformanceSound
from bridge.synth.process import BACKEND_VARIABLE, CHECK_INTERVAL_S, RATE_HZ, open_device
from bridge.synth.reason import SoundDeviceLost, SynthError
from bridge.system.clock import SystemClock
from bridge.system.quiet_stderr import stderr_silenced
from bridge.system.units import SECOND
from gui.commands.console.terminal import fail
from gui.commands.files.sounding import (
    MAX_TAIL_S,
    SILENCE,
    fail_synth,
    next_samples,
    open_synth,
    peak_of,
)
from gui.wording.reasons import sentence_of

if TYPE_CHECKING:
    from collections.abc import Callable, Generator
    from pathlib import Path

    from bridge.midi.smf.performance import Performance
    from gui.commands.console.terminal import Interruption

_GAIN_DB = -3.0
"""As loud as the built-in synth plays in a session: there, channels begin at full volume."""
_GLANCE_S = 0.05
_RELEASE_NS = 400_000_000
"""How long released notes may fade after Ctrl-C."""
_SILENT_FRAMES = RATE_HZ // 5


class PerformanceSource:
    """A performance as the sound of a device. The device's thread renders."""

    def __init__(self, sound: PerformanceSound) -> None:
        self.started, self.ended = threading.Event(), threading.Event()
        self.buffer_count = 0
        self._sound, self._release = sound, threading.Event()
        self._quiet_frames = self._tail_frames = 0

    def release(self) -> None:
        """Release all notes with the next buffer."""
        self._release.set()

    def render_buffers(self) -> Generator[memoryview, int, None]:
        """Yield each requested buffer; the first has no frames."""
        size = yield memoryview(b"")
        while True:
            size = yield self._render(size)

    def _render(self, size: int) -> memoryview:
        if self._release.is_set() and not self._sound.is_over:
            self._sound.release()
        was_over = self._sound.is_over
        samples = next_samples(self._sound, size)
        self._quiet_frames = self._quiet_frames + size if peak_of(samples) < SILENCE else 0
        if was_over:
            self._tail_frames += size
            if self._quiet_frames >= _SILENT_FRAMES or self._tail_frames >= MAX_TAIL_S * RATE_HZ:
                self.ended.set()
        self.buffer_count += 1
        self.started.set()
        return memoryview(samples.tobytes())


def play_on_synth(
    performance: Performance,
    begin_ns: int,
    font: Path | None,
    interruption: Interruption,
    on_begin: Callable[[str], None],
) -> None:
    """Play a performance from a time on, until it is silent or a signal comes; or fail.

    `on_begin` is called with the name of the sound service.
    """
    synth = open_synth(font, RATE_HZ, _GAIN_DB)
    source = PerformanceSource(PerformanceSound(synth, performance, RATE_HZ, begin_ns))
    gc.freeze()
    gc.disable()  # a collection would delay a buffer
    try:
        with stderr_silenced():
            device = open_device(source, os.environ.get(BACKEND_VARIABLE, ""))
    except SynthError as error:
        fail_synth(error)
    try:
        on_begin(device.backend)
        _wait(source, interruption)
    finally:
        with stderr_silenced():
            device.close()
        gc.enable()


def _wait(source: PerformanceSource, interruption: Interruption) -> None:
    """Wait until the sound has ended, or all notes are released after a signal."""
    clock, count = SystemClock(), -1
    checked_ns, until_ns = clock.now_ns(), None
    while not source.ended.wait(_GLANCE_S):
        now_ns = clock.now_ns()
        if interruption.is_wanted and until_ns is None:
            source.release()
            until_ns = now_ns + _RELEASE_NS
        if until_ns is not None and now_ns >= until_ns:
            return
        if now_ns - checked_ns >= CHECK_INTERVAL_S * SECOND:
            if source.buffer_count == count:
                fail(sentence_of(SoundDeviceLost()))
            checked_ns, count = now_ns, source.buffer_count
