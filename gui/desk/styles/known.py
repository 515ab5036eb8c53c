"""Styles that settings name and the artefact does not have, for instance one that was deleted."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection

    from bridge.messages.settings import Settings


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
