"""The player's requests to a session: from the window, the command line or a control."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from bridge.messages.settings import Settings, Style
from bridge.midi.controls import Action, Bindings
from bridge.midi.notes import Score
from bridge.playout import protocol


@dataclass(frozen=True, slots=True)
class Start:
    """Start the session."""


@dataclass(frozen=True, slots=True)
class Stop:
    """Stop the session, and silence everything."""


@dataclass(frozen=True, slots=True)
class HandOver:
    """Hand over now: Antiphon answers at once."""


@dataclass(frozen=True, slots=True)
class End:
    """Bring the response to a musical end soon."""


@dataclass(frozen=True, slots=True)
class Audition:
    """Play this score like a response; a note of the player's ends it.

    Its tick 0 is now, or the next bar line. Where there is a beat, it follows the transport's
    tempo; otherwise it has its own.
    """

    score: Score


@dataclass(frozen=True, slots=True)
class Morph:
    """Change the style slowly through these blends, to the last after `duration_ns`.

    A style that the player chooses meanwhile ends the morph. A request without blends ends it too.
    """

    styles: tuple[Style, ...]
    duration_ns: int = 0


@dataclass(frozen=True, slots=True)
class SetBlendPath:
    """Set the path of the blend knob: from the first of these blends to the last.

    Without blends the knob goes through the styles of the palette.
    """

    styles: tuple[Style, ...]


@dataclass(frozen=True, slots=True)
class Learn:
    """Bind the next control that is used to this action; None cancels."""

    action: Action | None


@dataclass(frozen=True, slots=True)
class Bind:
    """Replace all bindings of controls to actions."""

    bindings: Bindings


@dataclass(frozen=True, slots=True)
class ChangeSettings:
    """Apply these settings from now on."""

    settings: Settings


@dataclass(frozen=True, slots=True)
class UnknownStyle:
    """No style has this name; `near` lists similar names."""

    key: ClassVar = "unknown-style"
    name: str
    near: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Refused:
    """A requested change is not possible."""

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
