"""Where the roll puts its notes."""

from hypothesis import given
from hypothesis import strategies as st
from pytestqt.qtbot import QtBot

from bridge.dialogue import RollNote, Settings, Snapshot, State
from bridge.instruments import Instrument
from gui.roll import PLAYHEAD, PianoRoll, View, boxes, compass
from gui.theme import DARK

SECOND = 1_000_000_000
VIEW = View(width=1000, height=360, now_ns=100 * SECOND, span_ns=10 * SECOND, lowest=48, highest=83)


def note(onset_s: float, length_s: float | None, pitch: int = 60) -> RollNote:
    onset = round(onset_s * SECOND)
    release = None if length_s is None else onset + round(length_s * SECOND)
    return RollNote(Instrument.PIANO, pitch, 80, onset, release)


def test_now_is_at_the_playhead_and_a_second_is_a_tenth() -> None:
    (box,) = boxes([note(100, 1)], VIEW)
    assert (round(box.x), round(box.width)) == (1000 * PLAYHEAD, 100)
    assert not box.planned


def test_pitch_rises_upwards_a_row_each() -> None:
    low, high = boxes([note(99, 1, 48), note(99, 1, 83)], VIEW)
    assert (high.y, low.y) == (0, 350)
    assert low.height == 10


def test_what_has_not_begun_is_planned() -> None:
    assert [b.planned for b in boxes([note(99, 3), note(101, 1)], VIEW)] == [False, True]


def test_a_note_that_sounds_ends_at_the_playhead() -> None:
    (box,) = boxes([note(98, None)], VIEW)
    assert round(box.x + box.width) == 1000 * PLAYHEAD


def test_what_is_out_of_sight_is_left_out() -> None:
    assert boxes([note(80, 1), note(110, 1)], VIEW) == []


@given(st.lists(st.integers(0, 127)))
def test_the_compass_holds_every_note_and_three_octaves(pitches: list[int]) -> None:
    low, high = compass([note(0, 1, pitch) for pitch in pitches])
    assert all(low <= pitch <= high for pitch in pitches)
    assert high - low + 1 >= 36


def test_a_note_is_seen(qtbot: QtBot) -> None:
    roll = PianoRoll(DARK)
    qtbot.addWidget(roll)
    roll.resize(1000, 360)
    roll.show_snapshot(Snapshot(SECOND, State.STOPPED, Settings(), ()))
    empty = roll.grab().toImage()
    roll.show_snapshot(Snapshot(SECOND, State.STOPPED, Settings(), (note(0, 1),)))
    drawn = roll.grab().toImage()
    view = roll.view()
    x, y = round(view.x_at(SECOND // 2)), round(view.y_at(60) + view.row / 2)
    assert empty.pixelColor(x, y) != drawn.pixelColor(x, y)
