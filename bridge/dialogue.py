"""What the session, its composer and its faces say to each other: values, and nothing else.

The player *requests* (from a window or the command line), the *composer* is told in ticks what was
played and answers in ticks, and a window is shown a *snapshot*. All of it is frozen and crosses
threads and processes as it is. `bridge.session` decides what follows from what.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass

from bridge import protocol
from bridge.instruments import Instrument

MOST_CANDIDATES = 4
"""So many beginnings of an answer fit into a short pause."""


class State(enum.Enum):
    """Who has the turn."""

    STOPPED = "stopped"
    LISTENING = "listening"
    HEARING = "hearing"
    ANSWERING = "answering"


# What the player asks for, from the window or the command line.


@dataclass(frozen=True, slots=True)
class Settings:
    """How to answer.

    No instruments means those that the player plays; answers are as long as the phrase unless
    `answer_ns` says otherwise. A style stronger than 1 is more itself than the network would make
    it: its vector is so many times as long, away from the zero that is no style.
    """

    style: tuple[tuple[str, float], ...] = ()
    instruments: tuple[Instrument, ...] = ()
    temperature: float = 1.0
    top_p: float = 0.95
    seed: int = 0
    answer_ns: int | None = None
    style_strength: float = 2.0
    candidates: int = MOST_CANDIDATES


@dataclass(frozen=True, slots=True)
class Listen:
    """Begin a session."""


@dataclass(frozen=True, slots=True)
class Halt:
    """End it; nothing sounds afterwards."""


@dataclass(frozen=True, slots=True)
class HandOver:
    """Answer now."""


@dataclass(frozen=True, slots=True)
class Change:
    """Answer differently from now on."""

    settings: Settings


@dataclass(frozen=True, slots=True)
class Refused:
    """A change was asked for that cannot be; the text is one sentence."""

    text: str


Request = Listen | Halt | HandOver | Change | protocol.Panic | protocol.OpenPorts


# What the session and the composer say to each other, in ticks.


@dataclass(frozen=True, slots=True)
class Strike:
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


Happening = Strike | Release


@dataclass(frozen=True, slots=True)
class Begin:
    """Forget everything; a new session begins at tick 0."""


@dataclass(frozen=True, slots=True)
class Arrange:
    """Use these settings from the next token on."""

    settings: Settings


@dataclass(frozen=True, slots=True)
class Hear:
    """The player has played this."""

    happenings: tuple[Happening, ...]


@dataclass(frozen=True, slots=True)
class Elapse:
    """The player has done nothing more up to a tick."""

    tick: int


@dataclass(frozen=True, slots=True)
class Compose:
    """Answer from `begin_tick` to `end_tick`, for now as far as `until_tick`.

    The first note belongs at the beginning.
    """

    take: int
    begin_tick: int
    until_tick: int
    end_tick: int
    instruments: tuple[Instrument, ...]


@dataclass(frozen=True, slots=True)
class Foresee:
    """If the player does nothing more, this is what will be asked for."""

    compose: Compose


@dataclass(frozen=True, slots=True)
class Extend:
    """Go on with the take as far as `until_tick`."""

    take: int
    until_tick: int


@dataclass(frozen=True, slots=True)
class Withdraw:
    """The take was heard up to `tick` only; what came after never happened."""

    take: int
    tick: int


ToComposer = Begin | Arrange | Hear | Elapse | Foresee | Compose | Extend | Withdraw


@dataclass(frozen=True, slots=True)
class Composed:
    """The next part of a take, in order of time; `done` with the last."""

    take: int
    happenings: tuple[Happening, ...]
    done: bool = False


Inbox = protocol.FromIo | Composed | Refused | Request


# What the session shows and tells.


@dataclass(frozen=True, slots=True)
class RollNote:
    """A note as a piano roll draws it; one that has not ended has no release."""

    instrument: Instrument
    pitch: int
    velocity: int
    onset_ns: int
    release_ns: int | None = None
    answered: bool = False


@dataclass(frozen=True, slots=True)
class LogEntry:
    """Something worth a line in the log.

    A word for it, when it was, and a figure (nanoseconds or a count) where it has one.
    """

    time_ns: int
    what: str
    figure: int | None = None
    text: str = ""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """All that a window shows, as it was at `now_ns`."""

    now_ns: int
    state: State
    settings: Settings
    notes: tuple[RollNote, ...]
    backend: str = ""
    input_name: str = ""
    output_name: str = ""
    inputs: tuple[str, ...] = ()
    outputs: tuple[str, ...] = ()
    hand_over_ns: int | None = None
    """From the last hand-over to its first note sent."""
    worst_lateness_ns: int = 0
    problem: str = ""
