"""The cables of our two JACK ports: to the chosen ports, and to a keyboard that is plugged in.

A port that goes away takes its cables with it and says nothing more, not even that its keys are up.
So the connections are compared at short intervals. A callback of JACK could report each change, but
it would run Python in a thread that the library cancels when the client is closed (see
`JackBackend.close`), and it may not ask the server anything. The queries here read shared memory.

The main thread owns the cables.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

import jack

from bridge.playout.problem import PortGone
from bridge.playout.protocol import Cables, InputLost, KeyboardHeard, PortNames, Problem, Ready
from bridge.ports.base import choose_port
from bridge.ports.keyboards import first_keyboard
from bridge.ports.port_names import Naming, Port, SystemPort, find_again, identify

if TYPE_CHECKING:
    from bridge.playout.protocol import Report


_TRIES = 3


class _Chosen:
    """A port that was chosen, as it was listed last, and whether it has gone since."""

    def __init__(self, port: Port) -> None:
        self.port, self.has_gone = port, False

    def look_up(self, ports: tuple[Port, ...]) -> Port | None:
        """Return the port as it is listed now, maybe under another name, or None."""
        for port in ports:
            if (port.name, port.base) == (self.port.name, self.port.base):
                return port
        return find_again(self.port.label, ports)


class JackCables:
    """Keeps our ports connected, and reports what has come and gone."""

    # More than 12 attributes: the ports, the choice, the keyboard and the cables have a few each.

    def __init__(self, client: jack.Client) -> None:
        self._client = client
        self._own: tuple[jack.OwnMidiPort, jack.OwnMidiPort] | None = None  # in, out
        self._names: tuple[str, ...] | None = None
        self._sources: tuple[Port, ...] = ()
        self._targets: tuple[Port, ...] = ()
        self._is_settled = True  # whether new ports have had the time to get their aliases
        self._chosen: tuple[_Chosen | None, _Chosen | None] = None, None  # input, output
        self._listens = False
        self._keyboard: Port | None = None
        self._heard: frozenset[str] = frozenset()  # the ports connected to our input
        self._reported_keyboard = ""
        self._reports: list[Report] = []
        self.present = Cables()
        """What other clients have connected to our ports."""
        self._missing: set[tuple[str, str]] = set()  # cables to make again: source, target

    def port_names(self) -> PortNames:
        """List the MIDI ports of other clients. Another client's output is our input."""
        self._try_list()
        return self._port_names()

    def listen_to_keyboard(self, *, wanted: bool) -> None:
        """Connect a keyboard that is plugged in while no input is chosen, or none."""
        self._listens = wanted

    def choose(self, input_name: str | None, output_name: str | None) -> None:
        """Choose the ports to connect; raise `PortError` if one does not exist."""
        self._try_list()
        self._chosen = (
            _Chosen(choose_port(input_name, self._sources)) if input_name else None,
            _Chosen(choose_port(output_name, self._targets)) if output_name else None,
        )

    def connect(self, own_input: jack.OwnMidiPort, own_output: jack.OwnMidiPort) -> None:
        """Connect our ports, which are active, to the chosen ones; raise `jack.JackError`."""
        self._own = own_input, own_output
        source, target = self._chosen
        if source is not None:
            self._client.connect(source.port.name, own_input.name)
        if target is not None:
            self._client.connect(own_output.name, target.port.name)
        self._heard = self._connected(own_input)

    def restore(self, cables: Cables) -> None:
        """Make these cables again, each as soon as its port is there."""
        assert self._own is not None
        own_input, own_output = self._own
        self._missing = {(source, own_input.name) for source in cables.sources}
        self._missing |= {(own_output.name, target) for target in cables.targets}
        self.check()

    def check(self) -> bool:
        """Look for changes and connect what is to be connected; return whether to report any."""
        if self._own is not None:
            with suppress(jack.JackError):  # a port has just gone; the next check sees that
                self._check(*self._own)
        return bool(self._reports)

    def pop_reports(self) -> list[Report]:
        """Return the reports since the last call."""
        reports, self._reports = self._reports, []
        return reports

    def _check(self, own_input: jack.OwnMidiPort, own_output: jack.OwnMidiPort) -> None:
        names = tuple(port.name for port in self._client.get_ports(is_midi=True))
        has_changed = names != self._names
        if has_changed or not self._is_settled:
            self._list()
            if has_changed and self._names is not None:
                self._reports.append(self._port_names())
            self._names, self._is_settled = names, not has_changed
        self._make_missing(names)
        self._report_losses(own_input)
        ready = Ready("jack", own_input.name, own_output.name)
        source, target = self._chosen
        self._check_chosen(source, self._sources, own_input, ready)
        self._check_chosen(target, self._targets, own_output, ready)
        self._check_keyboard(own_input)
        self.present = Cables(
            tuple(sorted(self._heard)), tuple(sorted(self._connected(own_output)))
        )

    def _make_missing(self, names: tuple[str, ...]) -> None:
        for cable in tuple(self._missing):
            if set(cable) <= set(names):
                # It may exist already, or its client is not active yet.
                with suppress(jack.JackError):
                    self._client.connect(*cable)
                if cable[1] in {other.name for other in self._client.get_all_connections(cable[0])}:
                    self._missing.discard(cable)

    def _try_list(self) -> None:
        """List the ports, again if one goes meanwhile."""
        for _ in range(_TRIES):
            with suppress(jack.JackError):
                self._list()
                return

    def _list(self) -> None:
        ports = [
            port for port in self._client.get_ports(is_midi=True) if not self._client.owns(port)
        ]
        self._sources, self._targets = (
            identify(
                (
                    SystemPort(port.name, tuple(port.aliases), port.is_physical)
                    for port in ports
                    if port.is_input is are_inputs
                ),
                Naming.JACK,
            )
            for are_inputs in (False, True)
        )

    def _port_names(self) -> PortNames:
        first = first_keyboard(self._sources)
        return PortNames(
            tuple(port.label for port in self._sources),
            tuple(port.label for port in self._targets),
            first.label if first is not None else "",
        )

    def _report_losses(self, own_input: jack.OwnMidiPort) -> None:
        """Report that a port is no longer connected to our input; it may have keys held."""
        heard = self._connected(own_input)
        if self._heard - heard:
            self._reports.append(InputLost())
        self._heard = heard

    def _connected(self, own: jack.OwnMidiPort) -> frozenset[str]:
        others = self._client.get_all_connections(own)
        return frozenset(other.name for other in others if not self._client.owns(other))

    def _check_chosen(
        self,
        chosen: _Chosen | None,
        ports: tuple[Port, ...],
        own: jack.OwnMidiPort,
        ready: Ready,
    ) -> None:
        """Report that a chosen port has gone; connect it again when it is back."""
        if chosen is None:
            return
        port = chosen.look_up(ports)
        if port is None:
            if not chosen.has_gone:
                self._reports.append(Problem(PortGone(chosen.port.label)))
            chosen.has_gone = True
        elif self._connect(port, own) and chosen.has_gone:
            chosen.has_gone = False
            self._reports.append(ready)

    def _check_keyboard(self, own_input: jack.OwnMidiPort) -> None:
        """Connect a keyboard or release it. One that the user has disconnected stays so."""
        wanted = self._listens and self._chosen[0] is None
        names = {port.name for port in self._sources}
        if self._keyboard is not None and not (wanted and self._keyboard.name in names):
            if self._keyboard.name in self._heard:
                self._client.disconnect(self._keyboard.name, own_input.name)
                self._report_losses(own_input)
            self._keyboard = None
        if wanted and self._keyboard is None and self._is_settled:
            first = first_keyboard(self._sources)
            if first is not None and self._connect(first, own_input):
                self._keyboard = first
        is_heard = self._keyboard is not None and self._keyboard.name in self._heard
        name = self._keyboard.label if self._keyboard is not None and is_heard else ""
        if name != self._reported_keyboard:
            self._reported_keyboard = name
            self._reports.append(KeyboardHeard(name))

    def _connect(self, port: Port, own: jack.OwnMidiPort) -> bool:
        """Connect a port, if it is not connected; return whether it now is."""
        if port.name not in self._connected(own):
            cable = (port.name, own.name) if own.is_input else (own.name, port.name)
            try:
                self._client.connect(*cable)
            except jack.JackError:  # its client is not active yet
                return False
        if own.is_input:
            self._heard = self._connected(own)
        return True
