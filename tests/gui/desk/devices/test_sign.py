"""Status icons differ by shape, not by colour alone."""

from dataclasses import replace

import pytest
from PySide6.QtGui import QColor
from pytestqt.qtbot import QtBot

from gui.desk.devices.checkup import CheckStatus
from gui.desk.devices.sign import StatusIcon
from gui.desk.widgets.theme import DARK, LIGHT, Theme

WITHOUT_COLOURS = replace(DARK, faint="#fff", played="#fff", accent="#fff", danger="#fff")
WITHOUT_COLOURS = replace(WITHOUT_COLOURS, text="#fff")


@pytest.fixture
def view(qtbot: QtBot) -> StatusIcon:
    view = StatusIcon(WITHOUT_COLOURS)
    qtbot.addWidget(view)
    view.resize(view.sizeHint())
    return view


def picture(view: StatusIcon) -> tuple[str, ...]:
    image = view.grab().toImage()
    size = range(image.width()), range(image.height())
    return tuple(image.pixelColor(x, y).name() for x in size[0] for y in size[1])


def test_each_status_has_its_own_shape_and_name(view: StatusIcon) -> None:
    pictures, names = set(), set()
    for sign in CheckStatus:
        view.show_status(sign)
        pictures.add(picture(view))
        names.add(view.accessibleName())
    assert len(pictures) == len(names) == len(CheckStatus)


@pytest.mark.parametrize("theme", [DARK, LIGHT])
def test_it_is_drawn_in_the_colours_of_the_theme(view: StatusIcon, theme: Theme) -> None:
    view.show_status(CheckStatus.FAILED)
    view.set_theme(theme)
    assert QColor(theme.danger).name() in picture(view)
