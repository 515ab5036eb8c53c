"""`antiphon continue` with hostile files and inputs: a continuation, or one sentence, and soon."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

HOSTILE = Path(__file__).parents[2] / "golden" / "hostile"
RUN = "import sys; from gui.commands.cli import main; sys.argv[0] = 'antiphon'; main()"
PATIENCE_S = 120


def continued(source: str, folder: Path, stdin: int | None = None) -> tuple[int, str]:
    out = folder / "out.mid"
    command = [sys.executable, "-c", RUN, "continue", source, "-o", str(out), "--bars", "1"]
    run = subprocess.run(
        command, stdin=stdin, capture_output=True, text=True, check=False, timeout=PATIENCE_S
    )
    return run.returncode, run.stderr


@pytest.mark.parametrize(
    "name,sentence",
    [
        ("c_realtime_min.mid", "byte 31 is a message for cables, which a file cannot contain."),
        ("s_delta_max_ppq1.mid", "536870910 quarter notes are too long for a piece of music."),
        ("s_cluster128.mid", ""),
        ("s_ten_hour_note.mid", ""),
    ],
)
def test_a_hostile_file_is_continued_or_refused(name: str, sentence: str, tmp_path: Path) -> None:
    status, told = continued(str(HOSTILE / name), tmp_path)
    assert "Traceback" not in told
    if sentence:
        assert status == 2
        assert told.strip() == f"antiphon: {HOSTILE / name}: {sentence}"
    else:
        assert status == 0
    assert (tmp_path / "out.mid").exists() is (not sentence)


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such devices")
def test_an_endless_standard_input_is_refused(tmp_path: Path) -> None:
    with open("/dev/zero", "rb") as endless:  # noqa: PTH123 - as a shell does
        status, told = continued("-", tmp_path, endless.fileno())
    assert status == 2
    assert told == "antiphon: standard input: 17 MB is too large for a piece of music.\n"


def test_what_cannot_be_read_is_named(tmp_path: Path) -> None:
    (tmp_path / "in.mid").write_bytes(b"MThd")
    unreadable = os.open(tmp_path / "in.mid", os.O_WRONLY)
    try:
        status, told = continued("-", tmp_path, unreadable)
    finally:
        os.close(unreadable)
    assert status == 2
    assert told == "antiphon: standard input: cannot be read (Bad file descriptor).\n"
    status, told = continued(str(tmp_path), tmp_path)
    assert (status, told) == (2, f"antiphon: {tmp_path}: is a folder, not a MIDI file.\n")
