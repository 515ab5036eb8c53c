"""What the session and the composer send each other, in ticks of the composer."""

from __future__ import annotations

from dataclasses import dataclass

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
    """Forget everything; the music begins at tick 0.

    That is a bar line of this metre. The tempo is in quarter notes a minute; without one the music
    is played freely.
    """

    bpm: float | None = None
    metre: tuple[int, int] = (4, 4)


@dataclass(frozen=True, slots=True)
class Configure:
    """Use these settings from the next token on."""

    settings: Settings


@dataclass(frozen=True, slots=True)
class PlayerEvents:
    """The player has played this."""

    events: tuple[NoteEvent, ...]


@dataclass(frozen=True, slots=True)
class Advance:
    """The player has done nothing more up to a tick."""

    tick: int


@dataclass(frozen=True, slots=True)
class Generate:
    """Answer from `begin_tick` to `end_tick`, for now as far as `until_tick`.

    The first note belongs at the beginning. With a `script`, in order of time, the answer is that.
    `together` the player plays as well, on other instruments.
    """

    take: int
    begin_tick: int
    until_tick: int
    end_tick: int
    instruments: tuple[Instrument, ...]
    script: tuple[NoteEvent, ...] = ()
    accompany: bool = False


@dataclass(frozen=True, slots=True)
class Speculate:
    """If the player does nothing more, this is what will be asked for."""

    generate: Generate


@dataclass(frozen=True, slots=True)
class Extend:
    """Go on with the take as far as `until_tick`."""

    take: int
    until_tick: int


@dataclass(frozen=True, slots=True)
class Replan:
    """The player has played this, while the take goes on.

    What the take has told up to `tick` stands; what comes after is to be decided anew, as plan
    number `plan` of the take.
    """

    take: int
    plan: int
    tick: int
    events: tuple[NoteEvent, ...]


@dataclass(frozen=True, slots=True)
class EndTake:
    """Let the take come to an end at `end_tick`, and sound like it."""

    take: int
    end_tick: int


@dataclass(frozen=True, slots=True)
class Retract:
    """The take was heard up to `tick` only; what came after never happened."""

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
    """The next part of a take, in order of time; `done` with the last.

    A take that is amended is another plan; the first is number 0.
    """

    take: int
    events: tuple[NoteEvent, ...]
    done: bool = False
    plan: int = 0
