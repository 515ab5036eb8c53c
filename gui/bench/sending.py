"""What another program receives: how late notes are sent while the network decodes at full speed.

The MIDI I/O process sends notes for a minute, ten a second at irregular times, and this process
decodes without a pause. The I/O process reports how late it wrote each event. On JACK it writes
ahead into the next period, so what another client reads is what counts: that client records the
frame of every note it receives. JACK delays all events by whole periods. A constant delay is
latency and not lateness, and is subtracted.
"""

from __future__ import annotations

import threading
from random import Random
from typing import TYPE_CHECKING, Any

import numpy as np

from bridge.io.handle import MidiIo
from bridge.midi.events import NoteOff, NoteOn
from bridge.playout import protocol
from bridge.playout.schedule import ScheduledEvent
from bridge.sync.transport import NANOSECONDS
from bridge.system.clock import SystemClock
from bridge.system.units import MS, SECOND
from export.runtime.calibration import feed_dummy_tokens, make_tuned_decoder
from gui.bench.jack_rig import Listener, RigError, jack_server
from gui.bench.spread import Spread
from gui.wording.reasons import sentence_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bridge.io.handle import BackendName
    from export.runtime.artefact import Artefact

_LEAD_NS, _INTERVAL_NS, _JITTER_NS, _NOTE_NS = 500 * MS, 100 * MS, 40 * MS, 30 * MS
_READY_TIMEOUT_S = 10.0
_NOTES = 64  # pitches in rotation, so that a lost one does not shift the others


class DecodeLoad:
    """Decodes at full speed in a thread."""

    def __init__(self, artefact: Artefact) -> None:
        self._decoder = make_tuned_decoder(artefact)
        self._stopping = False
        self._thread = threading.Thread(target=self._decode, daemon=True)

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(self, *_: object) -> None:
        self._stopping = True
        self._thread.join()

    def _decode(self) -> None:
        while not self._stopping:
            feed_dummy_tokens(self._decoder, 1)


def measure_sent(artefact: Artefact, seconds: int, backend: BackendName) -> dict[str, Any]:
    """Return how late the I/O process reports its notes, as a spread and one by one."""
    with DecodeLoad(artefact), MidiIo.start(backend) as io:
        io.send(protocol.OpenPorts())
        io.send(protocol.SetOwnTransport(NANOSECONDS))
        delays = measure_lateness(io, plan_notes(seconds))
    late = [delay for delay in delays if delay is not None]
    return Spread.from_ns(late).as_dict() | {
        "planned": len(delays),
        "lost": len(delays) - len(late),
        "late_us": sorted(round(each / 1000, 1) for each in late),
    }


def measure_lateness(io: MidiIo, events: list[ScheduledEvent]) -> list[int | None]:
    """Send events, and return the lateness of each in nanoseconds; None: it was lost."""
    io.send(protocol.Play(tuple(events)))
    sent: dict[int, int] = {}
    clock = SystemClock()
    while clock.now_ns() < events[-1].tick + SECOND:
        for message in io.receive(0.2):
            if isinstance(message, protocol.Emitted):
                sent |= {e.due_ns: e.sent_ns - e.due_ns for e in message.events}
    return [sent.get(event.tick) for event in events]


def measure_received(artefact: Artefact, seconds: int) -> dict[str, Any]:
    """Return how late another JACK client receives notes, on a server of our own.

    Raises:
        gui.bench.jack_rig.RigError: no such server can run here.

    """
    with jack_server(), DecodeLoad(artefact), MidiIo.start("jack") as io:
        io.send(protocol.OpenPorts())
        io.send(protocol.SetOwnTransport(NANOSECONDS))
        source = _await_output(io)
        listener = Listener(source)
        dues = plan_notes(seconds)
        io.send(protocol.Play(tuple(dues)))
        clock = SystemClock()
        while clock.now_ns() < dues[-1].tick + SECOND:
            io.receive(0.2)
        received = listener.stop()
    delays = list(_delays([event for event in dues if isinstance(event.event, NoteOn)], received))
    if not delays:
        raise RigError("the listener received none of the notes.")
    usual = int(np.median(delays))
    found = Spread.from_ns(abs(delay - usual) for delay in delays).as_dict()
    return found | {
        "planned": len(dues) // 2,
        "lost": len(dues) // 2 - len(delays),
        "constant_delay_ms": round(usual / MS, 3),
        "late_us": sorted(round((delay - usual) / 1000) for delay in delays),
    }


def _await_output(io: MidiIo) -> str:
    for message in io.receive(_READY_TIMEOUT_S):
        if isinstance(message, protocol.Ready):
            return message.output_name
        if isinstance(message, protocol.Problem):
            raise RigError(str(sentence_of(message.reason)))
    raise RigError("the MIDI process opens no ports.")


def plan_notes(seconds: int) -> list[ScheduledEvent]:
    """Return notes for `seconds` from now on, ten a second at irregular times."""
    random, at_ns = Random(0), SystemClock().now_ns() + _LEAD_NS
    dues = []
    for index in range(seconds * SECOND // _INTERVAL_NS):
        onset_ns = at_ns + index * _INTERVAL_NS + random.randrange(_JITTER_NS)
        dues.append(ScheduledEvent(onset_ns, 0, NoteOn(0, 32 + index % _NOTES, 80)))
        dues.append(ScheduledEvent(onset_ns + _NOTE_NS, 0, NoteOff(0, 32 + index % _NOTES)))
    return dues


def _delays(planned: list[ScheduledEvent], received: list[tuple[int, int]]) -> Iterator[int]:
    """Yield the nanoseconds from each note's due time to its arrival."""
    at = 0
    for due in planned:
        assert isinstance(due.event, NoteOn)
        for place in range(at, min(at + _NOTES // 2, len(received))):
            note, at_ns = received[place]
            if note == due.event.pitch:
                at = place + 1
                yield at_ns - due.tick
                break
