"""Held keys: every note-on is followed by exactly one note-off."""

from hypothesis import given
from hypothesis import strategies as st

from bridge.midi.events import ControlChange, NoteOff, NoteOn
from gui.desk.keys.fingers import HeldKeys


def test_a_source_that_slides_releases_one_key_and_presses_the_next() -> None:
    fingers = HeldKeys()
    assert fingers.key_down("mouse", 60, 80) == (NoteOn(0, 60, 80),)
    assert fingers.key_down("mouse", 62, 90) == (NoteOff(0, 60), NoteOn(0, 62, 90))
    assert fingers.key_up("mouse") == (NoteOff(0, 62),)
    assert fingers.key_up("mouse") == ()


def test_a_key_held_by_two_sources_is_released_with_the_last() -> None:
    fingers = HeldKeys()
    fingers.key_down("mouse", 60, 80)
    assert fingers.key_down("A", 60, 90) == (NoteOff(0, 60), NoteOn(0, 60, 90))
    assert fingers.key_up("mouse") == ()
    assert fingers.pitches == {60}
    assert fingers.key_up("A") == (NoteOff(0, 60),)


def test_the_pedal_moves_only_on_a_change() -> None:
    fingers = HeldKeys()
    assert fingers.set_pedal(down=False) == ()
    assert fingers.set_pedal(down=True) == (ControlChange(0, 64, 127),)
    assert fingers.set_pedal(down=True) == ()
    assert fingers.release_all() == (ControlChange(0, 64, 0),)


@given(
    st.lists(
        st.one_of(
            st.tuples(st.just("press"), st.sampled_from("abc"), st.integers(58, 61)),
            st.tuples(st.just("lift"), st.sampled_from("abc"), st.just(0)),
            st.tuples(st.just("all"), st.just(""), st.just(0)),
        )
    )
)
def test_every_note_on_has_exactly_one_note_off(moves: list[tuple[str, str, int]]) -> None:
    fingers, sounding = HeldKeys(), set[int]()
    for what, finger, pitch in [*moves, ("all", "", 0)]:
        match what:
            case "press":
                events = fingers.key_down(finger, pitch, 64)
            case "lift":
                events = fingers.key_up(finger)
            case _:
                events = fingers.release_all()
        for event in events:
            if isinstance(event, NoteOn):
                assert event.pitch not in sounding
                sounding.add(event.pitch)
            else:
                assert isinstance(event, NoteOff)
                sounding.remove(event.pitch)
        assert sounding == fingers.pitches
    assert not sounding
