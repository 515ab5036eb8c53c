"""Reports of the transport: each relevant change once."""

from dataclasses import replace

import pytest

from bridge.midi.notes import MetreChange
from bridge.playout.protocol import TransportChanged
from bridge.playout.time_reason import Following, NoSource, SourceStopped
from bridge.playout.transport_reports import REPORT_THRESHOLD_NS, TransportReports
from bridge.sync.transport import Source, Transport

SECOND = 1_000_000_000
HOST = Transport(Source.JACK, epoch=1, time_ns=SECOND, quarter_ns=SECOND // 2)
OWN = replace(HOST, source=Source.OWN)


def test_the_first_transport_is_reported_once() -> None:
    reports = TransportReports(Transport())
    reports.add(Transport(), None, None)
    assert reports.pop() == [TransportChanged(Transport(), NoSource(own_clock=False))]
    reports.add(Transport(), None, None)
    assert reports.pop() == []


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
    assert reports.pop() == [TransportChanged(HOST, Following(Source.JACK))]
    reports.add(after, Source.JACK, None)
    assert bool(reports.pop()) is matters


def test_small_moves_are_measured_from_the_last_report() -> None:
    reports = TransportReports(Transport())
    for step in range(11):
        reports.add(HOST.shifted(step * REPORT_THRESHOLD_NS // 4), Source.JACK, None)
    assert len(reports.pop()) == 3


def test_a_move_of_the_own_transport_is_not_reported() -> None:
    reports = TransportReports(Transport())
    reports.add(OWN, None, None)
    reports.pop()
    reports.add(OWN.shifted(10 * REPORT_THRESHOLD_NS), None, None)
    assert reports.pop() == []


def test_another_reason_is_reported_for_the_same_transport() -> None:
    reports = TransportReports(Transport())
    reports.add(OWN, None, None)
    reports.pop()
    reports.add(OWN, Source.JACK, None)
    assert reports.pop() == [TransportChanged(OWN, SourceStopped(Source.JACK, own_clock=True))]
