"""Bytes in, events out: a parser for whatever a MIDI cable delivers.

Three things make a MIDI stream more than a sequence of messages. *Running status*: a message whose
status is that of the message before may leave it out, so a data byte may begin a message. *Real
time*: the one-byte messages from 0xF8 up may come anywhere, even inside another message or inside a
system exclusive, and disturb nothing. *Interruption*: any other status byte ends what was begun,
finished or not; a cable may be pulled, two sources may be merged badly.

So the parser is a machine with three pieces of memory: the status in force, the data bytes
collected for it, and how many bytes an unfinished message has cost. It takes one byte at a time, so
that it cannot matter how the stream is cut. It never raises: bytes that belong to no message are
counted in `rubbish`, and the next status byte sets everything right.
"""

from bridge.midi.events import (
    FIRST_REAL_TIME,
    FIRST_SYSTEM,
    SPEC_BY_STATUS,
    SYSEX_BEGIN,
    SYSEX_END,
    Event,
    SysEx,
    decode,
)

MAX_SYSEX = 1 << 20  # a stream that never ends its system exclusive must not fill the memory
_NO_STATUS = 0  # not a status byte


class MidiParser:
    """What is known of a stream so far."""

    def __init__(self) -> None:
        self.invalid_bytes = 0
        """How many bytes belonged to no message, or to one that was never finished."""
        self._status = _NO_STATUS
        self._data = bytearray()
        self._message_bytes = (
            0  # bytes of the unfinished message, its status included if it was there
        )

    def feed(self, data: bytes) -> list[Event]:
        """Return the events that these bytes complete."""
        events: list[Event] = []
        for byte in data:
            if byte >= FIRST_REAL_TIME:
                self._real_time(byte, events)
            elif byte & 0x80:
                self._change_status(byte, events)
            else:
                self._collect(byte, events)
        return events

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
        else:  # 0xF4, 0xF5: "undefined"; or an end without a beginning
            self._reset(_NO_STATUS)
            self.invalid_bytes += 1

    def _collect(self, byte: int, events: list[Event]) -> None:
        if self._status == _NO_STATUS:
            self.invalid_bytes += 1
            return
        self._data.append(byte)
        self._message_bytes += 1
        if self._status != SYSEX_BEGIN:
            self._complete(events)
        elif len(self._data) > MAX_SYSEX:
            self.invalid_bytes += self._message_bytes
            self._reset(_NO_STATUS)

    def _complete(self, events: list[Event]) -> None:
        """Return the event if all its data bytes are there."""
        if self._status == SYSEX_BEGIN or len(self._data) < SPEC_BY_STATUS[self._status].size:
            return
        events.append(decode(self._status, bytes(self._data)))
        # "Running status is cleared by any System Common message", so those leave none.
        self._reset(self._status if self._status < FIRST_SYSTEM else _NO_STATUS)

    def _reset(self, status: int) -> None:
        """Begin anew with this status in force."""
        self._status = status
        self._data.clear()
        self._message_bytes = 0
