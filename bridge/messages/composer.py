"""The messages between the session and the composer, in the composer's ticks."""

from __future__ import annotations

from dataclasses import dataclass

from bridge.messages.harmony import HeardHarmony
from bridge.messages.settings import Settings
from bridge.midi.instruments import Instrument


@dataclass(frozen=True, slots=True)
class Onset:
    """A note begins."""

    tick: int
    instrument: Instrument
    pitch: int
    velocity: int


@dataclass(frozen=True, slots=True)
class Release:
    """A note ends."""

    tick: int
    instrument: Instrument
    pitch: int


NoteEvent = Onset | Release


@dataclass(frozen=True, slots=True)
class Reset:
    """Clear everything; the music begins at tick 0.

    Tick 0 is a bar line of this metre. The tempo is in quarter notes a minute; None is free
    playing. `past` is music of both players that came before, in order of time: a session goes on.
    """

    bpm: float | None = None
    metre: tuple[int, int] = (4, 4)
    past: tuple[NoteEvent, ...] = ()


@dataclass(frozen=True, slots=True)
class Configure:
    """Apply these settings from the next token on."""

    settings: Settings


@dataclass(frozen=True, slots=True)
class PlayerEvents:
    """The player has played these events."""

    events: tuple[NoteEvent, ...]


@dataclass(frozen=True, slots=True)
class Advance:
    """The player has played nothing more up to `tick`."""

    tick: int


@dataclass(frozen=True, slots=True)
class Generate:
    """Play from `begin_tick` to `end_tick`; generate up to `until_tick` for now.

    The first note is at `begin_tick`. A `script`, in order of time, is played unchanged. With
    `accompany` the player plays at the same time: the composer imagines what, and the first note
    may come later. With `ends` the take comes to an end, instead of being cut.
    """

    take: int
    begin_tick: int
    until_tick: int
    end_tick: int
    instruments: tuple[Instrument, ...]
    script: tuple[NoteEvent, ...] = ()
    accompany: bool = False
    ends: bool = False


@dataclass(frozen=True, slots=True)
class Speculate:
    """Prepare for this request: it follows if the player plays nothing more."""

    generate: Generate


@dataclass(frozen=True, slots=True)
class Extend:
    """Go on with the take up to `until_tick`."""

    take: int
    until_tick: int


@dataclass(frozen=True, slots=True)
class Replan:
    """Decide again with these events, which the player has played during the take.

    Events of the take up to `tick` stand. Later ones are decided again, as plan number `plan` of
    the take. What was imagined up to `heard_tick` is replaced by the events. With `accompany` the
    player goes on playing at the same time.
    """

    take: int
    plan: int
    tick: int
    events: tuple[NoteEvent, ...]
    heard_tick: int
    accompany: bool = False


@dataclass(frozen=True, slots=True)
class EndTake:
    """Bring the take to a musical end at `end_tick`."""

    take: int
    end_tick: int


@dataclass(frozen=True, slots=True)
class Retract:
    """Drop the events of the take after `tick`: they did not sound."""

    take: int
    tick: int


ToComposer = (
    Reset
    | Configure
    | PlayerEvents
    | Advance
    | Speculate
    | Generate
    | Extend
    | Replan
    | EndTake
    | Retract
)


@dataclass(frozen=True, slots=True)
class Generated:
    """The next events of a take, in order of time; `done` is set in the last message.

    Each replan increments `plan`; the first plan is number 0. The `imagined` events are those that
    the composer expects of the player meanwhile. What it has heard of the `harmony` is there when
    it is new.
    """

    take: int
    events: tuple[NoteEvent, ...]
    done: bool = False
    plan: int = 0
    imagined: tuple[NoteEvent, ...] = ()
    harmony: HeardHarmony | None = None
