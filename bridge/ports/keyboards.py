"""Which port is a keyboard that is plugged in, so that it may be listened to without being chosen.

A port of a device is *physical*. A port of a program is not: to listen to another program's port by
surprise would feed a DAW's output into a session. What a system says about a port differs:

- JACK has a flag, but its ALSA bridges also set it for ports of the kernel that are no devices
  (`Midi Through`, `VirMIDI`).
- The ALSA sequencer numbers its clients: from 16 those of the sound cards, from 128 those of
  programs (SNDRV_SEQ_GLOBAL_CLIENTS and SNDRV_SEQ_DYNAMIC_CLIENTS_BEGIN in the kernel's
  `sound/core/seq`). The names contain that number; see `bridge.ports.port_names`.
- CoreMIDI and Windows give names only, and ports that programs create look like devices.

So names of known virtual ports are excluded everywhere. The module is pure.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from bridge.names import name_key
from bridge.ports.port_names import Naming, Port

if TYPE_CHECKING:
    from collections.abc import Iterable

_CARD_CLIENTS = range(16, 128)
_VIRTUAL_WORDS = (
    # The system's own ports that only pass on: ALSA, macOS, Windows.
    *("midi through", "through port", "vir ?midi", "announce", "timer", "iac", "wavetable"),
    *("network", "netzwerk", "réseau", r"session \d+"),
    # Drivers and libraries that make ports for programs.
    *("loopmidi", "loopbe\\w*", "loopback", "yoke", "rtp ?midi", "rtmidi\\w*", "virtu[ae]l\\w*"),
    *("maple", "copperlan", "bome", "bmt", "pipewire", "a2jmidid"),
    # Programs.
    *("antiphon", "fluid ?synth", "qsynth", "timidity", "vmpk", "vkeybd", "from max", "to max"),
    *("ardour", "reaper", "cubase", "garageband", "mainstage", "logic pro", "pure data"),
)
_VIRTUAL = re.compile(rf"\b(?:{'|'.join(_VIRTUAL_WORDS)})\b")
_REMOTE_CONTROL = re.compile(r"\b(?:daw|hui|mcu|mackie|ctrl)\b|^midiin\d")
_SEPARATORS = re.compile(r"[\W_]+")


def is_plugged_in(port: Port) -> bool:
    """Return whether an input port belongs to a device, as far as the system and its name tell."""
    if any(_VIRTUAL.search(_words(name)) for name in (port.name, *port.listed.aliases)):
        return False
    if (client := port.alsa_client) is not None:
        return client in _CARD_CLIENTS
    if port.listed.is_physical is not None:
        return port.listed.is_physical
    # Without a flag, nothing tells a JACK client from a device, or an ALSA port without a number.
    return port.naming in (Naming.PLAIN, Naming.INDEXED)


def first_keyboard(ports: Iterable[Port]) -> Port | None:
    """Return the port to listen to if none is chosen, or None.

    It is the first by name, since the order of a list depends on what was plugged in first. Ports
    with which a device controls a DAW come last: they play no notes.
    """
    return min(filter(is_plugged_in, ports), key=_order, default=None)


def _order(port: Port) -> tuple[bool, list[tuple[bool, int, str]], int]:
    words = _words(port.base)
    runs = [(run.isdecimal(), run) for run in re.split(r"(\d+)", words) if run]
    natural = [(not number, int(run) if number else 0, run) for number, run in runs]
    return _REMOTE_CONTROL.search(words) is not None, natural, port.occurrence


def _words(name: str) -> str:
    """Return the words of a name; JACK replaces the spaces of a device's name by hyphens."""
    return " ".join(_SEPARATORS.split(name_key(name))).strip()
