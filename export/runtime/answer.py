"""The answer that the composer is working on: the request, and its state.

A generated answer is decided by a take. A scripted answer, the phrase of a loop, is played as it is
given. The session can extend either one, plan it again, end it or retract it while it is playing.
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
    """An answer that a take decides, currently up to `until_tick`."""

    asked: Generate
    take: Take
    until_tick: int
    plan: int = 0
    done: bool = False

    @property
    def goes_on(self) -> bool:
        """Whether there is more to decide."""
        return not self.done

    def end_at(self, tick: int) -> None:
        """End the answer at a tick."""
        self.until_tick = tick
        self.take.end_at(tick)


@dataclass(slots=True)
class ScriptedAnswer:
    """An answer whose events are given; they are returned all at once."""

    asked: Generate
    plan: int = 0
    end_tick: int | None = None
    events: tuple[NoteEvent, ...] = field(init=False)
    """The script, with a release for each note that it leaves sounding."""
    pending: tuple[NoteEvent, ...] | None = field(init=False)
    """The events that are still to be returned, or None."""

    def __post_init__(self) -> None:
        script = self.asked.script
        self.events = (*script, *_releases(script, self.asked.end_tick))
        self.pending = self.events

    @property
    def goes_on(self) -> bool:
        """Whether there are events to return."""
        return self.pending is not None

    def end_at(self, tick: int) -> None:
        """Set the tick at which the answer ends from the next `replan` on."""
        self.end_tick = tick

    def replan(self, after_tick: int) -> None:
        """Return the events after a tick again, up to the end that was set."""
        end = self.end_tick
        before = [e for e in self.events if end is None or e.tick < end]
        rest = [event for event in before if event.tick > after_tick]
        if end is not None:
            rest += _releases(before, end)
        self.pending = tuple(rest)


Answer = GeneratedAnswer | ScriptedAnswer


def _releases(events: Iterable[NoteEvent], tick: int) -> list[NoteEvent]:
    """Return releases at a tick for the notes that events leave sounding; drums need none."""
    sounding: dict[_Key, None] = {}
    for event in events:
        key = event.instrument, event.pitch
        sounding.pop(key, None)
        if isinstance(event, Onset) and key[0] is not Instrument.DRUMS:
            sounding[key] = None
    return [Release(tick, *key) for key in sounding]
