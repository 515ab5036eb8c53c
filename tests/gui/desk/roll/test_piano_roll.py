"""The piano roll: how notes look, and how to navigate."""

from dataclasses import replace

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QImage
from pytestqt.qtbot import QtBot

from bridge.messages.settings import Settings
from bridge.messages.snapshot import RollNote, Snapshot, TurnState
from bridge.midi.instruments import Instrument
from gui.desk.roll.paint import instrument_colour, note_rect
from gui.desk.roll.piano_roll import PianoRoll
from gui.desk.widgets.theme import DARK, LIGHT
from tests.gui.desk.music import NOW_NS, SECOND, conversation, jam

PIANO = Instrument.PIANO
EMPTY = Snapshot(NOW_NS, TurnState.STOPPED, Settings(), ())


def note(
    onset_s: float, length_s: float | None, pitch: int = 60, *, answered: bool = False
) -> RollNote:
    onset = NOW_NS + round(onset_s * SECOND)
    release = None if length_s is None else onset + round(length_s * SECOND)
    return RollNote(PIANO, pitch, 127, onset, release, answered=answered)


@pytest.fixture
def roll(qtbot: QtBot) -> PianoRoll:
    roll = PianoRoll(DARK)
    qtbot.addWidget(roll)
    roll.resize(1000, 430)
    roll.show()
    return roll


def seen(roll: PianoRoll) -> QImage:
    return roll.grab().toImage()


def middle(roll: PianoRoll, shown: RollNote) -> QPoint:
    return note_rect(shown, roll.view(), roll.now_ns).center().toPoint()


def colour_at(roll: PianoRoll, shown: RollNote) -> QColor:
    return seen(roll).pixelColor(middle(roll, shown))


def test_the_two_sides_have_two_hues(roll: PianoRoll) -> None:
    mine, other = note(-3, 1, 60), note(-3, 1, 66, answered=True)
    roll.show_snapshot(replace(EMPTY, notes=(mine, other)))
    for shown, hue in ((mine, DARK.played), (other, DARK.answered)):
        assert abs(colour_at(roll, shown).hsvHue() - QColor(hue).hsvHue()) < 12


def test_planned_notes_are_lighter_than_sounding_ones(roll: PianoRoll) -> None:
    sounds, planned = note(-0.5, 1, answered=True), note(1, 1, answered=True)
    roll.show_snapshot(replace(EMPTY, notes=(sounds, planned)))
    assert colour_at(roll, sounds).value() > 1.5 * colour_at(roll, planned).value()


def test_louder_notes_are_more_opaque(roll: PianoRoll) -> None:
    loud, soft = note(-3, 1, 60), replace(note(-3, 1, 66), velocity=20)
    roll.show_snapshot(replace(EMPTY, notes=(loud, soft)))
    assert colour_at(roll, loud).value() > 1.3 * colour_at(roll, soft).value()


def test_a_sounding_note_reaches_the_playhead(roll: PianoRoll) -> None:
    held = note(-2, None)
    roll.show_snapshot(replace(EMPTY, notes=(held,)))
    view = roll.view()
    place = note_rect(held, view, NOW_NS)
    assert place.right() == pytest.approx(view.x_at(NOW_NS), abs=0.1)


def test_a_tile_shows_ended_notes_unchanged(roll: PianoRoll, qtbot: QtBot) -> None:
    """The picture is the same whether notes come one by one or all at once."""
    notes = tuple(each for each in conversation() if (each.release_ns or 0) <= NOW_NS)
    for count in range(len(notes) + 1):
        roll.show_snapshot(replace(EMPTY, notes=notes[:count]))
        seen(roll)
    grown = seen(roll)
    other = PianoRoll(DARK)
    qtbot.addWidget(other)
    other.resize(1000, 430)
    other.show()
    other.show_snapshot(replace(EMPTY, notes=notes))
    assert seen(other) == grown


def test_a_removed_note_disappears(roll: PianoRoll) -> None:
    first, second = note(-3, 1), note(-2.5, 1, 66)
    roll.show_snapshot(replace(EMPTY, notes=(first,)))
    alone = seen(roll)
    roll.show_snapshot(replace(EMPTY, notes=(first, second)))
    assert seen(roll) != alone
    roll.show_snapshot(replace(EMPTY, notes=(first,)))
    assert seen(roll) == alone


def test_a_retracted_note_is_crossed_out_for_a_moment(roll: PianoRoll) -> None:
    planned = note(1, 1, answered=True)
    roll.show_snapshot(replace(EMPTY, notes=(planned,)))
    roll.show_snapshot(EMPTY)
    assert colour_at(roll, planned) != colour_at(roll, note(1, 1, 67))
    roll.show_snapshot(replace(EMPTY, now_ns=NOW_NS + 3 * SECOND))
    empty = seen(roll)
    roll.show_snapshot(replace(EMPTY, now_ns=NOW_NS + 3 * SECOND, notes=()))
    assert seen(roll) == empty


def test_the_pedal_is_shown_while_it_is_down(roll: PianoRoll) -> None:
    roll.show_snapshot(replace(EMPTY, pedals=((NOW_NS - 3 * SECOND, NOW_NS - 2 * SECOND),)))
    view, image = roll.view(), seen(roll)
    colours = [
        image.pixelColor(round(view.x_at(NOW_NS - round(s * SECOND))), 428) for s in (2.5, 1)
    ]
    assert colours[0] == QColor(DARK.played)
    assert colours[1] != QColor(DARK.played)


def test_scrolling_back_stops_following_until_asked(roll: PianoRoll, qtbot: QtBot) -> None:
    roll.show_snapshot(jam())
    with qtbot.waitSignal(roll.follow_changed) as emitted:
        qtbot.keyClick(roll, Qt.Key.Key_Left)
    assert emitted.args == [False]
    left = roll.view().left_ns
    roll.show_snapshot(replace(jam(), now_ns=NOW_NS + SECOND))
    assert roll.view().left_ns == left
    with qtbot.waitSignal(roll.follow_changed) as emitted:
        qtbot.keyClick(roll, Qt.Key.Key_End)
    assert emitted.args == [True]
    assert roll.view().left_ns > left


def test_dragging_to_the_present_follows_again(roll: PianoRoll, qtbot: QtBot) -> None:
    roll.show_snapshot(replace(EMPTY, notes=conversation()))
    here = roll.view().left_ns
    for begin, end, follows in ((200, 500, False), (500, 100, True)):
        qtbot.mousePress(roll, Qt.MouseButton.LeftButton, pos=QPoint(begin, 100))
        qtbot.mouseMove(roll, QPoint(end, 100))
        qtbot.mouseRelease(roll, Qt.MouseButton.LeftButton, pos=QPoint(end, 100))
        assert roll.is_following is follows
    assert roll.view().left_ns == here


def test_zoom_keeps_the_playhead_in_place(roll: PianoRoll, qtbot: QtBot) -> None:
    roll.show_snapshot(replace(EMPTY, notes=conversation()))
    x, scale = roll.view().x_at(NOW_NS), roll.view().px_per_second
    qtbot.keyClick(roll, Qt.Key.Key_Plus)
    assert roll.view().px_per_second > scale
    assert roll.view().x_at(NOW_NS) == pytest.approx(x, abs=1)
    qtbot.keyClick(roll, Qt.Key.Key_Minus)
    assert roll.view().px_per_second == scale


def test_a_note_is_found_where_it_is_drawn(roll: PianoRoll) -> None:
    shown = note(-3, 1)
    roll.show_snapshot(replace(EMPTY, notes=(shown,)))
    assert roll.note_at(QPointF(middle(roll, shown))) is shown
    assert roll.note_at(QPointF(5, 5)) is None


def test_frames_are_drawn_only_while_a_session_runs(roll: PianoRoll, qtbot: QtBot) -> None:
    roll.show_snapshot(jam())
    before = roll.now_ns
    qtbot.waitUntil(lambda: roll.now_ns > before + SECOND // 50)
    roll.show_snapshot(replace(EMPTY, now_ns=NOW_NS))
    assert roll.now_ns == NOW_NS


def test_another_theme_redraws_all_tiles(roll: PianoRoll) -> None:
    shown = note(-3, 1)
    roll.show_snapshot(replace(EMPTY, notes=(shown,)))
    roll.set_theme(LIGHT)
    assert abs(colour_at(roll, shown).value() - QColor(LIGHT.played).value()) < 20


def test_instruments_are_tints_of_one_hue() -> None:
    hues = [instrument_colour(DARK.answered, kind).hsvHue() for kind in Instrument]
    assert len(set(hues)) > 7
    assert max(hues) - min(hues) < 25
