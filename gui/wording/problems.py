"""Problems of MIDI input and output, in sentences: what is wrong, and what to do."""

from __future__ import annotations

from functools import reduce
from typing import TYPE_CHECKING, assert_never

from bridge.playout.problem import (
    AmbiguousPort,
    BackendReason,
    ComposerFailed,
    IoExited,
    IoRestarted,
    IoSilent,
    JackGone,
    JackRefused,
    JackSilent,
    LibraryMissing,
    LinkMissing,
    LossReason,
    MessagesLost,
    ModelUnusable,
    NoBackend,
    NoJackServer,
    NoMidiService,
    NoSuchPort,
    NoVirtualPorts,
    OutputLost,
    PeriodLost,
    PluginFolderUnsafe,
    PluginPathTooLong,
    PluginReason,
    PluginRefused,
    PluginSocketReason,
    PluginSocketRefused,
    PluginsTaken,
    PluginVersion,
    PortGone,
    PortReason,
    SystemRefused,
)
from export.runtime.reasons.artefact import ArtefactReason
from gui.wording.child_end import cause_of
from gui.wording.model_files import sentence_of_artefact
from gui.wording.sentence import Sentence

if TYPE_CHECKING:
    from bridge.playout.problem import ProblemReason


def sentence_of_problem(reason: ProblemReason) -> Sentence:
    """Return the sentence for a problem of MIDI input or output."""
    if isinstance(reason, BackendReason):
        return _of_backend(reason)
    if isinstance(reason, PortReason):
        return _of_port(reason)
    if isinstance(reason, LossReason):
        return _of_loss(reason)
    if isinstance(reason, PluginReason):
        return _of_plugin(reason)
    if isinstance(reason, NoBackend):
        return _of_several(reason)
    assert_never(reason)


def _of_backend(reason: BackendReason) -> Sentence:
    match reason:
        case LibraryMissing(backend, error):
            told = Sentence("Ports", "The library of the {} back end does not load ({}).")
            return told.format(backend, error)
        case NoJackServer():
            return Sentence("Ports", "There is no JACK server; start JACK or PipeWire.")
        case NoMidiService(tried):
            return Sentence(
                "Ports", "No MIDI service of the system answers (tried: {}); start one of them."
            ).format(", ".join(tried))
    assert_never(reason)


def _of_several(reason: NoBackend) -> Sentence:
    """Join several reasons into one sentence, with the remedy at the end."""
    first, *others = reason.refusals
    whole = reduce(
        lambda told, other: Sentence("Ports", "{}, and {}").format(told, _next_clause(other)),
        others,
        _first_clause(first),
    )
    return Sentence(
        "Ports",
        "{}; Antiphon goes on without ports, and opens them when you start one of these.",
    ).format(whole)


def _first_clause(reason: BackendReason) -> Sentence:
    match reason:
        case LibraryMissing(backend, error):
            told = Sentence("Ports", "The library of the {} back end does not load ({})")
            return told.format(backend, error)
        case NoJackServer():
            return Sentence("Ports", "There is no JACK server")
        case NoMidiService(tried):
            told = Sentence("Ports", "No MIDI service of the system answers (tried: {})")
            return told.format(", ".join(tried))
    assert_never(reason)


def _next_clause(reason: BackendReason) -> Sentence:
    match reason:
        case LibraryMissing(backend, error):
            told = Sentence("Ports", "the library of the {} back end does not load ({})")
            return told.format(backend, error)
        case NoJackServer():
            return Sentence("Ports", "there is no JACK server")
        case NoMidiService(tried):
            told = Sentence("Ports", "no MIDI service of the system answers (tried: {})")
            return told.format(", ".join(tried))
    assert_never(reason)


def _of_port(reason: PortReason) -> Sentence:
    match reason:
        case NoSuchPort(wanted, ()):
            return Sentence("Ports", 'There is no port "{}"; there are none.').format(wanted)
        case NoSuchPort(wanted, names):
            told = Sentence("Ports", 'There is no port "{}"; there are: {}.')
            return told.format(wanted, ", ".join(names))
        case AmbiguousPort(wanted, names):
            told = Sentence("Ports", '"{}" may be any of these ports: {}.')
            return told.format(wanted, ", ".join(names))
        case NoVirtualPorts():
            return _of_virtual_ports(reason)
        case JackRefused(error):
            return Sentence("Ports", "JACK does not open the ports ({}).").format(error)
        case SystemRefused(error):
            return Sentence("Ports", "The system does not open the port ({}).").format(error)
    assert_never(reason)


def _of_virtual_ports(reason: NoVirtualPorts) -> Sentence:
    if reason.direction == "in":
        told = Sentence(
            "Ports",
            "Windows makes no virtual MIDI ports: install a loopback driver and name the input "
            "port; there are: {}.",
        )
    else:
        told = Sentence(
            "Ports",
            "Windows makes no virtual MIDI ports: install a loopback driver and name the output "
            "port; there are: {}.",
        )
    return told.format(", ".join(reason.names) or Sentence("Ports", "none"))


def _of_loss(reason: LossReason) -> Sentence:
    match reason:
        case JackGone():
            told = Sentence("Ports", "The JACK server has gone; the ports come back with it.")
        case PortGone(name):
            told = Sentence(
                "Ports", 'The port "{}" has gone; it is used again when it is back.'
            ).format(name)
        case OutputLost(error):
            told = Sentence(
                "Ports", "The output port is lost ({}); it is used again when it is back."
            ).format(error)
        case PeriodLost(error):
            told = Sentence("Ports", "A period of MIDI was lost ({}).").format(error)
        case MessagesLost(count):
            told = Sentence(
                "Ports", "The engine stalled and missed {} messages of the MIDI process."
            ).format(count)
        case IoExited() | IoRestarted() | IoSilent() | JackSilent():
            told = _of_process(reason)
        case ComposerFailed(kind, error):
            told = Sentence("Ports", "The composer has failed ({}: {}).").format(kind, error)
        case ModelUnusable(unusable):
            assert isinstance(unusable, ArtefactReason)
            told = sentence_of_artefact(unusable)
        case _:
            assert_never(reason)
    return told


def _of_process(reason: IoExited | IoRestarted | IoSilent | JackSilent) -> Sentence:
    match reason:
        case IoExited(end):
            if not (cause := cause_of(end)):
                return Sentence("Ports", "The MIDI process has ended.")
            told = Sentence("Ports", "The MIDI process has ended ({}).")
            return told.format(cause)
        case IoRestarted(end, _):
            if not (cause := cause_of(end)):
                return Sentence("Ports", "The MIDI process had ended, and was started again.")
            told = Sentence("Ports", "The MIDI process had ended ({}), and was started again.")
            return told.format(cause)
        case IoSilent():
            return Sentence(
                "Ports",
                "The MIDI process does not answer; see whether the MIDI or JACK server hangs.",
            )
        case JackSilent():
            return Sentence(
                "Ports", "The JACK server no longer calls us; play goes on when it does."
            )
    assert_never(reason)


_FLAWS = {
    "link": Sentence("Ports", "is a symbolic link"),
    "not-a-folder": Sentence("Ports", "is not a folder"),
    "owner": Sentence("Ports", "belongs to another user"),
    "writable": Sentence("Ports", "can be changed by other users"),
}
_REFUSALS = {
    "foreign": Sentence("Ports", "messages for another plugin"),
    "invalid": Sentence("Ports", "invalid messages"),
    "late": Sentence("Ports", "connections that sent nothing"),
    "other-user": Sentence("Ports", "connections of another user"),
    "taken": Sentence("Ports", "connections for a plugin that is connected"),
    "time": Sentence("Ports", "messages with a wrong time"),
    "too-many": Sentence("Ports", "too many connections"),
    "unread": Sentence("Ports", "plugins that read nothing"),
}


def _of_plugin(reason: PluginReason) -> Sentence:
    if isinstance(reason, PluginSocketReason):
        return _of_plugin_socket(reason)
    match reason:
        case LinkMissing(command):
            told = Sentence("Ports", "Ableton Link is not installed; type: {}")
            return told.format(command)
        case PluginRefused(cause, number):
            told = Sentence("Ports", "Refused where plugins of a DAW connect: {} ({}).")
            return told.format(_REFUSALS[cause], number)
        case PluginVersion(version):
            told = Sentence("Ports", "A plugin speaks version {} of our language: install ours.")
            return told.format(version)
    assert_never(reason)


def _of_plugin_socket(reason: PluginSocketReason) -> Sentence:
    match reason:
        case PluginsTaken():
            return Sentence(
                "Ports",
                "Another Antiphon is running, and plugins in a DAW are connected to that one.",
            )
        case PluginFolderUnsafe(folder, flaw):
            told = Sentence("Ports", "Plugins in a DAW cannot connect: {} {}; remove it.")
            return told.format(folder, _FLAWS[flaw])
        case PluginPathTooLong(path, longest):
            told = Sentence(
                "Ports",
                "Plugins in a DAW cannot connect: the path {} has more than {} bytes; set "
                "XDG_RUNTIME_DIR to a shorter folder.",
            )
            return told.format(path, longest)
        case PluginSocketRefused(path, error):
            told = Sentence("Ports", "Plugins in a DAW cannot connect: {}: {}.")
            return told.format(path, error)
    assert_never(reason)
