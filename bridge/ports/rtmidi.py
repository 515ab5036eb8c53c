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
none; there the user names the ports of a loopback driver, or a keyboard is heard without them.

RtMidi reports no changes, so the lists of ports are compared at intervals (`maintain`).
"""

import socket
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import Literal

import rtmidi

from bridge.midi.events import encode
from bridge.playout.problem import (
    NoMidiService,
    NoVirtualPorts,
    OutputLost,
    PortGone,
    SystemRefused,
)
from bridge.playout.protocol import (
    Cables,
    Command,
    Emitted,
    Panic,
    PortNames,
    Problem,
    Ready,
    Report,
)
from bridge.playout.schedule import SentEvent
from bridge.playout.sequencer import Sequencer, without_thru
from bridge.ports.base import PortError, choose_port
from bridge.ports.port_names import Naming, Port, follow
from bridge.ports.rtmidi_input import RtMidiInput, RtMidiKeyboard, RtMidiPorts
from bridge.system.clock import Clock
from bridge.system.quiet_stderr import stderr_silenced
from bridge.system.units import MS

QUEUE_SIZE = 4096  # messages that may come in between two polls
Role = Literal["in", "out"]
NO_VIRTUAL_PORTS = (rtmidi.API_WINDOWS_MM,)
NAMINGS = {
    rtmidi.API_LINUX_ALSA: Naming.NUMBERED,
    rtmidi.API_MACOSX_CORE: Naming.PLAIN,
    rtmidi.API_UNIX_JACK: Naming.JACK,
    rtmidi.API_WINDOWS_MM: Naming.INDEXED,
}
"""What each interface adds to the names of ports."""


class RtMidiBackend:
    """Two ports of the system, and a keyboard."""

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
        *,
        naming: Naming | None = None,
        new_input: Callable[[], rtmidi.MidiIn] | None = None,
    ) -> None:
        """Own two RtMidi objects that have no port open yet; `new_input` makes one more of them.

        `naming` is what the interface adds to the names of ports; None: as the names show.
        """
        self._in, self._out = RtMidiInput(midi_in, now_ns), midi_out
        self._has_output = True
        self._ports = RtMidiPorts(client_name, naming)
        self._keyboard = RtMidiKeyboard(self._ports, new_input)
        self._sequencer = sequencer or Sequencer()
        self._sent: list[SentEvent] = []
        self._reports: list[Report] = []
        self._chosen: dict[Role, Port] = {}
        self._listed: PortNames | None = None

    def port_names(self) -> PortNames:
        """List the system's ports except our own."""
        return self._names(self._ports.all(self._in.midi_in), self._ports.all(self._out))

    def _names(self, inputs: tuple[Port, ...], outputs: tuple[Port, ...]) -> PortNames:
        first = self._keyboard.first(inputs)
        return PortNames(
            tuple(port.label for port in self._ports.others(inputs)),
            tuple(port.label for port in self._ports.others(outputs)),
            first.label if first is not None else "",
        )

    def listen_to_keyboard(self, *, wanted: bool) -> None:
        """Listen to a keyboard that is plugged in while no input is chosen, or to none."""
        self._keyboard.is_wanted = wanted

    def open(self, input_name: str | None, output_name: str | None) -> Ready:
        """Open the named ports, or our own virtual ports; raise `PortError` if refused."""
        self._in.receive_all_types()
        try:
            return Ready(
                self.name,
                self._open(self._in.midi_in, input_name, "in"),
                self._open(self._out, output_name, "out"),
            )
        except rtmidi.RtMidiError as error:
            raise PortError(SystemRefused(str(error))) from error

    def _open(self, end: rtmidi.MidiIn | rtmidi.MidiOut, wanted: str | None, role: Role) -> str:
        own_name, ports = self._ports.own_name(role), self._ports.all(end)
        if wanted is not None:
            found = choose_port(wanted, self._ports.others(ports))
            end.open_port(ports.index(found), own_name)
            self._chosen[role] = found
            return found.label
        if end.get_current_api() in NO_VIRTUAL_PORTS:
            self._go_without(role, tuple(port.label for port in ports))
            return ""
        end.open_virtual_port(own_name)
        return own_name

    def _go_without(self, role: Role, labels: tuple[str, ...]) -> None:
        """Report that there is no such port; raise `PortError` if nothing is left to listen on."""
        missing = NoVirtualPorts(role, labels)
        has_keyboard = (
            self._keyboard.is_wanted
            and self._keyboard.first(self._ports.all(self._in.midi_in)) is not None
        )
        if not has_keyboard and "in" not in self._chosen:
            raise PortError(missing)
        if role == "out":
            self._has_output = False
            self._reports.append(Problem(missing))

    def cables(self) -> Cables:
        """Return none: this back end does not list them."""
        return Cables()

    def restore_cables(self, cables: Cables) -> None:
        """Do nothing: this back end makes none."""

    def maintain(self) -> None:
        """Check that the chosen ports still exist, or raise `PortError`; look for a keyboard."""
        inputs, outputs = self._ports.all(self._in.midi_in), self._ports.all(self._out)
        for role, port in self._chosen.items():
            there = follow(port, inputs if role == "in" else outputs)
            if there is None:
                raise PortError(PortGone(port.label))
            self._chosen[role] = there
        chosen = "in" in self._chosen
        self._reports += self._keyboard.check(inputs, self._in.polled_ns, input_chosen=chosen)
        before, self._listed = self._listed, self._names(inputs, outputs)
        if before not in (None, self._listed):
            self._reports.append(self._listed)

    def next_due_ns(self) -> int | None:
        """Return when the next event is due, or None."""
        return self._sequencer.next_due_ns()

    def post(self, command: Command, now_ns: int) -> None:
        """Apply a command at once."""
        self._send(self._sequencer.apply(command, now_ns))

    def poll(self, now_ns: int) -> list[Report]:
        """Send what is due, then read the inputs."""
        self._send(self._sequencer.select_source(now_ns))
        self._send(self._sequencer.emit(now_ns))
        played = [*self._in.read(now_ns), *self._keyboard.read(now_ns)]
        played.sort(key=lambda timed: timed.time_ns)
        sent, self._sent = self._sent, []
        reports, self._reports = self._reports, []
        received = self._sequencer.receive(played, now_ns)
        return reports + self._sequencer.report(received, sent, now_ns)

    def close(self, now_ns: int) -> list[Report]:
        """Silence everything, close the ports, and report what was sent last."""
        with suppress(PortError):  # a lost port is closed like any other
            self._send(self._sequencer.apply(Panic(), now_ns))
        self._keyboard.close()
        self._in.close()
        self._out.close_port()
        self._out.delete()
        sent = without_thru(self._sent)
        return [Emitted(sent)] if sent else []

    def _send(self, sent: list[SentEvent]) -> None:
        for each in sent:
            try:
                if self._has_output:
                    self._out.send_message(encode(each.event))
            except rtmidi.RtMidiError as error:
                raise PortError(OutputLost(str(error))) from error
            self._sent.append(each)


def connect(client_name: str, clock: Clock, sequencer: Sequencer) -> RtMidiBackend:
    """Connect to the first MIDI service of the system that works, or raise `PortError`."""
    refusals: list[str] = []
    for api in rtmidi.get_compiled_api():
        if api == rtmidi.API_RTMIDI_DUMMY:
            continue
        new_input = partial(rtmidi.MidiIn, api, name=client_name, queue_size_limit=QUEUE_SIZE)
        try:
            with stderr_silenced():
                midi_in = new_input()
                midi_out = rtmidi.MidiOut(api, name=client_name)
        except rtmidi.RtMidiError:
            refusals.append(rtmidi.get_api_display_name(api))
        else:
            return RtMidiBackend(
                midi_in,
                midi_out,
                client_name,
                clock.now_ns(),
                sequencer,
                naming=NAMINGS.get(api),
                new_input=new_input,
            )
    raise PortError(NoMidiService(tuple(refusals)))
