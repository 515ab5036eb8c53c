"""Lines to streams that are slow, full, closed or gone: who writes never waits."""

import fcntl
import io
import os
import subprocess
import sys
from pathlib import Path

import pytest

from gui.diagnostics.line_writer import LineWriter

PIPE_BYTES = 4096


def test_lines_are_written_in_order(tmp_path: Path) -> None:
    with (tmp_path / "log").open("w", encoding="utf-8") as file:
        lines = LineWriter(file)
        for number in range(1000):
            lines.write(f"é{number}")
        assert lines.close()
    text = (tmp_path / "log").read_text("utf-8")
    assert text == "".join(f"é{number}\n" for number in range(1000))


def test_a_stream_in_memory_and_none_at_all() -> None:
    memory = io.StringIO()
    lines = LineWriter(memory)
    lines.write("one")
    assert lines.close()
    assert memory.getvalue() == "one\n"
    nowhere = LineWriter(None)
    nowhere.write("one")
    assert not nowhere.close()


def test_a_pipe_that_nobody_reads_holds_nobody_up() -> None:
    reading, writing = os.pipe()
    fcntl.fcntl(writing, fcntl.F_SETPIPE_SZ, PIPE_BYTES)
    stream = os.fdopen(writing, "w", encoding="utf-8")
    lines = LineWriter(stream, max_lines=100)
    for number in range(PIPE_BYTES):
        lines.write(f"{number:08}")
    assert lines.lost_count > 0
    assert not lines.close(0.01)
    text = b""
    while b"00000099\n" not in text:  # what was queued comes once it is read
        text += os.read(reading, PIPE_BYTES)
    assert text.startswith(b"00000000\n00000001\n")
    lines.close()
    os.close(reading)
    stream.close()


def test_a_non_blocking_pipe_is_waited_for_by_the_thread() -> None:
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    errors: list[OSError] = []
    with os.fdopen(writing, "w", encoding="utf-8") as stream:
        lines = LineWriter(stream, errors.append, max_lines=20_000)
        for number in range(20_000):
            lines.write(f"{number:08}")
        text = b""
        while text.count(b"\n") < 20_000:
            text += os.read(reading, 65536)
        assert lines.close()
    assert errors == []
    os.close(reading)


def test_a_reader_that_goes_away_is_reported_once() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    errors: list[OSError] = []
    stream = os.fdopen(writing, "w", encoding="utf-8")
    lines = LineWriter(stream, errors.append)
    for number in range(100):
        lines.write(str(number))
    lines.close()
    assert [type(error) for error in errors] == [BrokenPipeError]
    assert lines.has_failed
    stream.close()


def test_a_full_disk_is_reported_once() -> None:
    errors: list[OSError] = []
    with Path("/dev/full").open("w", encoding="utf-8") as full:
        lines = LineWriter(full, errors.append)
        for number in range(100):
            lines.write(str(number))
        lines.close()
    assert [error.strerror for error in errors] == [os.strerror(28)]


def test_a_closed_stream_is_no_error_of_the_program(tmp_path: Path) -> None:
    file = (tmp_path / "log").open("w", encoding="utf-8")
    file.close()
    lines = LineWriter(file)
    lines.write("one")
    assert not lines.close()


HELD_UP = """
import sys
from gui.diagnostics.line_writer import LineWriter
lines = LineWriter(sys.stdout)
for number in range(100_000):
    lines.write("x" * 70)
lines.close(0.1)
sys.stderr.write("over")
"""


@pytest.mark.parametrize("bufsize", [0, -1])
def test_a_program_ends_although_nobody_reads_its_output(bufsize: int) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", HELD_UP],
        bufsize=bufsize,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.wait(60) == 0
        assert process.stderr is not None
        assert process.stderr.read() == b"over"
