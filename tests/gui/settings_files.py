"""Files of settings as no editor writes them: every key with values of every kind."""

from __future__ import annotations

import random
from dataclasses import fields, is_dataclass
from typing import TYPE_CHECKING

from gui.preferences import Preferences

if TYPE_CHECKING:
    from collections.abc import Iterator

NUMBERS = (
    *("nan", "+nan", "-nan", "inf", "-inf", "+inf", "0", "-0.0", "1e400", "-1e400", "1e-400"),
    *(
        "1e308",
        "-1e308",
        "5e-324",
        "0x7fffffff",
        "-1",
        "9223372036854775808",
        "1_000",
        "2147483648",
    ),
    *("9" * 400, f"-{'9' * 400}", f"0.{'0' * 400}1", "1.0", "2", "true", "false"),
)
TEXTS = (
    *('""', '"bach"', '"1"', '"nan"', '"free"', '"auto"', '"trade"', '"dark"', '"cc64/1"'),
    *('"a\\u0000b"', '"\\u001b[31m"', '"\\u202eabc\\u2066"', '"<img src=x>"', '"\\ud800"', "'\\'"),
    *('"夜想曲"', '"../../etc/passwd"', '"/dev/zero"', '"/"', '"*"', '"%s{}{0}"', '"""\na\n"""'),
    *(
        '"\uff11\uff12"',
        '"AdnQywADAAAAAA=="',
        f'"{"x" * 100_000}"',
        '"\U0001f3b9"',
        '"\\u200d"',
        '"cc99999"',
    ),
)
NO_TOML = frozenset(('"\\ud800"',))
"""Those of the values that TOML does not have."""
OTHERS = (
    *("1979-05-27", "07:32:00", "1979-05-27T07:32:00Z", "0001-01-01T00:00:00-23:59", "{}", "[]"),
    *("{a = 1}", "{settings = {}}", "[[]]", "[[[]]]", "[1, 'a', true]", "{bpm = nan}"),
    *(f"{'[' * 90}{']' * 90}", f"{'{a = ' * 90}1{'}' * 90}", f"[{'1, ' * 200}]", "[[1, 2], [3]]"),
    *('[["bach", nan]]', '[["bach", 0]]', '[["bach", -1]]', '[["bach", 1e308], ["jazz", 1e308]]'),
    *('[["bach", 5e-324], ["jazz", 1e308]]', '[["bach", 1], ["bach", 1]]', '[["no such", 1]]'),
    *('["piano", "piano"]', '[["cc64/1", "panic"]]', '[["cc64/1", "panic"], ["cc64/1", "mode"]]'),
    *(
        '[["cc\uff16\uff14/\uff11", "panic"]]',
        "[4, 4]",
        "[4, 4, 4]",
        "[1e400, 4]",
        "[true, 4]",
        "[32, 16]",
    ),
    *('[["bach", 1e-300], ["jazz", 1e300], ["blues", 5e-324]]', '["bach", "no such"]', "[0, 0]"),
)
BROKEN = (
    *("= 1", "a = ", "[settings", "a = 1 a = 2", "a = 'b", "\x00", "\x1b", "a\n", "[[settings]]"),
    *("a = 01", "a = 1__0", 'a = "\\q"', "[settings]\n[settings]", "a = 1\na = 2", "[a.b\n]"),
    *(f"a = {'[' * 1000}{']' * 1000}", f"{'a.' * 1000}a = 1", "a = {b = 1, b = 2}", "# \x07"),
    *("a = 99-99-99", "a = 1979-13-45", "a = 25:61:61", "settings = 1\n[settings]", "[]", "''= 1"),
    *(
        "settings.time.bpm = 1\nsettings.time = 2",
        "a = 1e",
        "[settings.time]\n[settings]\ntime = 1",
    ),
)


def dotted_keys(values: object = Preferences(), prefix: str = "") -> Iterator[str]:
    """Yield the dotted names of all keys, those of tables too."""
    for field in fields(values):  # type: ignore[arg-type]
        yield prefix + field.name
        value = getattr(values, field.name)
        if is_dataclass(value):
            yield from dotted_keys(value, f"{prefix}{field.name}.")


def every_value() -> tuple[str, ...]:
    """Return values of every kind, as TOML."""
    return NUMBERS + TEXTS + OTHERS


def random_file(dice: random.Random) -> str:
    """Return a file of some keys with any values, written in any way, and sometimes broken."""
    keys = [*dotted_keys(), "future", "settings.future", '"odd key"', "settings.time.future.x"]
    chosen = dice.sample(keys, dice.randint(1, 6))
    lines = [f"{key} = {dice.choice(every_value())}" for key in chosen]
    if dice.random() < 0.2:
        table = dice.choice(("settings", "settings.time", "settings.quantise", "future"))
        names = [key.rpartition(".")[2] for key in keys]
        lines += [f"[{table}]"]
        lines += [f"{name} = {dice.choice(every_value())}" for name in dice.sample(names, 3)]
    if dice.random() < 0.1:
        lines.insert(dice.randrange(len(lines) + 1), dice.choice(BROKEN))
    text = dice.choice(("\n", "\n", "\r\n")).join(lines)
    if dice.random() < 0.1:
        cut = dice.randrange(len(text) + 1)
        text = text[:cut] + dice.choice(("", "\x00", '"', "]", "\ufeff", "{")) + text[cut + 1 :]
    return text
