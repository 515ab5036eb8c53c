"""The command that installs an optional part of Antiphon.

Antiphon itself is on no package index, so `pip install 'antiphon[link]'` finds nothing. The command
names the packages of the extra; it works in a checkout and with an installed wheel.
"""

import sys


def install_command(extra: str) -> str:
    """Return the command that installs the packages of one of the extras in pyproject.toml."""
    # Imported here: start-up and the MIDI I/O process do not need it.
    from importlib.metadata import PackageNotFoundError, requires  # noqa: PLC0415

    try:
        listed = requires("antiphon") or []
    except PackageNotFoundError:  # the source tree runs without `make setup`
        return "make setup"
    marker = f'extra == "{extra}"'
    named = [line.partition(";")[0].strip() for line in listed if marker in line.replace("'", '"')]
    return " ".join([_quoted(sys.executable), "-m pip install", *map(_quoted, named)])


def _quoted(word: str) -> str:
    """Quote a word if needed, with quotes that every system's shell accepts."""
    return f'"{word}"' if set(word) & set(" <>[]") else word
