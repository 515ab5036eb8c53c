"""MIDI through RtMidi: the ports that every system has, without JACK's clock.

RtMidi has one interface for ALSA, CoreMIDI, Windows and JACK. It sends at once, so our loop must
call it on time. It queues input, each message with the time since the previous one. RtMidi can also
call back, but on JACK that would run Python in the server's own thread, where a busy interpreter
stalls all audio of the machine. So the queue is polled every millisecond.

That interval, *delta*, is as exact as the driver. It is usually much more exact than the time of
the poll, but it is wrong on some systems, and it does not give the time of the first message. So it
is limited to the possible range: a message found by this poll and not by the last one came between
the two.

Where the system has virtual ports, we create two, and other programs connect to them. Windows has
none; there the user names the ports of a loopback driver.
"""

import socket
from collections.abc import Iterator
from contextlib import suppress
from typing import Literal

import rtmidi

from bridge.midi.events import TimedEvent, encode
from bridge.midi.parser import MidiParser
from bridge.playout.problem import (
    NoMidiService,
    NoVirtualPorts,
    OutputLost,
    PortGone,
    SystemRefused,
)
from bridge.playout.protocol import Command, Emitted, Panic, PortNames, Ready, Report
from bridge.playout.schedule import SentEvent
from bridge.playout.sequencer import Sequencer, without_thru
from bridge.ports.base import PortError, find_port
from bridge.system.clock import Clock
from bridge.system.quiet_stderr import stderr_silenced
from bridge.system.units import MS

QUEUE_SIZE = 4096  # messages that may come in between two polls
NO_VIRTUAL_PORTS = (rtmidi.API_WINDOWS_MM,)


class RtMidiBackend:
    """Two ports of the system."""

    name = "rtmidi"
    wakeup: socket.socket | None = None
    poll_ns: int | None = MS

    def __init__(
        self,
        midi_in: rtmidi.MidiIn,
        midi_out: rtmidi.MidiOut,
        client_name: str,
        now_ns: int,
        sequencer: Sequencer | None = None,
    ) -> None:
        """Own two RtMidi objects that have no port open yet; see `connect`."""
        self._in = midi_in
        self._out = midi_out
        self._client_name = client_name
        self._sequencer = sequencer or Sequencer()
        self._parser = MidiParser()
        self._sent: list[SentEvent] = []
        self._named_ports: list[tuple[rtmidi.MidiIn | rtmidi.MidiOut, str]] = []
        self._polled_ns = now_ns
        self._last_ns = now_ns

    def port_names(self) -> PortNames:
        """List the system's ports except our own."""
        return PortNames(
            inputs=tuple(
                name for name in self._in.get_ports() if self._own_port_name("out") not in name
            ),
            outputs=tuple(
                name for name in self._out.get_ports() if self._own_port_name("in") not in name
            ),
        )

    def open(self, input_name: str | None, output_name: str | None) -> Ready:
        """Open the named ports, or our own virtual ports; raise `PortError` if refused."""
        self._in.ignore_types(sysex=False, timing=False, active_sense=True)
        try:
            return Ready(
                self.name,
                self._open(self._in, input_name, "in"),
                self._open(self._out, output_name, "out"),
            )
        except rtmidi.RtMidiError as error:
            raise PortError(SystemRefused(str(error))) from error

    def _open(
        self,
        end: rtmidi.MidiIn | rtmidi.MidiOut,
        wanted: str | None,
        role: Literal["in", "out"],
    ) -> str:
        own_name = self._own_port_name(role)
        names = end.get_ports()
        if wanted is not None:
            found = find_port(wanted, names)
            end.open_port(names.index(found), own_name)
            self._named_ports.append((end, found))
            return found
        if end.get_current_api() in NO_VIRTUAL_PORTS:
            raise PortError(NoVirtualPorts(role, tuple(names)))
        end.open_virtual_port(own_name)
        return own_name

    def _own_port_name(self, role: str) -> str:
        return f"{self._client_name} {role}"

    def maintain(self) -> None:
        """Check that the named ports still exist, or raise `PortError`."""
        for end, wanted in self._named_ports:
            if wanted not in end.get_ports():
                raise PortError(PortGone(wanted))

    def next_due_ns(self) -> int | None:
        """Return when the next event is due, or None."""
        return self._sequencer.next_due_ns()

    def post(self, command: Command, now_ns: int) -> None:
        """Apply a command at once."""
        self._send(self._sequencer.apply(command, now_ns))

    def poll(self, now_ns: int) -> list[Report]:
        """Send what is due, then read the input."""
        self._send(self._sequencer.select_source(now_ns))
        self._send(self._sequencer.emit(now_ns))
        played = self._sequencer.receive(self._read_input(now_ns))
        sent, self._sent = self._sent, []
        return self._sequencer.report(played, sent, now_ns)

    def close(self, now_ns: int) -> list[Report]:
        """Silence everything, close the ports, and report what was sent last."""
        with suppress(PortError):  # a lost port is closed like any other
            self._send(self._sequencer.apply(Panic(), now_ns))
        for end in (self._in, self._out):
            end.close_port()
            end.delete()
        sent = without_thru(self._sent)
        return [Emitted(sent)] if sent else []

    def _send(self, sent: list[SentEvent]) -> None:
        for each in sent:
            try:
                self._out.send_message(encode(each.event))
            except rtmidi.RtMidiError as error:
                raise PortError(OutputLost(str(error))) from error
            self._sent.append(each)

    def _read_input(self, now_ns: int) -> Iterator[TimedEvent]:
        while (found := self._in.get_message()) is not None:
            message, delta_s = found
            claimed_ns = self._last_ns + round(delta_s * 1e9)
            self._last_ns = min(max(claimed_ns, self._polled_ns), now_ns)
            for event in self._parser.feed(bytes(message)):
                yield TimedEvent(self._last_ns, event)
        self._polled_ns = now_ns


def connect(client_name: str, clock: Clock, sequencer: Sequencer) -> RtMidiBackend:
    """Connect to the first MIDI service of the system that works, or raise `PortError`."""
    refusals: list[str] = []
    for api in rtmidi.get_compiled_api():
        if api == rtmidi.API_RTMIDI_DUMMY:
            continue
        try:
            with stderr_silenced():
                midi_in = rtmidi.MidiIn(api, name=client_name, queue_size_limit=QUEUE_SIZE)
                midi_out = rtmidi.MidiOut(api, name=client_name)
        except rtmidi.RtMidiError:
            refusals.append(rtmidi.get_api_display_name(api))
        else:
            return RtMidiBackend(midi_in, midi_out, client_name, clock.now_ns(), sequencer)
    raise PortError(NoMidiService(tuple(refusals)))
