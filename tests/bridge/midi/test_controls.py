"""Controls: their labels, their actions, and how they are learned."""

import pytest

from bridge.midi.controls import (
    Action,
    Control,
    ControlMap,
    ControlMatch,
    TriggeredAction,
    parse_control,
)
from bridge.midi.events import ControlChange, NoteOff, NoteOn, PitchWheel

PEDAL, KEY = Control(0, 64), Control(9, 36, is_note=True)


@pytest.mark.parametrize(
    "words,control",
    [
        ("cc64", PEDAL),
        ("CC64/1 ", PEDAL),
        ("note36/10", KEY),
        ("cc0/16", Control(15, 0)),
    ],
)
def test_a_control_is_parsed_and_labelled(words: str, control: Control) -> None:
    assert parse_control(words) == control
    assert parse_control(control.label) == control


@pytest.mark.parametrize("words", ["", "64", "cc", "cc128", "cc1/0", "cc1/17", "knob3", "ccx/1"])
def test_an_invalid_control_is_refused_in_a_sentence(words: str) -> None:
    with pytest.raises(ValueError, match="is no control"):
        parse_control(words)


def test_events_without_a_binding_are_music() -> None:
    controls = ControlMap(((PEDAL, Action.HAND_OVER),))
    for event in (NoteOn(0, 64, 1), ControlChange(0, 65, 127), ControlChange(1, 64, 1)):
        assert controls.process(event) == ControlMatch()
    assert controls.process(PitchWheel(0, 5)) == ControlMatch()


def test_a_pedal_triggers_once_on_its_way_down() -> None:
    controls = ControlMap(((PEDAL, Action.HAND_OVER),))
    values = (10, 63, 64, 90, 127, 64, 0, 127)
    asked = [controls.process(ControlChange(0, 64, value)) for value in values]
    assert all(matches.is_control for matches in asked)
    assert [matches.triggered.value for matches in asked if matches.triggered is not None] == [
        64,
        127,
    ]


def test_a_key_triggers_at_any_velocity_and_its_release_is_not_music() -> None:
    controls = ControlMap(((KEY, Action.PANIC),))
    assert controls.process(NoteOn(9, 36, 1)) == ControlMatch(
        is_control=True, triggered=TriggeredAction(Action.PANIC, 1)
    )
    assert controls.process(NoteOff(9, 36)) == ControlMatch(is_control=True)


def test_every_value_of_a_knob_triggers() -> None:
    controls = ControlMap(((Control(0, 1), Action.BLEND),))
    asked = [controls.process(ControlChange(0, 1, value)).triggered for value in (0, 5, 127)]
    assert asked == [TriggeredAction(Action.BLEND, value) for value in (0, 5, 127)]


@pytest.mark.parametrize("action", [action for action in Action if action.setting is not None])
def test_every_value_of_a_knob_for_a_setting_triggers(action: Action) -> None:
    controls = ControlMap(((Control(0, 1), action),))
    asked = [controls.process(ControlChange(0, 1, value)).triggered for value in (0, 5, 127)]
    assert asked == [TriggeredAction(action, value) for value in (0, 5, 127)]


def test_the_next_control_is_learned_and_does_not_trigger() -> None:
    controls = ControlMap()
    controls.learn(Action.HAND_OVER)
    assert controls.process(NoteOff(9, 36)) == ControlMatch()  # a key that was already down
    assert controls.process(NoteOn(9, 36, 80)) == ControlMatch(is_control=True, learned=KEY)
    assert controls.learning is None
    assert controls.bindings == ((KEY, Action.HAND_OVER),)
    assert controls.process(NoteOff(9, 36)) == ControlMatch(is_control=True)
    assert controls.process(NoteOn(9, 36, 80)) == ControlMatch(
        is_control=True, triggered=TriggeredAction(Action.HAND_OVER, 80)
    )


def test_a_pedal_on_its_way_up_is_not_learned() -> None:
    controls = ControlMap()
    controls.process(ControlChange(0, 64, 127))
    controls.learn(Action.HAND_OVER)
    assert [controls.process(ControlChange(0, 64, value)) for value in (90, 30, 0)] == [
        ControlMatch()
    ] * 3
    assert controls.process(ControlChange(0, 64, 20)).learned == PEDAL


def test_a_control_has_one_action_and_an_action_may_have_several_controls() -> None:
    controls = ControlMap(((PEDAL, Action.HAND_OVER), (KEY, Action.HAND_OVER)))
    controls.learn(Action.PANIC)
    controls.process(ControlChange(0, 64, 127))
    assert dict(controls.bindings) == {PEDAL: Action.PANIC, KEY: Action.HAND_OVER}
    controls.bind(((KEY, Action.END),))
    assert dict(controls.bindings) == {KEY: Action.END}
    assert controls.process(ControlChange(0, 64, 127)) == ControlMatch()
