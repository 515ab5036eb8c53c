"""The command line as a user types it: a process of its own, its exit status and what it says."""

import io
import json
import os
import subprocess
import sys
from pathlib import Path

import mido
import pytest

from assets import DEMO_PHRASES
from bridge.midi import smf
from bridge.midi.instruments import Instrument
from gui.commands import cli
from tests.midi_chunks import added_tracks

MINUET = DEMO_PHRASES / "minuet.mid"


def antiphon(*words: str | Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", "from gui.commands.cli import main; main()", *map(str, words)]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)


def refused(capsys: pytest.CaptureFixture[str], *words: str | Path) -> str:
    """Run a command in this process; it must refuse with status 2 and one sentence."""
    with pytest.raises(SystemExit) as left:
        cli.app(list(map(str, words)), standalone_mode=True)
    assert left.value.code == 2
    said = capsys.readouterr()
    assert said.out == ""
    lines = said.err.strip().splitlines()
    assert len(lines) == 1
    assert lines[0].startswith("antiphon: ")
    return lines[0]


def test_continue_adds_bars_and_is_reproducible(tmp_path: Path) -> None:
    outs = [tmp_path / "one.mid", tmp_path / "two.mid"]
    for out in outs:
        asked = ("--style", "bach", "--bars", "8", "--seed", "1")
        done = antiphon("continue", MINUET, "-o", out, *asked)
        assert (done.returncode, done.stderr) == (0, "")
    assert outs[0].read_bytes() == outs[1].read_bytes()
    prompt, longer = smf.read(MINUET), smf.read(outs[0])
    begin, end = 12 * 48, 12 * 48 + 8 * 3 * 48
    added = added_tracks(MINUET, outs[0])
    assert (longer.score.tempos, longer.score.metres) == (prompt.score.tempos, prompt.score.metres)
    before = tuple(n for n in longer.score.notes if n.onset_ticks < begin)
    after = [n for n in longer.score.notes if n.onset_ticks >= begin]
    assert before == prompt.score.notes
    assert len(after) > 8
    assert begin <= min(n.onset_ticks for n in after) < begin + 3 * 48
    assert end - 3 * 48 < max(n.release_ticks for n in after) <= end
    texts = [m.text for track in added for m in track if m.type == "text"]
    assert any("style bach:1" in text and "seed 1" in text for text in texts)


def test_a_requested_band_plays(tmp_path: Path) -> None:
    out = tmp_path / "band.mid"
    asked = (
        "--instruments",
        "piano,bass,drums",
        "--style",
        "pop",
        "--bars",
        "12",
        "--only-new",
        "--force",
    )
    for seed in ("1", "2", "3"):
        assert antiphon("continue", MINUET, "-o", out, *asked, "--seed", seed).returncode == 0
        playing = {note.instrument for note in smf.read(out).score.notes}
        assert playing == {Instrument.PIANO, Instrument.BASS, Instrument.DRUMS}


def test_takes_and_only_new(tmp_path: Path) -> None:
    out = tmp_path / "take.mid"
    asked = ("--bars", "1", "--takes", "2", "--only-new", "--instruments", "bass")
    done = antiphon("continue", MINUET, "-o", out, *asked)
    assert done.returncode == 0
    assert sorted(os.listdir(tmp_path)) == ["take-1.mid", "take-2.mid"]  # noqa: PTH208
    score = smf.read(tmp_path / "take-1.mid").score
    assert {n.instrument for n in score.notes} == {Instrument.BASS}
    assert score.end_ticks <= 3 * 48


def test_an_unknown_style_names_its_neighbours(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    said = refused(capsys, "continue", MINUET, "-o", tmp_path / "o.mid", "--style", "chopan")
    assert "chopan" in said
    assert "chopin" in said
    assert os.listdir(tmp_path) == []  # noqa: PTH208


def _file(content: bytes, path: Path) -> Path:
    path.write_bytes(content)
    return path


def _no_notes() -> bytes:
    stream = io.BytesIO()
    mido.MidiFile().save(file=stream)
    return stream.getvalue()


BAD_FILES = {
    "empty": b"",
    "text": b"hello",
    "truncated": MINUET.read_bytes()[:-9],
    "no notes": _no_notes() or b"MThd",
    "format 2": MINUET.read_bytes()[:9] + b"\x02" + MINUET.read_bytes()[10:],
}


@pytest.mark.parametrize("content", BAD_FILES.values(), ids=BAD_FILES)
def test_a_bad_file_is_named_and_nothing_is_written(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, content: bytes
) -> None:
    source = _file(content, tmp_path / "bad.mid")
    assert str(source) in refused(capsys, "continue", source, "-o", tmp_path / "out.mid")
    assert os.listdir(tmp_path) == ["bad.mid"]  # noqa: PTH208


def test_200_megabytes_are_refused_at_once(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    source = tmp_path / "large.mid"
    with source.open("wb") as file:
        file.write(MINUET.read_bytes())
        file.truncate(200_000_000)
    assert "200 MB" in refused(capsys, "continue", source, "-o", tmp_path / "out.mid")


BAD_WORDS = {
    "missing file": ("continue", "none.mid", "-o", "out.mid"),
    "unwritable": ("continue", MINUET, "-o", "/nowhere/out.mid"),
    "a folder": ("continue", MINUET, "-o", "/"),
    "instrument": ("continue", MINUET, "-o", "out.mid", "--instruments", "kazoo"),
    "weight": ("continue", MINUET, "-o", "out.mid", "--style", "bach:much"),
    "no weight": ("continue", MINUET, "-o", "out.mid", "--style", "bach:0"),
    "temperature": ("jam", "--temperature", "-1"),
    "top-p": ("jam", "--top-p", "0"),
    "style strength": ("jam", "--style-strength", "9"),
    "mode": ("jam", "--mode", "waltz"),
    "candidates": ("jam", "--candidates", "9"),
    "both lengths": ("continue", MINUET, "-o", "out.mid", "--bars", "2", "--seconds", "2"),
    "takes": ("continue", MINUET, "-o", "out.mid", "--takes", "0"),
    "phrase": ("demo", "--phrase", "none.mid"),
    "record": ("jam", "--record", "/nowhere/out.mid"),
    "section": ("bench", "--only", "wheels"),
    "minutes": ("bench", "--minutes", "1"),
}


@pytest.mark.parametrize("words", BAD_WORDS.values(), ids=BAD_WORDS)
def test_bad_arguments_are_refused(
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    words: tuple[str | Path, ...],
) -> None:
    monkeypatch.chdir(tmp_path)
    refused(capsys, *words)
    assert os.listdir(tmp_path) == []  # noqa: PTH208


def test_styles_are_listed_and_searched(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        cli.app(["styles", "jazz"])
    names = capsys.readouterr().out.split("\n")
    assert "jazz" in names
    assert "chopin" not in names


@pytest.mark.slow
def test_the_demo_answers_and_writes_both_files(tmp_path: Path) -> None:
    done = antiphon("demo", "--phrase", "blues", "--out", tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    for word in ("played", "answered", "blues", "first note sent", "Written"):
        assert word in done.stdout
    names = [track.name for track in mido.MidiFile(tmp_path / "antiphon-blues.mid").tracks]
    assert names == ["", "played piano", "Antiphon piano"]
    picture = (tmp_path / "antiphon-blues.png").read_bytes()
    assert picture.startswith(b"\x89PNG")
    assert len(picture) > 5000


def test_the_doctor_reports_the_processor() -> None:
    done = antiphon("doctor")
    assert done.returncode == 0
    for word in ("MIDI", "antiphon-small", "512 of 512", "ExecutionProvider", "ms for a token"):
        assert word in done.stdout


def test_the_doctor_prints_json() -> None:
    done = antiphon("doctor", "--json")
    assert done.returncode == 0
    found = json.loads(done.stdout)
    assert (found["usable"], found["missing"]) == (True, [])
    assert found["artefact"]["name"] == "antiphon-small"
    assert found["processor"]["token_ms"] > 0
    assert found["versions"]["antiphon"]
    assert "doctor --json" in found["log"][-1]  # the log begins before the doctor does


def test_verbose_shows_the_log() -> None:
    assert antiphon("styles", "jazz").stderr == ""
    shown = antiphon("--verbose", "styles", "jazz")
    assert shown.returncode == 0
    assert shown.stderr.startswith("antiphon: INFO gui: Antiphon ")


def test_the_bench_prints_requested_sections_as_json() -> None:
    done = antiphon("bench", "--only", "prefill", "--json")
    assert done.returncode == 0
    found = json.loads(done.stdout)
    assert found["prefill"]["512 at once"] > 0
    assert {promise["kept"] for promise in found["promises"]} == {None}


def test_importing_the_command_line_is_light() -> None:
    """The help loads no network, no window and no plot."""
    code = "import sys, gui.commands.cli; print(*{name.partition('.')[0] for name in sys.modules})"
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    pulled = set(done.stdout.split()) - sys.stdlib_module_names
    expected = {"bridge", "gui", "typer", "annotated_doc", "shellingham"}
    of_python = {"__main__", "_distutils_hack", "sitecustomize"}  # Debian's Python has the last
    assert pulled - expected <= of_python, "each costs at every start"
