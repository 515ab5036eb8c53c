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
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QByteArray, QElapsedTimer, Qt, Signal
from PySide6.QtGui import (
    QCloseEvent,
    QDragEnterEvent,
    QDropEvent,
    QGuiApplication,
    QKeySequence,
    QShortcut,
)
from PySide6.QtWidgets import (
    QAbstractSpinBox,
    QApplication,
    QHBoxLayout,
    QMainWindow,
    QPushButton,
    QSplitter,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from bridge.messages.requests import Bind, ChangeSettings, End, Start, Audition
from bridge.messages.settings import Settings
from bridge.messages.snapshot import Snapshot
from bridge.midi.smf import MidiFileError
from bridge.playout.protocol import OpenPorts
from bridge.system.clock import SystemClock
from gui.desk.devices.controls_panel import ControlsPanel
from gui.desk.devices.panel import DevicesPanel
from gui.desk.keys.keyboard import Keyboard
from gui.desk.keys.musical_typing import MusicalTyping
from gui.desk.play_panel import PlayPanel
from gui.desk.preferences import Colours, Preferences
from gui.desk.roll.piano_roll import PianoRoll
from gui.desk.settings_undo import SettingsUndo, UndoFirst
from gui.desk.styles.panel import StylePanel
from gui.desk.takes.captures import Captures
from gui.desk.takes.captures_panel import CapturesPanel
from gui.desk.takes.drops import midi_file_of
from gui.desk.takes.strip import TakesStrip
from gui.desk.time_line import TimeLine
from gui.desk.top_bar import TopBar
from gui.desk.widgets.banner import Banner
from gui.desk.widgets.lamp import Lamps
from gui.desk.widgets.names import setting_name
from gui.desk.widgets.theme import DARK, LIGHT, inset_numbers
from gui.engine.snapshots import Purpose

if TYPE_CHECKING:
    from collections.abc import Callable
    from multiprocessing.connection import Connection
    from pathlib import Path

    from bridge.messages.requests import Request
    from export.runtime.style_space import StyleSpace
    from gui.desk.session_link import SessionLink
    from gui.desk.widgets.theme import Theme
    from gui.engine.snapshots import Captured

_ON_ITS_WAY_MS = 1000
_SIDE_PX = 380


class Window(QMainWindow):
    """Antiphon's window."""

    engine_wanted = Signal()
    """The engine has ended, and another is asked for: `take_engine`."""

    def __init__(self, link: SessionLink, space: StyleSpace, theme: Theme, captures: Path) -> None:
        """Show what comes through a link; what is kept goes to the folder `captures`."""
        super().__init__()
        self._captures = Captures(captures, self)
        self._restored = Preferences()
        self._link, self._space = link, space
        self.shown: Snapshot | None = None
        self._asked: Settings | None = None  # as long as it is on its way
        self._known: Settings | None = None  # the engine's, as they were shown last
        self._asking, self._undo = QElapsedTimer(), SettingsUndo(self._go_back_to)
        self.setWindowTitle("Antiphon")
        self.styles = StylePanel(space, theme)
        self.play = PlayPanel()
        self.controls = ControlsPanel()
        self.kept = CapturesPanel(self._captures)
        self.devices = DevicesPanel()
        self.roll = PianoRoll(theme)
        self.bar, self.banner = TopBar(), Banner()
        self.keyboard = Keyboard(theme, SystemClock())
        self._typing = MusicalTyping(self.keyboard)
        self.keys = self._toggle(
            self.tr("Keys"),
            self.tr("Play with the mouse and the computer's keyboard."),
            self._show_keys,
        )
        self.keys.setChecked(True)
        self.takes = TakesStrip(theme)
        self.propose = self._toggle(
            self.tr("Takes"),
            self.tr("See several ways to go on side by side, and keep one."),
            self._show_takes,
        )
        self.advanced = self._toggle(
            self.tr("Ad&vanced"), self.tr("Show all that can be set."), self._show_tabs
        )
        self._time = TimeLine()
        self._lamps = Lamps(theme)
        self._sides = QTabWidget()
        self._lay_out()
        inset_numbers(self)
        undo_first = UndoFirst(self)
        for box in self.findChildren(QAbstractSpinBox):
            box.installEventFilter(undo_first)
        self.set_theme(theme)
        self._show_settings(self._restored.settings)
        self._connect(link)
        self.setAcceptDrops(True)

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
        self.keyboard.show_snapshot(snapshot)
        self.takes.show_snapshot(snapshot)
        self.devices.show_snapshot(snapshot)
        self.controls.show_snapshot(snapshot)
        self._time.show_snapshot(snapshot)
        self._lamps.show_snapshot(snapshot)
        self.styles.show_snapshot(snapshot)
        self.bar.show_snapshot(snapshot)
        if snapshot.problem != (before.problem if before is not None else ""):
            self.warn(snapshot.problem)
        self._take_settings(snapshot)

    def set_theme(self, theme: Theme) -> None:
        """Draw in other colours."""
        application = QApplication.instance()
        assert isinstance(application, QApplication)
        application.setPalette(theme.palette())
        self.setStyleSheet(theme.sheet())
        self.roll.set_theme(theme)
        self.keyboard.set_theme(theme)
        self.takes.set_theme(theme)
        self.styles.set_theme(theme)
        self.devices.set_theme(theme)
        self._lamps.set_theme(theme)

    def restore(self, preferences: Preferences) -> None:
        """Be as it was when it was closed, and ask the engine to be."""
        known = self._known_styles(preferences.settings)
        preferences = replace(preferences, settings=known)
        self._restored = preferences
        self.restoreGeometry(QByteArray.fromBase64(preferences.geometry.encode()))
        self.advanced.setChecked(preferences.advanced)
        self.keys.setChecked(preferences.keys)
        self.propose.setChecked(preferences.takes)
        self._show_tabs()
        self._show_keys()
        self._show_takes()
        self.devices.choose_colours(preferences.theme)
        self._colour()
        self._show_settings(preferences.settings)
        self.devices.choose_ports(preferences.input_name, preferences.output_name)
        self._tell_engine(preferences)
        self._undo.clear()

    def _tell_engine(self, preferences: Preferences) -> None:
        """Ask an engine that has just been started for all that is wanted of it."""
        self._ask_for(self.settings())
        if preferences.controls:
            self._link.send(Bind(preferences.controls))
        names = preferences.input_name, preferences.output_name
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
            keys=self.keys.isChecked(),
            takes=self.propose.isChecked(),
            geometry=self.saveGeometry().toBase64().toStdString(),
        )

    def begin_checkup(self) -> None:
        """Find out whether notes get out, where one sees it."""
        self._sides.setCurrentWidget(self.devices)
        self.devices.begin_checkup()

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
        self._typing.setEnabled(False)
        self.keyboard.release_all()
        self.takes.close_link()
        self._link.close()
        event.accept()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Take a MIDI file."""
        if midi_file_of(event) is not None:
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Show how a MIDI file might go on."""
        if (path := midi_file_of(event)) is not None:
            event.acceptProposedAction()
            self.propose.setChecked(True)
            self._show_takes()
            self.takes.take_file(path)

    # What is done.

    def _ask(self, request: Request) -> None:
        """Ask the engine for something; before it listens it is told how to answer."""
        if isinstance(request, Start):
            self._change()
            if self.keys.isChecked():
                self.keyboard.setFocus()  # else the space bar would stop again
        self._link.send(request)

    def _change(self) -> None:
        """Ask for what the controls show."""
        before = self._known or self._restored.settings
        self._ask_for(self.settings())
        assert self._asked is not None
        self._undo.note(before, self._asked)

    def _undoing(self) -> TakesStrip | SettingsUndo:
        """Return what is undone: among the takes a step of theirs, elsewhere one of settings."""
        focused = QApplication.focusWidget()
        among_takes = focused is not None and self.takes.isAncestorOf(focused)
        return self.takes if among_takes else self._undo

    def _go_back_to(self, facts: dict[str, Any]) -> None:
        """Ask for these settings as they were, and let the controls show them."""
        settings = replace(self.settings(), **facts)
        self._ask_for(settings)
        self._show_settings(settings)
        words = ", ".join(setting_name(name) for name in facts)
        self.bar.say(self.tr("Back as it was: {}.").format(words))

    def _ask_for(self, settings: Settings) -> None:
        self._asked = self._known = settings
        self._asking.start()
        self.takes.set_settings(settings)
        self._link.send(ChangeSettings(settings))

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
        self.takes.set_settings(settings)

    def _keep(self, captured: Captured) -> None:
        """Write down what was captured, unless it is to be gone on with."""
        if captured.purpose is Purpose.CONTINUE:
            self.takes.take_captured(captured)
            return
        if not captured.record.notes:
            self.warn(self.tr("There is nothing to keep: nothing was played."))
            return
        try:
            path = self._captures.keep(captured, datetime.now(tz=UTC).astimezone())
        except (MidiFileError, OSError) as error:
            self.warn(str(error))
        else:
            self.bar.say(self.tr("Kept as {}.").format(path.name))

    def _engine_ended(self) -> None:
        self.bar.give_up()
        self.keyboard.setEnabled(False)
        self.lack_engine(self.tr("The engine has ended, and nothing can be played."))

    def lack_engine(self, text: str) -> None:
        """Say why there is no engine, with a button that asks for another."""
        self.banner.say(text, (self.tr("Start it again"), self.engine_wanted.emit))

    def take_engine(self, connection: Connection) -> None:
        """Go on with another engine, in place of one that has ended, as it was before."""
        kept = self.preferences()
        self.shown = self._known = None
        self.banner.say("")
        self.keyboard.setEnabled(True)
        self._link.take(connection)
        self._tell_engine(kept)
        self.styles.ask_again()

    def warn(self, text: str) -> None:
        """Say what is wrong, until it is not; nothing: all is well."""
        if not self.banner.helps:  # that there is no engine is worse than anything
            self.banner.say(text)
        elif text:
            self.bar.say(text)

    # How it is laid out.

    def _connect(self, link: SessionLink) -> None:
        """Let the panels ask, and hear what the engine says."""
        for panel in (self.styles, self.play, self.devices):
            panel.changed.connect(self._change)
        self.devices.opened.connect(link.send)
        self.devices.coloured.connect(self._colour)
        for asking in (self.controls, self.kept, self.styles, self.devices):
            asking.asked.connect(link.send)
        self.bar.asked.connect(self._ask)
        self.keyboard.played.connect(link.send)
        self.takes.asked.connect(link.send)
        self.takes.auditioned.connect(lambda score: link.send(Audition(score)))
        self.takes.stopped.connect(lambda: link.send(End()))
        self.takes.told.connect(lambda text, bad: (self.warn if bad else self.bar.say)(text))
        link.captured.connect(self._keep)
        QGuiApplication.styleHints().colorSchemeChanged.connect(self._colour)
        link.changed.connect(self.show_snapshot)
        link.ended.connect(self._engine_ended)
        for keys, done in (
            (QKeySequence(Qt.Key.Key_Escape), self.bar.escape),
            (QKeySequence(QKeySequence.StandardKey.Undo), lambda: self._undoing().undo()),
            (QKeySequence(QKeySequence.StandardKey.Redo), lambda: self._undoing().redo()),
        ):
            QShortcut(keys, self, done)

    def _toggle(self, text: str, tip: str, show: Callable[[], object]) -> QPushButton:
        button = QPushButton(text)
        button.setCheckable(True)
        button.setToolTip(tip)
        button.clicked.connect(show)
        return button

    def _show_keys(self) -> None:
        self.keyboard.setVisible(self.keys.isChecked())
        self._typing.setEnabled(self.keys.isChecked())

    def _show_takes(self) -> None:
        self.takes.setVisible(self.propose.isChecked())

    def _show_tabs(self) -> None:
        for panel in (self.play, self.controls):
            self._sides.setTabVisible(self._sides.indexOf(panel), self.advanced.isChecked())
        if self.advanced.isChecked():
            self._sides.setCurrentWidget(self.play)

    def _lay_out(self) -> None:
        self._time.setObjectName("faint")
        for toggle in (self.keys, self.propose, self.advanced):
            self.bar.add(toggle)
        for panel, name in (
            (self.styles, self.tr("Style")),
            (self.kept, self.tr("Kept")),
            (self.play, self.tr("Playing")),
            (self.controls, self.tr("Controls")),
            (self.devices, self.tr("Devices")),
        ):
            self._sides.addTab(panel, name)
        self._sides.tabBar().setAccessibleName(self.tr("Panels"))
        self._sides.tabBar().setToolTip(self.tr("Choose what is shown here."))
        self._show_tabs()
        self._show_keys()
        self._show_takes()
        music = QWidget()
        column = QVBoxLayout(music)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addWidget(self.roll, 1)
        column.addWidget(self.keyboard)
        split = QSplitter(Qt.Orientation.Horizontal)
        split.addWidget(music)
        split.addWidget(self._sides)
        split.setStretchFactor(0, 1)
        split.setChildrenCollapsible(False)
        split.setSizes([1000, _SIDE_PX])
        split.setHandleWidth(12)
        below = QHBoxLayout()
        below.setSpacing(8)
        for lamp in (self._lamps.played, self._lamps.answered):
            below.addWidget(lamp)
        below.addWidget(self._time, 1)
        body = QWidget()
        whole = QVBoxLayout(body)
        whole.setContentsMargins(14, 12, 14, 8)
        whole.setSpacing(10)
        whole.addWidget(self.bar)
        whole.addWidget(self.banner)
        whole.addWidget(split, 1)
        whole.addWidget(self.takes)
        whole.addLayout(below)
        self.setCentralWidget(body)
