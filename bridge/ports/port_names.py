"""The identity of a port: which device it belongs to, whatever number the system appends.

The name that a system lists is not the name of a device, because systems make names unique with
numbers that move when another device comes or goes:

- Windows (RtMidi) appends the position in the list: `nanoKEY2 1` becomes `nanoKEY2 0`.
- ALSA (RtMidi) appends client and port number: `nanoKEY2:nanoKEY2 MIDI 1 20:0`. A port keeps its
  numbers while it exists, and gets others when it comes back.
- JACK's names are unique while they exist. a2jmidid puts the ALSA client number into them
  (`a2j:nanoKEY2 [20] (capture): nanoKEY2 MIDI 1`). A JACK server numbers its own ports in the order
  of their appearance (`system:midi_capture_3`), and names the device in an alias.
- CoreMIDI appends nothing, so two devices may have one name.

So a port is identified by its name without the number, its *base*, and by its place among ports
with the same base. Both together are its *label*, which users see and settings store: `nanoKEY2`,
and `nanoKEY2 (2)` for the second of two. This module is pure: lists of names in, ports out.
"""

from __future__ import annotations

import enum
import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bridge.names import name_key, nearest
from bridge.playout.problem import AmbiguousPort, NoSuchPort

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

_NUMBERS = re.compile(r" (\d+):\d+$")
_BRIDGED = re.compile(r"^([^:]*:.*) \[(\d+)\]( \((?:capture|playback)\): .*)$")
_COUNTED = re.compile(r"^[^:]+:(?:midi_)?(?:capture|playback)_\d+$")
_INDEX = re.compile(r" \d+$")
_OCCURRENCE = re.compile(r"^(.+) \((\d+)\)$", re.DOTALL)
_PARTS = re.compile(r"[\s:/]+")


class Naming(enum.Enum):
    """What a system adds to the names of ports."""

    PLAIN = enum.auto()
    """Nothing."""
    INDEXED = enum.auto()
    """The position in the list."""
    NUMBERED = enum.auto()
    """The numbers of the ALSA client and port."""
    JACK = enum.auto()
    """An ALSA client number in brackets, or a counted name with aliases, or nothing."""


@dataclass(frozen=True, slots=True)
class SystemPort:
    """A port as the system lists it; `is_physical` is None if the system does not say."""

    name: str
    aliases: tuple[str, ...] = ()
    is_physical: bool | None = None


@dataclass(frozen=True, slots=True)
class Port:
    """A port with its identity.

    It is the one with this `occurrence`, from 0, among `equals` ports with the same base.
    """

    listed: SystemPort
    naming: Naming
    base: str
    label: str
    occurrence: int = 0
    equals: int = 1

    @property
    def name(self) -> str:
        """The name as the system lists it."""
        return self.listed.name

    @property
    def alsa_client(self) -> int | None:
        """The number of the ALSA client that has the port, or None if it is not known."""
        pattern, group = {
            Naming.NUMBERED: (_NUMBERS, 1),
            Naming.JACK: (_BRIDGED, 2),
        }.get(self.naming, (None, 0))
        found = pattern and pattern.search(self.name)
        return int(found[group]) if found else None


def naming_of(names: Sequence[str]) -> Naming:
    """Return what the system has added to all of these names."""
    if names and all(_NUMBERS.search(name) for name in names):
        return Naming.NUMBERED
    if names and all(name.endswith(f" {index}") for index, name in enumerate(names)):
        return Naming.INDEXED
    return Naming.PLAIN


def identify(ports: Iterable[SystemPort], naming: Naming | None = None) -> tuple[Port, ...]:
    """Return the ports of a complete list, in its order, with their identities."""
    listed = tuple(ports)
    if naming is None:
        naming = naming_of([port.name for port in listed])
    bases = [_base(port, naming, index) for index, port in enumerate(listed)]
    equals, seen, taken = Counter(bases), Counter[str](), set(bases)
    found = []
    for port, base in zip(listed, bases, strict=True):
        label, number = base, seen[base]
        while number and label in taken:
            number += 1
            label = f"{base} ({number})"
        taken.add(label)
        found.append(Port(port, naming, base, label, seen[base], equals[base]))
        seen[base] += 1
    return tuple(found)


def identify_names(names: Iterable[str], naming: Naming | None = None) -> tuple[Port, ...]:
    """Return the ports of a complete list of names."""
    return identify(map(SystemPort, names), naming)


def find(wanted: str, ports: Sequence[Port]) -> Port | NoSuchPort | AmbiguousPort:
    """Return the port that is meant by what was typed or stored, or why there is not exactly one.

    A label comes before a name as listed, an exact name before another spelling, a whole name
    before a part. A part of a name does not begin or end within a number: "Port 1" is not part of
    "Port 10".
    """
    spelt = name_key(wanted)
    if not spelt:
        return NoSuchPort(wanted, tuple(port.label for port in ports))
    tests: tuple[Callable[[Port], bool], ...] = (
        lambda port: port.label == wanted,
        lambda port: wanted in _listed_names(port),
        lambda port: name_key(port.label) == spelt,
        lambda port: spelt in map(name_key, _listed_names(port)),
    )
    parts: tuple[Callable[[Port], bool], ...] = (
        lambda port: any(_has_part(name, spelt) for name in (port.label, *port.listed.aliases)),
        lambda port: _has_part(port.name, spelt),
    )
    for matches in tests:
        if found := [port for port in ports if matches(port)]:
            return _only(wanted, found)
    if (again := _find_by_earlier_name(wanted, ports)) is not None:
        return again
    for matches in parts:
        if found := [port for port in ports if matches(port)]:
            return _only(wanted, found)
    return NoSuchPort(wanted, _nearest_first(wanted, ports))


def find_again(label: str, ports: Sequence[Port]) -> Port | None:
    """Return the port of a device that was found before under this label; None if it has gone."""
    for port in ports:
        if port.label == label:
            return port
    return _find_by_earlier_name(label, ports)


def follow(port: Port, ports: Sequence[Port]) -> Port | None:
    """Return an open port as it is listed now, or None if it has gone since it was listed before.

    Where the names do not tell, one of several equal ports has gone as soon as there are fewer.
    """
    if port.naming in (Naming.NUMBERED, Naming.JACK):
        return next((each for each in ports if each.name == port.name), None)
    equals = [each for each in ports if each.base == port.base]
    if len(equals) < port.equals:
        return None
    return equals[port.occurrence]


def _base(port: SystemPort, naming: Naming, index: int | None = None) -> str:
    """Return a port's name without what the system has added.

    Without an index, which is that of an earlier list, any index is removed.
    """
    name = port.name
    match naming:
        case Naming.NUMBERED:
            name = _NUMBERS.sub("", name)
        case Naming.INDEXED:
            name = _INDEX.sub("", name) if index is None else name.removesuffix(f" {index}")
        case Naming.JACK if port.aliases and _COUNTED.match(name):
            name = port.aliases[0]
        case Naming.JACK:
            name = _BRIDGED.sub(r"\1\3", name)
    return name or port.name


def _find_by_earlier_name(wanted: str, ports: Sequence[Port]) -> Port | None:
    """Return the port that was listed under this name, or had this label, before others changed.

    If there are fewer equal ports than before, it is the last of them.
    """
    for base, occurrence in _earlier_identities(wanted, ports):
        spelt = name_key(base)
        equals = [port for port in ports if name_key(port.base) == spelt]
        if equals:
            return equals[min(occurrence, len(equals) - 1)]
    return None


def _earlier_identities(wanted: str, ports: Sequence[Port]) -> Iterator[tuple[str, int]]:
    if (numbered := _OCCURRENCE.match(wanted)) is not None:
        yield numbered[1], max(0, int(numbered[2]) - 1)
    for naming in dict.fromkeys(port.naming for port in ports):
        base = _base(SystemPort(wanted.strip()), naming)
        if base != wanted:
            yield base, 0


def _listed_names(port: Port) -> tuple[str, ...]:
    return port.listed.name, *port.listed.aliases


def _has_part(name: str, part: str) -> bool:
    """Return whether a name has a part that cuts no number; the part is a key."""
    before = r"(?<!\d)" if part[0].isdigit() else ""
    after = r"(?!\d)" if part[-1].isdigit() else ""
    return re.search(before + re.escape(part) + after, name_key(name)) is not None


def _only(wanted: str, found: Sequence[Port]) -> Port | AmbiguousPort:
    if len(found) == 1:
        return found[0]
    return AmbiguousPort(wanted, tuple(port.label for port in found))


def _nearest_first(wanted: str, ports: Sequence[Port]) -> tuple[str, ...]:
    """Return all labels, those first that a misspelt name resembles as a whole or in a part."""
    parts = {port.label: (port.label, *_PARTS.split(port.label)) for port in ports}
    known = [part for each in parts.values() for part in each]
    near = nearest(wanted, known, len(known))
    place = {part: place for place, part in reversed(list(enumerate(near)))}
    return tuple(
        sorted(parts, key=lambda label: min(place.get(p, len(near)) for p in parts[label]))
    )
