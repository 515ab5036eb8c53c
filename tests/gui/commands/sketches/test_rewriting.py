"""`antiphon fill`, `restyle` and `vary`: what stays is the same, and bad words are refused."""

import shutil
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import pytest

from assets import DEMO_PHRASES
from bridge.midi import smf
from bridge.midi.notes import Note
from export.sketch.parts import Part, notes_of
from tests.gui.commands.shell import antiphon, refusal

PRELUDE, NOCTURNE = DEMO_PHRASES / "prelude.mid", DEMO_PHRASES / "nocturne.mid"
BAR = 192


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for source in (PRELUDE, NOCTURNE):
        shutil.copy(source, tmp_path)
    return tmp_path


def run(folder: Path, *words: str) -> tuple[Note, ...]:
    done = antiphon(*words, "-o", "out.mid", folder=folder)
    assert done.returncode == 0, done.stderr
    return smf.read(folder / "out.mid").score.notes


def outside(notes: Iterable[Note], begin: int, end: int) -> list[Note]:
    return [note for note in notes if not begin <= note.onset_ticks < end]


def test_a_filling_replaces_the_notes_of_its_bars(folder: Path) -> None:
    before = smf.read(PRELUDE).score.notes
    after = run(folder, "fill", "prelude.mid", "--bars", "2-3", "--seed", "1")
    assert outside(after, BAR, 3 * BAR) == outside(before, BAR, 3 * BAR)
    inside = [note for note in after if BAR <= note.onset_ticks < 3 * BAR]
    assert inside
    assert inside != [note for note in before if BAR <= note.onset_ticks < 3 * BAR]
    assert max(note.release_ticks for note in inside) <= 3 * BAR
    again = run(folder, "fill", "prelude.mid", "--bars", "2-3", "--seed", "1", "--force")
    assert again == after


@pytest.mark.parametrize("part", list(Part), ids=lambda part: part.value)
def test_what_is_kept_is_kept_exactly(folder: Path, part: Part) -> None:
    kept = notes_of(part, smf.read(NOCTURNE).score.notes)
    words = ("restyle", "nocturne.mid", "--style", "jazz", "--keep", part.value)
    after = run(folder, *words, "--instruments", "piano,bass,drums")
    assert kept
    assert not Counter(kept) - Counter(after)


def test_a_variation_goes_as_far_as_it_is_told(folder: Path) -> None:
    before = Counter(smf.read(PRELUDE).score.notes)
    stays = []
    for distance in ("0.1", "0.5", "1"):
        after = run(folder, "vary", "prelude.mid", "--distance", distance, "--force")
        stays.append((before & Counter(after)).total())
    assert stays == sorted(stays, reverse=True)
    assert stays[0] >= 0.85 * before.total()


@pytest.mark.parametrize(
    "bars,sentence",
    [
        ("0-1", "0-1 is no range of bars"),
        ("3-2", "3-2 is no range of bars"),
        ("2-9", "the file has 4 bars; 9 is too many"),
        ("x", "'x' names no bars"),
        ("1-2-3", "'1-2-3' names no bars"),
        ("-1", "'-1' names no bars"),
        ("9" * 400, "names no bars"),
        ("\uff15", "names no bars"),
    ],
)
def test_bad_bars_are_refused(folder: Path, bars: str, sentence: str) -> None:
    done = antiphon("fill", "prelude.mid", "-o", "out.mid", f"--bars={bars}", folder=folder)
    said = refusal(done)
    assert said.startswith("--bars: ")
    assert sentence in said
    assert not (folder / "out.mid").exists()


def test_bad_words_are_refused(folder: Path) -> None:
    for words, sentence in {
        ("restyle", "prelude.mid", "--keep", "tune"): "--keep: ",
        ("fill", "prelude.mid", "--bars", "1", "--tracks", "kazoo"): "--tracks: ",
        ("vary", "prelude.mid", "--distance", "0"): "--distance: at 0 nothing changes",
        ("vary", "prelude.mid", "--distance", "2"): "--distance: ",
    }.items():
        assert refusal(antiphon(*words, "-o", "out.mid", folder=folder)).startswith(sentence)
    assert not (folder / "out.mid").exists()
