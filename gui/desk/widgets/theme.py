"""The dark and the light theme: colours and the style of controls.

Text has a contrast of at least 4.5:1; borders of controls and the focus have at least 3:1 (WCAG 2,
AA). A control with a border from a style sheet must be styled completely, so check marks and arrows
are pictures from `assets/signs`. All arrows have one grey, which contrasts with both panels.
"""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QAbstractSpinBox, QWidget

from assets import FOLDER
from gui.preferences import ColourScheme

_ICONS_FOLDER = (FOLDER / "signs").as_posix()
_INSET_PX = 5


@dataclass(frozen=True, slots=True)
class Theme:
    """The colours of a theme."""

    # More than 12 attributes: each field is one colour.

    window: str
    panel: str
    text: str
    faint: str
    resting: str
    """Text of disabled controls."""
    line: str
    strong_line: str
    edge: str
    """The borders of controls."""
    shade: str
    """The rows of black keys."""
    played: str
    answered: str
    accent: str
    danger: str
    check: str
    """The picture of a check mark on the accent colour."""

    def palette(self) -> QPalette:
        """Return the Qt palette for controls."""
        palette = QPalette()
        roles = QPalette.ColorRole
        for role, colour in (
            (roles.Window, self.window),
            (roles.Base, self.panel),
            (roles.AlternateBase, self.window),
            (roles.Button, self.panel),
            (roles.ToolTipBase, self.panel),
            (roles.WindowText, self.text),
            (roles.Text, self.text),
            (roles.ButtonText, self.text),
            (roles.ToolTipText, self.text),
            (roles.PlaceholderText, self.faint),
            (roles.Highlight, self.accent),
            (roles.HighlightedText, self.window),
        ):
            palette.setColor(role, QColor(colour))
        for role in (roles.WindowText, roles.Text, roles.ButtonText):
            palette.setColor(QPalette.ColorGroup.Disabled, role, QColor(self.resting))
        return palette

    def style_sheet(self) -> str:
        """Return the style sheet for everything that the palette does not cover."""
        return f"""
            QPushButton {{
                background: {self.panel}; border: 1px solid {self.edge};
                border-radius: 7px; padding: 4px 14px;
            }}
            QPushButton:hover {{ border-color: {self.text}; }}
            QPushButton:pressed {{ background: {self.line}; }}
            QPushButton:checked {{ background: {self.line}; border-color: {self.accent}; }}
            QPushButton:disabled {{ color: {self.resting}; border-color: {self.line}; }}
            QPushButton:focus {{ border: 2px solid {self.accent}; padding: 3px 13px; }}
            QPushButton#start {{
                background: {self.accent}; color: {self.window}; border: none; font-weight: 600;
            }}
            QPushButton#start:focus {{
                border: 2px solid {self.accent}; padding: 2px; background-clip: content;
            }}
            QPushButton#start:disabled {{ background: {self.line}; color: {self.resting}; }}
            QFrame#banner {{
                background: {self.panel}; border: 1px solid {self.danger}; border-radius: 7px;
            }}
            QFrame#banner QLabel {{ color: {self.danger}; }}
            QPushButton#panic {{ color: {self.danger}; border-color: {self.danger}; }}
            QPushButton#panic:disabled {{ color: {self.resting}; border-color: {self.line}; }}
            QComboBox, QSpinBox, QDoubleSpinBox, QLineEdit {{
                background: {self.panel}; border: 1px solid {self.edge}; border-radius: 5px;
                min-height: 22px; padding: 1px 7px; selection-background-color: {self.accent};
                selection-color: {self.window};
            }}
            QComboBox:hover, QSpinBox:hover, QDoubleSpinBox:hover, QLineEdit:hover {{
                border-color: {self.text};
            }}
            QComboBox:disabled, QSpinBox:disabled, QDoubleSpinBox:disabled, QLineEdit:disabled {{
                color: {self.resting}; border-color: {self.line};
            }}
            QComboBox:focus, QSpinBox:focus, QDoubleSpinBox:focus, QLineEdit:focus {{
                border: 2px solid {self.accent}; padding: 0 6px;
            }}
            QLineEdit {{ padding: 1px 5px; }}
            QLineEdit:focus {{ padding: 0 4px; }}
            QAbstractSpinBox {{ padding: 0; min-height: 24px; max-height: 24px; }}
            QAbstractSpinBox:focus {{ padding: 0; min-height: 22px; max-height: 22px; }}
            QComboBox::drop-down {{ border: none; width: 22px; }}
            QComboBox::down-arrow, QAbstractSpinBox::down-arrow {{
                image: url("{_ICONS_FOLDER}/down.svg"); width: 10px; height: 6px;
            }}
            QAbstractSpinBox::up-arrow {{
                image: url("{_ICONS_FOLDER}/up.svg"); width: 10px; height: 6px;
            }}
            QAbstractSpinBox::up-button, QAbstractSpinBox::down-button {{
                border: none; width: 20px; subcontrol-origin: border;
            }}
            QAbstractSpinBox::up-button {{ subcontrol-position: top right; margin: 2px 2px 0 0; }}
            QAbstractSpinBox::down-button {{
                subcontrol-position: bottom right; margin: 0 2px 2px 0;
            }}
            QAbstractSpinBox::up-button:hover, QAbstractSpinBox::down-button:hover {{
                background: {self.line}; border-radius: 3px;
            }}
            QAbstractSpinBox::up-arrow:off, QAbstractSpinBox::down-arrow:off {{ image: none; }}
            QComboBox QAbstractItemView {{
                background: {self.panel}; border: 1px solid {self.edge}; padding: 2px;
            }}
            QCheckBox {{ spacing: 7px; }}
            QCheckBox::indicator {{
                width: 14px; height: 14px; border-radius: 4px;
                border: 1px solid {self.edge}; background: {self.panel};
            }}
            QCheckBox::indicator:hover {{ border-color: {self.text}; }}
            QCheckBox::indicator:checked {{
                background: {self.accent}; border-color: {self.accent};
                image: url("{_ICONS_FOLDER}/{self.check}");
            }}
            QCheckBox::indicator:focus {{
                width: 12px; height: 12px; border: 2px solid {self.text};
            }}
            QCheckBox::indicator:disabled {{ border-color: {self.line}; }}
            QCheckBox::indicator:checked:disabled {{ background: {self.resting}; }}
            QSlider::groove:horizontal {{
                height: 4px; border-radius: 2px; background: {self.edge};
            }}
            QSlider::sub-page:horizontal {{ border-radius: 2px; background: {self.accent}; }}
            QSlider::handle:horizontal {{
                width: 14px; margin: -6px 0; border-radius: 8px;
                border: 1px solid {self.edge}; background: {self.panel};
            }}
            QSlider::handle:horizontal:hover {{ border-color: {self.text}; }}
            QSlider::handle:horizontal:focus {{
                width: 12px; border: 2px solid {self.accent};
            }}
            QTabWidget::pane {{ border: none; }}
            QTabBar::tab {{
                background: transparent; color: {self.faint}; padding: 6px 14px; border: none;
                border-bottom: 2px solid transparent;
            }}
            QTabBar::tab:selected {{ color: {self.text}; border-bottom-color: {self.accent}; }}
            QTabBar::tab:hover {{ color: {self.text}; }}
            QTabBar::tab:focus {{ background: {self.line}; }}
            QScrollBar:vertical {{ background: transparent; width: 10px; margin: 0; }}
            QScrollBar::handle:vertical {{
                background: {self.edge}; border-radius: 4px; min-height: 32px; margin: 1px;
            }}
            QScrollBar::add-line, QScrollBar::sub-line {{ height: 0; width: 0; }}
            QScrollBar::add-page, QScrollBar::sub-page {{ background: transparent; }}
            QSplitter::handle {{ background: transparent; }}
            QTableView, QListView {{
                border: 1px solid {self.panel}; background: {self.panel};
            }}
            QTableView:focus, QListView:focus {{ border-color: {self.accent}; }}
            QLabel#status {{ font-size: 15px; font-weight: 600; }}
            QLabel#faint {{ color: {self.faint}; }}
            QScrollArea, QScrollArea > QWidget > QWidget {{ background: transparent; }}
            QToolTip {{
                background: {self.panel}; color: {self.text};
                border: 1px solid {self.edge}; padding: 4px;
            }}
        """


DARK = Theme(
    window="#191b1f",
    panel="#24272d",
    text="#e8e6e1",
    faint="#a3a6ad",
    resting="#6d7178",
    line="#2f333b",
    strong_line="#4a505b",
    edge="#737983",
    shade="#202329",
    played="#6fb1e0",
    answered="#f2a65a",
    accent="#f2a65a",
    danger="#ff8f83",
    check="check-dark.svg",
)
LIGHT = Theme(
    window="#f6f4f0",
    panel="#ffffff",
    text="#23252a",
    faint="#5d616a",
    resting="#9b978f",
    line="#e4e0d9",
    strong_line="#c3beb4",
    edge="#8b867c",
    shade="#f7f5f2",
    played="#2f6f9f",
    answered="#b0560f",
    accent="#b0560f",
    danger="#b3261e",
    check="check-light.svg",
)


def theme_for(choice: ColourScheme, system: Qt.ColorScheme) -> Theme:
    """Return the chosen theme, or the one that suits the colours of the desktop."""
    if choice is ColourScheme.SYSTEM:
        return LIGHT if system is Qt.ColorScheme.Light else DARK
    return LIGHT if choice is ColourScheme.LIGHT else DARK


def inset_numbers(window: QWidget) -> None:
    """Set the text margins of all number boxes, which ignore the style sheet's padding."""
    for spin in window.findChildren(QAbstractSpinBox):
        spin.lineEdit().setTextMargins(_INSET_PX, 0, 0, 0)
