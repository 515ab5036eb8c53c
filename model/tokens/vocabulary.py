"""The vocabulary: every token that the model reads and writes. It never changes.

A token is one event: a note begins (instrument, pitch and velocity in one), a note ends, time
passes, or the frame of reference changes (start, end, clock, tempo, metre). This is MuseNet's
encoding ("we landed on an encoding that combines expressivity with conciseness: combining the
pitch, volume, and instrument information into a single token"), and tokens are printed as in its
sample:

    start clock:grid tempo:88 metre:4/4 piano:v72:G4 wait:12 piano:v0:G4

Ids are laid out in blocks. Note-ons come last, with sixteen velocity levels for each (instrument,
pitch):

    controls | waits 1..192 | note-offs by instrument and pitch | note-ons by instrument, pitch and
    level

The *event* of a token is the token without its velocity. The model predicts first the event, then
the level given the event's instrument. Events are numbered like ids, with the sixteen levels of a
note-on folded into one.

The layout is computed from the tables below. `FINGERPRINT` is a hash of all token names in order.
Artefacts carry it, so that a model never runs with another vocabulary than it was trained with.
"""

from __future__ import annotations

import hashlib
import math
from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING

import numpy as np

from bridge.midi.instruments import Instrument, instrument_named

if TYPE_CHECKING:
    from numpy.typing import NDArray

VELOCITY_LEVELS = 16
MAX_WAIT_TICKS = 192
_PITCH_CLASSES = ("C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B")

# The marks of a metronome (Maelzel's scale, about 4 % apart), with a few below and above.
TEMPOS: tuple[int, ...] = (
    *range(30, 60, 2),
    *range(60, 72, 3),
    *range(72, 120, 4),
    *range(120, 144, 6),
    *range(144, 241, 8),
)  # fmt: skip
METRES: tuple[tuple[int, int], ...] = (
    *((count, 2) for count in range(1, 5)),
    *((count, 4) for count in range(1, 9)),
    *((count, 8) for count in range(1, 13)),
)


class Kind(IntEnum):
    """The kind of a token."""

    START = 0
    END = 1
    CLOCK = 2
    TEMPO = 3
    METRE = 4
    WAIT = 5
    OFF = 6
    ON = 7


@dataclass(frozen=True, slots=True)
class Token:
    """One token with its fields.

    `value` is the ticks of a wait, the step of a tempo, the index of a metre, or 1 for clock:grid.
    `level` is 0..15 for a note-on.
    """

    kind: Kind
    value: int = 0
    instrument: Instrument | None = None
    pitch: int = 0
    level: int = 0

    def __str__(self) -> str:
        """Return the name in the notation of MuseNet's sample encoding."""
        match self.kind:
            case Kind.START | Kind.END:
                return self.kind.name.lower()
            case Kind.CLOCK:
                return "clock:grid" if self.value else "clock:free"
            case Kind.TEMPO:
                return f"tempo:{TEMPOS[self.value]}"
            case Kind.METRE:
                return "metre:{}/{}".format(*METRES[self.value])
            case Kind.WAIT:
                return f"wait:{self.value}"
        assert self.instrument is not None
        loudness = velocity_of(self.level) if self.kind is Kind.ON else 0
        return f"{self.instrument.label}:v{loudness}:{pitch_name(self.pitch)}"


def pitch_name(pitch: int) -> str:
    """Return the name of a pitch; 60 is C4."""
    return f"{_PITCH_CLASSES[pitch % 12]}{pitch // 12 - 1}"


def pitch_named(name: str) -> int:
    """Return the pitch of a name such as `F#3`.

    Raises:
        ValueError: it is not the name of a pitch.

    """
    letters = name.rstrip("-0123456789")
    return 12 * (int(name[len(letters) :]) + 1) + _PITCH_CLASSES.index(letters)


def velocity_of(level: int) -> int:
    """Return the velocity that a level 0..15 stands for: 8, 16, .. 120, 127."""
    return min(127, 8 * (level + 1))


def level_of(velocity: int) -> int:
    """Return the level nearest to a velocity 1..127."""
    return min(VELOCITY_LEVELS - 1, max(0, (velocity + 4) // 8 - 1))


def tempo_step(bpm: float) -> int:
    """Return the index of the metronome mark nearest to a tempo (as a ratio)."""
    return min(range(len(TEMPOS)), key=lambda step: abs(math.log(bpm / TEMPOS[step])))


def metre_index(numerator: int, denominator: int) -> int | None:
    """Return the index of a metre, or of one with bars of the same length, or None (11/4)."""
    if (numerator, denominator) in METRES:
        return METRES.index((numerator, denominator))
    for index, (count, unit) in enumerate(METRES):
        if count * denominator == numerator * unit:
            return index
    return None


def _all_events() -> list[Token]:
    """Return all events in id order; a note-on has level 0 here."""
    played = [k for k in Instrument if k is not Instrument.DRUMS]
    return [
        Token(Kind.START),
        Token(Kind.END),
        *(Token(Kind.CLOCK, grid) for grid in (0, 1)),
        *(Token(Kind.TEMPO, step) for step in range(len(TEMPOS))),
        *(Token(Kind.METRE, index) for index in range(len(METRES))),
        *(Token(Kind.WAIT, ticks) for ticks in range(1, MAX_WAIT_TICKS + 1)),
        *(Token(Kind.OFF, 0, k, p) for k in played for p in _pitch_range(k)),
        *(Token(Kind.ON, 0, k, p) for k in Instrument for p in _pitch_range(k)),
    ]


def _pitch_range(instrument: Instrument) -> range:
    return range(instrument.spec.lowest, instrument.spec.highest + 1)


EVENTS: tuple[Token, ...] = tuple(_all_events())
EVENT_COUNT = len(EVENTS)
_EVENT_ID = {token: event for event, token in enumerate(EVENTS)}
FIRST_ON = next(event for event, token in enumerate(EVENTS) if token.kind is Kind.ON)
SIZE = FIRST_ON + VELOCITY_LEVELS * (EVENT_COUNT - FIRST_ON)

START, END = _EVENT_ID[Token(Kind.START)], _EVENT_ID[Token(Kind.END)]
CLOCK_FREE, CLOCK_GRID = _EVENT_ID[Token(Kind.CLOCK, 0)], _EVENT_ID[Token(Kind.CLOCK, 1)]
_FIRST_TEMPO, _FIRST_METRE = _EVENT_ID[Token(Kind.TEMPO, 0)], _EVENT_ID[Token(Kind.METRE, 0)]
FIRST_WAIT = _EVENT_ID[Token(Kind.WAIT, 1)]


def tempo_id(step: int) -> int:
    """Return the token that sets the tempo."""
    return _FIRST_TEMPO + step


def metre_id(index: int) -> int:
    """Return the token that sets the metre."""
    return _FIRST_METRE + index


def wait_id(ticks: int) -> int:
    """Return the token that waits 1..192 ticks."""
    assert 1 <= ticks <= MAX_WAIT_TICKS, ticks
    return FIRST_WAIT + ticks - 1


def wait_ids(ticks: int) -> list[int]:
    """Return the tokens that wait any number of ticks, longest first; none for 0."""
    whole, rest = divmod(ticks, MAX_WAIT_TICKS)
    return [wait_id(MAX_WAIT_TICKS)] * whole + ([wait_id(rest)] if rest else [])


def off_id(instrument: Instrument, pitch: int) -> int:
    """Return the token that ends a note."""
    return _EVENT_ID[Token(Kind.OFF, 0, instrument, pitch)]


def on_event(instrument: Instrument, pitch: int) -> int:
    """Return the event of the note-ons of a pitch."""
    return _EVENT_ID[Token(Kind.ON, 0, instrument, pitch)]


def on_id(instrument: Instrument, pitch: int, level: int) -> int:
    """Return the token that begins a note."""
    return token_id(on_event(instrument, pitch), level)


def event_of(token: int) -> int:
    """Return the event of a token: the token without its velocity."""
    return token if token < FIRST_ON else FIRST_ON + (token - FIRST_ON) // VELOCITY_LEVELS


def velocity_level(token: int) -> int:
    """Return the velocity level of a note-on token; 0 for every other."""
    return 0 if token < FIRST_ON else (token - FIRST_ON) % VELOCITY_LEVELS


def token_id(event: int, level: int) -> int:
    """Return the token of an event and a velocity level; the level only matters for a note-on."""
    return event if event < FIRST_ON else FIRST_ON + (event - FIRST_ON) * VELOCITY_LEVELS + level


def token_of(token: int) -> Token:
    """Return the token of an id, with its fields."""
    spelt = EVENTS[event_of(token)]
    if spelt.kind is not Kind.ON:
        return spelt
    return Token(Kind.ON, 0, spelt.instrument, spelt.pitch, velocity_level(token))


def format_tokens(tokens: list[int] | tuple[int, ...]) -> str:
    """Return token ids as words."""
    return " ".join(str(token_of(token)) for token in tokens)


def parse_tokens(words: str) -> list[int]:
    """Return the token ids of words; the inverse of `format_tokens`.

    Raises:
        ValueError: a word names no token.

    """
    return [_parse_word(word) for word in words.split()]


def _parse_word(word: str) -> int:
    found = _CONTROL_IDS.get(word)
    if found is not None:
        return found
    try:
        name, loudness, pitch = word.split(":")
        kind, velocity = instrument_named(name), int(loudness.removeprefix("v"))
        assert kind is not None
        if velocity == 0:
            return off_id(kind, pitch_named(pitch))
        return on_id(kind, pitch_named(pitch), level_of(velocity))
    except (ValueError, AssertionError, KeyError):
        msg = f"{word!r} is not a token"
        raise ValueError(msg) from None


_CONTROL_IDS = {str(token): event for event, token in enumerate(EVENTS) if token.instrument is None}


def _column(values: list[int]) -> NDArray[np.int64]:
    column = np.array(values, np.int64)
    column.flags.writeable = False
    return column


# The fields of each event, as columns for vectorised code; indexed by event.
EVENT_KIND = _column([int(token.kind) for token in EVENTS])
EVENT_VALUE = _column([token.value for token in EVENTS])
EVENT_INSTRUMENT = _column([-1 if t.instrument is None else int(t.instrument) for t in EVENTS])
EVENT_PITCH = _column([token.pitch for token in EVENTS])
# The same, indexed by token id.
TOKEN_EVENT = _column([event_of(token) for token in range(SIZE)])
TOKEN_LEVEL = _column([velocity_level(token) for token in range(SIZE)])
TOKEN_KIND = _column(EVENT_KIND[TOKEN_EVENT].tolist())

FINGERPRINT = hashlib.sha256(
    "\n".join(str(token_of(token)) for token in range(SIZE)).encode()
).hexdigest()

assert len(_EVENT_ID) == EVENT_COUNT, "two events are the same"
assert len(_CONTROL_IDS) == FIRST_WAIT + MAX_WAIT_TICKS, "two controls have the same name"
