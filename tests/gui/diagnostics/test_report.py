"""The diagnostics of a window."""

import logging
from dataclasses import replace

import pytest

from bridge.messages.settings import Settings
from bridge.messages.snapshot import Snapshot, TurnState
from bridge.playout.problem import NoJackServer
from gui.diagnostics.recent import ERROR_COUNT, RecentRecords
from gui.diagnostics.report import PortFacts, diagnose_window, package_versions

STOPPED = Snapshot(0, TurnState.STOPPED, Settings(), ())


def test_the_installed_model_is_known_without_the_engine() -> None:
    found = diagnose_window(None)
    assert found.artefact is not None
    assert found.artefact.name == "antiphon-small"
    assert (found.ports, found.missing, found.log_lines) == (None, (), ())


def test_the_engines_snapshot_is_included() -> None:
    shown = replace(STOPPED, backend="jack", input_name="in", problem=NoJackServer())
    found = diagnose_window(shown)
    assert found.ports == PortFacts("jack", "in")
    assert found.problems == ("There is no JACK server; start JACK or PipeWire.",)


def test_the_last_log_records_are_included(caplog: pytest.LogCaptureFixture) -> None:
    recent, ours = RecentRecords(), logging.getLogger("gui")
    logging.getLogger().addHandler(recent)
    for number in range(ERROR_COUNT + 1):
        ours.error("error %s", number)
    ours.warning("a warning")
    found = diagnose_window(None)
    logging.getLogger().removeHandler(recent)
    assert found.errors == tuple(f"error {number}" for number in range(1, ERROR_COUNT + 1))
    assert found.log_lines[-1] == "a warning"
    caplog.clear()


def test_packages_that_are_not_installed_have_no_version() -> None:
    versions = package_versions()
    assert versions["antiphon"]
    assert None in (versions["onnxruntime"], versions["onnxruntime-gpu"])
