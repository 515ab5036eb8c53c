"""`antiphon render`: pitches at their times, the tail, the loudest moment, and what is refused."""

from __future__ import annotations

import errno
import io
import math
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import mido
import numpy as np
import psutil
import pytest
import soundfile
from numpy.typing import NDArray
from typer.testing import CliRunner

from bridge.synth.sound_font import package_fonts
from gui.commands.cli import app
from gui.commands.files.sound_file import sound_file

if TYPE_CHECKING:
    from typing_extensions import Buffer

SCALE = (60, 62, 64, 65, 67, 69, 71, 72)
ORGAN = 19
MAIN = "import sys; sys.argv[0] = 'antiphon'; from gui.commands.cli import main; main()"


def write_file(path: Path, *messages: mido.Message | mido.MetaMessage) -> Path:
    """Write a file with 480 ticks to the quarter note, at 120 bpm."""
    file = mido.MidiFile(ticks_per_beat=480)
    file.tracks.append(mido.MidiTrack(messages))
    file.save(path)
    return path


def note(key: int, ticks: int, channel: int = 0) -> list[mido.Message]:
    return [
        mido.Message("note_on", note=key, velocity=100, channel=channel),
        mido.Message("note_off", note=key, channel=channel, time=ticks),
    ]


def scale(path: Path) -> Path:
    """Write a scale: a note each half second."""
    organ = mido.Message("program_change", program=ORGAN)
    return write_file(path, organ, *(each for key in SCALE for each in note(key, 480)))


def render(*words: str | Path) -> tuple[int, str]:
    font = str(package_fonts()[0])
    command = ["render", *map(str, words), "--sound-font", font]
    found = CliRunner().invoke(app, command, catch_exceptions=False)
    return found.exit_code, found.output


def heard(samples: NDArray[np.float64], rate: int, begin_s: float, end_s: float) -> int:
    """Return the pitch class that sounds most strongly in a span."""
    part = samples[round(begin_s * rate) : round(end_s * rate), 0]
    power = np.abs(np.fft.rfft(part * np.hanning(len(part)), 8 * len(part)))
    hz = float(power.argmax()) * rate / (8 * len(part))
    return round(69 + 12 * math.log2(hz / 440)) % 12


@pytest.mark.parametrize("ending", ["wav", "flac", "ogg"])
@pytest.mark.parametrize("rate", [22_050, 44_100])
def test_a_scale_sounds_at_its_times(tmp_path: Path, ending: str, rate: int) -> None:
    out = tmp_path / f"out.{ending}"
    status, told = render(scale(tmp_path / "in.mid"), "-o", out, "--rate", str(rate))
    assert status == 0, told
    samples, found = soundfile.read(out)
    assert (found, samples.shape[1]) == (rate, 2)
    pitches = [heard(samples, rate, i / 2 + 0.15, i / 2 + 0.45) for i in range(len(SCALE))]
    assert pitches == [key % 12 for key in SCALE]
    assert len(samples) / rate > 4.1  # the tail of the last note
    assert np.abs(samples[-rate // 100 :]).max() < 0.001
    assert sorted(os.listdir(tmp_path)) == ["in.mid", out.name]  # noqa: PTH208


def test_what_would_clip_is_made_softer_as_a_whole(tmp_path: Path) -> None:
    full = [mido.Message("control_change", control=7, value=127, channel=c) for c in range(9)]
    trumpets = [mido.Message("program_change", program=56, channel=c) for c in range(9)]
    chord = [mido.Message("note_on", note=60, velocity=127, channel=c) for c in range(9)]
    ends = [
        mido.Message("note_off", note=60, channel=c, time=960 if not c else 0) for c in range(9)
    ]
    source = write_file(tmp_path / "in.mid", *full, *trumpets, *chord, *ends, *note(60, 960))
    status, told = render(source, "-o", tmp_path / "out.wav")
    assert status == 0
    assert "made softer" in told
    samples, rate = soundfile.read(tmp_path / "out.wav")
    assert 0.93 < np.abs(samples).max() < 0.95
    single = np.abs(samples[round(1.3 * rate) : 2 * rate]).max()  # nine times softer in the file
    assert 0.05 < single < 0.2


def test_a_soft_file_stays_soft(tmp_path: Path) -> None:
    quiet = mido.Message("control_change", control=7, value=10)
    levels = []
    for name, before in (("loud", []), ("soft", [quiet])):
        source = write_file(tmp_path / f"{name}.mid", *before, *note(60, 480))
        assert render(source, "-o", tmp_path / f"{name}.wav")[0] == 0
        levels.append(np.abs(soundfile.read(tmp_path / f"{name}.wav")[0]).max())
    assert levels[1] < levels[0] / 50


def test_the_memory_of_a_long_file_is_bounded(tmp_path: Path) -> None:
    peaks = []
    for minutes in (1, 10):
        source = write_file(
            tmp_path / f"{minutes}.mid", *note(60, 480), *note(64, 120 * 480 * minutes)
        )
        out, font = tmp_path / f"{minutes}.flac", package_fonts()[0]
        words = ["render", source, "-o", out, "--rate", "8000", "--sound-font", font]
        with subprocess.Popen([sys.executable, "-c", MAIN, *map(str, words)]) as running:
            peak = 0
            while running.poll() is None:
                try:
                    peak = max(peak, psutil.Process(running.pid).memory_info().rss)
                    running.wait(0.02)
                except (subprocess.TimeoutExpired, psutil.NoSuchProcess):
                    continue
        assert running.returncode == 0
        peaks.append(peak)
    assert peaks[1] < peaks[0] + 20_000_000  # the sound has 38 MB


@pytest.mark.skipif(os.name == "nt", reason="Windows has other signals")
def test_an_interruption_leaves_nothing(tmp_path: Path) -> None:
    hours = 6 * 3600 * 2 * 480
    source = write_file(tmp_path / "in.mid", *note(60, 480), *note(64, hours))
    command = [sys.executable, "-c", MAIN, "render", str(source), "-o", str(tmp_path / "out.flac")]
    command += ["--sound-font", str(package_fonts()[0])]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as running:
        while running.poll() is None and len(list(tmp_path.iterdir())) < 2:
            try:
                running.wait(0.02)
            except subprocess.TimeoutExpired:
                continue
        running.send_signal(signal.SIGINT)
        _, told = running.communicate(timeout=60)
    assert running.returncode == 130, told
    assert list(tmp_path.iterdir()) == [source]
    assert "Traceback" not in told


class FullDisk(io.BytesIO):
    """A stream that takes a thousand bytes."""

    def write(self, data: Buffer, /) -> int:
        """Write, or fail as the system does."""
        if self.tell() + len(bytes(data)) > 1000:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return super().write(data)


@pytest.mark.parametrize("ending", [".wav", ".flac", ".ogg"])
def test_a_full_disk_is_named(ending: str) -> None:
    noise = np.random.default_rng(1).uniform(-1, 1, (20_000, 2)).astype(np.float32)
    with (
        pytest.raises(OSError, match="No space left"),
        sound_file(FullDisk(), ending, 8000) as file,
    ):
        file.write(noise)


REFUSED = {
    "no notes": (["{empty}", "-o", "{out}.wav"], "has no notes to play."),
    "ending": (["{scale}", "-o", "{out}.mp3"], ".wav"),
    "no file": (["{out}.mid", "-o", "{out}.wav"], "no such file."),
    "no midi": (["{font}", "-o", "{out}.wav"], "not a Standard MIDI File"),
    "too long for wav": (["{day}", "-o", "{out}.wav", "--rate", "192000"], "write .flac."),
    "no font": (["{scale}", "-o", "{out}.wav", "--sound-font", "{out}.sf2"], "no sound font"),
    "bad font": (["{scale}", "-o", "{out}.wav", "--sound-font", "{scale}"], "General MIDI"),
}


@pytest.mark.parametrize("words,sentence", REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_rendered_is_refused_in_one_sentence(
    tmp_path: Path, words: list[str], sentence: str
) -> None:
    places = {
        "scale": scale(tmp_path / "scale.mid"),
        "empty": write_file(tmp_path / "empty.mid"),
        "day": write_file(tmp_path / "day.mid", *note(60, 8 * 3600 * 960)),
        "font": tmp_path / "font.mid",
        "out": tmp_path / "out",
    }
    places["font"].write_bytes(b"sfbk")
    before = sorted(tmp_path.iterdir())
    asked = [word.format(**places) for word in words]
    found = CliRunner().invoke(app, ["render", *asked], catch_exceptions=False)
    assert found.exit_code == 2
    assert found.output.count("\n") == 1
    assert sentence in found.output
    assert sorted(tmp_path.iterdir()) == before


def test_a_file_is_replaced_only_with_force(tmp_path: Path) -> None:
    source, out = scale(tmp_path / "in.mid"), tmp_path / "out.wav"
    out.write_text("mine")
    status, told = render(source, "-o", out)
    assert (status, out.read_text()) == (2, "mine")
    assert "--force" in told
    assert render(source, "-o", out, "--force")[0] == 0
    assert soundfile.info(out).frames > 4 * 44_100
