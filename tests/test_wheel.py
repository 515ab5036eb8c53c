"""The wheel as a user gets it: in an empty environment, away from the source tree."""

import os
import subprocess
import sys
from pathlib import Path

import mido
import pytest
from hatchling.builders.wheel import WheelBuilder

from bridge.midi import smf

ROOT = Path(__file__).parents[1]

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Install the wheel with its dependencies and no other package; yield `antiphon`."""
    folder = tmp_path_factory.mktemp("installed")
    wheel = next(WheelBuilder(str(ROOT)).build(directory=str(folder), versions=["standard"]))
    venv = folder / "venv"
    subprocess.run([sys.executable, "-m", "venv", venv], check=True)
    python = str(venv / "bin" / "python")
    pip = [python, "-m", "pip", "--quiet", "--disable-pip-version-check"]
    installed = subprocess.run(
        [*pip, "install", str(wheel)], cwd=folder, capture_output=True, text=True, check=False
    )
    assert installed.returncode == 0, installed.stderr
    return venv / "bin" / "antiphon"


def antiphon(program: Path, home: Path, *words: str | Path) -> subprocess.CompletedProcess[str]:
    """Run the program in a new home, with no file of this project within reach."""
    environment = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("PYTHON", "VIRTUAL_ENV", "XDG_"))
    }
    return subprocess.run(
        [program, *words],
        cwd=home,
        env=environment | {"HOME": str(home)},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def test_it_plays_the_demo(program: Path, tmp_path: Path) -> None:
    done = antiphon(program, tmp_path, "demo", "--out", tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    tracks = {t.name: t for t in mido.MidiFile(tmp_path / "antiphon-minuet.mid").tracks}
    for name in ("played piano", "Antiphon piano"):
        assert any(message.type == "note_on" for message in tracks[name])
    assert (tmp_path / "antiphon-minuet.png").read_bytes().startswith(b"\x89PNG")


def test_it_continues_a_file(program: Path, tmp_path: Path) -> None:
    phrase = ROOT / "assets" / "demo" / "minuet.mid"
    out = tmp_path / "out.mid"
    done = antiphon(program, tmp_path, "continue", phrase, "-o", out, "--bars", "1")
    assert (done.returncode, done.stderr) == (0, "")
    assert len(smf.read(out).score.notes) > len(smf.read(phrase).score.notes)


def test_what_is_not_installed_is_one_sentence(program: Path, tmp_path: Path) -> None:
    for words, said in (
        (("bench",), "part of the source tree"),
        (("style", "add", "mine", tmp_path), "torch=="),
    ):
        done = antiphon(program, tmp_path, *words)
        assert (done.returncode, done.stdout) == (2, "")
        assert said in done.stderr
        assert done.stderr.count("\n") == 1
