"""The values of settings in sentences: why a setting cannot have one, and what its range is.

The words that a user types, such as those of an enumeration, are not translated, nor are numbers:
the settings file and the command line know only one spelling. The word for None, the unit and the
description of the valid values belong to the spec; `dev/setting_texts.py` and
`gui/desk/widgets/names.py` list them for translators.
"""

from __future__ import annotations

import enum
import math
from typing import TYPE_CHECKING, Any

from bridge.setting import is_real, short_repr
from gui.wording.sentence import Sentence

if TYPE_CHECKING:
    from bridge.setting import Setting

_EXACT = 10**15
"""Integers of at least this magnitude are shown as a power of ten."""


def refusal(setting: Setting, value: object) -> Sentence:
    """Return why a setting cannot have a value: one sentence without a full stop."""
    said = described(setting, value)
    if setting.spec.wanted:
        wanted = Sentence("Setting", setting.spec.wanted)
        return Sentence("Setting", "{} is not {}").format(said, wanted)
    if setting.is_number:
        return _number_refusal(setting, value).format(said, *_range(setting))
    if setting.choices:
        return Sentence("Setting", "{} is not one of {}").format(said, ", ".join(setting.choices))
    return _kind_refusal(setting.kind).format(said)


def described(setting: Setting, value: object) -> Sentence | str:
    """Return the words for a value in a sentence: in the setting's unit, of any magnitude."""
    if value is None:
        return Sentence("Setting", setting.spec.none) if setting.spec.none else _nothing()
    if setting.is_whole and isinstance(value, float):
        return repr(value)
    if setting.is_number and is_real(value):
        return _number(value, setting.spec.per_unit)
    return _described(value)


def range_text(setting: Setting) -> str:
    """Return the range with its unit, or the typed words, in English; else empty."""
    if not setting.is_number:
        return ", ".join(setting.choices)
    low, high, unit = _range(setting)
    none = f"; 0: {setting.spec.none}" if setting.is_optional else ""
    return f"{low} to {high}{unit}{none}"


def _number_refusal(setting: Setting, value: object) -> Sentence:
    if setting.is_whole and not (is_real(value) and isinstance(value, int)):
        return Sentence("Setting", "{} is not a whole number between {} and {}{}")
    if not is_real(value):
        return Sentence("Setting", "{} is not a number between {} and {}{}")
    return Sentence("Setting", "{} is not between {} and {}{}")


def _kind_refusal(kind: type) -> Sentence:
    if kind is bool:
        return Sentence("Setting", "{} is not true or false")
    if kind is str:
        return Sentence("Setting", "{} is not plain text of usual length")
    if kind is tuple:
        return Sentence("Setting", "{} is not such a list")
    return Sentence("Setting", "{} is not a table")


def _range(setting: Setting) -> tuple[str, str, Sentence | str]:
    """Return the least and the greatest number, and the suffix for the unit."""
    spec = setting.spec
    suffix = f" {spec.unit}"
    unit = Sentence("Unit", suffix) if spec.unit else ""
    return _number(spec.minimum or 0), _number(spec.maximum or 0), unit


def _described(value: object) -> Sentence | str:
    match value:
        case bool():
            return str(value).lower()
        case enum.Enum():
            return str(value.value)
    if value in ((), ""):
        return _nothing()
    if is_real(value):
        return _number(value)
    if isinstance(value, tuple) and all(map(is_real, value)):
        return "/".join(map(_number, value))
    return short_repr(value) or Sentence("Setting", "this value")


def _nothing() -> Sentence:
    return Sentence("Setting", "none")


def _number(value: Any, per_unit: int = 1) -> str:
    if isinstance(value, int) and abs(value) >= _EXACT:
        return f"{'-' if value < 0 else ''}1e{int(math.log10(abs(value) // per_unit))}"
    in_unit = value if per_unit == 1 else value / per_unit
    if isinstance(in_unit, float) and not (in_unit.is_integer() and abs(in_unit) < _EXACT):
        return f"{in_unit:g}"
    return str(int(in_unit))
