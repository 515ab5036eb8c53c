"""Divide the bytes of a connection into messages.

A stream keeps the order of bytes and loses none, but it may split and join messages anywhere. The
size in each header says where the next message begins. A header without the magic, or with a size
that no message has, leaves no place from which reading could go on: the stream is *broken*, and its
connection must end. A message of another version breaks the stream too, since it may be longer than
any of ours.

This module is pure.
"""

from __future__ import annotations

from bridge.plugin.wire import (
    HEADER,
    LONGEST,
    MAGIC,
    VERSION,
    Message,
    UnsupportedVersion,
    decode,
)


class MessageStream:
    """The bytes of an unfinished message, at most `LONGEST` of them."""

    def __init__(self) -> None:
        self.broken = False
        """Whether nothing more can be read from this stream."""
        self._rest = b""

    def feed(self, data: bytes) -> list[Message | UnsupportedVersion | None]:
        """Return the messages that these bytes complete.

        None stands for a message of an unknown kind, or with an invalid value.
        """
        messages: list[Message | UnsupportedVersion | None] = []
        data, begin = self._rest + data, 0
        while not self.broken and len(data) - begin >= HEADER.size:
            magic, version, _, size, instance = HEADER.unpack_from(data, begin)
            if magic != MAGIC:
                self.broken = True
            elif version != VERSION:
                self.broken = True
                messages.append(UnsupportedVersion(instance, version))
            elif not HEADER.size <= size <= LONGEST:
                self.broken = True
            elif len(data) - begin < size:
                break
            else:
                messages.append(decode(data[begin : begin + size]))
                begin += size
        self._rest = b"" if self.broken else data[begin:]
        return messages
