"""The entries of a session in the program's log."""

import logging

import pytest

from bridge.messages.settings import Settings
from bridge.messages.snapshot import LogEntry
from bridge.playout.problem import NoJackServer
from gui.engine.session_log import SessionLog


def test_notes_are_only_counted(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, "gui")
    log = SessionLog()
    log.write([LogEntry(0, "played", 61, "1.1"), LogEntry(0, "played", 67, "1.2")])
    log.write([LogEntry(0, "hand-over", 1500), LogEntry(0, "lateness", 9), LogEntry(0, "finished")])
    assert [(each.levelname, each.getMessage()) for each in caplog.records] == [
        ("INFO", "hand-over, 1500 (2 played)"),
        ("DEBUG", "lateness, 9"),
        ("INFO", "finished"),
    ]


def test_a_problem_is_logged_with_its_reason(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "gui")
    SessionLog().write([LogEntry(0, "problem", reason=NoJackServer())])
    assert [each.getMessage() for each in caplog.records] == ["problem, NoJackServer()"]


def test_changed_settings_are_logged_as_details(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, "gui")
    SessionLog().write_change(Settings(seed=1), Settings(seed=2))
    assert [each.getMessage() for each in caplog.records] == ["setting seed: 2"]
    caplog.clear()
    caplog.set_level(logging.INFO, "gui")
    SessionLog().write_change(Settings(seed=1), Settings(seed=2))
    assert caplog.records == []
