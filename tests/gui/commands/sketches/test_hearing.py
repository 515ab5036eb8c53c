"""`antiphon hear`: a MIDI file from sound, which is then continued, or one sentence."""

import os
import shutil
import signal
import sys
from pathlib import Path

import numpy as np
import pexpect
import pytest

from bridge.midi import smf
from bridge.midi.instruments import Instrument
from bridge.midi.notes import MetreChange
from tests.export.hearing.recordings import RATE_HZ, saved
from tests.gui.commands.shell import antiphon, command, refusal

ROOT = Path(__file__).parents[4]
HUMMED = ROOT / "tests" / "golden" / "sounds" / "hummed.ogg"
ODE = [64, 64, 65, 67, 67, 65, 64, 62, 60, 60, 62, 64, 64, 62, 62]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    shutil.copy(HUMMED, tmp_path / "in.ogg")
    return tmp_path


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_hummed_phrase_is_written_and_continued(folder: Path) -> None:
    done = antiphon("hear", "in.ogg", "-o", "out.mid", folder=folder)
    assert done.returncode == 0, done.stderr
    assert done.stdout == b"out.mid: 15 notes\n"
    told = b"in.ogg: one voice, notes: 15; 120.0 bpm, the first bar begins at 0.40 s.\n"
    assert done.stderr == told
    score = smf.read(folder / "out.mid").score
    assert [note.pitch for note in score.notes] == ODE
    assert score.tempos[0].bpm == pytest.approx(120)
    words = ("continue", "out.mid", "-o", "more.mid", "--bars", "2", "--seed", "1")
    done = antiphon(*words, folder=folder)
    assert done.returncode == 0, done.stderr
    notes = smf.read(folder / "more.mid").score.notes
    assert notes[: len(score.notes)] == score.notes
    assert len(notes) > len(score.notes)


def test_options_decide_what_is_written(folder: Path) -> None:
    options = ("--instrument", "flute", "--tempo", "60", "--metre", "3/4", "--voice")
    done = antiphon("hear", "in.ogg", "-o", "-", "--lowest", "62", *options, folder=folder)
    assert done.returncode == 0, done.stderr
    score = smf.from_bytes(done.stdout, Path("out")).score
    assert {note.instrument for note in score.notes} == {Instrument.FLUTE}
    assert {note.pitch for note in score.notes} <= set(ODE) - {60}
    assert score.tempos[0].bpm == pytest.approx(60)
    assert score.metres == (MetreChange(0, 3, 4),)
    assert names(folder) == ["in.ogg"]


@pytest.mark.parametrize(
    "words,sentence",
    [
        (("none.wav", "-o", "out.mid"), "none.wav: no such file."),
        ((".", "-o", "out.mid"), ".: is a folder, not a file."),
        (("in.ogg", "-o", "out.wav"), "out.wav: its name does not end in .mid, .midi."),
        (("in.ogg", "-o", "none/out.mid"), "none/out.mid: its folder does not exist."),
        (
            ("text.wav", "-o", "out.mid"),
            "text.wav: is not a sound file that can be read (WAV, FLAC, Ogg, MP3 or AIFF).",
        ),
        (("quiet.wav", "-o", "out.mid"), "quiet.wav: is silent."),
        (
            ("in.ogg", "-o", "out.mid", "--lowest", "70", "--highest", "60"),
            "--lowest: 70 is above --highest, 60.",
        ),
        (
            ("in.ogg", "-o", "out.mid", "--lowest", "90"),
            "in.ogg: no notes are heard in it.",
        ),
        (
            ("in.ogg", "-o", "out.mid", "--instrument", "drums"),
            "--instrument: drums cannot play what is heard, which is pitches.",
        ),
    ],
)
def test_what_cannot_be_heard_is_one_sentence_and_no_file(
    folder: Path, words: tuple[str, ...], sentence: str
) -> None:
    (folder / "text.wav").write_bytes(b"no sound at all")
    saved(folder / "quiet.wav", np.zeros(RATE_HZ, np.float32))
    before = names(folder)
    assert refusal(antiphon("hear", *words, folder=folder)) == sentence
    assert names(folder) == before


def test_a_file_that_exists_is_replaced_only_with_force(folder: Path) -> None:
    (folder / "out.mid").write_bytes(b"work")
    words = ("hear", "in.ogg", "-o", "out.mid")
    said = refusal(antiphon(*words, folder=folder))
    assert said == "out.mid: the file exists already; --force replaces it."
    assert (folder / "out.mid").read_bytes() == b"work"
    assert antiphon(*words, "--force", folder=folder).returncode == 0
    assert smf.read(folder / "out.mid").score.notes


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no terminals of this kind")
def test_an_interrupted_hearing_leaves_no_file(folder: Path) -> None:
    noise = np.random.default_rng(0).normal(size=19 * 60 * 8000).astype(np.float32)
    saved(folder / "long.wav", 0.1 * noise, 8000)
    program, *words = map(str, command(("hear", "long.wav", "-o", "out.mid")))
    variables = os.environ | {"PYTHONPATH": str(ROOT), "TERM": "xterm"}
    child = pexpect.spawn(program, words, cwd=str(folder), env=variables, timeout=120)
    child.expect("The hearing")
    child.kill(signal.SIGTERM)
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 130
    assert names(folder) == ["in.ogg", "long.wav"]
