"""What RtMidi receives: its lists of ports, an input with the times of its messages, a keyboard.

An RtMidi object opens one port. So a keyboard that is listened to beside our own input has an
object of its own.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

import rtmidi

from bridge.midi.events import TimedEvent
from bridge.midi.parser import MAX_LIVE_SYSEX, MidiParser
from bridge.playout.protocol import InputLost, KeyboardHeard
from bridge.ports.keyboards import first_keyboard
from bridge.ports.port_names import Naming, Port, follow, identify_names
from bridge.system.quiet_stderr import stderr_silenced
from bridge.system.units import SECOND

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from bridge.playout.protocol import Report

MAX_MESSAGES = 256
"""The greatest number of messages that are read at a time, so that output does not wait longer."""
BUSY_NS = SECOND  # a keyboard that another program has open is tried again after this time


class RtMidiPorts:
    """The lists of ports, without the ones that we create."""

    def __init__(self, client_name: str, naming: Naming | None) -> None:
        """Identify ports by what the interface adds to names; None: as the names show."""
        self._client_name, self._naming = client_name, naming

    def own_name(self, role: str) -> str:
        """Return the name of our own port `in`, `out` or `keyboard`."""
        return f"{self._client_name} {role}"

    def all(self, end: rtmidi.MidiIn | rtmidi.MidiOut) -> tuple[Port, ...]:
        """Return all ports that an object can open; the place of each is its number."""
        return identify_names(end.get_ports(), self._naming)

    def others(self, ports: tuple[Port, ...]) -> tuple[Port, ...]:
        """Return the ports that other programs and devices have."""
        own = tuple(map(self.own_name, ("in", "out", "keyboard")))
        return tuple(port for port in ports if not any(name in port.name for name in own))


class RtMidiInput:
    """An input port, and the times of its messages."""

    def __init__(self, midi_in: rtmidi.MidiIn, now_ns: int) -> None:
        """Own an RtMidi object that has no port open yet."""
        self.midi_in = midi_in
        self.polled_ns = now_ns
        """When `read` was called last."""
        self._parser, self._last_ns = MidiParser(MAX_LIVE_SYSEX), now_ns

    def read(self, now_ns: int) -> Iterator[TimedEvent]:
        """Yield the events that have come in since the last call, or the first of very many."""
        for _ in range(MAX_MESSAGES):
            if (found := self.midi_in.get_message()) is None:
                break
            message, delta_s = found
            claimed_ns = self._last_ns + round(delta_s * 1e9)
            self._last_ns = min(max(claimed_ns, self.polled_ns), now_ns)
            for event in self._parser.feed_packet(bytes(message)):
                yield TimedEvent(self._last_ns, event)
        self.polled_ns = now_ns

    def receive_all_types(self) -> None:
        """Receive the messages that RtMidi ignores by default, too."""
        self.midi_in.ignore_types(sysex=False, timing=False, active_sense=True)

    def close(self) -> None:
        """Close the port, also one that has gone."""
        with suppress(rtmidi.RtMidiError):
            self.midi_in.close_port()
        self.midi_in.delete()


class RtMidiKeyboard:
    """A keyboard that is listened to without having been chosen, while one is plugged in."""

    def __init__(self, ports: RtMidiPorts, new_input: Callable[[], rtmidi.MidiIn] | None) -> None:
        """Open keyboards with objects of `new_input`; without it, none."""
        self._ports, self._new_input = ports, new_input
        self.is_wanted = False
        """Whether to listen to a keyboard."""
        self._port: Port | None = None
        self._input: RtMidiInput | None = None
        self._busy_ns: int | None = None  # when a keyboard could not be opened

    def first(self, ports: tuple[Port, ...]) -> Port | None:
        """Return the keyboard to listen to if none is open, or None."""
        return first_keyboard(self._ports.others(ports))

    def check(self, ports: tuple[Port, ...], now_ns: int, *, input_chosen: bool) -> list[Report]:
        """Close a keyboard that has gone or is not wanted, and open one that is plugged in."""
        wanted = self.is_wanted and not input_chosen
        reports: list[Report] = []
        if self._port is not None:
            still = follow(self._port, ports) if wanted else None
            if still is None:
                self.close()
                reports += [InputLost(), KeyboardHeard("")]
            self._port = still
        is_busy = self._busy_ns is not None and now_ns - self._busy_ns < BUSY_NS
        if wanted and self._port is None and not is_busy:
            first = self.first(ports)
            if first is not None and self._open(first, ports.index(first), now_ns):
                reports.append(KeyboardHeard(first.label))
        return reports

    def read(self, now_ns: int) -> list[TimedEvent]:
        """Return the events that have come in since the last call."""
        return [] if self._input is None else list(self._input.read(now_ns))

    def close(self) -> None:
        """Close the port, if one is open."""
        if self._input is not None:
            self._input.close()
        self._port = self._input = None

    def _open(self, port: Port, number: int, now_ns: int) -> bool:
        if self._new_input is None:
            return False
        opened: RtMidiInput | None = None
        try:
            with stderr_silenced():
                opened = RtMidiInput(self._new_input(), now_ns)
                opened.receive_all_types()
                opened.midi_in.open_port(number, self._ports.own_name("keyboard"))
        except rtmidi.RtMidiError:  # on Windows, one program at a time can open a device
            if opened is not None:
                opened.close()
            self._busy_ns = now_ns
            return False
        self._port, self._input, self._busy_ns = port, opened, None
        return True
