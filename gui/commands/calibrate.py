"""The round trip: how long a note takes to the host and back.

Some soft notes are sent. A cable, a loopback port or a monitored track of a host returns them. An
echo takes the output and the input delay together. An answer to a clock that arrives through the
same input, sent through the same output, is late by the same time. It is therefore the value for
`--advance-ms`.
"""

from __future__ import annotations

from dataclasses import dataclass
from statistics import median, pstdev
from typing import TYPE_CHECKING

from bridge.io.handle import MidiIo
from bridge.midi.events import NoteOff, NoteOn
from bridge.playout import protocol
from bridge.playout.echo import MEMORY_NS
from bridge.playout.schedule import ScheduledEvent
from bridge.sync.transport import NANOSECONDS
from bridge.system.clock import SystemClock
from bridge.system.units import MS, SECOND
from gui.wording.reasons import sentence_of

if TYPE_CHECKING:
    from bridge.io.handle import BackendName

NOTE_COUNT = 16
_FIRST_PITCH, _VELOCITY = 60, 20
_LEAD_NS, _INTERVAL_NS, _NOTE_NS = 300 * MS, 250 * MS, 100 * MS
_READY_TIMEOUT_S = 10.0


class CalibrationError(Exception):
    """The round trip cannot be measured; the text is one sentence with the reason."""


@dataclass(frozen=True, slots=True)
class RoundTrip:
    """The usual delay of an echo, and how much it varies."""

    echo_count: int
    median_ns: int
    stdev_ns: int


def measure_round_trip(
    backend: BackendName, input_name: str | None, output_name: str | None
) -> RoundTrip:
    """Send some notes and measure their echoes.

    Raises:
        CalibrationError: the ports do not open, or no note comes back.

    """
    with MidiIo.start(backend) as io:
        io.send(protocol.OpenPorts(input_name, output_name))
        _await_ready(io)
        io.send(protocol.SetOwnTransport(NANOSECONDS))
        clock = SystemClock()
        first_ns = clock.now_ns() + _LEAD_NS
        io.send(protocol.Play(tuple(_probe_events(first_ns))))
        end_ns = first_ns + NOTE_COUNT * _INTERVAL_NS + MEMORY_NS
        delays_ns: list[int] = []
        while (left_ns := end_ns - clock.now_ns()) > 0 and len(delays_ns) < 2 * NOTE_COUNT:
            for message in io.receive(left_ns / SECOND):
                if isinstance(message, protocol.EchoDetected):
                    delays_ns += message.delays_ns
    if not delays_ns:
        raise CalibrationError(
            "nothing of what was sent came back: connect the output to the input, or let the host "
            "pass it on."
        )
    return RoundTrip(len(delays_ns), round(median(delays_ns)), round(pstdev(delays_ns)))


def _await_ready(io: MidiIo) -> None:
    for message in io.receive(_READY_TIMEOUT_S):
        if isinstance(message, protocol.Ready):
            return
        if isinstance(message, protocol.Problem):
            raise CalibrationError(str(sentence_of(message.reason)))
    raise CalibrationError("the MIDI process opens no ports.")


def _probe_events(first_ns: int) -> list[ScheduledEvent]:
    dues = []
    for number in range(NOTE_COUNT):
        onset_ns, pitch = first_ns + number * _INTERVAL_NS, _FIRST_PITCH + number
        dues.append(ScheduledEvent(onset_ns, 0, NoteOn(0, pitch, _VELOCITY)))
        dues.append(ScheduledEvent(onset_ns + _NOTE_NS, 0, NoteOff(0, pitch)))
    return dues
