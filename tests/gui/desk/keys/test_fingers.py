"""Fingers: every note-on has one note-off after it."""

from hypothesis import given
from hypothesis import strategies as st

from bridge.midi.events import ControlChange, NoteOff, NoteOn
from gui.desk.keys.fingers import Fingers


def test_a_finger_that_slides_leaves_one_key_and_strikes_the_next() -> None:
    fingers = Fingers()
    assert fingers.strike("mouse", 60, 80) == (NoteOn(0, 60, 80),)
    assert fingers.strike("mouse", 62, 90) == (NoteOff(0, 60), NoteOn(0, 62, 90))
    assert fingers.lift("mouse") == (NoteOff(0, 62),)
    assert fingers.lift("mouse") == ()


def test_a_key_under_two_fingers_comes_up_with_the_last() -> None:
    fingers = Fingers()
    fingers.strike("mouse", 60, 80)
    assert fingers.strike("A", 60, 90) == (NoteOff(0, 60), NoteOn(0, 60, 90))
    assert fingers.lift("mouse") == ()
    assert fingers.pitches == {60}
    assert fingers.lift("A") == (NoteOff(0, 60),)


def test_the_pedal_moves_only_if_it_is_not_there() -> None:
    fingers = Fingers()
    assert fingers.tread(down=False) == ()
    assert fingers.tread(down=True) == (ControlChange(0, 64, 127),)
    assert fingers.tread(down=True) == ()
    assert fingers.lift_all() == (ControlChange(0, 64, 0),)


@given(
    st.lists(
        st.one_of(
            st.tuples(st.just("strike"), st.sampled_from("abc"), st.integers(58, 61)),
            st.tuples(st.just("lift"), st.sampled_from("abc"), st.just(0)),
            st.tuples(st.just("all"), st.just(""), st.just(0)),
        )
    )
)
def test_whatever_the_fingers_do_each_note_has_one_end(moves: list[tuple[str, str, int]]) -> None:
    fingers, sounding = Fingers(), set[int]()
    for what, finger, pitch in [*moves, ("all", "", 0)]:
        match what:
            case "strike":
                events = fingers.strike(finger, pitch, 64)
            case "lift":
                events = fingers.lift(finger)
            case _:
                events = fingers.lift_all()
        for event in events:
            if isinstance(event, NoteOn):
                assert event.pitch not in sounding
                sounding.add(event.pitch)
            else:
                assert isinstance(event, NoteOff)
                sounding.remove(event.pitch)
        assert sounding == fingers.pitches
    assert not sounding
