"""How Antiphon plays: mode, instruments, chance, length, grid, time.

A table says which control belongs to which setting, so that showing and asking cannot differ.
"""

from __future__ import annotations

import enum
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDoubleSpinBox,
    QFormLayout,
    QGridLayout,
    QLabel,
    QScrollArea,
    QSizePolicy,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from bridge.messages.settings import MAX_BPM, MIN_BPM, StartOn, Mode, ReEntry, Settings
from bridge.midi.instruments import Instrument
from bridge.sync.quantise import MAX_SWING, STRAIGHT, GridStep
from gui.desk.widgets.names import instrument_name
from gui.desk.widgets.wheel import WheelScrollFilter

if TYPE_CHECKING:
    from collections.abc import Sequence

_PREFERRED = QSizePolicy.Policy.Preferred
_COLUMNS, _MAX_BARS = 3, 32
_SECOND = 1_000_000_000


@dataclass(frozen=True, slots=True)
class _Field:
    """A control, the words beside it, and how it is read from settings and put into them."""

    label: str
    control: QWidget
    show: Callable[[Settings], None]
    apply: Callable[[Settings], Settings]


class PlayPanel(QScrollArea):
    """Says how to play."""

    changed = Signal()
    """Something was set."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._form = QFormLayout()
        self._instruments = [self._instrument_box(kind) for kind in Instrument]
        self._fields = self._make_fields()
        self._lay_out()

    def apply_to(self, settings: Settings) -> Settings:
        """Return the settings with what is chosen here."""
        for field in self._fields:
            settings = field.apply(settings)
        boxes = zip(Instrument, self._instruments, strict=True)
        return replace(settings, instruments=tuple(kind for kind, box in boxes if box.isChecked()))

    def show_settings(self, settings: Settings) -> None:
        """Show what is asked for, without asking for it."""
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
                self.tr("How the two of you take turns."),
            ),
            self._bars_field(),
            self._length_field(),
            self._choice_field(
                self.tr("When &I come in"),
                "re_entry",
                (
                    (ReEntry.YIELD, self.tr("it yields")),
                    (ReEntry.DUCK, self.tr("it goes on softly")),
                    (ReEntry.OVERLAP, self.tr("it goes on")),
                ),
                self.tr("What an answer does when you play during it."),
            ),
            self._choice_field(
                self.tr("It be&gins"),
                "begins",
                (
                    (StartOn.NOW, self.tr("at once")),
                    (StartOn.BEAT, self.tr("on the next beat")),
                    (StartOn.BAR, self.tr("on the next bar")),
                ),
                self.tr("Where there is a beat to begin on."),
            ),
            self._switch_field(
                self.tr("&Hand over"),
                "by_silence",
                self.tr("when I pause"),
                self.tr("Else only the button, a pedal or a key hands over."),
            ),
            self._switch_field(
                self.tr("Loops"),
                "vary",
                self.tr("vary at every second pass"),
                self.tr("Else a loop is repeated as it was."),
            ),
            self._number_field(
                self.tr("Temperat&ure"),
                "temperature",
                (0.0, 2.0, 0.05),
                self.tr(
                    "Low, it plays what one expects; high, it surprises, and may play wrong "
                    "notes. At 1 it is as bold as the music it has learned from."
                ),
            ),
            self._number_field(
                self.tr("&Top-p"),
                "top_p",
                (0.05, 1.0, 0.05),
                self.tr("Low, it keeps to the most obvious notes; at 1 even the oddest may come."),
            ),
            self._settings_field(
                self.tr("See&d"),
                self._integer_box(2**31 - 1, self.tr("The dice: another number, another answer.")),
                "seed",
            ),
            *self._grid_fields(),
            *self._time_fields(),
        ]

    def _grid_fields(self) -> list[_Field]:
        step = self._combo(
            (
                (GridStep.OFF, self.tr("as played")),
                (GridStep.SIXTEENTH, self.tr("sixteenths")),
                (GridStep.EIGHTH, self.tr("eighths")),
                (GridStep.TRIPLET, self.tr("triplets")),
            ),
            self.tr("Quantise"),
            self.tr("Where there is a beat, draw its notes to these lines."),
        )
        strength = self._spin(
            (0.0, 1.0, 0.1),
            self.tr("How far its notes are drawn to these lines: 1 is all the way."),
        )
        swing = self._spin((STRAIGHT, MAX_SWING, 0.01), self.tr("0.5 is straight, 0.67 a shuffle."))
        return [
            self._settings_field(self.tr("&Quantise"), step, "quantise.step"),
            self._settings_field(self.tr("Quantise stre&ngth"), strength, "quantise.strength"),
            self._settings_field(self.tr("S&wing"), swing, "quantise.swing"),
        ]

    def _time_fields(self) -> list[_Field]:
        tempo = self._spin(
            (0.0, MAX_BPM, 1.0),
            self.tr(
                "Tempo of Antiphon's own clock, which goes where nobody else's is followed. "
                "Free: there is none, you play as you like."
            ),
        )
        tempo.setSpecialValueText(self.tr("free"))
        count_in = self._integer_box(8, self.tr("How many bars Antiphon's own clock counts in."))
        count_in.setSuffix(self.tr(" bars"))
        click = QCheckBox(self.tr("on each beat"))
        click.setToolTip(self.tr("A metronome: hear each beat of Antiphon's own clock."))
        click.toggled.connect(self.changed)
        return [
            _Field(
                self.tr("Temp&o"),
                tempo,
                lambda settings: tempo.setValue(settings.time.bpm or 0.0),
                lambda settings: replace(
                    settings, time=replace(settings.time, bpm=_clamp_tempo(tempo.value()))
                ),
            ),
            self._settings_field(self.tr("&Count-in"), count_in, "time.count_in_bars"),
            self._settings_field(self.tr("Clic&k"), click, "time.click"),
        ]

    # How controls are made.

    def _choice_field(
        self,
        label: str,
        name: str,
        choices: Sequence[tuple[enum.Enum, str]],
        tip: str,
    ) -> _Field:
        return self._settings_field(label, self._combo(choices, label, tip), name)

    def _switch_field(self, label: str, name: str, text: str, tip: str) -> _Field:
        box = QCheckBox(text)
        box.setToolTip(tip)
        box.toggled.connect(self.changed)
        return self._settings_field(label, box, name)

    def _number_field(
        self, label: str, name: str, limits: tuple[float, float, float], tip: str
    ) -> _Field:
        return self._settings_field(label, self._spin(limits, tip), name)

    def _integer_box(self, maximum: int, tip: str) -> QSpinBox:
        spin = QSpinBox()
        spin.setRange(0, maximum)
        spin.setToolTip(tip)
        spin.valueChanged.connect(self.changed)
        return spin

    def _bars_field(self) -> _Field:
        tip = self.tr(
            "How many bars an answer has, and each turn when you trade. As usual: an answer is as "
            "long as the phrase, a turn has four bars."
        )
        spin = self._integer_box(_MAX_BARS, tip)
        spin.setSpecialValueText(self.tr("as usual"))
        return _Field(
            self.tr("Ba&rs"),
            spin,
            lambda settings: spin.setValue(settings.bars or 0),
            lambda settings: replace(settings, bars=spin.value() or None),
        )

    def _length_field(self) -> _Field:
        spin = self._spin(
            (0.0, 60.0, 1.0), self.tr("How long an answer is where there are no bars to count.")
        )
        spin.setSpecialValueText(self.tr("as long as the phrase"))
        spin.setSuffix(self.tr(" s"))
        return _Field(
            self.tr("&Length"),
            spin,
            lambda settings: spin.setValue((settings.answer_ns or 0) / _SECOND),
            lambda settings: replace(settings, answer_ns=round(spin.value() * _SECOND) or None),
        )

    def _settings_field(self, label: str, control: QWidget, name: str) -> _Field:
        """Return the field of a value that is one of the settings, or `part.name` of one."""
        whole, _, part = name.rpartition(".")

        def show(settings: Settings) -> None:
            _set_control_value(
                control, getattr(getattr(settings, whole) if whole else settings, part)
            )

        def apply(settings: Settings) -> Settings:
            asked: dict[str, Any] = {part: _control_value(control)}
            if whole:
                asked = {whole: replace(getattr(settings, whole), **asked)}
            return replace(settings, **asked)

        return _Field(label, control, show, apply)

    def _combo(self, choices: Sequence[tuple[enum.Enum, str]], label: str, tip: str) -> QComboBox:
        combo = QComboBox()
        for value, text in choices:
            combo.addItem(text, value)
        combo.setAccessibleName(label.replace("&", ""))
        combo.setToolTip(tip)
        combo.currentIndexChanged.connect(self.changed)
        return combo

    def _spin(self, limits: tuple[float, float, float], tip: str) -> QDoubleSpinBox:
        spin = QDoubleSpinBox()
        low, high, step = limits
        spin.setRange(low, high)
        spin.setSingleStep(step)
        spin.setDecimals(2 if step < 1 else 1)
        spin.setToolTip(tip)
        spin.valueChanged.connect(self.changed)
        return spin

    def _instrument_box(self, kind: Instrument) -> QCheckBox:
        box = QCheckBox(instrument_name(kind))
        box.setAccessibleName(instrument_name(kind))
        box.setToolTip(self.tr("Let it answer. With none ticked, those that you play answer."))
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
            label.setMinimumWidth(label.sizeHint().width() + 8)  # else the last letter is cut
            label.setSizePolicy(_PREFERRED, QSizePolicy.Policy.Expanding)  # beside its control
            self._form.addRow(label, field.control)
        self._form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        whole.addLayout(self._form)
        whole.addStretch(1)
        self.setWidget(inner)
        self.setWidgetResizable(True)
        self.setFrameShape(QScrollArea.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # a control that has the focus is in sight


def _clamp_tempo(bpm: float) -> float | None:
    """Return a tempo that can be played; what is slower than any is none."""
    return max(MIN_BPM, bpm) if bpm else None


def _control_value(control: QWidget) -> object:
    match control:
        case QComboBox():
            return control.currentData()
        case QCheckBox():
            return control.isChecked()
        case QSpinBox():
            return control.value()
        case QDoubleSpinBox():
            return round(control.value(), 4)
    raise TypeError(f"{control!r} has no value")


def _set_control_value(control: QWidget, value: Any) -> None:
    match control:
        case QComboBox():
            control.setCurrentIndex(control.findData(value))
        case QCheckBox():
            control.setChecked(value)
        case QSpinBox() | QDoubleSpinBox():
            control.setValue(value)
