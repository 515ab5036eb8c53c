"""The events of a track: ticks, bytes, and what is uncertain."""

import pytest

from bridge.midi.events import ControlChange, NoteOff, NoteOn, Start, SysEx
from bridge.midi.smf.chunks import Chunk, FormatError
from bridge.midi.smf.reason import FormatFault
from bridge.midi.smf.track import FileEvent, Meta, Packet, read_track
from tests.bridge.midi.smf.generated import END


def events(data: bytes) -> list[FileEvent]:
    return list(read_track(data, Chunk(b"MTrk", 0, len(data))))


def test_running_status_goes_on_after_a_meta_event() -> None:
    data = b"\0\x90\x3c\x40" + b"\x60\xff\x01\x02hi" + b"\x81\x00\x3c\x00" + b"\0" + END
    found = events(data)
    assert [(e.tick, data[e.offset : e.end]) for e in found] == [
        (0, b"\x90\x3c\x40"),
        (96, b"\xff\x01\x02hi"),
        (224, b"\x3c\x00"),
        (224, END),
    ]
    assert [e.content for e in found[:3]] == [NoteOn(0, 60, 64), Meta(1, b"hi"), NoteOff(0, 60)]
    assert [e.offset for e in found] == [1, 5, 12, 15]


def test_running_status_goes_on_after_a_complete_exclusive() -> None:
    found = events(b"\0\x90\x3c\x40" + b"\0\xf0\x02\x43\xf7" + b"\x30\x3c\x00")
    assert [e.content for e in found][::2] == [NoteOn(0, 60, 64), NoteOff(0, 60)]


def test_a_system_exclusive_in_packets_is_complete_with_the_last() -> None:
    found = events(b"\0\xf0\x02\x43\x12" + b"\x10\xf7\x01\x7d" + b"\x10\xf7\x02\x00\xf7")
    assert [e.content for e in found] == [
        Packet(begins=True, data=b"\x43\x12"),
        Packet(begins=False, data=b"\x7d"),
        Packet(begins=False, data=b"\x00\xf7", completes=(SysEx(b"\x43\x12\x7d\x00"),)),
    ]


def test_an_event_may_have_several_exclusives() -> None:
    found = events(b"\0\xf0\x06\x43\xf8\x12\xf7\xf0\x41" + b"\0\xf7\x02\x10\xf7")
    completed = [e.content.completes for e in found if isinstance(e.content, Packet)]
    assert completed == [(SysEx(b"\x43\x12"),), (SysEx(b"\x41\x10"),)]


def test_a_status_ends_an_exclusive_in_packets() -> None:
    found = events(b"\0\xf0\x02\x43\x12" + b"\0\xf7\x03\x90\x3c\x40" + b"\0\xf7\x01\x00")
    completed = [e.content.completes for e in found if isinstance(e.content, Packet)]
    assert completed == [(), (NoteOn(0, 60, 64),), ()]


def test_bytes_that_are_no_data_in_an_exclusive_are_no_notes() -> None:
    found = events(
        b"\0\xf0\x06\x43\x90\x3c\x40\xc0\xf7" + b"\0\xf0\x02\x43\x10\0\xf7\x03\x10\x90\x3c"
    )
    completed = [e.content.completes for e in found if isinstance(e.content, Packet)]
    assert completed == [(), (), ()]


def test_an_escape_has_whole_messages() -> None:
    found = events(b"\0\xf7\x01\xfa" + b"\0\xf7\x03\x90\x3c\x40" + b"\0\xf7\x00")
    completed = [e.content.completes for e in found if isinstance(e.content, Packet)]
    assert completed == [(Start(),), (NoteOn(0, 60, 64),), ()]


def test_a_track_needs_no_end_and_may_be_padded() -> None:
    assert [e.content for e in events(b"\0\xb0\x07\x40")] == [ControlChange(0, 7, 64)]
    assert len(events(b"\0\xff\x2f\x00" + bytes(9))) == 1


@pytest.mark.parametrize(
    "data,fault,offset",
    [
        (b"\0\x3c\x40", FormatFault.NO_STATUS, 1),
        (b"\0\xf0\x01\xf7\0\x3c\x40", FormatFault.NO_STATUS, 5),
        (b"\0\x90\x3c\x40\0\xf0\x01\x43\0\x3c\x40", FormatFault.NO_STATUS, 9),
        (b"\0\x90\x3c\x80", FormatFault.NOT_DATA, 3),
        (b"\0\x90\x3c", FormatFault.EVENT_CUT, 2),
        (b"\0\x90", FormatFault.EVENT_CUT, 2),
        (b"\0", FormatFault.EVENT_CUT, 1),
        (b"\x80", FormatFault.EVENT_CUT, 0),
        (b"\0\xff", FormatFault.EVENT_CUT, 2),
        (b"\0\xff\x01\x05hi", FormatFault.EVENT_CUT, 4),
        (b"\xff\xff\xff\xff\x7f\x90", FormatFault.QUANTITY, 0),
        (b"\0\xf8", FormatFault.NOT_IN_FILES, 1),
        (b"\0\xf1\x00", FormatFault.NOT_IN_FILES, 1),
        (b"\0\xff\x2f\x00\0\0\x90\x3c\x40", FormatFault.AFTER_END, 6),
    ],
)
def test_what_is_uncertain_is_named_with_its_byte(
    data: bytes, fault: FormatFault, offset: int
) -> None:
    with pytest.raises(FormatError) as raised:
        events(data)
    assert (raised.value.fault, raised.value.offset) == (fault, offset)
