"""MIDI 1.0 events as values, and one table with the wire format of each.

A MIDI message is a status byte (top bit set) and up to two data bytes (top bit clear). Statuses
0x80 to 0xEF carry a channel in their low four bits; those from 0xF0 concern the whole system. A
14-bit quantity is sent as two data bytes, low seven bits first. Only system exclusive has no fixed
length: it runs from 0xF0 to 0xF7. So the whole protocol is seventeen rows of data. Encoding,
decoding and range checks read this table.

Events are frozen, comparable and hashable. Channels are 0 to 15 here and 1 to 16 for people. A
constructor raises `ValueError` for a value out of range: that is a mistake in our code, because
received bytes cannot hold such a value.
"""

from dataclasses import dataclass
from typing import NamedTuple

SUSTAIN = 64
SOSTENUTO = 66
SWITCH_ON = 64
"""A switch controller is off below this value (MIDI 1.0: 0 to 63 off, 64 to 127 on)."""
ALL_SOUND_OFF = 120
RESET_ALL_CONTROLLERS = 121
ALL_NOTES_OFF = 123
"""The mode messages above it (omni off and on, mono, poly) turn all notes off too (MIDI 1.0)."""

FIRST_STATUS = 0x80
SYSEX_BEGIN = 0xF0
SYSEX_END = 0xF7
FIRST_SYSTEM = 0xF0
FIRST_REAL_TIME = 0xF8


class _Checked:
    """Reject values that no MIDI message can carry."""

    __slots__ = ()

    def __post_init__(self) -> None:
        for name, lowest, highest in _LIMITS[type(self)]:
            value = getattr(self, name)
            if not lowest <= value <= highest:
                text = f"{type(self).__name__}.{name} is {value}, not {lowest} to {highest}"
                raise ValueError(text)


@dataclass(frozen=True, slots=True)
class NoteOn(_Checked):
    """A key goes down. Velocity 0 is not valid: on the wire it means a release."""

    channel: int
    pitch: int
    velocity: int


@dataclass(frozen=True, slots=True)
class NoteOff(_Checked):
    """A key comes up. The specification's velocity for keyboards that measure none is 64."""

    channel: int
    pitch: int
    velocity: int = 64


@dataclass(frozen=True, slots=True)
class PolyPressure(_Checked):
    """One key is pressed harder after its onset."""

    channel: int
    pitch: int
    value: int


@dataclass(frozen=True, slots=True)
class ControlChange(_Checked):
    """A pedal, wheel or knob moves."""

    channel: int
    control: int
    value: int


@dataclass(frozen=True, slots=True)
class ProgramChange(_Checked):
    """A channel changes to another instrument."""

    channel: int
    program: int


@dataclass(frozen=True, slots=True)
class ChannelPressure(_Checked):
    """The keyboard as a whole is pressed harder."""

    channel: int
    value: int


@dataclass(frozen=True, slots=True)
class PitchWheel(_Checked):
    """The pitch wheel moves; its centre is 0 and its range -8192 to 8191."""

    channel: int
    value: int


@dataclass(frozen=True, slots=True)
class SysEx:
    """A manufacturer's own message, without its 0xF0 and 0xF7."""

    data: bytes

    def __post_init__(self) -> None:
        if not self.data.isascii():
            text = "SysEx.data has a byte above 0x7F"
            raise ValueError(text)


@dataclass(frozen=True, slots=True)
class TimeCode(_Checked):
    """A quarter of an MTC frame: three bits of piece number, four of value."""

    frame: int


@dataclass(frozen=True, slots=True)
class SongPosition(_Checked):
    """The position from which the next Continue plays, in sixteenth notes from the beginning."""

    sixteenths: int


@dataclass(frozen=True, slots=True)
class SongSelect(_Checked):
    """A song is chosen."""

    song: int


@dataclass(frozen=True, slots=True)
class TuneRequest(_Checked):
    """Analogue synthesizers tune their oscillators."""


@dataclass(frozen=True, slots=True)
class TimingClock(_Checked):
    """A 24th of a quarter note has passed."""


@dataclass(frozen=True, slots=True)
class Start(_Checked):
    """Play from the beginning at the next Clock."""


@dataclass(frozen=True, slots=True)
class Continue(_Checked):
    """Play from the song position at the next Clock."""


@dataclass(frozen=True, slots=True)
class Stop(_Checked):
    """The transport halts."""


@dataclass(frozen=True, slots=True)
class ActiveSensing(_Checked):
    """The connection still exists."""


@dataclass(frozen=True, slots=True)
class Reset(_Checked):
    """Return to the state after power-up."""


ChannelEvent = (
    NoteOn | NoteOff | PolyPressure | ControlChange | ProgramChange | ChannelPressure | PitchWheel
)
SystemCommon = SysEx | TimeCode | SongPosition | SongSelect | TuneRequest
RealTime = TimingClock | Start | Continue | Stop | ActiveSensing | Reset
Event = ChannelEvent | SystemCommon | RealTime


@dataclass(frozen=True, slots=True)
class TimedEvent:
    """An event and the time at which it happened, on the session clock."""

    time_ns: int
    event: Event


class Field(NamedTuple):
    """One quantity of a message. If it can be negative, its wire value counts from `lowest`."""

    name: str
    lowest: int = 0
    highest: int = 127
    width: int = 1

    def to_wire(self, value: int) -> bytes:
        """Return the data bytes of a value, low seven bits first."""
        raw = value - min(self.lowest, 0)
        return bytes((raw >> 7 * place) & 0x7F for place in range(self.width))

    def from_wire(self, raw: bytes) -> int:
        """Return the value of `width` data bytes."""
        return sum(byte << 7 * place for place, byte in enumerate(raw)) + min(self.lowest, 0)


class MessageSpec(NamedTuple):
    """The wire format of one type of event."""

    status: int
    kind: type[Event]
    fields: tuple[Field, ...] = ()

    @property
    def size(self) -> int:
        """The number of data bytes."""
        return sum(field.width for field in self.fields)


_PITCH = Field("pitch")
_VALUE = Field("value")

SPECS = (
    MessageSpec(0x80, NoteOff, (_PITCH, Field("velocity"))),
    MessageSpec(0x90, NoteOn, (_PITCH, Field("velocity", lowest=1))),
    MessageSpec(0xA0, PolyPressure, (_PITCH, _VALUE)),
    MessageSpec(0xB0, ControlChange, (Field("control"), _VALUE)),
    MessageSpec(0xC0, ProgramChange, (Field("program"),)),
    MessageSpec(0xD0, ChannelPressure, (_VALUE,)),
    MessageSpec(0xE0, PitchWheel, (Field("value", -8192, 8191, width=2),)),
    MessageSpec(0xF1, TimeCode, (Field("frame"),)),
    MessageSpec(0xF2, SongPosition, (Field("sixteenths", 0, 16383, width=2),)),
    MessageSpec(0xF3, SongSelect, (Field("song"),)),
    MessageSpec(0xF6, TuneRequest),
    MessageSpec(0xF8, TimingClock),
    MessageSpec(0xFA, Start),
    MessageSpec(0xFB, Continue),
    MessageSpec(0xFC, Stop),
    MessageSpec(0xFE, ActiveSensing),
    MessageSpec(0xFF, Reset),
)

SPEC_BY_KIND: dict[type[Event], MessageSpec] = {spec.kind: spec for spec in SPECS}
# The key is the whole status byte, so that the parser does not have to separate the channel.
SPEC_BY_STATUS: dict[int, MessageSpec] = {
    status: spec
    for spec in SPECS
    for status in (
        range(spec.status, spec.status + 16) if spec.status < FIRST_SYSTEM else (spec.status,)
    )
}
_CHANNEL_LIMIT = ("channel", 0, 15)
_LIMITS: dict[type[_Checked], tuple[tuple[str, int, int], ...]] = {
    spec.kind: (  # type: ignore[misc]  # every kind in the table is _Checked; SysEx is not in it
        ((_CHANNEL_LIMIT,) if spec.status < FIRST_SYSTEM else ())
        + tuple((field.name, field.lowest, field.highest) for field in spec.fields)
    )
    for spec in SPECS
}


def encode(event: Event) -> bytes:
    """Return the bytes of one complete message, without running status."""
    if isinstance(event, SysEx):
        return bytes((SYSEX_BEGIN, *event.data, SYSEX_END))
    spec = SPEC_BY_KIND[type(event)]
    status = spec.status | getattr(event, "channel", 0)
    return bytes((status,)) + b"".join(
        field.to_wire(getattr(event, field.name)) for field in spec.fields
    )


def decode(status: int, data: bytes) -> Event:
    """Return the event of a status in `SPEC_BY_STATUS` and its data bytes, each below 0x80."""
    spec = SPEC_BY_STATUS[status]
    channel = (status & 0x0F,) if status < FIRST_SYSTEM else ()
    if spec.kind is NoteOn and data[1] == 0:
        # "A Note On with a velocity of 0 is a Note Off": so running status can carry releases too.
        return NoteOff(status & 0x0F, data[0])
    values = []
    for field in spec.fields:
        values.append(field.from_wire(data[: field.width]))
        data = data[field.width :]
    return spec.kind(*channel, *values)
