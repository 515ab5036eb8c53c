"""The messages between the plugin in a DAW and the app, and one table of their layout in bytes.

The messages of one plugin instance and the app travel on one stream socket, one after the other
(`bridge.plugin.endpoint`). A message is a header and a body whose layout follows from its kind. All
numbers are little-endian and of fixed width:

    magic     4 bytes  "ANTP"
    version   u8       of this format
    kind      u8       which message the body is
    size      u16      of the whole message, at most `LONGEST`
    instance  u64      the plugin instance that sends or receives

The header has the same layout in every version, so that each side can read the other's version.
The size divides the stream into messages (`bridge.plugin.stream`).

The plugin connects and sends first. Its first message is `PluginHello`, which binds the connection
to its instance; it repeats it four times a second. The app answers with `AppHello`, which is also
its heartbeat. When the connection ends, or without an answer for a second, the plugin releases what
sounds. After the first `AppHello` it sends a `Block` for each block of audio, and a `MidiIn` for
each event of the player.

Musical time is the host's: quarter notes, and an *epoch* that counts its starts, stops, jumps and
loops. An event planned by position belongs to an epoch and is dropped with it. MIDI thru, on
`THRU_CHANNEL` (`bridge.playout.schedule`), has a time and outlives the epoch. Time in nanoseconds
is the plugin's steady clock. On Linux and Windows that is the session clock of
`bridge/system/clock.py`. On macOS the two differ by the time that the machine has slept, so code
that compares them takes the difference from the hellos.

`bridge/plugin/wire.hpp` is the same table in C++. This file is pure: bytes in, values out. What a
peer sends is never trusted: bytes that are not a message of this format decode to None.
"""

import enum
import math
import struct
from dataclasses import astuple, dataclass
from typing import Any, NamedTuple

from bridge.midi.instruments import Instrument

MAGIC = b"ANTP"
VERSION = 3

HEADER = struct.Struct("<4sBBHQ")
"""Magic, version, kind, size and instance."""


class BlockFlags(enum.IntFlag):
    """The flags of a block."""

    PLAYING = 1
    POSITION_VALID = 2
    BYPASSED = 4
    LISTENS = 8


@dataclass(frozen=True, slots=True)
class PluginHello:
    """From the plugin: this instance runs."""

    instance: int
    time_ns: int


@dataclass(frozen=True, slots=True)
class Block:
    """From the plugin: a block of audio begins, with the position of the host.

    Position and time are those of its first frame. `plays` is the instrument that the instance is
    for, or None for all; `bar` counts from 0. `emitted`, `dropped_late` and `lost` (the queue was
    full) count since the plugin was created.
    """

    # More than 12 attributes: each is a field of the message, in its order.

    instance: int
    sequence: int
    time_ns: int
    rate_hz: float
    position_quarters: float
    tempo_bpm: float
    bar_start_quarters: float
    epoch: int
    frames: int
    bar: int
    emitted: int
    dropped_late: int
    lost: int
    numerator: int
    denominator: int
    plays: Instrument | None
    flags: BlockFlags


@dataclass(frozen=True, slots=True)
class MidiIn:
    """From the plugin: an event of the player, at this frame of its block."""

    instance: int
    time_ns: int
    position_quarters: float
    epoch: int
    frame: int
    message: bytes


@dataclass(frozen=True, slots=True)
class Played:
    """From the plugin: this message was played.

    The tag is that of the app's message; 0 is a note-off that the plugin added itself.
    """

    instance: int
    wanted_ns: int
    played_ns: int
    tag: int
    epoch: int
    message: bytes


@dataclass(frozen=True, slots=True)
class PluginBye:
    """From the plugin: this instance ends."""

    instance: int


@dataclass(frozen=True, slots=True)
class AppHello:
    """From the app: it runs. `app` is random; another value means that the app has restarted."""

    instance: int
    app: int


@dataclass(frozen=True, slots=True)
class PlayNow:
    """From the app: play this in the next block."""

    instance: int
    tag: int
    message: bytes


@dataclass(frozen=True, slots=True)
class PlayAtPosition:
    """From the app: play this at a position, if the host is still in the planned epoch."""

    instance: int
    tag: int
    epoch: int
    position_quarters: float
    message: bytes


@dataclass(frozen=True, slots=True)
class PlayAtTime:
    """From the app: play this at a time, whatever the host does."""

    instance: int
    tag: int
    time_ns: int
    message: bytes


@dataclass(frozen=True, slots=True)
class Flush:
    """From the app: drop what is planned and release what sounds, then go on.

    MIDI thru stays: retracting a response must not cut the player's own note.
    """

    instance: int


@dataclass(frozen=True, slots=True)
class AppBye:
    """From the app: it ends."""

    instance: int


@dataclass(frozen=True, slots=True)
class FlushAll:
    """From the app: drop and release everything, including MIDI thru, then go on."""

    instance: int


@dataclass(frozen=True, slots=True)
class UnsupportedVersion:
    """A message of another version of this format; only its header can be read."""

    instance: int
    version: int


FromPlugin = PluginHello | Block | MidiIn | Played | PluginBye
FromApp = AppHello | PlayNow | PlayAtPosition | PlayAtTime | Flush | AppBye | FlushAll
Message = FromPlugin | FromApp


class MessageSpec(NamedTuple):
    """The layout of one message: its kind, and a letter for each field after `instance`.

    The letters are those of `struct`. In addition, M is a MIDI message of one to three bytes, P
    what an instance plays, and F the flags of a block.
    """

    kind: int
    type: type[Message]
    field_codes: str

    @property
    def layout(self) -> struct.Struct:
        """The layout of the body."""
        return struct.Struct(
            "<" + "".join(_STRUCT_CODES.get(letter, letter) for letter in self.field_codes)
        )


# A MIDI message is a count and three bytes, of which the first `count` are used.
_STRUCT_CODES = {"M": "B3s", "P": "B", "F": "B"}

SPECS = (
    MessageSpec(0x01, PluginHello, "q"),
    MessageSpec(0x02, Block, "QqddddIIiIIIBBPF"),
    MessageSpec(0x03, MidiIn, "qdIIM"),
    MessageSpec(0x04, Played, "qqIIM"),
    MessageSpec(0x05, PluginBye, ""),
    MessageSpec(0x81, AppHello, "Q"),
    MessageSpec(0x82, PlayNow, "IM"),
    MessageSpec(0x83, PlayAtPosition, "IIdM"),
    MessageSpec(0x84, PlayAtTime, "IqM"),
    MessageSpec(0x85, Flush, ""),
    MessageSpec(0x86, AppBye, ""),
    MessageSpec(0x87, FlushAll, ""),
)

LONGEST = max(HEADER.size + spec.layout.size for spec in SPECS)
"""The most bytes that a message has."""

SPEC_BY_KIND = {spec.kind: spec for spec in SPECS}
SPEC_BY_TYPE: dict[type[Message], MessageSpec] = {spec.type: spec for spec in SPECS}


def encode(message: Message) -> bytes:
    """Return the bytes of a message."""
    spec = SPEC_BY_TYPE[type(message)]
    instance, *values = astuple(message)
    numbers: list[object] = []
    for letter, value in zip(spec.field_codes, values, strict=True):
        match letter:
            case "M":
                if not 1 <= len(value) <= 3:
                    raise ValueError(f"a MIDI message here has 1 to 3 bytes, not {len(value)}")
                numbers += (len(value), value)
            case "P":
                numbers.append(0 if value is None else value + 1)
            case _:
                numbers.append(value)
    size = HEADER.size + spec.layout.size
    header = HEADER.pack(MAGIC, VERSION, spec.kind, size, instance)
    return header + spec.layout.pack(*numbers)


def decode(data: bytes) -> Message | UnsupportedVersion | None:
    """Read one whole message; return None if it is invalid or of an unknown kind."""
    if len(data) < HEADER.size:
        return None
    magic, version, kind, size, instance = HEADER.unpack_from(data)
    if magic != MAGIC or size != len(data):
        return None
    if version != VERSION:
        return UnsupportedVersion(instance, version)
    spec = SPEC_BY_KIND.get(kind)
    if spec is None or size != HEADER.size + spec.layout.size:
        return None
    values = _decode_body(spec, data)
    return None if values is None else spec.type(instance, *values)


def _decode_body(spec: MessageSpec, data: bytes) -> list[Any] | None:
    """Read the body; return None if a value is not valid."""
    numbers = iter(spec.layout.unpack_from(data, HEADER.size))
    values: list[Any] = []
    for letter in spec.field_codes:
        number = next(numbers)
        match letter:
            case "M" if 1 <= number <= 3:
                values.append(next(numbers)[:number])
            case "P" if number <= len(Instrument):
                values.append(Instrument(number - 1) if number else None)
            case "F":
                values.append(BlockFlags(number))
            case "d" if math.isfinite(number):
                values.append(number)
            case "M" | "P" | "d":
                return None
            case _:
                values.append(number)
    return values
