"""What a session knows of the world around it, as the MIDI I/O process tells it.

Which ports are open and which there are, who is connected, what came back, how late things went
out, what went wrong. None of it decides anything; a window shows it, and the log has it.
"""

from __future__ import annotations

from dataclasses import replace
from statistics import median
from typing import TYPE_CHECKING, Any

from bridge.playout import protocol

if TYPE_CHECKING:
    from bridge.messages.snapshot import Snapshot

IoStatus = (
    protocol.Ready
    | protocol.PortNames
    | protocol.EchoDetected
    | protocol.OutputConnected
    | protocol.Plugins
    | protocol.Lateness
    | protocol.Problem
)


def with_io_status(snapshot: Snapshot, status: IoStatus) -> Snapshot:
    """Return what is shown once this is known."""
    facts: dict[str, Any]
    match status:
        case protocol.Ready(backend, input_name, output_name):
            names = {"input_name": input_name, "output_name": output_name}
            facts = {"backend": backend, "problem": "", **names}
        case protocol.PortNames(inputs, outputs):
            facts = {"inputs": inputs, "outputs": outputs}
        case protocol.EchoDetected(delays_ns):
            usual_ns = round(median(delays_ns))
            facts = {"echo_count": snapshot.echo_count + len(delays_ns), "echo_delay_ns": usual_ns}
        case protocol.OutputConnected(connected):
            facts = {"output_connected": connected}
        case protocol.Plugins(instances):
            facts = {"plugins": instances}
        case protocol.Lateness():
            facts = {"lateness": status}
        case protocol.Problem(text):
            facts = {"problem": text}
    return replace(snapshot, **facts)


def log_line(status: IoStatus) -> tuple[str, int | None, str] | None:
    """Return the log's word for it, a figure and a text; None where it is not worth a line."""
    match status:
        case protocol.Ready(backend):
            return "ready", None, backend
        case protocol.EchoDetected(delays_ns):
            return "echo", delays_ns[-1], ""
        case protocol.Plugins(instances):
            return "plugins", len(instances), ""
        case protocol.Lateness():
            return "lateness", status.worst_ns, ""
        case protocol.Problem(text):
            return "problem", None, text
    return None
