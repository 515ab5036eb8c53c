"""Why the session follows this time source, as values.

`gui.wording.whose_time` makes the sentences. `key` names the kind of reason in the log.
"""

from dataclasses import dataclass
from typing import ClassVar

from bridge.sync.transport import Source


@dataclass(frozen=True, slots=True)
class Following:
    """An external source plays and is followed."""

    key: ClassVar = "following"
    source: Source


@dataclass(frozen=True, slots=True)
class SourceStopped:
    """The best source present has stopped; our own clock is followed, or playing is free."""

    key: ClassVar = "source-stopped"
    source: Source
    own_clock: bool


@dataclass(frozen=True, slots=True)
class SourceAbsent:
    """The wanted source sends nothing."""

    key: ClassVar = "source-absent"
    source: Source
    own_clock: bool


@dataclass(frozen=True, slots=True)
class NoSource:
    """No external source is present, and none is wanted."""

    key: ClassVar = "no-source"
    own_clock: bool


TimeReason = Following | SourceStopped | SourceAbsent | NoSource


def time_reason(leading: Source, present: Source | None, wanted: Source | None) -> TimeReason:
    """Return why `leading` is followed, given the best source present and the wanted one."""
    if leading.is_external:
        return Following(leading)
    own_clock = leading is Source.OWN
    if present is not None:
        return SourceStopped(present, own_clock)
    if wanted is not None and wanted.is_external:
        return SourceAbsent(wanted, own_clock)
    return NoSource(own_clock)
