"""`antiphon style`, as a user types it, with its own home directory."""

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import mido
import pytest

from assets import DEMO_PHRASES
from bridge.midi import smf
from gui.commands import style


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


def antiphon(home: Path, *words: str | Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", "from gui.commands.cli import main; main()", *map(str, words)]
    return subprocess.run(
        command, capture_output=True, text=True, check=False, timeout=250, env=environment(home)
    )


def environment(home: Path) -> dict[str, str]:
    return os.environ | {"HOME": str(home), "XDG_DATA_HOME": str(home / "data")}


@pytest.mark.slow
def test_a_style_is_learned_listed_played_and_removed(home: Path, tmp_path: Path) -> None:
    music = tmp_path / "music"
    (music / "more").mkdir(parents=True)
    for name in ("nocturne", "minuet"):
        shutil.copy(DEMO_PHRASES / f"{name}.mid", music)
    shutil.copy(DEMO_PHRASES / "prelude.mid", music / "more")
    (music / "broken.mid").write_bytes(b"MThd")
    added = antiphon(home, "style", "add", "My Ballads", music, "--steps", "3")
    assert added.returncode == 0, added.stderr
    assert "broken.mid" in added.stderr
    assert "Training" in added.stderr
    assert 'Use it: --style "my ballads"' in added.stdout
    assert "skipped: broken.mid: " in added.stderr
    assert "Traceback" not in added.stderr
    again = antiphon(home, "style", "add", "MY  ballads", music, "--steps", "1")
    assert (again.returncode, again.stdout) == (2, "")
    assert again.stderr == (
        "antiphon: there is a style 'my ballads' of your own already; --force replaces it.\n"
    )
    listed = antiphon(home, "style", "list")
    assert listed.stdout == "my ballads: 3 pieces\n"
    assert "my ballads" in antiphon(home, "styles").stdout.splitlines()
    out = tmp_path / "out.mid"
    asked = ("--style", "my ballads:0.6,jazz:0.4", "--bars", "1")
    played = antiphon(home, "continue", DEMO_PHRASES / "minuet.mid", "-o", out, *asked)
    assert played.returncode == 0, played.stderr
    assert len(smf.read(out).score.notes) > 20
    assert antiphon(home, "style", "remove", "my ballads").returncode == 0
    assert antiphon(home, "style", "list").stdout == ""
    refused = antiphon(home, "style", "remove", "my ballads")
    assert (refused.returncode, refused.stdout) == (2, "")
    assert "no style 'my ballads' of your own" in refused.stderr


@pytest.mark.slow
def test_a_style_named_in_another_script_plays(home: Path, tmp_path: Path) -> None:
    (tmp_path / "music").mkdir()
    shutil.copy(DEMO_PHRASES / "nocturne.mid", tmp_path / "music" / os.fsdecode(b"caf\xe9.MID"))
    added = antiphon(home, "style", "add", "Ночь 夜", tmp_path / "music", "--steps", "1")
    assert added.returncode == 0, added.stderr
    assert 'Use it: --style "ночь 夜"' in added.stdout
    out = tmp_path / "out.mid"
    asked = ("--style", "НОЧЬ  夜", "--bars", "1", "--only-new")
    played = antiphon(home, "continue", DEMO_PHRASES / "minuet.mid", "-o", out, *asked)
    assert played.returncode == 0, played.stderr
    written = mido.MidiFile(out, charset="utf-8")
    assert any("style ночь 夜:1" in m.text for m in written.tracks[0] if m.type == "text")
    assert antiphon(home, "style", "remove", "ночь 夜").returncode == 0


@pytest.mark.slow
def test_an_interrupted_style_leaves_the_old_one(home: Path, tmp_path: Path) -> None:
    (tmp_path / "music").mkdir()
    shutil.copy(DEMO_PHRASES / "nocturne.mid", tmp_path / "music")
    words = ("style", "add", "mine", str(tmp_path / "music"), "--steps")
    assert antiphon(home, *words, "1").returncode == 0
    (path,) = (home / "data" / "antiphon" / "styles").iterdir()
    before = path.read_bytes()
    code = "from gui.commands.cli import main; main()"
    process = subprocess.Popen(
        [sys.executable, "-c", code, *words, "10000", "--force"],
        env=environment(home),
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    assert process.stderr.readline() == "Training mine on 1 piece.\n"
    assert "will take about" in process.stderr.readline()
    process.send_signal(signal.SIGTERM)
    _, rest = process.communicate(timeout=60)
    assert (process.returncode, rest) == (130, "")
    assert path.read_bytes() == before
    assert list(path.parent.iterdir()) == [path]


def test_a_folder_without_music_is_refused(home: Path, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    for words, said in (
        (("mine", tmp_path / "none"), "is not a folder"),
        (("bach", tmp_path / "empty"), "is a style of antiphon-small already"),
        (("a:b", tmp_path / "empty"), "cannot name a style"),
        (("mine", tmp_path / "empty"), "holds no MIDI file"),
        (("mine", tmp_path / "empty", "--steps", "0"), "--steps: 0 is not between 1 and 10000."),
    ):
        done = antiphon(home, "style", "add", *words)
        assert (done.returncode, done.stdout) == (2, ""), done.stderr
        assert said in done.stderr
        assert "Traceback" not in done.stderr
    assert not (home / "data").exists()


def test_without_the_training_packages_it_names_the_command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(style, "find_spec", lambda name: None if name == "torch" else name)
    with pytest.raises(SystemExit) as left:
        style.app(["add", "mine", str(tmp_path)])
    assert left.value.code == 2
    said = capsys.readouterr().err
    assert "-m pip install" in said
    assert "torch==" in said


def test_the_map_is_drawn(home: Path, tmp_path: Path) -> None:
    out = tmp_path / "map.png"
    done = antiphon(home, "styles", "--map", out)
    assert (done.returncode, done.stderr) == (0, "")
    assert out.read_bytes().startswith(b"\x89PNG")
    kept = antiphon(home, "styles", "--map", out)
    assert (kept.returncode, kept.stdout) == (2, "")
    assert "the file exists already; --force replaces it." in kept.stderr
    assert antiphon(home, "styles", "--map", out, "--force").returncode == 0
    refused = antiphon(home, "styles", "--map", "/nowhere/map.png")
    assert (refused.returncode, refused.stdout) == (2, "")


def test_a_broken_style_is_named_and_stops_nothing(home: Path, tmp_path: Path) -> None:
    folder = home / "data" / "antiphon" / "styles"
    folder.mkdir(parents=True)
    (folder / "odd.json").write_text("{", "utf-8")
    os.mkfifo(folder / "fifo.json")
    said = "".join(
        f"antiphon: {folder}/{name}.json: is not a style that can be used, and is left out; "
        f'type: antiphon style remove "{name}"\n'
        for name in ("fifo", "odd")
    )
    done = antiphon(home, "styles", "bach")
    assert (done.returncode, done.stderr) == (0, said)
    out = tmp_path / "out.mid"
    played = antiphon(home, "continue", DEMO_PHRASES / "minuet.mid", "-o", out, "--bars", "1")
    assert played.returncode == 0, played.stderr
    assert said in played.stderr
    listed = antiphon(home, "style", "list")
    assert (listed.returncode, listed.stderr) == (0, "")
    assert listed.stdout == "".join(
        f'{name}: broken  (type: antiphon style remove "{name}")\n' for name in ("fifo", "odd")
    )
    for name in ("fifo", "odd"):
        assert antiphon(home, "style", "remove", name).returncode == 0
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize("name", ["../victim", "/etc/passwd", "..", ".", "sub/inner", "*"])
def test_remove_takes_a_name_and_no_path(home: Path, name: str) -> None:
    folder = home / "data" / "antiphon" / "styles"
    (folder / "sub").mkdir(parents=True)
    for path in (folder.parent / "victim.json", folder / "sub" / "inner.json"):
        path.write_text("{", "utf-8")
    done = antiphon(home, "style", "remove", name)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == f"antiphon: there is no style {name!r} of your own.\n"
    assert (folder.parent / "victim.json").exists()
    assert (folder / "sub" / "inner.json").exists()
