"""The state of a stream: what follows from its tokens, as far as decoding depends on it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bridge.midi.instruments import Instrument
from model.decoding.grammar import Grammar
from model.decoding.groove import GrooveLog
from model.decoding.harmony import HarmonyLog
from model.decoding.key import KeyLog
from model.decoding.statistics import NoteStatistics
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
        return other

    def push(self, token: int, end_tick: int | None = None) -> Row:
        """Add a token; return its row of musical time, which counts down to `end_tick`."""
        kind = v.TOKEN_KIND[token]
        if kind == v.Kind.WAIT:
            begin, self.tick = self.tick, self.tick + token - v.FIRST_WAIT + 1
            self.harmony.advance(begin, self.tick)
            self.groove.advance(self.tick)
            self.key.advance(self.tick - begin, self.harmony.pitches)
        elif kind in (v.Kind.ON, v.Kind.OFF):
            self._count_note(v.event_of(token), is_onset=kind == v.Kind.ON)
        self.grammar.push(token)
        countdown = _UNKNOWN if end_tick is None else features.countdown(end_tick - self.tick)
        row = (*self._time.push(token), _UNKNOWN, countdown)
        if kind in (v.Kind.METRE, v.Kind.CLOCK):
            self.harmony.set_bars(self.tick, self._time.bar_ticks)
            self.groove.set_bars(self.tick, self._time.bar_ticks)
            self.key.set_bars(self._time.bar_ticks)
        return row

    def _count_note(self, event: int, *, is_onset: bool) -> None:
        instrument, pitch = int(v.EVENT_INSTRUMENT[event]), int(v.EVENT_PITCH[event])
        is_drum = instrument == Instrument.DRUMS
        if is_onset:
            overlaps = not is_drum and self.grammar.is_sounding(instrument)
            self.statistics.note_on(instrument, self.tick, overlaps=overlaps)
            if is_drum:
                self.groove.hit(self.tick, pitch)
            else:
                self.harmony.note_on(instrument, pitch)
        elif (onset := self.grammar.onset_tick(event)) is not None:
            self.statistics.note_off(instrument, pitch, self.tick - onset)
            self.harmony.note_off(instrument, pitch)
