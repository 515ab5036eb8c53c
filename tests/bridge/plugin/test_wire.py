"""The wire format in Python, and its agreement with the C++ header."""

import dataclasses
import random
import struct
import subprocess
from pathlib import Path
from typing import get_args

import pytest

from bridge.midi.instruments import Instrument
from bridge.playout.schedule import THRU_CHANNEL
from bridge.plugin.wire import (
    SPECS,
    VERSION,
    AppBye,
    AppHello,
    Block,
    BlockFlags,
    Flush,
    FlushAll,
    Message,
    MidiIn,
    PlayAtPosition,
    PlayAtTime,
    Played,
    PlayNow,
    PluginBye,
    PluginHello,
    UnsupportedVersion,
    decode,
    encode,
)
from tests.bridge.plugin.conftest import Compile

INSTANCE = 0x0123456789ABCDEF
NOTE = bytes((0x90 | THRU_CHANNEL, 60, 100))  # both sides use the same channel
PROGRAM = bytes((0xC2, 5))

# The same as in wire_mirror.cpp: every field has a different value, to detect a swap of two.
BLOCK = Block(
    instance=INSTANCE,
    sequence=0x1122334455667788,
    time_ns=-2,
    rate_hz=47952.048,
    position_quarters=-0.0104,
    tempo_bpm=97.5,
    bar_start_quarters=-4,
    epoch=0xFFFFFFFF,
    frames=256,
    bar=-1,
    emitted=3,
    dropped_late=4,
    lost=5,
    numerator=7,
    denominator=8,
    plays=Instrument.DRUMS,
    flags=BlockFlags.PLAYING | BlockFlags.LISTENS,
)

SAMPLES: tuple[Message, ...] = (
    PluginHello(INSTANCE, 123456789012345),
    BLOCK,
    MidiIn(INSTANCE, 6, 7.25, 8, 9, PROGRAM),
    Played(INSTANCE, -10, 11, 12, 13, NOTE),
    PluginBye(INSTANCE),
    AppHello(INSTANCE, 0xFEDCBA9876543210),
    PlayNow(INSTANCE, 14, NOTE),
    PlayAtPosition(INSTANCE, 15, 16, 17.5, PROGRAM),
    PlayAtTime(INSTANCE, 18, -19, NOTE),
    Flush(INSTANCE),
    AppBye(INSTANCE),
    FlushAll(INSTANCE),
)


@pytest.fixture(scope="module")
def mirror(compile_cpp: Compile) -> Path:
    return compile_cpp("wire_mirror", "-fsanitize=address,undefined", "-fno-sanitize-recover")


def mirrored(mirror: Path, *messages: bytes) -> list[str]:
    """Return the answers of the C++ side to messages."""
    lines = "".join(data.hex() + "\n" for data in messages)
    answer = subprocess.run([mirror], input=lines, capture_output=True, text=True, check=True)
    assert answer.stderr == ""
    return answer.stdout.splitlines()[len(SAMPLES) :]


def test_there_is_a_sample_of_every_message() -> None:
    kinds = {type(sample) for sample in SAMPLES}
    assert kinds == set(get_args(Message)) == {spec.type for spec in SPECS}
    assert len({spec.kind for spec in SPECS}) == len(SPECS)


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: type(sample).__name__)
def test_a_message_survives(sample: Message) -> None:
    assert decode(encode(sample)) == sample


def test_an_instance_may_play_everything() -> None:
    block = dataclasses.replace(BLOCK, plays=None)
    assert decode(encode(block)) == block


@pytest.mark.parametrize("size", [0, 4])
def test_a_midi_message_of_invalid_length_raises(size: int) -> None:
    with pytest.raises(ValueError, match="1 to 3 bytes"):
        encode(PlayNow(1, 2, bytes(size)))


def test_shortened_and_extended_messages_decode_to_none() -> None:
    for sample in SAMPLES:
        data = encode(sample)
        assert [decode(data[:size]) for size in range(len(data))] == [None] * len(data)
        assert decode(data + b"\0") is None
        longer = data[:6] + struct.pack("<H", len(data) + 1) + data[8:] + b"\0"
        assert decode(longer) is None


def test_impossible_fields_decode_to_none() -> None:
    block = bytearray(encode(BLOCK))
    block[-2] = 15  # there are fourteen instruments
    assert decode(bytes(block)) is None
    assert decode(encode(MidiIn(1, 2, float("nan"), 4, 5, NOTE))) is None
    for size in (0, 4):
        data = bytearray(encode(SAMPLES[2]))
        data[-4] = size
        assert decode(bytes(data)) is None


def test_another_version_is_named_and_an_unknown_kind_ignored() -> None:
    data = bytearray(encode(Flush(7)))
    data[4] = VERSION + 1
    assert decode(bytes(data)) == UnsupportedVersion(7, VERSION + 1)
    data[4:6] = (VERSION, 0x70)
    assert decode(bytes(data)) is None


def test_random_bytes_never_raise() -> None:
    dice = random.Random(0)
    for _ in range(5000):
        noisy = bytearray(encode(dice.choice(SAMPLES)))
        for _ in range(dice.randrange(4)):
            noisy[dice.randrange(len(noisy))] = dice.randrange(256)
        decode(bytes(noisy))


def test_both_sides_write_the_same_bytes(mirror: Path) -> None:
    printed = subprocess.run([mirror], input="", capture_output=True, text=True, check=True).stdout
    ours = [f"{type(sample).__name__} {encode(sample).hex()}" for sample in SAMPLES]
    assert printed.splitlines() == ours


def test_both_sides_read_the_same_bytes(mirror: Path) -> None:
    messages = [encode(sample) for sample in SAMPLES]
    assert mirrored(mirror, *messages) == [data.hex() for data in messages]


def test_both_sides_refuse_the_same(mirror: Path) -> None:
    dice = random.Random(0)
    messages = []
    for _ in range(2000):
        data = bytearray(encode(dice.choice(SAMPLES)))
        data[dice.randrange(8)] = dice.randrange(256)
        messages.append(bytes(data[: dice.choice((len(data), dice.randrange(1, 93)))]))
    for sent, verdict in zip(messages, mirrored(mirror, *messages), strict=True):
        ours = decode(sent)
        match verdict:
            case "rubbish" | "unknown kind":
                assert ours is None
            case "other version":
                assert isinstance(ours, UnsupportedVersion)
            case _:
                assert isinstance(ours, Message)
