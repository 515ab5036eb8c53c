"""The options that several commands share, and how they are parsed.

The options for settings are made from the table of settings (`bridge.messages.settings`): name,
default, help, range and unit. The other numbers have a table of the same kind here (`Amounts`). A
bad value fails with one sentence that names the option.
"""

from __future__ import annotations

import enum
import functools
import inspect
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bridge.messages.settings import SETTINGS, Settings, value_of, with_value
from bridge.midi import instruments
from bridge.names import plain_name
from bridge.setting import SettingError, is_real, settings_in, short_repr, spec_of
from gui.commands.console.terminal import fail, fail_unknown
from gui.wording.setting_values import range_text, refusal

if TYPE_CHECKING:
    from bridge.io.handle import BackendName
    from bridge.midi.instruments import Instrument

BackendOption = Annotated[
    str, typer.Option("--through", help="auto, jack, rtmidi: which kind of port.")
]

NO_INPUT = "none"

InputOption = Annotated[
    str,
    typer.Option(
        "--input",
        help=f"Port to listen on, or {NO_INPUT}; default: a keyboard that is plugged in, and a "
        "port of its own, `in`.",
    ),
]

OutputOption = Annotated[
    str, typer.Option("--output", help="Port to play on; default: a port of its own, `out`.")
]

MUSIC = (
    *("style", "instruments", "temperature", "top_p", "style_strength", "changes", "key", "seed"),
)
"""The settings of every command that generates music."""
REWRITING = tuple(name for name in MUSIC if name not in ("instruments", "changes"))
"""The settings of a command that plays a part of a file anew."""

WITHOUT_OPTION = {
    "keyboard": f"--input {NO_INPUT} switches it off",
    "palette": "without a palette a knob goes through the styles of --style",
    "sound": "a command is silent unless its port is connected to something that sounds",
    "sound_font": "a command has no sound of its own",
}
"""The settings that no command has, each with the reason."""

_FLAGS = {
    "answer_ns": "--answer-seconds",
    "by_silence": "--silence/--no-silence",
    "vary": "--vary/--no-vary",
    "quantise.step": "--quantise",
    "quantise.strength": "--quantise-strength",
    "time.count_in_bars": "--count-in",
    "time.advance_ns": "--advance-ms",
}
"""The options that differ from the last part of the setting's name."""

_WRITTEN = {
    "style": "chopin:0.7,bossa nova:0.3",
    "instruments": "piano,bass,drums",
    "time.metre": "6/8",
}
"""How to write a value that is neither a number nor one of a few words."""

_NUMBER = re.compile(
    r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)(e[+-]?[0-9]+)?|[+-]?(nan|inf)", re.IGNORECASE
)
_METRE = re.compile(r"[0-9]{1,3}/[0-9]{1,3}")
_DAY_S = 24 * 3600


@dataclass(frozen=True, slots=True)
class Amounts:
    """The numbers that commands take beside settings, with their ranges and units."""

    bars: int | None = field(
        default=None,
        metadata=spec_of("Number of bars to add; 8 without --seconds.", 1, 10_000, unit="bars"),
    )
    seconds: float | None = field(
        default=None,
        metadata=spec_of("Number of seconds to add, instead of bars.", 0, _DAY_S, unit="s"),
    )
    takes: int = field(
        default=1,
        metadata=spec_of("Number of takes; writes OUT-1.mid, OUT-2.mid ...", 1, 1000),
    )
    distance: float = field(
        default=0.5,
        metadata=spec_of("How far a variation goes; 0: nothing changes, 1: all notes.", 0, 1),
    )
    for_: float = field(
        default=0.0,
        metadata=spec_of("Stop after this many seconds; 0: on Ctrl-C.", 0, _DAY_S, unit="s"),
    )
    steps: int = field(
        default=80,
        metadata=spec_of("Number of training steps; 80 take some minutes.", 1, 10_000),
    )
    bench_seconds: int = field(
        default=60,
        metadata=spec_of("How long notes are sent while decoding.", 1, 3600, unit="s"),
    )
    bench_minutes: int = field(
        default=60,
        metadata=spec_of("How many minutes of jamming are simulated.", 2, 600, unit="min"),
    )


_AMOUNTS = settings_in(Amounts)

_BACKENDS: dict[str, BackendName] = {"auto": "auto", "jack": "jack", "rtmidi": "rtmidi"}


def parse_backend(through: str) -> BackendName:
    """Return the kind of port that a word names, or fail."""
    if through not in _BACKENDS:
        fail_unknown("--through", through, _BACKENDS)
    return _BACKENDS[through]


def parse_ports(input_: str, output: str) -> tuple[str | None, str | None]:
    """Return the names of the ports to connect; `none` and an empty name are None."""
    names = (None if is_no_input(input_) else input_, output)
    first, second = (name if name and name.strip() else None for name in names)
    return first, second


def is_no_input(input_: str) -> bool:
    """Return whether the user wants to listen on no port but Antiphon's own."""
    return input_.strip().lower() == NO_INPUT


def with_setting_options(
    *names: str, **defaults: object
) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Return a decorator that gives a command these settings as options.

    The command receives them as keyword arguments, for `parse_settings`. `defaults` replace those
    of the table.
    """
    options = [_parameter(name, defaults) for name in names]
    usual = {option.name: option.default for option in options}

    def decorate(command: Callable[..., None]) -> Callable[..., None]:
        @functools.wraps(command)
        def with_defaults(**asked: Any) -> None:
            command(**usual | asked)

        own = inspect.signature(command, eval_str=True)
        parameters = [each for each in own.parameters.values() if each.kind is not each.VAR_KEYWORD]
        vars(with_defaults)["__signature__"] = own.replace(parameters=[*options, *parameters])
        return with_defaults

    return decorate


def parse_settings(asked: dict[str, Any]) -> Settings:
    """Return the settings for these options, given by parameter name, or fail."""
    settings = Settings()
    for name in SETTINGS:
        if (parameter := _parameter_name(name)) in asked:
            typed = asked[parameter]
            try:
                settings = with_value(settings, name, _parse(name, typed))
            except SettingError as error:
                refused = typed if isinstance(typed, str) else error.value
                fail(f"{option_name(name)}: {refusal(error.setting, refused)}.")
    return settings


def amount_option(flag: str, name: str) -> Any:
    """Return the typer option for a number of `Amounts`, with its help, range and unit.

    typer refuses a value out of the range.
    """
    setting = _AMOUNTS[name]
    parse = parse_number(setting.kind)

    def number(text: Any) -> Any:
        typed = parse(text)
        if is_real(typed) and setting.accepts(typed):
            return typed
        raise typer.BadParameter(str(refusal(setting, typed)))

    shown = range_text(setting).partition(";")[0]
    return typer.Option(flag, help=f"{setting.spec.help} ({shown})", parser=number)


def parse_number(kind: type) -> Callable[[Any], Any]:
    """Return a parser for typer: it returns a number, or the text if that is none.

    A text is refused later, by the sentence of the setting, which knows the range. Digits of other
    scripts, underscores and spaces, which Python allows in a number, make a text.
    """

    def number(typed: Any) -> Any:
        if isinstance(typed, str) and not _NUMBER.fullmatch(typed):
            return typed
        for parse in (int, float) if kind is int else (float,):
            try:
                return parse(typed)
            except (TypeError, ValueError):
                continue
        return typed

    return number


ForceOption = Annotated[
    bool, typer.Option("--force", help="Replace files that exist. The input is never replaced.")
]


def option_name(name: str) -> str:
    """Return the option of the setting with this dotted name."""
    flag = "--" + name.rpartition(".")[2].replace("_", "-")
    return _FLAGS.get(name, flag).partition("/")[0]


def _parameter_name(name: str) -> str:
    return name.replace(".", "_")


def _parameter(name: str, defaults: dict[str, object]) -> inspect.Parameter:
    """Return the parameter from which typer makes the option of a setting."""
    default = defaults.get(name, _written(name))
    is_number = SETTINGS[name].is_number
    parser = parse_number(type(default)) if is_number else None
    option = typer.Option(_FLAGS.get(name, option_name(name)), help=_help(name), parser=parser)
    return inspect.Parameter(
        _parameter_name(name),
        inspect.Parameter.KEYWORD_ONLY,
        default=default,
        annotation=Annotated[type(default), option],
    )


def _help(name: str) -> str:
    setting = SETTINGS[name]
    within = range_text(setting) or _WRITTEN.get(name, "")
    return f"{setting.spec.help} ({within})" if within else setting.spec.help


def _written(name: str) -> object:
    """Return the default of a setting as a user would type it."""
    setting, value = SETTINGS[name], value_of(Settings(), name)
    if setting.is_number:
        number = setting.shown(value)
        return int(number) if setting.is_whole else float(number)
    if setting.choices:
        return setting.spec.none if value is None else value.value
    if name == "time.metre":
        return "/".join(map(str, value))
    return ",".join(value) if isinstance(value, tuple) else value


def _parse(name: str, typed: Any) -> object:
    """Return the typed value; one that is not valid is returned unchanged, to be refused."""
    setting = SETTINGS[name]
    if setting.is_number:
        return setting.stored(typed) if is_real(typed) else typed
    if setting.choices:
        return _choice(setting.kind, typed, setting.spec.none)
    readers: dict[str, Callable[[str], object]] = {
        "style": _parse_blend,
        "instruments": functools.partial(parse_instruments, option_name(name)),
        "time.metre": _parse_metre,
    }
    return readers[name](typed) if name in readers else typed


def _choice(kind: type, word: str, none: str) -> enum.Enum | str | None:
    if none and word == none:
        return None
    assert issubclass(kind, enum.Enum)
    return next((member for member in kind if member.value == word), word)


def _parse_metre(word: str) -> tuple[int, ...] | str:
    return tuple(map(int, word.split("/"))) if _METRE.fullmatch(word) else word


def _parse_blend(words: str) -> tuple[tuple[str, float], ...]:
    """Parse "chopin:0.7,bossa nova:0.3"; a name alone has weight 1."""
    parts = []
    for word in filter(None, (part.strip() for part in words.split(","))):
        name, _, weight = word.partition(":")
        share = parse_number(float)(weight.strip() or "1")
        if not is_real(share):
            fail(f"--style: {short_repr(share)} is not a weight (write chopin:0.7).")
        parts.append((plain_name(name), share))
    return tuple(parts)


def parse_instruments(flag: str, words: str) -> tuple[Instrument, ...]:
    """Return the instruments that the words of an option name, or fail."""
    chosen = []
    for word in filter(None, (part.strip() for part in words.split(","))):
        kind = instruments.instrument_named(word)
        if kind is None:
            fail_unknown(flag, word, instruments.LABELS)
        chosen.append(kind)
    return tuple(sorted(set(chosen)))
