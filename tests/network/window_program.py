"""The window as the command `antiphon` opens it, which plays, proposes takes, and closes itself.

`window_program.py SECONDS`: it answers a demo phrase, and proposes takes of another one, until
that many seconds have passed.
"""

import sys
from functools import partial

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

from assets import DEMO_PHRASES
from gui.commands import cli
from gui.desk import app
from gui.desk.window import Window


def play(seconds: float) -> None:
    """Use the window."""
    [window] = [each for each in QApplication.topLevelWidgets() if isinstance(each, Window)]
    window.top_bar.phrase_box.setCurrentIndex(window.top_bar.phrase_box.count() - 1)
    window.top_bar.start.click()
    window.takes.open_file(DEMO_PHRASES / "minuet.mid")
    QTimer.singleShot(round(1000 * seconds), partial(close, window))


def close(window: Window) -> None:
    """Print what was reached, and close the window."""
    sys.stdout.write(f"{window.top_bar.status_text}\n{len(window.takes.rolls)} takes\n")
    window.close()


if __name__ == "__main__":
    app.run = partial(app.run, on_shown=partial(play, float(sys.argv.pop())))
    cli.main()
