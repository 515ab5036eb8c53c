"""The language of the window: the desktop's, if Antiphon is translated into it.

Texts go through Qt's `tr()`, which uses the translators that are installed here. One has Antiphon's
texts, from `assets/languages` (made by `dev/languages`). The other has Qt's own, such as those of
dialog buttons. If English is the first preference, no translation is used.
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
    """Install the translation into the first available language; return its code.

    Languages are codes such as `de` or `de-AT`. None means those that the desktop prefers.
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
