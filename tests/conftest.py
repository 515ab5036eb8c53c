"""What holds for every test: no screen, no log that nobody expected, no verdict by stopwatch.

A warning in the log is a defect that a user would see, so a test in which one appears fails, as
it does for a warning of Python or of Qt (see pyproject.toml). A test that means to provoke one
asserts that it is in `caplog` and then clears it.

`tests.repeats` repeats a test with real devices that failed while its server lost periods.
"""

import logging
import os
import tempfile
from collections.abc import Iterator

import hypothesis
import pytest

pytest_plugins = ["tests.repeats"]

# Before anything makes an application; a test that wants a real screen starts its own process.
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
# Any port will do, so that engines do not quarrel over the one at which plugins look for the app;
# a test with a plugin names its own.
os.environ["ANTIPHON_PORT"] = "0"

# The log of a command that a test runs is the test's own (on Linux; elsewhere it has one place).
_STATE = tempfile.TemporaryDirectory(prefix="antiphon-state-")
os.environ["XDG_STATE_HOME"] = _STATE.name

# The suite may share its cores with a training run: a slow example is no wrong example.
hypothesis.settings.register_profile("antiphon", deadline=None)
hypothesis.settings.load_profile("antiphon")

# Says that it builds its font cache, once in the life of a home directory.
EXPECTED_LOGGERS = frozenset({"matplotlib.font_manager"})


@pytest.fixture(autouse=True)
def _silent_log(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """Fail the test in which a warning was logged and not cleared."""
    yield
    loud = [
        record
        for phase in ("setup", "call")
        for record in caplog.get_records(phase)
        if record.levelno >= logging.WARNING and record.name not in EXPECTED_LOGGERS
    ]
    if loud:
        lines = "\n".join(f"{r.name} {r.levelname}: {r.getMessage()}" for r in loud)
        pytest.fail(f"nobody expected this in the log:\n{lines}")
