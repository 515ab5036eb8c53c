"""How long each instrument has repeated one pitch, and how long it did so in the music before.

A network that reads its own repetitions expects more of them (Holtzman et al., The curious case of
neural text degeneration, 2020). The usual penalties count tokens. Here the time counts: sixteen
sixteenths are a bar, and sixteen half notes are eight. An instrument may repeat a pitch for as long
as it has been heard to, and for a bar of four quarter notes at any rate. Beyond that the pitch
loses, the more the longer it goes on. A pedal in the music before is a long repetition, so it may
come again. Drums are not counted.
"""

from __future__ import annotations

from bridge.midi.notes import TICKS_PER_QUARTER

_ALWAYS_TICKS = 4 * TICKS_PER_QUARTER
_LOSS, _MOST_LOSS = 1.0, 6.0
"""Nats for each quarter note beyond what was heard, and at most."""


class RepeatLog:
    """The pitch that each instrument repeats, and its longest repetition."""

    __slots__ = ("_longest", "_runs")

    def __init__(self) -> None:
        self._runs: dict[int, tuple[int, int]] = {}  # a pitch, and the tick of its first onset
        self._longest: dict[int, int] = {}  # in ticks from the first onset to the last

    def copy(self) -> RepeatLog:
        """Return an independent copy."""
        other = RepeatLog()
        other._runs, other._longest = dict(self._runs), dict(self._longest)
        return other

    def note_on(self, instrument: int, tick: int, pitch: int) -> None:
        """Record an onset."""
        run = self._runs.get(instrument)
        if run is None or run[0] != pitch:
            self._runs[instrument] = pitch, tick
        elif tick - run[1] > self._longest.get(instrument, 0):
            self._longest[instrument] = tick - run[1]

    def longest(self) -> dict[int, int]:
        """Return the longest repetition of each instrument in ticks."""
        return dict(self._longest)

    def loss(self, instrument: int, tick: int, heard: dict[int, int]) -> tuple[int, float]:
        """Return the pitch that an instrument repeats, and how many nats it loses at a tick.

        `heard` is what `longest` returned at the end of the music before.
        """
        pitch, begin = self._runs.get(instrument, (0, tick))
        beyond = tick - begin - max(_ALWAYS_TICKS, heard.get(instrument, 0))
        return pitch, min(_MOST_LOSS, max(0.0, _LOSS * beyond / TICKS_PER_QUARTER))
