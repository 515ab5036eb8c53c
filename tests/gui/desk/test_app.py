"""The app around the window: the crash dialog and the preferences."""

import os
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication, QMessageBox, QPushButton
from pytestqt.qtbot import QtBot

from bridge.messages.settings import Settings
from gui.desk.app import show_crash
from gui.preferences import Preferences, load, save

RUN = """
import sys
from pathlib import Path
from PySide6.QtWidgets import QApplication
from export.styles.own import load_installed_artefact
from export.styles.space import StyleSpace
from gui.desk.app import run

space = StyleSpace.from_artefact(load_installed_artefact())
sys.exit(run(space, Path(sys.argv[1]), QApplication.closeAllWindows))
"""


def test_a_crash_is_told_with_versions_and_can_be_copied(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    shown: list[str] = []

    def press_copy(box: QMessageBox) -> int:
        shown.extend((box.informativeText(), box.detailedText()))
        return 0

    monkeypatch.setattr(QMessageBox, "exec", press_copy)
    monkeypatch.setattr(QMessageBox, "clickedButton", copy_button)
    with pytest.raises(ZeroDivisionError) as crash:
        _ = 120 // 0
    show_crash(crash.type, crash.value, crash.tb)
    assert shown[0].startswith("ZeroDivisionError: ")
    assert f"Antiphon {version('antiphon')}\n" in shown[1]
    assert "test_app.py" in shown[1]
    assert QApplication.clipboard().text() == shown[1]
    assert qtbot is not None
    (record,) = caplog.records
    assert record.exc_info is not None
    assert record.exc_info[1] is crash.value
    caplog.clear()


def copy_button(box: QMessageBox) -> QPushButton:
    return next(b for b in box.findChildren(QPushButton) if "Copy" in b.text())


def run(file: Path, program: str = RUN, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", program, str(file)],
        env=os.environ | {"QT_QPA_PLATFORM": "offscreen"} | environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


DRAG = """
from bridge.midi.notes import Score
from bridge.history.takes import TakeTree
from bridge.midi import smf
from gui.desk.takes.strip import TakesStrip
from gui.engine.phrases import phrase_file

end = QApplication.closeAllWindows

def drag_and_close():
    [strip] = [each for each in QApplication.allWidgets() if isinstance(each, TakesStrip)]
    takes = TakeTree().with_root(smf.read(phrase_file("minuet")).score, "minuet")
    path = strip.saving.write_for_drag(takes, 0, up_to_end=True)
    print(path, path.exists())
    CLOSE
"""


@pytest.mark.parametrize("close", ["QApplication.closeAllWindows()", "QApplication.quit()"])
def test_a_session_with_a_drag_leaves_no_temporary_file(tmp_path: Path, close: str) -> None:
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    program = RUN.replace("\nspace =", DRAG.replace("CLOSE", close) + "\nspace =")
    program = program.replace("QApplication.closeAllWindows))", "drag_and_close))")
    places = dict.fromkeys(("TMPDIR", "TEMP", "TMP"), str(scratch))
    done = run(tmp_path / "settings.toml", program, **places)
    assert done.returncode == 0, done.stderr
    path, existed = done.stdout.split(".mid ")
    assert (Path(path).parents[1], existed) == (scratch, "True\n")
    assert [each.name for each in scratch.iterdir() if each.name != ".ses"] == []  # ONNX Runtime's


def test_what_is_remembered_survives_a_real_session(tmp_path: Path) -> None:
    file = tmp_path / "settings.toml"
    chosen = Preferences(Settings(seed=7, style=(("bach", 1.0),)), advanced=True)
    save(chosen, file)
    done = run(file)
    assert done.returncode == 0, done.stderr
    kept, problems = load(file)
    assert problems == ()
    assert (kept.settings, kept.advanced) == (chosen.settings, True)
    assert kept.geometry


HANG_UP = """
import signal
import psutil
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication
from gui.desk.window import Window

def hang_up():
    [window] = [each for each in QApplication.topLevelWidgets() if isinstance(each, Window)]
    if window.snapshot is None:
        QTimer.singleShot(20, hang_up)  # until the engine answers
    else:
        this = psutil.Process()
        for process in (*this.children(recursive=True), this):
            process.send_signal(signal.KIND)
"""


@pytest.mark.skipif(os.name == "nt", reason="Windows has other signals")
@pytest.mark.parametrize("kind", ["SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT"])
def test_a_signal_to_every_process_closes_the_window(tmp_path: Path, kind: str) -> None:
    # A session manager sends it to all processes. The engine must not end before the window does.
    file = tmp_path / "preferences.toml"
    program = HANG_UP.replace("KIND", kind) + RUN.replace("QApplication.closeAllWindows", "hang_up")
    done = run(file, program)
    assert done.returncode == 0, done.stderr
    assert "ended with status" not in done.stderr
    assert "Traceback" not in done.stderr
    remembered, problems = load(file)
    assert remembered.geometry
    assert not problems


def test_a_file_that_is_no_toml_is_left_alone(tmp_path: Path) -> None:
    file = tmp_path / "settings.toml"
    file.write_text("mode = \n")
    assert run(file).returncode == 0
    assert file.read_text() == "mode = \n"
