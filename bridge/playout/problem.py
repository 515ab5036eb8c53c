"""What the world does wrong to MIDI in and out, as values that cross a pipe.

They hold names, versions and what the system or a library said, and no sentence:
`gui.wording.problems` makes the sentences where they are read. A key names the kind of problem in a
log.
"""

from dataclasses import dataclass
from typing import ClassVar, Literal

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
    """No port has the name that was asked for."""

    key: ClassVar = "no-such-port"
    wanted: str
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AmbiguousPort:
    """Several ports have the name that was asked for as a part of theirs."""

    key: ClassVar = "ambiguous-port"
    wanted: str
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NoVirtualPorts:
    """The system makes no virtual ports, so that a port must be named."""

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
    """The JACK server has gone."""

    key: ClassVar = "jack-gone"


@dataclass(frozen=True, slots=True)
class PortGone:
    """A port that was open has gone."""

    key: ClassVar = "port-gone"
    name: str


@dataclass(frozen=True, slots=True)
class OutputLost:
    """The output port takes no more events; `error` is the system's text."""

    key: ClassVar = "output-lost"
    error: str


@dataclass(frozen=True, slots=True)
class PeriodLost:
    """The callback of JACK has failed in one period; `error` is the exception."""

    key: ClassVar = "period-lost"
    error: str


@dataclass(frozen=True, slots=True)
class MessagesLost:
    """The engine did not read its pipe in time and missed this many messages."""

    key: ClassVar = "messages-lost"
    count: int


@dataclass(frozen=True, slots=True)
class IoExited:
    """The MIDI I/O process has ended; `last_words` is what it printed last, if anything."""

    key: ClassVar = "io-exited"
    last_words: str = ""


@dataclass(frozen=True, slots=True)
class ComposerFailed:
    """The composer has failed; the class of the exception, and its text."""

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
    """Another program has the UDP port at which plugins look for us."""

    key: ClassVar = "plugin-port-taken"
    port: int


@dataclass(frozen=True, slots=True)
class PluginVersion:
    """A plugin speaks another version of the protocol."""

    key: ClassVar = "plugin-version"
    version: int


PluginReason = LinkMissing | PluginPortTaken | PluginVersion

ProblemReason = BackendReason | NoBackend | PortReason | LossReason | PluginReason
