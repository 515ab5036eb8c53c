"""How a child process ended before it joined its parent, as a value."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ChildExited:
    """A child process has ended with this status before it joined.

    `last_words` is the line on its standard error that says best why; empty if it printed none.
    """

    module: str
    status: int
    last_words: str = ""
