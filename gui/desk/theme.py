"""Colours of the window, dark and light; texts have a contrast of 4.5 to 1 and more (WCAG AA)."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtGui import QColor, QPalette


@dataclass(frozen=True, slots=True)
class Theme:
    """What things are drawn in."""

    window: str
    panel: str
    text: str
    faint: str
    resting: str
    """Text of what cannot be used now."""
    line: str
    strong_line: str
    shade: str
    """The rows of black keys."""
    played: str
    answered: str
    accent: str
    danger: str

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

    def sheet(self) -> str:
        """Return the style sheet for what a palette cannot say."""
        return f"""
            QPushButton {{
                background: {self.panel}; border: 1px solid {self.strong_line};
                border-radius: 7px; padding: 4px 14px;
            }}
            QPushButton:hover {{ border-color: {self.faint}; }}
            QPushButton:focus {{ border-color: {self.accent}; }}
            QPushButton:pressed, QPushButton:checked {{ background: {self.line}; }}
            QPushButton:disabled {{ color: {self.resting}; border-color: {self.line}; }}
            QPushButton#start {{
                background: {self.accent}; color: {self.window}; border: none; font-weight: 600;
            }}
            QPushButton#start:focus {{ border: 2px solid {self.text}; }}
            QPushButton#panic {{ color: {self.danger}; border-color: {self.danger}; }}
            QSpinBox, QDoubleSpinBox, QComboBox, QLineEdit {{ min-height: 22px; }}
            QTabWidget::pane {{ border: none; }}
            QTabBar::tab {{
                background: transparent; color: {self.faint}; padding: 6px 14px; border: none;
                border-bottom: 2px solid transparent;
            }}
            QTabBar::tab:selected {{ color: {self.text}; border-bottom-color: {self.accent}; }}
            QTabBar::tab:hover {{ color: {self.text}; }}
            QScrollBar:vertical {{ background: transparent; width: 10px; margin: 0; }}
            QScrollBar::handle:vertical {{
                background: {self.strong_line}; border-radius: 4px; min-height: 32px; margin: 1px;
            }}
            QScrollBar::add-line, QScrollBar::sub-line {{ height: 0; width: 0; }}
            QScrollBar::add-page, QScrollBar::sub-page {{ background: transparent; }}
            QSplitter::handle {{ background: transparent; }}
            QTableView {{ border: none; background: {self.panel}; }}
            QLabel#status {{ font-size: 15px; font-weight: 600; }}
            QLabel#status[bad="true"] {{ color: {self.danger}; }}
            QLabel#faint {{ color: {self.faint}; }}
            QScrollArea, QScrollArea > QWidget > QWidget {{ background: transparent; }}
            QCheckBox::indicator {{
                width: 14px; height: 14px; border-radius: 4px;
                border: 1px solid {self.faint}; background: {self.panel};
            }}
            QCheckBox::indicator:checked {{
                background: {self.accent}; border-color: {self.accent};
            }}
            QToolTip {{
                background: {self.panel}; color: {self.text};
                border: 1px solid {self.strong_line}; padding: 4px;
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
    shade="#202329",
    played="#6fb1e0",
    answered="#f2a65a",
    accent="#f2a65a",
    danger="#ff8f83",
)
LIGHT = Theme(
    window="#f6f4f0",
    panel="#ffffff",
    text="#23252a",
    faint="#5d616a",
    resting="#a5a29b",
    line="#e4e0d9",
    strong_line="#c3beb4",
    shade="#f7f5f2",
    played="#2f6f9f",
    answered="#b0560f",
    accent="#b0560f",
    danger="#b3261e",
)
