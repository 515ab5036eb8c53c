"""`antiphon continue` makes a copy of a training piece again, or tells what is copied."""

import os
import shutil
import subprocess
from pathlib import Path

import mido
import pytest

from assets import DEMO_PHRASES, FOLDER
from bridge.midi import smf
from export.originality.index import ORIGINALITY
from export.originality.lines import lines_of
from export.originality.sampling import build_table, piece_of
from export.runtime.artefact import seal_file
from tests.gui.commands.shell import antiphon

ROOT = Path(__file__).parents[4]
MINUET = DEMO_PHRASES / "minuet.mid"
WORDS = ("continue", MINUET, "--bars", "16", "--seed", "1", "--style", "bach")


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a source tree in which the take of seed 1 is a training piece."""
    tree = tmp_path_factory.mktemp("tree")
    for name in ("bridge", "model", "export", "gui"):
        (tree / name).symlink_to(ROOT / name)
    shutil.copytree(FOLDER, tree / "assets")
    first = tree / "first.mid"
    assert antiphon(*WORDS, "--only-new", "-o", first).returncode == 0
    [folder] = (path.parent for path in (tree / "assets").glob("*/manifest.json"))
    pieces = [piece_of("The Wren \x1b", lines_of(smf.read(first).score.notes))]
    (folder / ORIGINALITY).write_bytes(build_table(pieces, 24).to_bytes())
    seal_file(folder, ORIGINALITY)
    return tree


def continued(tree: Path, out: Path, *words: str) -> "subprocess.CompletedProcess[bytes]":
    variables = {"PYTHONPATH": os.fspath(tree)}
    return antiphon(*WORDS, "--only-new", "-o", out, *words, variables=variables, folder=tree)


def texts(path: Path) -> list[str]:
    track = mido.MidiFile(path, charset="utf-8").tracks[0]
    return [message.text for message in track if message.type == "text"]


def test_a_copy_is_made_again(tree: Path, tmp_path: Path) -> None:
    done = continued(tree, tmp_path / "out.mid")
    assert done.returncode == 0, done.stderr
    assert done.stdout.count(b"\n") == 1
    assert b"as in" not in done.stdout
    first, made = (
        smf.read(path).score.notes for path in (tree / "first.mid", tmp_path / "out.mid")
    )
    assert made != first


def test_a_copy_that_is_wanted_is_told(tree: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.mid"
    done = continued(tree, out, "--no-original")
    assert done.returncode == 0, done.stderr
    count, copied = done.stdout.decode().splitlines()
    assert count.endswith(" new notes")
    notes, title = copied.removeprefix(f"{out}: ").split(" notes as in ")
    assert int(notes) > 24
    assert title == "The Wren \\x1b"
    assert smf.read(out).score.notes == smf.read(tree / "first.mid").score.notes
    [text] = texts(out)
    assert text.endswith(f"; {notes} notes as in The Wren \\x1b")
