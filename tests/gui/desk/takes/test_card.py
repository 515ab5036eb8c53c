"""The card of a take: its looks show its state and what the user does with it."""

from dataclasses import replace

import pytest
from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QFont, QImage, QPainter
from pytestqt.qtbot import QtBot

from gui.desk.takes.card import Card, TakeState
from gui.desk.widgets.theme import DARK, Theme

READY = Card(
    QRectF(0, 0, 200, 80),
    TakeState.READY,
    "Take 3",
    "piano · 12 notes",
    is_chosen=False,
    is_hovered=False,
    has_focus=False,
)


def picture(card: Card, theme: Theme = DARK) -> QImage:
    image = QImage(card.rect.size().toSize(), QImage.Format.Format_RGB32)
    image.fill(QColor(theme.window))
    painter = QPainter(image)
    card.paint(painter, theme, QFont())
    painter.end()
    return image


@pytest.mark.usefixtures("qtbot")
@pytest.mark.parametrize(
    "card,colour",
    [
        (READY, DARK.line),
        (replace(READY, is_hovered=True), DARK.faint),
        (replace(READY, is_chosen=True, is_hovered=True), DARK.accent),
        (replace(READY, has_focus=True), DARK.accent),
        (replace(READY, state=TakeState.EMPTY, is_chosen=True, is_hovered=True), DARK.line),
    ],
)
def test_the_frame_has_the_colour_of_what_matters_most(card: Card, colour: str) -> None:
    assert picture(card).pixelColor(100, 0) == QColor(colour)


def test_states_that_can_be_heard_have_marks_of_their_own(qtbot: QtBot) -> None:  # noqa: ARG001
    states = (TakeState.READY, TakeState.PLAYING, TakeState.KEPT)
    pictures = [picture(replace(READY, state=state, is_hovered=True)) for state in states]
    assert all(a != b for at, a in enumerate(pictures) for b in pictures[:at])
    generating = replace(READY, state=TakeState.GENERATING, is_hovered=True)
    assert picture(generating) not in pictures


def test_the_notes_are_inside_the_frame_and_below_the_title() -> None:
    assert READY.rect.contains(READY.notes_rect)
    assert READY.notes_rect.top() >= 20


def test_a_long_status_leaves_the_title_free(qtbot: QtBot) -> None:  # noqa: ARG001
    short, long = picture(replace(READY, status="")), picture(replace(READY, status="x" * 200))
    title = QRectF(8, 0, 40, 22).toRect()
    assert short.copy(title) == long.copy(title)
