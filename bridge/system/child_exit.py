"""The exit of a child process before it joined its parent, as a value."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ChildExited:
    """A child process ended with this status before it joined.

    `last_words` is the line on its standard error that best gives the reason; empty if none.
    """

    module: str
    status: int
    last_words: str = ""
