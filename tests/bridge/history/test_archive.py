"""The archive gives back every note as it was."""

from hypothesis import given
from hypothesis import strategies as st

from bridge.history.archive import NoteArchive
from bridge.messages.snapshot import RollNote
from bridge.midi.instruments import Instrument

NS = st.integers(-(2**62), 2**62)
NOTES = st.builds(
    RollNote,
    st.sampled_from(Instrument),
    st.integers(0, 127),
    st.integers(1, 127),
    NS,
    st.none() | NS,
    answered=st.booleans(),
)


@given(st.lists(NOTES, max_size=50))
def test_notes_come_back_as_they_were(notes: list[RollNote]) -> None:
    archive = NoteArchive(1000)
    for note in notes:
        archive.append(note)
    assert list(archive) == notes
    assert len(archive) == len(notes)


@given(st.lists(NOTES, min_size=60, max_size=60))
def test_the_oldest_notes_are_dropped(notes: list[RollNote]) -> None:
    archive = NoteArchive(16)
    for count, note in enumerate(notes, 1):
        archive.append(note)
        assert min(count, 16) <= len(archive) <= 18
    assert list(archive) == notes[-len(archive) :]
