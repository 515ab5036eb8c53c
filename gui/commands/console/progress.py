"""Long work in the terminal: how far it is, how fast, and how long it will take.

The speed is measured on this machine, from the first steps of the work. On a terminal a bar on
standard error shows it, with the notes a second. Elsewhere there is one line, and only if the work
will take long. All output goes to standard error: standard output may be the music itself.
"""

from __future__ import annotations

import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Self

from bridge.system.clock import SystemClock
from bridge.system.units import SECOND
from gui.commands.console.terminal import say

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import TracebackType
    from typing import TextIO

    from rich.progress import Progress

    from bridge.system.clock import Clock

_MEASURED_NS = 2 * SECOND
"""The speed is known after this time."""
_SHOWN_EVERY_NS = SECOND // 4
_LONG_S = 60
_UNITS = ((86_400, "day"), (3600, "hour"), (60, "minute"), (1, "second"))


class WorkProgress:
    """Shows the progress of some work in the terminal; used in a `with` statement."""

    def __init__(
        self,
        subject: str,
        *,
        unit: str = "",
        clock: Clock | None = None,
        stream: TextIO | None = None,
    ) -> None:
        """`subject` names the work in a sentence; `unit` is what is counted, such as notes."""
        self._subject, self._unit = subject, unit
        self._clock, self._stream = clock or SystemClock(), stream or sys.stderr
        self._bar: Progress | None = None
        self._start: tuple[int, float] | None = None  # the time and the share of the first step
        self._shown_ns = 0
        self._is_told = False

    def __enter__(self) -> Self:
        if self._stream is not None and self._stream.isatty():
            self._bar = _make_bar(self._stream)
            self._bar.add_task(self._subject, total=1.0, rest="")
            self._bar.start()
        return self

    def __exit__(
        self, kind: object, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._bar is not None:
            self._bar.stop()

    @contextmanager
    def paused(self) -> Iterator[None]:
        """Take the bar away for a moment, so that lines can be printed."""
        if self._bar is not None:
            self._bar.stop()
        yield
        if self._bar is not None:
            self._bar.start()

    @property
    def is_due(self) -> bool:
        """Whether it is time to show something: what it costs to count is spent only then."""
        return self._clock.now_ns() - self._shown_ns >= _SHOWN_EVERY_NS

    def show(self, share: float, count: int = 0) -> None:
        """Show that a share of the work is done, from 0 to 1, and how much has been counted."""
        now_ns = self._clock.now_ns()
        self._shown_ns = now_ns
        if self._start is None:
            if share <= 0:
                return
            self._start = now_ns, share
        start_ns, first = self._start
        elapsed_s = (now_ns - start_ns) / SECOND
        left_s = None
        if now_ns - start_ns >= _MEASURED_NS and share > first:
            left_s = elapsed_s * (1 - share) / (share - first)
            self._tell(left_s)
        if self._bar is not None:
            speed = f"{count / elapsed_s:.0f} {self._unit}/s" if self._unit and elapsed_s else ""
            rest = "" if left_s is None else f"about {duration_text(left_s)} left"
            self._bar.update(self._bar.task_ids[0], completed=share, rest=f"{speed}  {rest}")

    def _tell(self, left_s: float) -> None:
        """Say once how long it will take, if that is long."""
        if not self._is_told and left_s >= _LONG_S and self._stream is not None:
            text = f"{self._subject} will take about {duration_text(left_s)}; Ctrl-C ends it."
            if self._bar is None:
                say(text, self._stream)
            else:
                self._bar.console.print(text, markup=False, highlight=False)
        self._is_told = True


def _make_bar(stream: TextIO) -> Progress:
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn

    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        TaskProgressColumn(),
        TextColumn("{task.fields[rest]}", markup=False),
    )
    console = Console(file=stream)
    return Progress(
        *columns, console=console, transient=True, redirect_stdout=False, redirect_stderr=False
    )


def duration_text(seconds: float) -> str:
    """Return a duration in words, to one or two figures: 3 hours, 1.5 hours, 40 seconds."""
    length_s, unit = next((each for each in _UNITS if seconds >= each[0]), _UNITS[-1])
    number = seconds / length_s
    rounded = round(number, 1) if number < 3 and length_s > 1 else round(number)
    return f"{rounded:g} {unit}{'' if rounded == 1 else 's'}"
