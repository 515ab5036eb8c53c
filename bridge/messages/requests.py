"""What the player asks of a session: from a window, from the command line or by a control."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from bridge.messages.settings import Settings, Style
from bridge.midi.controls import Action, Bindings
from bridge.midi.notes import Score
from bridge.playout import protocol


@dataclass(frozen=True, slots=True)
class Start:
    """Begin a session."""


@dataclass(frozen=True, slots=True)
class Stop:
    """End it; nothing sounds afterwards."""


@dataclass(frozen=True, slots=True)
class HandOver:
    """Answer now."""


@dataclass(frozen=True, slots=True)
class End:
    """Come to an end: soon, and where music ends."""


@dataclass(frozen=True, slots=True)
class Audition:
    """Play this music, as an answer is played; whoever comes in ends it.

    Its tick 0 is now, or the next bar line. Where there is a beat it goes at the tempo that is
    kept, and else at its own.
    """

    score: Score


@dataclass(frozen=True, slots=True)
class Morph:
    """Change the style slowly, from one of these blends to the next, to the last in so long.

    Whoever chooses a style meanwhile ends it; with no blends it ends where it is.
    """

    styles: tuple[Style, ...]
    duration_ns: int = 0


@dataclass(frozen=True, slots=True)
class SetBlendPath:
    """Let the knob that blends go from the first of these blends to the last.

    With none it goes through the styles of the palette again.
    """

    styles: tuple[Style, ...]


@dataclass(frozen=True, slots=True)
class Learn:
    """Let the next control that is used do this; None: none after all."""

    action: Action | None


@dataclass(frozen=True, slots=True)
class Bind:
    """Let these controls do these things, and no others any."""

    bindings: Bindings


@dataclass(frozen=True, slots=True)
class ChangeSettings:
    """Answer differently from now on."""

    settings: Settings


@dataclass(frozen=True, slots=True)
class UnknownStyle:
    """No style has this name; the names of some styles that are near it."""

    key: ClassVar = "unknown-style"
    name: str
    near: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Refused:
    """A change was asked for that cannot be."""

    reason: UnknownStyle


Request = (
    Start
    | Stop
    | HandOver
    | End
    | Audition
    | Morph
    | SetBlendPath
    | Learn
    | Bind
    | ChangeSettings
    | protocol.Panic
    | protocol.OpenPorts
    | protocol.Inject
)
