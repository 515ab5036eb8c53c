"""The answer that the composer works at: what was asked for, and what has come of it.

An answer is decided by a take; or it is a script, a loop's phrase that is played as it was. Either
way the session may extend it, plan it again, end it or retract it while it goes on.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bridge.messages.composer import NoteEvent, Onset, Release
from bridge.midi.instruments import Instrument

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bridge.messages.composer import Generate
    from export.runtime.take import Take

_Key = tuple[Instrument, int]


@dataclass(slots=True)
class GeneratedAnswer:
    """An answer that a take decides, for now up to `until_tick`."""

    asked: Generate
    take: Take
    until_tick: int
    plan: int = 0
    done: bool = False

    @property
    def goes_on(self) -> bool:
        """Tell whether there is more to decide."""
        return not self.done

    def end_at(self, tick: int) -> None:
        """Let it end at a tick."""
        self.until_tick = self.take.end_tick = tick


@dataclass(slots=True)
class ScriptedAnswer:
    """An answer that was given as events, which are returned all at once."""

    asked: Generate
    plan: int = 0
    end_tick: int | None = None
    events: tuple[NoteEvent, ...] = field(init=False)
    """All of the script, with a release for each note that it leaves sounding."""
    pending: tuple[NoteEvent, ...] | None = field(init=False)
    """What is still to be returned, or None."""

    def __post_init__(self) -> None:
        script = self.asked.script
        self.events = (*script, *_releases(script, self.asked.end_tick))
        self.pending = self.events

    @property
    def goes_on(self) -> bool:
        """Tell whether there is something to return."""
        return self.pending is not None

    def end_at(self, tick: int) -> None:
        """Let it end at a tick."""
        self.end_tick = tick

    def replan(self, after_tick: int) -> None:
        """Return again what comes after a tick, up to the end that was asked for."""
        end = self.end_tick
        before = [e for e in self.events if end is None or e.tick < end]
        rest = [event for event in before if event.tick > after_tick]
        if end is not None:
            rest += _releases(before, end)
        self.pending = tuple(rest)


Answer = GeneratedAnswer | ScriptedAnswer


def _releases(events: Iterable[NoteEvent], tick: int) -> list[NoteEvent]:
    """Return the releases at a tick of what events leave sounding; drums end by themselves."""
    sounding: dict[_Key, None] = {}
    for event in events:
        key = event.instrument, event.pitch
        sounding.pop(key, None)
        if isinstance(event, Onset) and key[0] is not Instrument.DRUMS:
            sounding[key] = None
    return [Release(tick, *key) for key in sounding]
