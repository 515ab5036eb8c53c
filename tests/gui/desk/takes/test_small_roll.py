"""A small roll: how a take looks, and its commands."""

from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QEnterEvent, QImage
from PySide6.QtWidgets import QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from bridge.messages.originality import Run
from bridge.midi.notes import Score
from gui.desk.roll.paint import instrument_colour
from gui.desk.takes.card import TakeState
from gui.desk.takes.small_roll import SmallRoll
from gui.desk.widgets.theme import DARK, LIGHT
from tests.gui.desk.takes.examples import BAR, BASS, MINUET, NOTES, SPAN

FILE = Path("take 3 chopin.mid")
LEFT = Qt.MouseButton.LeftButton


class Shown:
    """A small roll, and its requests."""

    def __init__(self, qtbot: QtBot) -> None:
        self.files: list[bool] = []
        self.words: list[str] = []
        self.roll = SmallRoll(DARK, self.file)
        self.roll.played.connect(lambda: self.words.append("played"))
        self.roll.kept.connect(lambda: self.words.append("kept"))
        self.roll.chosen.connect(lambda: self.words.append("chosen"))
        self.body = QWidget()  # with another widget that has the focus at first
        other = QLineEdit(self.body)
        self.roll.setParent(self.body)
        self.roll.setGeometry(0, 40, 240, 110)
        qtbot.addWidget(self.body)
        self.body.show()
        other.setFocus()
        qtbot.waitUntil(other.hasFocus)

    def file(self, up_to_end: bool) -> Path | None:  # noqa: FBT001 - a callback
        self.files.append(up_to_end)
        return FILE

    def take(self, state: TakeState = TakeState.READY) -> None:
        self.roll.show_take(3, MINUET, SPAN, NOTES, state)

    def picture(self) -> QImage:
        return self.roll.grab().toImage()

    def colour_at_tick(self, tick: int, height: float) -> QColor:
        music = self.roll.notes_rect
        x, y = music.left() + self.roll.x_at(tick), music.top() + height * music.height()
        return self.picture().pixelColor(QPoint(round(x), round(y)))


@pytest.fixture
def shown(qtbot: QtBot) -> Shown:
    return Shown(qtbot)


def has_hue(colour: QColor, hue_of: QColor) -> bool:
    return colour.hsvSaturation() > 80 and abs(colour.hsvHue() - hue_of.hsvHue()) < 8


def notes_seen(shown: Shown, tick: int) -> bool:
    """Return whether there is a note above a tick."""
    hue = instrument_colour(DARK.answered, NOTES[0].instrument)
    return any(has_hue(shown.colour_at_tick(tick, at / 100), hue) for at in range(2, 98))


def test_notes_are_drawn_at_their_position_in_the_span(shown: Shown) -> None:
    shown.take()
    first, second = NOTES
    assert notes_seen(shown, first.onset_ticks + 20)
    assert not notes_seen(shown, first.release_ticks + 20)
    assert notes_seen(shown, second.onset_ticks + 80)
    assert not notes_seen(shown, second.release_ticks + 20)


def test_bars_have_lines_and_free_time_has_none(shown: Shown) -> None:
    shown.take()
    assert shown.colour_at_tick(2 * BAR, 0.02) == QColor(DARK.strong_line)
    shown.roll.show_take(3, Score(MINUET.notes, grid=False), SPAN, NOTES, TakeState.READY)
    assert shown.colour_at_tick(2 * BAR, 0.02) == QColor(DARK.panel)


def test_the_playhead_is_shown_during_an_audition(shown: Shown) -> None:
    shown.take(TakeState.PLAYING)
    before = shown.picture()
    shown.roll.set_playhead(0.5)
    assert shown.colour_at_tick(2 * BAR, 0.02) == QColor(DARK.text)
    shown.roll.set_state(TakeState.READY)
    assert shown.roll.playhead is None
    assert shown.picture() != before


def test_every_state_and_both_themes_look_different(shown: Shown) -> None:
    pictures = []
    for state in (TakeState.EMPTY, TakeState.READY, TakeState.PLAYING, TakeState.KEPT):
        shown.take(state)
        pictures.append(shown.picture())
    shown.roll.set_theme(LIGHT)
    pictures.append(shown.picture())
    assert all(a != b for at, a in enumerate(pictures) for b in pictures[:at])


def test_it_has_accessible_texts(shown: Shown) -> None:
    roll = shown.roll
    roll.clear(2)
    assert (roll.accessibleName(), roll.accessibleDescription()) == ("Take 2", "empty")
    shown.take(TakeState.KEPT)
    assert roll.accessibleName() == "Take 3"
    assert roll.accessibleDescription() == "kept. piano, bass · 2 notes"
    roll.show_take(3, MINUET, SPAN, NOTES[:1], TakeState.READY)
    assert roll.status == "bass · 1 note"


def test_what_a_take_copies_is_shown(shown: Shown) -> None:
    run = Run(41, "The Wren", BASS, 0, 96)
    shown.roll.show_take(3, MINUET, SPAN, NOTES, TakeState.READY, run)
    assert shown.roll.status == "41 notes as in The Wren"
    assert shown.roll.accessibleDescription() == "ready. 41 notes as in The Wren"
    assert shown.roll.toolTip().startswith("41 notes as in The Wren.\n")
    copied = shown.picture()
    shown.take()
    assert "Wren" not in shown.roll.status + shown.roll.toolTip()
    assert shown.picture() != copied


@pytest.mark.parametrize("key", [Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space])
def test_a_key_plays_the_take(qtbot: QtBot, shown: Shown, key: Qt.Key) -> None:
    shown.take()
    qtbot.keyClick(shown.roll, key)
    assert shown.words[-1] == "played"


def test_a_click_plays_the_take_and_a_second_one_keeps_it(qtbot: QtBot, shown: Shown) -> None:
    shown.take()
    qtbot.mouseClick(shown.roll, LEFT)
    assert shown.words[-1] == "played"
    qtbot.mouseDClick(shown.roll, LEFT)
    assert shown.words[-1] == "kept"


@pytest.mark.parametrize("state", [TakeState.EMPTY, TakeState.GENERATING])
def test_an_incomplete_take_cannot_be_played_or_kept(
    qtbot: QtBot, shown: Shown, state: TakeState
) -> None:
    shown.take(state)
    qtbot.mouseClick(shown.roll, LEFT)
    qtbot.mouseDClick(shown.roll, LEFT)
    qtbot.keyClick(shown.roll, Qt.Key.Key_Space)
    assert set(shown.words) <= {"chosen"}


def test_hover_and_focus_are_visible(shown: Shown) -> None:
    shown.take()
    plain = shown.picture()
    at = QPointF(50, 50)
    shown.roll.enterEvent(QEnterEvent(at, at, at))
    hovered = shown.picture()
    shown.roll.setFocus()
    focused = shown.picture()
    assert plain != hovered
    assert hovered != focused
    assert shown.words == ["chosen"]


def test_a_drag_has_a_file_and_a_picture(shown: Shown) -> None:
    shown.take()
    for up_to_end in (False, True):
        drag = shown.roll.make_drag(up_to_end=up_to_end)
        assert drag is not None
        assert [url.toLocalFile() for url in drag.mimeData().urls()] == [str(FILE)]
        assert not drag.pixmap().isNull()
    assert shown.files == [False, True]
