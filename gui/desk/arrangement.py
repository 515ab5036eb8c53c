"""The arrangement of the window: which part is beside or below which."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QSplitter, QVBoxLayout, QWidget

if TYPE_CHECKING:
    from collections.abc import Iterable

_MUSIC_WIDTH_PX, _SIDE_WIDTH_PX = 1000, 380


def arrange(
    above: Iterable[QWidget],
    music: tuple[QWidget, QWidget],
    side: QWidget,
    takes: QWidget,
    status: tuple[Iterable[QWidget], QWidget],
) -> QWidget:
    """Return the window's content: rows, with the music beside the side panels in the middle.

    `music` has the roll and the keyboard below it. `status` has the lamps and the text after them.
    """
    body = QWidget()
    rows = QVBoxLayout(body)
    rows.setContentsMargins(14, 12, 14, 8)
    rows.setSpacing(10)
    for widget in above:
        rows.addWidget(widget)
    rows.addWidget(_split(music, side), 1)
    rows.addWidget(takes)
    lamps, text = status
    below = QHBoxLayout()
    below.setSpacing(8)
    for lamp in lamps:
        below.addWidget(lamp)
    below.addWidget(text, 1)
    rows.addLayout(below)
    return body


def _split(music: tuple[QWidget, QWidget], side: QWidget) -> QSplitter:
    roll, keyboard = music
    left = QWidget()
    column = QVBoxLayout(left)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(8)
    column.addWidget(roll, 1)
    column.addWidget(keyboard)
    split = QSplitter(Qt.Orientation.Horizontal)
    split.addWidget(left)
    split.addWidget(side)
    split.setStretchFactor(0, 1)
    split.setChildrenCollapsible(False)
    split.setSizes([_MUSIC_WIDTH_PX, _SIDE_WIDTH_PX])
    split.setHandleWidth(12)
    return split
