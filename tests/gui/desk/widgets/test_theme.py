"""Contrast of all colours, by the formula of WCAG 2.2, and the pictures that controls need.

Relative luminance and contrast ratio are defined in
https://www.w3.org/TR/WCAG22/#dfn-relative-luminance and #dfn-contrast-ratio. Success criteria 1.4.3
(text) and 1.4.11 (non-text) give the limits. Disabled controls are exempt; they should still be
visible.
"""

import dataclasses

import pytest
from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QColor, QIcon, QImage, QPainter
from PySide6.QtWidgets import QApplication, QCheckBox, QDoubleSpinBox, QSpinBox, QWidget
from pytestqt.qtbot import QtBot

from assets import FOLDER
from bridge.midi.instruments import Instrument
from gui.desk.roll.paint import instrument_colour
from gui.desk.widgets.theme import DARK, LIGHT, Theme, inset_numbers, theme_for
from gui.preferences import ColourScheme

TEXT, SHAPE, RESTING = 4.5, 3.0, 2.5

TEXTS = (
    ("text", ("window", "panel", "shade", "line")),
    ("faint", ("window", "panel", "shade", "line")),
    ("danger", ("window", "panel")),
    ("accent", ("window", "panel")),
    ("played", ("window", "panel")),
    ("answered", ("window", "panel")),
    ("window", ("accent",)),  # selected text, and the start button's text
)
SHAPES = (
    ("edge", ("window", "panel")),
    ("accent", ("window", "panel", "line")),  # the focus, a check mark, the filled part of a slider
    ("played", ("panel", "shade")),
    ("answered", ("panel", "shade")),
)


def luminance(colour: str) -> float:
    shares = (QColor(colour).redF(), QColor(colour).greenF(), QColor(colour).blueF())
    red, green, blue = (s / 12.92 if s <= 0.04045 else ((s + 0.055) / 1.055) ** 2.4 for s in shares)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def too_weak(
    theme: Theme, pairs: tuple[tuple[str, tuple[str, ...]], ...], least: float
) -> list[str]:
    colours = dataclasses.asdict(theme)
    return [
        f"{front} on {ground}: {found:.2f}"
        for front, grounds in pairs
        for ground in grounds
        if (found := contrast(colours[front], colours[ground])) < least
    ]


def test_the_formula_is_that_of_the_standard() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.005)  # a known near miss


@pytest.mark.parametrize("theme", [DARK, LIGHT], ids=["dark", "light"])
class TestContrast:
    """The contrast of each pair of colours of a theme."""

    def test_texts(self, theme: Theme) -> None:
        assert too_weak(theme, TEXTS, TEXT) == []

    def test_shapes(self, theme: Theme) -> None:
        assert too_weak(theme, SHAPES, SHAPE) == []

    def test_disabled_text(self, theme: Theme) -> None:
        assert too_weak(theme, (("resting", ("window", "panel")),), RESTING) == []

    @pytest.mark.parametrize("instrument", Instrument)
    def test_each_instruments_tint(self, theme: Theme, instrument: Instrument) -> None:
        for hue_of in (theme.played, theme.answered):
            colour = instrument_colour(hue_of, instrument).name()
            assert contrast(colour, theme.panel) >= SHAPE
            assert contrast(colour, theme.shade) >= SHAPE


def strongest(picture: QImage, ground: str) -> float:
    """Return the highest contrast of a pixel of a picture with a ground."""
    return max(
        contrast(picture.pixelColor(x, y).name(), ground)
        for x in range(picture.width())
        for y in range(picture.height())
    )


@pytest.mark.parametrize("theme", [DARK, LIGHT], ids=["dark", "light"])
def test_check_marks_and_arrows_stand_out(qtbot: QtBot, theme: Theme) -> None:
    assert qtbot is not None  # pictures need an application
    for name, ground in (
        (theme.check, theme.accent),
        ("up.svg", theme.panel),
        ("down.svg", theme.panel),
    ):
        picture = QImage(28, 28, QImage.Format.Format_RGB32)
        picture.fill(QColor(ground))
        sign = QIcon(str(FOLDER / "signs" / name)).pixmap(QSize(28, 28))
        assert not sign.isNull(), name
        with QPainter(picture) as painter:
            painter.drawPixmap(0, 0, sign)
        assert strongest(picture, ground) >= SHAPE, name


@pytest.mark.parametrize("theme", [DARK, LIGHT], ids=["dark", "light"])
def test_a_checked_box_shows_a_check_mark(qtbot: QtBot, theme: Theme) -> None:
    box = QCheckBox()
    qtbot.addWidget(box)
    box.setStyleSheet(theme.style_sheet())
    box.setChecked(True)
    box.resize(20, 20)
    picture = box.grab().toImage()
    middle = picture.copy(4, 5, 8, 8)
    colours = {middle.pixelColor(x, y).name() for x in range(8) for y in range(8)}
    assert theme.accent in colours
    assert max(contrast(colour, theme.accent) for colour in colours) >= SHAPE


@pytest.mark.parametrize("theme", [DARK, LIGHT], ids=["dark", "light"])
def test_a_number_box_has_arrows_and_a_margin(qtbot: QtBot, theme: Theme) -> None:
    for kind in (QSpinBox, QDoubleSpinBox):
        panel = QWidget()
        qtbot.addWidget(panel)
        spin = kind(panel)
        inset_numbers(panel)
        spin.setStyleSheet(theme.style_sheet())
        spin.setValue(5)
        spin.resize(120, 27)
        picture = spin.grab().toImage()
        right = picture.copy(96, 2, 22, 23)
        assert strongest(right.copy(0, 0, 22, 11), theme.panel) >= SHAPE
        assert strongest(right.copy(0, 12, 22, 11), theme.panel) >= SHAPE
        assert strongest(picture.copy(2, 5, 3, 17), theme.panel) < SHAPE


@pytest.mark.parametrize(
    "choice,system,theme",
    [
        (ColourScheme.SYSTEM, Qt.ColorScheme.Light, LIGHT),
        (ColourScheme.SYSTEM, Qt.ColorScheme.Dark, DARK),
        (ColourScheme.SYSTEM, Qt.ColorScheme.Unknown, DARK),
        (ColourScheme.DARK, Qt.ColorScheme.Light, DARK),
        (ColourScheme.LIGHT, Qt.ColorScheme.Dark, LIGHT),
    ],
)
def test_the_desktop_decides_only_if_asked(
    choice: ColourScheme, system: Qt.ColorScheme, theme: Theme
) -> None:
    assert theme_for(choice, system) is theme


def test_the_palette_is_the_themes(qtbot: QtBot) -> None:
    assert qtbot is not None
    application = QApplication.instance()
    assert isinstance(application, QApplication)
    assert DARK.palette().window().color().name() == DARK.window
    assert LIGHT.palette().highlight().color().name() == LIGHT.accent
