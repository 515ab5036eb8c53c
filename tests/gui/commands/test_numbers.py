"""Every option of every command refuses what is no number of its range, in one sentence.

The options are those that typer knows, so that a new one is tried too.
"""

from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import Any

import pytest
import typer.main

from gui.commands import cli

TEXTS = {
    *("--through", "--input", "--output", "--phrase", "--only", "--control"),
    *("--style", "--instruments", "--metre", "--mode", "--begins", "--re-entry", "--quantise"),
    *("--sync", "--changes", "--key", "--instrument"),
}
"""The options that are words."""
PATHS = {"--record", "--json-log", "--out", "--map", "--plot"}

BAD_NUMBERS = (
    *("nan", "NaN", "-nan", "inf", "-inf", "infinity", "1e999", "-1e999", "1e308", "-1e308"),
    *("0x10", "0b1", "1_0", "1e", "--5", "+-1", " 5 ", "5 ", "", "1,5", "5%", "½", "Ⅷ", "²"),
    *(
        "\uff15",
        "\u0665",
        "\u06f5",
        "\u096b",
        "9" * 400,
        f"-{'9' * 400}",
        "9" * 5000,
        "1" * 100_000,
    ),
    *("a\u202eb", "\x1b[31m", "None", "True", "1\n2", "1j", "{}", "%s"),
)
GIVEN = {
    "continue": ["in.mid", "-o", "out.mid"],
    "hear": ["in.wav", "-o", "out.mid"],
    "style add": ["name", "folder"],
}
"""The arguments that a command demands."""


def commands(group: Any, words: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Yield every command of typer's, with the words that name it."""
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from commands(command, (*words, name))
        else:
            yield (*words, name), command


def options() -> Iterator[tuple[tuple[str, ...], str]]:
    """Yield the numbers among the options, with the command that has each."""
    for words, command in commands(typer.main.get_command(cli.app)):
        for option in command.params:
            flag = max(option.opts, key=len)
            is_value = flag.startswith("--") and not getattr(option, "is_flag", False)
            if is_value and flag not in TEXTS | PATHS:
                yield words, flag


def sentence(capsys: pytest.CaptureFixture[str], words: list[str]) -> str:
    with pytest.raises(SystemExit) as left:
        cli.app(words)
    said = capsys.readouterr()
    assert (left.value.code, said.out) == (2, ""), words
    assert said.err.startswith("antiphon: ")
    assert said.err.count("\n") == 1
    assert len(said.err) < 400
    return said.err.removeprefix("antiphon: ")


def test_the_numbers_are_found() -> None:
    found = {flag for _, flag in options()}
    assert found >= {"--bars", "--seconds", "--takes", "--for", "--steps", "--minutes", "--bpm"}
    assert len(list(options())) > 25


@pytest.mark.parametrize("words,flag", list(options()), ids=str)
def test_what_is_no_number_is_refused_with_the_range(
    capsys: pytest.CaptureFixture[str], words: tuple[str, ...], flag: str
) -> None:
    for typed in BAD_NUMBERS:
        given = [*words, *GIVEN.get(" ".join(words), []), f"{flag}={typed}"]
        said = sentence(capsys, given)
        assert said.startswith(f"{flag}: "), typed
        assert " between " in said, typed


BAD_BLENDS = (
    *("bach:nan", "bach:inf", "bach:-inf", "bach:1e400", "bach:-1", "bach:0", "bach:0,jazz:0"),
    *("bach:1_0", "bach:0x1", "bach:\uff11", "bach:" + "9" * 400, "bach:-0.0", "bach:1,jazz:nan"),
    *("bach:1:2", "bach: :1", "bach:1e-400", "bach:x" + "y" * 1000),
)
BAD_TEXTS = {
    "--style": BAD_BLENDS,
    "--metre": (
        *("nan/4", "4/nan", "4", "4/", "/4", "4/4/4", "4/3", "0/4", "-4/4", "33/4", "4_0/4", ""),
        *("\uff14/4", "9" * 400 + "/4", "4/" + "9" * 5000, "4/0x4", "4.0/4", " 4/4", "inf/4"),
    ),
    "--control": (
        *("panic=cc\uff16\uff14", "panic=cc128", "panic=cc-1", "panic=cc1_0", "panic=cc64/0"),
        *("panic=cc64/17", "panic=cc64/\u0661", "panic=ccnan", "panic=cc", "panic=", "panic", "="),
        *("panic=cc" + "9" * 5000, "panic=cc1/" + "9" * 5000, "x" * 1000 + "=cc64", "panic=cc64/"),
    ),
    "--instruments": ("nan", "piano,nan", "x" * 1000, "\u202epiano", "0"),
    "--mode": ("nan", "", "ANSWER ", "x" * 1000),
    "--quantise": ("nan", "1/3", "1/\uff18", "x" * 1000),
    "--sync": ("nan", "x" * 1000),
}


@pytest.mark.parametrize("flag", BAD_TEXTS)
def test_bad_words_are_refused_with_the_option(
    capsys: pytest.CaptureFixture[str], flag: str
) -> None:
    for typed in BAD_TEXTS[flag]:
        assert sentence(capsys, ["jam", f"{flag}={typed}"]).startswith(f"{flag}: "), typed


def test_numbers_are_refused_before_a_file_is_touched(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    out = tmp_path / "out.mid"
    for flag, typed in product(("--bars", "--seconds", "--seed"), ("nan", "1e999", "-1")):
        sentence(
            capsys, ["continue", str(tmp_path / "none.mid"), "-o", str(out), f"{flag}={typed}"]
        )
    assert list(tmp_path.iterdir()) == []
