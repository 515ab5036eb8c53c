"""Bars on the command line: `5-8` are the bars 5 to 8 of a file, both included, counted from 1."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from bridge.history.takes import Span
from bridge.setting import short_repr
from bridge.sync.tempo import MetreMap
from gui.commands.console.terminal import fail

if TYPE_CHECKING:
    from bridge.midi.notes import Score

_BARS = re.compile(r"([0-9]{1,7})(?:-([0-9]{1,7}))?")


def span_of_bars(text: str, score: Score, *, flag: str = "--bars") -> Span:
    """Return the span that a text names in a score; no text names all bars. Fail otherwise."""
    lines = MetreMap(score.metres)
    last_bar = lines.position_at(max(0, score.end_ticks - 1)).bar + 1
    if not text:
        return Span(0, lines.bar_line_after(0, last_bar))
    found = _BARS.fullmatch(text.strip())
    if found is None:
        fail(f"{flag}: {short_repr(text)} names no bars (write 5-8, or 5).")
    first = int(found[1])
    last = int(found[2] or found[1])
    if not 1 <= first <= last:
        fail(f"{flag}: {text} is no range of bars; the first bar is 1.")
    if last > last_bar:
        bars = "1 bar" if last_bar == 1 else f"{last_bar} bars"
        fail(f"{flag}: the file has {bars}; {last} is too many.")
    begin = lines.bar_line_after(0, first - 1)
    return Span(begin, lines.bar_line_after(begin, last - first + 1))
