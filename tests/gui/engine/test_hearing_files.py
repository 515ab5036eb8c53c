"""The process that reads a file hears a sound file, with real processes."""

import threading
from pathlib import Path

import numpy as np
import pytest

from bridge.midi.smf import MidiFile
from bridge.midi.smf.reason import FileFault, UnusableFile
from bridge.system.input_file import InputFault, RefusedInput
from export.hearing.reason import SoundFault, UnusableSound
from gui.engine.file_reading import FileReading
from gui.engine.heard_file import HeardFile, is_sound
from tests.export.hearing.recordings import saved

HUMMED = Path(__file__).parents[2] / "golden" / "sounds" / "hummed.ogg"
PATIENCE_S = 60.0


def long_recording(path: Path) -> Path:
    noise = np.random.default_rng(0).normal(size=19 * 60 * 8000).astype(np.float32)
    return saved(path, 0.1 * noise, 8000)


def test_a_hummed_phrase_comes_back_as_a_file_to_continue() -> None:
    read = FileReading(HUMMED).run()
    assert isinstance(read, HeardFile)
    assert isinstance(read.file, MidiFile)
    assert read.file.path == HUMMED
    assert len(read.file.score.notes) == read.heard.note_count == 15
    assert read.heard.is_one_voice
    assert read.file.chunks.data.startswith(b"MThd")


def test_a_sound_file_that_is_not_heard_is_named(tmp_path: Path) -> None:
    text, silent = tmp_path / "text.wav", saved(tmp_path / "a.wav", np.zeros(9999, np.float32))
    text.write_bytes(b"no sound")
    assert FileReading(text).run() == UnusableSound(text, SoundFault.NOT_SOUND)
    assert FileReading(silent).run() == UnusableSound(silent, SoundFault.SILENT)
    assert FileReading(tmp_path / "none.mp3").run() == RefusedInput(
        tmp_path / "none.mp3", InputFault.MISSING
    )


def test_a_hearing_that_takes_too_much_memory_is_given_up(tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    saved(path, 0.1 * np.random.default_rng(0).normal(size=100_000).astype(np.float32))
    reading = FileReading(path, module="tests.gui.engine.small_file_reading")
    assert reading.run() == UnusableFile(path, FileFault.TOO_MUCH_MEMORY)


def test_a_recording_that_takes_too_long_is_given_up(tmp_path: Path) -> None:
    path = long_recording(tmp_path / "long.wav")
    assert FileReading(path, time_limit_s=0.5).run() == UnusableFile(path, FileFault.TOO_SLOW)


@pytest.mark.parametrize("before_it_starts", [True, False])
def test_a_hearing_is_cancelled(tmp_path: Path, *, before_it_starts: bool) -> None:
    path = long_recording(tmp_path / "long.wav")
    reading, results = FileReading(path), list[object]()
    waiter = threading.Thread(target=lambda: results.append(reading.run()))
    if before_it_starts:
        reading.cancel()
    waiter.start()
    reading.cancel()
    waiter.join(PATIENCE_S)
    assert results == [UnusableFile(path, FileFault.NOT_FINISHED)]


def test_the_ending_decides_which_files_are_heard() -> None:
    assert all(is_sound(Path(name)) for name in ("a.wav", "A.FLAC", "a.b.Mp3", "夜.ogg"))
    assert not any(is_sound(Path(name)) for name in ("a.mid", "a", "wav", "a.wav.txt", "a.rmi"))
