"""How a child process ended by itself, as a value."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ChildEnd:
    """A child process ended with this status; a negative one is the signal that ended it.

    `last_words` is the line on its standard error that best gives the reason; empty if none.
    """

    status: int
    last_words: str = ""


FindEnd = Callable[[], ChildEnd | None]
"""Returns how a child ended; None while it is not known."""
