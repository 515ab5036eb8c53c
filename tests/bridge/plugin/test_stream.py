"""The division of a stream into messages."""

import random
import struct

import pytest

from bridge.plugin.stream import MessageStream
from bridge.plugin.wire import HEADER, LONGEST, MAGIC, VERSION, UnsupportedVersion, decode, encode
from tests.bridge.plugin.test_wire import SAMPLES

WHOLE = b"".join(encode(sample) for sample in SAMPLES)


@pytest.mark.parametrize("size", [1, 3, 15, 16, 17, 91, 92, 93, 1000])
def test_a_stream_is_the_same_however_it_is_split(size: int) -> None:
    stream = MessageStream()
    pieces = (WHOLE[at : at + size] for at in range(0, len(WHOLE), size))
    messages = [message for piece in pieces for message in stream.feed(piece)]
    assert messages == list(SAMPLES)
    assert not stream.broken


@pytest.mark.parametrize("size", [0, 15, LONGEST + 1, 0xFFFF])
def test_a_size_that_no_message_has_breaks_the_stream(size: int) -> None:
    stream = MessageStream()
    header = HEADER.pack(MAGIC, VERSION, 0x85, size, 1)
    assert stream.feed(encode(SAMPLES[0]) + header + WHOLE) == [SAMPLES[0]]
    assert stream.broken
    assert stream.feed(WHOLE) == []


def test_another_beginning_breaks_the_stream() -> None:
    stream = MessageStream()
    assert stream.feed(b"HTTP/1.1 200 OK\r\n") == []
    assert stream.broken


@pytest.mark.parametrize("size", [0, 16, 60_000])
def test_another_version_is_named_whatever_its_size(size: int) -> None:
    stream = MessageStream()
    data = HEADER.pack(MAGIC, VERSION + 1, 1, size, 7) + WHOLE
    assert stream.feed(data) == [UnsupportedVersion(7, VERSION + 1)]
    assert stream.broken


def test_an_unknown_kind_and_an_invalid_value_are_skipped() -> None:
    unknown = HEADER.pack(MAGIC, VERSION, 0x70, HEADER.size, 1)
    infinite = bytearray(encode(SAMPLES[1]))
    infinite[32:40] = struct.pack("<d", float("inf"))
    assert MessageStream().feed(unknown + infinite + WHOLE) == [None, None, *SAMPLES]


def test_what_waits_is_less_than_one_message() -> None:
    dice = random.Random(0)
    stream = MessageStream()
    for _ in range(10_000):
        stream.feed(WHOLE[: dice.randrange(len(WHOLE))] if dice.random() < 0.01 else b"ANTP")
        if stream.broken:
            stream = MessageStream()
        assert len(stream._rest) < LONGEST  # noqa: SLF001 - the memory that a peer can use


def test_a_stream_says_what_decode_says_of_each_message() -> None:
    dice = random.Random(1)
    for _ in range(5000):
        data = bytearray(encode(dice.choice(SAMPLES)))
        for _ in range(dice.randrange(1, 4)):
            data[dice.randrange(8, len(data))] = dice.randrange(256)
        assert MessageStream().feed(bytes(data)) == [decode(bytes(data))]
