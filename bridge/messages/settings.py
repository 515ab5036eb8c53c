"""The settings of Antiphon, in one table.

Each setting is a field with a type and a default; its range, step, unit and help are the metadata
beside it (`bridge.setting`). `SETTINGS` lists all settings by dotted name, such as `time.bpm`. The
command line, the window, the settings file and the knobs use that table.
"""

from __future__ import annotations

import enum
import math
from collections.abc import Iterator
from dataclasses import dataclass, field, is_dataclass, replace
from typing import Any

from bridge.messages.time_settings import TimeSettings
from bridge.midi.instruments import LABELS, Instrument
from bridge.setting import Setting, settings_in, spec_of, validate
from bridge.sync.quantise import Quantise
from bridge.synth.policy import SynthPolicy
from bridge.system.units import SECOND

Style = tuple[tuple[str, float], ...]
"""A style or a blend: names of styles with their weights."""

MAX_CANDIDATES = 4
"""The greatest number of candidates: a short pause leaves no time for more."""

MAX_SEED = 2**31 - 1
"""The greatest integer of a Qt spin box."""

_MIN_SHARE = 1e-6
"""A smaller share of a blend is none."""
_NO_QUANTISE = Quantise()
_USUAL_TIME = TimeSettings()


def _has_weights(style: Style) -> bool:
    return all(0 < weight < math.inf for _, weight in style)


def _is_path(path: str) -> bool:
    return "\0" not in path


class Mode(enum.Enum):
    """How the player and Antiphon take turns; the value is the word on the command line."""

    ANSWER = "answer"
    """Call and response: a response as long as the phrase."""
    TRADE = "trade"
    """A fixed number of bars each, in turn."""
    TAKE_OVER = "take-over"
    """Continue where the player stopped, until the player comes back."""
    ACCOMPANY = "accompany"
    """Play along on other instruments."""
    LOOP = "loop"
    """Repeat the phrase, unchanged or varied, until the player comes back."""


class ReEntry(enum.Enum):
    """The effect of the player coming in during a response."""

    YIELD = "yield"
    """The part of the response that has not sounded is retracted."""
    DUCK = "duck"
    """The response goes on, softly, and reacts to the player."""
    OVERLAP = "overlap"
    """The response goes on, and reacts to the player."""


class Changes(enum.Enum):
    """How an answer treats the chord changes of the form that was heard."""

    FREE = "free"
    """It makes its own."""
    FOLLOW = "follow"
    """Expected pitch classes are likelier."""
    STRICT = "strict"
    """There are no others, as far as a form was heard."""


class KeyPolicy(enum.Enum):
    """How an answer treats the key that was heard."""

    OFF = "off"
    SOFT = "soft"
    """Notes outside the key are less likely."""
    STRICT = "strict"
    """There are none."""


class StartOn(enum.Enum):
    """Where a response may begin if there is a beat."""

    NOW = "now"
    BEAT = "beat"
    BAR = "bar"


@dataclass(frozen=True, slots=True)
class Settings:
    """How Antiphon responds.

    Without `instruments`, a response uses those that the player plays; an accompaniment uses the
    other instruments of a small band, without those that the style never has. A response is as long
    as the phrase unless `answer_ns` or, where there are bars, `bars` is set. The style's vector,
    relative to the vector of no style, is multiplied by `style_strength`; above 1 the style is
    stronger than in the network. A knob for the style chooses among the styles of the `palette`.

    Raises:
        bridge.setting.SettingError: a value has a wrong type or is out of range.

    """

    # More than 12 attributes: each field is one choice of the player.

    style: Style = field(
        default=(),
        metadata=spec_of(
            "One style, or a blend of styles with their weights.",
            rule=_has_weights,
            wanted="a list of styles with weights above 0",
        ),
    )
    instruments: tuple[Instrument, ...] = field(
        default=(),
        metadata=spec_of(
            "The instruments that answer; with none, those that you play.",
            wanted=f"a list of instruments ({', '.join(LABELS)})",
        ),
    )
    temperature: float = field(
        default=1.0,
        metadata=spec_of(
            "How random the notes are. A low value gives expected notes; a high value gives "
            "surprising and sometimes wrong notes. At 1 they are as random as in the music that "
            "the model was trained on.",
            0,
            5,
            step=0.05,
            decimals=2,
            knob=(0, 2),
        ),
    )
    top_p: float = field(
        default=1.0,
        metadata=spec_of(
            "Low, it keeps to the most obvious notes; at 1 even the oddest may come.",
            0.01,
            1,
            step=0.05,
            decimals=2,
        ),
    )
    changes: Changes = field(
        default=Changes.FOLLOW,
        metadata=spec_of(
            "How an answer treats chord changes that come round in the music: it plays its own, it "
            "follows them, or, strictly, it plays no other notes than theirs."
        ),
    )
    key: KeyPolicy = field(
        default=KeyPolicy.OFF,
        metadata=spec_of(
            "How an answer treats the key that was heard: not at all, with few notes outside the "
            "scale, or, strictly, with none."
        ),
    )
    seed: int = field(
        default=0,
        metadata=spec_of(
            "Seed of the random numbers: another seed gives another answer.", 0, MAX_SEED
        ),
    )
    answer_ns: int | None = field(
        default=None,
        metadata=spec_of(
            "How long an answer is where there are no bars to count.",
            0.1,
            600,
            decimals=1,
            unit="s",
            per_unit=SECOND,
            none="as long as the phrase",
        ),
    )
    style_strength: float = field(
        default=1.0,
        metadata=spec_of(
            "Low, the style is hinted at; high, it is overdone. At 1 it is as the model has it.",
            0,
            5,
            step=0.1,
            decimals=1,
            knob=(0, 4),
        ),
    )
    candidates: int = field(
        default=MAX_CANDIDATES,
        metadata=spec_of(
            "How many beginnings of an answer are tried in a pause; the critic picks one.",
            1,
            MAX_CANDIDATES,
        ),
    )
    mode: Mode = field(
        default=Mode.ANSWER,
        metadata=spec_of("How the two of you take turns."),
    )
    bars: int | None = field(
        default=None,
        metadata=spec_of(
            "How many bars an answer has, and each turn when you trade. As usual: an answer is as "
            "long as the phrase, a turn has four bars.",
            1,
            64,
            unit="bars",
            none="as usual",
        ),
    )
    begins: StartOn = field(
        default=StartOn.BEAT,
        metadata=spec_of("Where an answer begins if there is a beat."),
    )
    by_silence: bool = field(
        default=True,
        metadata=spec_of(
            "Whether a pause hands over; else only the button, a pedal or a key does."
        ),
    )
    re_entry: ReEntry = field(
        default=ReEntry.YIELD,
        metadata=spec_of("What an answer does when you play during it."),
    )
    quantise: Quantise = _NO_QUANTISE
    vary: bool = field(
        default=True,
        metadata=spec_of("Whether a loop varies at every second pass; else it is repeated."),
    )
    palette: tuple[str, ...] = field(
        default=(),
        metadata=spec_of(
            "The styles that a knob goes through; with none, those of the blend.",
            wanted="a list of styles",
        ),
    )
    time: TimeSettings = _USUAL_TIME
    keyboard: bool = field(
        default=True,
        metadata=spec_of(
            "Listen to a keyboard that is plugged in, unless a port to listen on is chosen."
        ),
    )
    sound: SynthPolicy = field(
        default=SynthPolicy.OFF,
        metadata=spec_of(
            "When the built-in synth plays. A plugin, a chosen output port, or a connection to "
            "Antiphon's own output port counts as a DAW."
        ),
    )
    sound_font: str = field(
        default="",
        metadata=spec_of(
            "The file of the sound font; without one, the usual one.",
            rule=_is_path,
            wanted="the path of a file",
        ),
    )

    def __post_init__(self) -> None:
        validate(self)


def _flattened(kind: type, prefix: str = "") -> Iterator[tuple[str, Setting]]:
    for name, setting in settings_in(kind).items():
        if is_dataclass(setting.kind):
            yield from _flattened(setting.kind, f"{prefix}{name}.")
        else:
            yield prefix + name, setting


SETTINGS: dict[str, Setting] = dict(_flattened(Settings))
"""All settings by dotted name, in the order of the fields."""

KNOB_SETTINGS: tuple[str, ...] = tuple(
    name for name, setting in SETTINGS.items() if setting.spec.knob is not None
)
"""The settings that a knob may follow."""

WINDOW_SETTINGS = Settings(sound=SynthPolicy.AUTO)
"""The defaults of the window.

A user who opens the window expects to hear something, so its default is that Antiphon sounds unless
a DAW does. A command runs where the ports are connected already, so its default is silence.
"""


def value_of(settings: Settings, name: str) -> Any:
    """Return the value of the setting with a dotted name."""
    group, _, part = name.rpartition(".")
    return getattr(getattr(settings, group) if group else settings, part)


def with_value(settings: Settings, name: str, value: object) -> Settings:
    """Return the settings with another value for the setting with a dotted name.

    Raises:
        bridge.setting.SettingError: the value has a wrong type or is out of range.

    """
    group, _, part = name.rpartition(".")
    changes: dict[str, Any] = {part: value}
    if group:
        changes = {group: replace(getattr(settings, group), **changes)}
    return replace(settings, **changes)


def shares(style: Style) -> Style:
    """Return a blend with weights that add up to 1; the least ones are left out.

    The weights may have any magnitude: their sum may be larger than a float, and the ratio of two
    smaller.
    """
    largest = max((weight for _, weight in style), default=1.0)
    parts = [(name, weight / largest) for name, weight in style]
    total = sum(part for _, part in parts)
    return tuple((name, part / total) for name, part in parts if part / total >= _MIN_SHARE)


def following_seed(seed: int, steps: int) -> int:
    """Return the seed after `steps` steps; 0 follows `MAX_SEED`."""
    return (seed + steps) % (MAX_SEED + 1)


def follow_knob(settings: Settings, name: str, position: int) -> Settings:
    """Return the settings with the value for a knob's position, 0 to 127, for one setting."""
    return with_value(settings, name, SETTINGS[name].from_knob(position))
