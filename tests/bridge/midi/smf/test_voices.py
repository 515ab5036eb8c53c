"""The channels on which a file goes on."""

from pathlib import Path

import pytest

from bridge.midi.events import ControlChange, PitchWheel, ProgramChange
from bridge.midi.instruments import DRUM_CHANNEL, Instrument
from bridge.midi.smf import from_bytes
from bridge.midi.smf.timeline import Place, Port
from bridge.midi.smf.voices import Voice, voices_after
from tests.bridge.midi.smf.test_timeline import BAR, DOWN, PORT_1, control, file_of, off, on

PIANO, BASS, DRUMS = Instrument.PIANO, Instrument.BASS, Instrument.DRUMS


def voices(
    *tracks: list[tuple[int, bytes]], wanted: tuple[Instrument, ...] = (PIANO,)
) -> list[Voice]:
    channels = from_bytes(file_of(*tracks), Path("in.mid")).channels
    return list(voices_after(channels, wanted, BAR).values())


def test_an_instrument_goes_on_where_it_was() -> None:
    bass = [(0, b"\xc2\x24"), (0, on(channel=2)), (48, off(channel=2))]
    assert voices([(0, on()), (48, off())], bass, wanted=(PIANO, BASS)) == [
        Voice(Place(Port(), 0)),
        Voice(Place(Port(), 2)),
    ]


def test_the_channel_with_most_notes_is_chosen_of_several() -> None:
    one = [(0, on()), (9, off())]
    two = [(0, on(channel=3)), (9, off(channel=3)), (20, on(channel=3)), (29, off(channel=3))]
    assert voices(one, two) == [Voice(Place(Port(), 3))]


@pytest.mark.parametrize(
    "last",
    [
        [DOWN],
        [b"\xe0\x00\x00"],
        [control(11, 0)],
        [control(7, 10)],
        [control(1, 127)],
        [b"\xd0\x7f"],
        [control(65, 127)],  # portamento
        [control(74, 0)],  # a closed filter
        [b"\xc0\x10"],  # an organ
        [control(0, 3), b"\xc0\x00"],  # another bank
    ],
)
def test_a_channel_that_is_left_odd_is_not_used(last: list[bytes]) -> None:
    start = [control(0, 2), control(32, 1), b"\xc0\x04", control(7, 80), control(10, 20)]
    keys = [(0, on()), (48, off())]
    found = voices([*((0, event) for event in start), *keys, *((48, event) for event in last)])
    assert found == [
        Voice(
            Place(Port(), 15),
            (
                ControlChange(15, 0, 2),
                ControlChange(15, 32, 1),
                ProgramChange(15, 4),
                ControlChange(15, 7, 80),
                ControlChange(15, 10, 20),
            ),
        )
    ]


def test_a_channel_to_which_the_file_sends_more_is_not_used() -> None:
    found = voices([(0, on()), (48, off()), (2 * BAR, control(123))])
    assert found == [Voice(Place(Port(), 15), (ProgramChange(15, 0),))]


def test_a_release_after_the_bar_line_is_no_reason_to_move() -> None:
    assert voices([(0, on()), (BAR + 4, off())]) == [Voice(Place(Port(), 0))]


def test_a_bend_that_all_notes_have_is_a_tuning() -> None:
    bent = [(0, b"\xe0\x00\x50"), (0, on()), (48, off())]
    assert voices(bent) == [Voice(Place(Port(), 0))]
    (moved,) = voices([*bent, (48, DOWN)])
    assert moved.setup == (ProgramChange(15, 0), PitchWheel(15, 0x50 * 128 - 8192))


def test_a_fade_returns_to_the_usual_volume() -> None:
    keys = [
        event
        for n in range(4)
        for event in (
            (48 * n, control(7, 100 if n < 3 else 30)),
            (48 * n, on()),
            (48 * n + 40, off()),
        )
    ]
    (voice,) = voices(keys)
    assert ControlChange(15, 7, 100) in voice.setup


@pytest.mark.parametrize("number,usual", [(7, 100), (11, 127)])
def test_a_swell_is_no_usual_volume(number: int, usual: int) -> None:
    """Each note begins at nothing and swells; music that begins at once is heard."""
    keys = [
        (96 * n + tick, event)
        for n in range(2)
        for tick, event in (
            (0, control(number, 0)),
            (0, on()),
            (20, control(number, 110)),
            (40, off()),
            (44, control(number, 0)),
        )
    ]
    (voice,) = voices(keys)
    assert voice.place.channel != 0
    assert ControlChange(15, number, usual) in voice.setup


def test_a_channel_of_another_port_is_free_before_a_new_port_is_made() -> None:
    used = [[(0, bytes((0xB0 | channel, 7, 99)))] for channel in range(16)]
    second = [(0, PORT_1), (0, on(channel=3)), (9, off(channel=3))]
    found = voices(*used, second, wanted=(BASS, DRUMS))
    assert [voice.place for voice in found] == [
        Place(Port(1), BASS.spec.channel),
        Place(Port(1), DRUM_CHANNEL),
    ]


def test_when_all_ports_are_used_there_is_a_named_one() -> None:
    used = [
        [(0, bytes((0xFF, 0x21, 1, n)))] + [(0, bytes((0xB0 | c, 7, 99))) for c in range(16)]
        for n in range(256)
    ]
    (voice,) = voices(*used, [(0, on()), (9, off())], wanted=(BASS,))
    assert voice.place == Place(Port(0, b"Antiphon"), BASS.spec.channel)


def test_drums_stay_where_they_are_and_are_set_right() -> None:
    kit = [(0, on(36, 9)), (9, off(36, 9)), (9, b"\xb9\x07\x00"), (9, b"\xb9\x40\x7f")]
    (voice,) = voices(kit, wanted=(DRUMS,))
    assert voice.place == Place(Port(), DRUM_CHANNEL)
    assert set(voice.setup) == {ControlChange(9, 64, 0), ControlChange(9, 7, 100)}


@pytest.mark.parametrize(
    "start,last",
    [
        # General MIDI 2: banks of rhythm and of melody
        ([b"\xba\x00\x78", b"\xca\x00"], [b"\xba\x00\x79", b"\xca\x05"]),
        # XG: a bank of drums, and a reset
        ([b"\xba\x00\x7f", b"\xca\x00"], [b"\xf0\x08\x43\x10\x4c\x00\x00\x7e\x00\xf7"]),
    ],
)
def test_drums_leave_a_channel_that_is_no_rhythm_part_any_more(
    start: list[bytes], last: list[bytes]
) -> None:
    kit = [*((0, event) for event in start), (0, on(36, 10)), (9, off(36, 10))]
    (voice,) = voices([*kit, *((20, event) for event in last)], wanted=(DRUMS,))
    assert voice == Voice(Place(Port(), DRUM_CHANNEL))


def test_a_new_instrument_gets_a_free_channel_that_is_no_rhythm_part() -> None:
    used = [
        [(0, bytes((0xB0 | channel, 7, 99)))] for channel in range(16) if channel not in (6, 9, 11)
    ]
    xg = [(0, b"\xbb\x00\x7f"), (0, b"\xcb\x00")]
    found = voices(*used, xg, [(0, on()), (9, off())], wanted=(BASS,))
    assert found == [Voice(Place(Port(), 6), (ProgramChange(6, 33),))]
    own = voices([(0, on()), (9, off())], wanted=(BASS, DRUMS))
    assert [voice.place.channel for voice in own] == [BASS.spec.channel, DRUM_CHANNEL]


def test_without_a_free_channel_there_is_another_port() -> None:
    used = [[(0, bytes((0xB0 | channel, 7, 99)))] for channel in range(16)]
    (voice,) = voices(*used, [(0, on()), (9, off())], wanted=(BASS,))
    assert voice.place.port == Port(1)


def test_without_a_free_channel_the_controllers_return() -> None:
    used = [[(0, bytes((0xB0 | channel, 7, 100)))] for channel in range(16)]
    (voice,) = voices(*used, [(0, on()), (9, off()), (9, DOWN), (9, control(11, 5))])
    assert voice.place == Place(Port(), 0)
    assert voice.setup == (ControlChange(0, 64, 0), ControlChange(0, 11, 127))


def test_a_port_of_the_file_is_kept() -> None:
    assert voices([(0, PORT_1), (0, on()), (9, off())]) == [Voice(Place(Port(1), 0))]
