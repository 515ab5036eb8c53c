"""Long work: the speed is measured, and said."""

import io
from collections.abc import Sequence

import pytest

from bridge.system.units import SECOND
from gui.commands.console.progress import WorkProgress, duration_text


class StandingClock:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.time_ns = 0

    def now_ns(self) -> int:
        return self.time_ns


def shown(shares: Sequence[tuple[float, float]]) -> str:
    """Return what is printed off a terminal for these seconds and shares."""
    clock, stream = StandingClock(), io.StringIO()
    with WorkProgress("The take", unit="notes", clock=clock, stream=stream) as progress:
        for seconds, share in shares:
            clock.time_ns = round(seconds * SECOND)
            assert progress.is_due
            progress.show(share, 10)
    return stream.getvalue()


def test_long_work_is_announced_once_from_the_measured_speed() -> None:
    steps = [(10, 0.0), (20, 0.001), (21, 0.0011), (23, 0.0013), (25, 0.0015), (90, 0.5)]
    # 0.0003 in three seconds: a thousandth takes ten.
    text = "The take will take about 2.8 hours; Ctrl-C ends it.\n"
    assert shown(steps) == text


def test_short_work_is_quiet() -> None:
    assert shown([(1, 0.0), (2, 0.1), (5, 0.4), (8, 0.8)]) == ""


@pytest.mark.parametrize(
    "seconds,text",
    [
        (0.4, "0 seconds"),
        (1, "1 second"),
        (40, "40 seconds"),
        (60, "1 minute"),
        (90, "1.5 minutes"),
        (3600 * 2.74, "2.7 hours"),
        (3600 * 20, "20 hours"),
        (86400 * 12.6, "13 days"),
    ],
)
def test_a_duration_is_in_words(seconds: float, text: str) -> None:
    assert duration_text(seconds) == text
