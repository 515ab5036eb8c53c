"""The events of a track, each with its absolute tick and its bytes as they are in the file.

A track is a sequence of delta times and events. A delta time is a *variable-length quantity*: seven
bits a byte, most significant first, all bytes but the last with their top bit set, at most four.
An event is one of three:

    channel     a status from 80 to EF and its data; *running status* may omit the status
    exclusive   F0 or F7, a length, that many bytes
    meta        FF, a kind, a length, that many bytes

F0 begins a system exclusive, which may be sent in several packets: then the bytes end without F7,
and packets that begin with F7 go on with it. Otherwise F7 is an *escape*, whose bytes are sent as
they are; they may be any messages.

The reader is strict only where the notes would be uncertain. It ignores what is inside meta events
and exclusives, and whether an end-of-track event is there. The specification cancels running status
at a meta event. Programs have written files that go on with it, which can be read in one way only,
so they are read. After an exclusive it is not so clear: a wrong length leaves bytes over that look
like events.

Source: Standard MIDI Files 1.0 (RP-001), pages 5 to 10.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bridge.midi.events import (
    FIRST_SYSTEM,
    SPEC_BY_STATUS,
    SYSEX_BEGIN,
    SYSEX_END,
    ChannelEvent,
    SysEx,
    decode,
)
from bridge.midi.parser import MidiParser
from bridge.midi.smf.chunks import FormatError
from bridge.midi.smf.reason import FormatFault

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bridge.midi.events import Event
    from bridge.midi.smf.chunks import Chunk

META = 0xFF
END_OF_TRACK, SET_TEMPO, TIME_SIGNATURE = 0x2F, 0x51, 0x58
DEVICE_NAME, MIDI_PORT = 0x09, 0x21
_MAX_QUANTITY_BYTES = 4


@dataclass(frozen=True, slots=True)
class Meta:
    """A meta event: its kind, and its bytes."""

    kind: int
    data: bytes


@dataclass(frozen=True, slots=True)
class Packet:
    """The bytes after F0 (`begins`) or F7, and the messages that they complete."""

    begins: bool
    data: bytes
    completes: tuple[Event, ...] = ()


@dataclass(frozen=True, slots=True)
class FileEvent:
    """An event of a track.

    `tick` is absolute, in the file's resolution. `offset` is the byte of the file at which the
    event begins, and `raw` are its bytes, without the delta time and with running status as it is.
    """

    tick: int
    offset: int
    raw: bytes
    content: ChannelEvent | Meta | Packet


def read_track(data: bytes, chunk: Chunk) -> Iterator[FileEvent]:
    """Yield the events of a track chunk.

    Raises:
        FormatError: from some byte on, the events are uncertain.

    """
    at, tick, running = chunk.begin, 0, 0
    packets = _Packets()
    while at < chunk.end:
        delta, at = _read_quantity(data, at, chunk.end)
        tick += delta
        begin = at
        if at == chunk.end:
            raise FormatError(FormatFault.EVENT_CUT, begin)
        status = data[at]
        content: ChannelEvent | Meta | Packet
        if status < FIRST_SYSTEM:
            if status < 0x80:
                status = running
            else:
                at += 1
            event, at = _read_channel_event(data, status, at, chunk.end)
            running, content = status, event
        elif status == META:
            kind_at = at + 1
            body, at = _read_bytes(data, at + 2, chunk.end)
            content = Meta(data[kind_at], body)
        elif status in (SYSEX_BEGIN, SYSEX_END):
            body, at = _read_bytes(data, at + 1, chunk.end)
            running, content = 0, packets.read(body, begins=status == SYSEX_BEGIN)
        else:
            raise FormatError(FormatFault.NOT_IN_FILES, at)
        yield FileEvent(tick, begin, data[begin:at], content)
        if isinstance(content, Meta) and content.kind == END_OF_TRACK:
            rest = data[at : chunk.end]
            if rest.strip(b"\0"):  # zeros are padding
                raise FormatError(FormatFault.AFTER_END, at + len(rest) - len(rest.lstrip(b"\0")))
            return


class _Packets:
    """The system exclusive of a track that packets have not completed yet."""

    def __init__(self) -> None:
        self._data: bytearray | None = None

    def read(self, data: bytes, *, begins: bool) -> Packet:
        """Return a packet with the messages that it completes."""
        if begins:
            self._data = bytearray()
        if self._data is None:
            return Packet(begins, data, tuple(MidiParser().feed(data)))
        self._data += data
        if not data.endswith(bytes((SYSEX_END,))):
            return Packet(begins, data)
        whole, self._data = bytes(self._data[:-1]), None
        # Real-time bytes may be in between on a cable, and a file may have recorded them.
        message = SysEx(bytes(byte for byte in whole if byte < 0x80))
        return Packet(begins, data, (message,))


def _read_channel_event(data: bytes, status: int, at: int, end: int) -> tuple[ChannelEvent, int]:
    if not status:
        raise FormatError(FormatFault.NO_STATUS, at)
    after = at + SPEC_BY_STATUS[status].size
    body = data[at : min(after, end)]
    for place, byte in enumerate(body):
        if byte & 0x80:
            raise FormatError(FormatFault.NOT_DATA, at + place)
    if after > end:
        raise FormatError(FormatFault.EVENT_CUT, at)
    event = decode(status, body)
    assert isinstance(event, ChannelEvent)
    return event, after


def _read_bytes(data: bytes, at: int, end: int) -> tuple[bytes, int]:
    """Return as many bytes as a length says, and the place after them."""
    size, begin = _read_quantity(data, at, end)
    if begin + size > end:
        raise FormatError(FormatFault.EVENT_CUT, begin)
    return data[begin : begin + size], begin + size


def _read_quantity(data: bytes, at: int, end: int) -> tuple[int, int]:
    """Return a variable-length quantity, and the place after it."""
    value = 0
    for place in range(at, at + _MAX_QUANTITY_BYTES):
        if place >= end:
            raise FormatError(FormatFault.EVENT_CUT, min(at, end))
        value = (value << 7) | (data[place] & 0x7F)
        if not data[place] & 0x80:
            return value, place + 1
    raise FormatError(FormatFault.QUANTITY, at)
