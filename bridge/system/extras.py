"""What to type to install a part of Antiphon that is optional.

Antiphon itself is on no package index, so `pip install 'antiphon[link]'` finds nothing. The command
names the packages that the extra stands for; it works in a checkout and where a wheel is installed.
"""

import sys
from importlib.metadata import PackageNotFoundError, requires


def install_command(extra: str) -> str:
    """Return the command that installs the packages of one of the extras in pyproject.toml."""
    try:
        listed = requires("antiphon") or []
    except PackageNotFoundError:  # the source tree is run without having been set up
        return "make setup"
    marker = f'extra == "{extra}"'
    named = [line.partition(";")[0].strip() for line in listed if marker in line.replace("'", '"')]
    return " ".join([_quoted(sys.executable), "-m pip install", *map(_quoted, named)])


def _quoted(word: str) -> str:
    """Put a word in quotes that every system's shell knows, if it needs any."""
    return f'"{word}"' if set(word) & set(" <>[]") else word
