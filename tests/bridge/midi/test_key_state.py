"""The conversion of keys and pedals into notes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.midi.events import (
    ALL_NOTES_OFF,
    ALL_SOUND_OFF,
    RESET_ALL_CONTROLLERS,
    SOSTENUTO,
    SUSTAIN,
    ControlChange,
    Event,
    NoteOff,
    NoteOn,
    Reset,
)
from bridge.midi.key_state import KeyState

PEDAL_DOWN, PEDAL_UP = ControlChange(0, SUSTAIN, 127), ControlChange(0, SUSTAIN, 0)


def converted(*events: Event) -> list[NoteOn | NoteOff]:
    keys = KeyState()
    return [meant for event in events for meant in keys.feed(event)]


def test_a_key_sounds_until_it_comes_up() -> None:
    assert converted(NoteOn(0, 60, 80), NoteOff(0, 60)) == [NoteOn(0, 60, 80), NoteOff(0, 60)]


def test_the_pedal_holds_released_keys() -> None:
    events: list[Event] = [
        PEDAL_DOWN,
        NoteOn(0, 60, 80),
        NoteOff(0, 60),
        NoteOn(0, 64, 80),
        PEDAL_UP,
    ]
    # 64 is still held by its key when the pedal lifts.
    assert converted(*events) == [NoteOn(0, 60, 80), NoteOn(0, 64, 80), NoteOff(0, 60)]


def test_a_half_pedal_counts_from_64_up() -> None:
    held: list[Event] = [ControlChange(0, SUSTAIN, 64), NoteOn(0, 60, 80), NoteOff(0, 60)]
    assert converted(*held) == [NoteOn(0, 60, 80)]
    assert converted(ControlChange(0, SUSTAIN, 63), *held[1:])[-1] == NoteOff(0, 60)


def test_a_second_note_on_ends_the_first() -> None:
    assert converted(NoteOn(0, 60, 80), NoteOn(0, 60, 90)) == [
        NoteOn(0, 60, 80),
        NoteOff(0, 60),
        NoteOn(0, 60, 90),
    ]


def test_channels_are_independent() -> None:
    assert converted(NoteOn(0, 60, 80), NoteOff(1, 60)) == [NoteOn(0, 60, 80)]
    assert converted(PEDAL_DOWN, NoteOn(1, 60, 80), NoteOff(1, 60))[-1] == NoteOff(1, 60)


def test_all_notes_off_ends_all() -> None:
    ends = converted(NoteOn(0, 64, 80), NoteOn(0, 60, 80), ControlChange(0, ALL_NOTES_OFF, 0))[2:]
    assert ends == [NoteOff(0, 60), NoteOff(0, 64)]


def test_held_keys_and_pedals_are_reported() -> None:
    keys = KeyState()
    keys.feed(PEDAL_DOWN)
    keys.feed(NoteOn(0, 60, 80))
    assert set(keys.keys_down) == {(0, 60)}
    keys.feed(NoteOff(0, 60))
    assert set(keys.keys_down) == set()
    assert keys.pedal_down
    assert keys.sounding == ((0, 60),)


def pedalled(*events: Event, pedal: int = SUSTAIN) -> list[NoteOn | NoteOff]:
    """Return what a key that is released under a pedal becomes, and then these events."""
    return converted(NoteOn(0, 60, 80), ControlChange(0, pedal, 127), NoteOff(0, 60), *events)


HELD, ENDED = [NoteOn(0, 60, 80)], [NoteOn(0, 60, 80), NoteOff(0, 60)]


@pytest.mark.parametrize("pedal", [SUSTAIN, SOSTENUTO])
@pytest.mark.parametrize(
    "event,result",
    [
        (ControlChange(0, RESET_ALL_CONTROLLERS, 0), ENDED),
        (ControlChange(1, RESET_ALL_CONTROLLERS, 0), HELD),
        (ControlChange(0, ALL_SOUND_OFF, 0), ENDED),
        (ControlChange(1, ALL_SOUND_OFF, 0), HELD),
        (Reset(), ENDED),
        *((ControlChange(0, control, 0), HELD) for control in range(ALL_NOTES_OFF, 128)),
        (ControlChange(0, 122, 0), HELD),  # local control
        (ControlChange(0, 67, 127), HELD),  # soft pedal
        (ControlChange(0, 69, 0), HELD),
    ],
)
def test_what_ends_a_note_that_a_pedal_holds(
    pedal: int, event: Event, result: list[NoteOn | NoteOff]
) -> None:
    assert pedalled(event, pedal=pedal) == result
    lifted = pedalled(event, ControlChange(0, pedal, 0), pedal=pedal)
    assert lifted == ENDED


@pytest.mark.parametrize(
    "event,ends",
    [
        (ControlChange(0, RESET_ALL_CONTROLLERS, 0), False),
        (ControlChange(0, ALL_SOUND_OFF, 0), True),
        (Reset(), True),
        *((ControlChange(0, control, 0), True) for control in range(ALL_NOTES_OFF, 128)),
        *((ControlChange(0, control, 0), False) for control in range(ALL_SOUND_OFF)),
    ],
)
def test_what_ends_a_note_whose_key_is_down(event: Event, *, ends: bool) -> None:
    assert converted(NoteOn(0, 60, 80), event) == (ENDED if ends else HELD)
    assert converted(NoteOn(0, 60, 80), event, NoteOff(0, 60)) == ENDED


def test_after_a_reset_no_pedal_is_down() -> None:
    for reset in (Reset(), ControlChange(0, RESET_ALL_CONTROLLERS, 0)):
        events = (PEDAL_DOWN, ControlChange(0, SOSTENUTO, 127), reset)
        assert converted(*events, NoteOn(0, 60, 80), NoteOff(0, 60)) == ENDED


def test_all_sound_off_leaves_the_pedal_down() -> None:
    events = (PEDAL_DOWN, ControlChange(0, ALL_SOUND_OFF, 0))
    assert converted(*events, NoteOn(0, 60, 80), NoteOff(0, 60)) == HELD


def test_the_sostenuto_holds_the_keys_that_are_down_when_it_is_pressed() -> None:
    press, lift = ControlChange(0, SOSTENUTO, 127), ControlChange(0, SOSTENUTO, 0)
    events: list[Event] = [NoteOn(0, 48, 80), press, NoteOn(0, 60, 80), press]
    assert converted(*events, NoteOff(0, 60), NoteOff(0, 48))[2:] == [NoteOff(0, 60)]
    assert converted(*events, NoteOff(0, 48), lift)[2:] == [NoteOff(0, 48)]
    # Either pedal holds a note that both hold.
    both = converted(*events, PEDAL_DOWN, NoteOff(0, 48), NoteOff(0, 60), lift)
    assert both == converted(*events)
    assert converted(*events, PEDAL_DOWN, NoteOff(0, 48), NoteOff(0, 60), PEDAL_UP)[2:] == [
        NoteOff(0, 60)
    ]


def test_hold_2_lengthens_no_note() -> None:
    assert pedalled(pedal=69) == ENDED


def test_a_release_of_a_silent_key_is_dropped() -> None:
    assert converted(NoteOff(0, 60), PEDAL_DOWN, NoteOff(0, 60), PEDAL_UP) == []


CHANNELS, PITCHES = st.integers(0, 1), st.integers(60, 63)
CONTROLS = st.sampled_from([SUSTAIN, SOSTENUTO, 69, *range(ALL_SOUND_OFF, 128)])
EVENTS = st.one_of(
    st.builds(NoteOn, CHANNELS, PITCHES, st.integers(1, 127)),
    st.builds(NoteOff, CHANNELS, PITCHES),
    st.builds(ControlChange, CHANNELS, CONTROLS, st.sampled_from([0, 63, 64, 127])),
    st.just(Reset()),
)


@given(st.lists(EVENTS))
def test_every_note_on_has_one_note_off(events: list[Event]) -> None:
    keys = KeyState()
    sounding: set[tuple[int, int]] = set()
    for event in events:
        for meant in keys.feed(event):
            assert ((meant.channel, meant.pitch) in sounding) == isinstance(meant, NoteOff)
            sounding ^= {(meant.channel, meant.pitch)}
        assert set(keys.sounding) == sounding
        assert set(keys.keys_down) <= sounding
    for end in keys.release_all():
        sounding.remove((end.channel, end.pitch))
    assert not sounding
    assert not keys.pedal_down
    assert converted(NoteOn(0, 60, 80), NoteOff(0, 60)) == ENDED


@given(st.lists(EVENTS))
def test_without_pedals_only_keys_that_are_down_sound(events: list[Event]) -> None:
    keys = KeyState()
    for event in events:
        keys.feed(event)
    for channel in (0, 1):
        keys.feed(ControlChange(channel, RESET_ALL_CONTROLLERS, 0))
    assert keys.sounding == keys.keys_down
