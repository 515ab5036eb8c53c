"""A Standard MIDI File as chunks of bytes, and a copy of it with more tracks.

A file is a sequence of chunks: four letters, a length, and that many bytes. The first is the header
`MThd`, with the format, the number of tracks and the resolution. `MTrk` is a track. Chunks of other
kinds are allowed anywhere after the header, and readers are to skip them. Some files carry the
whole in a RIFF file of kind `RMID`, in its chunk `data`.

    header   MThd | 6 | format | tracks | resolution
    chunk    kind | length | bytes ...
    trailer  what follows the last chunk and is none: padding, or text of an old file system

The length of a track may be too short. If the last track has no end, a trailer may be the rest of
it, and the file is refused.

A copy has all these bytes as they are; the new tracks come after the last chunk. Only the number
of tracks changes, and a format 0, which may have a single track, becomes format 1.

Sources: Standard MIDI Files 1.0 (RP-001), pages 2 to 5; RIFF RMID (RP-029).
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bridge.midi.smf.limits import MAX_CHUNKS, MAX_TRACKS
from bridge.midi.smf.reason import FormatFault

if TYPE_CHECKING:
    from collections.abc import Mapping

_HEADER, _TRACK = b"MThd", b"MTrk"
_END_OF_TRACK = b"\xff\x2f"
"""The event, without its length of 0."""
_PADDING = b"\0\x1a\r\n "
_PREFIX = 8
"""The kind of a chunk and its length."""
_HEADER_SIZE = 6


class FormatError(Exception):
    """The bytes of a file are not a MIDI file that can be read for certain."""

    def __init__(self, fault: FormatFault, offset: int) -> None:
        super().__init__(fault, offset)
        self.fault, self.offset = fault, offset


class NotMidiError(Exception):
    """The bytes do not begin as a MIDI file does."""


@dataclass(frozen=True, slots=True)
class Chunk:
    """The place of a chunk's content in the bytes of a file."""

    kind: bytes
    begin: int
    end: int

    @property
    def is_track(self) -> bool:
        """Whether it is a track."""
        return self.kind == _TRACK


@dataclass(frozen=True, slots=True)
class Chunks:
    """The bytes of a file, and where its chunks are."""

    data: bytes
    header: Chunk
    others: tuple[Chunk, ...]
    """All chunks after the header, in the order of the file."""
    end: int
    """The end of the MIDI file in the bytes; in a RIFF file, other bytes may follow."""
    is_riff: bool = False

    @property
    def format(self) -> int:
        """0: one track; 1: several tracks that play together; 2: patterns."""
        return self._header_field(0)

    @property
    def promised_tracks(self) -> int:
        """The number of tracks that the header names."""
        return self._header_field(2)

    @property
    def division(self) -> int:
        """The ticks of a quarter note; with bit 15, SMPTE time."""
        return self._header_field(4)

    @property
    def tracks(self) -> tuple[Chunk, ...]:
        """The chunks that are tracks."""
        return tuple(chunk for chunk in self.others if chunk.is_track)

    def with_tracks(
        self, added: bytes, count: int, replaced: Mapping[Chunk, bytes] | None = None
    ) -> bytes:
        """Return the MIDI file with `count` more tracks, given as the bytes of their chunks.

        `replaced` has the new contents of some of its chunks.
        """
        header = self.header
        total = len(self.tracks) + count
        fields = struct.pack(">HH", self.format or 1, total)
        body_end = self.others[-1].end if self.others else header.end
        data = self.data
        return b"".join(
            (
                data[header.begin - _PREFIX : header.begin],
                fields,
                self._body(body_end, replaced or {}),
                added,
                data[body_end : self.end],
            )
        )

    def _body(self, end: int, replaced: Mapping[Chunk, bytes]) -> bytes:
        """Return the bytes after the first fields of the header, up to `end`."""
        parts, at = [], self.header.begin + 4
        for chunk, content in sorted(replaced.items(), key=lambda each: each[0].begin):
            parts += [self.data[at : chunk.begin - 4], struct.pack(">I", len(content)), content]
            at = chunk.end
        return b"".join([*parts, self.data[at:end]])

    def _header_field(self, place: int) -> int:
        at = self.header.begin + place
        return int.from_bytes(self.data[at : at + 2])


def read_chunks(data: bytes) -> Chunks:
    """Return the chunks of a file's bytes.

    Raises:
        NotMidiError: it begins neither with MThd nor as a RIFF file with a MIDI file in it.
        FormatError: the chunks cannot be told from each other.

    """
    begin, end = _midi_part(data)
    if data[begin : begin + 4] != _HEADER:
        raise NotMidiError
    header = _chunk_at(data, begin, end)
    if header is None:
        raise FormatError(FormatFault.CHUNK_CUT, begin)
    if header.end - header.begin < _HEADER_SIZE or data[header.begin] or data[header.begin + 1] > 2:
        raise FormatError(FormatFault.HEADER, begin)
    promised = int.from_bytes(data[header.begin + 2 : header.begin + 4])
    others: list[Chunk] = []
    at, tracks = header.end, 0
    while at < end:
        chunk = _chunk_at(data, at, end)
        if chunk is None:
            if tracks < promised or data[at : at + 4] == _TRACK:
                raise FormatError(_fault_at(data, at, end), at)
            if others and not _is_whole(data, others[-1], end):
                raise FormatError(FormatFault.NO_END, at)
            break
        if chunk.kind == _HEADER:
            raise FormatError(FormatFault.SECOND_HEADER, at)
        others.append(chunk)
        at, tracks = chunk.end, tracks + chunk.is_track
        if tracks > MAX_TRACKS or len(others) > MAX_CHUNKS:
            too_many_tracks = tracks > MAX_TRACKS
            fault = FormatFault.TOO_MANY_TRACKS if too_many_tracks else FormatFault.TOO_MANY_CHUNKS
            raise FormatError(fault, at)
    return Chunks(data, header, tuple(others), end, is_riff=begin > 0)


def _midi_part(data: bytes) -> tuple[int, int]:
    """Return begin and end of the MIDI file in the bytes; it may be inside a RIFF file."""
    if data[:4] != b"RIFF" or data[8:12] != b"RMID":
        return 0, len(data)
    at = 12
    while at + _PREFIX <= len(data):
        begin = at + _PREFIX
        size = int.from_bytes(data[at + 4 : begin], "little")
        if data[at : at + 4] == b"data":
            if begin + size > len(data):
                raise FormatError(FormatFault.CHUNK_CUT, at)
            return begin, begin + size
        at = begin + size + size % 2  # RIFF chunks begin at even bytes
    raise NotMidiError


def _chunk_at(data: bytes, at: int, end: int) -> Chunk | None:
    """Return the chunk that begins at a byte, or None if none does, or not a whole one."""
    kind, begin = data[at : at + 4], at + _PREFIX
    if begin > end or not all(0x20 <= letter <= 0x7E for letter in kind):
        return None
    size = int.from_bytes(data[at + 4 : begin])
    return Chunk(kind, begin, begin + size) if begin + size <= end else None


def _is_whole(data: bytes, last: Chunk, end: int) -> bool:
    """Return whether what follows the last chunk is no part of it.

    The length of a track may be too short. Padding, and a lone end-of-track event, are no music.
    """
    if not last.is_track or data[last.begin : last.end].rstrip(b"\0").endswith(_END_OF_TRACK):
        return True
    after = data[last.end : end].strip(_PADDING)
    return after in (b"", _END_OF_TRACK) or after[1:] == _END_OF_TRACK


def _fault_at(data: bytes, at: int, end: int) -> FormatFault:
    kind = data[at : at + 4]
    is_cut = kind == _TRACK[: len(kind)] or at + _PREFIX > end
    return FormatFault.CHUNK_CUT if is_cut else FormatFault.NOT_A_CHUNK
