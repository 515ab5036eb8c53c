"""How much of what was asked to be heard has been heard, as snapshots tell it."""

import pytest

from bridge.history.takes import Span
from bridge.messages.settings import Settings
from bridge.messages.snapshot import Snapshot, TurnState
from gui.desk.takes.audition import AuditionProgress

SECOND = 1_000_000_000
SPAN = Span(192, 384)


def shown(now_s: float, recital: tuple[int, int] | None) -> Snapshot:
    goes = None if recital is None else (recital[0] * SECOND, recital[1] * SECOND)
    return Snapshot(
        round(now_s * SECOND), TurnState.ANSWERING, Settings(), (), audition_span_ns=goes
    )


def test_it_goes_from_where_the_snapshot_says_to_where_its_notes_end() -> None:
    audition = AuditionProgress(1, SPAN, end_ticks=96, requested_ns=0)
    assert audition.fraction_at(SECOND) is None
    audition.show_snapshot(shown(1, (2, 4)))
    assert audition.fraction_at(SECOND) is None
    assert audition.fraction_at(3 * SECOND) == pytest.approx(0.25)
    assert audition.fraction_at(9 * SECOND) == pytest.approx(0.5)
    assert not audition.is_over


def test_it_is_over_when_nothing_is_recited_any_more() -> None:
    audition = AuditionProgress(1, SPAN, 192, requested_ns=0)
    audition.show_snapshot(shown(1, (1, 4)))
    audition.show_snapshot(shown(2, None))
    assert audition.is_over


def test_it_waits_a_little_for_its_beginning_and_not_for_ever() -> None:
    audition = AuditionProgress(1, SPAN, 192, requested_ns=SECOND)
    audition.show_snapshot(shown(2.9, None))
    assert not audition.is_over
    audition.show_snapshot(shown(3.1, None))
    assert audition.is_over
