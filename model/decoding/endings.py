"""The end of a take: where its last notes begin, and what may come after them.

Phrases end with a long note: the lengthening of the last note is among the surest signs of a
phrase's end (Cambouropoulos, The local boundary detection model, 2001), and a cadence falls on a
strong beat (Lerdahl and Jackendoff, A generative theory of tonal music, 1983). So a take that comes
to an end has a *final tick*, the last strong beat from which a note can be held for a quarter note.
A wait does not pass over it. A note begins at it, unless one is held that began on a beat of the
last bar. Later no note begins, and the final notes are held to the end. At the final tick the
notes of the tonic triad are likelier (`key`).

A strong beat is a bar line, and the half of a bar of four quarter notes. The last ending of the
music falls on a bar line. In free time the final tick is the one at which the pulse has most notes
(`pulse.HeardPulse`), of those from which a note is held for .7 to 1.4 seconds.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from bridge.midi.notes import TICKS_PER_QUARTER
from model.decoding.grammar import FIRST_NOTE_EVENT
from model.tokens import vocabulary as v

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from model.decoding.heard.pulse import HeardPulse
    from model.decoding.state import StreamState

COUNTDOWN_TICKS = 8 * TICKS_PER_QUARTER
"""So long before the end of a take the network begins to count down to it."""
_SHORTEST, _LONGEST = TICKS_PER_QUARTER, 4 * TICKS_PER_QUARTER
_SHORTEST_FREE, _LONGEST_FREE = 64, 136
_CHORD_TICKS = 4
"""In free time, the notes of the last chord may begin so much later than the first."""
_TRIAD_NATS, _TONIC_NATS = 1.5, 2.5
_PITCH_CLASSES = np.arange(128) % 12


def final_tick(
    end_tick: int, bars: tuple[int, int] | None, pulse: HeardPulse | None, *, is_last: bool = False
) -> int:
    """Return the final tick of a take that ends at `end_tick`.

    `bars` are the tick of a bar line and the ticks of a bar. With `is_last`, the music ends.
    """
    if bars is None:
        places = np.arange(end_tick - _LONGEST_FREE, end_tick - _SHORTEST_FREE + 1)
        if pulse is None:
            return int(places[len(places) // 2])
        return int(places[pulse.nats(places).argmax()])
    line, bar = bars
    is_halved = bar % (4 * TICKS_PER_QUARTER) == 0 and not is_last
    latest = end_tick - _SHORTEST
    found = latest - (latest - line) % (bar // 2 if is_halved else bar)
    if end_tick - found > _LONGEST:
        return latest - (latest - line) % TICKS_PER_QUARTER
    return found


@dataclass(slots=True)
class Ending:
    """An ending of some instruments with its last notes at `final_tick`."""

    final_tick: int
    instruments: tuple[int, ...]
    _held_since: int | None = None
    """The onset of a note that is held instead of another at the final tick."""

    def requires_onset(self, state: StreamState) -> bool:
        """Return whether a note must begin in the tick of a state."""
        if state.tick != self.final_tick:
            return False
        if any(state.statistics.last_onset(kind) == state.tick for kind in self.instruments):
            return False
        held = [at for at in map(state.grammar.onset_tick, self._own(state)) if at is not None]
        self._held_since = min((at for at in held if self._is_strong(state, at)), default=None)
        return self._held_since is None

    def allowed(self, state: StreamState, events: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return those of some events, in order, that may come in an ending."""
        left = self.final_tick - state.tick
        if left > v.MAX_WAIT_TICKS:
            return events
        if left > 0:
            kept = events[(events < v.FIRST_WAIT + left) | (events >= FIRST_NOTE_EVENT)]
        elif state.bars is None and -left <= _CHORD_TICKS:
            kept = events
        else:
            begun = self.final_tick if self._held_since is None else self._held_since
            held = [e for e in self._own(state) if (state.grammar.onset_tick(e) or 0) >= begun]
            may_begin = (events >= v.FIRST_ON) & (left == 0)
            kept = events[((events < v.FIRST_ON) & ~np.isin(events, held)) | may_begin]
        return kept if len(kept) else events

    def gains(self, state: StreamState) -> NDArray[np.float32]:
        """Return the gain in nats of each pitch (128,) for a note that begins now."""
        gains = np.zeros(128, np.float32)
        key = state.key.estimate()
        if key is not None and state.tick >= self.final_tick:
            gains[np.isin(_PITCH_CLASSES, key.triad)] = _TRIAD_NATS
            gains[key.tonic == _PITCH_CLASSES] = _TONIC_NATS
        return gains

    def _own(self, state: StreamState) -> list[int]:
        """Return the note-offs of the sounding notes that are ours to end."""
        offs = state.grammar.pending_offs
        return [event for event in offs if int(v.EVENT_INSTRUMENT[event]) in self.instruments]

    def _is_strong(self, state: StreamState, onset: int) -> bool:
        """Return whether a note may be held to the end that began before the final tick."""
        if self.final_tick - onset < TICKS_PER_QUARTER:
            return False
        if state.bars is None:
            return True
        line, bar = state.bars
        return (onset - line) % TICKS_PER_QUARTER == 0 and self.final_tick - onset <= bar
