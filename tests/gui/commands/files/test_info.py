"""`antiphon info`: what files hold, of ours and of others; every file has an answer."""

import json
from pathlib import Path
from typing import Any

import mido
import pytest
from typer.testing import CliRunner

from assets import DEMO_PHRASES
from bridge.midi import smf
from gui.commands.cli import app

FILES = Path(__file__).parents[3] / "golden"
TAKES = DEMO_PHRASES / "takes"


def run(*words: str | Path) -> tuple[int, str]:
    found = CliRunner().invoke(app, list(map(str, words)), catch_exceptions=False)
    return found.exit_code, found.output


def facts(path: Path) -> dict[str, Any]:
    status, told = run("info", path, "--json")
    assert status == 0, told
    read: dict[str, Any] = json.loads(told)
    return read


def test_a_phrase_is_described() -> None:
    read = facts(DEMO_PHRASES / "minuet.mid")
    assert (read["format"], read["tracks"], read["bars"], read["notes"]) == (1, 2, 4, 23)
    assert (read["tempos_bpm"], read["metres"]) == ([120.0], [[1, 3, 4]])
    assert read["key"]["name"] == "G major"
    assert read["instruments"] == [{"name": "piano", "notes": 23, "lowest": 55, "highest": 79}]
    assert read["ours"] == []
    assert read["seconds"] == pytest.approx(6, abs=0.1)


def test_a_continuation_says_what_of_it_is_ours(tmp_path: Path) -> None:
    source, out = DEMO_PHRASES / "minuet.mid", tmp_path / "longer.mid"
    asked = ("--bars", "2", "--style", "bach", "--seed", "5", "--instruments", "piano")
    assert run("continue", source, "-o", out, *asked)[0] == 0
    read = facts(out)
    (ours,) = read["ours"]
    assert (ours["seed"], ours["style"], ours["instruments"]) == (5, "bach:1", "piano")
    assert (ours["bars"], ours["tracks"]) == ([5, 6], [3])
    assert ours["notes"] == read["notes"] - 23
    _, told = run("info", out)
    assert "in bars 5 to 6, track 3" in told
    assert "style bach:1, seed 5" in told


def test_a_take_begins_where_its_text_says() -> None:
    read = facts(TAKES / "jazz-trio-jazz-1.mid")
    (ours,) = read["ours"]
    assert (ours["bars"], ours["first_bar"], ours["style"]) == ([9, 16], 9, "jazz")
    assert 0 < ours["notes"] < read["notes"]


def test_lyrics_markers_tempos_and_metres_are_counted(tmp_path: Path) -> None:
    words = [mido.MetaMessage("lyrics", text="la"), mido.MetaMessage("marker", text="A")]
    changes = [
        mido.MetaMessage("set_tempo", tempo=500_000 + i, time=480) for i in range(0, 90_000, 9999)
    ]
    waltz = mido.MetaMessage("time_signature", numerator=3, denominator=4, time=4 * 480 - 480 * 2)
    note = [
        mido.Message("note_on", note=60, velocity=9),
        mido.Message("note_off", note=60, time=99),
    ]
    file = mido.MidiFile(ticks_per_beat=480)
    file.tracks.append(mido.MidiTrack([*words, words[0], *changes, waltz, *note]))
    file.save(tmp_path / "in.mid")
    read = facts(tmp_path / "in.mid")
    assert (read["lyrics"], read["markers"], len(read["tempos_bpm"])) == (2, 1, 10)
    assert read["metres"][0] == [1, 4, 4]
    assert read["metres"][1][1:] == [3, 4]
    assert "and 4 more bpm" in run("info", tmp_path / "in.mid")[1]


@pytest.mark.parametrize(
    "path", sorted(p for p in FILES.rglob("*") if p.is_file()), ids=lambda path: path.name
)
def test_every_file_is_described_or_refused_in_one_sentence(path: Path) -> None:
    try:
        smf.read(path)
    except smf.MidiFileError:
        status, told = run("info", path)
        assert status == 2
        assert told.startswith(f"antiphon: {path}: ")
        assert told.count("\n") == 1
    else:
        assert facts(path)["notes"] >= 0
        status, told = run("info", path)
        assert (status, told.splitlines()[0]) == (0, str(path))


def test_a_file_without_notes_has_no_bars(tmp_path: Path) -> None:
    file = mido.MidiFile()
    file.tracks.append(mido.MidiTrack())
    file.save(tmp_path / "in.mid")
    read = facts(tmp_path / "in.mid")
    assert (read["bars"], read["notes"], read["key"], read["seconds"]) == (0, 0, None, 0)
