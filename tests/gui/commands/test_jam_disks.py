"""A jam whose disks, logs and terminals fail: one sentence, and the session goes on to its end."""

import fcntl
import os
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from bridge.history.recovered import Recovered
from bridge.midi import smf
from gui.engine.session_folder import find_unfinished, read_session, temporary_root
from tests.bridge.peer import Peer
from tests.gui.commands.cut_off import jamming
from tests.gui.commands.shell import command
from tests.gui.commands.test_jam_outputs import VARIABLES, completed, started
from tests.small_disk import small_disk

FULL = "No space left on device"


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    with small_disk(tmp_path / "disk") as disk:
        yield disk


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return an empty home folder, with the state of programs in it."""
    home = tmp_path / "home"
    home.mkdir()
    for name, value in (("HOME", home), ("XDG_STATE_HOME", home / "state")):
        monkeypatch.setitem(VARIABLES, name, str(value))
    return home


def fill(disk: Path) -> None:
    """Leave no room on a disk."""
    with (disk / "filler").open("wb", buffering=0) as filler:
        try:
            while True:
                filler.write(b"x" * 4096)
        except OSError:
            return


def remount_read_only(disk: Path) -> None:
    subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)


def ended(process: "subprocess.Popen[str]") -> str:
    """End a jam; return what it has printed on standard error."""
    process.send_signal(signal.SIGINT)
    _, error = process.communicate(timeout=60)
    assert process.returncode == 0, error
    return error


@pytest.mark.parametrize(
    "spoil, problem",
    [(fill, f"cannot be written ({FULL})"), (remount_read_only, "may not be written")],
)
def test_a_record_whose_disk_fails_goes_home(
    disk: Path, home: Path, tmp_path: Path, spoil: object, problem: str
) -> None:
    assert callable(spoil)
    path = disk / "jam.mid"
    process = started(tmp_path, "--record", str(path))
    spoil(disk)
    assert ended(process) == f"{path}: {problem}; the music is in {home / 'jam.mid'}.\n"
    smf.read(home / "jam.mid")
    assert not path.exists()


def test_a_record_whose_folder_was_removed_goes_home_beside_another(
    home: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    (home / "jam.mid").write_bytes(b"work")
    process = started(tmp_path, "--record", str(folder / "jam.mid"))
    folder.rmdir()
    told = f"{folder / 'jam.mid'}: its folder does not exist"
    assert ended(process) == f"{told}; the music is in {home / 'jam (2).mid'}.\n"
    smf.read(home / "jam (2).mid")
    assert (home / "jam.mid").read_bytes() == b"work"


def test_a_record_without_a_home_goes_to_the_temporary_folder(
    disk: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setitem(VARIABLES, "HOME", "/proc/nowhere")
    monkeypatch.setitem(VARIABLES, "TMPDIR", str(scratch))
    process = started(tmp_path, "--record", str(disk / "jam.mid"))
    fill(disk)
    assert f"; the music is in {scratch / 'jam.mid'}.\n" in ended(process)
    smf.read(scratch / "jam.mid")


def test_a_journal_and_a_log_without_room_end_no_session(
    disk: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setitem(VARIABLES, "XDG_STATE_HOME", str(disk))
    monkeypatch.setitem(VARIABLES, "TMPDIR", str(scratch))
    fill(disk)
    done = completed(tmp_path, *command(("jam", "--for", "1.5", "--record", "jam.mid")))
    assert done.returncode == 0
    assert done.stderr.count("antiphon: no log is written: ") == 1
    assert "Traceback" not in done.stderr
    smf.read(tmp_path / "jam.mid")
    assert not any(each.name.startswith("antiphon-sessions") for each in scratch.iterdir())


@pytest.mark.device
def test_a_disk_that_fills_while_one_plays_moves_the_journal(
    peer: Peer, disk: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setenv("XDG_STATE_HOME", str(disk))
    monkeypatch.setenv("TMPDIR", str(scratch))
    monkeypatch.setattr(tempfile, "tempdir", str(scratch))
    pitches = list(range(60, 80))
    with jamming(tmp_path, "--mode", "accompany") as process:
        assert process.stdout is not None
        fill(disk)
        peer.ask(connect=[["player:out", "Antiphon:in"], ["Antiphon:out", "listener:in"]])
        frame, _ = peer.ask(clock=True)
        peer.ask(
            play=[
                [frame + 6000 * number + at, [kind, pitch, 80]]
                for number, pitch in enumerate(pitches, start=1)
                for kind, at in ((0x90, 0), (0x80, 3000))
            ]
        )
        said = next(line for line in process.stdout if "kept" in line)
        [folder] = temporary_root().iterdir()
        assert said == f"What you play is now kept in {folder} ({FULL}).\n"
        while played(read_session(folder.name)) != pitches:
            with pytest.raises(subprocess.TimeoutExpired):
                process.wait(0.1)
        assert peer.ask(hear=10)  # Antiphon has gone on, too
        process.kill()
        process.wait()
    [unfinished] = find_unfinished()
    assert played(unfinished.read()) == pitches


def played(recovered: Recovered) -> list[int]:
    """Return the pitches that the player has played, in order."""
    return [each.pitch for each in recovered.record.notes if not each.answered]


def test_a_log_that_is_a_pipe_holds_nobody_up(home: Path, tmp_path: Path) -> None:
    log = home / "state" / "antiphon" / "log" / "antiphon.log"
    log.parent.mkdir(parents=True)
    os.mkfifo(log)
    done = completed(tmp_path, *command(("jam", "--for", "0.2")))
    assert done.returncode == 0
    assert "antiphon: no log is written: [Errno 22] a pipe: " in done.stderr


def full_pipe() -> tuple[int, int]:
    """Return the ends of a pipe that is full, as one that nobody reads."""
    reading, writing = os.pipe()
    fcntl.fcntl(writing, fcntl.F_SETPIPE_SZ, 4096)
    os.write(writing, b"x" * 4096)
    return reading, writing


@pytest.mark.parametrize("streams", [("stdout",), ("stderr",), ("stdout", "stderr")])
@pytest.mark.parametrize("is_closed", [False, True])
def test_nobody_reads_what_a_jam_prints(
    home: Path, tmp_path: Path, streams: tuple[str, ...], *, is_closed: bool
) -> None:
    assert home.is_dir()
    reading, writing = full_pipe()
    if is_closed:
        os.close(reading)
    pipes = dict.fromkeys(("stdout", "stderr"), subprocess.DEVNULL) | dict.fromkeys(
        streams, writing
    )
    process = subprocess.Popen(
        command(("--verbose", "jam", "--for", "1", "--record", "jam.mid")),
        cwd=tmp_path,
        env=VARIABLES,
        stdout=pipes["stdout"],
        stderr=pipes["stderr"],
    )
    assert process.wait(60) == 0
    smf.read(tmp_path / "jam.mid")
    os.close(writing)
    if not is_closed:
        os.close(reading)


def test_nobody_reads_the_json_log(home: Path, tmp_path: Path) -> None:
    assert home.is_dir()
    pipe = tmp_path / "log"
    os.mkfifo(pipe)
    reading = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    filling = os.open(pipe, os.O_WRONLY)
    fcntl.fcntl(filling, fcntl.F_SETPIPE_SZ, 4096)
    os.write(filling, b"x" * 4096)
    done = completed(
        tmp_path, *command(("jam", "--for", "1", "--json-log", str(pipe), "--record", "jam.mid"))
    )
    assert (done.returncode, done.stderr) == (0, "")
    smf.read(tmp_path / "jam.mid")
    os.close(reading)
    os.close(filling)
