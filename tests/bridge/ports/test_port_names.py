"""The identity of a port, whatever number a system appends to its name."""

import string
import unicodedata
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.names import name_key
from bridge.playout.problem import AmbiguousPort, NoSuchPort
from bridge.ports.port_names import (
    Naming,
    Port,
    SystemPort,
    find,
    find_again,
    follow,
    identify,
    identify_names,
    naming_of,
)

DEVICES = st.text(string.ascii_letters + " 12é(", min_size=1, max_size=8).filter(
    lambda name: name == name.strip()
)
LISTS = st.lists(DEVICES, min_size=1, max_size=6)
FULL_WIDTH = {code: code + 0xFEE0 for code in range(0x21, 0x7F)}
LOOP = ("loopMIDI Port 1 0", "loopMIDI Port 10 1")


def listed(devices: Sequence[str], naming: Naming, first_client: int = 20) -> tuple[str, ...]:
    """Return the names under which a system lists devices."""
    return tuple(
        {
            Naming.PLAIN: device,
            Naming.INDEXED: f"{device} {index}",
            Naming.NUMBERED: f"{device}:{device} MIDI 1 {first_client + 4 * index}:0",
            Naming.JACK: f"a2j:{device} [{first_client + 4 * index}] (capture): {device}",
        }[naming]
        for index, device in enumerate(devices)
    )


def found(wanted: str, names: Sequence[str], naming: Naming | None = None) -> str:
    port = find(wanted, identify_names(names, naming))
    assert isinstance(port, Port), port
    return port.name


@pytest.mark.parametrize(
    "names,naming,labels",
    [
        (("nanoKEY2 0", "Other 1"), Naming.INDEXED, ("nanoKEY2", "Other")),
        (("loopMIDI Port 0", "loopMIDI Port 1 1"), Naming.INDEXED, ("loopMIDI Port",
                                                                    "loopMIDI Port 1")),
        (("USB MIDI:USB MIDI MIDI 1 20:0", "USB MIDI:USB MIDI MIDI 1 24:0"), Naming.NUMBERED,
         ("USB MIDI:USB MIDI MIDI 1", "USB MIDI:USB MIDI MIDI 1 (2)")),
        (("a2j:nanoKEY2 [20] (capture): nanoKEY2 MIDI 1", "player:out [1]"), Naming.JACK,
         ("a2j:nanoKEY2 (capture): nanoKEY2 MIDI 1", "player:out [1]")),
        (("A", "A", "A (2)", "A"), Naming.PLAIN, ("A", "A (3)", "A (2)", "A (4)")),
        ((" 0",), Naming.INDEXED, (" 0",)),
    ],
)  # fmt: skip
def test_a_label_is_the_name_without_the_systems_number(
    names: tuple[str, ...], naming: Naming, labels: tuple[str, ...]
) -> None:
    assert tuple(port.label for port in identify_names(names, naming)) == labels


@given(LISTS, st.sampled_from([Naming.INDEXED, Naming.NUMBERED]))
def test_what_a_system_appends_is_seen_in_the_names(devices: list[str], naming: Naming) -> None:
    assert naming_of(listed(devices, naming)) is naming


@given(LISTS, st.sampled_from(Naming))
def test_each_label_is_unique_and_finds_its_port(devices: list[str], naming: Naming) -> None:
    ports = identify_names(listed(devices, naming), naming)
    assert len({port.label for port in ports}) == len(ports)
    for port in ports:
        assert find(port.label, ports) == port
        assert find_again(port.label, ports) == port


@given(LISTS, st.sampled_from([Naming.INDEXED, Naming.NUMBERED, Naming.JACK]), st.data())
def test_a_device_is_found_again_although_others_have_come_and_gone(
    devices: list[str], naming: Naming, data: st.DataObject
) -> None:
    wanted = data.draw(st.sampled_from(devices))
    others = [device for device in data.draw(LISTS) if device != wanted]
    later = data.draw(st.permutations([wanted, *others]))
    before = identify_names(listed(devices, naming), naming)[devices.index(wanted)]
    after = identify_names(listed(later, naming, first_client=40), naming)
    expected = after[later.index(wanted)]
    assert find_again(before.label, after) == expected
    if before.name not in {port.label for port in after}:
        # What was stored without knowing about the system's number: a port with that base.
        assert isinstance(again := find_again(before.name, after), Port)
        assert name_key(again.base) == name_key(expected.base)


@given(LISTS, st.sampled_from([Naming.INDEXED, Naming.PLAIN]), st.data())
def test_an_open_port_is_not_lost_when_another_goes(
    devices: list[str], naming: Naming, data: st.DataObject
) -> None:
    ports = identify_names(listed(devices, naming), naming)
    ours = data.draw(st.sampled_from(ports))
    rest = list(devices)
    others = [index for index, port in enumerate(ports) if port.base != ours.base]
    for index in sorted(data.draw(st.sets(st.sampled_from(others))) if others else [],
                        reverse=True):  # fmt: skip
        del rest[index]
    there = follow(ours, identify_names(listed(rest, naming), naming))
    assert there is not None
    assert there.base == ours.base
    gone = [device for device, port in zip(devices, ports, strict=True) if port.base != ours.base]
    assert follow(ours, identify_names(listed(gone, naming), naming)) is None


def test_an_alsa_port_that_came_back_is_another_one() -> None:
    (before,) = identify_names(("keys:keys 20:0",), Naming.NUMBERED)
    after = identify_names(("keys:keys 24:0",), Naming.NUMBERED)
    assert follow(before, after) is None  # the old subscription is dead
    assert find_again(before.label, after) == after[0]


@pytest.mark.parametrize(
    "wanted,names,name",
    [
        ("loopMIDI Port 1", LOOP, LOOP[0]),
        ("Port 1", LOOP, LOOP[0]),
        ("port 10", LOOP, LOOP[1]),
        ("loopMIDI Port 10 1", LOOP, LOOP[1]),
        ("loopMIDI Port 1", ("loopMIDI Port 1 0", "loopMIDI Port 1"), "loopMIDI Port 1 0"),
        ("nanoKEY2 1", ("nanoKEY2 0",), "nanoKEY2 0"),
        ("nanoKEY2 (2)", ("nanoKEY2 0", "nanoKEY2 1"), "nanoKEY2 1"),
        ("nanoKEY2 (2)", ("other 0", "nanoKEY2 1"), "nanoKEY2 1"),
        ("20:0", ("a:a 20:0", "b:b 20:1"), "a:a 20:0"),
        ("USB:USB MIDI 1 28:0", ("USB:USB MIDI 1 20:0",), "USB:USB MIDI 1 20:0"),
        ("  NANOkey2 ", ("nanoKEY2", "x"), "nanoKEY2"),
        ("nanoKEY2".translate(FULL_WIDTH), ("nanoKEY2", "x"), "nanoKEY2"),
        ("klavier größe", ("KLAVIER  GRÖSSE", "x"), "KLAVIER  GRÖSSE"),
        (unicodedata.normalize("NFD", "Ténor"), ("Ténor", "x"), "Ténor"),
        ("ténor", (unicodedata.normalize("NFD", "Ténor 2:out"), "x"),
         unicodedata.normalize("NFD", "Ténor 2:out")),
        ("keys", ("keys", "keys two"), "keys"),
        ("Keys", ("keys", "Keys"), "Keys"),
    ],
)  # fmt: skip
def test_a_name_finds_the_port_that_is_meant(wanted: str, names: Sequence[str], name: str) -> None:
    assert found(wanted, names) == name


@pytest.mark.parametrize(
    "wanted,names,reason",
    [
        ("Port 1", ("loopMIDI Port 10 0",), NoSuchPort("Port 1", ("loopMIDI Port 10",))),
        ("1", ("Port 10", "Port 21"), NoSuchPort("1", ("Port 10", "Port 21"))),
        ("KEYS", ("keys", "Keys"), AmbiguousPort("KEYS", ("keys", "Keys"))),
        ("nano", ("nanoKEY2 0", "nanoKEY2 1"),
         AmbiguousPort("nano", ("nanoKEY2", "nanoKEY2 (2)"))),
        (" ", ("a",), NoSuchPort(" ", ("a",))),
        ("nanoKYE2", ("Harp", "Drums", "nanoKEY2 MIDI 1"),
         NoSuchPort("nanoKYE2", ("nanoKEY2 MIDI 1", "Harp", "Drums"))),
        ("nanoKYE2", ("Harp", "nanoKEY1", "nanoKEY2"),
         NoSuchPort("nanoKYE2", ("nanoKEY2", "nanoKEY1", "Harp"))),
    ],
)  # fmt: skip
def test_the_reason_names_the_ports_with_the_nearest_first(
    wanted: str, names: Sequence[str], reason: NoSuchPort | AmbiguousPort
) -> None:
    assert find(wanted, identify_names(names)) == reason


def test_a_port_is_found_by_its_alias() -> None:
    ports = identify(
        (
            SystemPort("system:midi_capture_1", ("alsa_pcm:Midi-Through/midi_playback_1",)),
            SystemPort("system:midi_capture_2", ("alsa_pcm:nanoKEY2/midi_playback_1", "n:m/p")),
            SystemPort("organ:out", ("Great Organ",)),
        ),
        Naming.JACK,
    )
    assert [port.label for port in ports] == [
        "alsa_pcm:Midi-Through/midi_playback_1",
        "alsa_pcm:nanoKEY2/midi_playback_1",
        "organ:out",
    ]
    for wanted, port in (("nanokey2", ports[1]), ("great organ", ports[2]), ("N:m/p", ports[1])):
        assert find(wanted, ports) == port
    moved = identify(
        (SystemPort("system:midi_capture_1", ("alsa_pcm:nanoKEY2/midi_playback_1",)),), Naming.JACK
    )
    assert find_again(ports[1].label, moved) == moved[0]


@given(st.text(), st.lists(st.text(), max_size=5), st.sampled_from([*Naming, None]))
def test_any_text_is_searched_for(wanted: str, names: list[str], naming: Naming | None) -> None:
    ports = identify_names(names, naming)
    port = find(wanted, ports)
    if isinstance(port, NoSuchPort):
        assert sorted(port.names) == sorted(each.label for each in ports)
    again = find_again(wanted, ports)
    assert again is None or again in ports
