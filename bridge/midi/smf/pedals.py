"""The pedals of a channel, and until when they hold a note.

The sustain pedal holds every note whose key comes up while it is down. The sostenuto pedal holds
the keys that were down when it was pressed, also when they are struck again. All Sound Off ends
what they hold, and they stay where they are; Reset All Controllers lifts them.

Sources: MIDI 1.0 (controllers 64, 66, 120), Response to Reset All Controllers (RP-015).
"""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING

from bridge.midi.events import (
    ALL_SOUND_OFF,
    RESET_ALL_CONTROLLERS,
    SOSTENUTO,
    SUSTAIN,
    SWITCH_ON,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from bridge.midi.events import ControlChange

Moment = tuple[int, int]
"""The tick of an event, and its number in the file."""


class Pedals:
    """The pedals of a channel through a file."""

    def __init__(self) -> None:
        self._sustain, self._sostenuto = _Pedal(), _Pedal()
        self._cuts: list[Moment] = []  # all sound ends

    def process(self, at: Moment, event: ControlChange) -> None:
        """Process the next event in time; controllers that are no pedals are ignored."""
        down = event.value >= SWITCH_ON
        if event.control == SUSTAIN:
            self._sustain.set(at, down=down)
        elif event.control == SOSTENUTO:
            self._sostenuto.set(at, down=down)
        elif event.control == RESET_ALL_CONTROLLERS:
            self._sustain.set(at, down=False)
            self._sostenuto.set(at, down=False)
        elif event.control == ALL_SOUND_OFF:
            self._cuts.append(at)

    def end_of(self, release: Moment, was_down: Callable[[Moment], bool]) -> int | None:
        """Return the tick at which a note ends; None if a pedal holds it and is never lifted.

        `was_down` says whether its key was down at a moment, for an earlier note too: the sostenuto
        pedal holds a key.
        """
        at: Moment | None = release
        caught = self._sostenuto.down_since(release)
        if caught is not None and not was_down(caught):
            caught = None
        while at is not None:
            if self._sustain.down_since(at) is not None:
                at = self._sustain.lift_after(at)
            elif caught is not None and self._sostenuto.down_since(at) == caught:
                at = self._sostenuto.lift_after(at)
            else:
                break
        cut = bisect_right(self._cuts, release)
        if cut < len(self._cuts) and (at is None or self._cuts[cut] < at):
            at = self._cuts[cut]
        return None if at is None else at[0]


class _Pedal:
    """The movements of one pedal."""

    def __init__(self) -> None:
        self._moves: list[Moment] = []  # down, up, down, ...

    def set(self, at: Moment, *, down: bool) -> None:
        """Move the pedal; a message that moves nothing is ignored."""
        if down != len(self._moves) % 2:
            self._moves.append(at)

    def down_since(self, at: Moment) -> Moment | None:
        """Return the moment since which the pedal is down, or None if it is up."""
        place = bisect_right(self._moves, at)
        return self._moves[place - 1] if place % 2 else None

    def lift_after(self, at: Moment) -> Moment | None:
        """Return the first lift after a moment, or None."""
        place = bisect_right(self._moves, at) | 1
        return self._moves[place] if place < len(self._moves) else None
