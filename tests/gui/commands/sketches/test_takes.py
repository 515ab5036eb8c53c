"""`antiphon continue` writes whole files, and never over other work."""

import os
import shlex
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pexpect
import pytest

from assets import DEMO_PHRASES
from bridge.midi import smf
from tests.gui.commands.shell import antiphon, command, refusal

MINUET = DEMO_PHRASES / "minuet.mid"
BAR = 3 * 48
SHORT = ("--bars", "1", "--seed", "1")


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """Return a folder with a file to continue, which no command may change."""
    source = tmp_path / "in.mid"
    shutil.copy(MINUET, source)
    yield tmp_path
    assert source.read_bytes() == MINUET.read_bytes()


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_file_that_exists_is_replaced_only_with_force(folder: Path) -> None:
    out = folder / "out.mid"
    out.write_bytes(b"work")
    out.chmod(0o640)
    words = ("continue", "in.mid", "-o", "out.mid", *SHORT)
    said = refusal(antiphon(*words, folder=folder))
    assert said == "out.mid: the file exists already; --force replaces it."
    assert out.read_bytes() == b"work"
    assert antiphon(*words, "--force", folder=folder).returncode == 0
    assert smf.read(out).score.notes
    assert out.stat().st_mode & 0o777 == 0o640
    assert names(folder) == ["in.mid", "out.mid"]


def test_the_input_is_never_replaced(folder: Path) -> None:
    (folder / "hard.mid").hardlink_to(folder / "in.mid")
    (folder / "soft.mid").symlink_to("in.mid")
    before = names(folder)
    for out in ("in.mid", "hard.mid", "soft.mid", "./in.mid"):
        done = antiphon("continue", "in.mid", "-o", out, *SHORT, "--force", folder=folder)
        assert refusal(done).endswith("is the file that is read, and it is not replaced; "
                                      "choose another name.")  # fmt: skip
    assert names(folder) == before


def test_the_input_is_never_replaced_through_a_missing_folder(folder: Path) -> None:
    done = antiphon("continue", "in.mid", "-o", "none/../in.mid", *SHORT, "--force", folder=folder)
    assert refusal(done) == "none/../in.mid: its folder does not exist."


@pytest.mark.parametrize("redirection", ["< in.mid", "0<> in.mid"])
def test_standard_input_is_never_replaced(folder: Path, redirection: str) -> None:
    (folder / "hard.mid").hardlink_to(folder / "in.mid")
    for out in ("in.mid", "hard.mid"):
        words = shlex.join(map(os.fsdecode, command(("continue", "-", "-o", out, *SHORT))))
        done = in_shell(folder, f"{words} --force {redirection}")
        assert refusal(done).endswith("is the file that is read, and it is not replaced; "
                                      "choose another name.")  # fmt: skip


def test_nothing_is_appended_to_the_input(folder: Path) -> None:
    for source, given in (("in.mid", "/dev/null"), ("-", "in.mid")):
        words = shlex.join(map(os.fsdecode, command(("continue", source, "-o", "-", *SHORT))))
        done = in_shell(folder, f"{words} < {given} >> in.mid")
        assert refusal(done) == (
            "-o -: standard output is the file that is read; choose another one."
        )


def test_a_closed_stream_is_named(folder: Path) -> None:
    for source, out, closing, said in (
        ("-", "out.mid", "<&-", "-: there is no standard input; name a file."),
        ("in.mid", "-", ">&-", "-o -: there is no standard output; name a file."),
    ):
        words = shlex.join(map(os.fsdecode, command(("continue", source, "-o", out, *SHORT))))
        assert refusal(in_shell(folder, f"{words} {closing}")) == said


def in_shell(folder: Path, line: str) -> "subprocess.CompletedProcess[bytes]":
    """Run a line in a shell."""
    return subprocess.run(
        ["bash", "-c", line],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[4])},
        capture_output=True,
        check=False,
    )


def test_all_takes_are_checked_before_one_is_made(folder: Path) -> None:
    (folder / "out-3.mid").write_bytes(b"work")
    done = antiphon("continue", "in.mid", "-o", "out.mid", *SHORT, "--takes", "3", folder=folder)
    assert refusal(done) == "out-3.mid: the file exists already; --force replaces it."
    assert names(folder) == ["in.mid", "out-3.mid"]


def test_a_folder_a_fifo_and_a_missing_folder_are_named(folder: Path) -> None:
    os.mkfifo(folder / "fifo.mid")
    (folder / "folder.mid").mkdir()
    for out, said in (
        ("fifo.mid", "is a device or a pipe, not a file."),
        ("folder.mid", "is a folder, not a file."),
        ("none/out.mid", "its folder does not exist."),
        (f"{'x' * 252}.mid", "cannot be written (File name too long)."),
    ):
        done = antiphon("continue", "in.mid", "-o", out, *SHORT, "--force", folder=folder)
        assert refusal(done) == f"{out}: {said}"


def test_a_file_whose_name_is_not_utf_8_is_continued(folder: Path) -> None:
    shutil.copy(MINUET, folder / os.fsdecode(b"caf\xe9.mid"))
    done = antiphon(b"continue", b"caf\xe9.mid", b"-o", b"out\xe9.mid", *SHORT, folder=folder)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(b"out\\xe9.mid: ")
    assert b"out\xe9.mid" in os.listdir(os.fsencode(folder))  # noqa: PTH208 - names as bytes


def test_standard_output_is_the_file_and_standard_input_the_prompt(folder: Path) -> None:
    written = antiphon("continue", "in.mid", "-o", "out.mid", *SHORT, folder=folder)
    assert written.returncode == 0
    given = MINUET.read_bytes()
    piped = antiphon("continue", "-", "-o", "-", *SHORT, given=given, folder=folder)
    assert piped.returncode == 0, piped.stderr
    assert piped.stdout == (folder / "out.mid").read_bytes()
    assert piped.stderr.decode().startswith("standard output: ")
    several = antiphon("continue", "in.mid", "-o", "-", "--takes", "2", folder=folder)
    assert refusal(several).startswith("-o -: standard output takes one file")
    broken = antiphon("continue", "-", "-o", "-", given=b"no music", folder=folder)
    assert refusal(broken).startswith("standard input: ")
    assert names(folder) == ["in.mid", "out.mid"]


def test_standard_output_without_room_is_one_sentence(folder: Path) -> None:
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            command(("continue", "in.mid", "-o", "-", *SHORT)),
            stdout=full,
            stderr=subprocess.PIPE,
            cwd=folder,
            env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[4])},
            check=False,
        )
    said = b"antiphon: standard output: cannot be written (No space left on device).\n"
    assert (done.returncode, done.stderr) == (2, said)


class Terminal:
    """A command in a terminal of its own."""

    def __init__(self, folder: Path, *words: str) -> None:
        program, *rest = map(str, command(words))
        self.child = pexpect.spawn(
            program,
            rest,
            cwd=str(folder),
            env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[4]), "TERM": "xterm"},
            timeout=120,
            encoding="utf-8",
            dimensions=(24, 200),
        )

    def end(self) -> tuple[int | None, str]:
        """Wait for the end; return the exit status and what was printed since the last wait."""
        self.child.expect(pexpect.EOF)
        self.child.close()
        return self.child.exitstatus, self.child.before or ""


LONG = ("continue", "in.mid", "-o", "out.mid", "--bars", "10000", "--seed", "1")


@pytest.mark.slow
def test_ctrl_c_keeps_the_complete_bars_of_a_take(folder: Path) -> None:
    terminal = Terminal(folder, *LONG)
    terminal.child.expect(r"The take will take about [\d.]+ (minutes|hours|days?)")
    terminal.child.expect(r"\d+ notes/s")
    terminal.child.sendintr()
    status, printed = terminal.end()
    assert status == 130, printed
    assert "Traceback" not in printed
    assert "out.mid: ended after " in printed
    prompt, longer = smf.read(MINUET).score, smf.read(folder / "out.mid").score
    begin = 12 * 48
    new = [note for note in longer.notes if note.onset_ticks >= begin]
    assert new
    bars = int(printed.partition("ended after ")[2].partition(" ")[0])
    assert max(note.release_ticks for note in new) <= begin + bars * BAR
    assert longer.notes[: len(prompt.notes)] == prompt.notes
    assert names(folder) == ["in.mid", "out.mid"]


@pytest.mark.slow
def test_ctrl_c_keeps_complete_takes_and_drops_the_one_in_progress(folder: Path) -> None:
    words = ("continue", "in.mid", "-o", "out.mid", "--bars", "2", "--takes", "1000")
    terminal = Terminal(folder, *words, "--rank", "none")
    terminal.child.expect(r"out-2\.mid: \d+ new notes")
    terminal.child.sendintr()
    status, printed = terminal.end()
    assert status == 130, printed
    written = names(folder)
    assert {"out-1.mid", "out-2.mid"} <= set(written)
    for name in written:
        assert smf.read(folder / name).score.notes
    assert not [name for name in written if not name.endswith(".mid")]


@pytest.mark.slow
def test_ctrl_c_writes_the_complete_takes_in_order(folder: Path) -> None:
    words = ("continue", "in.mid", "-o", "out.mid", "--bars", "2", "--takes", "1000")
    terminal = Terminal(folder, *words, "--rank", "critic")
    terminal.child.expect(r"\d+ notes/s")
    assert names(folder) == ["in.mid"]
    terminal.child.sendintr()
    status, printed = terminal.end()
    assert status == 130, printed
    written = names(folder)
    count = len(written) - 1
    assert count >= 2
    assert set(written) == {"in.mid", *(f"out-{number}.mid" for number in range(1, count + 1))}
    assert printed.count(" new notes") == count
    for name in written:
        assert smf.read(folder / name).score.notes


@pytest.mark.slow
@pytest.mark.parametrize("kind", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_signal_ends_long_work_with_a_whole_file(folder: Path, kind: signal.Signals) -> None:
    process = subprocess.Popen(
        command(LONG),
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[4])},
        stderr=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    assert "will take about" in process.stderr.readline()
    process.send_signal(kind)
    out, error = process.communicate(timeout=60)
    assert (process.returncode, error) == (130, "")
    assert out.startswith("out.mid: ended after ")
    assert smf.read(folder / "out.mid").score.notes
    assert names(folder) == ["in.mid", "out.mid"]


def test_standard_output_that_is_a_terminal_is_refused(folder: Path) -> None:
    terminal = Terminal(folder, "continue", "in.mid", "-o", "-")
    status, printed = terminal.end()
    assert status == 2
    assert printed.strip() == (
        "antiphon: -o -: standard output is a terminal; send it to a file or to a program."
    )


def test_a_reader_that_ends_is_no_error(folder: Path) -> None:
    shell = f"{sys.executable} -c 'from gui.commands.cli import main; main()' styles | head -n 1"
    done = subprocess.run(
        ["bash", "-c", shell],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[4])},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout.count("\n") == 1
    assert "Traceback" not in done.stderr
