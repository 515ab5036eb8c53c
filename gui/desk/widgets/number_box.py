"""Spin boxes for numeric settings: range, step, unit and tooltip come from the table.

The box shows and accepts values in the setting's unit. If the setting may be None, the box has a
value below the range, which shows the word for None.
"""

from __future__ import annotations

from PySide6.QtWidgets import QDoubleSpinBox, QSpinBox

from bridge.messages.settings import SETTINGS
from gui.desk.widgets.names import setting_help, setting_none, unit_suffix


class WholeNumberBox(QSpinBox):
    """A spin box for a setting that is an integer."""

    def __init__(self, name: str) -> None:
        """Make the box of the setting with this dotted name."""
        super().__init__()
        self.setting = SETTINGS[name]
        low, high = self.setting.stored_range
        self.setRange(0 if self.setting.is_optional else int(low), int(high))
        self.setSingleStep(int(self.setting.spec.step))
        _dress(self, name)

    def setting_value(self) -> float | None:
        """Return the chosen value, as the setting stores it."""
        return self.setting.stored(self.value())

    def show_setting(self, value: float | None) -> None:
        """Show a value of the setting."""
        self.setValue(int(self.setting.shown(value)))


class NumberBox(QDoubleSpinBox):
    """A spin box for a setting with a fraction."""

    def __init__(self, name: str) -> None:
        """Make the box of the setting with this dotted name."""
        super().__init__()
        self.setting = SETTINGS[name]
        spec = self.setting.spec
        self._low, high = spec.minimum or 0.0, spec.maximum or 0.0
        self.setDecimals(spec.decimals)
        self.setRange(0.0 if self.setting.is_optional else self._low, high)
        self.setSingleStep(spec.step)
        _dress(self, name)

    def setting_value(self) -> float | None:
        """Return the chosen value, as the setting stores it, clamped to the least of its range."""
        number = round(self.value(), self.decimals())
        return self.setting.stored(max(self._low, number) if number else number)

    def show_setting(self, value: float | None) -> None:
        """Show a value of the setting."""
        self.setValue(self.setting.shown(value))


def _dress(box: WholeNumberBox | NumberBox, name: str) -> None:
    box.setToolTip(setting_help(name))
    box.setSuffix(unit_suffix(box.setting.spec.unit))
    if box.setting.is_optional:
        box.setSpecialValueText(setting_none(name))
