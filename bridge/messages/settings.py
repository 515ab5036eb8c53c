"""How Antiphon answers: every setting, with its type, range and default."""

from __future__ import annotations

import enum
from dataclasses import dataclass

from bridge.midi.instruments import Instrument
from bridge.sync.quantise import Quantise
from bridge.sync.transport import Source
from bridge.synth.policy import SynthPolicy

Style = tuple[tuple[str, float], ...]
"""A style or a blend: names with their weights."""


_NO_QUANTISE = Quantise()


MIN_BPM, MAX_BPM = 20.0, 300.0
"""Of the own clock."""


MAX_BEATS, METRE_UNITS = 32, (2, 4, 8, 16)
"""A bar has no more beats, and these are what a beat may be."""


DEFAULT_TEMPERATURE = 0.95
"""Somewhat more careful than the network."""


MAX_CANDIDATES = 4
"""So many beginnings of an answer fit into a short pause."""


class Mode(enum.Enum):
    """How the two take turns; the value is the word for it on the command line."""

    ANSWER = "answer"
    """Call and response: an answer as long as the phrase."""
    TRADE = "trade"
    """So many bars each, in turn."""
    TAKE_OVER = "take-over"
    """Go on from where the player stopped, until the player comes back."""
    ACCOMPANY = "accompany"
    """Play along, with the other instruments."""
    LOOP = "loop"
    """Repeat the phrase, as it was or varied, until the player comes back."""


class ReEntry(enum.Enum):
    """What happens when the player comes in during an answer."""

    YIELD = "yield"
    """What has not sounded is taken back."""
    DUCK = "duck"
    """The answer goes on, softly, and takes in what is played."""
    OVERLAP = "overlap"
    """The answer goes on, and takes in what is played."""


class StartOn(enum.Enum):
    """Where an answer may begin, when there is a beat."""

    NOW = "now"
    BEAT = "beat"
    BAR = "bar"


@dataclass(frozen=True, slots=True)
class TimeSettings:
    """Whose time is kept, and how.

    Without a `sync` the best that plays is followed. `bpm` is the tempo of the own clock, which
    goes where nobody is followed; None is free playing. It counts in so many bars when a session
    begins, or else begins with the first note. `metre` is that of the own clock and of MIDI clock,
    which knows none. All that is sent goes out by `advance_ns` earlier.
    """

    sync: Source | None = None
    bpm: float | None = None
    metre: tuple[int, int] = (4, 4)
    count_in_bars: int = 0
    click: bool = False
    advance_ns: int = 0

    def __post_init__(self) -> None:
        if not (1 <= self.metre[0] <= MAX_BEATS and self.metre[1] in METRE_UNITS):
            raise ValueError(f"{self.metre[0]}/{self.metre[1]} is no metre")
        if self.bpm is not None and not MIN_BPM <= self.bpm <= MAX_BPM:
            raise ValueError(f"a tempo of {self.bpm:g} bpm cannot be played")


@dataclass(frozen=True, slots=True)
class Settings:
    """How to answer.

    No instruments means those that the player plays, or when accompanying all the others of a small
    band. Answers are as long as the phrase unless `answer_ns` or, where there are bars, `bars` says
    otherwise. A style stronger than 1 is more itself than the network would make it: its vector is
    so many times as long, away from the zero that is no style. A control that follows a knob
    chooses among the styles of the `palette`.
    """

    style: Style = ()
    instruments: tuple[Instrument, ...] = ()
    temperature: float = 1.0
    top_p: float = 0.95
    seed: int = 0
    answer_ns: int | None = None
    style_strength: float = 2.0
    candidates: int = MAX_CANDIDATES
    mode: Mode = Mode.ANSWER
    bars: int | None = None
    begins: StartOn = StartOn.BEAT
    by_silence: bool = True
    """Whether a silence hands over; else only who asks for it does."""
    re_entry: ReEntry = ReEntry.YIELD
    quantise: Quantise = _NO_QUANTISE
    vary: bool = True
    """Whether a loop varies at every second pass."""
    palette: tuple[str, ...] = ()
    time: TimeSettings = TimeSettings()
    sound: SynthPolicy = SynthPolicy.OFF
    """Whether a synth of our own plays too, by the `sound_font` in this file or a usual one."""
    sound_font: str = ""
