"""Which ports are keyboards that are plugged in, and which one is listened to."""

import itertools

import pytest

from bridge.ports.keyboards import first_keyboard, is_plugged_in
from bridge.ports.port_names import Naming, SystemPort, identify

PHYSICAL, PROGRAM = True, False
FULL_WIDTH = {code: code + 0xFEE0 for code in range(0x21, 0x7F)}


@pytest.mark.parametrize(
    "naming,name,flag,expected",
    [
        # JACK's flag, and what its ALSA bridges put into names.
        (Naming.JACK, "keys:out", PHYSICAL, True),
        (Naming.JACK, "Ardour:MIDI out", PROGRAM, False),
        (Naming.JACK, "a2j:nanoKEY2 [20] (capture): nanoKEY2 MIDI 1", PHYSICAL, True),
        (Naming.JACK, "a2j:nanoKEY2 [20] (capture): nanoKEY2 MIDI 1", None, True),
        (Naming.JACK, "a2j:VMPK Output [128] (capture): out", PHYSICAL, False),
        (Naming.JACK, "a2j:Sequencer [130] (capture): out", PHYSICAL, False),
        (Naming.JACK, "a2j:Midi Through [14] (capture): Midi Through Port-0", PHYSICAL, False),
        (Naming.JACK, "Midi-Bridge:nanoKEY2:(capture_0) nanoKEY2 MIDI 1", PHYSICAL, True),
        (Naming.JACK, "Midi-Bridge:Midi Through:(capture_0) Midi Through Port-0", PHYSICAL, False),
        (Naming.JACK, "Midi-Bridge:Bitwig:(capture_0) out", PROGRAM, False),
        (Naming.JACK, "Antiphon-01:out", PROGRAM, False),
        (Naming.JACK, "keys:out", None, False),  # RtMidi over JACK gives no flag
        # ALSA: the number of the client.
        (Naming.NUMBERED, "nanoKEY2:nanoKEY2 MIDI 1 20:0", None, True),
        (Naming.NUMBERED, "Keystation 88 MK3:Keystation 88 MK3 127:0", None, True),
        (Naming.NUMBERED, "Midi Through:Midi Through Port-0 14:0", None, False),
        (Naming.NUMBERED, "System:Announce 0:1", None, False),
        (Naming.NUMBERED, "Virtual Raw MIDI 2-0:VirMIDI 2-0 24:0", None, False),
        (Naming.NUMBERED, "VirMIDI 2-0:VirMIDI 2-0 24:0", None, False),
        (Naming.NUMBERED, "RtMidi Output Client:RtMidi output 128:0", None, False),
        (Naming.NUMBERED, "reaper:MIDI out 130:1", None, False),
        # Windows and macOS: names only.
        (Naming.INDEXED, "nanoKEY2 0", None, True),
        (Naming.INDEXED, "loopMIDI Port 0", None, False),
        (Naming.INDEXED, "LoopBe Internal MIDI 0", None, False),
        (Naming.INDEXED, "In From MIDI Yoke:  1 0", None, False),
        (Naming.INDEXED, "rtpMIDI 0", None, False),
        (Naming.PLAIN, "Digital Piano", None, True),
        (Naming.PLAIN, "Ableton Push 2 Live Port", None, True),
        (Naming.PLAIN, "IAC Driver Bus 1", None, False),
        (Naming.PLAIN, "IAC-Treiber Bus 1", None, False),
        (Naming.PLAIN, "Network Session 1", None, False),
        (Naming.PLAIN, "Netzwerk Session 1", None, False),
        (Naming.PLAIN, "Logic Pro Virtual Out", None, False),
        (Naming.PLAIN, "from Max 1", None, False),
        (Naming.PLAIN, "Antiphon out", None, False),
        (Naming.PLAIN, "IAC".translate(FULL_WIDTH) + " Driver Bus 1", None, False),
    ],
)
def test_devices_are_told_from_programs(
    naming: Naming, name: str, *, flag: bool | None, expected: bool
) -> None:
    (port,) = identify((SystemPort(name, (), flag),), naming)
    assert is_plugged_in(port) is expected


def test_an_alias_shows_that_a_port_only_passes_on() -> None:
    for device, expected in (("Midi-Through", False), ("nanoKEY2", True)):
        aliases = (f"alsa_pcm:{device}/midi_playback_1",)
        listed = SystemPort("system:midi_capture_1", aliases, PHYSICAL)
        (port,) = identify((listed,), Naming.JACK)
        assert is_plugged_in(port) is expected


@pytest.mark.parametrize(
    "devices,first",
    [
        (("Zebra", "alpha"), "alpha"),
        (("keys 10", "keys 2"), "keys 2"),
        (("Launchkey DAW", "Launchkey MIDI"), "Launchkey MIDI"),
        (("MIDIIN2 (Launchkey)", "Launchkey"), "Launchkey"),
        (("Launchkey DAW",), "Launchkey DAW"),
        (("IAC Driver Bus 1",), None),
        ((), None),
    ],
)
def test_the_first_is_the_same_in_any_order(devices: tuple[str, ...], first: str | None) -> None:
    for order in itertools.permutations(devices):
        found = first_keyboard(identify(map(SystemPort, order), Naming.PLAIN))
        assert (found.label if found else None) == first
