"""The conversion of keys and a pedal into notes."""

from hypothesis import given
from hypothesis import strategies as st

from bridge.midi.events import ALL_NOTES_OFF, SUSTAIN, ControlChange, Event, NoteOff, NoteOn
from bridge.midi.notes import KeyState

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
    assert keys.key_down
    keys.feed(NoteOff(0, 60))
    assert (keys.key_down, keys.pedal_down, keys.sounding) == (False, True, ((0, 60),))


EVENTS = st.one_of(
    st.builds(NoteOn, st.integers(0, 1), st.integers(60, 63), st.integers(1, 127)),
    st.builds(NoteOff, st.integers(0, 1), st.integers(60, 63)),
    st.builds(ControlChange, st.integers(0, 1), st.just(SUSTAIN), st.sampled_from([0, 127])),
)


@given(st.lists(EVENTS))
def test_every_note_on_has_one_note_off(events: list[Event]) -> None:
    keys = KeyState()
    sounding: set[tuple[int, int]] = set()
    meant = [m for event in events for m in keys.feed(event)]
    for event in [*meant, *keys.release_all()]:
        key = (event.channel, event.pitch)
        assert (key in sounding) == isinstance(event, NoteOff)
        sounding ^= {key}
    assert not sounding
