"""The devices panel: connections, time source, speed, and whether it all works.

The choices are at the top. Below them are the facts: time, position, plugins, processor, and how
late notes are sent. At the end is a checkup, which tests whether notes can be heard.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from bridge.messages.settings import with_value
from bridge.names import visible
from bridge.playout.protocol import OpenPorts
from bridge.sync.transport import Source
from bridge.system.units import MS
from gui.desk.devices.checkup_panel import DoctorPanel
from gui.desk.devices.copy_diagnostics import CopyDiagnostics
from gui.desk.devices.lateness_view import LatenessView
from gui.desk.devices.sound_choice import SoundChoice
from gui.desk.widgets.heading import Heading
from gui.desk.widgets.lamp import Lamp, Lamps
from gui.desk.widgets.languages import translated
from gui.desk.widgets.names import instrument_name, setting_help
from gui.desk.widgets.number_box import NumberBox
from gui.desk.widgets.theme import DARK
from gui.desk.widgets.wheel import WheelScrollFilter
from gui.preferences import ColourScheme
from gui.wording.reasons import sentence_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bridge.messages.settings import Settings
    from bridge.messages.snapshot import Snapshot
    from bridge.playout.protocol import PluginInstance
    from gui.desk.widgets.theme import Theme
    from gui.wording.reasons import Reason

_LABEL_WIDTH_PX, _SPACING_PX = 104, 10
_METRES = ((2, 4), (3, 4), (4, 4), (5, 4), (6, 8), (7, 8), (9, 8), (12, 8))


class DevicesPanel(QScrollArea):
    """Chooses the ports and the time source, and shows their state."""

    # More than 12 attributes: each control is an attribute.

    changed = Signal()
    """Emitted when a choice changes."""
    ports_chosen = Signal(object)
    """Carries the chosen `OpenPorts`."""
    requested = Signal(object)
    """Carries the checkup's requests for the engine."""
    colours_changed = Signal()
    """Emitted when another colour scheme is chosen."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        own = self.tr("Own port, for the DAW")
        self._own_port_text = own
        self.input = self._port_box(self.tr("Port to listen on"))
        self.output = self._port_box(self.tr("Port to play on"))
        self.keyboard = self._keyboard_box()
        self._sync = self._sync_box()
        self._metre = self._metre_box()
        self._advance = self._advance_box()
        self.sound = SoundChoice()
        self.sound.changed.connect(self.changed)
        self.colours = self._colours_box()
        self._lamps = Lamps(DARK)
        self._status_labels = {name: self._status_label() for name in self._status_names()}
        self.lateness = LatenessView(DARK)
        self.diagnostics = CopyDiagnostics()
        self.doctor = DoctorPanel(DARK)
        self.doctor.requested.connect(self.requested)
        self.doctor.advance_chosen.connect(self._advance.show_setting)
        self._lay_out()
        self.lateness.hide()
        self.verticalScrollBar().rangeChanged.connect(self._scroll_to_checkup)

    def apply_to(self, settings: Settings) -> Settings:
        """Return the settings with the choices made here."""
        settings = with_value(
            self.sound.apply_to(settings), "time.advance_ns", self._advance.setting_value()
        )
        return replace(
            settings,
            keyboard=self.keyboard.isChecked(),
            time=replace(
                settings.time, sync=self._sync.currentData(), metre=self._metre.currentData()
            ),
        )

    def show_settings(self, settings: Settings) -> None:
        """Show settings without emitting `changed`."""
        self.blockSignals(True)
        self._sync.setCurrentIndex(self._sync.findData(settings.time.sync))
        if self._metre.findData(settings.time.metre) < 0:
            self._metre.addItem("/".join(map(str, settings.time.metre)), settings.time.metre)
        self._metre.setCurrentIndex(self._metre.findData(settings.time.metre))
        self._advance.show_setting(settings.time.advance_ns)
        self.keyboard.setChecked(settings.keyboard)
        self.sound.show_settings(settings)
        self.blockSignals(False)

    def show_colours(self, colours: ColourScheme) -> None:
        """Show the chosen colours without emitting a signal."""
        self.blockSignals(True)
        self.colours.setCurrentIndex(self.colours.findData(colours))
        self.blockSignals(False)

    def show_ports(self, input_name: str | None, output_name: str | None) -> None:
        """Show the chosen ports, even if they are absent."""
        for box, name in ((self.input, input_name), (self.output, output_name)):
            if name is not None and box.findData(name) < 0:
                box.addItem(visible(name), name)
            box.setCurrentIndex(max(0, box.findData(name)))

    def show_snapshot(self, snapshot: Snapshot) -> None:
        """Show connections, plugins and speed."""
        self._fill_ports(self.input, snapshot.inputs)
        self._fill_ports(self.output, snapshot.outputs)
        self._lamps.show_snapshot(snapshot)
        self.lateness.show_lateness(snapshot.lateness)
        self.lateness.setVisible(snapshot.lateness is not None)
        for name, text in self._status_texts(snapshot).items():
            if self._status_labels[name].text() != text:
                self._status_labels[name].setText(text)
        self.doctor.show_snapshot(snapshot)
        self.diagnostics.show_snapshot(snapshot)

    def start_checkup(self) -> None:
        """Start a checkup and scroll to it."""
        self.doctor.start()
        self._scroll_to_checkup()

    def set_theme(self, theme: Theme) -> None:
        """Draw in the colours of another theme."""
        self._lamps.set_theme(theme)
        self.lateness.set_theme(theme)
        self.doctor.set_theme(theme)

    # Facts.

    def _status_names(self) -> dict[str, str]:
        """Return the ids and the titles of the facts, in order."""
        return {
            "ports": self.tr("Ports"),
            "keyboard": self.tr("Keyboard"),
            "plugins": self.tr("Plugins"),
            "time": self.tr("Time"),
            "tempo": self.tr("Tempo"),
            "place": self.tr("Place"),
            "sound": self.tr("Sound"),
            "processor": self.tr("Processor"),
            "answer": self.tr("Last answer"),
            "echoes": self.tr("Echoes"),
            "lateness": self.tr("Late notes"),
        }

    def _status_texts(self, snapshot: Snapshot) -> dict[str, str]:
        answer = snapshot.response_latency_ns
        names = f"{snapshot.input_name} → {snapshot.output_name} ({snapshot.backend})"
        return {
            "ports": names if snapshot.backend else self.tr("none open"),
            "keyboard": snapshot.keyboard or self.tr("none"),
            "plugins": "\n".join(map(self._format_plugin, snapshot.plugins)) or self.tr("none"),
            "time": _reason_text(snapshot.sync_reason),
            "tempo": self._format_tempo(snapshot),
            "place": self._format_position(snapshot),
            "sound": _reason_text(snapshot.synth_status),
            "processor": _reason_text(snapshot.processor),
            "answer": "-" if answer is None else self.tr("after {} ms").format(answer // MS),
            "echoes": self._format_echoes(snapshot),
            "lateness": self.lateness.summary(),
        }

    def _format_plugin(self, instance: PluginInstance) -> str:
        plays = (
            self.tr("all instruments")
            if instance.plays is None
            else instrument_name(instance.plays)
        )
        listens = self.tr("listens") if instance.listens else self.tr("does not listen")
        return self.tr("{}. plays {}, {}").format(instance.instance, plays, listens)

    def _format_tempo(self, snapshot: Snapshot) -> str:
        transport = snapshot.transport
        if not transport.has_bars:
            return self.tr("free")
        metre = transport.metre
        return self.tr("{:.1f} bpm in {}/{}").format(
            transport.bpm, metre.numerator, metre.denominator
        )

    def _format_position(self, snapshot: Snapshot) -> str:
        if snapshot.beat is None:
            return "-"
        return self.tr("bar {}, beat {}").format(*snapshot.beat)

    def _format_echoes(self, snapshot: Snapshot) -> str:
        if not snapshot.echo_count:
            return self.tr("none")
        if snapshot.echo_delay_ns is None:
            return str(snapshot.echo_count)
        return self.tr("{}, after {:.1f} ms").format(
            snapshot.echo_count, snapshot.echo_delay_ns / MS
        )

    # Choices.

    def _emit_ports(self) -> None:
        self.ports_chosen.emit(OpenPorts(self.input.currentData(), self.output.currentData()))

    def _fill_ports(self, box: QComboBox, names: Sequence[str]) -> None:
        """Offer these ports and the chosen one, without closing an open list."""
        chosen = box.currentData()
        names = [*names, *([chosen] if chosen and chosen not in names else [])]
        shown = [box.itemData(index) for index in range(1, box.count())]
        if shown == names or box.view().isVisible():
            return
        box.clear()
        box.addItem(self._own_port_text, None)
        for name in names:
            box.addItem(visible(name), name)
        box.setCurrentIndex(max(0, box.findData(chosen)))

    def _port_box(self, name: str) -> QComboBox:
        box = QComboBox()
        box.setAccessibleName(name)
        box.setToolTip(name)
        box.addItem(self._own_port_text, None)
        box.setMinimumContentsLength(16)
        box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        box.activated.connect(self._emit_ports)
        return box

    def _keyboard_box(self) -> QCheckBox:
        box = QCheckBox(self.tr("Listen to a &keyboard that is plugged in"))
        box.setToolTip(setting_help("keyboard"))
        box.toggled.connect(self.changed)
        return box

    def _sync_box(self) -> QComboBox:
        box = QComboBox()
        for text, source in (
            (self.tr("the best one that runs"), None),
            (self.tr("the plugin's host"), Source.PLUGIN),
            (self.tr("JACK's transport"), Source.JACK),
            (self.tr("MIDI clock"), Source.CLOCK),
            (self.tr("Ableton Link"), Source.LINK),
            (self.tr("Antiphon's own clock"), Source.OWN),
        ):
            box.addItem(text, source)
        box.setAccessibleName(self.tr("Time source"))
        box.setToolTip(setting_help("time.sync"))
        box.currentIndexChanged.connect(self.changed)
        return box

    def _metre_box(self) -> QComboBox:
        box = QComboBox()
        for count, unit in _METRES:
            box.addItem(f"{count}/{unit}", (count, unit))
        box.setAccessibleName(self.tr("Metre"))
        box.setToolTip(setting_help("time.metre"))
        box.currentIndexChanged.connect(self.changed)
        return box

    def _advance_box(self) -> NumberBox:
        box = NumberBox("time.advance_ns")
        box.setAccessibleName(self.tr("Output advance"))
        box.valueChanged.connect(self.changed)
        return box

    def _colours_box(self) -> QComboBox:
        box = QComboBox()
        for text, colours in (
            (self.tr("like the desktop"), ColourScheme.SYSTEM),
            (self.tr("dark"), ColourScheme.DARK),
            (self.tr("light"), ColourScheme.LIGHT),
        ):
            box.addItem(text, colours)
        box.setAccessibleName(self.tr("Colours"))
        box.setToolTip(self.tr("The colours of the window."))
        box.currentIndexChanged.connect(self.colours_changed)
        return box

    def _status_label(self) -> QLabel:
        label = QLabel("-")
        label.setTextFormat(Qt.TextFormat.PlainText)  # an error may look like HTML
        label.setWordWrap(True)
        label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        return label

    # Layout.

    def _scroll_to_checkup(self) -> None:
        """Keep the checkup visible while it runs and grows."""
        if self.doctor.is_running:
            self.verticalScrollBar().setValue(self.doctor.y())

    def _lay_out(self) -> None:
        inner = QWidget()
        column = QVBoxLayout(inner)
        column.setContentsMargins(0, 8, 8, 8)
        column.setSpacing(6)
        lit_input = self._with_lamp(self.input, self._lamps.played)
        lit_output = self._with_lamp(self.output, self._lamps.answered)
        choices, wheel = self._grid(column), WheelScrollFilter(self)
        for text, field, control in (
            (self.tr("&Listen on"), lit_input, self.input),
            (self.tr("Pla&y on"), lit_output, self.output),
            (self.tr("&Follow"), self._sync, self._sync),
            (self.tr("&Metre"), self._metre, self._metre),
            (self.tr("Output a&dvance"), self._advance, self._advance),
            (self.tr("Sou&nd"), self.sound, self.sound.policy_box),
            (self.tr("Colou&rs"), self.colours, self.colours),
        ):
            label = QLabel(text)
            label.setBuddy(control)
            label.setToolTip(control.toolTip())
            control.installEventFilter(wheel)
            self._add_row(choices, label, field)
            if control is self.input:
                choices.addWidget(self.keyboard, choices.rowCount(), 0, 1, 2)
        column.addSpacing(_SPACING_PX)
        above = QHBoxLayout()
        above.addWidget(Heading(self.tr("Now")), 1)
        above.addWidget(self.diagnostics)
        column.addLayout(above)
        facts = self._grid(column)
        for name, text in self._status_names().items():
            label = QLabel(text)
            label.setObjectName("faint")
            label.setAlignment(Qt.AlignmentFlag.AlignTop)
            self._add_row(facts, label, self._status_labels[name])
        column.addWidget(self.lateness)
        column.addSpacing(_SPACING_PX)
        column.addWidget(self.doctor)
        column.addStretch(1)
        self.setWidget(inner)
        self.setWidgetResizable(True)
        self.setAccessibleName(self.tr("Devices"))
        self.setAccessibleDescription(self.tr("Arrow keys scroll."))
        self.setFrameShape(QScrollArea.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)

    def _grid(self, column: QVBoxLayout) -> QGridLayout:
        grid = QGridLayout()
        grid.setHorizontalSpacing(8)
        grid.setVerticalSpacing(6)
        grid.setColumnMinimumWidth(0, _LABEL_WIDTH_PX)
        grid.setColumnStretch(1, 1)
        column.addLayout(grid)
        return grid

    def _add_row(self, grid: QGridLayout, label: QLabel, field: QWidget | QHBoxLayout) -> None:
        row = grid.rowCount()
        grid.addWidget(label, row, 0)
        if isinstance(field, QWidget):
            grid.addWidget(field, row, 1)
        else:
            grid.addLayout(field, row, 1)

    def _with_lamp(self, box: QComboBox, lamp: Lamp) -> QHBoxLayout:
        beside = QHBoxLayout()
        beside.setSpacing(6)
        beside.addWidget(box, 1)
        beside.addWidget(lamp)
        return beside


def _reason_text(reason: Reason | None) -> str:
    """Return the sentence for a reason, in the language of the window."""
    return "-" if reason is None else translated(sentence_of(reason))
