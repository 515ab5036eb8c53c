"""No command waits for a special file, reads a device, or writes into one."""

import os
import shutil
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from assets import DEMO_PHRASES
from tests.gui.commands.shell import antiphon, refusal

pytestmark = pytest.mark.slow

MINUET = DEMO_PHRASES / "minuet.mid"
SPECIAL = "is a device or a pipe, not a file."
SPECIAL_NAMES = ("fifo.mid", "socket.mid", "device.mid", "to fifo.mid", "to socket.mid")


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """Return a folder with a file, and with special files of every kind under names of music."""
    shutil.copy(MINUET, tmp_path / "in.mid")
    os.mkfifo(tmp_path / "fifo.mid")
    (tmp_path / "folder.mid").mkdir()
    (tmp_path / "device.mid").symlink_to("/dev/zero")
    (tmp_path / "to fifo.mid").symlink_to("fifo.mid")
    (tmp_path / "to socket.mid").symlink_to("socket.mid")
    (tmp_path / "loop.mid").symlink_to("loop.mid")
    (tmp_path / "gone.mid").symlink_to("nothing.mid")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(tmp_path / "socket.mid"))
        yield tmp_path


def test_special_files_are_no_music(folder: Path) -> None:
    out = ("-o", "out.mid", "--bars", "1")
    for name in SPECIAL_NAMES:
        assert refusal(antiphon("continue", name, *out, folder=folder)) == f"{name}: {SPECIAL}"
    for name, said in (
        ("folder.mid", "is a folder, not a MIDI file."),
        ("loop.mid", "cannot be read (Too many levels of symbolic links)."),
        ("gone.mid", "no such file."),
        (f"{'x' * 300}.mid", "cannot be read (File name too long)."),
    ):
        assert refusal(antiphon("continue", name, *out, folder=folder)) == f"{name}: {said}"
    assert (
        refusal(antiphon("demo", "--phrase", "fifo.mid", folder=folder)) == f"fifo.mid: {SPECIAL}"
    )
    assert not (folder / "out.mid").exists()


COMMANDS = {
    "continue": ("continue", "in.mid", "--bars", "1", "-o"),
    "record": ("jam", "--for", "0.1", "--record"),
    "map": ("styles", "--map"),
    "plot": ("bench", "--only", "step", "--plot"),
}


@pytest.mark.parametrize("words", COMMANDS.values(), ids=COMMANDS)
def test_special_files_are_no_outputs(folder: Path, words: tuple[str, ...]) -> None:
    ending = ".mid" if words[0] in {"continue", "jam"} else ".png"
    for name in (*SPECIAL_NAMES, "folder.mid", "loop.mid"):
        if not os.path.lexists(link := folder / name.replace(".mid", ending)):
            link.symlink_to(name)
    before = sorted(folder.iterdir())
    for name in SPECIAL_NAMES:
        path = name.replace(".mid", ending)
        for force in ((), ("--force",)):
            done = antiphon(*words, path, *force, folder=folder)
            assert refusal(done) == f"{path}: {SPECIAL}"
    path = f"folder{ending}"
    assert refusal(antiphon(*words, path, folder=folder)) == f"{path}: is a folder, not a file."
    path = f"loop{ending}"
    said = refusal(antiphon(*words, path, "--force", folder=folder))
    assert said == f"{path}: cannot be written (Too many levels of symbolic links)."
    assert sorted(folder.iterdir()) == before


def test_special_files_are_no_logs_but_fifos(folder: Path) -> None:
    for name in ("socket.mid", "device.mid", "to socket.mid"):
        for force in ((), ("--force",)):
            done = antiphon("jam", "--for", "0.1", "--json-log", name, *force, folder=folder)
            assert refusal(done) == f"{name}: {SPECIAL}"
    long = "x" * 300
    said = refusal(antiphon("jam", "--json-log", long, folder=folder))
    assert said == f"{long}: cannot be written (File name too long)."


def test_names_that_are_too_long_are_one_sentence(folder: Path) -> None:
    long = "x" * 300
    assert refusal(antiphon("demo", "--out", long, folder=folder)).endswith("is not a folder.")
    assert refusal(antiphon("style", "add", "mine", long, folder=folder)).endswith("not a folder.")


@pytest.mark.parametrize("variable", ["ANTIPHON_LOG", "ANTIPHON_AUDIO"])
def test_a_bad_variable_is_no_crash(folder: Path, variable: str) -> None:
    for value in ("", "nan", "-1", "1e400", "9" * 400, "\u202e", "/dev/zero"):
        done = antiphon("jam", "--for", "0.1", variables={variable: value}, folder=folder)
        assert b"Traceback" not in done.stderr, (value, done.stderr)
        assert done.returncode == 0


def test_a_log_of_the_program_that_is_no_file_is_no_log(folder: Path) -> None:
    place = folder / "state" / "antiphon" / "log"
    place.mkdir(parents=True)
    log = place / "antiphon.log"
    variables = {"XDG_STATE_HOME": str(folder / "state")}
    os.mkfifo(log)
    for words in (("styles", "bach"), ("doctor", "--json")):
        done = antiphon(*words, variables=variables, folder=folder)
        assert done.returncode == 0
        assert b"no log is written" in done.stderr
    log.unlink()
    log.symlink_to("/dev/zero")
    done = antiphon("styles", "bach", variables=variables, folder=folder)
    assert (done.returncode, b"no log is written" in done.stderr) == (0, True)
