"""What is remembered from one session to the next, in a file that people can read and write.

TOML in the platform's place for settings. Only what is not as it comes is written. Comments and
keys that are not known stay as they are. A value that makes no sense is left out, alone, and told
of; a file that cannot be read is never written over.
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
from gui.wording.sentence import Sentence

if TYPE_CHECKING:
    from collections.abc import Mapping

    Facts = TypeVar("Facts")

FILE_NAME = "settings.toml"


class ColourScheme(enum.Enum):
    """What the window is drawn in."""

    SYSTEM = "system"
    DARK = "dark"
    LIGHT = "light"


@dataclass(frozen=True, slots=True)
class Preferences:
    """What the window was like when it was closed."""

    settings: Settings = WINDOW_SETTINGS
    controls: tuple[tuple[Control, Action], ...] = ()
    input_name: str | None = None
    output_name: str | None = None
    theme: ColourScheme = ColourScheme.SYSTEM
    advanced: bool = False
    keys: bool = True
    takes: bool = False
    geometry: str = ""
    """Qt's own, in base 64."""


def preferences_file() -> Path:
    """Return where they are kept."""
    return user_config_path("antiphon", appauthor=False) / FILE_NAME


_UNREADABLE = Sentence("Preferences", "{}: cannot be read ({}).")
_NO_TOML = Sentence("Preferences", "{}: is no TOML ({}).")
_LEFT = Sentence("Preferences", "{}: is no TOML, and is left as it is ({}).")
_UNWRITABLE = Sentence("Preferences", "{}: cannot be written ({}).")


class PreferencesError(Exception):
    """They cannot be read or written."""

    def __init__(self, sentence: Sentence) -> None:
        super().__init__(str(sentence))
        self.sentence = sentence


def load(path: Path) -> tuple[Preferences, tuple[str, ...]]:
    """Return what a file says, and a sentence for each value that makes no sense.

    Raises:
        PreferencesError: the file cannot be read, or is no TOML.

    """
    try:
        told = tomlkit.parse(path.read_text("utf-8")).unwrap()
    except FileNotFoundError:
        return Preferences(), ()
    except (OSError, UnicodeDecodeError) as error:
        raise PreferencesError(_UNREADABLE.format(str(path), str(error))) from error
    except TOMLKitError as error:
        raise PreferencesError(_NO_TOML.format(str(path), str(error))) from error
    problems: list[str] = []
    return _merge_values(Preferences(), told, "", problems), tuple(problems)


def save(preferences: Preferences, path: Path) -> None:
    """Write them, whole or not at all.

    Raises:
        PreferencesError: the file cannot be written, or the one that is there cannot be read.

    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        there = tomlkit.parse(path.read_text("utf-8")) if path.exists() else tomlkit.document()
        _update_table(there, preferences, Preferences())
        with atomic_write(path) as stream:
            stream.write(tomlkit.dumps(there).encode())
    except TOMLKitError as error:
        raise PreferencesError(_LEFT.format(str(path), str(error))) from error
    except (OSError, UnicodeError) as error:
        raise PreferencesError(_UNWRITABLE.format(str(path), str(error))) from error


def _merge_values(
    defaults: Facts, values: Mapping[str, Any], where: str, problems: list[str]
) -> Facts:
    """Return defaults with the values that their fields can have, and note the other values."""
    kind: type = type(defaults)
    settings, hints = settings_in(kind), get_type_hints(kind)
    for key, value in values.items():
        if key not in settings:
            continue
        name = f"{where}.{key}".strip(".")
        before = getattr(defaults, key)
        taken: Any
        try:
            if is_dataclass(before) and isinstance(value, dict):
                taken = _merge_values(before, value, name, problems)
            else:
                taken = _structure(value, hints[key], settings[key])
            defaults = replace(defaults, **{key: taken})  # type: ignore[type-var]
        except SettingError as error:
            default = "" if is_dataclass(before) else f" ({settings[key].described(before)})"
            problems.append(f"{name}: {error.reason}; the default{default} is used.")
    return defaults


def _structure(value: object, kind: Any, setting: Setting) -> object:
    """Return a value of the file as the field holds it.

    Raises:
        SettingError: the field cannot have this value.

    """
    if setting.is_optional and setting.spec.none and value == setting.spec.none:
        return None
    is_list = setting.kind is tuple
    if (is_list and not isinstance(value, list)) or is_dataclass(setting.kind):
        raise SettingError(setting.name, setting.refusal(value))
    try:
        taken = _converter().structure(value, kind)
    except (ValueError, TypeError, KeyError, OverflowError, BaseValidationError) as error:
        raise SettingError(setting.name, setting.refusal(value)) from error
    if not setting.accepts(taken):
        raise SettingError(setting.name, setting.refusal(value))
    return taken


def _update_table(toml_table: MutableMapping[str, Any], values: object, defaults: object) -> None:
    """Write into a table what is not as it comes; what is, is taken out of it."""
    for field in fields(values):  # type: ignore[arg-type]
        value, as_it_comes = getattr(values, field.name), getattr(defaults, field.name)
        if is_dataclass(value):
            table = toml_table.get(field.name)
            if not isinstance(table, MutableMapping):
                table = tomlkit.table()
            _update_table(table, value, as_it_comes)
            if table:
                toml_table[field.name] = table
                continue
        if value == as_it_comes or value is None:
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
