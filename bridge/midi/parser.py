"""A parser that turns the bytes of a MIDI cable into events.

Three rules make a MIDI stream more than a sequence of messages. *Running status*: a message with
the same status as the one before may omit it, so a data byte may begin a message. *Real time*: the
one-byte messages from 0xF8 up may come anywhere, even inside another message or a system exclusive,
and do not interrupt it. *Interruption*: any other status byte ends the current message, complete or
not. This happens when a cable is pulled or two sources are merged badly.

So the parser has three pieces of state: the status in force, the data bytes collected for it, and
the number of bytes of the unfinished message. It processes single bytes, so the result does not
depend on how the stream is split. It never raises. Bytes that belong to no message are counted in
`invalid_bytes`, and parsing continues correctly at the next status byte.

MIDI drivers deliver *packets* instead. A packet has complete messages, the first with its status;
only a system exclusive goes over several packets. If a note comes between two packets of a system
exclusive, the rest of it has no status in force: running status would make notes of it.

The data bytes of a system exclusive, and those that belong to no message, come in long runs. A run
is processed as a whole, so that a dump of a megabyte takes a millisecond and not a second.
"""

import re

from bridge.midi.events import (
    FIRST_REAL_TIME,
    FIRST_STATUS,
    FIRST_SYSTEM,
    SPEC_BY_STATUS,
    SYSEX_BEGIN,
    SYSEX_END,
    Event,
    SysEx,
    decode,
)

MAX_SYSEX = 1 << 20  # a system exclusive that never ends must not fill the memory
MAX_LIVE_SYSEX = 512
"""The limit of live input: messages that say something of a channel have less than 20 bytes.

Longer ones are dumps, of no use to a player and long enough to make a note late.
"""
_NO_STATUS = 0  # not a status byte
_STATUS_BYTE = re.compile(rb"[\x80-\xff]")


class MidiParser:
    """The state of the parser between two bytes of a stream."""

    def __init__(self, max_sysex: int = MAX_SYSEX) -> None:
        """Drop system exclusives with more than `max_sysex` data bytes."""
        self._max_sysex = max_sysex
        self.invalid_bytes = 0
        """The number of bytes that belonged to no message, or to one that was never completed."""
        self._status = _NO_STATUS
        self._data = bytearray()
        self._message_bytes = 0  # of the unfinished message, with its status if that was sent

    @property
    def in_exclusive(self) -> bool:
        """Whether a system exclusive has begun and not ended."""
        return self._status == SYSEX_BEGIN

    def feed(self, data: bytes) -> list[Event]:
        """Return the events that these bytes complete."""
        events: list[Event] = []
        place = 0
        while place < len(data):
            byte = data[place]
            if byte < FIRST_STATUS and self._status in (_NO_STATUS, SYSEX_BEGIN):
                found = _STATUS_BYTE.search(data, place)
                end = len(data) if found is None else found.start()
                self._collect_run(data[place:end])
                place = end
                continue
            if byte >= FIRST_REAL_TIME:
                self._real_time(byte, events)
            elif byte >= FIRST_STATUS:
                self._change_status(byte, events)
            else:
                self._collect(byte, events)
            place += 1
        return events

    def feed_packet(self, packet: bytes) -> list[Event]:
        """Return the events that a packet of a driver completes."""
        if not self.in_exclusive:
            self.invalid_bytes += self._message_bytes
            self._reset(_NO_STATUS)
        return self.feed(packet)

    def _real_time(self, byte: int, events: list[Event]) -> None:
        if byte in SPEC_BY_STATUS:
            events.append(decode(byte, b""))
        else:  # 0xF9 and 0xFD: "undefined"
            self.invalid_bytes += 1

    def _change_status(self, byte: int, events: list[Event]) -> None:
        if byte == SYSEX_END and self._status == SYSEX_BEGIN:
            events.append(SysEx(bytes(self._data)))
            self._reset(_NO_STATUS)
            return
        self.invalid_bytes += self._message_bytes
        if byte == SYSEX_BEGIN or byte in SPEC_BY_STATUS:
            self._reset(byte)
            self._message_bytes = 1
            self._complete(events)
        else:  # 0xF4 and 0xF5: "undefined"; or 0xF7 without 0xF0
            self._reset(_NO_STATUS)
            self.invalid_bytes += 1

    def _collect_run(self, run: bytes) -> None:
        """Process data bytes of a system exclusive, or without a status."""
        if self._status == _NO_STATUS:
            self.invalid_bytes += len(run)
            return
        self._message_bytes += len(run)
        if len(self._data) + len(run) <= self._max_sysex:
            self._data += run
        else:
            self.invalid_bytes += self._message_bytes
            self._reset(_NO_STATUS)

    def _collect(self, byte: int, events: list[Event]) -> None:
        self._data.append(byte)
        self._message_bytes += 1
        self._complete(events)

    def _complete(self, events: list[Event]) -> None:
        """Append the event if all its data bytes are collected."""
        if self._status == SYSEX_BEGIN or len(self._data) < SPEC_BY_STATUS[self._status].size:
            return
        events.append(decode(self._status, bytes(self._data)))
        # "Running status is cleared by any System Common message".
        self._reset(self._status if self._status < FIRST_SYSTEM else _NO_STATUS)

    def _reset(self, status: int) -> None:
        """Start a new message with this status in force."""
        self._status = status
        self._data.clear()
        self._message_bytes = 0
