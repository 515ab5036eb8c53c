"""Signs differ by shape, not by colour alone."""

from dataclasses import replace

import pytest
from PySide6.QtGui import QColor
from pytestqt.qtbot import QtBot

from gui.desk.devices.checkup import Sign
from gui.desk.devices.sign import SignView
from gui.desk.widgets.theme import DARK, LIGHT, Theme

WITHOUT_COLOURS = replace(DARK, faint="#fff", played="#fff", accent="#fff", danger="#fff")
WITHOUT_COLOURS = replace(WITHOUT_COLOURS, text="#fff")


@pytest.fixture
def view(qtbot: QtBot) -> SignView:
    view = SignView(WITHOUT_COLOURS)
    qtbot.addWidget(view)
    view.resize(view.sizeHint())
    return view


def picture(view: SignView) -> tuple[str, ...]:
    image = view.grab().toImage()
    size = range(image.width()), range(image.height())
    return tuple(image.pixelColor(x, y).name() for x in size[0] for y in size[1])


def test_each_has_a_shape_and_a_name_of_its_own(view: SignView) -> None:
    pictures, names = set(), set()
    for sign in Sign:
        view.show_sign(sign)
        pictures.add(picture(view))
        names.add(view.accessibleName())
    assert len(pictures) == len(names) == len(Sign)


@pytest.mark.parametrize("theme", [DARK, LIGHT])
def test_it_is_drawn_in_the_colours_of_the_theme(view: SignView, theme: Theme) -> None:
    view.show_sign(Sign.BAD)
    view.set_theme(theme)
    assert QColor(theme.danger).name() in picture(view)
