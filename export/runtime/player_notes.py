"""The player's notes, as far as an answer depends on them.

Three things are kept. The keys that the player holds are released by the player only. The
instruments that the player has played belong to the music. If the player's onsets lie on a grid,
the answer's onsets do too.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

from bridge.messages.composer import NoteEvent, Onset
from bridge.midi.instruments import Instrument
from model.decoding.grid import detect_grid
from model.tokens import vocabulary as v

if TYPE_CHECKING:
    from collections.abc import Container, Iterable

    from model.decoding.state import StreamState

_ONSETS_KEPT = 64
"""The last onsets, by which the grid is judged."""


class PlayerNotes:
    """The keys that the player holds, the player's instruments and the player's grid."""

    def __init__(self) -> None:
        self.instruments: set[Instrument] = set()
        self._held: set[tuple[Instrument, int]] = set()
        self._onset_ticks: deque[int] = deque(maxlen=_ONSETS_KEPT)

    def note(self, events: Iterable[NoteEvent]) -> None:
        """Record events of the player."""
        for event in events:
            key = event.instrument, event.pitch
            if isinstance(event, Onset):
                self._onset_ticks.append(event.tick)
                self.instruments.add(event.instrument)
                self._held.add(key)
            else:
                self._held.discard(key)

    def constrain(
        self, state: StreamState, *, grid: bool, imagined: Container[Instrument] = ()
    ) -> None:
        """Make an answer after this state leave the held keys alone.

        The releases of `imagined` instruments may be imagined. With `grid`, the music has beats,
        and the answer keeps to the grid of the player's onsets.
        """
        held = (key for key in self._held if key[0] not in imagined)
        ends = (v.off_id(*key) for key in held if key[0] is not Instrument.DRUMS)
        state.grammar.set_held_offs(ends)
        onsets = self._onset_ticks
        state.grammar.set_grid(detect_grid(onsets) if grid else None)
