"""The player's phrase: when it started, whose turn it belongs to, and when it hands over."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

from bridge.messages.settings import Mode
from bridge.session import turns
from bridge.session.player import Phrase
from bridge.session.turns import BAR_LEAD_NS
from bridge.system.units import MS

if TYPE_CHECKING:
    from bridge.messages.composer import NoteEvent
    from bridge.session.context import Context

PAUSE_NS = 80 * MS
"""After this long without an event the composer may speculate that the phrase is over."""
HOST_START_TOLERANCE_NS = 60 * MS
"""Hosts send their first notes up to this long before they report that they play."""
LOOP_START_TOLERANCE_NS = 25 * MS
"""The first note of a host's loop comes up to this long before the report of the jump."""
_EVENTS_KEPT = 32


class PhraseTracker:
    """The phrase that the player is playing, if there is one."""

    def __init__(self) -> None:
        self.phrase: Phrase | None = None
        self._turn_start_tick: int | None = None  # the start of the player's turn, in trading
        self._recent: deque[tuple[int, NoteEvent]] = deque(maxlen=_EVENTS_KEPT)

    def clear(self) -> None:
        """Drop the phrase and the turn."""
        self.phrase = self._turn_start_tick = None

    def start(self, context: Context, at_ns: int, tick: int) -> Phrase:
        """Start a phrase with a note."""
        self.phrase = Phrase.start(at_ns, self._turn_start(context, tick))
        return self.phrase

    def expect_turn(self, tick: int | None) -> None:
        """Count the bars of the player's turn from a tick, in trading."""
        self._turn_start_tick = tick

    def align_to_turn(self, context: Context) -> bool:
        """Move the start of an early phrase to the turn's; return whether there is a phrase."""
        if self.phrase is None:
            return False
        self.phrase.begin_tick = self._turn_start(context, self.phrase.begin_tick)
        return True

    def _turn_start(self, context: Context, tick: int) -> int:
        """Return the tick at which the turn of a player who starts to play at `tick` began."""
        since, self._turn_start_tick = self._turn_start_tick, None
        if since is None or context.settings.mode is not Mode.TRADE:
            return tick
        bars = context.settings.bars or turns.TRADED_BARS
        is_over = tick >= since + bars * context.transport.metre.bar_ticks
        return tick if is_over else since

    # The hand-over.

    def hand_over_due_ns(self, context: Context) -> int | None:
        """Return when the turn passes if nothing more is played, or None if it does not."""
        phrase, settings, transport = self.phrase, context.settings, context.transport
        if phrase is None:
            return None
        if settings.mode is Mode.ACCOMPANY:
            return phrase.begin_ns
        line = turns.trade_end_tick(phrase, settings, transport)
        if line is not None:
            return transport.ns_at(line) - BAR_LEAD_NS - settings.time.advance_ns
        return context.player.silence_end_ns(phrase) if settings.by_silence else None

    def pause_due_ns(self) -> int | None:
        """Return when the phrase pauses, or None if that has been reported."""
        if self.phrase is None or self.phrase.pause_reported:
            return None
        return self.phrase.last_event_ns + PAUSE_NS

    def next_due_ns(self, context: Context) -> int | None:
        """Return when the phrase pauses or hands over, or None."""
        dues = (self.hand_over_due_ns(context), self.pause_due_ns())
        return min((due for due in dues if due is not None), default=None)

    # The last events, of any phrase.

    def remember(self, at_ns: int, event: NoteEvent) -> None:
        """Keep an event of the player's for a while."""
        self._recent.append((at_ns, event))

    def forget_before(self, time_ns: int) -> None:
        """Drop the events before a time."""
        kept = [(at_ns, event) for at_ns, event in self._recent if at_ns >= time_ns]
        self._recent.clear()
        self._recent.extend(kept)

    def pop_since(self, time_ns: int) -> list[tuple[int, NoteEvent]]:
        """Return the events since a time, and drop all events."""
        self.forget_before(time_ns)
        events = list(self._recent)
        self._recent.clear()
        return events
