"""The table of MIDI messages, row by row and on every channel."""

import dataclasses
from collections.abc import Callable
from typing import get_args

import pytest

from bridge.midi.events import (
    FIRST_SYSTEM,
    SPECS,
    ControlChange,
    Event,
    MessageSpec,
    NoteOff,
    NoteOn,
    PitchWheel,
    ProgramChange,
    Reset,
    SongPosition,
    SysEx,
    TimingClock,
    TuneRequest,
    decode,
    encode,
)

# Events and bytes of the MIDI 1.0 specification. Each data byte is different, so that the
# test fails if bytes are swapped.
KNOWN: list[tuple[Event, str]] = [
    (NoteOff(0, 60, 64), "80 3C 40"),
    (NoteOn(9, 36, 127), "99 24 7F"),
    (ControlChange(15, 64, 1), "BF 40 01"),
    (ProgramChange(2, 40), "C2 28"),
    (PitchWheel(0, -8192), "E0 00 00"),
    (PitchWheel(0, 0), "E0 00 40"),
    (PitchWheel(1, 8191), "E1 7F 7F"),
    (PitchWheel(1, 1), "E1 01 40"),
    (SongPosition(1 + 2 * 128), "F2 01 02"),
    (TuneRequest(), "F6"),
    (TimingClock(), "F8"),
    (Reset(), "FF"),
    (SysEx(b""), "F0 F7"),
    (SysEx(b"\x7e\x00\x09"), "F0 7E 00 09 F7"),
]

IN_RANGE = [
    *((spec, channel) for spec in SPECS if spec.status < FIRST_SYSTEM for channel in range(16)),
    *((spec, None) for spec in SPECS if spec.status >= FIRST_SYSTEM),
]


def make(spec: MessageSpec, channel: int | None, values: list[int]) -> Event:
    """Build the event of a row from its values."""
    kind: Callable[..., Event] = spec.kind
    return kind(*(values if channel is None else [channel, *values]))


@pytest.mark.parametrize("event,wire", KNOWN)
def test_events_have_the_bytes_of_the_specification(event: Event, wire: str) -> None:
    assert encode(event) == bytes.fromhex(wire)


@pytest.mark.parametrize("spec,channel", IN_RANGE)
def test_every_row_round_trips(spec: MessageSpec, channel: int | None) -> None:
    corners = (
        [field.lowest for field in spec.fields],
        [field.highest for field in spec.fields],
        [field.highest - 1 - 3 * place for place, field in enumerate(spec.fields)],
    )
    for values in corners:
        event = make(spec, channel, values)
        wire = encode(event)
        assert wire[0] == spec.status | (channel or 0)
        assert len(wire) == 1 + spec.size
        assert all(byte < 0x80 for byte in wire[1:])
        assert decode(wire[0], wire[1:]) == event


@pytest.mark.parametrize("spec,channel", IN_RANGE)
def test_values_out_of_range_raise(spec: MessageSpec, channel: int | None) -> None:
    good = [field.highest for field in spec.fields]
    for place, field in enumerate(spec.fields):
        for bad in (field.lowest - 1, field.highest + 1):
            values = [*good[:place], bad, *good[place + 1 :]]
            with pytest.raises(ValueError, match=f"{spec.kind.__name__}.{field.name} is {bad}"):
                make(spec, channel, values)
    if channel is not None:
        for bad in (-1, 16):
            with pytest.raises(ValueError, match=f"{spec.kind.__name__}.channel is {bad}"):
                make(spec, bad, good)


def test_the_table_and_the_union_name_the_same_events() -> None:
    assert {spec.kind for spec in SPECS} | {SysEx} == set(get_args(Event))


def test_a_note_on_with_velocity_0_is_a_release() -> None:
    assert decode(0x93, b"\x3c\x00") == NoteOff(3, 60)


def test_sysex_refuses_status_bytes() -> None:
    with pytest.raises(ValueError, match="above 0x7F"):
        SysEx(b"\x01\xf7")


def test_events_are_frozen_and_hashable() -> None:
    event = NoteOn(0, 60, 1)
    with pytest.raises(dataclasses.FrozenInstanceError):
        event.velocity = 2  # type: ignore[misc]
    assert {event, NoteOn(0, 60, 1)} == {event}
