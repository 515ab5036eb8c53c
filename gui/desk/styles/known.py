"""Styles that settings name and the artefact does not have, for instance one that was deleted."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from bridge.names import visible

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from bridge.messages.settings import Settings

_MAX_SHOWN, _MAX_LETTERS = 5, 40


def without_unknown_styles(
    settings: Settings, names: Collection[str]
) -> tuple[Settings, tuple[str, ...]]:
    """Return settings with only the styles in `names`, and the names of the others in order."""
    used = {name for name, _ in settings.style} | set(settings.palette)
    unknown = tuple(sorted(used - set(names)))
    known = replace(
        settings,
        style=tuple((name, weight) for name, weight in settings.style if name not in unknown),
        palette=tuple(name for name in settings.palette if name not in unknown),
    )
    return known, unknown


def short_list(names: Sequence[str]) -> str:
    """Return the first names for a sentence, each cut if it is long."""
    shown = [visible(name[:_MAX_LETTERS]) for name in names[:_MAX_SHOWN]]
    return ", ".join(shown + ["..."] * (len(names) > _MAX_SHOWN))
