"""A fast composer that stands in for the network: seeded, and with the same messages.

It keeps the promises of `bridge.messages.composer`: events in order of time, a release for each
onset of an instrument but the drums, `done` with the last message of a take, a new plan after each
replan that also releases what sounds. The notes have no musical sense.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random
from typing import Protocol

from bridge.messages.composer import (
    EndTake,
    Extend,
    Generate,
    Generated,
    NoteEvent,
    Onset,
    Release,
    Replan,
    Reset,
    Retract,
    ToComposer,
)
from bridge.midi.instruments import Instrument
from bridge.midi.notes import TICKS_PER_QUARTER


class Composing(Protocol):
    """A composer: the network's, or the stand-in."""

    @property
    def is_busy(self) -> bool:
        """Whether `step` has something to do."""
        ...

    def receive(self, message: ToComposer) -> None:
        """Apply a message."""
        ...

    def step(self) -> Generated | None:
        """Do one piece of work, and return events that are decided."""
        ...


@dataclass(slots=True)
class _Take:
    """The take that is being decided."""

    request: Generate
    until: int
    end: int
    position: int
    plan: int = 0
    done: bool = False
    sounding: dict[tuple[Instrument, int], int] = field(default_factory=dict)
    """The tick at which each sounding note ends."""
    decided: list[NoteEvent] = field(default_factory=list)


class StandIn:
    """Decides notes at random."""

    def __init__(self, random: Random) -> None:
        self._random = random
        self._take: _Take | None = None

    @property
    def is_busy(self) -> bool:
        """Whether there is a take that may be decided further."""
        take = self._take
        if take is None or take.done:
            return False
        return take.position < self._horizon(take) or take.position >= take.end

    def receive(self, message: ToComposer) -> None:
        """Apply a message."""
        take = self._take
        match message:
            case Generate():
                self._take = _Take(
                    message, message.until_tick, message.end_tick, message.begin_tick
                )
            case Reset():
                self._take = None
            case Extend(number, until) if take is not None and number == take.request.take:
                take.until = max(take.until, until)
            case EndTake(number, end) if take is not None and number == take.request.take:
                take.end = take.until = end
            case Replan(number, plan, tick) if take is not None and number == take.request.take:
                _rewind(take, tick)
                take.plan, take.done = plan, False
            case Retract(number) if take is not None and number == take.request.take:
                self._take = None

    def step(self) -> Generated | None:
        """Decide the next quarter note or so."""
        take = self._take
        if take is None or not self.is_busy:
            return None
        if take.request.script and take.plan == 0:
            take.position, take.done = take.end, True
            return Generated(take.request.take, take.request.script, done=True)
        last = min(self._horizon(take), take.position + TICKS_PER_QUARTER)
        events = [*self._notes(take, last), *self._releases(take, last)]
        events.sort(key=lambda event: (event.tick, isinstance(event, Onset)))
        take.position = max(last, take.position)
        take.done = take.position >= take.end
        if take.done:
            ends = [Release(take.end, *key) for key in take.sounding]
            take.sounding.clear()
            events += ends
        take.decided += events
        return Generated(take.request.take, tuple(events), take.done, take.plan)

    @staticmethod
    def _horizon(take: _Take) -> int:
        return min(take.until, take.end)

    def _notes(self, take: _Take, last: int) -> list[NoteEvent]:
        onsets: list[NoteEvent] = []
        tick = take.position
        while tick < last:
            kind = self._random.choice(take.request.instruments)
            pitch = self._random.randint(max(1, kind.spec.lowest), kind.spec.highest)
            if (kind, pitch) not in take.sounding:
                onsets.append(Onset(tick, kind, pitch, self._random.randint(1, 127)))
                if kind is not Instrument.DRUMS:
                    take.sounding[kind, pitch] = tick + self._random.randint(1, 96)
            tick += self._random.choice((0, 6, 12, 12, 24))
            tick = max(tick, take.position + 1)
        return onsets

    @staticmethod
    def _releases(take: _Take, last: int) -> list[NoteEvent]:
        over = {key: end for key, end in take.sounding.items() if end <= last}
        for key in over:
            del take.sounding[key]
        return [Release(min(end, take.end), *key) for key, end in over.items()]


def _rewind(take: _Take, tick: int) -> None:
    """Drop what was decided after a tick; what sounds there ends in the new plan."""
    begun: dict[tuple[Instrument, int], int] = {}
    kept = [event for event in take.decided if event.tick <= tick]
    for event in kept:
        key = event.instrument, event.pitch
        if isinstance(event, Onset) and event.instrument is not Instrument.DRUMS:
            begun[key] = tick + 1 + TICKS_PER_QUARTER
        else:
            begun.pop(key, None)
    take.decided, take.sounding = kept, begun
    take.position = max(tick + 1, take.request.begin_tick)
