"""The events of a track, each with its absolute tick and its bytes as they are in the file.

A track is a sequence of delta times and events. A delta time is a *variable-length quantity*: seven
bits a byte, most significant first, all bytes but the last with their top bit set, at most four.
An event is one of three:

    channel     a status from 80 to EF and its data; *running status* may omit the status
    exclusive   F0 or F7, a length, that many bytes
    meta        FF, a kind, a length, that many bytes

F0 begins a system exclusive, which may be sent in several packets: then the bytes end without F7,
and packets that begin with F7 go on with it. Otherwise F7 is an *escape*, whose bytes are sent as
they are; they may be any messages. So is an F7 with a status after an exclusive that never ended.

The reader is strict only where the notes would be uncertain. It ignores what is inside meta events
and exclusives, and whether an end-of-track event is there. The specification cancels running status
at a meta event and at an exclusive. Programs have written files that go on with it, which can be
read in one way only, so they are read. But after bytes that do not end with F7 it is not so clear:
a wrong length leaves bytes over that look like events.

Source: Standard MIDI Files 1.0 (RP-001), pages 5 to 10.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from bridge.midi.events import (
    FIRST_REAL_TIME,
    FIRST_SYSTEM,
    SPEC_BY_STATUS,
    SYSEX_BEGIN,
    SYSEX_END,
    ChannelEvent,
    SysEx,
    decode,
)
from bridge.midi.parser import MAX_SYSEX, MidiParser
from bridge.midi.smf.chunks import FormatError
from bridge.midi.smf.limits import MAX_EVENTS
from bridge.midi.smf.reason import FormatFault

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bridge.midi.events import Event
    from bridge.midi.smf.chunks import Chunk

META = 0xFF
END_OF_TRACK, SET_TEMPO, TIME_SIGNATURE = 0x2F, 0x51, 0x58
DEVICE_NAME, MIDI_PORT = 0x09, 0x21
_MAX_QUANTITY_BYTES = 4
_SIZES = tuple(
    SPEC_BY_STATUS[status].size if 0x80 <= status < FIRST_SYSTEM else 0 for status in range(0x100)
)
"""The data bytes of a channel message, by its status."""
_REAL_TIME = bytes(range(FIRST_REAL_TIME, 0x100))
_REMEMBERED = 1 << 16
"""Different messages that are kept, so that equal ones are one object."""


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


class FileEvent(NamedTuple):
    """An event of a track.

    `tick` is absolute, in the file's resolution. `offset` is the byte of the file at which the
    event begins, and `end` the byte after it.
    """

    tick: int
    offset: int
    end: int
    content: ChannelEvent | Meta | Packet


def read_track(data: bytes, chunk: Chunk) -> Iterator[FileEvent]:
    """Yield the events of a track chunk.

    Raises:
        FormatError: from some byte on, the events are uncertain.

    """
    at, tick, running, end = chunk.begin, 0, 0, chunk.end
    packets = _Packets()
    while at < end:
        delta, at = (data[at], at + 1) if data[at] < 0x80 else _read_quantity(data, at, end)
        tick += delta
        begin = at
        if at == end:
            raise FormatError(FormatFault.EVENT_CUT, begin)
        status = data[at]
        content: ChannelEvent | Meta | Packet | None
        if status < FIRST_SYSTEM:
            if status < 0x80:
                status = running
            else:
                at += 1
            after = at + _SIZES[status]
            content = _channel_event(status, data[at:after]) if after <= end else None
            if content is None:
                raise _fault_of_channel_event(data, status, at, end)
            at, running = after, status
        elif status == META:
            kind_at = at + 1
            body, at = _read_bytes(data, at + 2, end)
            content = Meta(data[kind_at], body)
        elif status in (SYSEX_BEGIN, SYSEX_END):
            body, at = _read_bytes(data, at + 1, end)
            running = running if body.endswith(bytes((SYSEX_END,))) else 0
            content = packets.read(body, begin, begins=status == SYSEX_BEGIN)
        else:
            raise FormatError(FormatFault.NOT_IN_FILES, at)
        yield FileEvent(tick, begin, at, content)
        if status == META and data[begin + 1] == END_OF_TRACK:
            rest = data[at:end]
            if rest.strip(b"\0"):  # zeros are padding
                raise FormatError(FormatFault.AFTER_END, at + len(rest) - len(rest.lstrip(b"\0")))
            return


class _Packets:
    """The system exclusive of a track that packets have not completed yet."""

    def __init__(self) -> None:
        self._parser = MidiParser()

    def read(self, data: bytes, offset: int, *, begins: bool) -> Packet:
        """Return a packet with the messages that it completes.

        Raises:
            FormatError: it may hold more messages than a file may have.

        """
        is_status = b"\x80" <= data[:1] < bytes((SYSEX_END,))
        if begins or is_status or not self._parser.in_exclusive:
            self._parser = MidiParser()
        if not begins and not self._parser.in_exclusive:
            if len(data) > MAX_EVENTS:  # each byte may be a message
                raise FormatError(FormatFault.TOO_MANY_EVENTS, offset)
            return Packet(begins, data, tuple(self._parser.feed(data)))
        # Real-time bytes may be in between on a cable, and a file may have recorded them.
        sent = data.translate(None, _REAL_TIME)
        if begins and sent.endswith(bytes((SYSEX_END,))) and sent[:-1].isascii():
            is_short = len(sent) - 1 <= MAX_SYSEX
            return Packet(begins, data, (SysEx(sent[:-1]),) if is_short else ())
        events = self._parser.feed(bytes((SYSEX_BEGIN,)) + sent if begins else sent)
        return Packet(begins, data, tuple(e for e in events if isinstance(e, SysEx)))


@lru_cache(_REMEMBERED)
def _channel_event(status: int, body: bytes) -> ChannelEvent | None:
    """Return the message of a status and its data bytes; None if they are not valid."""
    if not status or not body.isascii():
        return None
    event = decode(status, body)
    assert isinstance(event, ChannelEvent)
    return event


def _fault_of_channel_event(data: bytes, status: int, at: int, end: int) -> FormatError:
    """Return what is wrong with the message of a status whose data begins at a byte."""
    if not status:
        return FormatError(FormatFault.NO_STATUS, at)
    for place, byte in enumerate(data[at : min(at + _SIZES[status], end)], at):
        if byte & 0x80:
            return FormatError(FormatFault.NOT_DATA, place)
    return FormatError(FormatFault.EVENT_CUT, at)


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
