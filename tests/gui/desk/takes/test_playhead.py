"""The playhead moves between snapshots, and stops with the audition."""

import pytest
from pytestqt.qtbot import QtBot

from bridge.history.takes import Span
from bridge.messages.settings import Settings
from bridge.messages.snapshot import Snapshot, TurnState
from gui.desk.takes.playhead import Playhead

SECOND = 1_000_000_000
SPAN = Span(0, 96)


def snapshot(now_ns: int, span_ns: tuple[int, int] | None) -> Snapshot:
    return Snapshot(now_ns, TurnState.ANSWERING, Settings(), (), audition_span_ns=span_ns)


@pytest.fixture
def playhead(qtbot: QtBot) -> Playhead:  # noqa: ARG001 - Qt must run
    return Playhead()


def test_it_moves_on_after_a_snapshot(playhead: Playhead, qtbot: QtBot) -> None:
    playhead.start(3, SPAN, 96)
    playhead.show_snapshot(snapshot(SECOND, (SECOND, 101 * SECOND)))
    moves: list[tuple[int, float]] = []
    playhead.moved.connect(lambda number, fraction: moves.append((number, fraction)))
    qtbot.waitUntil(lambda: len(moves) > 2)
    fractions = [fraction for _, fraction in moves]
    assert {number for number, _ in moves} == {3}
    assert 0 < fractions[0] < fractions[-1] < 1


def test_it_ends_when_snapshots_no_longer_have_the_audition(
    playhead: Playhead, qtbot: QtBot
) -> None:
    playhead.start(3, SPAN, 96)
    playhead.show_snapshot(snapshot(SECOND, (SECOND, 2 * SECOND)))
    assert playhead.number == 3
    with qtbot.waitSignal(playhead.ended):
        playhead.show_snapshot(snapshot(3 * SECOND, None))
    assert playhead.number is None


def test_stopping_is_no_end(playhead: Playhead, qtbot: QtBot) -> None:
    playhead.start(3, SPAN, 96)
    with qtbot.assertNotEmitted(playhead.ended):
        playhead.stop()
        playhead.show_snapshot(snapshot(9 * SECOND, None))
    assert playhead.number is None
