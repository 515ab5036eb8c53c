"""Reports of the transport: each relevant change once."""

from collections import Counter
from dataclasses import replace

import pytest

from bridge.midi.notes import MetreChange
from bridge.playout.protocol import PositionsRefused, TransportChanged
from bridge.playout.time_reason import Following, NoSource, SourceStopped
from bridge.playout.transport_reports import (
    BREAKS,
    COUNTS_NS,
    MOVES,
    REPORT_THRESHOLD_NS,
    RefusalReports,
    TransportReports,
)
from bridge.sync.transport import Source, Transport

SECOND = 1_000_000_000
HOST = Transport(Source.JACK, epoch=1, time_ns=SECOND, quarter_ns=SECOND // 2)
OWN = replace(HOST, source=Source.OWN)


def test_the_first_transport_is_reported_once() -> None:
    reports = TransportReports(Transport())
    reports.add(Transport(), None, None)
    assert reports.pop(SECOND) == [TransportChanged(Transport(), NoSource(own_clock=False))]
    reports.add(Transport(), None, None)
    assert reports.pop(SECOND) == []


@pytest.mark.parametrize(
    "after,matters",
    [
        (HOST.shifted(REPORT_THRESHOLD_NS - 1), False),
        (HOST.shifted(REPORT_THRESHOLD_NS), True),
        (replace(HOST, epoch=2), True),
        (replace(HOST, metre=MetreChange(0, 3, 4)), True),
        (replace(HOST, quarter_ns=SECOND), True),
    ],
)
def test_a_change_of_a_source_is_reported_if_it_matters(after: Transport, *, matters: bool) -> None:
    reports = TransportReports(Transport())
    reports.add(HOST, Source.JACK, None)
    assert reports.pop(SECOND) == [TransportChanged(HOST, Following(Source.JACK))]
    reports.add(after, Source.JACK, None)
    assert bool(reports.pop(SECOND)) is matters


def test_small_moves_are_measured_from_the_last_report() -> None:
    reports = TransportReports(Transport())
    said = []
    for step in range(11):
        reports.add(HOST.shifted(step * REPORT_THRESHOLD_NS // 4), Source.JACK, None)
        said += reports.pop(SECOND)
    assert len(said) == 3


def test_a_move_of_the_own_transport_is_not_reported() -> None:
    reports = TransportReports(Transport())
    reports.add(OWN, None, None)
    reports.pop(SECOND)
    reports.add(OWN.shifted(10 * REPORT_THRESHOLD_NS), None, None)
    assert reports.pop(SECOND) == []


def test_another_reason_is_reported_for_the_same_transport() -> None:
    reports = TransportReports(Transport())
    reports.add(OWN, None, None)
    reports.pop(SECOND)
    reports.add(OWN, Source.JACK, None)
    assert reports.pop(SECOND) == [
        TransportChanged(OWN, SourceStopped(Source.JACK, own_clock=True))
    ]


def test_of_a_thousand_changes_a_second_some_are_reported_and_always_the_last() -> None:
    reports = TransportReports(Transport())
    said: list[TransportChanged] = []
    for epoch in range(5_000):
        reports.add(replace(HOST, epoch=epoch), Source.JACK, None)
        said += reports.pop(epoch * SECOND // 1_000)
    assert len(said) <= 5 * BREAKS
    said += reports.pop(6 * SECOND)
    assert said[-1].transport.epoch == 4_999
    assert reports.pop(7 * SECOND) == []


def test_of_a_thousand_moves_a_second_some_are_reported_and_always_the_last() -> None:
    reports = TransportReports(Transport())
    said: list[TransportChanged] = []
    for step in range(5_000):
        reports.add(HOST.shifted(step * REPORT_THRESHOLD_NS), Source.JACK, None)
        said += reports.pop(step * SECOND // 1_000)
    assert 4 * MOVES <= len(said) <= 5 * MOVES + 1
    said += reports.pop(6 * SECOND)
    assert said[-1].transport == HOST.shifted(4_999 * REPORT_THRESHOLD_NS)


def test_changes_between_two_calls_are_reported_as_one() -> None:
    reports = TransportReports(Transport())
    reports.add(HOST, Source.JACK, None)
    reports.add(replace(HOST, epoch=2), Source.JACK, None)
    assert [each.transport.epoch for each in reports.pop(0)] == [2]


def test_refused_positions_are_reported_at_once_and_then_at_times() -> None:
    reports, refused = RefusalReports(), Counter({Source.JACK: 1})
    assert reports.pop(refused, 0) == [PositionsRefused(Source.JACK, 1)]
    refused.update({Source.JACK: 400, Source.LINK: 2})
    assert reports.pop(refused, SECOND) == [PositionsRefused(Source.LINK, 2)]
    assert reports.pop(refused, COUNTS_NS) == [PositionsRefused(Source.JACK, 400)]
    assert reports.pop(refused, 3 * COUNTS_NS) == []
