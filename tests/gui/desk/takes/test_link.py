"""The window's end of the pipe to the process that generates takes, with that process."""

from collections.abc import Iterator

import pytest
from pytestqt.qtbot import QtBot

from bridge.messages.settings import Settings
from bridge.midi.instruments import Instrument
from bridge.midi.notes import MetreChange, Note, Score, TempoChange
from gui.desk.takes.link import TakesLink
from gui.engine.proposals import Proposal

PIANO = Instrument.PIANO
SCORE = Score(
    tuple(Note(24 * i, PIANO, 60 + i, 24 * i + 20, 80) for i in range(8)),
    (TempoChange(0, 90.0),),
    (MetreChange(0, 4, 4),),
)
PATIENCE_MS = 60_000
ENDLESS = 100_000


class Signals:
    """What a link has emitted."""

    def __init__(self, link: TakesLink) -> None:
        self.words: list[str] = []
        self.proposed: list[Proposal] = []
        self._link = link
        link.loading.connect(lambda: self.words.append("loading"))
        link.finished.connect(lambda: self.words.append("finished"))
        link.ended.connect(lambda: self.words.append("ended"))
        link.proposed.connect(self.proposed.append)

    def busy(self) -> bool:
        return self._link.is_busy


@pytest.fixture
def link(qtbot: QtBot) -> Iterator[TakesLink]:  # noqa: ARG001 - there must be an application
    link = TakesLink()
    yield link
    link.close()


def test_it_starts_the_process_with_the_first_request_and_keeps_it(
    qtbot: QtBot, link: TakesLink
) -> None:
    emitted = Signals(link)
    assert not emitted.busy()
    with qtbot.waitSignal(link.finished, timeout=PATIENCE_MS):
        link.propose(SCORE, Settings(seed=1), bars=1)
        assert emitted.busy()
    assert not emitted.busy()
    assert emitted.words == ["loading", "finished"]
    assert [each.candidate for each in emitted.proposed] == [0, 1, 2, 3]
    with qtbot.waitSignal(link.finished, timeout=PATIENCE_MS):
        link.propose(SCORE, Settings(seed=1), bars=1, count=1)
    assert emitted.words == ["loading", "finished", "finished"]
    assert emitted.proposed[4].notes == emitted.proposed[0].notes


def test_replies_to_cancelled_requests_are_dropped(qtbot: QtBot, link: TakesLink) -> None:
    with qtbot.waitSignal(link.progressed, timeout=PATIENCE_MS):
        link.propose(SCORE, Settings(seed=1), bars=ENDLESS)
    link.cancel()
    assert not link.is_busy
    emitted = Signals(link)
    with qtbot.waitSignal(link.progressed, timeout=PATIENCE_MS):
        link.propose(SCORE, Settings(seed=1), bars=ENDLESS)
    with qtbot.waitSignal(link.finished, timeout=PATIENCE_MS):
        link.propose(SCORE, Settings(seed=1), bars=1, count=1)
    assert [each.span.end for each in emitted.proposed] == [384]


def test_a_failure_has_a_sentence(qtbot: QtBot, link: TakesLink) -> None:
    with qtbot.waitSignal(link.failed, timeout=PATIENCE_MS) as failed:
        link.propose(SCORE, Settings(style=(("chopan", 1.0),)), bars=1)
    assert failed.args is not None
    assert "chopin" in failed.args[0].near
    assert not link.is_busy


def test_a_process_that_does_not_start_has_a_sentence(qtbot: QtBot) -> None:
    link = TakesLink(module="bridge.midi.notes")
    with qtbot.waitSignal(link.failed, timeout=PATIENCE_MS) as failed:
        link.propose(SCORE, Settings(), bars=1)
    assert failed.args is not None
    assert failed.args[0].module == "bridge.midi.notes"
    link.close()


def test_after_an_exit_another_process_is_started(
    qtbot: QtBot, link: TakesLink, caplog: pytest.LogCaptureFixture
) -> None:
    with qtbot.waitSignal(link.progressed, timeout=PATIENCE_MS):
        link.propose(SCORE, Settings(seed=1), bars=ENDLESS)
    process = link.process
    assert process is not None
    with qtbot.waitSignal(link.ended, timeout=PATIENCE_MS):
        process.kill()
    assert not link.is_busy
    for seed in (1, 2):
        with qtbot.waitSignal(link.finished, timeout=PATIENCE_MS):
            link.propose(SCORE, Settings(seed=seed), bars=1, count=1)
        again = link.process
        assert again is not None
        again.kill()  # this time without a request in progress
        again.wait()
    link.propose(SCORE, Settings(seed=3), bars=1, count=1)  # it notices
    assert [each.getMessage() for each in caplog.records] == [
        f"gui.engine.takes ended with status {process.returncode}"
    ] * 3
    caplog.clear()


def test_closing_kills_it_during_a_request(qtbot: QtBot, link: TakesLink) -> None:
    with qtbot.waitSignal(link.progressed, timeout=PATIENCE_MS):
        link.propose(SCORE, Settings(seed=1), bars=ENDLESS)
    process = link.process
    assert process is not None
    link.close()
    assert process.poll() is not None
    assert not link.is_busy


def test_closing_during_the_start_leaves_no_process(qtbot: QtBot) -> None:
    link = TakesLink()
    link.propose(SCORE, Settings(), bars=1)
    starting = link.starting
    assert starting is not None
    link.close()
    qtbot.waitUntil(starting.done, timeout=PATIENCE_MS)
    process = starting.result().process
    qtbot.waitUntil(lambda: process.poll() is not None, timeout=PATIENCE_MS)
