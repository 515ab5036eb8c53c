"""The preferences that are stored between sessions, in a file that users can edit.

It is TOML in the platform's folder for settings. Only values that differ from the default are
written. Comments and unknown keys are kept. A value that is not valid is ignored and reported. A
file that cannot be read is never overwritten.
"""

from __future__ import annotations

import enum
from collections.abc import MutableMapping
from dataclasses import dataclass, fields, is_dataclass, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, get_type_hints

import tomlkit
from cattrs import Converter
from cattrs.errors import BaseValidationError
from platformdirs import user_config_path
from tomlkit.exceptions import TOMLKitError

from bridge.messages.settings import WINDOW_SETTINGS, Settings
from bridge.midi.controls import Action, Control, parse_control
from bridge.midi.instruments import Instrument, instrument_named
from bridge.setting import Setting, SettingError, settings_in
from bridge.system.atomic_write import atomic_write
from gui.wording.preferences_file import (
    BAD_TABLE,
    BAD_VALUE,
    NO_TOML,
    NO_TOML_AND_KEPT,
    UNREADABLE,
    UNWRITABLE,
)
from gui.wording.sentence import Sentence
from gui.wording.setting_values import described, refusal

if TYPE_CHECKING:
    from collections.abc import Mapping

    Facts = TypeVar("Facts")

FILE_NAME = "settings.toml"


class ColourScheme(enum.Enum):
    """The colour scheme of the window."""

    SYSTEM = "system"
    DARK = "dark"
    LIGHT = "light"


@dataclass(frozen=True, slots=True)
class Preferences:
    """The state of the window when it was closed."""

    settings: Settings = WINDOW_SETTINGS
    controls: tuple[tuple[Control, Action], ...] = ()
    input_name: str | None = None
    output_name: str | None = None
    theme: ColourScheme = ColourScheme.SYSTEM
    advanced: bool = False
    keys: bool = True
    takes: bool = False
    geometry: str = ""
    """Qt's own format, in base64."""


def preferences_file() -> Path:
    """Return the path of the preferences."""
    return user_config_path("antiphon", appauthor=False) / FILE_NAME


class PreferencesError(Exception):
    """The preferences cannot be read or written."""

    def __init__(self, sentence: Sentence) -> None:
        super().__init__(str(sentence))
        self.sentence = sentence


def load(path: Path) -> tuple[Preferences, tuple[Sentence, ...]]:
    """Return the preferences in a file, and a sentence for each value that is not valid.

    Raises:
        PreferencesError: the file cannot be read, or is not TOML.

    """
    try:
        stored = tomlkit.parse(path.read_text("utf-8")).unwrap()
    except FileNotFoundError:
        return Preferences(), ()
    except (OSError, UnicodeDecodeError) as error:
        raise PreferencesError(UNREADABLE.format(str(path), str(error))) from error
    except TOMLKitError as error:
        raise PreferencesError(NO_TOML.format(str(path), str(error))) from error
    problems: list[Sentence] = []
    return _merge_values(Preferences(), stored, "", problems), tuple(problems)


def save(preferences: Preferences, path: Path) -> None:
    """Write the preferences atomically.

    Raises:
        PreferencesError: the file cannot be written, or the existing file cannot be read.

    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        there = tomlkit.parse(path.read_text("utf-8")) if path.exists() else tomlkit.document()
        _update_table(there, preferences, Preferences())
        with atomic_write(path) as stream:
            stream.write(tomlkit.dumps(there).encode())
    except TOMLKitError as error:
        raise PreferencesError(NO_TOML_AND_KEPT.format(str(path), str(error))) from error
    except (OSError, UnicodeError) as error:
        raise PreferencesError(UNWRITABLE.format(str(path), str(error))) from error


def _merge_values(
    defaults: Facts, values: Mapping[str, Any], where: str, problems: list[Sentence]
) -> Facts:
    """Return defaults with the valid values of a table; add a problem for each other value."""
    kind: type = type(defaults)
    settings, hints = settings_in(kind), get_type_hints(kind)
    for key, value in values.items():
        if key not in settings:
            continue
        name = f"{where}.{key}".strip(".")
        before = getattr(defaults, key)
        merged: Any
        try:
            if is_dataclass(before) and isinstance(value, dict):
                merged = _merge_values(before, value, name, problems)
            else:
                merged = _structure(value, hints[key], settings[key])
            defaults = replace(defaults, **{key: merged})  # type: ignore[type-var]
        except SettingError as error:
            reason = refusal(error.setting, error.value)
            if is_dataclass(before):
                problems.append(BAD_TABLE.format(name, reason))
            else:
                default = described(settings[key], before)
                problems.append(BAD_VALUE.format(name, reason, default))
    return defaults


def _structure(value: object, kind: Any, setting: Setting) -> object:
    """Return a value of the file as the field stores it.

    Raises:
        SettingError: the field cannot have this value.

    """
    if setting.is_optional and setting.spec.none and value == setting.spec.none:
        return None
    is_list = setting.kind is tuple
    if (is_list and not isinstance(value, list)) or is_dataclass(setting.kind):
        raise SettingError(setting, value)
    try:
        structured = _converter().structure(value, kind)
    except (ValueError, TypeError, KeyError, OverflowError, BaseValidationError) as error:
        raise SettingError(setting, value) from error
    if not setting.accepts(structured):
        raise SettingError(setting, value)
    return structured


def _update_table(toml_table: MutableMapping[str, Any], values: object, defaults: object) -> None:
    """Write the values that differ from the defaults into a table, and remove the others."""
    for field in fields(values):  # type: ignore[arg-type]
        value, default = getattr(values, field.name), getattr(defaults, field.name)
        if is_dataclass(value):
            table = toml_table.get(field.name)
            if not isinstance(table, MutableMapping):
                table = tomlkit.table()
            _update_table(table, value, default)
            if table:
                toml_table[field.name] = table
                continue
        if value == default or value is None:
            toml_table.pop(field.name, None)
        else:
            toml_table[field.name] = _converter().unstructure(value)


@cache
def _converter() -> Converter:
    converter = Converter(unstruct_collection_overrides={tuple: list})
    converter.register_unstructure_hook(Instrument, lambda kind: kind.label)
    converter.register_structure_hook(Instrument, lambda label, _: _parse_instrument(label))
    converter.register_unstructure_hook(Control, lambda control: control.label)
    converter.register_structure_hook(Control, lambda label, _: parse_control(label))
    for kind, exact in ((bool, bool), (str, str), (int, int)):
        converter.register_structure_hook(kind, _strict_parser(exact))
    converter.register_structure_hook(float, lambda value, _: _parse_number(value))
    return converter


def _parse_instrument(label: str) -> Instrument:
    kind = instrument_named(label)
    if kind is None:
        raise ValueError(f"there is no instrument {label!r}")
    return kind


def _strict_parser(kind: type) -> Any:
    def structured(value: object, _: type) -> object:
        if type(value) is not kind:
            raise TypeError(f"{value!r} is no {kind.__name__}")
        return value

    return structured


def _parse_number(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError(f"{value!r} is no number")
    return float(value)
