"""Panic in the MIDI I/O process: from the engine, and from controls that the process recognises.

A panic sends dozens of messages, since a synthesizer may have lost a release. A pedal with a loose
contact, or a program that repeats its request, must not fill the output with them. So a panic that
follows another within `PANIC_NS` only drops the plans and releases what sounds.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bridge.playout.input_limit import PANIC_NS
from bridge.playout.protocol import BindPanic, Panic, Silence

if TYPE_CHECKING:
    from bridge.playout.protocol import Command


class PanicRelay:
    """The controls that are bound to panic, and when the last panic was."""

    def __init__(self) -> None:
        self.controls: BindPanic | None = None
        """The last command that bound controls; a new output is sent it."""
        self._last_ns: int | None = None

    def relay(self, command: Command, now_ns: int) -> Command:
        """Return the command to carry out: a `Silence` for a panic that follows another."""
        match command:
            case BindPanic():
                self.controls = command
            case Panic():
                if self._last_ns is not None and now_ns - self._last_ns < PANIC_NS:
                    return Silence()
                self._last_ns = now_ns
        return command
