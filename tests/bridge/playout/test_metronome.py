"""The click: one on every beat, the high one at the bar line, each with its release."""

from dataclasses import replace

import pytest

from bridge.midi.events import NoteOff, NoteOn
from bridge.midi.notes import MetreChange
from bridge.playout.metronome import (
    HIGH_WOOD_BLOCK,
    LOW_WOOD_BLOCK,
    ClickQueue,
    clicks,
    is_click,
)
from bridge.playout.protocol import (
    Click,
    Command,
    Panic,
    Replan,
    Retract,
    SetOwnTransport,
    SetSync,
    Silence,
)
from bridge.sync.transport import Source, Transport
from bridge.system.units import MS, SECOND

OWN = Transport(Source.OWN)  # 4/4 at 120: a beat is half a second, and 48 ticks


def test_every_beat_of_a_waltz_clicks_and_its_first_clicks_high() -> None:
    line = Transport(Source.OWN, epoch=3, metre=MetreChange(0, 3, 4))
    planned = list(clicks(line, -144, 144))
    struck = [(d.tick, d.event.pitch) for d in planned if isinstance(d.event, NoteOn)]
    high, low = HIGH_WOOD_BLOCK, LOW_WOOD_BLOCK
    assert struck == [(-144, high), (-96, low), (-48, low), (0, high), (48, low), (96, low)]
    assert {due.epoch for due in planned} == {3}
    ends = [(d.tick - 6, d.event.pitch) for d in planned if isinstance(d.event, NoteOff)]
    assert ends == struck


def test_adjacent_spans_have_no_gap_and_no_duplicate() -> None:
    line = Transport(Source.OWN, metre=MetreChange(0, 6, 8))
    parts = [*clicks(line, 0, 50), *clicks(line, 50, 97), *clicks(line, 97, 200)]
    assert parts == list(clicks(line, 0, 200))


def test_a_click_is_known_by_its_tick_and_its_event() -> None:
    planned = [due for due in clicks(OWN, 0, 192) if isinstance(due.event, NoteOn)]
    assert all(is_click(due.event, OWN, OWN.tick_at(OWN.ns_at(due.tick))) for due in planned)
    low = planned[1]
    assert not is_click(low.event, OWN, low.tick + 1)
    assert not is_click(low.event, OWN, 192)  # the first beat of a bar clicks high
    assert not is_click(NoteOn(9, LOW_WOOD_BLOCK, 1), OWN, low.tick)
    assert not is_click(low.event, replace(OWN, source=Source.JACK), low.tick)


def due_times_ns(queue: ClickQueue, until_ns: int) -> list[int]:
    return [each.due_ns for each in queue.emit(until_ns) if isinstance(each.event, NoteOn)]


def queue_with_two_bars() -> ClickQueue:
    queue = ClickQueue()
    queue.apply(SetOwnTransport(OWN), 0)
    queue.apply(Click(tuple(clicks(OWN, 0, 2 * 192))), 0)
    return queue


def test_clicks_are_due_at_their_ticks_and_as_early_as_the_notes() -> None:
    queue = queue_with_two_bars()
    queue.apply(SetSync(advance_ns=10 * MS), 0)
    assert queue.next_due_ns() == -10 * MS
    assert due_times_ns(queue, 0) == [-10 * MS]
    assert due_times_ns(queue, 510 * MS) == [490 * MS]


def test_clicks_follow_our_own_clock_at_once_and_other_times_by_report() -> None:
    queue = queue_with_two_bars()
    queue.apply(SetOwnTransport(OWN.shifted(100 * MS)), 0)
    assert queue.next_due_ns() == 100 * MS
    queue.follow(OWN, 0)  # our own clock's, and older than the one that was set
    assert queue.next_due_ns() == 100 * MS
    host = Transport(Source.JACK, epoch=1, tick=96)
    queue.follow(host, 0)
    assert queue.next_due_ns() is None
    queue.apply(SetOwnTransport(OWN), 0)  # it waits while the host is followed
    queue.apply(Click(tuple(clicks(host, 0, 192))), 0)
    assert queue.next_due_ns() == -SECOND


@pytest.mark.parametrize(
    "command,beats",
    [(Retract(100), [0, 1, 2]), (Replan(100), [0, 1, 2]), (Silence(), []), (Panic(), [])],
)
def test_clicks_are_dropped_as_notes_are(command: Command, beats: list[int]) -> None:
    queue = queue_with_two_bars()
    queue.apply(command, 0)
    played: list[int] = []
    while (due_ns := queue.next_due_ns()) is not None:
        played += due_times_ns(queue, due_ns)
    assert played == [beat * 500 * MS for beat in beats]
