"""What sounds in a file: pairing by track, port and channel, pedals, and where a file ends."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.midi.events import ControlChange, Event, NoteOff, NoteOn, encode
from bridge.midi.instruments import Instrument
from bridge.midi.key_state import KeyState
from bridge.midi.smf.chunks import read_chunks
from bridge.midi.smf.timeline import Place, Port, SoundingNote, read_timeline
from tests.bridge.midi.smf.generated import END, chunk, quantity

QUARTER = 48
BAR = 4 * QUARTER
DOWN, UP = b"\xb0\x40\x7f", b"\xb0\x40\x00"
PORT_1 = b"\xff\x21\x01\x01"


def on(key: int = 60, channel: int = 0) -> bytes:
    return bytes((0x90 | channel, key, 80))


def off(key: int = 60, channel: int = 0) -> bytes:
    return bytes((0x80 | channel, key, 64))


def control(number: int, value: int = 0) -> bytes:
    return bytes((0xB0, number, value))


def file_of(*tracks: list[tuple[int, bytes]]) -> bytes:
    """Return a file of tracks, each with (tick, event) in order; they end with their last event."""
    body = b""
    for events in tracks:
        data, before = b"", 0
        for tick, event in events:
            data += quantity(tick - before) + event
            before = tick
        body += chunk(b"MTrk", data + quantity(0) + END)
    return chunk(b"MThd", struct.pack(">HHH", 1, len(tracks), QUARTER)) + body


def notes_of(*tracks: list[tuple[int, bytes]]) -> list[SoundingNote]:
    notes = read_timeline(read_chunks(file_of(*tracks))).notes
    return sorted(notes, key=lambda note: (note.onset, note.release))


def spans(*tracks: list[tuple[int, bytes]]) -> list[tuple[int, int]]:
    return [(note.onset, note.release) for note in notes_of(*tracks)]


def test_two_tracks_on_one_channel_keep_their_notes() -> None:
    right, left = [(0, on()), (48, off())], [(0, on()), (192, off())]
    assert spans(right, left) == [(0, 48), (0, 192)]


def test_a_port_has_channels_of_its_own() -> None:
    piano = [(0, b"\xc0\x00"), (0, on()), (192, off())]
    bass = [(0, PORT_1), (0, b"\xc0\x21"), (0, on()), (48, off())]
    found = notes_of(piano, bass)
    assert [(n.place, n.instrument, n.release) for n in found] == [
        (Place(Port(1), 0), Instrument.BASS, 48),
        (Place(Port(), 0), Instrument.PIANO, 192),
    ]


def test_a_port_that_is_named_after_the_program_holds_for_the_program_too() -> None:
    piano = [(0, b"\xc0\x00"), (0, on()), (192, off())]
    bass = [(0, b"\xc0\x21"), (0, PORT_1), (0, on()), (48, off())]
    found = notes_of(piano, bass)
    assert [(n.place.port.number, n.instrument) for n in found] == [
        (1, Instrument.BASS),
        (0, Instrument.PIANO),
    ]


def test_a_port_that_is_named_after_a_note_holds_from_there() -> None:
    found = notes_of([(0, on()), (48, off()), (48, PORT_1), (48, on()), (96, off())])
    assert [n.place.port.number for n in found] == [0, 1]


def test_a_device_name_is_a_port_too() -> None:
    found = notes_of([(0, b"\xff\x09\x02ab"), (0, on()), (9, off())], [(0, on()), (9, off())])
    assert {n.place.port for n in found} == {Port(0, b"ab"), Port()}


@pytest.mark.parametrize(
    "pedal,end",
    [
        ([(0, DOWN), (96, UP)], 96),
        ([(47, DOWN), (96, UP)], 96),
        ([(0, DOWN), (30, UP)], 48),
        ([(0, DOWN)], 144),  # never lifted: the last key
        ([(0, DOWN), (144 + 100 * BAR, UP)], 144),  # lifted where the project ends
        ([(0, DOWN), (96, control(121))], 96),  # Reset All Controllers lifts it
        ([(0, DOWN), (96, control(120))], 96),  # All Sound Off
        ([(0, DOWN), (96, control(123)), (100, UP)], 100),  # All Notes Off does not
        ([(0, control(64, 63)), (96, UP)], 48),
    ],
)
def test_the_pedal_holds_a_note(pedal: list[tuple[int, bytes]], end: int) -> None:
    keys = [(0, on()), (48, off()), (120, on(72)), (144, off(72))]
    assert spans(keys, pedal)[0] == (0, end)


def test_a_key_that_is_struck_again_ends_what_the_pedal_holds() -> None:
    keys = [(0, DOWN), (0, on()), (20, off()), (30, on()), (40, off()), (90, UP)]
    assert spans(keys) == [(0, 30), (30, 90)]
    at_once = [(0, DOWN), (0, on()), (20, off()), (20, on()), (40, off()), (90, UP)]
    assert spans(at_once) == [(0, 20), (20, 90)]


@pytest.mark.parametrize("number", [123, 124, 125, 126, 127])
def test_all_notes_off_and_the_mode_messages_release_all_keys(number: int) -> None:
    keys = [(0, on()), (0, on(64)), (40, control(number)), (90, off()), (90, off(64))]
    assert spans(keys) == [(0, 40), (0, 40)]


def test_an_exclusive_of_a_track_without_a_port_concerns_the_ports_that_play() -> None:
    """A conductor track names no port; the reset and the rhythm part in it are for the others."""
    gs_rhythm = b"\xf0\x0a\x41\x10\x42\x12\x40\x1a\x15\x02\x0f\xf7"
    conductor = [(0, gs_rhythm)]
    drums = [(0, PORT_1), (0, on(36, 10)), (9, off(36, 10))]
    assert [n.instrument for n in notes_of(conductor, drums)] == [Instrument.DRUMS]
    piano = [(0, on(36, 10)), (9, off(36, 10))]
    found = {n.place.port: n.instrument for n in notes_of(conductor, drums, piano)}
    assert found == {Port(): Instrument.DRUMS, Port(1): Instrument.PIANO}


def test_a_program_that_is_written_in_the_same_tick_is_in_force() -> None:
    found = notes_of([(0, on()), (9, off())], [(0, b"\xc0\x21")])
    assert found[0].instrument is Instrument.BASS


def test_a_program_under_a_held_key_is_for_the_next_note() -> None:
    found = notes_of([(0, on()), (9, b"\xc0\x10"), (20, off()), (30, on()), (40, off())])
    assert [n.instrument for n in found] == [Instrument.PIANO, Instrument.ORGAN]


def test_a_note_without_a_release_ends_with_its_track_if_that_is_near() -> None:
    text = b"\xff\x01\x01."
    assert spans([(0, on()), (2 * BAR, text)]) == [(0, 2 * BAR)]
    assert spans([(0, on()), (100 * BAR, text)]) == [(0, 4 * BAR)]
    assert spans([(0, on()), (BAR, text)], [(9 * BAR, text)]) == [(0, BAR)]
    assert spans([(0, on()), (100 * BAR, control(123))]) == [(0, 4 * BAR)]


def test_a_note_in_an_escape_sounds() -> None:
    assert spans([(0, b"\xf7\x03\x90\x3c\x40"), (48, off())]) == [(0, 48)]


def test_a_drum_that_is_never_released_is_a_hit() -> None:
    text = b"\xff\x01\x01."
    kit = [(0, on(36, 9)), (24, on(38, 9)), (BAR, on(36, 9)), (8 * BAR, text)]
    assert spans(kit) == [(0, BAR), (24, 24), (BAR, BAR)]


@pytest.mark.parametrize(
    "pedal,end",
    [
        ([(9, control(66, 127)), (96, control(66, 0))], 96),
        ([(9, control(66, 127)), (96, control(121))], 96),
        ([(9, control(66, 127)), (20, control(66, 90)), (96, control(66, 0))], 96),
        ([(9, control(66, 127)), (60, control(120))], 60),  # All Sound Off
        ([(9, control(66, 127)), (60, control(123)), (96, control(66, 0))], 96),
        ([(9, control(66, 127))], 144),  # never lifted: the last key
        ([(9, control(66, 127)), (96, control(66, 0)), (40, DOWN), (120, UP)], 120),
    ],
)
def test_the_sostenuto_pedal_holds_the_keys_that_are_down(
    pedal: list[tuple[int, bytes]], end: int
) -> None:
    keys = [(0, on()), (48, off()), (50, on(64)), (58, off(64)), (143, on(72)), (144, off(72))]
    pedal = sorted(pedal, key=lambda event: event[0])
    assert spans(keys, pedal)[0] == (0, end)


def test_the_sostenuto_pedal_does_not_hold_a_key_that_is_struck_after_it() -> None:
    late = [(0, control(66, 127)), (9, on()), (48, off()), (96, control(66, 0))]
    assert spans(late) == [(9, 48)]


def test_an_exclusive_that_never_ends_hides_no_note() -> None:
    open_end = b"\xf0\x02\x43\x10"
    assert spans([(0, open_end), (0, b"\xf7\x03\x90\x3c\x40"), (48, off())]) == [(0, 48)]


def test_crowds_of_events_are_read_in_time() -> None:
    """Neither a crowded tick nor a crowd of pedals or of mode messages costs squared time."""
    crowd = 30_000
    one_tick = [
        (0, on()),
        *((0, event) for _ in range(crowd) for event in (off(), on())),
        (9, off()),
    ]
    assert len(spans(one_tick)) == 1 + crowd
    pedal = [(n, control(64, 64 + n % 64)) for n in range(crowd)] + [(crowd, UP)]
    keys = [(2 * n, (on, off)[n % 2](60 + n // 2 % 12)) for n in range(crowd // 2)]
    assert spans(keys, pedal)[-1][1] == crowd
    modes = [(n, control(123)) for n in range(crowd)]
    many = [[(0, on(key)), (crowd, off(key))] for key in range(128)]
    assert spans(modes, *many * 4) == [(0, 1)] * 512


ACTIONS = st.sampled_from(
    [
        *((kind, key) for kind in ("key down", "key up") for key in (60, 64)),
        *(("control", number, value) for number in (64, 66) for value in (0, 127)),
        *(("control", number, 0) for number in (120, 121, 123, 126)),
    ]
)


@given(st.lists(ACTIONS, max_size=25))
def test_a_file_has_the_notes_that_live_playing_has(actions: list[tuple[str, int, int]]) -> None:
    """The reader looks ahead for the end of a note; `KeyState` waits for it."""
    keys, down = KeyState(), set[int]()
    events: list[Event] = []
    for kind, number, *value in actions:
        if kind == "control":
            events.append(ControlChange(0, number, value[0]))
            if number in (120, 123, 126):
                down.clear()
        elif kind == "key down" and number not in down:
            down.add(number)
            events.append(NoteOn(0, number, 80))
        elif kind == "key up":
            down.discard(number)
            events.append(NoteOff(0, number))
    events += [NoteOff(0, 60), NoteOff(0, 64), ControlChange(0, 121, 0)]
    live, onsets = [], dict[int, int]()
    for tick, event in enumerate(events):
        for sounded in keys.feed(event):
            if isinstance(sounded, NoteOn):
                onsets[sounded.pitch] = tick
            else:
                live.append((onsets.pop(sounded.pitch), tick))
    assert not onsets
    assert spans([(tick, encode(event)) for tick, event in enumerate(events)]) == sorted(live)
