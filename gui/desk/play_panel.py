"""The play panel: mode, instruments, sampling, length, grid and time.

A table assigns each control to its setting, for both showing and requesting.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFormLayout,
    QGridLayout,
    QLabel,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from bridge.messages.settings import (
    SETTINGS,
    Changes,
    KeyPolicy,
    Mode,
    ReEntry,
    Settings,
    StartOn,
    value_of,
    with_value,
)
from bridge.midi.instruments import Instrument
from bridge.sync.quantise import GridStep
from gui.desk.widgets.names import instrument_name, setting_help
from gui.desk.widgets.number_box import NumberBox, WholeNumberBox
from gui.desk.widgets.wheel import WheelScrollFilter

if TYPE_CHECKING:
    from collections.abc import Sequence

_PREFERRED = QSizePolicy.Policy.Preferred
_COLUMNS = 3


@dataclass(frozen=True, slots=True)
class _Field:
    """A control, its label, and the dotted name of its setting."""

    label: str
    name: str
    control: QWidget

    def show(self, settings: Settings) -> None:
        """Show the setting in the control."""
        _set_control_value(self.control, value_of(settings, self.name))

    def apply(self, settings: Settings) -> Settings:
        """Return the settings with the value of the control."""
        return with_value(settings, self.name, _control_value(self.control))


class PlayPanel(QScrollArea):
    """Chooses how Antiphon plays."""

    changed = Signal()
    """Emitted when a choice changes."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._form = QFormLayout()
        self._instruments = [self._instrument_box(kind) for kind in Instrument]
        self._fields = self._make_fields()
        self._lay_out()

    def apply_to(self, settings: Settings) -> Settings:
        """Return the settings with the choices made here."""
        for field in self._fields:
            settings = field.apply(settings)
        boxes = zip(Instrument, self._instruments, strict=True)
        return replace(settings, instruments=tuple(kind for kind, box in boxes if box.isChecked()))

    def show_settings(self, settings: Settings) -> None:
        """Show settings without emitting `changed`."""
        self.blockSignals(True)
        for field in self._fields:
            field.show(settings)
        for kind, box in zip(Instrument, self._instruments, strict=True):
            box.setChecked(kind in settings.instruments)
        self.blockSignals(False)

    # The controls.

    def _make_fields(self) -> list[_Field]:
        return [
            self._choice_field(
                self.tr("&Mode"),
                "mode",
                (
                    (Mode.ANSWER, self.tr("Answer my phrase")),
                    (Mode.TRADE, self.tr("Trade bars")),
                    (Mode.TAKE_OVER, self.tr("Take over")),
                    (Mode.ACCOMPANY, self.tr("Accompany me")),
                    (Mode.LOOP, self.tr("Loop and vary")),
                ),
            ),
            self._number_field(self.tr("Ba&rs"), "bars"),
            self._number_field(self.tr("&Length"), "answer_ns"),
            self._choice_field(
                self.tr("When &I come in"),
                "re_entry",
                (
                    (ReEntry.YIELD, self.tr("it yields")),
                    (ReEntry.DUCK, self.tr("it goes on softly")),
                    (ReEntry.OVERLAP, self.tr("it goes on")),
                ),
            ),
            self._choice_field(
                self.tr("It be&gins"),
                "begins",
                (
                    (StartOn.NOW, self.tr("at once")),
                    (StartOn.BEAT, self.tr("on the next beat")),
                    (StartOn.BAR, self.tr("on the next bar")),
                ),
            ),
            self._switch_field(self.tr("&Hand over"), "by_silence", self.tr("when I pause")),
            self._switch_field(self.tr("Loops"), "vary", self.tr("vary at every second pass")),
            self._number_field(self.tr("Temperat&ure"), "temperature"),
            self._number_field(self.tr("&Top-p"), "top_p"),
            self._choice_field(
                self.tr("Chord changes"),
                "changes",
                (
                    (Changes.FREE, self.tr("its own")),
                    (Changes.FOLLOW, self.tr("those heard")),
                    (Changes.STRICT, self.tr("those heard, strictly")),
                ),
            ),
            self._choice_field(
                self.tr("Ke&y"),
                "key",
                (
                    (KeyPolicy.OFF, self.tr("any")),
                    (KeyPolicy.SOFT, self.tr("rather the one heard")),
                    (KeyPolicy.STRICT, self.tr("only the one heard")),
                ),
            ),
            self._number_field(self.tr("See&d"), "seed"),
            self._choice_field(
                self.tr("&Quantise"),
                "quantise.step",
                (
                    (GridStep.OFF, self.tr("as played")),
                    (GridStep.SIXTEENTH, self.tr("sixteenths")),
                    (GridStep.EIGHTH, self.tr("eighths")),
                    (GridStep.TRIPLET, self.tr("triplets")),
                ),
            ),
            self._number_field(self.tr("Quantise stre&ngth"), "quantise.strength"),
            self._number_field(self.tr("S&wing"), "quantise.swing"),
            self._number_field(self.tr("Temp&o"), "time.bpm"),
            self._number_field(self.tr("&Count-in"), "time.count_in_bars"),
            self._switch_field(self.tr("Clic&k"), "time.click", self.tr("on each beat")),
            self._switch_field(
                self.tr("Click notes"), "time.click_to_output", self.tr("to the output")
            ),
        ]

    # The construction of controls.

    def _choice_field(
        self, label: str, name: str, choices: Sequence[tuple[enum.Enum, str]]
    ) -> _Field:
        combo = QComboBox()
        for value, text in choices:
            combo.addItem(text, value)
        combo.setToolTip(setting_help(name))
        combo.currentIndexChanged.connect(self.changed)
        return _Field(label, name, combo)

    def _switch_field(self, label: str, name: str, text: str) -> _Field:
        box = QCheckBox(text)
        box.setToolTip(setting_help(name))
        box.toggled.connect(self.changed)
        return _Field(label, name, box)

    def _number_field(self, label: str, name: str) -> _Field:
        box = WholeNumberBox(name) if SETTINGS[name].is_whole else NumberBox(name)
        box.valueChanged.connect(self.changed)
        return _Field(label, name, box)

    def _instrument_box(self, kind: Instrument) -> QCheckBox:
        box = QCheckBox(instrument_name(kind))
        box.setAccessibleName(instrument_name(kind))
        box.setToolTip(setting_help("instruments"))
        box.toggled.connect(self.changed)
        return box

    def _lay_out(self) -> None:
        inner, wheel = QWidget(), WheelScrollFilter(self)
        whole = QVBoxLayout(inner)
        whole.setContentsMargins(0, 8, 8, 0)
        whole.addWidget(QLabel(self.tr("Instruments that answer (none: those you play)")))
        grid = QGridLayout()
        for index, box in enumerate(self._instruments):
            grid.addWidget(box, index // _COLUMNS, index % _COLUMNS)
        whole.addLayout(grid)
        for box in self._instruments:
            box.installEventFilter(wheel)
        for field in self._fields:
            field.control.installEventFilter(wheel)
            field.control.setAccessibleName(field.label.replace("&", ""))
            label = QLabel(field.label)
            label.setBuddy(field.control)
            label.setToolTip(field.control.toolTip())
            label.setMinimumWidth(label.sizeHint().width() + 8)  # or the last letter is cut off
            label.setSizePolicy(_PREFERRED, QSizePolicy.Policy.Expanding)  # beside its control
            self._form.addRow(label, field.control)
        self._form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        whole.addLayout(self._form)
        whole.addStretch(1)
        self.setWidget(inner)
        self.setWidgetResizable(True)
        self.setFrameShape(QScrollArea.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # a focused control scrolls into view


def _control_value(control: QWidget) -> object:
    match control:
        case QComboBox():
            return control.currentData()
        case QCheckBox():
            return control.isChecked()
        case WholeNumberBox() | NumberBox():
            return control.setting_value()
    raise TypeError(f"{control!r} has no value")


def _set_control_value(control: QWidget, value: Any) -> None:
    match control:
        case QComboBox():
            control.setCurrentIndex(control.findData(value))
        case QCheckBox():
            control.setChecked(value)
        case WholeNumberBox() | NumberBox():
            control.show_setting(value)
