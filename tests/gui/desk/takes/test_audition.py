"""The progress of an audition, as snapshots report it."""

import pytest

from bridge.history.takes import Span
from bridge.messages.settings import Settings
from bridge.messages.snapshot import Snapshot, TurnState
from gui.desk.takes.audition import AuditionProgress

SECOND = 1_000_000_000
SPAN = Span(192, 384)


def shown(now_s: float, audition: tuple[int, int] | None) -> Snapshot:
    goes = None if audition is None else (audition[0] * SECOND, audition[1] * SECOND)
    return Snapshot(
        round(now_s * SECOND), TurnState.ANSWERING, Settings(), (), audition_span_ns=goes
    )


def test_progress_runs_from_the_start_to_the_end_of_the_notes() -> None:
    audition = AuditionProgress(1, SPAN, end_ticks=96, requested_ns=0)
    assert audition.fraction_at(SECOND) is None
    audition.show_snapshot(shown(1, (2, 4)))
    assert audition.fraction_at(SECOND) is None
    assert audition.fraction_at(3 * SECOND) == pytest.approx(0.25)
    assert audition.fraction_at(9 * SECOND) == pytest.approx(0.5)
    assert not audition.is_over


def test_it_is_over_when_snapshots_have_no_audition() -> None:
    audition = AuditionProgress(1, SPAN, 192, requested_ns=0)
    audition.show_snapshot(shown(1, (1, 4)))
    audition.show_snapshot(shown(2, None))
    assert audition.is_over


def test_it_waits_for_the_start_with_a_limit() -> None:
    audition = AuditionProgress(1, SPAN, 192, requested_ns=SECOND)
    audition.show_snapshot(shown(2.9, None))
    assert not audition.is_over
    audition.show_snapshot(shown(3.1, None))
    assert audition.is_over
