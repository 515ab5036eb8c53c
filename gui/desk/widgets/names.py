"""The names of instruments, phrases and settings, in the language of the window.

Elsewhere an instrument or a phrase has its English name, which is typed and written to files.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QT_TRANSLATE_NOOP, QCoreApplication

from bridge.messages.settings import SETTINGS

if TYPE_CHECKING:
    from bridge.midi.instruments import Instrument

# Texts translated through a variable are listed here, so that Qt's tools find them.
INSTRUMENT_LABELS = (
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
    QT_TRANSLATE_NOOP("Setting", "style"),
    QT_TRANSLATE_NOOP("Setting", "instruments"),
    QT_TRANSLATE_NOOP("Setting", "temperature"),
    QT_TRANSLATE_NOOP("Setting", "top-p"),
    QT_TRANSLATE_NOOP("Setting", "seed"),
    QT_TRANSLATE_NOOP("Setting", "chord changes"),
    QT_TRANSLATE_NOOP("Setting", "key"),
    QT_TRANSLATE_NOOP("Setting", "length"),
    QT_TRANSLATE_NOOP("Setting", "style strength"),
    QT_TRANSLATE_NOOP("Setting", "mode"),
    QT_TRANSLATE_NOOP("Setting", "bars"),
    QT_TRANSLATE_NOOP("Setting", "beginning"),
    QT_TRANSLATE_NOOP("Setting", "hand-over"),
    QT_TRANSLATE_NOOP("Setting", "coming in"),
    QT_TRANSLATE_NOOP("Setting", "quantise"),
    QT_TRANSLATE_NOOP("Setting", "loops"),
    QT_TRANSLATE_NOOP("Setting", "palette"),
    QT_TRANSLATE_NOOP("Setting", "time"),
    QT_TRANSLATE_NOOP("Setting", "keyboard"),
    QT_TRANSLATE_NOOP("Setting", "sound"),
    QT_TRANSLATE_NOOP("Setting", "sound font"),
    QT_TRANSLATE_NOOP("Setting", "candidates"),
    QT_TRANSLATE_NOOP("Setting", "swing"),
    QT_TRANSLATE_NOOP("Phrase", "nocturne"),
    QT_TRANSLATE_NOOP("Phrase", "minuet"),
    QT_TRANSLATE_NOOP("Phrase", "prelude"),
    QT_TRANSLATE_NOOP("Phrase", "blues"),
)


UNIT_SUFFIXES = (
    QT_TRANSLATE_NOOP("Unit", " bpm"),
    QT_TRANSLATE_NOOP("Unit", " bars"),
    QT_TRANSLATE_NOOP("Unit", " ms"),
    QT_TRANSLATE_NOOP("Unit", " s"),
)


_SETTING_LABELS = {
    "top_p": "top-p",
    "answer_ns": "length",
    "changes": "chord changes",
    "begins": "beginning",
    "by_silence": "hand-over",
    "re_entry": "coming in",
    "vary": "loops",
}
"""The labels of settings that differ from their names."""


def instrument_name(instrument: Instrument) -> str:
    """Return the name of an instrument."""
    return QCoreApplication.translate("Instrument", instrument.label)


def phrase_name(phrase: str) -> str:
    """Return the name of a phrase that comes with Antiphon."""
    return QCoreApplication.translate("Phrase", phrase)


def setting_name(name: str) -> str:
    """Return the name of a setting."""
    part = name.rpartition(".")[2]
    return QCoreApplication.translate("Setting", _SETTING_LABELS.get(part, part.replace("_", " ")))


def setting_help(name: str) -> str:
    """Return the help text of a setting."""
    return QCoreApplication.translate("Setting", SETTINGS[name].spec.help)


def setting_none(name: str) -> str:
    """Return the word that a setting has for None."""
    return QCoreApplication.translate("Setting", SETTINGS[name].spec.none)


def unit_suffix(unit: str) -> str:
    """Return the suffix of a spin box for a unit, which may be empty."""
    suffix = f" {unit}"
    return QCoreApplication.translate("Unit", suffix) if unit else ""
