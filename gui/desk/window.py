"""The window: the roll, the style, the settings, the devices, and the main commands.

At the top are the main commands: start, hand over, end, panic. In the middle is the roll, and
beside it the panels for the style, for all settings if they are shown, and for the devices. At the
bottom is the status line.

The window shows snapshots and sends requests; it makes no musical decisions. It requests `Settings`
as a whole, so that the engine never has half a change. The engine may change settings too, by MIDI
learn. The window shows the engine's settings unless its own are still on the way.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QByteArray, Qt, Signal
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
    QMainWindow,
    QTabWidget,
)

from bridge.messages.requests import Audition, Bind, ChangeSettings, End, Start
from bridge.messages.settings import Settings
from bridge.messages.snapshot import Snapshot
from bridge.playout.protocol import OpenPorts
from bridge.system.clock import SystemClock
from gui.desk.arrangement import arrange
from gui.desk.devices.controls_panel import ControlsPanel
from gui.desk.devices.panel import DevicesPanel
from gui.desk.keys.keyboard import Keyboard
from gui.desk.keys.musical_typing import MusicalTyping
from gui.desk.play_panel import PlayPanel
from gui.desk.roll.piano_roll import PianoRoll
from gui.desk.settings_exchange import SettingsExchange
from gui.desk.settings_undo import SettingsUndo, UndoShortcutFilter
from gui.desk.styles.known import short_list, without_unknown_styles
from gui.desk.styles.panel import StylePanel
from gui.desk.takes.captures import CapturesModel
from gui.desk.takes.captures_panel import CapturesPanel
from gui.desk.takes.drops import dropped_music
from gui.desk.takes.strip import TakesStrip
from gui.desk.time_line import TimeLine
from gui.desk.top_bar import TopBar
from gui.desk.widgets.banner import Banner
from gui.desk.widgets.lamp import Lamps
from gui.desk.widgets.languages import translated
from gui.desk.widgets.names import setting_name
from gui.desk.widgets.theme import inset_numbers, theme_for
from gui.desk.widgets.toggle import ToggleButton
from gui.engine.snapshots import Purpose
from gui.preferences import Preferences
from gui.wording.engine_exit import sentence_of_engine_exit
from gui.wording.reasons import sentence_of

if TYPE_CHECKING:
    from multiprocessing.connection import Connection
    from pathlib import Path

    from bridge.messages.requests import Request
    from bridge.system.child_end import ChildEnd, FindEnd
    from export.styles.space import StyleSpace
    from gui.desk.session_link import SessionLink
    from gui.desk.widgets.theme import Theme
    from gui.engine.snapshots import Captured


class Window(QMainWindow):
    """Antiphon's main window."""

    # More than 12 attributes: each panel, button and lamp of the window is one.

    engine_wanted = Signal()
    """Emitted to request another engine; the answer is `attach_engine`."""

    def __init__(self, link: SessionLink, space: StyleSpace, theme: Theme, captures: Path) -> None:
        """Show the session at the other end of a link; captures are saved in a folder."""
        super().__init__()
        self.captures = CapturesModel(captures, self)
        self._restored = Preferences()
        self._link, self._space = link, space
        self.snapshot: Snapshot | None = None
        self._exchange, self._undo = SettingsExchange(), SettingsUndo(self._restore_settings)
        self.setWindowTitle("Antiphon")
        self.styles = StylePanel(space, theme)
        self.play_panel = PlayPanel()
        self.controls = ControlsPanel()
        self.captures_panel = CapturesPanel(self.captures)
        self.devices = DevicesPanel()
        self.roll = PianoRoll(theme)
        self.top_bar, self.banner = TopBar(), Banner()
        self.keyboard = Keyboard(theme, SystemClock())
        self._typing = MusicalTyping(self.keyboard)
        self.keys_button = ToggleButton(
            self.tr("Keys"),
            self.tr("Play with the mouse and the computer's keyboard."),
            self._show_keys,
        )
        self.keys_button.setChecked(True)
        self.takes = TakesStrip(theme)
        self.takes_button = ToggleButton(
            self.tr("Takes"),
            self.tr("Compare several continuations side by side, and keep one."),
            self._show_takes,
        )
        self.advanced_button = ToggleButton(
            self.tr("Ad&vanced"), self.tr("Show all settings."), self._show_tabs
        )
        self._time = TimeLine()
        self._lamps = Lamps(theme)
        self._tabs = QTabWidget()
        self._lay_out()
        inset_numbers(self)
        undo_first = UndoShortcutFilter(self)
        for box in self.findChildren(QAbstractSpinBox):
            box.installEventFilter(undo_first)
        self.set_theme(theme)
        self._show_settings(self._restored.settings)
        self._connect(link)
        self.setAcceptDrops(True)

    def settings(self) -> Settings:
        """Return the settings that the controls show; those without a control stay as they are."""
        settings = self._restored.settings if self.snapshot is None else self.snapshot.settings
        settings = self._exchange.requested or settings
        for panel in (self.styles, self.play_panel, self.devices):
            settings = panel.apply_to(settings)
        return settings

    def show_snapshot(self, snapshot: Snapshot) -> None:
        """Show the engine's state."""
        before, self.snapshot = self.snapshot, snapshot
        if before is None:  # the engine is ready, and now reads the requests
            self._exchange.start_grace()
        for panel in (self.roll, self.keyboard, self.takes, self.devices, self.controls):
            panel.show_snapshot(snapshot)
        for part in (self._time, self._lamps, self.styles, self.top_bar):
            part.show_snapshot(snapshot)
        self.top_bar.show_keyboard("" if before is None else before.keyboard, snapshot.keyboard)
        again = snapshot.restarted
        if again is not None and again != (before.restarted if before is not None else None):
            self.top_bar.show_message(translated(sentence_of(again)))
        problem = snapshot.problem
        if problem != (before.problem if before is not None else None):
            self.warn("" if problem is None else translated(sentence_of(problem)))
        if self._exchange.receive(snapshot.settings):
            self._show_settings(snapshot.settings)

    def set_theme(self, theme: Theme) -> None:
        """Draw in the colours of another theme."""
        application = QApplication.instance()
        assert isinstance(application, QApplication)
        application.setPalette(theme.palette())
        self.setStyleSheet(theme.style_sheet())
        for panel in (self.roll, self.keyboard, self.takes, self.styles, self.devices, self._lamps):
            panel.set_theme(theme)

    def restore(self, preferences: Preferences) -> None:
        """Restore the preferences, and send them to the engine."""
        known, unknown = without_unknown_styles(preferences.settings, self._space.names)
        if unknown:
            self.warn(self.tr("There is no style {} any more.").format(short_list(unknown)))
        preferences = replace(preferences, settings=known)
        self._restored = preferences
        self.restoreGeometry(QByteArray.fromBase64(preferences.geometry.encode()))
        self.advanced_button.setChecked(preferences.advanced)
        self.keys_button.setChecked(preferences.keys)
        self.takes_button.setChecked(preferences.takes)
        self._show_tabs()
        self._show_keys()
        self._show_takes()
        self.devices.show_colours(preferences.theme)
        self._apply_colours()
        self._show_settings(preferences.settings)
        self.devices.show_ports(preferences.input_name, preferences.output_name)
        self._configure_engine(preferences)
        self._undo.clear()

    def _configure_engine(self, preferences: Preferences, ports: OpenPorts | None = None) -> None:
        """Send all settings and choices to an engine that has just started.

        `ports` are those of an engine that has ended, with their cables.
        """
        self._send_settings(self.settings())
        if preferences.controls:
            self._link.send(Bind(preferences.controls))
        names = preferences.input_name, preferences.output_name
        if ports is not None or any(names):
            self._link.send(ports or OpenPorts(*names))

    def preferences(self) -> Preferences:
        """Return the present preferences."""
        return Preferences(
            settings=self.settings(),
            controls=self._restored.controls if self.snapshot is None else self.snapshot.bindings,
            input_name=self.devices.input.currentData(),
            output_name=self.devices.output.currentData(),
            theme=self.devices.colours.currentData(),
            advanced=self.advanced_button.isChecked(),
            keys=self.keys_button.isChecked(),
            takes=self.takes_button.isChecked(),
            geometry=self.saveGeometry().toBase64().toStdString(),
        )

    def start_checkup(self) -> None:
        """Start a checkup, and show it."""
        self._tabs.setCurrentWidget(self.devices)
        self.devices.start_checkup()

    def _apply_colours(self) -> None:
        """Apply the dark or the light theme, as chosen or as on the desktop."""
        system = QGuiApplication.styleHints().colorScheme()
        self.set_theme(theme_for(self.devices.colours.currentData(), system))

    def closeEvent(self, event: QCloseEvent) -> None:
        """Close the engine, which silences all notes."""
        self._typing.setEnabled(False)
        self.keyboard.release_all()
        self.takes.end()
        self._link.close()
        event.accept()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Accept a MIDI file or a recording."""
        if dropped_music(event) is not None:
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Request continuations of a MIDI file or a recording."""
        if (path := dropped_music(event)) is not None:
            event.acceptProposedAction()
            self.takes_button.setChecked(True)
            self._show_takes()
            self.takes.open_file(path)

    # Requests.

    def _request(self, request: Request) -> None:
        """Send a request; before `Start`, send the settings."""
        if isinstance(request, Start):
            self._request_settings()
            if self.keys_button.isChecked():
                self.keyboard.setFocus()  # otherwise the space bar would stop the session
        self._link.send(request)

    def _request_settings(self) -> None:
        """Request the settings that the controls show."""
        before, settings = self._exchange.shown or self._restored.settings, self.settings()
        self._send_settings(settings)
        self._undo.record(before, settings)

    def _active_undo(self) -> TakesStrip | SettingsUndo:
        """Return the undo stack in use: the takes' if they have the focus, else the settings'."""
        focused = QApplication.focusWidget()
        among_takes = focused is not None and self.takes.isAncestorOf(focused)
        return self.takes if among_takes else self._undo

    def _restore_settings(self, values: dict[str, Any]) -> None:
        """Request earlier settings, and show them in the controls."""
        settings = replace(self.settings(), **values)
        self._send_settings(settings)
        self._show_settings(settings)
        words = ", ".join(setting_name(name) for name in values)
        self.top_bar.show_message(self.tr("Restored: {}.").format(words))

    def _send_settings(self, settings: Settings) -> None:
        self._exchange.request(settings)
        self.takes.set_settings(settings)
        self._link.send(ChangeSettings(settings))

    def _show_settings(self, settings: Settings) -> None:
        for panel in (self.styles, self.play_panel, self.devices):
            panel.show_settings(settings)
        self.takes.set_settings(settings)

    def _handle_capture(self, captured: Captured) -> None:
        """Save a capture, unless the takes requested it."""
        if captured.purpose is Purpose.CONTINUE:
            self.takes.start_from_capture(captured)
        else:
            self.captures_panel.keep(captured, datetime.now(tz=UTC).astimezone())

    def _handle_engine_exit(self, end: ChildEnd | None) -> None:
        self.top_bar.disable()
        self.keyboard.setEnabled(False)
        self.show_engine_missing(translated(sentence_of_engine_exit(end)))

    def show_engine_missing(self, text: str) -> None:
        """Show why there is no engine, with a button to start another."""
        self.banner.show_message(text, (self.tr("Start it now"), self.engine_wanted.emit))

    def attach_engine(
        self, connection: Connection, find_end: FindEnd | None = None, *, resume: bool = False
    ) -> None:
        """Continue with another engine, with the same settings; `resume` starts the session."""
        kept, ports = self.preferences(), None if self.snapshot is None else self.snapshot.ports
        self.snapshot = None
        self._exchange.forget_shown()
        self.banner.show_message("")
        self.keyboard.setEnabled(True)
        self._link.attach(connection, find_end)
        self._configure_engine(kept, ports)
        self.styles.resend_path()
        if resume:
            self._link.send(Start())

    def warn(self, text: str) -> None:
        """Show a problem until it is solved; an empty text hides the banner."""
        if not self.banner.has_remedy:  # a missing engine is worse than any other problem
            self.banner.show_message(text)
        elif text:
            self.top_bar.show_message(text)

    # Layout.

    def _connect(self, link: SessionLink) -> None:
        """Connect the panels and the link."""
        for panel in (self.styles, self.play_panel, self.devices):
            panel.changed.connect(self._request_settings)
        self.devices.ports_chosen.connect(link.send)
        self.devices.colours_changed.connect(self._apply_colours)
        for asking in (self.controls, self.captures_panel, self.styles, self.devices):
            asking.requested.connect(link.send)
        self.top_bar.requested.connect(self._request)
        self.keyboard.played.connect(link.send)
        self.takes.requested.connect(link.send)
        self.takes.audition_requested.connect(lambda score: link.send(Audition(score)))
        self.takes.stop_requested.connect(lambda: link.send(End()))
        self.takes.message_changed.connect(
            lambda text, bad: (self.warn if bad else self.top_bar.show_message)(text)
        )
        link.captured.connect(self._handle_capture)
        self.captures_panel.failed.connect(self.warn)
        self.captures_panel.kept.connect(self.top_bar.show_message)
        QGuiApplication.styleHints().colorSchemeChanged.connect(self._apply_colours)
        link.changed.connect(self.show_snapshot)
        link.ended.connect(self._handle_engine_exit)
        for keys, done in (
            (QKeySequence(Qt.Key.Key_Escape), self._handle_escape),
            (QKeySequence(QKeySequence.StandardKey.Undo), lambda: self._active_undo().undo()),
            (QKeySequence(QKeySequence.StandardKey.Redo), lambda: self._active_undo().redo()),
        ):
            QShortcut(keys, self, done)

    def _handle_escape(self) -> None:
        self.takes.saving.cancel_reading()
        self.top_bar.handle_escape()

    def _show_keys(self) -> None:
        self.keyboard.setVisible(self.keys_button.isChecked())
        self._typing.setEnabled(self.keys_button.isChecked())

    def _show_takes(self) -> None:
        self.takes.setVisible(self.takes_button.isChecked())

    def _show_tabs(self) -> None:
        for panel in (self.play_panel, self.controls):
            self._tabs.setTabVisible(self._tabs.indexOf(panel), self.advanced_button.isChecked())
        if self.advanced_button.isChecked():
            self._tabs.setCurrentWidget(self.play_panel)

    def _lay_out(self) -> None:
        self._time.setObjectName("faint")
        for toggle in (self.keys_button, self.takes_button, self.advanced_button):
            self.top_bar.add_button(toggle)
        for panel, name in (
            (self.styles, self.tr("Style")),
            (self.captures_panel, self.tr("Kept")),
            (self.play_panel, self.tr("Playing")),
            (self.controls, self.tr("Controls")),
            (self.devices, self.tr("Devices")),
        ):
            self._tabs.addTab(panel, name)
        self._tabs.tabBar().setAccessibleName(self.tr("Panels"))
        self._tabs.tabBar().setToolTip(self.tr("Choose what is shown here."))
        self._show_tabs()
        self._show_keys()
        self._show_takes()
        lamps = self._lamps.played, self._lamps.answered
        self.setCentralWidget(
            arrange(
                above=(self.top_bar, self.banner),
                music=(self.roll, self.keyboard),
                side=self._tabs,
                takes=self.takes,
                status=(lamps, self._time),
            )
        )
