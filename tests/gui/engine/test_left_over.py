"""What the processes leave in the folder for temporary files: nothing, however they end."""

import sys
from pathlib import Path

import psutil
import pytest

from bridge.io.handle import MidiIo
from bridge.playout.protocol import OpenPorts
from bridge.system.pipe import Child, start_child

PATIENCE_S = 20.0
SESSION_FILE = ".ses"
"""ONNX Runtime's own; there is one for all processes, and it is used again."""


@pytest.fixture(autouse=True)
def scratch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return an empty folder in which all started processes make their temporary files."""
    folder = tmp_path / "scratch"
    folder.mkdir()
    for name in ("TMPDIR", "TEMP", "TMP"):
        monkeypatch.setenv(name, str(folder))
    return folder


def left_in(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir() if path.name != SESSION_FILE]


def started_engine() -> Child:
    """Start an engine, and wait until it serves."""
    engine = start_child("gui.engine.process")
    assert engine.connection.poll(PATIENCE_S)
    return engine


def test_a_midi_process_leaves_nothing(scratch: Path) -> None:
    with MidiIo.start("loopback") as io:
        io.send(OpenPorts())
        assert io.receive(PATIENCE_S)
    assert left_in(scratch) == []


def test_a_killed_midi_process_leaves_nothing(
    scratch: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with MidiIo.start("loopback") as io:
        io.send(OpenPorts())
        assert io.receive(PATIENCE_S)
        psutil.Process(io.process_id).kill()
    assert left_in(scratch) == []
    caplog.clear()


def test_an_engine_leaves_nothing(scratch: Path) -> None:
    started_engine().close()
    assert left_in(scratch) == []


def test_an_engine_whose_child_was_killed_leaves_nothing(
    scratch: Path, caplog: pytest.LogCaptureFixture
) -> None:
    engine = started_engine()
    for child in psutil.Process(engine.process.pid).children():
        child.kill()
    engine.close()
    assert left_in(scratch) == []
    caplog.clear()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows keeps open files")
def test_a_killed_engine_leaves_nothing(scratch: Path) -> None:
    engine = started_engine()
    children = psutil.Process(engine.process.pid).children(recursive=True)
    engine.kill()
    _, alive = psutil.wait_procs(children, PATIENCE_S)
    assert alive == []
    assert left_in(scratch) == []
