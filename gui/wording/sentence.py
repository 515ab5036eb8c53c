"""A translatable sentence: its English pattern and the values that fill it.

Pure code knows no translator. It makes `Sentence(CONTEXT, PATTERN)`, with both as literals so that
`dev/languages` finds them, and fills it like a `str`: `.format(name)`. The window passes the
pattern through a translator before it is filled; the terminal uses `str()`, which is English.

What fills a sentence comes from the world: names of files, ports and styles. Characters that would
act on a terminal, or reorder the sentence, are written as escapes.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from bridge.names import visible

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass(frozen=True, slots=True)
class Sentence:
    """A pattern, its translation context, and the values that fill its placeholders."""

    context: str
    pattern: str
    arguments: tuple[Sentence | str | float, ...] = ()

    def format(self, *arguments: Sentence | str | float) -> Sentence:
        """Fill the placeholders, in order."""
        return replace(self, arguments=arguments)

    def render(self, translate: Callable[[str, str], str]) -> str:
        """Return the text; `translate` maps a context and a pattern to a translated pattern."""
        pattern = translate(self.context, self.pattern) if self.context else self.pattern
        parts = (
            part.render(translate) if isinstance(part, Sentence) else part
            for part in self.arguments
        )
        return visible(pattern.format(*parts))

    def __str__(self) -> str:
        """Return the text in English."""
        return self.render(lambda _, pattern: pattern)
