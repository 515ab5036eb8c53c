"""The preferences that are stored between sessions, in a file that users can edit.

It is TOML in the platform's folder for settings. Only values that differ from the default are
written. Comments and unknown keys are kept. A value that is not valid is ignored and reported; a
copy of the file is kept beside it before such a value is overwritten. A value that the window has
not changed stays as the file has it by now. A file that cannot be read is never overwritten.
"""

from __future__ import annotations

import enum
import os
from collections.abc import MutableMapping
from contextlib import suppress
from dataclasses import dataclass, field, fields, is_dataclass, replace
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
from bridge.setting import Setting, SettingError, settings_in, spec_of
from bridge.system.atomic_write import atomic_write
from bridge.system.error_text import error_text
from bridge.system.input_file import InputError, InputFault, RefusedInput, read_input
from bridge.system.output_file import free_path
from gui.wording.inputs import sentence_of_input
from gui.wording.preferences_file import (
    BAD_TABLE,
    BAD_VALUE,
    DEFAULTS_USED,
    NO_TOML,
    NOT_SAVED,
    TOO_MANY_VALUES,
    UNREADABLE,
    UNWRITABLE,
)
from gui.wording.sentence import Sentence
from gui.wording.setting_values import described, refusal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tomlkit import TOMLDocument

    Facts = TypeVar("Facts")

FILE_NAME = "settings.toml"
_BACKUP = "backup"
MAX_TEXT = 4096
"""The greatest length of a text; a path has at most as many bytes on Linux."""
_MAX_BYTES, _MAX_MARKS = 4 * 2**20, 20_000
_MARKS = ",=[{\\\n"
"""What a large file is full of. tomlkit takes half a second for the greatest number of them."""
_MAX_ERROR = 200
_BOM = "utf-8-sig"
"""UTF-8, with or without the mark that editors on Windows write first."""
_ODD_DOCUMENT = (TOMLKitError, ArithmeticError, AttributeError, LookupError, TypeError, ValueError)
"""What tomlkit raises for a document that it has parsed and cannot change, besides its own."""


def _is_plain(text: str) -> bool:
    return "\0" not in text  # at which the system ends a name


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
    input_name: str | None = field(default=None, metadata=spec_of("", rule=_is_plain))
    output_name: str | None = field(default=None, metadata=spec_of("", rule=_is_plain))
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
        content = _read(path)
        return (Preferences(), ()) if content is None else _interpret(_parse(path, content))
    except PreferencesError as error:
        raise PreferencesError(DEFAULTS_USED.format(error.sentence)) from error


def save(preferences: Preferences, path: Path, before: Preferences | None = None) -> None:
    """Write the preferences atomically.

    What is as in `before` is not written: another program may have changed it in the file. If the
    file has values that are not valid, it is first copied to another name.

    Raises:
        PreferencesError: the file cannot be written, or the existing file cannot be read.

    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        content = _read(path)
        document = tomlkit.document()
        if content is not None:
            document = _parse(path, content)
            stored, problems = _interpret(document)
            if before is not None:
                preferences = _with_unchanged(preferences, before, stored)
            if problems:
                _keep_copy(path, content)
        text = _updated(document, preferences)
        if text is None:
            _keep_copy(path, content or b"")
            document = tomlkit.document()
            _update_table(document, preferences, Preferences())
            text = tomlkit.dumps(document)
        if text.encode() != content:
            with atomic_write(path) as stream:
                stream.write(text.encode())
    except PreferencesError as error:
        raise PreferencesError(NOT_SAVED.format(error.sentence)) from error
    except (OSError, UnicodeError) as error:
        raise PreferencesError(UNWRITABLE.format(str(path), _text_of(error))) from error


def _read(path: Path) -> bytes | None:
    """Return the content of a file, or None if there is none.

    Raises:
        PreferencesError: it cannot be read.

    """
    try:
        return read_input(path, _MAX_BYTES)
    except InputError as error:
        if error.reason == RefusedInput(path, InputFault.MISSING):
            return None
        raise PreferencesError(sentence_of_input(error.reason)) from error


def _parse(path: Path, content: bytes) -> TOMLDocument:
    """Return a file's document.

    Raises:
        PreferencesError: it is not TOML, or is too large.

    """
    try:
        text = content.decode(_BOM)
    except UnicodeDecodeError as error:
        raise PreferencesError(UNREADABLE.format(str(path), _text_of(error))) from error
    if sum(map(text.count, _MARKS)) > _MAX_MARKS:
        raise PreferencesError(TOO_MANY_VALUES.format(str(path)))
    try:
        document = tomlkit.parse(text)
        document.unwrap()  # which finds more
    except (RecursionError, *_ODD_DOCUMENT) as error:
        raise PreferencesError(NO_TOML.format(str(path), _text_of(error))) from error
    return document


def _text_of(error: Exception) -> str:
    """Return the text of an error, which may quote what the user wrote."""
    text = error_text(error)
    return text if len(text) <= _MAX_ERROR else f"{text[:_MAX_ERROR]} ..."


def _interpret(document: TOMLDocument) -> tuple[Preferences, tuple[Sentence, ...]]:
    """Return the preferences in a document, and a sentence for each value that is not valid."""
    problems: list[Sentence] = []
    return _merge_values(Preferences(), document.unwrap(), "", problems), tuple(problems)


def _updated(document: TOMLDocument, preferences: Preferences) -> str | None:
    """Return the text of a document with these preferences, or None if tomlkit cannot change it.

    TOML writes a table in many ways, of which tomlkit cannot change every one.
    """
    try:
        _update_table(document, preferences, Preferences())
        text = tomlkit.dumps(document)
        is_right = _interpret(tomlkit.parse(text)) == (preferences, ())
    except _ODD_DOCUMENT:
        return None
    return text if is_right else None


def _with_unchanged(values: Facts, before: Facts, stored: Facts) -> Facts:
    """Return values, but the stored ones where they are as before."""
    kept: dict[str, Any] = {}
    for part in fields(values):  # type: ignore[arg-type]
        now, was, there = (getattr(each, part.name) for each in (values, before, stored))
        if is_dataclass(now):
            kept[part.name] = _with_unchanged(now, was, there)
        elif now == was:
            kept[part.name] = there
    return replace(values, **kept)  # type: ignore[type-var]


def _keep_copy(path: Path, content: bytes) -> None:
    """Copy what the user wrote to a name that no file has, beside the file.

    If the copy of last time is the same, it is enough.
    """
    copy = path.with_name(f"{path.stem}.{_BACKUP}{path.suffix}")
    with suppress(InputError):
        if read_input(copy, _MAX_BYTES) == content:
            return
    if os.path.lexists(copy):
        copy = free_path(copy)
    with atomic_write(copy, replace=False) as stream:
        stream.write(content)


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
    for part in fields(values):  # type: ignore[arg-type]
        value, default = getattr(values, part.name), getattr(defaults, part.name)
        if is_dataclass(value):
            table = toml_table.get(part.name)
            if not isinstance(table, MutableMapping):
                table = tomlkit.table()
            _update_table(table, value, default)
            if table:
                toml_table[part.name] = table
                continue
        if value == default or value is None:
            toml_table.pop(part.name, None)
        else:
            toml_table[part.name] = _converter().unstructure(value)


@cache
def _converter() -> Converter:
    converter = Converter(unstruct_collection_overrides={tuple: list})
    converter.register_unstructure_hook(Instrument, lambda kind: kind.label)
    converter.register_structure_hook(Instrument, lambda label, _: _parse_instrument(label))
    converter.register_unstructure_hook(Control, lambda control: control.label)
    converter.register_structure_hook(Control, lambda label, _: parse_control(label))
    for kind, exact in ((bool, bool), (int, int)):
        converter.register_structure_hook(kind, _strict_parser(exact))
    converter.register_structure_hook(str, lambda value, _: _parse_text(value))
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


def _parse_text(value: object) -> str:
    if not isinstance(value, str) or len(value) > MAX_TEXT:
        raise TypeError("this is no text")
    value.encode()  # which fails if half a character is in it
    return value


def _parse_number(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError(f"{value!r} is no number")
    return float(value)
