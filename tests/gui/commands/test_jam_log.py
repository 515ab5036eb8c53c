"""What a jam prints of a log entry, and what its JSON log contains."""

import json
import os
from pathlib import Path

from bridge.messages.snapshot import LogEntry
from bridge.playout.problem import NoJackServer
from bridge.playout.time_reason import SourceStopped
from bridge.sync.transport import Source
from gui.commands.jam import _open_log, _open_messages, json_line, terminal_message

NO_JACK = LogEntry(7, "problem", reason=NoJackServer())


def test_a_reason_is_logged_by_its_key_and_in_english() -> None:
    assert json.loads(json_line(NO_JACK)) == {
        "time_ns": 7,
        "what": "problem",
        "figure": None,
        "reason": "no-jack-server",
        "text": "There is no JACK server; start JACK or PipeWire.",
    }


def test_an_entry_without_a_reason_has_its_own_text() -> None:
    line = json.loads(json_line(LogEntry(7, "mode", text="trade")))
    assert (line["reason"], line["text"]) == (None, "trade")


def test_the_terminal_prints_a_reason_in_english() -> None:
    stopped = LogEntry(7, "time", reason=SourceStopped(Source.CLOCK, own_clock=True))
    assert terminal_message(stopped) == "MIDI clock has stopped: Antiphon keeps the time."
    assert terminal_message(NO_JACK).startswith("Problem: There is no JACK server")


def test_another_program_may_read_the_log(tmp_path: Path) -> None:
    pipe = tmp_path / "log"
    os.mkfifo(pipe)
    reading = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    with _open_messages() as messages, _open_log(pipe, messages, replace=False) as log:
        log.write(NO_JACK)
    assert os.read(reading, 4096).endswith(b"}\n")
    os.close(reading)
