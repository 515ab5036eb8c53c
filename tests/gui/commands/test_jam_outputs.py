"""`antiphon jam` writes its record and its log, and never over other work. It needs no port."""

import json
import os
import signal
import subprocess
from contextlib import suppress
from pathlib import Path

import pexpect
import pytest

from bridge.midi import smf
from tests.gui.commands.shell import antiphon, command, refusal

VARIABLES = os.environ | {"PYTHONPATH": str(Path(__file__).parents[3])}
LIMITED = 'ulimit -f 0; exec "$@"'  # in blocks: every file is as on a full disk


def started(folder: Path, *words: str) -> "subprocess.Popen[str]":
    """Start a jam, and wait until it runs."""
    process = subprocess.Popen(
        command(("jam", *words)),
        cwd=folder,
        env=VARIABLES | {"PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline()  # what it listens to, or why to nothing
    return process


def completed(folder: Path, *words: str | bytes) -> "subprocess.CompletedProcess[str]":
    """Run a program to its end."""
    return subprocess.run(
        words,
        cwd=folder,
        env=VARIABLES,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def test_the_record_and_the_log_are_new_files(tmp_path: Path) -> None:
    words = ("jam", "--for", "0.5", "--record", "j.mid", "--json-log", "j.jsonl")
    assert antiphon(*words, folder=tmp_path).returncode == 0
    smf.read(tmp_path / "j.mid")
    lines = (tmp_path / "j.jsonl").read_text("utf-8").splitlines()
    assert [json.loads(line)["what"] for line in lines]
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    for option, name in (("--record", "j.mid"), ("--json-log", "j.jsonl")):
        said = refusal(antiphon("jam", "--for", "0.5", option, name, folder=tmp_path))
        assert said == f"{name}: the file exists already; --force replaces it."
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before
    assert antiphon(*words, "--force", folder=tmp_path).returncode == 0


def test_a_device_is_no_log(tmp_path: Path) -> None:
    for force in ((), ("--force",)):
        done = antiphon("jam", "--json-log", os.devnull, *force, folder=tmp_path)
        assert refusal(done) == f"{os.devnull}: is a device or a pipe, not a file."


@pytest.mark.parametrize("kind", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_a_jam_and_the_record_is_written(tmp_path: Path, kind: int) -> None:
    process = started(tmp_path, "--record", "j.mid")
    process.send_signal(kind)
    _, error = process.communicate(timeout=60)
    assert (process.returncode, error) == (0, "")
    smf.read(tmp_path / "j.mid")
    assert [path.name for path in tmp_path.iterdir()] == ["j.mid"]


def test_a_terminal_that_is_closed_ends_a_jam_and_the_record_is_written(tmp_path: Path) -> None:
    # Its closing reaches every process of the terminal, and nothing can be printed any more.
    program, *words = map(str, command(("jam", "--record", "j.mid")))
    child = pexpect.spawn(program, words, cwd=str(tmp_path), env=VARIABLES, timeout=60)
    child.expect(r"\w")
    with suppress(pexpect.ExceptionPexpect):  # it says so of a child that takes its time to end
        child.close(force=False)
    child.wait()
    smf.read(tmp_path / "j.mid")


def test_a_jam_goes_on_without_its_standard_output(tmp_path: Path) -> None:
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            command(("jam", "--for", "0.5", "--record", "j.mid")),
            cwd=tmp_path,
            env=VARIABLES,
            stdout=full,
            stderr=subprocess.PIPE,
            check=False,
        )
    said = b"antiphon: no more messages are shown: No space left on device.\n"
    assert (done.returncode, done.stderr) == (0, said)
    smf.read(tmp_path / "j.mid")


def test_a_record_whose_name_was_taken_meanwhile_goes_beside_it(tmp_path: Path) -> None:
    process = started(tmp_path, "--record", "j.mid")
    (tmp_path / "j.mid").write_bytes(b"work")
    process.send_signal(signal.SIGINT)
    _, error = process.communicate(timeout=60)
    assert process.returncode == 0
    assert error == "j.mid: the file exists by now; the music is in j (2).mid.\n"
    assert (tmp_path / "j.mid").read_bytes() == b"work"
    smf.read(tmp_path / "j (2).mid")


def test_a_log_without_room_ends_no_session(tmp_path: Path) -> None:
    words = command(("jam", "--for", "0.5", "--json-log", "j.jsonl"))
    done = completed(tmp_path, "bash", "-c", LIMITED, "-", *words)
    assert done.returncode == 0
    assert done.stderr.count("no more events are logged: File too large.") == 1
    assert "Traceback" not in done.stderr
