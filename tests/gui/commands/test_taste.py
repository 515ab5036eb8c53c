"""`antiphon taste`, and the order of takes that follows from it, as a user types them."""

import re
from pathlib import Path

import pytest

from assets import DEMO_PHRASES
from bridge.midi import smf
from export.runtime.artefact import load_default_artefact
from export.styles.own import weights_checksum
from export.taste.decisions import Decision, record_decision
from export.taste.measures import SPREADS
from tests.gui.commands import shell

NAMES = list(SPREADS)
TAKES = ("continue", DEMO_PHRASES / "minuet.mid", "--bars", "2", "--seed", "3", "--takes", "4")


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "data"


@pytest.fixture
def file(home: Path) -> Path:
    return home / "antiphon" / "taste.jsonl"


def antiphon(home: Path, *words: str | Path) -> tuple[int, str, str]:
    """Return the exit status of a command, its output, and what it said on standard error."""
    done = shell.antiphon(
        *words, variables={"XDG_DATA_HOME": str(home), "COLUMNS": "80"}, folder=home.parent
    )
    return done.returncode, done.stdout.decode(), done.stderr.decode()


def keep(file: Path, name: str, sign: int, count: int = 40) -> None:
    """Record decisions for takes that have more of a measure, or less."""
    model, zero = weights_checksum(load_default_artefact()), [0.0] * len(NAMES)
    liked = list(zero)
    liked[NAMES.index(name)] = 2 * sign * SPREADS[name]
    for number in range(count):
        others = (tuple(zero),) * 3
        record_decision(file, Decision(f"{name}{number}", "", model, tuple(liked), others))


def contents(folder: Path, stem: str) -> list[bytes]:
    return [(folder / f"{stem}-{number}.mid").read_bytes() for number in (1, 2, 3, 4)]


def test_nothing_is_known_at_first(home: Path) -> None:
    for words in ((), ("--show",)):
        status, said, error = antiphon(home, "taste", *words)
        assert (status, error) == (0, "")
        assert said == "You have kept no take of several yet; the critic orders the takes.\n"
    assert not home.exists()


def test_what_was_learned_is_shown_in_words_and_forgotten(home: Path, file: Path) -> None:
    keep(file, "density", -1)
    status, said, error = antiphon(home, "taste")
    assert (status, error) == (0, "")
    assert "Learned from 40 decisions" in said
    weight = re.search(r"sparser takes +│ +\+(\d\.\d)", said)
    assert weight is not None
    assert float(weight[1]) > 0.5
    assert "100% are foreseen" in said
    assert "by chance 25%" in said
    assert antiphon(home, "taste", "--reset")[0] == 0
    assert file.read_bytes() == b""
    assert "no take" in antiphon(home, "taste")[1]


def test_damaged_lines_are_one_sentence(home: Path, file: Path) -> None:
    keep(file, "density", 1, 3)
    with file.open("ab") as stream:
        stream.write(b"{}\n[]\n")
    status, said, error = antiphon(home, "taste")
    assert status == 0
    assert "Learned from 3 decisions" in said
    assert error == "antiphon: taste: 2 damaged lines are left out.\n"


def test_bad_words_and_files_are_refused(home: Path, file: Path) -> None:
    both = antiphon(home, "taste", "--show", "--reset")
    assert both == (2, "", "antiphon: give --show or --reset, not both.\n")
    rank = antiphon(home, *TAKES, "-o", "out.mid", "--rank", "tast")
    assert rank == (
        2, "",
        "antiphon: --rank: there is no 'tast'; near it: taste; there are taste, critic, none.\n",
    )  # fmt: skip
    file.mkdir(parents=True)
    for words in ((), ("--reset",)):
        status, said, error = antiphon(home, "taste", *words)
        assert (status, said) == (2, "")
        assert error.startswith(f"antiphon: {file}: ")


def test_takes_are_ordered_by_the_critic_until_there_is_a_taste(home: Path, file: Path) -> None:
    for rank in ("none", "critic", "taste"):
        assert antiphon(home, *TAKES, "-o", f"{rank}.mid", "--rank", rank)[0] == 0
    folder = home.parent
    by_seed = contents(folder, "none")
    by_critic = contents(folder, "critic")
    assert by_critic == contents(folder, "taste")
    assert sorted(by_critic) == sorted(by_seed)
    assert by_critic != by_seed  # with this seed

    for name, sign, measure in (("loudness", 1, loudness), ("loudness", -1, loudness)):
        assert antiphon(home, "taste", "--reset")[0] == 0
        keep(file, name, sign, 300)
        assert antiphon(home, *TAKES, "-o", "taste.mid", "--force")[0] == 0
        kept = contents(folder, "taste")
        assert sorted(kept) == sorted(by_seed)
        found = [measure(content) for content in kept]
        assert found[0] == (max(found) if sign > 0 else min(found))
    assert antiphon(home, "taste", "--reset")[0] == 0
    assert antiphon(home, *TAKES, "-o", "taste.mid", "--force")[0] == 0
    assert contents(folder, "taste") == by_critic


def loudness(content: bytes) -> float:
    """Return the mean velocity of what was added to the prompt."""
    prompt = set(smf.read(DEMO_PHRASES / "minuet.mid").score.notes)
    notes = smf.from_bytes(content, Path("take")).score.notes
    new = [note.velocity for note in notes if note not in prompt]
    return sum(new) / len(new)


def test_takes_are_made_although_the_taste_cannot_be_read(home: Path, file: Path) -> None:
    file.mkdir(parents=True)
    status, said, error = antiphon(home, *TAKES, "-o", "out.mid")
    assert (status, said.count("new notes")) == (0, 4)
    assert error.startswith(f"antiphon: {file}: ")
    assert error.count("\n") == 1
