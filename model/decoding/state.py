"""The state of a stream: what follows from its tokens, as far as decoding depends on it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bridge.midi.instruments import Instrument
from model.decoding.grammar import Grammar
from model.decoding.heard.clashes import ClashLog
from model.decoding.heard.dynamics import DynamicsLog
from model.decoding.heard.groove import GrooveLog
from model.decoding.heard.harmony import HarmonyLog
from model.decoding.heard.key import KeyLog
from model.decoding.heard.pulse import PulseLog
from model.decoding.heard.repeats import RepeatLog
from model.decoding.heard.statistics import NoteStatistics
from model.tokens import features
from model.tokens import vocabulary as v
from model.tokens.features import MusicalTime

if TYPE_CHECKING:
    from collections.abc import Iterable

Row = tuple[int, ...]
"""The musical time of a token, numbered as in `model.tokens.features`."""
_UNKNOWN = 0  # the part of the piece; and the countdown to its end, unless an end was requested


class StreamState:
    """The state that follows from the tokens up to a point."""

    def __init__(self) -> None:
        self.grammar, self.statistics, self.tick = Grammar(), NoteStatistics(), 0
        self.harmony, self.groove, self.key = HarmonyLog(), GrooveLog(), KeyLog()
        self.dynamics, self.repeats = DynamicsLog(), RepeatLog()
        self.pulse, self.clashes = PulseLog(), ClashLog()  # these are kept in free time only
        self._time = MusicalTime()

    @classmethod
    def after(cls, tokens: Iterable[int]) -> StreamState:
        """Return the state after some tokens."""
        state = cls()
        for token in tokens:
            state.push(token)
        return state

    def copy(self) -> StreamState:
        """Return an independent copy."""
        other = StreamState()
        other.grammar, other.tick = self.grammar.copy(), self.tick
        other.statistics, other.harmony = self.statistics.copy(), self.harmony.copy()
        other.groove, other.key = self.groove.copy(), self.key.copy()
        other._time = self._time.copy()
        other.dynamics, other.repeats = self.dynamics.copy(), self.repeats.copy()
        other.pulse, other.clashes = self.pulse.copy(), self.clashes.copy()
        return other

    @property
    def bars(self) -> tuple[int, int] | None:
        """The tick of a bar line, and the ticks of a bar; None in free time."""
        bar = self._time.bar_ticks
        return (self._time.metre_tick, bar) if bar else None

    def push(self, token: int, end_tick: int | None = None) -> Row:
        """Add a token; return its row of musical time, which counts down to `end_tick`."""
        kind = v.TOKEN_KIND[token]
        if kind == v.Kind.WAIT:
            begin, self.tick = self.tick, self.tick + token - v.FIRST_WAIT + 1
            self.harmony.advance(begin, self.tick)
            self.groove.advance(self.tick)
            self.key.advance(self.tick - begin, self.harmony.pitches)
        elif kind == v.Kind.ON:
            self._count_onset(v.event_of(token), v.velocity_level(token))
        elif kind == v.Kind.OFF:
            self._count_release(token)
        self.grammar.push(token)
        countdown = _UNKNOWN if end_tick is None else features.countdown(end_tick - self.tick)
        row = (*self._time.push(token), _UNKNOWN, countdown)
        if kind in (v.Kind.METRE, v.Kind.CLOCK):
            self.harmony.set_bars(self.tick, self._time.bar_ticks)
            self.groove.set_bars(self.tick, self._time.bar_ticks)
            self.key.set_bars(self._time.bar_ticks)
        return row

    def _count_onset(self, event: int, level: int) -> None:
        instrument, pitch = int(v.EVENT_INSTRUMENT[event]), int(v.EVENT_PITCH[event])
        is_drum = instrument == Instrument.DRUMS
        overlaps = not is_drum and self.grammar.is_sounding(instrument)
        self.statistics.note_on(instrument, self.tick, overlaps=overlaps)
        self.dynamics.note_on(instrument, level)
        if not self._time.bar_ticks:
            self.pulse.note_on(self.tick)
        if is_drum:
            self.groove.hit(self.tick, pitch)
        else:
            self.harmony.note_on(instrument, pitch)
            self.repeats.note_on(instrument, self.tick, pitch)

    def _count_release(self, event: int) -> None:
        onset = self.grammar.onset_tick(event)
        if onset is None:
            return
        instrument, pitch = int(v.EVENT_INSTRUMENT[event]), int(v.EVENT_PITCH[event])
        self.statistics.note_off(instrument, pitch, self.tick - onset)
        self.harmony.note_off(instrument, pitch)
        if not self._time.bar_ticks:
            self.clashes.note_off(self.grammar.onset_ticks, event, self.tick)
