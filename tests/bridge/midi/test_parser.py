"""The parser: whole streams, single bytes, real-time bytes in between, and invalid bytes."""

import random
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.midi.events import (
    FIRST_REAL_TIME,
    FIRST_SYSTEM,
    SPECS,
    ActiveSensing,
    Event,
    NoteOff,
    NoteOn,
    PitchWheel,
    ProgramChange,
    SongPosition,
    Start,
    SysEx,
    TimingClock,
    TuneRequest,
    encode,
)
from bridge.midi.parser import MAX_SYSEX, MidiParser

ON, NEXT_ON = NoteOn(0, 60, 100), NoteOn(0, 62, 101)

# Stream, its events, and the number of invalid bytes.
CASES: dict[str, tuple[str, list[Event], int]] = {
    "one message": ("90 3C 64", [ON], 0),
    "running status": ("90 3C 64 3E 65", [ON, NEXT_ON], 0),
    "running status with releases": ("91 3C 64 3C 00", [NoteOn(1, 60, 100), NoteOff(1, 60)], 0),
    "running status of one byte": ("C2 01 02", [ProgramChange(2, 1), ProgramChange(2, 2)], 0),
    "real time inside a message": ("90 F8 3C FE 64", [TimingClock(), ActiveSensing(), ON], 0),
    "real time in running status": ("90 3C 64 FA 3E 65", [ON, Start(), NEXT_ON], 0),
    "real time inside a sysex": ("F0 01 F8 02 F7", [TimingClock(), SysEx(b"\x01\x02")], 0),
    "undefined real time": ("90 F9 3C FD 64", [ON], 2),
    "sysex then running status": ("90 3C 64 F0 01 F7 3E 65", [ON, SysEx(b"\x01")], 2),
    "system common has none after": ("C0 01 F6 03 04", [ProgramChange(0, 1), TuneRequest()], 2),
    "song position has no running status": ("F2 01 02 03 04", [SongPosition(257)], 2),
    "a sysex cut off by a note": ("F0 01 02 90 3C 64", [ON], 3),
    "a sysex interleaved with a note": ("F0 01 90 3C 64 02 F7", [ON], 4),
    "a sysex cut off by another": ("F0 01 02 F0 03 F7", [SysEx(b"\x03")], 3),
    "a message cut off by another": ("90 3C 80 3C 40", [NoteOff(0, 60, 64)], 2),
    "cut off in running status": ("90 3C 64 3E 80 3C 40", [ON, NoteOff(0, 60, 64)], 1),
    "data without a status": ("3C 64 90 3C 64", [ON], 2),
    "an end without a sysex": ("F7 E0 00 40", [PitchWheel(0, 0)], 1),
    "undefined system common": ("90 3C 64 F4 3C F5 64", [ON], 4),
    "not finished yet": ("90 3C", [], 0),
    "nothing": ("", [], 0),
}


def event_of(spec_index: int, channel: int, rng: random.Random) -> Event:
    """Return a random event of a row of the table."""
    spec = SPECS[spec_index]
    values = [rng.randint(field.lowest, field.highest) for field in spec.fields]
    kind: Callable[..., Event] = spec.kind
    return kind(*([channel, *values] if spec.status < FIRST_SYSTEM else values))


def without_top_bits(raw: bytes) -> bytes:
    """Turn any bytes into data bytes."""
    return bytes(byte & 0x7F for byte in raw)


events = st.one_of(
    st.builds(
        event_of,
        st.integers(0, len(SPECS) - 1),
        st.integers(0, 15),
        st.randoms(use_true_random=False),
    ),
    st.binary(max_size=8).map(without_top_bits).map(SysEx),
)
# Half of the bytes are likely to continue something, half to interrupt it.
streams = st.lists(
    st.one_of(st.integers(0, 255), st.sampled_from([0x90, 0x3C, 0x40, 0xF0, 0xF7, 0xF8, 0xF2]))
).map(bytes)


Parse = Callable[[bytes], tuple[list[Event], int]]


def parse_whole(stream: bytes) -> tuple[list[Event], int]:
    """Feed a stream at once; return its events and the number of invalid bytes."""
    parser = MidiParser()
    return parser.feed(stream), parser.invalid_bytes


def parse_bytewise(stream: bytes) -> tuple[list[Event], int]:
    """Feed a stream byte by byte; return its events and the number of invalid bytes."""
    parser = MidiParser()
    return [event for byte in stream for event in parser.feed(bytes((byte,)))], parser.invalid_bytes


@pytest.mark.parametrize("parse", [parse_whole, parse_bytewise])
@pytest.mark.parametrize("wire,expected,rubbish", CASES.values(), ids=CASES)
def test_case(parse: Parse, wire: str, expected: list[Event], rubbish: int) -> None:
    assert parse(bytes.fromhex(wire)) == (expected, rubbish)


@given(st.lists(events))
def test_encoded_events_are_parsed_back(sequence: list[Event]) -> None:
    assert parse_whole(b"".join(map(encode, sequence))) == (sequence, 0)


@given(st.lists(events))
def test_running_status_parses_the_same(sequence: list[Event]) -> None:
    wire = bytearray()
    running = None
    for event in sequence:
        message = encode(event)
        wire += message[1:] if message[0] == running else message
        if message[0] < FIRST_SYSTEM:
            running = message[0]
        elif message[0] < FIRST_REAL_TIME:
            running = None
    assert parse_whole(bytes(wire)) == (sequence, 0)


@given(streams)
def test_any_stream_parses_the_same_whole_and_byte_by_byte(stream: bytes) -> None:
    assert parse_whole(stream) == parse_bytewise(stream)


@given(streams, st.data())
def test_real_time_bytes_do_not_affect_other_messages(stream: bytes, draw: st.DataObject) -> None:
    quiet = bytes(byte for byte in stream if byte < FIRST_REAL_TIME)
    mixed = bytearray(quiet)
    for _ in range(draw.draw(st.integers(0, 5))):
        mixed.insert(
            draw.draw(st.integers(0, len(mixed))), draw.draw(st.sampled_from(b"\xf8\xfa\xfc\xfe"))
        )
    parsed, rubbish = parse_whole(bytes(mixed))
    others = [event for event in parsed if encode(event)[0] < FIRST_REAL_TIME]
    assert (others, rubbish) == parse_whole(quiet)
    assert len(parsed) - len(others) == len(mixed) - len(quiet)


@given(streams)
def test_a_status_byte_recovers_from_any_stream(stream: bytes) -> None:
    parser = MidiParser()
    parser.feed(stream)
    assert parser.feed(encode(NoteOn(1, 2, 3))) == [NoteOn(1, 2, 3)]


def test_an_endless_sysex_is_limited() -> None:
    parser = MidiParser()
    assert parser.feed(b"\xf0" + bytes(MAX_SYSEX + 10) + b"\xf7") == []
    assert parser.invalid_bytes == MAX_SYSEX + 12
    assert parser.feed(b"\x90\x3c\x64") == [NoteOn(0, 60, 100)]


def test_the_rest_of_an_exclusive_after_a_note_is_no_notes() -> None:
    # A driver sends a dump in packets, and the player plays between two of them.
    parser = MidiParser()
    packets = (b"\xf0\x01\x02", b"\x90\x3c\x64", b"\x16\x17\x18\x19", b"\x1a\xf7", b"\x80\x3c\x40")
    parsed = [event for packet in packets for event in parser.feed_packet(packet)]
    assert parsed == [NoteOn(0, 60, 100), NoteOff(0, 60)]


@given(st.lists(st.tuples(events, st.booleans())))
def test_packets_of_complete_messages_are_parsed_back(sequence: list[tuple[Event, bool]]) -> None:
    parser, parsed = MidiParser(), list[Event]()
    for event, is_followed_by_clock in sequence:
        parsed += parser.feed_packet(encode(event) + b"\xf8" * is_followed_by_clock)
    assert [event for event in parsed if event != TimingClock()] == [
        event for event, _ in sequence if event != TimingClock()
    ]


@given(streams, st.integers(0, 9))
def test_no_message_but_an_exclusive_goes_over_packets(stream: bytes, cut: int) -> None:
    parser = MidiParser()
    parser.feed_packet(stream[:cut])
    in_exclusive = parser.in_exclusive
    parsed = parser.feed_packet(stream[cut:])
    if not in_exclusive:
        assert parsed == MidiParser().feed_packet(stream[cut:])
