"""The process that reads a MIDI file, with real processes: its limits, and its end."""

import os
import struct
import threading
from pathlib import Path

import pytest

from assets import DEMO_PHRASES
from bridge.history.prompt_part import prompt_part
from bridge.midi import smf
from bridge.midi.notes import Score
from bridge.midi.smf import MidiFile
from bridge.midi.smf.reason import FileFault, UnusableFile
from gui.engine.file_reading import FileReading, read_to_continue
from tests.bridge.midi.smf.generated import END, chunk

MINUET = DEMO_PHRASES / "minuet.mid"
PATIENCE_S = 60.0


def many_notes(count: int) -> bytes:
    """Return a file of notes, two events each."""
    notes = b"".join(bytes((0, 0x90, 30 + i % 60, 64, 12, 30 + i % 60, 0)) for i in range(count))
    header = chunk(b"MThd", struct.pack(">HHH", 0, 1, 480))
    return header + chunk(b"MTrk", notes + b"\0" + END)


def test_a_file_comes_back_as_it_was_read() -> None:
    read, here = FileReading(MINUET).run(), smf.read(MINUET)
    assert isinstance(read, MidiFile)
    assert (read.score, read.chunks, read.path) == (here.score, here.chunks, MINUET)
    notes = [note for note in here.score.notes if note.onset_ticks < 96]
    written = [smf.continuation_bytes(file, notes, "made") for file in (read, here)]
    assert written[0] == written[1]


def test_of_many_notes_only_the_last_come_back(tmp_path: Path) -> None:
    path = tmp_path / "many.mid"
    path.write_bytes(many_notes(20_000))
    read = FileReading(path).run()
    assert isinstance(read, MidiFile)
    assert read.score == prompt_part(smf.read(path).score)
    assert len(read.score.notes) < 5000
    assert read.chunks.data == path.read_bytes()


def test_a_file_that_cannot_be_continued_is_named(tmp_path: Path) -> None:
    empty, broken, missing = (tmp_path / name for name in ("empty.mid", "broken.mid", "none.mid"))
    empty.write_bytes(smf.score_bytes(Score(), ""))
    broken.write_bytes(b"no music")
    assert FileReading(empty).run() == UnusableFile(empty, FileFault.NO_NOTES)
    assert FileReading(broken).run() == UnusableFile(broken, FileFault.NOT_MIDI)
    assert FileReading(missing).run() == UnusableFile(missing, FileFault.MISSING)


def test_a_pipe_is_refused_before_it_is_opened(tmp_path: Path) -> None:
    os.mkfifo(pipe := tmp_path / "pipe.mid")
    with pytest.raises(smf.MidiFileError) as refusal:
        read_to_continue(pipe)  # which waits for a writer once it is open
    assert refusal.value.reason == UnusableFile(pipe, FileFault.SPECIAL)


def test_a_file_that_takes_too_long_is_given_up(tmp_path: Path) -> None:
    path = tmp_path / "many.mid"
    path.write_bytes(many_notes(200_000))
    reading = FileReading(path, time_limit_s=0.001)
    assert reading.run() == UnusableFile(path, FileFault.TOO_SLOW)


def test_a_file_that_takes_too_much_memory_is_given_up(tmp_path: Path) -> None:
    path = tmp_path / "many.mid"
    path.write_bytes(many_notes(400_000))
    reading = FileReading(path, module="tests.gui.engine.small_file_reading")
    assert reading.run() == UnusableFile(path, FileFault.TOO_MUCH_MEMORY)


def test_a_process_that_ends_by_itself_is_named() -> None:
    reading = FileReading(MINUET, module="tests.gui.engine.ending_file_reading")
    assert reading.run() == UnusableFile(MINUET, FileFault.NOT_FINISHED)


@pytest.mark.parametrize("before_it_starts", [True, False])
def test_a_reading_is_cancelled(tmp_path: Path, *, before_it_starts: bool) -> None:
    path = tmp_path / "many.mid"
    path.write_bytes(many_notes(490_000))
    reading = FileReading(path)
    results: list[object] = []
    waiter = threading.Thread(target=lambda: results.append(reading.run()))
    if before_it_starts:
        reading.cancel()
    waiter.start()
    reading.cancel()
    waiter.join(PATIENCE_S)
    assert results == [UnusableFile(path, FileFault.NOT_FINISHED)]
