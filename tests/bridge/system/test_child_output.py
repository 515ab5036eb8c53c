"""The standard error of a child: real processes and their log entries."""

import logging
import subprocess
import sys

import pytest

from bridge.system.child_output import ChildOutput

NAME = "some.child"
PATIENCE_S = 20.0


def printed(script: str) -> ChildOutput:
    """Run a script as a child to its end, and return its output."""
    process = subprocess.Popen([sys.executable, "-c", script], stderr=subprocess.PIPE)
    output = ChildOutput(process, NAME)
    output.wait(PATIENCE_S)
    assert process.returncode is not None
    return output


def write(*lines: str) -> str:
    return "import sys\n" + "\n".join(f"sys.stderr.write({line!r})" for line in lines)


def test_a_line_is_a_warning_under_the_childs_name(
    caplog: pytest.LogCaptureFixture,
) -> None:
    output = printed(write("no device\n", "and no end of the line"))
    assert caplog.record_tuples == [
        (NAME, logging.WARNING, "no device"),
        (NAME, logging.WARNING, "and no end of the line"),
    ]
    assert output.last_words() == "and no end of the line"
    caplog.clear()


def test_what_the_child_logs_keeps_its_level_and_its_name(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    output = printed(write("DEBUG gui.engine: a %s\n", "ERROR bridge.io: b: c\n", "LOUD x: d\n"))
    assert caplog.record_tuples == [
        ("gui.engine", logging.DEBUG, "a %s"),
        ("bridge.io", logging.ERROR, "b: c"),
        (NAME, logging.WARNING, "LOUD x: d"),
    ]
    assert output.last_words() == "LOUD x: d"  # the child's log does not explain its end
    caplog.clear()


def test_a_status_that_is_not_zero_is_an_error_with_the_last_words(
    caplog: pytest.LogCaptureFixture,
) -> None:
    output = printed("import sys\nsys.stderr.write('why\\n  indented\\n\\n')\nsys.exit(4)")
    assert output.last_words() == "why"
    assert caplog.record_tuples[-1] == (
        NAME,
        logging.ERROR,
        f"{NAME} ended with status 4: why",
    )
    caplog.clear()


def test_the_last_words_of_a_crash_are_the_signal(
    caplog: pytest.LogCaptureFixture,
) -> None:
    script = "import faulthandler\nfaulthandler.enable()\nfaulthandler._sigabrt()"
    assert printed(script).last_words() == "Fatal Python error: Aborted"
    caplog.clear()


def test_endless_output_neither_blocks_the_child_nor_is_kept(
    caplog: pytest.LogCaptureFixture,
) -> None:
    output = printed("import sys\nfor n in range(5000): sys.stderr.write(f'{n:0100}\\n')")
    assert len(caplog.records) == 5000
    assert output.last_words() == f"{4999:0100}"
    caplog.clear()


def test_an_endless_line_is_split_and_bad_bytes_are_escaped(
    caplog: pytest.LogCaptureFixture,
) -> None:
    printed("import os\nos.write(2, b'x' * 10000 + b'\\xff\\n')")
    texts = [record.getMessage() for record in caplog.records]
    assert "".join(texts) == "x" * 10000 + "\\xff"
    assert max(map(len, texts)) <= 4100
    caplog.clear()


def test_the_midi_process_loads_no_logging() -> None:
    script = "import sys, bridge.io.process; print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert "logging" not in done.stdout.split()
