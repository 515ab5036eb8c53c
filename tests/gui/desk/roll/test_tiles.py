"""Which notes are in which tile, whatever notes come and go."""

from hypothesis import given
from hypothesis import strategies as st

from bridge.messages.snapshot import RollNote
from bridge.midi.instruments import Instrument
from gui.desk.roll.tiles import SegmentIndex

notes = st.builds(
    lambda onset, length: RollNote(Instrument.PIANO, 60, 80, onset, onset + length),
    st.integers(0, 500),
    st.integers(0, 120),
)


@given(st.lists(notes, max_size=12), st.data())
def test_each_segment_has_the_notes_that_overlap_it(
    pool: list[RollNote], data: st.DataObject
) -> None:
    stretches = SegmentIndex(50, overhang_ns=3)
    before: dict[int, set[int]] = {}
    for _ in range(4):
        shown = [each for each in pool if data.draw(st.booleans())]
        poorer, richer = stretches.set_notes(shown)
        now = {
            number: {
                id(each)
                for each in shown
                if each.onset_ns - 3 < 50 * (number + 1)
                and (each.release_ns or 0) + 3 >= 50 * number
            }
            for number in range(-1, 14)
        }
        for number, there in now.items():
            assert {id(each) for each in stretches.notes(number)} == there
            was = before.get(number, set())
            assert (number in poorer) == bool(was - there)
            assert {id(each) for each in richer.get(number, [])} == there - was
        before = now
