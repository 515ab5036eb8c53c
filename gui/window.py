"""The window: choose ports, style and instruments, start, and see who plays what.

It shows snapshots and posts requests, and decides nothing musical. What the player last chose is
asked for as a whole (`Settings`), so that the engine never holds half a change.
"""

from __future__ import annotations

import sys
import traceback
from dataclasses import replace
from importlib.metadata import version
from typing import TYPE_CHECKING

from PySide6.QtCore import QElapsedTimer, Qt, QTimer
from PySide6.QtGui import QCloseEvent, QGuiApplication, QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QApplication,
    QCheckBox,
    QComboBox,
    QCompleter,
    QDoubleSpinBox,
    QGridLayout,
    QGroupBox,
    QHBoxLayout,
    QLabel,
    QMainWindow,
    QMessageBox,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from bridge.dialogue import Change, Halt, HandOver, Listen, Settings, Snapshot, State
from bridge.instruments import Instrument
from bridge.pipe import start_child
from bridge.protocol import OpenPorts, Panic
from gui.roll import PianoRoll
from gui.session_link import SessionLink
from gui.theme import DARK, LIGHT, Theme
from gui.time_line import TimeLine

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from types import TracebackType

_TWICE_MS = 700
_COLUMNS = 7
_MS = 1_000_000


class Window(QMainWindow):
    """Antiphon's window."""

    def __init__(self, link: SessionLink, styles: Sequence[str], theme: Theme) -> None:
        super().__init__()
        self._link, self._theme = link, theme
        self.shown: Snapshot | None = None
        self._escaped = QElapsedTimer()
        self.setWindowTitle("Antiphon")
        self._input = self._port_box(self.tr("Port to listen on"))
        self._output = self._port_box(self.tr("Port to play on"))
        self._style = self._style_box(styles)
        self._temperature = self._temperature_box()
        self._instruments = [self._instrument_box(kind) for kind in Instrument]
        self._start = QPushButton(self.tr("&Start"))
        self._answer = QPushButton(self.tr("&Answer now"))
        self._panic = QPushButton(self.tr("&Panic"))
        self._status = QLabel()
        self._status.setWordWrap(True)
        self._figures = QLabel()
        self._time = TimeLine()
        self.roll = PianoRoll(theme)
        self._connect()
        self._lay_out()
        link.changed.connect(self.show_snapshot)
        link.ended.connect(self._engine_ended)

    def settings(self) -> Settings:
        """Return what the controls ask for."""
        style = self._style.currentText().strip()
        known = self._style.findText(style, Qt.MatchFlag.MatchFixedString) > 0
        # What was learned to a knob or asked for elsewhere stays as it is.
        asked = Settings() if self.shown is None else self.shown.settings
        return replace(
            asked,
            style=((style, 1.0),) if known else (),
            instruments=tuple(
                kind
                for kind, box in zip(Instrument, self._instruments, strict=True)
                if box.isChecked()
            ),
            temperature=self._temperature.value(),
        )

    def show_snapshot(self, snapshot: Snapshot) -> None:
        """Show the engine's state."""
        self.shown = snapshot
        self.roll.show_snapshot(snapshot)
        running = snapshot.state is not State.STOPPED
        self._start.setText(self.tr("&Stop") if running else self.tr("&Start"))
        self._answer.setEnabled(snapshot.state is State.HEARING)
        self._fill(self._input, snapshot.inputs)
        self._fill(self._output, snapshot.outputs)
        self._status.setText(snapshot.problem or self._told(snapshot.state))
        colour = self._theme.danger if snapshot.problem else self._theme.text
        self._status.setStyleSheet(f"color: {colour}; font-size: 15px; font-weight: 600")
        self._figures.setText(self._measured(snapshot))
        self._time.show_snapshot(snapshot)

    def closeEvent(self, event: QCloseEvent) -> None:
        """Let go of the engine, which silences everything."""
        self._link.close()
        event.accept()

    def _told(self, state: State) -> str:
        return {
            State.STOPPED: self.tr("Stopped. Choose a style and start."),
            State.LISTENING: self.tr("Listening. Play a phrase."),
            State.HEARING: self.tr("Hearing you. Pause to hand over."),
            State.ANSWERING: self.tr("Answering. Play to come back in."),
        }[state]

    def _measured(self, snapshot: Snapshot) -> str:
        parts = []
        if snapshot.backend:
            parts.append(f"{snapshot.input_name}  →  {snapshot.output_name}  ({snapshot.backend})")
        if snapshot.hand_over_ns is not None:
            parts.append(self.tr("answer after {} ms").format(snapshot.hand_over_ns // _MS))
        if snapshot.worst_lateness_ns:
            late = f"{snapshot.worst_lateness_ns / _MS:.1f}"
            parts.append(self.tr("latest note {} ms late").format(late))
        return "   ·   ".join(parts)

    def _connect(self) -> None:
        self._start.clicked.connect(self._start_or_stop)
        self._answer.clicked.connect(lambda: self._link.send(HandOver()))
        self._panic.clicked.connect(lambda: self._link.send(Panic()))
        self._style.currentTextChanged.connect(self._change)
        self._temperature.valueChanged.connect(self._change)
        for box in self._instruments:
            box.toggled.connect(self._change)
        for ports in (self._input, self._output):
            ports.activated.connect(self._open_ports)
        QShortcut(QKeySequence(Qt.Key.Key_Escape), self, self._escape)

    def _start_or_stop(self) -> None:
        if self.shown is not None and self.shown.state is not State.STOPPED:
            self._link.send(Halt())
            return
        self._link.send(Change(self.settings()))
        self._link.send(Listen())

    def _change(self) -> None:
        self._link.send(Change(self.settings()))

    def _open_ports(self) -> None:
        self._link.send(OpenPorts(self._input.currentData(), self._output.currentData()))

    def _escape(self) -> None:
        """Panic on the second of two quick presses."""
        if self._escaped.isValid() and self._escaped.elapsed() < _TWICE_MS:
            self._link.send(Panic())
            self._escaped.invalidate()
        else:
            self._escaped.start()

    def _engine_ended(self) -> None:
        self._status.setText(self.tr("The engine has ended; close the window and open it again."))
        for control in (self._start, self._answer, self._panic):
            control.setEnabled(False)

    def _fill(self, box: QComboBox, names: Sequence[str]) -> None:
        """Offer these ports, without disturbing the one chosen or an open list."""
        shown = [box.itemText(index) for index in range(1, box.count())]
        if shown == list(names) or box.view().isVisible():
            return
        chosen = box.currentData()
        box.clear()
        box.addItem(self.tr("Own port: connect it in the DAW"), None)
        for name in names:
            box.addItem(name, name)
        box.setCurrentIndex(max(0, box.findData(chosen)))

    def _port_box(self, name: str) -> QComboBox:
        box = QComboBox()
        box.setAccessibleName(name)
        box.setToolTip(name)
        box.addItem(self.tr("Own port: connect it in the DAW"), None)
        box.setMinimumContentsLength(26)
        return box

    def _style_box(self, styles: Sequence[str]) -> QComboBox:
        box = QComboBox()
        box.setEditable(True)
        box.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        box.addItem(self.tr("no particular style"))
        box.addItems(sorted(styles))
        completer = QCompleter(sorted(styles), box)
        completer.setFilterMode(Qt.MatchFlag.MatchContains)
        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        box.setCompleter(completer)
        box.setAccessibleName(self.tr("Style"))
        box.setToolTip(self.tr("The style to answer in. Type to search."))
        box.setMinimumContentsLength(26)
        return box

    def _temperature_box(self) -> QDoubleSpinBox:
        box = QDoubleSpinBox()
        box.setRange(0.0, 2.0)
        box.setSingleStep(0.05)
        box.setValue(0.95)
        box.setAccessibleName(self.tr("Temperature"))
        box.setToolTip(self.tr("How much is left to chance: low is careful, high is bold."))
        return box

    def _instrument_box(self, kind: Instrument) -> QCheckBox:
        box = QCheckBox(kind.label)
        box.setStyleSheet(
            f"QCheckBox::indicator {{ width: 13px; height: 13px; border-radius: 3px;"
            f"border: 1px solid {self._theme.faint}; background: {self._theme.panel} }}"
            f"QCheckBox::indicator:checked {{ background: {self._theme.accent} }}"
        )
        box.setAccessibleName(kind.label)
        box.setToolTip(self.tr("Let it answer. With none ticked, those that you play answer."))
        return box

    def _lay_out(self) -> None:
        form = QGridLayout()
        form.setHorizontalSpacing(12)
        rows = (
            (self.tr("&Listen on"), self._input, self.tr("S&tyle"), self._style),
            (self.tr("P&lay on"), self._output, self.tr("T&emperature"), self._temperature),
        )
        for row, (left, left_box, right, right_box) in enumerate(rows):
            for column, text, box in ((0, left, left_box), (2, right, right_box)):
                label = QLabel(text)
                label.setBuddy(box)
                label.setMinimumWidth(label.sizeHint().width() + 6)
                form.addWidget(label, row, column)
                form.addWidget(box, row, column + 1)
        form.setColumnStretch(1, 1)
        form.setColumnStretch(3, 1)
        group = QGroupBox(self.tr("Instruments that answer (none: those you play)"))
        grid = QGridLayout(group)
        for index, check in enumerate(self._instruments):
            grid.addWidget(check, index // _COLUMNS, index % _COLUMNS)
        buttons = QHBoxLayout()
        buttons.addWidget(self._status, 1)
        for button in (self._answer, self._panic, self._start):
            button.setMinimumSize(118, 38)
            buttons.addWidget(button)
        self._start.setDefault(True)
        self._start.setStyleSheet(
            f"background: {self._theme.accent}; color: {self._theme.window}; font-weight: 600;"
            "border-radius: 6px; padding: 4px 16px"
        )
        self._start.setToolTip(self.tr("Begin to listen, or stop."))
        self._answer.setToolTip(self.tr("Hand over at once."))
        self._answer.setEnabled(False)
        self._panic.setToolTip(self.tr("Silence everything (or press Esc twice)."))
        for line in (self._time, self._figures):
            line.setStyleSheet(f"color: {self._theme.faint}")
        body = QWidget()
        whole = QVBoxLayout(body)
        whole.setContentsMargins(16, 14, 16, 10)
        whole.setSpacing(12)
        whole.addLayout(form)
        whole.addWidget(group)
        whole.addWidget(self.roll, 1)
        whole.addLayout(buttons)
        whole.addWidget(self._time)
        whole.addWidget(self._figures)
        self.setCentralWidget(body)
        self._status.setText(self.tr("Waking the engine ..."))


def system_theme() -> Theme:
    """Return dark or light, as the desktop has it."""
    light = QGuiApplication.styleHints().colorScheme() is Qt.ColorScheme.Light
    return LIGHT if light else DARK


def _show_crash(
    kind: type[BaseException], error: BaseException, trace: TracebackType | None
) -> None:
    """Show what went wrong, with what a maintainer needs to know."""
    box = QMessageBox(QMessageBox.Icon.Critical, "Antiphon", f"{kind.__name__}: {error}")
    text = "".join(traceback.format_exception(kind, error, trace))
    box.setDetailedText(f"Antiphon {version('antiphon')}, Python {sys.version}\n\n{text}")
    box.exec()


def run(styles: Sequence[str], shown: Callable[[], object] | None = None) -> int:
    """Start the engine and show the window until it is closed; return the exit status.

    `shown` is called when the window has been painted and answers.
    """
    engine = start_child("gui.engine")
    app = QApplication(sys.argv[:1])
    app.setApplicationName("Antiphon")
    app.setStyle("Fusion")
    theme = system_theme()
    app.setPalette(theme.palette())
    sys.excepthook = _show_crash
    window = Window(SessionLink(engine.connection), styles, theme)
    window.resize(1080, 720)
    window.show()
    if shown is not None:
        window.repaint()
        QTimer.singleShot(0, shown)
    status = app.exec()
    engine.close()
    # Qt crashes if a widget outlives the application, and Python lets go of both in any order.
    window.deleteLater()
    app.processEvents()
    del window
    return status
