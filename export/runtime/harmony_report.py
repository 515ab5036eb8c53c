"""The report of what a take has heard of the harmony, for people.

A report is made when form and key have been heard anew, and once every four bars, because the line
of expected chords is eight bars long. It costs a tenth of a millisecond.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from bridge.messages.harmony import ExpectedChord, HeardHarmony, HeardKey
from model.decoding.chords import tonic_name

if TYPE_CHECKING:
    from model.decoding.heard.key import Key
    from model.decoding.tonality import Tonality

_RENEWED_BARS = 4


class HarmonyReport:
    """Reports form and key once, and the expected chords as the music moves on."""

    def __init__(self, *, follows: bool) -> None:
        """Begin without a report. Chords are expected if the take `follows` them."""
        self._follows = follows
        self._reported: Tonality | None = None
        self._next_tick: int | None = None

    def restart(self, *, follows: bool) -> None:
        """Report all of it again."""
        self._follows, self._reported = follows, None

    def new(self, tonality: Tonality, tick: int) -> HeardHarmony | None:
        """Return what is new at a tick, or None."""
        if tonality is self._reported:
            if self._next_tick is None or tick < self._next_tick:
                return None
            begin = self._next_tick
        else:
            begin = tonality.tick
        self._reported, self._next_tick = tonality, None
        key = None if tonality.key is None else _heard_key(tonality.key)
        line = tonality.chord_line(begin) if self._follows else None
        if line is None or tonality.form is None:
            return HeardHarmony(begin, key)
        self._next_tick = begin + _RENEWED_BARS * tonality.form.bar_ticks
        names, end_tick = line
        chords = (
            ExpectedChord(name, since, until)
            for (since, name), (until, _) in pairwise((*names, (end_tick, "")))
            if name
        )
        return HeardHarmony(begin, key, tuple(chords))


def _heard_key(key: Key) -> HeardKey:
    return HeardKey(tonic_name(key), key.is_minor, key.fit)
