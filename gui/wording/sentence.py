"""A sentence that can be said in another language: its English pattern, and what fills it.

Who finds something out is pure and knows no translator. It says `Sentence(CONTEXT, PATTERN)` with
both written out, for `dev/languages` gathers them where they stand, and fills it as one fills a
`str`: `.format(name)`. Whoever shows it lets a translator see the pattern before it is filled;
whoever prints it takes `str()`, which is English.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass(frozen=True, slots=True)
class Sentence:
    """A pattern with places, and what goes there; the context is whose words they are."""

    context: str
    pattern: str
    arguments: tuple[Sentence | str | float, ...] = ()

    @classmethod
    def verbatim(cls, text: str) -> Sentence:
        """Return what somebody else has said, to be passed on as it is."""
        return cls("", "{}", (text,))

    def format(self, *arguments: Sentence | str | float) -> Sentence:
        """Fill its places, in their order."""
        return replace(self, arguments=arguments)

    def render(self, translate: Callable[[str, str], str]) -> str:
        """Return it as a translator has it, who is given a context and a pattern."""
        pattern = translate(self.context, self.pattern) if self.context else self.pattern
        parts = (
            part.render(translate) if isinstance(part, Sentence) else part
            for part in self.arguments
        )
        return pattern.format(*parts)

    def __str__(self) -> str:
        """Return it in English."""
        return self.render(lambda _, pattern: pattern)
