"""Names of things that have one everywhere, in the language of the window.

Elsewhere an instrument or a phrase has its English name, which is typed and written into files.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QT_TRANSLATE_NOOP, QCoreApplication

if TYPE_CHECKING:
    from bridge.instruments import Instrument

# What is translated by a variable has to be written out somewhere, for those who translate.
WORDS = (
    QT_TRANSLATE_NOOP("Instrument", "piano"),
    QT_TRANSLATE_NOOP("Instrument", "organ"),
    QT_TRANSLATE_NOOP("Instrument", "harp"),
    QT_TRANSLATE_NOOP("Instrument", "guitar"),
    QT_TRANSLATE_NOOP("Instrument", "bass"),
    QT_TRANSLATE_NOOP("Instrument", "violin"),
    QT_TRANSLATE_NOOP("Instrument", "cello"),
    QT_TRANSLATE_NOOP("Instrument", "voice"),
    QT_TRANSLATE_NOOP("Instrument", "flute"),
    QT_TRANSLATE_NOOP("Instrument", "clarinet"),
    QT_TRANSLATE_NOOP("Instrument", "sax"),
    QT_TRANSLATE_NOOP("Instrument", "trumpet"),
    QT_TRANSLATE_NOOP("Instrument", "synth"),
    QT_TRANSLATE_NOOP("Instrument", "drums"),
    QT_TRANSLATE_NOOP("Phrase", "nocturne"),
    QT_TRANSLATE_NOOP("Phrase", "minuet"),
    QT_TRANSLATE_NOOP("Phrase", "prelude"),
    QT_TRANSLATE_NOOP("Phrase", "blues"),
)


def instrument_name(instrument: Instrument) -> str:
    """Return what people call it."""
    return QCoreApplication.translate("Instrument", instrument.label)


def phrase_name(phrase: str) -> str:
    """Return what people call a phrase that comes with Antiphon."""
    return QCoreApplication.translate("Phrase", phrase)
