"""Whatever is wrong with a command line is said in one sentence, with status 2."""

import os
import subprocess
from pathlib import Path

import pytest

from assets import DEMO_PHRASES
from gui.commands import cli
from tests.gui.commands.shell import ANTIPHON, antiphon, refusal

MINUET = str(DEMO_PHRASES / "minuet.mid")
ACTIONS = "hand-over, ending, panic, mode, style, blend, temperature, style-strength, swing"
VARIABLES = os.environ | {"PYTHONPATH": str(Path(__file__).parents[4])}
SENTENCES = [
    ("contnue", "there is no command 'contnue'; near it: continue; there are "),
    ("--verbos styles", "there is no option '--verbos'; near it: --verbose."),
    ("zzzz", "there is no command 'zzzz'; there are "),
    ("style", "style: a command is missing; there are add, list, remove."),
    ("style ad", "style: there is no command 'ad'; near it: add; there are add, list, remove."),
    ("style add", "style add: NAME is missing; `antiphon style add --help` explains it."),
    ("style add x", "style add: FOLDER is missing; `antiphon style add --help` explains it."),
    ("styles jass", "there is no style 'jass'; near it: jazz"),
    ("styles qqqqqqq", "there is no style 'qqqqqqq'; near it: none; `antiphon styles` lists all."),
    ("continue", "continue: IN.mid is missing; `antiphon continue --help` explains it."),
    ("continue IN", "continue: the option -o is missing; "),
    ("continue IN -o", "-o needs a value."),
    ("continue IN x -o OUT", "continue: got unexpected extra argument"),
    ("continue IN -o OUT --bar 3", "continue: there is no option '--bar'; near it: --bars."),
    ("continue IN -o OUT -z", "continue: there is no option '-z'."),
    ("continue IN -o OUT --only-new=1", "--only-new takes no value."),
    (
        "continue IN -o OUT --bars two",
        "--bars: 'two' is not a whole number between 1 and 10000 bars.",
    ),
    ("continue IN -o OUT --bars", "--bars needs a value."),
    (
        "continue IN -o OUT --bars 2.5",
        "--bars: 2.5 is not a whole number between 1 and 10000 bars.",
    ),
    ("continue IN -o OUT --bars -1", "--bars: -1 is not between 1 and 10000 bars."),
    ("continue IN -o OUT --bars 0", "--bars: 0 is not between 1 and 10000 bars."),
    (
        f"continue IN -o OUT --bars 1{'0' * 40}",
        "--bars: 1e40 is not between 1 and 10000 bars.",
    ),
    ("continue IN -o OUT --seconds nan", "--seconds: nan is not between 0 and 86400 s."),
    ("continue IN -o OUT --seconds -inf", "--seconds: -inf is not between 0 and 86400 s."),
    ("continue IN -o OUT --seconds 1e9", "--seconds: 1000000000 is not between 0 and 86400 s."),
    (
        "continue IN -o OUT --seconds long",
        "--seconds: 'long' is not a number between 0 and 86400 s.",
    ),
    ("continue IN -o OUT --seconds 0", "give --bars or --seconds, as a number above 0."),
    ("continue IN -o OUT --seconds 1 --bars 1", "give --bars or --seconds, as a number above 0."),
    ("continue IN -o OUT --takes 0", "--takes: 0 is not between 1 and 1000."),
    (
        "continue IN -o OUT --takes many",
        "--takes: 'many' is not a whole number between 1 and 1000.",
    ),
    (
        "continue IN -o OUT --temperature hot",
        "--temperature: 'hot' is not a number between 0 and 5.",
    ),
    ("continue IN -o OUT --style jass", "--style: there is no style 'jass'; near it: jazz, lasso."),
    ("continue IN -o OUT --style jazz:x", "--style: 'x' is not a weight (write chopin:0.7)."),
    (
        "continue IN -o OUT --instruments pianno",
        "--instruments: there is no 'pianno'; near it: piano; there are piano, organ, ",
    ),
    ("continue IN -o out.wav", "out.wav: its name does not end in .mid, .midi."),
    ("continue IN -o OUT --seed x", "--seed: 'x' is not a whole number between 0 and 2147483647."),
    ("jam --seed 1.5", "--seed: 1.5 is not a whole number between 0 and 2147483647."),
    ("jam --sync foo", "--sync: 'foo' is not one of auto, plugin, jack, midi, link, internal, "),
    ("jam --through jak", "--through: there is no 'jak'; near it: jack; there are auto, jack, "),
    (
        "jam --control pannic=cc1",
        f"--control: there is no 'pannic'; near it: panic; there are {ACTIONS}.",
    ),
    ("jam --control panic=kc1", "--control: 'kc1' is no control (write cc64, or note36/10 for "),
    ("jam --control panic", "--control: '' is no control (write cc64, "),
    ("jam --for ever", "--for: 'ever' is not a number between 0 and 86400 s."),
    ("jam --record out.wav", "out.wav: its name does not end in .mid, .midi."),
    ("jam --record o.mid --json-log o.mid", "--json-log: o.mid is the file of --record."),
    ("styles --map map.jpg", "map.jpg: its name does not end in .png."),
    ("bench --seconds 0", "--seconds: 0 is not between 1 and 3600 s."),
    ("bench --minutes one", "--minutes: 'one' is not a whole number between 2 and 600 min."),
    ("bench --only stop", "--only: there is no 'stop'; near it: step; there are "),
    ("demo --out none", "--out: none is not a folder."),
    ("doctor --jso", "doctor: there is no option '--jso'; near it: --json."),
    ("ports x", "ports: got unexpected extra argument"),
]


@pytest.mark.parametrize("words,sentence", SENTENCES, ids=[words for words, _ in SENTENCES])
def test_a_bad_command_line_is_one_sentence(
    words: str,
    sentence: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    known = {"IN": MINUET, "OUT": "out.mid"}
    with pytest.raises(SystemExit) as left:
        cli.app([known.get(word, word) for word in words.split()])
    said = capsys.readouterr()
    assert (left.value.code, said.out) == (2, "")
    assert said.err.startswith(f"antiphon: {sentence}"), said.err
    assert said.err.endswith(".\n")
    assert said.err.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "words,sentence",
    [
        (["contnue"], "there is no command 'contnue'; near it: continue; "),
        (["continue", MINUET, "-o", "out.mid", "--bars", "two"], "--bars: 'two' is not a whole "),
        (
            [b"continue", b"caf\xe9\x1b[31m.mid", b"-o", b"out.mid"],
            "caf\\xe9\\x1b[31m.mid: no such file.",
        ),
        (["continue", "a\nb\tc.mid", "-o", "out.mid"], "a\\nb\\tc.mid: no such file."),
        ([b"caf\xe9"], "there is no command 'caf\\udce9'; "),
        (
            [b"continue", MINUET.encode(), b"-o", b"o.mid", b"--style", b"\xe9"],
            "--style: there is no style '\\udce9'; ",
        ),
    ],
)
@pytest.mark.parametrize(
    "variables",
    [
        {},
        {"LANG": "C", "LC_ALL": "C"},
        {"PYTHONIOENCODING": "ascii"},
        {"LC_ALL": "POSIX", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
    ],
    ids=["UTF-8", "C", "ascii", "bytes"],
)
def test_a_process_says_the_same_in_every_encoding(
    words: list[str | bytes], sentence: str, variables: dict[str, str], tmp_path: Path
) -> None:
    assert refusal(antiphon(*words, variables=variables, folder=tmp_path)).startswith(sentence)
    assert list(tmp_path.iterdir()) == []


def test_every_number_has_its_range_in_the_help(capsys: pytest.CaptureFixture[str]) -> None:
    for command, ranges in (
        ("continue", ("(1 to 10000 bars)", "(0 to 86400 s)", "(1 to 1000)")),
        ("bench", ("(1 to 3600 s)", "(2 to 600 min)")),
        ("jam", ("(0 to 86400 s)", f"({ACTIONS})")),
    ):
        with pytest.raises(SystemExit) as left:
            cli.app([command, "--help"])
        assert left.value.code == 0
        text = " ".join(capsys.readouterr().out.split())
        for each in ranges:
            assert each in text, (command, each)


@pytest.mark.parametrize("words", [("styles",), ("--help",), ("ports",), ("continue", "--help")])
def test_standard_output_without_room_is_one_sentence(words: tuple[str, ...]) -> None:
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            [*ANTIPHON, *words], stdout=full, stderr=subprocess.PIPE, env=VARIABLES, check=False
        )
    said = b"antiphon: standard output: cannot be written (No space left on device).\n"
    assert (done.returncode, done.stderr) == (2, said)


def test_a_refusal_needs_no_standard_error() -> None:
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            [*ANTIPHON, "demo", "--phrase", "none.mid"],
            stdout=subprocess.PIPE,
            stderr=full,
            env=VARIABLES,
            check=False,
        )
    assert (done.returncode, done.stdout) == (2, b"")
