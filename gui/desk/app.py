"""The app around the window: the engine process, the colours, and the crash dialog."""

from __future__ import annotations

import logging
import os
import signal
import socket
import sys
import traceback
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING

from platformdirs import user_documents_path
from PySide6.QtCore import QSocketNotifier, QTimer
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QBoxLayout, QMessageBox

from bridge.system.clock import SystemClock
from bridge.system.pipe import start_child
from bridge.system.real_time import ENDING_SIGNALS
from gui.desk.engine_restart import EngineRestart
from gui.desk.journal import TakesJournal
from gui.desk.recovery import RecoveryOffer
from gui.desk.session_link import SessionLink
from gui.desk.widgets.languages import install_translation, translated
from gui.desk.widgets.theme import DARK
from gui.desk.window import Window
from gui.diagnostics.home import shorten_home
from gui.diagnostics.recent import find_recent
from gui.diagnostics.rendering import to_text
from gui.diagnostics.report import diagnose_window
from gui.engine.session_folder import SessionFolder, find_unfinished
from gui.preferences import PreferencesError, load, save

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path
    from types import TracebackType

    from bridge.history.takes import TakeTree
    from bridge.messages.snapshot import Snapshot
    from export.styles.space import StyleSpace
    from gui.wording.sentence import Sentence

_LOG = logging.getLogger("gui.desk")
_DEFAULT_SIZE = 1280, 760
_MAX_NOTICES = 3


def run(
    space: StyleSpace,
    preferences_path: Path | None,
    on_shown: Callable[[], object] | None = None,
    notices: Sequence[Sentence] = (),
) -> int:
    """Start the engine and show the window until it is closed; return the exit status.

    Preferences are restored from `preferences_path` and written back at the end. `on_shown` is
    called once the window has been painted and responds. The banner begins with `notices`.
    """
    session = SessionFolder.create(datetime.now(tz=UTC).astimezone())
    start_engine = partial(start_child, "gui.engine.process", session.name)
    engine = start_engine()
    captures = user_documents_path() / "Antiphon"
    app = QApplication(sys.argv[:1])
    app.setApplicationName("Antiphon")
    app.setStyle("Fusion")
    install_translation(app)
    sys.excepthook = show_crash
    link = SessionLink(engine.connection, engine.find_end)
    window = Window(link, space, DARK, captures)
    window.resize(*_DEFAULT_SIZE)

    sys.excepthook = partial(_show_crash_of_window, window)
    restart = EngineRestart(window, link, engine, start_engine, SystemClock())
    journal, offer = keep_journal(window, link, session.name), offer_recovery(window)
    is_first = preferences_path is not None and not os.path.lexists(preferences_path)
    kept = preferences_path is not None and restore_preferences(window, preferences_path, notices)
    before = window.preferences()
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
            save(window.preferences(), preferences_path, before)
        except PreferencesError as error:
            _LOG.error("%s", error)
    restart.close()
    journal.close()
    offer.close_worker()
    session.remove()
    sys.excepthook = sys.__excepthook__  # the crash dialog refers to the window
    # Qt crashes if a widget outlives the application, and Python's order is undefined.
    window.deleteLater()
    app.processEvents()
    del window
    return status


@contextmanager
def _quit_on_signals(app: QApplication) -> Iterator[None]:
    """Quit as if the window were closed on SIGTERM, SIGQUIT, Ctrl-C, and a closed terminal.

    Qt does not return to Python while nothing happens. So Python writes each signal to a socket
    that Qt watches.
    """
    reading, writing = socket.socketpair()
    writing.setblocking(False)
    notifier = QSocketNotifier(reading.fileno(), QSocketNotifier.Type.Read)
    notifier.activated.connect(lambda: (reading.recv(1), app.quit()))
    wakeup = signal.set_wakeup_fd(writing.fileno(), warn_on_full_buffer=False)
    before = {
        kind: signal.signal(kind, lambda _number, _frame: None)
        for kind in ENDING_SIGNALS
        if signal.getsignal(kind) is not signal.SIG_IGN  # a window under nohup
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


def keep_journal(window: Window, link: SessionLink, name: str) -> TakesJournal:
    """Journal the takes and the captures of a window, and show where the journals are."""
    journal = TakesJournal(name, window)
    window.takes.changed.connect(journal.post_takes)
    window.captures.saved.connect(journal.post_capture)
    link.changed.connect(journal.show_snapshot)
    journal.problem_found.connect(window.warn)
    return journal


def offer_recovery(window: Window) -> RecoveryOffer:
    """Offer to recover the sessions that were cut off, below the banner."""
    offer = RecoveryOffer(find_unfinished(), window.captures)
    offer.takes_recovered.connect(partial(_show_recovered, window))
    offer.message_changed.connect(
        lambda text, bad: (window.warn if bad else window.top_bar.show_message)(text)
    )
    content = window.centralWidget()
    assert content is not None
    rows = content.layout()
    assert isinstance(rows, QBoxLayout)
    rows.insertWidget(rows.indexOf(window.banner) + 1, offer)
    offer.show_next()
    return offer


def _show_recovered(window: Window, takes: TakeTree) -> None:
    window.takes.show_takes(window.takes.takes.with_tree(takes))
    if not window.takes_button.isChecked():
        window.takes_button.click()


def restore_preferences(
    window: Window, preferences_path: Path, notices: Sequence[Sentence] = ()
) -> bool:
    """Restore the preferences; return whether the file may be overwritten.

    What is wrong is shown in the banner, after `notices`.
    """
    window.warn("")
    told = [translated(notice) for notice in notices]
    try:
        preferences, problems = load(preferences_path)
    except PreferencesError as error:
        _show_notices(window, [*told, translated(error.sentence)])
        return False
    window.restore(preferences)
    told += [window.banner.message] if window.banner.message else []
    told += [f"{preferences_path.name}: {translated(problem)}" for problem in problems]
    _show_notices(window, told)
    return True


def _show_notices(window: Window, told: Sequence[str]) -> None:
    """Show the first notices, and log all of them: a file may have many faults."""
    for text in told:
        _LOG.info("%s", text)
    shown = list(told[:_MAX_NOTICES])
    if more := len(told) - len(shown):
        rest = QApplication.translate("notices", "{} more problems are in the log.")
        shown.append(rest.format(more))
    window.warn("\n".join(shown))


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
