"""The state of a MIDI channel: its sound, and the controllers that shape its notes.

A channel has more than a program. Bank Select chooses among several sets of programs and takes
effect with the next Program Change. Volume, expression, pan, effects, the pitch wheel and the
registered parameters (bend range, tuning) shape what is heard. And a channel can be a *rhythm
part*, on which a key is a drum: channel 10 is one in General MIDI, and later standards make others.

    General MIDI 2   bank 120 is rhythm, bank 121 melody, on channels 10 and 11
    Roland GS        a system exclusive for each part: "use for rhythm part"
    Yamaha XG        bank 127 is rhythm on any channel; also a system exclusive for each part

In XG, banks 64 and 126 are sound effects, on which a key is not a pitch.

Sources: General MIDI 1 and 2 (RP-003, RP-024), Reset All Controllers (RP-015), Roland SC-55, Roland
SC-88 and Yamaha XG specifications (parameter addresses 40 1x 15, 00 00 7F and 08 nn 07).
"""

from __future__ import annotations

import enum
from dataclasses import dataclass, field
from typing import NamedTuple

from bridge.midi.events import (
    RESET_ALL_CONTROLLERS,
    SOSTENUTO,
    SUSTAIN,
    ChannelPressure,
    ControlChange,
    Event,
    PitchWheel,
    ProgramChange,
    Reset,
    SysEx,
)
from bridge.midi.instruments import DRUM_CHANNEL, Instrument, instrument_of_program

BANK_MSB, BANK_LSB = 0, 32
MODULATION, PORTAMENTO, VOLUME, PAN, EXPRESSION = 1, 65, 7, 10, 11
SOFT, HOLD_2 = 67, 69
BRIGHTNESS, REVERB, CHORUS = 74, 91, 93
PEDALS = (SUSTAIN, SOSTENUTO, SOFT, HOLD_2)
DATA_MSB, DATA_LSB = 6, 38
RPN_MSB, RPN_LSB, NRPN_MSB, NRPN_LSB = 101, 100, 99, 98
BEND_RANGE, FINE_TUNING, COARSE_TUNING = 0, 1, 2
"""The registered parameters that tune a channel."""
RPN_NULL = 127
"""In both bytes: no parameter is chosen, and data entry has no effect (MIDI 1.0)."""
_NO_PARAMETER = (RPN_NULL << 7) | RPN_NULL

DEFAULTS = {VOLUME: 100, PAN: 64, EXPRESSION: 127, BRIGHTNESS: 64, REVERB: 40, CHORUS: 0}
"""The values of controllers before the first message (General MIDI 2); all others are 0."""

SHAPING = (MODULATION, PORTAMENTO, VOLUME, PAN, EXPRESSION, BRIGHTNESS, REVERB, CHORUS)
"""The controllers that shape a note and are not pedals."""

# Reset All Controllers returns these to their defaults (RP-015); volume, pan and effects stay.
_RESET = (MODULATION, EXPRESSION, PORTAMENTO, *PEDALS)

_LONGEST_EXCLUSIVE = 16
"""Longer than any system exclusive that is known here; those may have megabytes."""
_GM2_RHYTHM, _GM2_MELODY = 120, 121
_XG_RHYTHM, _XG_EFFECTS = 127, (64, 126)


class SystemMode(enum.Enum):
    """The standard that a system exclusive has switched a device to."""

    UNKNOWN = enum.auto()
    GM = enum.auto()
    GS = enum.auto()
    XG = enum.auto()


class Sound(NamedTuple):
    """What gives a note of a channel its sound, as it was at one moment."""

    program: int | None
    bank: tuple[int, int]
    rhythm: bool | None
    names_bank: bool
    """Whether the channel has been sent a bank."""
    parameters: tuple[tuple[int, tuple[int, int]], ...]
    """The registered parameters that were set, in order, each as its two bytes."""
    controls: tuple[int | None, ...]
    """The values of the controllers `SHAPING`; None for those that were not sent."""
    bend: int
    pressure: int

    @property
    def source(self) -> tuple[object, ...]:
        """What chooses and tunes the sound: program, bank, rhythm part and parameters."""
        return self.program, self.bank, self.rhythm, self.parameters

    def has(self, control: int) -> bool:
        """Return whether a controller of `SHAPING` was sent."""
        return self.controls[SHAPING.index(control)] is not None

    def value(self, control: int) -> int:
        """Return the value of a controller of `SHAPING`."""
        value = self.controls[SHAPING.index(control)]
        return DEFAULTS.get(control, 0) if value is None else value


@dataclass(slots=True)
class ChannelState:
    """The state of one channel."""

    channel: int
    """From 0 to 15."""
    program: int | None = None
    bank: tuple[int, int] = (0, 0)
    """Most and least significant byte of the bank in force."""
    rhythm: bool | None = None
    """Whether a system exclusive made the channel a rhythm part; None if none did."""
    controls: dict[int, int] = field(default_factory=dict)
    parameters: dict[int, tuple[int, int]] = field(default_factory=dict)
    """The registered parameters that were set, each as its two bytes."""
    bend: int = 0
    pressure: int = 0
    _next_bank: tuple[int, int] = (0, 0)  # in force with the next program
    _parameter: int = _NO_PARAMETER  # that data entry sets

    def value(self, control: int) -> int:
        """Return the value of a controller."""
        return self.controls.get(control, DEFAULTS.get(control, 0))

    @property
    def sound(self) -> Sound:
        """The sound of a note that begins now. It takes little memory: a file has many."""
        controls = self.controls
        return Sound(
            self.program,
            self.bank,
            self.rhythm,
            BANK_MSB in controls or BANK_LSB in controls,
            tuple(sorted(self.parameters.items())),
            tuple(map(controls.get, SHAPING)),
            self.bend,
            self.pressure,
        )

    def feed(self, event: Event) -> None:
        """Process an event of this channel."""
        match event:
            case ProgramChange(_, program):
                self.program, self.bank = program, self._next_bank
            case PitchWheel(_, value):
                self.bend = value
            case ChannelPressure(_, value):
                self.pressure = value
            case ControlChange(_, control, value):
                self._set_control(control, value)

    def _set_control(self, control: int, value: int) -> None:
        if control == RESET_ALL_CONTROLLERS:
            for each in _RESET:
                self.controls.pop(each, None)
            self.bend = self.pressure = 0
            self._parameter = _NO_PARAMETER
            return
        self.controls[control] = value
        if control == BANK_MSB:
            self._next_bank = (value, self._next_bank[1])
        elif control == BANK_LSB:
            self._next_bank = (self._next_bank[0], value)
        elif control in (RPN_MSB, RPN_LSB):
            self._parameter = (self.value(RPN_MSB) << 7) | self.value(RPN_LSB)
        elif control in (NRPN_MSB, NRPN_LSB):
            self._parameter = _NO_PARAMETER
        elif control in (DATA_MSB, DATA_LSB) and self._parameter in (
            BEND_RANGE,
            FINE_TUNING,
            COARSE_TUNING,
        ):
            msb, lsb = self.parameters.get(self._parameter, (0, 0))
            both = (value, lsb) if control == DATA_MSB else (msb, value)
            self.parameters[self._parameter] = both


class ChannelStates:
    """The states of the sixteen channels of a port, and the standard that its device follows."""

    def __init__(self) -> None:
        self.mode = SystemMode.UNKNOWN
        self._states: dict[int, ChannelState] = {}

    def __getitem__(self, channel: int) -> ChannelState:
        """Return the state of a channel."""
        return self._states.setdefault(channel, ChannelState(channel))

    def feed(self, event: Event) -> None:
        """Process an event; those that concern no channel's state are ignored."""
        match event:
            case (
                ControlChange(channel)
                | ProgramChange(channel)
                | PitchWheel(channel)
                | ChannelPressure(channel)
            ):
                self[channel].feed(event)
            case SysEx(data):
                self._system_exclusive(data[:_LONGEST_EXCLUSIVE])
            case Reset():
                self._switch(SystemMode.UNKNOWN)

    def instrument(self, channel: int) -> Instrument | None:
        """Return the family of a channel's sound, or None for sound effects."""
        state = self[channel]
        if self.is_rhythm(channel):
            return Instrument.DRUMS
        if self.mode is SystemMode.XG and state.bank[0] in _XG_EFFECTS:
            return None
        return instrument_of_program(state.program or 0)

    def is_rhythm(self, channel: int) -> bool:
        """Return whether the keys of a channel are drums."""
        state = self[channel]
        if state.rhythm is not None:
            return state.rhythm
        bank = state.bank[0]
        if state.program is None:  # a bank without a program after it is meant all the same
            bank = state.value(BANK_MSB)
        if channel == DRUM_CHANNEL:
            return bank != _GM2_MELODY
        return bank == _GM2_RHYTHM or (bank == _XG_RHYTHM and self.mode is not SystemMode.GS)

    def _system_exclusive(self, data: bytes) -> None:
        match tuple(data):
            case (0x7E, _, 0x09, 0x01 | 0x03):
                self._switch(SystemMode.GM)
            case (0x41, _, 0x42, 0x12, 0x40, 0x00, 0x7F, 0x00, *_):
                self._switch(SystemMode.GS)
            case (0x41, _, 0x42, 0x12, 0x00, 0x00, 0x7F, 0x00 | 0x01, *_):  # SC-88: system mode
                self._switch(SystemMode.GS)
            case (0x41, _, 0x42, 0x12, 0x40, block, 0x15, use, *_) if 0x10 <= block <= 0x1F:
                self[_channel_of_gs_block(block & 0x0F)].rhythm = use != 0
            case (0x43, device, 0x4C, 0x00, 0x00, 0x7E, 0x00) if device & 0xF0 == 0x10:
                self._switch(SystemMode.XG)
            case (0x43, device, 0x4C, 0x08, part, 0x07, mode) if device & 0xF0 == 0x10:
                if part < 16:
                    self[part].rhythm = mode != 0

    def _switch(self, mode: SystemMode) -> None:
        """Return to the state after power-up, in a mode."""
        self.mode = mode
        self._states.clear()


def _channel_of_gs_block(block: int) -> int:
    """Return the channel of a part block: block 0 is part 10, blocks 1 to 9 are parts 1 to 9."""
    if block == 0:
        return DRUM_CHANNEL
    return block - 1 if block <= DRUM_CHANNEL else block
