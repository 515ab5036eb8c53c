"""The app around the window: the engine process, the colours, and the crash dialog."""

from __future__ import annotations

import logging
import signal
import socket
import sys
import traceback
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING

from platformdirs import user_documents_path
from PySide6.QtCore import QSocketNotifier, QTimer
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QMessageBox

from bridge.system.pipe import ChildError, start_child
from gui.desk.session_link import SessionLink
from gui.desk.widgets.languages import install_translation, translated
from gui.desk.widgets.theme import DARK
from gui.desk.window import Window
from gui.diagnostics.home import shorten_home
from gui.diagnostics.recent import find_recent
from gui.diagnostics.rendering import to_text
from gui.diagnostics.report import diagnose_window
from gui.preferences import PreferencesError, load, save
from gui.wording.reasons import sentence_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path
    from types import TracebackType

    from bridge.messages.snapshot import Snapshot
    from bridge.system.pipe import Child
    from export.styles.space import StyleSpace

_LOG = logging.getLogger("gui.desk")
_DEFAULT_SIZE = 1280, 760


def run(
    space: StyleSpace, preferences_path: Path | None, on_shown: Callable[[], object] | None = None
) -> int:
    """Start the engine and show the window until it is closed; return the exit status.

    Preferences are restored from `preferences_path` and written back at the end. `on_shown` is
    called once the window has been painted and responds.
    """
    engines = [start_child("gui.engine.process")]
    captures = user_documents_path() / "Antiphon"
    app = QApplication(sys.argv[:1])
    app.setApplicationName("Antiphon")
    app.setStyle("Fusion")
    install_translation(app)
    sys.excepthook = show_crash
    window = Window(SessionLink(engines[0].connection, engines[0].find_end), space, DARK, captures)
    window.resize(*_DEFAULT_SIZE)

    sys.excepthook = partial(_show_crash_of_window, window)
    window.engine_wanted.connect(partial(_restart_engine, window, engines))
    is_first = preferences_path is not None and not preferences_path.exists()
    kept = preferences_path is not None and restore_preferences(window, preferences_path)
    window.show()
    if is_first:
        window.start_checkup()
    if on_shown is not None:
        window.repaint()
        QTimer.singleShot(0, on_shown)
    with _quit_on_signals(app):
        status = app.exec()
    if preferences_path is not None and kept:
        try:
            save(window.preferences(), preferences_path)
        except PreferencesError as error:
            sys.stderr.write(f"antiphon: {error}\n")
    for engine in engines:
        engine.close()
    sys.excepthook = sys.__excepthook__  # the crash dialog refers to the window
    # Qt crashes if a widget outlives the application, and Python's order is undefined.
    window.deleteLater()
    app.processEvents()
    del window
    return status


@contextmanager
def _quit_on_signals(app: QApplication) -> Iterator[None]:
    """Quit as if the window were closed on SIGTERM, on Ctrl-C, and when the terminal is closed.

    Qt does not return to Python while nothing happens. So Python writes each signal to a socket
    that Qt watches.
    """
    reading, writing = socket.socketpair()
    writing.setblocking(False)
    notifier = QSocketNotifier(reading.fileno(), QSocketNotifier.Type.Read)
    notifier.activated.connect(lambda: (reading.recv(1), app.quit()))
    wakeup = signal.set_wakeup_fd(writing.fileno(), warn_on_full_buffer=False)
    kinds = (getattr(signal, name, None) for name in ("SIGINT", "SIGTERM", "SIGHUP"))
    before = {
        kind: signal.signal(kind, lambda _number, _frame: None)
        for kind in kinds  # Windows has no SIGHUP, and a window under nohup ignores it
        if kind is not None and signal.getsignal(kind) is not signal.SIG_IGN
    }
    try:
        yield
    finally:
        for kind, handler in before.items():
            signal.signal(kind, handler)
        signal.set_wakeup_fd(wakeup)
        notifier.setEnabled(False)
        reading.close()
        writing.close()


def _restart_engine(window: Window, engines: list[Child]) -> None:
    """Start another engine after the last one has ended; show a message if that fails."""
    try:
        engines.append(start_child("gui.engine.process"))
    except ChildError as error:
        window.show_engine_missing(translated(sentence_of(error.reason)))
    else:
        window.attach_engine(engines[-1].connection, engines[-1].find_end)


def restore_preferences(window: Window, preferences_path: Path) -> bool:
    """Restore the preferences; return whether the file may be overwritten."""
    try:
        preferences, problems = load(preferences_path)
    except PreferencesError as error:
        window.warn(translated(error.sentence))
        return False
    window.restore(preferences)
    for problem in problems:
        window.warn(f"{preferences_path.name}: {translated(problem)}")
    return True


def _show_crash_of_window(
    window: Window, kind: type[BaseException], error: BaseException, trace: TracebackType | None
) -> None:
    show_crash(kind, error, trace, window.snapshot)


def show_crash(
    kind: type[BaseException],
    error: BaseException,
    trace: TracebackType | None,
    snapshot: Snapshot | None = None,
) -> None:
    """Show an error with the diagnostics, ready to be copied."""
    _LOG.error("an error in the window", exc_info=(kind, error, trace))
    box = QMessageBox(
        QMessageBox.Icon.Critical,
        "Antiphon",
        QApplication.translate("crash", "An error occurred. Antiphon continues if it can."),
    )
    box.setInformativeText(f"{kind.__name__}: {error}")
    told = to_text(diagnose_window(snapshot))
    if find_recent() is None:  # otherwise the log contains the error
        told += "\n\n" + shorten_home("".join(traceback.format_exception(kind, error, trace)))
    box.setDetailedText(told)
    copy = box.addButton(
        QApplication.translate("crash", "&Copy diagnostics"), QMessageBox.ButtonRole.ActionRole
    )
    box.addButton(QMessageBox.StandardButton.Close)
    box.exec()
    if box.clickedButton() is copy:
        QGuiApplication.clipboard().setText(told)
