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


DARK = Theme(
    window="#191b1f",
    panel="#24272d",
    text="#e8e6e1",
    faint="#a3a6ad",
    resting="#6d7178",
    line="#33373f",
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
    line="#dad6ce",
    played="#2f6f9f",
    answered="#b0560f",
    accent="#b0560f",
    danger="#b3261e",
)
