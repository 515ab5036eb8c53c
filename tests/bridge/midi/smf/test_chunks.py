"""Chunks: where they are, what is between them, and a copy with more tracks."""

import struct

import pytest

from bridge.midi.smf.chunks import FormatError, NotMidiError, read_chunks
from bridge.midi.smf.limits import MAX_TRACKS
from bridge.midi.smf.reason import FormatFault
from tests.bridge.midi.smf.generated import END, chunk

TRACK = chunk(b"MTrk", b"\0" + END)


def header(kind: int = 1, count: int = 1, division: int = 480, extra: bytes = b"") -> bytes:
    return chunk(b"MThd", struct.pack(">HHH", kind, count, division) + extra)


def riff(smf: bytes, *others: bytes) -> bytes:
    data = b"data" + struct.pack("<I", len(smf)) + smf + b"\0" * (len(smf) % 2)
    body = b"RMID" + b"".join(others) + data
    return b"RIFF" + struct.pack("<I", len(body)) + body


@pytest.mark.parametrize(
    "between",
    [b"", chunk(b"XFIH", b"\0\1"), chunk(b"SEM1", b"") + chunk(b"Sequ", b"abc")],
)
@pytest.mark.parametrize("padding", [b"", b"\0" * 12, b"\x1a", b"\r\n", b"made with love"])
def test_a_copy_has_all_bytes_of_its_file(between: bytes, padding: bytes) -> None:
    start = header(extra=b"\1\2")
    chunks = read_chunks(start + between + TRACK + between + padding)
    assert len(chunks.tracks) == 1
    assert chunks.division == 480
    added = chunk(b"MTrk", b"\0added")
    copy = chunks.with_tracks(added, 1)
    kept = between + TRACK + between
    assert copy == header(count=2, extra=b"\1\2") + kept + added + padding


CUT = chunk(b"MTrk", b"\0\x90\x3c\x40")
"""A track without an end-of-track event, as one whose length is too short."""


@pytest.mark.parametrize("after", [b"\0" * 12, b"\x1a", b"\0" + END, b"\x60" + END + b"\0"])
def test_a_track_without_an_end_may_be_padded(after: bytes) -> None:
    assert read_chunks(header() + CUT + after).tracks == read_chunks(header() + CUT).tracks


@pytest.mark.parametrize("after", [b"\x60\x3c\0" + b"\0" + END, b"\0\x80\x3c\x40", b"text"])
def test_what_may_be_the_rest_of_a_track_is_not_passed_over(after: bytes) -> None:
    with pytest.raises(FormatError) as raised:
        read_chunks(header() + CUT + after)
    assert (raised.value.fault, raised.value.offset) == (FormatFault.NO_END, 26)


def test_a_single_track_becomes_one_of_several() -> None:
    chunks = read_chunks(header(0) + TRACK)
    assert chunks.with_tracks(TRACK, 1) == header(1, 2) + TRACK + TRACK


def test_a_riff_file_has_a_midi_file_in_it() -> None:
    smf = header() + chunk(b"MTrk", b"\0\xff\1\1." + b"\0" + END)
    for data in (riff(smf), riff(smf, b"INFO\3\0\0\0abc\0"), riff(smf) + b"LIST\0\0\0\0"):
        chunks = read_chunks(data)
        assert chunks.is_riff
        assert chunks.with_tracks(TRACK, 1) == header(count=2) + smf[14:] + TRACK


@pytest.mark.parametrize(
    "data,fault,offset",
    [
        (header()[:8], FormatFault.CHUNK_CUT, 0),
        (chunk(b"MThd", b"\0\1\0\1"), FormatFault.HEADER, 0),
        (header(3) + TRACK, FormatFault.HEADER, 0),
        (header() + TRACK[:9], FormatFault.CHUNK_CUT, 14),
        (header() + TRACK + TRACK[:9], FormatFault.CHUNK_CUT, 26),
        (header(count=2) + TRACK + b"\0" * 8, FormatFault.NOT_A_CHUNK, 26),
        (header(count=2) + TRACK + b"MTr", FormatFault.CHUNK_CUT, 26),
        (header() + TRACK + header() + TRACK, FormatFault.SECOND_HEADER, 26),
        (riff(header() + TRACK)[:-4], FormatFault.CHUNK_CUT, 12),
        (header() + TRACK * (MAX_TRACKS + 1), FormatFault.TOO_MANY_TRACKS, 14 + 12 * 65_001),
    ],
)
def test_what_is_no_chunk_is_named_with_its_byte(
    data: bytes, fault: FormatFault, offset: int
) -> None:
    with pytest.raises(FormatError) as raised:
        read_chunks(data)
    assert (raised.value.fault, raised.value.offset) == (fault, offset)


@pytest.mark.parametrize("data", [b"MThx" + bytes(10), b"RIFF\4\0\0\0WAVE", b"RIFF\4\0\0\0RMID"])
def test_another_kind_of_file_is_not_midi(data: bytes) -> None:
    with pytest.raises(NotMidiError):
        read_chunks(data)
