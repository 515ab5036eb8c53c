"""The status of a session: its ports, its transports, and the last refused change.

The status holds the open and the available ports, what is connected, the echoes, the lateness of
sent events and the last problem. It decides nothing. The window shows it and the log records it.
"""

from __future__ import annotations

from dataclasses import replace
from statistics import median
from typing import TYPE_CHECKING, Any

from bridge.history.record import TransportHistory
from bridge.messages.requests import Refused, UnknownStyle
from bridge.messages.settings import Settings
from bridge.messages.snapshot import Snapshot, TurnState
from bridge.playout import protocol
from bridge.playout.problem import IoExited, IoSilent
from bridge.session.effects import Effects

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bridge.sync.transport import Transport

IoStatus = (
    protocol.Ready
    | protocol.PortsClosed
    | protocol.Restarted
    | protocol.PortNames
    | protocol.KeyboardHeard
    | protocol.EchoDetected
    | protocol.OutputConnected
    | protocol.PositionsRefused
    | protocol.InputThinned
    | protocol.Plugins
    | protocol.Lateness
    | protocol.Problem
)


class SessionStatus:
    """The part of a session's snapshot that is not music."""

    def __init__(self, past: Sequence[tuple[int, Transport]] = ()) -> None:
        self.transports = TransportHistory(past)
        """The transports that the session has followed."""
        self._snapshot = Snapshot(0, TurnState.STOPPED, Settings(), ())
        self._refusal: UnknownStyle | None = None  # why the last change was refused

    @property
    def snapshot(self) -> Snapshot:
        """A snapshot with the status; its other fields are those of a new session."""
        problem = self._refusal or self._snapshot.problem
        return replace(self._snapshot, problem=problem, epochs=self.transports.epochs)

    @property
    def in_host(self) -> bool:
        """Whether a plugin in a host is connected."""
        return bool(self._snapshot.plugins)

    @property
    def output_connected(self) -> bool:
        """Whether another program's port is connected to our output."""
        return self._snapshot.output_connected

    def update(self, now_ns: int, status: IoStatus | Refused) -> Effects:
        """Record a report of the MIDI I/O process, or why a change of settings was refused."""
        effects = Effects()
        if isinstance(status, Refused):
            self._refusal = status.reason
            effects.log(now_ns, "refused", reason=status.reason)
            return effects
        before, self._snapshot = self._snapshot, with_io_status(self._snapshot, status)
        if isinstance(status, protocol.Problem):
            effects.log(now_ns, "problem", reason=status.reason)
        elif isinstance(status, protocol.Restarted) and status.reason is not None:
            effects.log(now_ns, "restarted", reason=status.reason)
        elif isinstance(status, protocol.KeyboardHeard) and not status.name:
            effects.log(now_ns, "keyboard gone", text=before.keyboard)
        elif isinstance(status, protocol.PositionsRefused):
            effects.log(now_ns, "positions refused", status.count, status.source.value)
        elif isinstance(status, protocol.InputThinned):
            effects.log(now_ns, "input thinned", status.count)
        elif (line := log_line(status)) is not None:
            effects.log(now_ns, *line)
        return effects

    def set_sync_reason(self, changed: protocol.TransportChanged) -> None:
        """Record the reason for following this time source."""
        self._snapshot = replace(self._snapshot, sync_reason=changed.reason)

    def clear_refusal(self) -> None:
        """Clear the last refusal: a change has been made."""
        self._refusal = None


def with_io_status(snapshot: Snapshot, status: IoStatus) -> Snapshot:
    """Return the snapshot, updated with a report."""
    facts: dict[str, Any]
    match status:
        case protocol.Ready(backend, input_name, output_name):
            names = {"input_name": input_name, "output_name": output_name}
            facts = {"backend": backend, "problem": None, "ports_closed": False, **names}
        case protocol.PortsClosed() | protocol.Restarted():
            facts = _facts_of_process(snapshot, status)
        case protocol.PortNames(inputs, outputs):
            facts = {"inputs": inputs, "outputs": outputs}
        case protocol.KeyboardHeard(name):
            facts = {"keyboard": name}
        case protocol.OutputConnected(connected):
            facts = {"output_connected": connected}
        case protocol.EchoDetected() | protocol.PositionsRefused() | protocol.InputThinned():
            facts = _counts(snapshot, status)
        case protocol.Plugins(instances):
            facts = {"plugins": instances}
        case protocol.Lateness():
            facts = {"lateness": status}
        case protocol.Problem(reason):
            facts = {"problem": reason}
    return replace(snapshot, **facts)


def _counts(
    snapshot: Snapshot,
    status: protocol.EchoDetected | protocol.PositionsRefused | protocol.InputThinned,
) -> dict[str, int]:
    """Return the counts of a snapshot that grow with a report."""
    match status:
        case protocol.EchoDetected(delays_ns):
            count = snapshot.echo_count + len(delays_ns)
            return {"echo_count": count, "echo_delay_ns": round(median(delays_ns))}
        case protocol.PositionsRefused(count=count):
            return {"refused_positions": snapshot.refused_positions + count}
        case protocol.InputThinned(count):
            return {"thinned_messages": snapshot.thinned_messages + count}


def _facts_of_process(
    snapshot: Snapshot, status: protocol.PortsClosed | protocol.Restarted
) -> dict[str, Any]:
    if isinstance(status, protocol.PortsClosed):
        return {"ports_closed": True}
    is_solved = isinstance(snapshot.problem, IoExited | IoSilent)
    return {
        "restarted": status.reason or snapshot.restarted,
        "problem": None if is_solved else snapshot.problem,
    }


def log_line(status: IoStatus) -> tuple[str, int | None, str] | None:
    """Return the event, the value and the text of a log entry, or None for no entry."""
    match status:
        case protocol.Ready(backend):
            return "ready", None, backend
        case protocol.KeyboardHeard(name):
            return "keyboard", None, name
        case protocol.EchoDetected(delays_ns):
            return "echo", delays_ns[-1], ""
        case protocol.Plugins(instances):
            return "plugins", len(instances), ""
        case protocol.Lateness():
            return "lateness", status.worst_ns, ""
    return None
