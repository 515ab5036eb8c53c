"""What holds for every test: no screen, no unexpected log, no time limits.

A warning in the log is a defect that a user would see, so a test in which one appears fails, as
it does for a warning of Python or of Qt (see pyproject.toml). A test that means to provoke one
asserts that it is in `caplog` and then clears it.

`tests.repeats` repeats a test with real devices that failed while its server lost periods.
"""

import logging
import os
import signal
from collections.abc import Iterator

import hypothesis
import pytest

from bridge.system.real_time import ENDING_SIGNALS

pytest_plugins = ["tests.repeats", "tests.jack_fixtures"]

# Before anything makes an application; a test that wants a real screen starts its own process.
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
# Plugins connect nowhere, so that engines do not compete for the place at which plugins look for
# the app; a test with a plugin names its own.
os.environ["ANTIPHON_PLUGINS_AT"] = ""

# The suite may share its cores with a training run: a slow example is not a failure.
hypothesis.settings.register_profile("antiphon", deadline=None)
hypothesis.settings.load_profile("antiphon")

# Logs that it builds its font cache, once per home directory.
EXPECTED_LOGGERS = frozenset({"matplotlib.font_manager"})
# A child's offscreen platform says so of every window that has a smallest size (see qt_log_ignore).
EXPECTED_TEXT = "This plugin does not support propagateSizeHints()"


@pytest.fixture(scope="session", autouse=True)
def _own_state(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Give the commands that tests run a log of their own (on Linux; elsewhere it has one place).

    pytest deletes the folders of earlier runs, even of killed ones.
    """
    os.environ["XDG_STATE_HOME"] = str(tmp_path_factory.mktemp("state"))


@pytest.fixture(autouse=True)
def _own_sessions(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Give each test a log and sessions of its own: one that is cut off is offered to the next."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path_factory.mktemp("state")))


@pytest.fixture(autouse=True)
def _own_signals() -> Iterator[None]:
    """Fail the test that leaves other handlers of the signals that end a program.

    A signal that is ignored or blocked here is so in every process that a later test starts.
    """
    before = _ending_signals()
    yield
    assert _ending_signals() == before, "the test has changed what ends this process"


def _ending_signals() -> dict[int, tuple[object, bool]]:
    """Return the handler of each signal that ends a program, and whether it is blocked."""
    blocked = signal.pthread_sigmask(signal.SIG_BLOCK, ()) if os.name != "nt" else ()
    return {kind: (signal.getsignal(kind), kind in blocked) for kind in ENDING_SIGNALS}


@pytest.fixture(autouse=True)
def _silent_log(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """Fail the test in which a warning was logged and not cleared."""
    yield
    loud = [
        record
        for phase in ("setup", "call")
        for record in caplog.get_records(phase)
        if record.levelno >= logging.WARNING
        and record.name not in EXPECTED_LOGGERS
        and record.getMessage() != EXPECTED_TEXT
    ]
    if loud:
        lines = "\n".join(f"{r.name} {r.levelname}: {r.getMessage()}" for r in loud)
        pytest.fail(f"unexpected in the log:\n{lines}")
