"""What a channel sounds like: banks, rhythm parts, controllers."""

import pytest

from bridge.midi.channel_state import (
    BANK_LSB,
    BANK_MSB,
    COARSE_TUNING,
    DATA_LSB,
    DATA_MSB,
    EXPRESSION,
    MODULATION,
    NRPN_MSB,
    PAN,
    RPN_LSB,
    RPN_MSB,
    VOLUME,
    ChannelStates,
)
from bridge.midi.events import (
    RESET_ALL_CONTROLLERS,
    SUSTAIN,
    ChannelPressure,
    ControlChange,
    Event,
    PitchWheel,
    ProgramChange,
    Reset,
    SysEx,
)
from bridge.midi.instruments import DRUM_CHANNEL, Instrument

XG_ON = SysEx(bytes((0x43, 0x10, 0x4C, 0, 0, 0x7E, 0)))
GS_ON = SysEx(bytes((0x41, 0x10, 0x42, 0x12, 0x40, 0, 0x7F, 0, 0x41)))
SC_88_ON = SysEx(bytes((0x41, 0x10, 0x42, 0x12, 0, 0, 0x7F, 1, 0)))
GM_ON = SysEx(bytes((0x7E, 0x7F, 0x09, 0x01)))


def gs_rhythm(block: int, use: int) -> SysEx:
    return SysEx(bytes((0x41, 0x10, 0x42, 0x12, 0x40, 0x10 | block, 0x15, use, 0)))


def xg_rhythm(part: int, mode: int) -> SysEx:
    return SysEx(bytes((0x43, 0x10, 0x4C, 0x08, part, 0x07, mode)))


def bank(channel: int, msb: int, lsb: int = 0) -> list[Event]:
    return [ControlChange(channel, BANK_MSB, msb), ControlChange(channel, BANK_LSB, lsb)]


def after(*events: Event) -> ChannelStates:
    states = ChannelStates()
    for event in events:
        states.feed(event)
    return states


def test_a_bank_is_in_force_with_the_next_program() -> None:
    states = after(ProgramChange(0, 4), *bank(0, 8, 2))
    assert (states[0].program, states[0].bank) == (4, (0, 0))
    states.feed(ProgramChange(0, 5))
    assert (states[0].program, states[0].bank) == (5, (8, 2))


@pytest.mark.parametrize(
    "events,rhythm",
    [
        ([], {DRUM_CHANNEL}),
        ([*bank(10, 127), ProgramChange(10, 0)], {DRUM_CHANNEL, 10}),  # XG
        ([XG_ON, *bank(10, 127), ProgramChange(10, 0)], {DRUM_CHANNEL, 10}),
        ([*bank(10, 127)], {DRUM_CHANNEL, 10}),  # without a program after it
        ([GS_ON, *bank(10, 127), ProgramChange(10, 0)], {DRUM_CHANNEL}),  # the sounds of an MT-32
        ([SC_88_ON, *bank(10, 127), ProgramChange(10, 0)], {DRUM_CHANNEL}),
        ([gs_rhythm(0xB, 1), SC_88_ON], {DRUM_CHANNEL}),
        ([*bank(10, 120), ProgramChange(10, 0)], {DRUM_CHANNEL, 10}),  # General MIDI 2
        ([*bank(DRUM_CHANNEL, 121), ProgramChange(DRUM_CHANNEL, 0)], set()),
        ([gs_rhythm(0xB, 2)], {DRUM_CHANNEL, 11}),
        ([gs_rhythm(0, 0), gs_rhythm(1, 1)], {0}),
        ([gs_rhythm(9, 1)], {DRUM_CHANNEL, 8}),
        ([XG_ON, xg_rhythm(3, 2), xg_rhythm(9, 0)], {3}),
        ([xg_rhythm(3, 1), XG_ON], {DRUM_CHANNEL}),  # it returns to the state after power-up
        ([gs_rhythm(0, 0), GM_ON], {DRUM_CHANNEL}),
        ([gs_rhythm(0, 0), Reset()], {DRUM_CHANNEL}),
    ],
)
def test_rhythm_parts(events: list[Event], rhythm: set[int]) -> None:
    states = after(*events)
    assert {channel for channel in range(16) if states.is_rhythm(channel)} == rhythm
    for channel in rhythm:
        assert states.instrument(channel) is Instrument.DRUMS


def test_a_channel_has_the_family_of_its_program() -> None:
    states = after(ProgramChange(2, 33), gs_rhythm(0, 0), ProgramChange(DRUM_CHANNEL, 73))
    assert states.instrument(0) is Instrument.PIANO
    assert states.instrument(2) is Instrument.BASS
    assert states.instrument(DRUM_CHANNEL) is Instrument.FLUTE
    assert after(ProgramChange(2, 122)).instrument(2) is None
    assert after(XG_ON, *bank(2, 126), ProgramChange(2, 0)).instrument(2) is None


def test_registered_parameters_tune_a_channel() -> None:
    select = [ControlChange(0, RPN_MSB, 0), ControlChange(0, RPN_LSB, COARSE_TUNING)]
    states = after(*select, ControlChange(0, DATA_MSB, 62), ControlChange(0, DATA_LSB, 3))
    assert states[0].parameters == {COARSE_TUNING: (62, 3)}
    states.feed(ControlChange(0, NRPN_MSB, 1))
    states.feed(ControlChange(0, DATA_MSB, 12))
    assert states[0].parameters == {COARSE_TUNING: (62, 3)}


def test_reset_all_controllers_leaves_volume_and_pan() -> None:
    controls = {VOLUME: 30, PAN: 10, EXPRESSION: 20, MODULATION: 90, SUSTAIN: 127}
    states = after(
        *(ControlChange(0, control, value) for control, value in controls.items()),
        PitchWheel(0, 500),
        ChannelPressure(0, 50),
        ControlChange(0, RESET_ALL_CONTROLLERS, 0),
    )
    values = {control: states[0].value(control) for control in controls}
    assert values == {VOLUME: 30, PAN: 10, EXPRESSION: 127, MODULATION: 0, SUSTAIN: 0}
    assert (states[0].bend, states[0].pressure) == (0, 0)


def test_a_sound_does_not_change() -> None:
    states = after(ControlChange(0, VOLUME, 30))
    sound = states[0].sound
    states.feed(ControlChange(0, VOLUME, 90))
    assert (sound.value(VOLUME), states[0].sound.value(VOLUME)) == (30, 90)
    assert (sound.has(VOLUME), sound.has(PAN), sound.value(PAN)) == (True, False, 64)
