"""The window: who plays what, in which style, and the few things one does with one hand.

Above what is done all the time: begin, hand over, come to an end, panic. In the middle the roll,
and beside it where one chooses: the style; how to play, if all of that is wanted; the devices.
Below whose time it is and what passes.

It shows snapshots and posts requests, and decides nothing musical. What the player chose is asked
for as a whole (`Settings`), so that the engine never holds half a change; and since the engine may
change settings as well, by a knob that it has learned, the window shows those that come, unless its
own are still on their way.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from PySide6.QtCore import QByteArray, QElapsedTimer, Qt
from PySide6.QtGui import QCloseEvent, QGuiApplication, QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QApplication,
    QHBoxLayout,
    QLabel,
    QMainWindow,
    QPushButton,
    QSplitter,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from bridge.dialogue import (
    Bind,
    Change,
    Finish,
    Halt,
    HandOver,
    Listen,
    Mode,
    Settings,
    Snapshot,
    State,
)
from bridge.midifile import MidiFileError
from bridge.protocol import OpenPorts, Panic
from gui.desk.captures import Captures
from gui.desk.captures_panel import CapturesPanel
from gui.desk.controls_panel import ControlsPanel
from gui.desk.devices_panel import DevicesPanel
from gui.desk.lamp import Lamp
from gui.desk.play_panel import PlayPanel
from gui.desk.preferences import Colours, Preferences
from gui.desk.roll import PianoRoll
from gui.desk.style_panel import StylePanel
from gui.desk.theme import DARK, LIGHT
from gui.desk.time_line import TimeLine

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from export.style_space import StyleSpace
    from gui.desk.session_link import SessionLink
    from gui.desk.theme import Theme
    from gui.snapshots import Captured

_TWICE_MS = 700
_ON_ITS_WAY_MS = 1000
_SIDE_PX = 380


class Window(QMainWindow):
    """Antiphon's window."""

    def __init__(self, link: SessionLink, space: StyleSpace, theme: Theme, captures: Path) -> None:
        """Show what comes through a link; what is kept goes to the folder `captures`."""
        super().__init__()
        self._captures = Captures(captures, self)
        self._restored = Preferences()
        self._link, self._space = link, space
        self.shown: Snapshot | None = None
        self._asked: Settings | None = None  # as long as it is on its way
        self._known: Settings | None = None  # the engine's, as they were shown last
        self._asking, self._escaped = QElapsedTimer(), QElapsedTimer()
        self.setWindowTitle("Antiphon")
        self.styles = StylePanel(space, theme)
        self.play = PlayPanel()
        self.controls = ControlsPanel()
        self.kept = CapturesPanel(self._captures)
        self.devices = DevicesPanel()
        self.roll = PianoRoll(theme)
        self.start = self._button(self.tr("&Start"), self._start_or_stop)
        self.answer = self._button(self.tr("&Answer now"), lambda: link.send(HandOver()))
        self.end = self._button(self.tr("&End"), lambda: link.send(Finish()))
        self.panic = self._button(self.tr("&Panic"), lambda: link.send(Panic()))
        self.advanced = self._button(self.tr("Ad&vanced"), self._show_tabs)
        self._status, self._time = QLabel(), TimeLine()
        self._lamps = (
            Lamp(self.tr("A note comes in"), theme.played, theme.line),
            Lamp(self.tr("A note goes out"), theme.answered, theme.line),
        )
        self._sides = QTabWidget()
        self._lay_out()
        self._explain()
        self.set_theme(theme)
        self._show_settings(Settings())
        for panel in (self.styles, self.play, self.devices):
            panel.changed.connect(self._change)
        self.devices.opened.connect(link.send)
        self.devices.coloured.connect(self._colour)
        for asking in (self.controls, self.kept):
            asking.asked.connect(link.send)
        link.captured.connect(self._keep)
        QGuiApplication.styleHints().colorSchemeChanged.connect(self._colour)
        link.changed.connect(self.show_snapshot)
        link.ended.connect(self._engine_ended)
        QShortcut(QKeySequence(Qt.Key.Key_Escape), self, self._escape)

    def settings(self) -> Settings:
        """Return what the controls ask for; what has none stays as it is."""
        settings = self._restored.settings if self.shown is None else self.shown.settings
        settings = self._asked or settings
        for panel in (self.styles, self.play, self.devices):
            settings = panel.applied(settings)
        return settings

    def show_snapshot(self, snapshot: Snapshot) -> None:
        """Show the engine's state."""
        before, self.shown = self.shown, snapshot
        if before is None:  # the engine is awake, and hears now what has been asked meanwhile
            self._asking.start()
        self.roll.show_snapshot(snapshot)
        self.devices.show_snapshot(snapshot)
        self.controls.show_snapshot(snapshot)
        self._time.show_snapshot(snapshot)
        for lamp, note in zip(
            self._lamps, (snapshot.last_played, snapshot.last_answered), strict=True
        ):
            lamp.show_note(note)
        running = snapshot.state is not State.STOPPED
        self.start.setText(self.tr("&Stop") if running else self.tr("&Start"))
        begins = snapshot.state is State.LISTENING
        self.answer.setText(self.tr("You &begin") if begins else self.tr("&Answer now"))
        self.answer.setEnabled(snapshot.state in (State.LISTENING, State.HEARING))
        self.end.setEnabled(snapshot.state is State.ANSWERING)
        if before is None or _said(before) != _said(snapshot):
            self._say(snapshot.problem or self._told(snapshot), bad=bool(snapshot.problem))
        self._take_settings(snapshot)

    def set_theme(self, theme: Theme) -> None:
        """Draw in other colours."""
        application = QApplication.instance()
        assert isinstance(application, QApplication)
        application.setPalette(theme.palette())
        self.setStyleSheet(theme.sheet())
        self.roll.set_theme(theme)
        self.styles.set_theme(theme)
        for lamp, lit in zip(self._lamps, (theme.played, theme.answered), strict=True):
            lamp.set_colours(lit, theme.line)

    def restore(self, preferences: Preferences) -> None:
        """Be as it was when it was closed, and ask the engine to be."""
        known = self._known_styles(preferences.settings)
        preferences = replace(preferences, settings=known)
        self._restored = preferences
        self.restoreGeometry(QByteArray.fromBase64(preferences.geometry.encode()))
        self.advanced.setChecked(preferences.advanced)
        self._show_tabs()
        self.devices.choose_colours(preferences.theme)
        self._colour()
        self._show_settings(preferences.settings)
        self._change()
        if preferences.controls:
            self._link.send(Bind(preferences.controls))
        names = preferences.input_name, preferences.output_name
        self.devices.choose_ports(*names)
        if any(names):
            self._link.send(OpenPorts(*names))

    def preferences(self) -> Preferences:
        """Return what it is like now."""
        return Preferences(
            settings=self.settings(),
            controls=self._restored.controls if self.shown is None else self.shown.bindings,
            input_name=self.devices.input.currentData(),
            output_name=self.devices.output.currentData(),
            theme=self.devices.colours.currentData(),
            advanced=self.advanced.isChecked(),
            geometry=self.saveGeometry().toBase64().toStdString(),
        )

    def _known_styles(self, settings: Settings) -> Settings:
        """Leave out what is no style any more, and say so."""
        names = {name for name, _ in settings.style} | set(settings.palette)
        if gone := sorted(name for name in names if name not in self._space.names):
            self.warn(self.tr("There is no style {} any more.").format(", ".join(gone)))
        return replace(
            settings,
            style=tuple(
                (name, weight) for name, weight in settings.style if name not in gone and weight > 0
            ),
            palette=tuple(name for name in settings.palette if name not in gone),
        )

    def _colour(self) -> None:
        """Be dark or light, as was chosen or as the desktop is."""
        system = QGuiApplication.styleHints().colorScheme()
        light = {
            Colours.SYSTEM: system is Qt.ColorScheme.Light,
            Colours.DARK: False,
            Colours.LIGHT: True,
        }[self.devices.colours.currentData()]
        self.set_theme(LIGHT if light else DARK)

    def closeEvent(self, event: QCloseEvent) -> None:
        """Let go of the engine, which silences everything."""
        self._link.close()
        event.accept()

    # What is done.

    def _start_or_stop(self) -> None:
        if self.shown is not None and self.shown.state is not State.STOPPED:
            self._link.send(Halt())
            return
        self._change()
        self._link.send(Listen())

    def _change(self) -> None:
        self._asked = self.settings()
        self._asking.start()
        self._link.send(Change(self._asked))

    def _take_settings(self, snapshot: Snapshot) -> None:
        """Show the engine's settings if they are new, and not those asked for a moment ago."""
        if self._asked is not None:
            if snapshot.settings == self._asked:
                self._known, self._asked = self._asked, None
            elif self._asking.elapsed() < _ON_ITS_WAY_MS:
                return
            else:
                self._known = self._asked = None
        if snapshot.settings != self._known:
            self._known = snapshot.settings
            self._show_settings(snapshot.settings)

    def _show_settings(self, settings: Settings) -> None:
        for panel in (self.styles, self.play, self.devices):
            panel.show_settings(settings)

    def _keep(self, captured: Captured) -> None:
        """Write down what was captured."""
        if not captured.record.notes:
            self.warn(self.tr("There is nothing to keep: nothing was played."))
            return
        try:
            path = self._captures.keep(captured, datetime.now(tz=UTC).astimezone())
        except (MidiFileError, OSError) as error:
            self.warn(str(error))
        else:
            self._say(self.tr("Kept as {}.").format(path.name), bad=False)

    def _escape(self) -> None:
        """Panic on the second of two quick presses."""
        if self._escaped.isValid() and self._escaped.elapsed() < _TWICE_MS:
            self._link.send(Panic())
            self._escaped.invalidate()
        else:
            self._escaped.start()

    def _engine_ended(self) -> None:
        self._say(self.tr("The engine has ended; close the window and open it again."), bad=True)
        for control in (self.start, self.answer, self.end, self.panic):
            control.setEnabled(False)

    # What is said.

    def warn(self, text: str) -> None:
        """Say what is wrong, until something happens."""
        self._say(text, bad=True)

    def _say(self, text: str, *, bad: bool) -> None:
        self._status.setText(text)
        self._status.setProperty("bad", bad)
        self._status.style().polish(self._status)

    def _told(self, snapshot: Snapshot) -> str:
        if snapshot.learning is not None:
            return self.tr("Move the pedal, knob or key that is to do it.")
        together = snapshot.settings.mode is Mode.ACCOMPANY
        return {
            State.STOPPED: self.tr("Choose a style and start."),
            State.LISTENING: self.tr("Listening. Play a phrase."),
            State.HEARING: self.tr("Hearing you. Pause to hand over."),
            State.ANSWERING: (
                self.tr("Playing with you.")
                if together
                else self.tr("Answering. Play to come back in.")
            ),
        }[snapshot.state]

    def _explain(self) -> None:
        for widget, tip in (
            (self.start, self.tr("Begin to listen, or stop.")),
            (self.answer, self.tr("Hand over at once; or let Antiphon begin, out of nothing.")),
            (self.end, self.tr("Let it come to an end, where music ends.")),
            (self.panic, self.tr("Silence everything (or press Esc twice).")),
            (self.advanced, self.tr("Show all that can be set.")),
        ):
            widget.setToolTip(tip)

    # How it is laid out.

    def _button(self, text: str, clicked: Callable[[], object]) -> QPushButton:
        button = QPushButton(text)
        button.setMinimumHeight(38)
        button.clicked.connect(clicked)
        return button

    def _show_tabs(self) -> None:
        for panel in (self.play, self.controls):
            self._sides.setTabVisible(self._sides.indexOf(panel), self.advanced.isChecked())
        if self.advanced.isChecked():
            self._sides.setCurrentWidget(self.play)

    def _lay_out(self) -> None:
        self.start.setObjectName("start")
        self.start.setDefault(True)
        self.start.setMinimumWidth(132)
        self.panic.setObjectName("panic")
        self.advanced.setCheckable(True)
        self.answer.setEnabled(False)
        self.end.setEnabled(False)
        self._status.setObjectName("status")
        self._time.setObjectName("faint")
        above = QHBoxLayout()
        above.setSpacing(8)
        for widget in (self.start, self.answer, self.end):
            above.addWidget(widget)
        above.addSpacing(12)
        above.addWidget(self._status, 1)
        above.addWidget(self.advanced)
        above.addWidget(self.panic)
        for panel, name in (
            (self.styles, self.tr("Style")),
            (self.kept, self.tr("Kept")),
            (self.play, self.tr("Playing")),
            (self.controls, self.tr("Controls")),
            (self.devices, self.tr("Devices")),
        ):
            self._sides.addTab(panel, name)
        self._show_tabs()
        split = QSplitter(Qt.Orientation.Horizontal)
        split.addWidget(self.roll)
        split.addWidget(self._sides)
        split.setStretchFactor(0, 1)
        split.setChildrenCollapsible(False)
        split.setSizes([1000, _SIDE_PX])
        split.setHandleWidth(12)
        below = QHBoxLayout()
        below.setSpacing(8)
        for lamp in self._lamps:
            below.addWidget(lamp)
        below.addWidget(self._time, 1)
        body = QWidget()
        whole = QVBoxLayout(body)
        whole.setContentsMargins(14, 12, 14, 8)
        whole.setSpacing(10)
        whole.addLayout(above)
        whole.addWidget(split, 1)
        whole.addLayout(below)
        self.setCentralWidget(body)
        self._status.setText(self.tr("Waking the engine ..."))


def _said(snapshot: Snapshot) -> tuple[object, ...]:
    """Return what the status line depends on."""
    return snapshot.problem, snapshot.state, snapshot.settings.mode, snapshot.learning
