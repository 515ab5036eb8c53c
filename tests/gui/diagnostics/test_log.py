"""The log: what is written where, its size, and that errors in it stop nothing."""

import logging
import os
import subprocess
import sys
from pathlib import Path

import pytest

from gui.diagnostics import log as log_module
from gui.diagnostics.log import LEVEL_VARIABLE, FrontLog, last_errors, last_lines
from gui.diagnostics.recent import LINE_COUNT, find_recent

CHILD = """
import logging
from bridge.system.pipe import join_parent
from gui.diagnostics.log import hand_over_records

with join_parent() as connection, hand_over_records():
    logging.getLogger("gui.engine").info("two\\nlines")
    logging.getLogger("gui.engine").debug("a detail")
    connection.recv()
    raise RuntimeError("the end of it")
"""
PARENT = """
import sys
from bridge.system.pipe import start_child
from gui.diagnostics.log import FrontLog

with FrontLog() as log:
    log.begin(["antiphon", "test"], verbose="-v" in sys.argv)
    child = start_child("dying")
    child.connection.send("go")
    child.output.wait(20)
    child.close()
"""
WRITER = """
import logging, sys
from gui.diagnostics import log as log_module
log_module.MAX_BYTES, log_module.BACKUP_COUNT = 2_000_000, 5
with log_module.FrontLog() as log:
    log.begin([], verbose=False)
    for number in range(2000):
        logging.getLogger("gui").info("%s %s end", sys.argv[1] * 50, number)
"""


@pytest.fixture(autouse=True)
def _own_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    monkeypatch.setenv(LEVEL_VARIABLE, "")
    path = tmp_path / "antiphon" / "log" / "antiphon.log"
    monkeypatch.setattr(log_module, "log_file", lambda: path)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "antiphon" / "log" / "antiphon.log"


def warn(text: str, caplog: pytest.LogCaptureFixture) -> None:
    logging.getLogger("gui.test").warning(text)
    caplog.clear()


def test_the_start_is_logged_and_errors_with_their_traceback(
    file: Path, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    def fail() -> None:
        with FrontLog() as log:
            log.begin(["antiphon", str(Path.home() / "a.mid")], verbose=False)
            logging.getLogger("gui").debug("a detail")
            _ = 1 // 0

    with pytest.raises(ZeroDivisionError):
        fail()
    text = file.read_text("utf-8")
    assert "INFO" in text.splitlines()[0]
    assert text.splitlines()[0].endswith(f": antiphon {Path('~') / 'a.mid'}")
    assert "Traceback" in text
    assert "a detail" not in text
    assert [line.split(": ")[-1] for line in last_errors(file)] == ["ended by an error"]
    assert capsys.readouterr().err == ""  # Python prints the traceback itself
    caplog.clear()


@pytest.mark.parametrize("verbose, filed, shown", [(False, "iw", "w"), (True, "diw", "iw")])
def test_levels(
    verbose: bool,  # noqa: FBT001 - a case
    filed: str,
    shown: str,
    file: Path,
    capsys: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    with FrontLog() as log:
        log.begin([], verbose=verbose)
        ours = logging.getLogger("export.runtime")
        ours.debug("say d")
        ours.info("say i")
        ours.warning("say w")
        logging.getLogger("another.library").info("say x")
    assert said(file.read_text("utf-8")) == filed
    assert said(capsys.readouterr().err) == shown
    caplog.clear()


def said(text: str) -> str:
    return "".join(line.partition("say ")[2] for line in text.splitlines())


def test_closing_removes_all_handlers(caplog: pytest.LogCaptureFixture, file: Path) -> None:
    before = logging.getLogger().handlers[:]
    with FrontLog() as log:
        log.begin([], verbose=False)
        assert find_recent() is not None
    assert (logging.getLogger().handlers, find_recent()) == (before, None)
    warn("not there", caplog)
    assert "not there" not in file.read_text("utf-8")


def test_the_size_of_the_file_is_bounded(
    file: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(log_module, "MAX_BYTES", 2000)
    with FrontLog() as log:
        log.begin([], verbose=False)
        for number in range(200):
            logging.getLogger("gui").info("line %s", number)
    names = ["antiphon.log", "antiphon.log.1", "antiphon.log.2"]
    assert sorted(each.name for each in file.parent.iterdir()) == names
    assert all(each.stat().st_size <= 2000 for each in file.parent.iterdir())
    assert last_lines(file)[-1].endswith("line 199")
    caplog.clear()


def test_an_unwritable_log_is_reported_once(
    file: Path, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    file.parent.parent.mkdir()
    file.parent.write_text("a file where the folder should be")
    with FrontLog() as log:
        log.begin([], verbose=False)
        logging.getLogger("gui").info("one")
        logging.getLogger("gui").info("two")
        recent = find_recent()
        assert recent is not None
        assert recent.lines[-1].endswith("two")
    err = capsys.readouterr().err.splitlines()
    assert [line.partition(":")[0] for line in err] == ["antiphon"]
    assert "no log is written" in err[0]
    caplog.clear()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no full disk here")
def test_a_full_disk_does_not_end_the_program(
    file: Path, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    file.parent.mkdir(parents=True)
    file.symlink_to("/dev/full")
    with FrontLog() as log:
        log.begin([], verbose=False)
        logging.getLogger("gui").info("one")
    (warning,) = capsys.readouterr().err.splitlines()
    assert warning.startswith("antiphon: no log is written: ")
    caplog.clear()


@pytest.mark.skipif(sys.platform != "linux", reason="the log has one place there")
@pytest.mark.parametrize("verbose", [False, True])
def test_the_output_of_a_child_is_in_its_parents_file(
    file: Path,
    tmp_path: Path,
    verbose: bool,  # noqa: FBT001 - a case
) -> None:
    (tmp_path / "dying.py").write_text(CHILD)
    done = subprocess.run(
        [sys.executable, "-c", PARENT, *(["-v"] if verbose else [])],
        env=os.environ | {"PYTHONPATH": os.pathsep.join([str(tmp_path), *sys.path])},
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    lines = [line.split(" ", 2)[2] for line in file.read_text("utf-8").splitlines()]
    lines = [" ".join(line.split(" ")[::2][:1] + line.split(" ")[2:]) for line in lines]
    assert "INFO gui.engine: two" in lines
    assert "INFO gui.engine: lines" in lines
    assert ("DEBUG gui.engine: a detail" in lines) is verbose
    assert "WARNING dying: RuntimeError: the end of it" in lines
    assert lines[-1] == "ERROR dying: dying ended with status 1: RuntimeError: the end of it"
    assert "antiphon: ERROR dying: dying ended with status 1" in done.stderr
    assert ("antiphon: INFO gui.engine: two" in done.stderr) is verbose


@pytest.mark.skipif(sys.platform != "linux", reason="the log has one place there")
def test_two_programs_write_complete_lines_into_one_file(file: Path) -> None:
    writers = [
        subprocess.Popen([sys.executable, "-c", WRITER, word], env=os.environ) for word in "ab"
    ]
    assert [writer.wait(60) for writer in writers] == [0, 0]
    lines = file.read_text("utf-8").splitlines()
    for word in "ab":
        written = [line.split(": ", 1)[1] for line in lines if line.count(word) >= 50]
        assert written == [f"{word * 50} {number} end" for number in range(2000)]


def test_no_name_acts_on_a_terminal_or_makes_a_line(
    file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with FrontLog() as log:
        log.begin(["antiphon", "a\nb\x1b[1m\udce9.mid"], verbose=True)
        logging.getLogger("gui").info("port %s", "caf\x1b[2J\u202e 夜")
    for text in (file.read_text("utf-8"), capsys.readouterr().err):
        start, port = text.splitlines()
        assert start.endswith(": antiphon a\\nb\\x1b[1m\\xe9.mid")
        assert port.endswith("gui: port caf\\x1b[2J\\u202e 夜")


def test_a_missing_file_has_no_last_lines(tmp_path: Path) -> None:
    assert last_lines(tmp_path / "none.log") == ()
    path = tmp_path / "some.log"
    path.write_text("".join(f"{number}\n" for number in range(100)))
    assert last_lines(path) == tuple(map(str, range(100 - LINE_COUNT, 100)))
