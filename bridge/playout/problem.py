"""External problems of MIDI input and output, as values that cross a pipe.

The values hold names, versions and texts of the system or of a library, but no sentences:
`gui.wording.problems` makes the sentences. `key` names the kind of problem in the log.
"""

from dataclasses import dataclass
from typing import ClassVar, Literal

from bridge.system.child_end import ChildEnd

# ------------------------------------------------------------------------ reaching a back end


@dataclass(frozen=True, slots=True)
class LibraryMissing:
    """The library of a back end does not load; `error` is the system's text."""

    key: ClassVar = "library-missing"
    backend: str
    error: str


@dataclass(frozen=True, slots=True)
class NoJackServer:
    """No JACK server runs."""

    key: ClassVar = "no-jack-server"


@dataclass(frozen=True, slots=True)
class NoMidiService:
    """None of the system's MIDI services answers."""

    key: ClassVar = "no-midi-service"
    tried: tuple[str, ...]


BackendReason = LibraryMissing | NoJackServer | NoMidiService


@dataclass(frozen=True, slots=True)
class NoBackend:
    """None of several back ends can be reached."""

    key: ClassVar = "no-backend"
    refusals: tuple[BackendReason, ...]


# ---------------------------------------------------------------------------------- ports


@dataclass(frozen=True, slots=True)
class NoSuchPort:
    """No port has the wanted name."""

    key: ClassVar = "no-such-port"
    wanted: str
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AmbiguousPort:
    """The wanted name is part of several ports' names."""

    key: ClassVar = "ambiguous-port"
    wanted: str
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NoVirtualPorts:
    """The system has no virtual ports, so a port must be named."""

    key: ClassVar = "no-virtual-ports"
    direction: Literal["in", "out"]
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class JackRefused:
    """JACK does not open the ports; `error` is its text."""

    key: ClassVar = "jack-refused"
    error: str


@dataclass(frozen=True, slots=True)
class SystemRefused:
    """The system does not open a port; `error` is its text."""

    key: ClassVar = "system-refused"
    error: str


PortReason = NoSuchPort | AmbiguousPort | NoVirtualPorts | JackRefused | SystemRefused


# --------------------------------------------------------------------------------- losses


@dataclass(frozen=True, slots=True)
class JackGone:
    """The JACK server has ended."""

    key: ClassVar = "jack-gone"


@dataclass(frozen=True, slots=True)
class PortGone:
    """A port that was open has disappeared."""

    key: ClassVar = "port-gone"
    name: str


@dataclass(frozen=True, slots=True)
class OutputLost:
    """The output port accepts no more events; `error` is the system's text."""

    key: ClassVar = "output-lost"
    error: str


@dataclass(frozen=True, slots=True)
class PeriodLost:
    """JACK's callback has failed in one period; `error` is the exception."""

    key: ClassVar = "period-lost"
    error: str


@dataclass(frozen=True, slots=True)
class MessagesLost:
    """The engine did not read its pipe in time, and `count` messages are lost."""

    key: ClassVar = "messages-lost"
    count: int


@dataclass(frozen=True, slots=True)
class IoExited:
    """The MIDI I/O process has ended by itself; `end` is None if it is not known how."""

    key: ClassVar = "io-exited"
    end: ChildEnd | None = None


@dataclass(frozen=True, slots=True)
class ComposerFailed:
    """The composer has failed; `kind` and `error` are the exception's class and text."""

    key: ClassVar = "composer-failed"
    kind: str
    error: str


LossReason = (
    JackGone | PortGone | OutputLost | PeriodLost | MessagesLost | IoExited | ComposerFailed
)


# ------------------------------------------------------------------------ plugins and Link


@dataclass(frozen=True, slots=True)
class LinkMissing:
    """The library of Ableton Link is not installed; `command` installs it."""

    key: ClassVar = "link-missing"
    command: str


@dataclass(frozen=True, slots=True)
class PluginPortTaken:
    """Another program uses the UDP port that plugins send to."""

    key: ClassVar = "plugin-port-taken"
    port: int


@dataclass(frozen=True, slots=True)
class PluginVersion:
    """A plugin uses another version of the protocol."""

    key: ClassVar = "plugin-version"
    version: int


PluginReason = LinkMissing | PluginPortTaken | PluginVersion

ProblemReason = BackendReason | NoBackend | PortReason | LossReason | PluginReason
