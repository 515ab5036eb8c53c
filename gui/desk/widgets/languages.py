"""The language of the window: the desktop's, if somebody has translated Antiphon into it.

Texts go through Qt's `tr()`, which asks the translators that are installed here: one with the texts
of Antiphon, from `assets/languages` (`dev/languages` makes it), and one with Qt's own, such as the
buttons of a dialogue. Who reads English first gets English, whatever else is read there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QLibraryInfo, QLocale, QTranslator

from assets import FOLDER

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from gui.wording.sentence import Sentence

LANGUAGES_FOLDER = FOLDER / "languages"


def translated(sentence: Sentence) -> str:
    """Return a sentence in the language of the window."""
    return sentence.render(QCoreApplication.translate)


def install_translation(
    app: QCoreApplication, languages: Sequence[str] | None = None, folder: Path = LANGUAGES_FOLDER
) -> str:
    """Let an app speak the first of these languages that it can; return which, by its code.

    Languages are codes like `de` or `de-AT`; None are those that the desktop prefers.
    """
    preferred = QLocale.system().uiLanguages() if languages is None else languages
    for language in (code.replace("-", "_") for code in preferred):
        if language.partition("_")[0] == "en":
            break
        own = QTranslator(app)
        if own.load(f"antiphon_{language}", str(folder)):
            qts = QTranslator(app)
            if qts.load(
                f"qtbase_{language}", QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)
            ):
                app.installTranslator(qts)
            app.installTranslator(own)
            return language
    return "en"
