"""Names in any script: how two are compared, which is the nearest, and how one is printed.

Two names are the same if they differ only in case, in spaces, in width, or in how Unicode composes
their letters: a keyboard sends `é` as one character, and a file system may return two. Source: the
Unicode Standard, section 3.13, compatibility caseless matching (D146).
"""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

_LONGEST = 64
"""A longer name is cut before it is compared by edit distance, which takes quadratic time."""
_MOST_NEAR = 4
_JOINERS = "\u200c\u200d"
"""Format characters that some scripts and emoji need inside a word."""
_ESCAPED_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
_FIRST_BYTE, _LAST_BYTE = 0xDC80, 0xDCFF
"""How Python shows the bytes of a file name that are not UTF-8 (PEP 383)."""


def plain_name(name: str) -> str:
    """Return a name in lower case, composed (NFC), with single spaces."""
    return " ".join(unicodedata.normalize("NFC", name.lower()).split())


def name_key(name: str) -> str:
    """Return a key that is equal for two spellings of one name."""
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKD", name).casefold())
    return " ".join(unicodedata.normalize("NFKC", folded.casefold()).split())


def nearest(name: str, known: Iterable[str], count: int = _MOST_NEAR) -> tuple[str, ...]:
    """Return the known names that a misspelt one may mean, the most likely first.

    The fewest typing errors count: a missing, a superfluous or another letter, or two letters in
    the wrong order. Case, accents, spaces and punctuation do not. A name of which the given one is
    a part is near, too.
    """
    wanted = _letters(name)
    found = []
    for order, each in enumerate(known):
        letters = _letters(each)
        errors = edit_distance(wanted, letters)
        is_part = len(wanted) > 2 and wanted in letters
        most = max(1, min(len(wanted), len(letters)) // 2)
        if is_part or errors <= most < len(wanted):
            first_differs = letters[:1] != wanted[:1]
            found.append((1 if is_part and errors else errors, first_differs, order, each))
    return tuple(each for *_, each in sorted(found)[:count]) if wanted else ()


def edit_distance(one: str, other: str) -> int:
    """Return how many letters must be inserted, deleted, replaced or swapped with the next.

    No letter is edited twice: the restricted Damerau-Levenshtein distance.
    """
    before, last, row = list[int](), list[int](), list(range(len(other) + 1))
    for at, letter in enumerate(one, 1):
        before, last, row = last, row, [at]
        for to, wanted in enumerate(other, 1):
            best = min(last[to] + 1, row[-1] + 1, last[to - 1] + (letter != wanted))
            if at > 1 and to > 1 and letter == other[to - 2] and one[at - 2] == wanted:
                best = min(best, before[to - 2] + 1)
            row.append(best)
    return row[-1]


def visible(text: str) -> str:
    r"""Return a text in which nothing acts on a terminal or reorders its neighbours.

    Control characters, marks of direction and other characters without a shape are written as
    escapes, such as `\x1b`. So are bytes of a file name that are not UTF-8. The letters of every
    script stay as they are.
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join(_escaped(letter) if _is_hidden(letter) else letter for letter in text)


def _is_hidden(letter: str) -> bool:
    return unicodedata.category(letter) in _ESCAPED_CATEGORIES and letter not in _JOINERS


def _escaped(letter: str) -> str:
    code = ord(letter)
    if _FIRST_BYTE <= code <= _LAST_BYTE:
        return f"\\x{code - 0xDC00:02x}"
    return letter.encode("unicode_escape").decode("ascii")


def _letters(name: str) -> str:
    """Return the letters and digits of a name, without case and accents."""
    decomposed = unicodedata.normalize("NFKD", name[:_LONGEST]).casefold()
    return "".join(letter for letter in decomposed if letter.isalnum())
