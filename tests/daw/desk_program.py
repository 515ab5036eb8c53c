"""Antiphon as the command `antiphon` opens it, with answers about positions on the screen.

It prints that it is ready, reads questions from its input, one word per line, and prints an answer
to each, as JSON. It only observes: all actions come from the mouse and the keyboard. At the end of
its input it closes the window, since no other program may be left to do so.
"""

import json
import sys
from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QRect, QSocketNotifier
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QTabWidget, QWidget

from gui.commands import cli
from gui.desk import app
from gui.desk.window import Window

Rectangle = tuple[int, int, int, int]


def on_screen(widget: QWidget, part: QRect) -> Rectangle:
    """Return left, top, width and height of a part of a widget."""
    corner = widget.mapToGlobal(part.topLeft())
    return corner.x(), corner.y(), part.width(), part.height()


def tab(window: Window, page: QWidget) -> Rectangle:
    """Return where to click to show a page."""
    [tabs] = [each for each in window.findChildren(QTabWidget) if each.indexOf(page) >= 0]
    return on_screen(tabs.tabBar(), tabs.tabBar().tabRect(tabs.indexOf(page)))


def newest(window: Window) -> Rectangle:
    """Return the position of the newest capture."""
    view = window.captures_panel.list
    return on_screen(view.viewport(), view.visualRect(view.model().index(0, 0)))


def cursor(_: Window) -> str:
    """Return the name of the cursor during a drag."""
    shown = QGuiApplication.overrideCursor()
    return "" if shown is None else shown.shape().name


ANSWERS: dict[str, Callable[[Window], str | Rectangle]] = {
    "said": lambda window: window.top_bar.status_text,
    "roll": lambda window: on_screen(window.roll, window.roll.rect()),
    "kept": lambda window: tab(window, window.captures_panel),
    "newest": newest,
    "take": lambda window: on_screen(window.takes.rolls[0], window.takes.rolls[0].rect()),
    "cursor": cursor,
}


def look() -> None:
    """Answer questions about the window."""
    [window] = [each for each in QApplication.topLevelWidgets() if isinstance(each, Window)]
    questions = QSocketNotifier(sys.stdin.fileno(), QSocketNotifier.Type.Read, window)

    def answer() -> None:
        question = sys.stdin.readline().strip()
        if not question:
            questions.setEnabled(False)
            window.close()
            return
        say(ANSWERS[question](window))

    questions.activated.connect(answer)
    say("ready")


def say(what: str | Rectangle) -> None:
    """Write a line."""
    sys.stdout.write(json.dumps(what) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    app.run = partial(app.run, on_shown=look)
    cli.main()
