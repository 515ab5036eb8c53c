"""What the session, its composer and its faces say to each other: values, and nothing else.

The player *requests* (from a window or the command line), the *composer* is told in ticks what was
played and answers in ticks, and a window is shown a *snapshot*. All of it is frozen and crosses
threads and processes as it is. `bridge.session` decides what follows from what.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass

from bridge import protocol
from bridge.controls import Action, Bindings
from bridge.hearing import Sound
from bridge.instruments import Instrument
from bridge.notes import Score
from bridge.quantise import Quantise
from bridge.transport import Source, Transport

Style = tuple[tuple[str, float], ...]
"""A style or a blend: names with their weights."""

_AS_PLAYED, _FREELY = Quantise(), Transport()

SLOWEST_BPM, FASTEST_BPM = 20.0, 300.0
"""Of the own clock."""
MOST_BEATS, METRE_UNITS = 32, (2, 4, 8, 16)
"""A bar has no more beats, and these are what a beat may be."""
USUAL_TEMPERATURE = 0.95
"""Somewhat more careful than the network."""
MOST_CANDIDATES = 4
"""So many beginnings of an answer fit into a short pause."""


class State(enum.Enum):
    """Who has the turn."""

    STOPPED = "stopped"
    LISTENING = "listening"
    HEARING = "hearing"
    ANSWERING = "answering"


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


class Begins(enum.Enum):
    """Where an answer may begin, when there is a beat."""

    AT_ONCE = "now"
    ON_BEAT = "beat"
    ON_BAR = "bar"


# What the player asks for, from the window or the command line.


@dataclass(frozen=True, slots=True)
class Time:
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
        if not (1 <= self.metre[0] <= MOST_BEATS and self.metre[1] in METRE_UNITS):
            raise ValueError(f"{self.metre[0]}/{self.metre[1]} is no metre")
        if self.bpm is not None and not SLOWEST_BPM <= self.bpm <= FASTEST_BPM:
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
    candidates: int = MOST_CANDIDATES
    mode: Mode = Mode.ANSWER
    bars: int | None = None
    begins: Begins = Begins.ON_BEAT
    by_silence: bool = True
    """Whether a silence hands over; else only who asks for it does."""
    re_entry: ReEntry = ReEntry.YIELD
    quantise: Quantise = _AS_PLAYED
    vary: bool = True
    """Whether a loop varies at every second pass."""
    palette: tuple[str, ...] = ()
    time: Time = Time()
    sound: Sound = Sound.OFF
    """Whether a synth of our own plays too, by the `sound_font` in this file or a usual one."""
    sound_font: str = ""


@dataclass(frozen=True, slots=True)
class Listen:
    """Begin a session."""


@dataclass(frozen=True, slots=True)
class Halt:
    """End it; nothing sounds afterwards."""


@dataclass(frozen=True, slots=True)
class HandOver:
    """Answer now."""


@dataclass(frozen=True, slots=True)
class Finish:
    """Come to an end: soon, and where music ends."""


@dataclass(frozen=True, slots=True)
class Recite:
    """Play this music, as an answer is played; whoever comes in ends it.

    Its tick 0 is now, or the next bar line. Where there is a beat it goes at the tempo that is
    kept, and else at its own.
    """

    score: Score


@dataclass(frozen=True, slots=True)
class Morph:
    """Change the style slowly, from one of these blends to the next, to the last in so long.

    Whoever chooses a style meanwhile ends it; with no blends it ends where it is.
    """

    styles: tuple[Style, ...]
    lasts_ns: int = 0


@dataclass(frozen=True, slots=True)
class BlendAlong:
    """Let the knob that blends go from the first of these blends to the last.

    With none it goes through the styles of the palette again.
    """

    styles: tuple[Style, ...]


@dataclass(frozen=True, slots=True)
class Learn:
    """Let the next control that is used do this; None: none after all."""

    action: Action | None


@dataclass(frozen=True, slots=True)
class Bind:
    """Let these controls do these things, and no others any."""

    bindings: Bindings


@dataclass(frozen=True, slots=True)
class Change:
    """Answer differently from now on."""

    settings: Settings


@dataclass(frozen=True, slots=True)
class Refused:
    """A change was asked for that cannot be; the text is one sentence."""

    text: str


Request = (
    Listen
    | Halt
    | HandOver
    | Finish
    | Recite
    | Morph
    | BlendAlong
    | Learn
    | Bind
    | Change
    | protocol.Panic
    | protocol.OpenPorts
    | protocol.Inject
)


# What the session and the composer say to each other, in ticks.


@dataclass(frozen=True, slots=True)
class Strike:
    """A note begins."""

    tick: int
    instrument: Instrument
    pitch: int
    velocity: int


@dataclass(frozen=True, slots=True)
class Release:
    """A note ends."""

    tick: int
    instrument: Instrument
    pitch: int


Happening = Strike | Release


@dataclass(frozen=True, slots=True)
class Begin:
    """Forget everything; the music begins at tick 0.

    That is a bar line of this metre. The tempo is in quarter notes a minute; without one the music
    is played freely.
    """

    bpm: float | None = None
    metre: tuple[int, int] = (4, 4)


@dataclass(frozen=True, slots=True)
class Arrange:
    """Use these settings from the next token on."""

    settings: Settings


@dataclass(frozen=True, slots=True)
class Hear:
    """The player has played this."""

    happenings: tuple[Happening, ...]


@dataclass(frozen=True, slots=True)
class Elapse:
    """The player has done nothing more up to a tick."""

    tick: int


@dataclass(frozen=True, slots=True)
class Compose:
    """Answer from `begin_tick` to `end_tick`, for now as far as `until_tick`.

    The first note belongs at the beginning. With a `script`, in order of time, the answer is that.
    `together` the player plays as well, on other instruments.
    """

    take: int
    begin_tick: int
    until_tick: int
    end_tick: int
    instruments: tuple[Instrument, ...]
    script: tuple[Happening, ...] = ()
    together: bool = False


@dataclass(frozen=True, slots=True)
class Foresee:
    """If the player does nothing more, this is what will be asked for."""

    compose: Compose


@dataclass(frozen=True, slots=True)
class Extend:
    """Go on with the take as far as `until_tick`."""

    take: int
    until_tick: int


@dataclass(frozen=True, slots=True)
class Amend:
    """The player has played this, while the take goes on.

    What the take has told up to `tick` stands; what comes after is to be decided anew, as plan
    number `plan` of the take.
    """

    take: int
    plan: int
    tick: int
    happenings: tuple[Happening, ...]


@dataclass(frozen=True, slots=True)
class Conclude:
    """Let the take come to an end at `end_tick`, and sound like it."""

    take: int
    end_tick: int


@dataclass(frozen=True, slots=True)
class Withdraw:
    """The take was heard up to `tick` only; what came after never happened."""

    take: int
    tick: int


ToComposer = (
    Begin | Arrange | Hear | Elapse | Foresee | Compose | Extend | Amend | Conclude | Withdraw
)


@dataclass(frozen=True, slots=True)
class Composed:
    """The next part of a take, in order of time; `done` with the last.

    A take that is amended is another plan; the first is number 0.
    """

    take: int
    happenings: tuple[Happening, ...]
    done: bool = False
    plan: int = 0


Inbox = protocol.FromIo | Composed | Refused | Request


# What the session shows and tells.


@dataclass(frozen=True, slots=True)
class RollNote:
    """A note as a piano roll draws it; one that has not ended has no release."""

    instrument: Instrument
    pitch: int
    velocity: int
    onset_ns: int
    release_ns: int | None = None
    answered: bool = False


@dataclass(frozen=True, slots=True)
class LogEntry:
    """Something worth a line in the log.

    A word for it, when it was, and a figure (nanoseconds or a count) where it has one.
    """

    time_ns: int
    what: str
    figure: int | None = None
    text: str = ""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """All that a window shows, as it was at `now_ns`."""

    now_ns: int
    state: State
    settings: Settings
    notes: tuple[RollNote, ...]
    backend: str = ""
    input_name: str = ""
    output_name: str = ""
    inputs: tuple[str, ...] = ()
    outputs: tuple[str, ...] = ()
    plugins: tuple[protocol.PluginInstance, ...] = ()
    hand_over_ns: int | None = None
    """From the last hand-over to its first note sent."""
    lateness: protocol.Lateness | None = None
    """How late notes have gone out; None: none has yet."""
    echoes: int = 0
    """How many of our own notes have come back to our input."""
    echo_ns: int | None = None
    """How long those that came back last were on their way, usually."""
    processor: str = ""
    """What the network runs on, and why: one sentence."""
    sound: str = ""
    """Where our own synth plays, or why it cannot: one sentence."""
    mute: bool = False
    """Whether it cannot, though it should: that is why nothing is heard."""
    patched: bool = False
    """Whether somebody else's port is connected to our output, as far as is known."""
    morphing: float | None = None
    """How much of a morph is done, from 0 to 1."""
    recital: tuple[int, int] | None = None
    """From when to when what is recited goes."""
    problem: str = ""
    transport: Transport = _FREELY
    following: str = ""
    """Why this time is kept and no other: one sentence."""
    learning: Action | None = None
    bindings: Bindings = ()
    epochs: tuple[tuple[int, Transport], ...] = ()
    """Since when there was each of the last epochs, and its line."""
    pedals: tuple[tuple[int, int | None], ...] = ()
    """From when to when the player held a sustain pedal."""
    last_played: RollNote | None = None
    last_answered: RollNote | None = None

    @property
    def worst_lateness_ns(self) -> int:
        """Return how late the latest note went out."""
        return self.lateness.worst_ns if self.lateness is not None else 0

    @property
    def beat(self) -> tuple[int, int] | None:
        """Return bar and beat, from 1; None where there are none."""
        if not self.transport.grid:
            return None
        return self.transport.beat_of(self.transport.passed(self.now_ns))
