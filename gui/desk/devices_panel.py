"""What Antiphon is connected to, whose time it keeps, and how quick it is."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox, QDoubleSpinBox, QFormLayout, QLabel, QWidget

from bridge.protocol import OpenPorts
from bridge.transport import Source
from gui.desk.preferences import Colours

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bridge.dialogue import Settings, Snapshot

_MS = 1_000_000
_LONGEST_ADVANCE_MS = 500.0
_METRES = ((2, 4), (3, 4), (4, 4), (5, 4), (6, 8), (7, 8), (9, 8), (12, 8))


class DevicesPanel(QWidget):
    """Chooses ports and whose time is kept, and shows how it goes."""

    changed = Signal()
    """Something was set."""
    opened = Signal(object)
    """Carries the OpenPorts that were asked for."""
    coloured = Signal()
    """Other colours were chosen."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        own = self.tr("Own port: connect it in the DAW")
        self._own = own
        self.input = self._port_box(self.tr("Port to listen on"))
        self.output = self._port_box(self.tr("Port to play on"))
        self._sync = self._sync_box()
        self._metre = self._metre_box()
        self._advance = self._advance_box()
        self.colours = self._colours_box()
        self._facts = {
            name: self._fact()
            for name in ("time", "plugins", "answer", "lateness", "echoes", "ports")
        }
        self._lay_out()

    def applied(self, settings: Settings) -> Settings:
        """Return the settings with what is chosen here."""
        return replace(
            settings,
            time=replace(
                settings.time,
                sync=self._sync.currentData(),
                metre=self._metre.currentData(),
                advance_ns=round(self._advance.value() * _MS),
            ),
        )

    def show_settings(self, settings: Settings) -> None:
        """Show what is asked for, without asking for it."""
        self.blockSignals(True)
        self._sync.setCurrentIndex(self._sync.findData(settings.time.sync))
        if self._metre.findData(settings.time.metre) < 0:
            self._metre.addItem("/".join(map(str, settings.time.metre)), settings.time.metre)
        self._metre.setCurrentIndex(self._metre.findData(settings.time.metre))
        self._advance.setValue(settings.time.advance_ns / _MS)
        self.blockSignals(False)

    def choose_colours(self, colours: Colours) -> None:
        """Show these to be chosen, without telling."""
        self.blockSignals(True)
        self.colours.setCurrentIndex(self.colours.findData(colours))
        self.blockSignals(False)

    def choose_ports(self, input_name: str | None, output_name: str | None) -> None:
        """Show these to be chosen, even if they are not there yet."""
        for box, name in ((self.input, input_name), (self.output, output_name)):
            if name is not None and box.findData(name) < 0:
                box.addItem(name, name)
            box.setCurrentIndex(max(0, box.findData(name)))

    def show_snapshot(self, snapshot: Snapshot) -> None:
        """Show who is there, and how quick it is."""
        self._fill(self.input, snapshot.inputs)
        self._fill(self.output, snapshot.outputs)
        for name, text in self._told(snapshot).items():
            if self._facts[name].text() != text:
                self._facts[name].setText(text)

    def _told(self, snapshot: Snapshot) -> dict[str, str]:
        answer, late = snapshot.hand_over_ns, snapshot.worst_lateness_ns
        plays = [one.plays.label if one.plays else self.tr("all") for one in snapshot.plugins]
        names = f"{snapshot.input_name} → {snapshot.output_name} ({snapshot.backend})"
        return {
            "time": snapshot.following or "-",
            "plugins": ", ".join(plays) or self.tr("none"),
            "answer": "-" if answer is None else self.tr("after {} ms").format(answer // _MS),
            "lateness": self.tr("at most {:.1f} ms").format(late / _MS),
            "echoes": str(snapshot.echoes) if snapshot.echoes else self.tr("none"),
            "ports": names if snapshot.backend else self.tr("none open"),
        }

    def _open(self) -> None:
        self.opened.emit(OpenPorts(self.input.currentData(), self.output.currentData()))

    def _fill(self, box: QComboBox, names: Sequence[str]) -> None:
        """Offer these ports and the one chosen, without disturbing an open list."""
        chosen = box.currentData()
        names = [*names, *([chosen] if chosen and chosen not in names else [])]
        shown = [box.itemText(index) for index in range(1, box.count())]
        if shown == names or box.view().isVisible():
            return
        box.clear()
        box.addItem(self._own, None)
        for name in names:
            box.addItem(name, name)
        box.setCurrentIndex(max(0, box.findData(chosen)))

    def _port_box(self, name: str) -> QComboBox:
        box = QComboBox()
        box.setAccessibleName(name)
        box.setToolTip(name)
        box.addItem(self._own, None)
        box.setMinimumContentsLength(16)
        box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        box.activated.connect(self._open)
        return box

    def _sync_box(self) -> QComboBox:
        box = QComboBox()
        for text, source in (
            (self.tr("the best that plays"), None),
            (self.tr("the plugin's host"), Source.PLUGIN),
            (self.tr("JACK's transport"), Source.JACK),
            (self.tr("MIDI clock"), Source.CLOCK),
            (self.tr("Ableton Link"), Source.LINK),
            (self.tr("the own clock"), Source.OWN),
        ):
            box.addItem(text, source)
        box.setAccessibleName(self.tr("Whose time is kept"))
        box.setToolTip(self.tr("Whose tempo and bars Antiphon follows."))
        box.currentIndexChanged.connect(self.changed)
        return box

    def _metre_box(self) -> QComboBox:
        box = QComboBox()
        for count, unit in _METRES:
            box.addItem(f"{count}/{unit}", (count, unit))
        box.setAccessibleName(self.tr("Metre"))
        box.setToolTip(self.tr("Of the own clock, and of MIDI clock, which knows none."))
        box.currentIndexChanged.connect(self.changed)
        return box

    def _advance_box(self) -> QDoubleSpinBox:
        box = QDoubleSpinBox()
        box.setRange(-_LONGEST_ADVANCE_MS, _LONGEST_ADVANCE_MS)
        box.setSuffix(self.tr(" ms"))
        box.setDecimals(1)
        box.setAccessibleName(self.tr("Output advance"))
        box.setToolTip(self.tr("Send everything so much earlier; below 0, later."))
        box.valueChanged.connect(self.changed)
        return box

    def _colours_box(self) -> QComboBox:
        box = QComboBox()
        for text, colours in (
            (self.tr("as the desktop's"), Colours.SYSTEM),
            (self.tr("dark"), Colours.DARK),
            (self.tr("light"), Colours.LIGHT),
        ):
            box.addItem(text, colours)
        box.setAccessibleName(self.tr("Colours"))
        box.setToolTip(self.tr("What the window is drawn in."))
        box.currentIndexChanged.connect(self.coloured)
        return box

    def _fact(self) -> QLabel:
        label = QLabel("-")
        label.setWordWrap(True)
        label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        return label

    def _lay_out(self) -> None:
        form = QFormLayout(self)
        form.setContentsMargins(0, 8, 8, 0)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        for text, widget in (
            (self.tr("&Listen on"), self.input),
            (self.tr("P&lay on"), self.output),
            (self.tr("&Follow"), self._sync),
            (self.tr("&Metre"), self._metre),
            (self.tr("Output ad&vance"), self._advance),
            (self.tr("Time"), self._facts["time"]),
            (self.tr("Plugins"), self._facts["plugins"]),
            (self.tr("Ports"), self._facts["ports"]),
            (self.tr("Last answer"), self._facts["answer"]),
            (self.tr("Late notes"), self._facts["lateness"]),
            (self.tr("Echoes"), self._facts["echoes"]),
            (self.tr("&Colours"), self.colours),
        ):
            form.addRow(text, widget)
