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
    """The MIDI I/O process has ended by itself; `end` is None if it is not known how.

    The engine starts another.
    """

    key: ClassVar = "io-exited"
    end: ChildEnd | None = None


@dataclass(frozen=True, slots=True)
class IoRestarted:
    """The MIDI I/O process had ended, as `end` says, and runs again; `count` counts the times."""

    key: ClassVar = "io-restarted"
    end: ChildEnd | None
    count: int


@dataclass(frozen=True, slots=True)
class IoSilent:
    """The MIDI I/O process does not answer: the system or a MIDI server does not answer it."""

    key: ClassVar = "io-silent"


@dataclass(frozen=True, slots=True)
class JackSilent:
    """The JACK server runs and no longer calls us."""

    key: ClassVar = "jack-silent"


@dataclass(frozen=True, slots=True)
class ComposerFailed:
    """The composer has failed; `kind` and `error` are the exception's class and text."""

    key: ClassVar = "composer-failed"
    kind: str
    error: str


@dataclass(frozen=True, slots=True)
class ModelUnusable:
    """The network does not open or run; `reason` is a reason of the package that runs it."""

    key: ClassVar = "model-unusable"
    reason: object


LossReason = (
    JackGone
    | PortGone
    | OutputLost
    | PeriodLost
    | MessagesLost
    | IoExited
    | IoRestarted
    | IoSilent
    | JackSilent
    | ComposerFailed
    | ModelUnusable
)


# ------------------------------------------------------------------------ plugins and Link


@dataclass(frozen=True, slots=True)
class LinkMissing:
    """The library of Ableton Link is not installed; `command` installs it."""

    key: ClassVar = "link-missing"
    command: str


@dataclass(frozen=True, slots=True)
class PluginsTaken:
    """Another Antiphon of this user runs, and the plugins are connected to it."""

    key: ClassVar = "plugins-taken"


@dataclass(frozen=True, slots=True)
class PluginFolderUnsafe:
    """The folder in which plugins look for the app is not the user's alone."""

    key: ClassVar = "plugin-folder-unsafe"
    folder: str
    flaw: Literal["link", "not-a-folder", "owner", "writable"]


@dataclass(frozen=True, slots=True)
class PluginPathTooLong:
    """The path of the plugins' socket is longer than the system allows."""

    key: ClassVar = "plugin-path-too-long"
    path: str
    longest: int


@dataclass(frozen=True, slots=True)
class PluginSocketRefused:
    """The system does not open the plugins' socket; `error` is its text."""

    key: ClassVar = "plugin-socket-refused"
    path: str
    error: str


PluginRefusal = Literal[
    "foreign", "invalid", "late", "other-user", "taken", "time", "too-many", "unread"
]
"""Why something was refused at the plugins' socket.

    foreign     a message for an instance of another connection, or of none
    invalid     bytes that are no message, or a message with an impossible value
    late        a connection that did not introduce itself in time
    other-user  a connection of another user's program, or one without the secret
    taken       a connection for an instance that is connected already
    time        a message with a time that is far from now
    too-many    a connection beyond the largest number
    unread      a connection whose program does not read what it is sent
"""


@dataclass(frozen=True, slots=True)
class PluginRefused:
    """What was refused at the plugins' socket for one cause since the last report."""

    key: ClassVar = "plugin-refused"
    cause: PluginRefusal
    count: int


@dataclass(frozen=True, slots=True)
class PluginVersion:
    """A plugin uses another version of the protocol."""

    key: ClassVar = "plugin-version"
    version: int


PluginSocketReason = PluginsTaken | PluginFolderUnsafe | PluginPathTooLong | PluginSocketRefused
PluginReason = LinkMissing | PluginSocketReason | PluginRefused | PluginVersion

ProblemReason = BackendReason | NoBackend | PortReason | LossReason | PluginReason
