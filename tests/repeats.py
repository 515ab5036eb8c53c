"""Repeat a device test that failed while its JACK server lost periods, and report it.

A virtual machine can be suspended for longer than a period of a server. The server then loses that
period, and its clients read the events of the last one again: a correct program fails the test.
`LOST_PERIODS` holds what each server that the tests started answers when it is asked for its lost
periods. A test marked `device` that fails is run again, at most twice, if a server that it used has
lost periods since the test began. The last section of the terminal report names each test that was
repeated, with the number of lost periods. Any other failure counts at once.

A test uses a server if the server's name is the value of one of its fixtures, or if the server was
started while the test ran. Ableton Link, and a host that renders without a server, report no lost
periods, so their tests are never repeated.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from textwrap import shorten

import pytest
from _pytest.runner import runtestprotocol

MAX_REPEATS = 2
MAX_REASON = 200  # characters
PROPERTY = "repeated after lost periods"


class LostPeriods:
    """The number of periods that each server has lost since it was started."""

    def __init__(self) -> None:
        self._watches: list[tuple[str, Callable[[], int]]] = []

    @contextmanager
    def watched(self, server: str, count: Callable[[], int]) -> Iterator[None]:
        """Ask `count` for the lost periods of a server; keep its last answer afterwards."""
        place = len(self._watches)
        self._watches.append((server, count))
        try:
            yield
        finally:
            last = count()
            self._watches[place] = (server, lambda: last)

    def counts(self) -> list[tuple[str, int]]:
        """Return each server, in the order they were started, with its number of lost periods."""
        return [(server, count()) for server, count in self._watches]


LOST_PERIODS = LostPeriods()

counts_before = pytest.StashKey[list[tuple[str, int]]]()
"""The counts when the test began. A test that only examines the result of a fixture of its module
replaces them with the counts when that fixture began."""
used_servers = pytest.StashKey[set[str]]()


def lost_by(item: pytest.Item) -> int:
    """Return how many periods the servers that a test used have lost since it began."""
    before, now = item.stash[counts_before], LOST_PERIODS.counts()
    used = sum(
        count - count_before
        for (server, count), (_, count_before) in zip(now, before, strict=False)
        if server in item.stash[used_servers]
    )
    return used + sum(count for _, count in now[len(before) :])


def reports_of(item: pytest.Item, nextitem: pytest.Item | None) -> list[pytest.TestReport]:
    """Run a test until it passes, fails without lost periods, or has been repeated twice."""
    reports: list[pytest.TestReport] = []
    for attempt in range(MAX_REPEATS + 1):
        item.stash[counts_before] = LOST_PERIODS.counts()
        item.stash[used_servers] = set()
        reports = runtestprotocol(item, log=False, nextitem=nextitem)
        if attempt == MAX_REPEATS or not any(report.failed for report in reports):
            break
        lost = lost_by(item)
        if not lost:
            break
        why = next(reason(report) for report in reports if report.failed)
        item.user_properties.append((PROPERTY, f"{why} (periods lost: {lost})"))
        # The fixtures of the module may hold what was recorded while periods were lost.
        item.session._setupstate.teardown_exact(item.session)  # type: ignore[arg-type]  # noqa: SLF001
    return reports


def reason(report: pytest.TestReport) -> str:
    """Return in one line why a test failed."""
    crash = getattr(report.longrepr, "reprcrash", None)
    message = report.longreprtext if crash is None else crash.message
    return shorten(message, MAX_REASON)


def pytest_runtest_protocol(item: pytest.Item, nextitem: pytest.Item | None) -> bool | None:
    """Run a device test, again if its server lost periods; leave other tests to pytest."""
    if item.get_closest_marker("device") is None:
        return None
    item.ihook.pytest_runtest_logstart(nodeid=item.nodeid, location=item.location)
    for report in reports_of(item, nextitem):
        item.ihook.pytest_runtest_logreport(report=report)
    item.ihook.pytest_runtest_logfinish(nodeid=item.nodeid, location=item.location)
    return True


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_teardown(item: pytest.Item) -> None:
    """Note which servers the fixtures of a device test have named."""
    if used_servers in item.stash:
        values = getattr(item, "funcargs", {}).values()
        item.stash[used_servers] = {value for value in values if isinstance(value, str)}


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Name each test that was repeated, with each failure and the number of lost periods."""
    repeated = {
        report.nodeid: [value for name, value in report.user_properties if name == PROPERTY]
        for reports in terminalreporter.stats.values()
        for report in reports
        if isinstance(report, pytest.TestReport)
    }
    if any(repeated.values()):
        terminalreporter.section("repeated tests")
    for nodeid, failures in sorted(repeated.items()):
        for failure in failures:
            terminalreporter.line(f"{nodeid}: {failure}")
