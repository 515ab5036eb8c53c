"""Notes sound from their start to their end."""

from hypothesis import given
from hypothesis import strategies as st

from bridge.midi.events import SUSTAIN, ControlChange, Event, NoteOff, NoteOn
from bridge.playout.sounding import SoundingNotes

CHANNELS, PITCHES = st.integers(0, 2), st.integers(60, 62)
EVENTS = st.one_of(
    st.builds(NoteOn, CHANNELS, PITCHES, st.integers(1, 127)),
    st.builds(NoteOff, CHANNELS, PITCHES),
    st.builds(ControlChange, CHANNELS, st.just(SUSTAIN), st.integers(0, 127)),
)


def after(events: list[Event]) -> SoundingNotes:
    sounding = SoundingNotes()
    for event in events:
        sounding.note(event)
    return sounding


@given(st.lists(EVENTS))
def test_the_ends_end_everything(events: list[Event]) -> None:
    sounding = after(events)
    for end in sounding.ends():
        sounding.note(end)
    assert sounding.notes == set()
    assert sounding.ends() == []


@given(st.lists(EVENTS), CHANNELS)
def test_the_ends_of_a_channel_end_only_that_channel(events: list[Event], channel: int) -> None:
    sounding = after(events)
    others = [end for end in sounding.ends() if end.channel != channel]
    for end in sounding.ends(channel):
        assert end.channel == channel
        sounding.note(end)
    assert sounding.ends() == others


def test_a_note_sounds_until_its_release_and_a_pedal_until_it_is_below_the_middle() -> None:
    events: list[Event] = [NoteOn(0, 60, 1), NoteOn(1, 60, 1), ControlChange(0, SUSTAIN, 64)]
    assert after([*events, NoteOff(0, 60)]).notes == {(1, 60)}
    assert ControlChange(0, SUSTAIN, 0) in after(events).ends()
    assert after([*events, ControlChange(0, SUSTAIN, 63)]).ends(0) == [NoteOff(0, 60)]
