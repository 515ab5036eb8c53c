"""The description of a setting: its range, step, unit and help, written once beside the field.

A dataclass of settings gives each field a `Spec` as metadata. The type and the default are those of
the field. The result is a `Setting`, which everything that reads a setting from a person uses: the
command line, a spin box, a file, a knob. The constructor of the dataclass calls `validate`, so that
no value is out of range.

Numbers in a spec are in the unit that a musician uses. Only `Setting.stored` and `Setting.shown`
convert them to and from stored values, such as nanoseconds.
"""

from __future__ import annotations

import enum
import math
from collections.abc import Callable
from dataclasses import dataclass, fields
from functools import cache, cached_property
from types import NoneType, UnionType
from typing import Any, TypeGuard, Union, get_args, get_origin, get_type_hints

_KEY = "setting"
_MAX_KNOB = 127
_LONGEST_SHOWN = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Spec:
    """The metadata of a field: what its type and its default do not determine.

    `minimum`, `maximum` and `step` are in `unit`; one `unit` is stored as `per_unit`. `none` is the
    word for None. `knob` is the range that a knob covers; without it the setting cannot follow a
    knob. `rule` restricts the values of the type, and `wanted` describes the valid ones in a
    sentence. The texts are English; `dev/setting_texts.py` collects them for translators.
    """

    help: str = ""
    minimum: float | None = None
    maximum: float | None = None
    step: float = 1
    decimals: int = 0
    unit: str = ""
    per_unit: int = 1
    none: str = ""
    knob: tuple[float, float] | None = None
    rule: Callable[[Any], bool] | None = None
    wanted: str = ""


class SettingError(ValueError):
    """A value that a setting cannot have; the text is for developers."""

    def __init__(self, setting: Setting, value: object) -> None:
        shown = short_repr(value) or f"this {type(value).__name__}"
        super().__init__(f"{setting.name}: {shown} is not valid")
        self.setting = setting
        self.value = value


@dataclass(frozen=True)
class Setting:
    """A field of settings: its name, its type, its default and its spec."""

    name: str
    kind: type
    """The type without None: `float`, `int`, `bool`, `str`, `tuple`, an enumeration."""
    default: object
    is_optional: bool
    spec: Spec
    has_type: Callable[[object], bool]

    @cached_property
    def is_number(self) -> bool:
        """Whether the setting has a range."""
        return self.spec.minimum is not None and self.spec.maximum is not None

    @cached_property
    def is_whole(self) -> bool:
        """Whether the setting is given as a whole number."""
        return self.kind is int and self.spec.per_unit == 1

    @cached_property
    def stored_range(self) -> tuple[float, float]:
        """The least and the greatest stored value."""
        low, high, per_unit = self.spec.minimum, self.spec.maximum, self.spec.per_unit
        assert low is not None
        assert high is not None
        return low * per_unit, high * per_unit

    def accepts(self, value: Any) -> bool:
        """Return whether the setting can have this value."""
        if value is None:
            return self.is_optional
        if not self.has_type(value):
            return False
        if self.is_number:
            low, high = self.stored_range
            return bool(low <= value <= high)
        return self.spec.rule is None or self.spec.rule(value)

    def stored(self, number: float) -> float | None:
        """Return the stored value of a number in the setting's unit; 0 is None if it is optional.

        One that is not finite, or would not be when stored, stays so, and `accepts` refuses it.
        """
        if self.is_optional and not number:
            return None
        in_store = number * self.spec.per_unit
        if not isinstance(in_store, int) and not math.isfinite(in_store):
            return in_store
        return round(in_store) if self.kind is int and self.spec.per_unit != 1 else in_store

    def shown(self, value: float | None) -> float:
        """Return a stored number in the setting's unit; None becomes 0."""
        if value is None:
            return 0
        return value if self.spec.per_unit == 1 else value / self.spec.per_unit

    def from_knob(self, position: int) -> float | None:
        """Return the stored value for a knob's position, 0 to 127.

        Raises:
            ValueError: the setting cannot follow a knob.

        """
        if self.spec.knob is None:
            raise ValueError(f"{self.name}: no knob may follow it")
        low, high = self.spec.knob
        number = round(low + (high - low) * position / _MAX_KNOB, self.spec.decimals)
        return self.stored(int(number) if self.is_whole else number)

    @cached_property
    def choices(self) -> tuple[str, ...]:
        """The words for the values of an enumeration, the word for None first; else empty."""
        if not issubclass(self.kind, enum.Enum):
            return ()
        return ((self.spec.none,) if self.is_optional else ()) + tuple(
            str(member.value) for member in self.kind
        )


def spec_of(
    help: str,  # noqa: A002 - the name that typer and argparse use
    minimum: float | None = None,
    maximum: float | None = None,
    **rest: Any,
) -> dict[str, Spec]:
    """Return the metadata of a field; the arguments are those of `Spec`."""
    return {_KEY: Spec(help=help, minimum=minimum, maximum=maximum, **rest)}


@cache
def settings_in(kind: type) -> dict[str, Setting]:
    """Return the settings of a dataclass by the names of its fields."""
    hints = get_type_hints(kind)
    found = {}
    for field in fields(kind):
        hint = hints[field.name]
        parts = get_args(hint) if get_origin(hint) in (Union, UnionType) else (hint,)
        (main,) = (part for part in parts if part is not NoneType)
        found[field.name] = Setting(
            field.name,
            get_origin(main) or main,
            field.default,
            NoneType in parts,
            field.metadata.get(_KEY, Spec()),
            _type_check(main),
        )
    return found


def validate(values: Any) -> None:
    """Check each field of a dataclass of settings.

    Raises:
        SettingError: a value has a wrong type or is out of range.

    """
    kind: type = type(values)
    for name, setting in settings_in(kind).items():
        value = getattr(values, name)
        if not setting.accepts(value):
            raise SettingError(setting, value)


def short_repr(value: object) -> str:
    """Return how Python writes a value, cut after 60 characters; empty if it cannot write it.

    Python writes no integer of thousands of digits. A date is written as in a TOML file.
    """
    try:
        text = str(value) if hasattr(value, "isoformat") else repr(value)
    except ValueError:
        return ""
    return text if len(text) <= _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]} ..."


def is_real(value: object) -> TypeGuard[float]:
    """Return whether a value is a number; a bool is not."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def _type_check(hint: Any) -> Callable[[object], bool]:
    """Return a function that checks whether a value has a type; a bool is not a number."""
    arguments = get_args(hint)
    if get_origin(hint) is tuple and arguments[-1] is ...:
        each = _type_check(arguments[0])
        return lambda value: isinstance(value, tuple) and all(map(each, value))
    if get_origin(hint) is tuple:
        parts = tuple(map(_type_check, arguments))
        return lambda value: (
            isinstance(value, tuple)
            and len(value) == len(parts)
            and all(check(part) for check, part in zip(parts, value, strict=True))
        )
    if hint is float:
        return is_real
    if hint is int:
        return lambda value: type(value) is int
    return lambda value: isinstance(value, hint)
