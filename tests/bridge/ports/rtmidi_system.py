"""A stand-in for RtMidi on systems that the tests do not run on: it lists ports as they do."""

from __future__ import annotations

from collections import deque

import rtmidi

from bridge.ports.rtmidi import NAMINGS, RtMidiBackend


class System:
    """The devices of a system, and the ports that are open on them."""

    def __init__(self, api: int, inputs: list[str], outputs: list[str]) -> None:
        """Have the devices with these names, as the system itself knows them."""
        self.api, self.devices = api, {"in": inputs, "out": outputs}
        self.busy: set[str] = set()
        """The devices that another program has open."""
        self.open_ports: list[Library] = []

    def backend(self) -> RtMidiBackend:
        """Return a back end on this system."""
        return RtMidiBackend(
            Library(self, "in"),
            Library(self, "out"),
            "Antiphon",
            now_ns=0,
            naming=NAMINGS[self.api],
            new_input=lambda: Library(self, "in"),
        )

    def play(self, device: str, *message: int) -> None:
        """Send a message from a device to the ports that are open on it."""
        for port in self.open_ports:
            if port.device == device:
                port.queue.append((list(message), 0.0))


class Library:
    """The parts of `rtmidi.MidiIn` and `MidiOut` that the back end uses."""

    def __init__(self, system: System, role: str) -> None:
        self._system, self._role = system, role
        self.device: str | None = None
        self.number: int | None = None
        self.queue: deque[tuple[list[int], float]] = deque()
        self.sent: list[list[int]] = []

    def get_ports(self) -> list[str]:
        """List the ports; Windows appends the index."""
        devices = self._system.devices[self._role]
        if self._system.api != rtmidi.API_WINDOWS_MM:
            return list(devices)
        return [f"{device} {index}" for index, device in enumerate(devices)]

    def get_current_api(self) -> int:
        """Return the interface of the system."""
        return self._system.api

    def open_port(self, number: int, _name: str) -> None:
        """Open the port with this number."""
        device = self._system.devices[self._role][number]
        if device in self._system.busy:
            raise rtmidi.SystemError("the device is in use")
        self.device, self.number = device, number
        self._system.open_ports.append(self)

    def open_virtual_port(self, _name: str) -> None:
        """Open a port for other programs."""

    def ignore_types(self, **_types: bool) -> None:
        """Accept the choice of messages."""

    def get_message(self) -> tuple[list[int], float] | None:
        """Return the first waiting message, or None."""
        return self.queue.popleft() if self.queue else None

    def send_message(self, message: list[int]) -> None:
        """Record what is sent."""
        self.sent.append(list(message))

    def close_port(self) -> None:
        """Close the port."""
        if self in self._system.open_ports:
            self._system.open_ports.remove(self)

    def delete(self) -> None:
        """Accept the end."""
