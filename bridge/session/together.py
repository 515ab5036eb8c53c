"""Both play at once: when the response is planned again, from what the player has really played.

The composer imagines the player (`bridge.session.expectation`), so a plan need not be made again
for every note. It is made again

- halfway between two beats, from the next beat on, if the player has played or should have;
- soon after a *surprise*, as early as events can still be withdrawn. A surprise is a note that was
  not imagined, or any note if the composer does not imagine the player. The notes of a chord do not
  arrive at once, so the session waits for them a little.

While Antiphon accompanies, the player is expected to play at any time. In other modes the player
may come in during a response, and is then expected to go on until a rest of two bars.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bridge.messages.composer import NoteEvent, Onset
from bridge.midi.notes import TICKS_PER_QUARTER
from bridge.session.expectation import Expectation
from bridge.system.units import MS, SECOND

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bridge.session.context import Context
    from bridge.sync.transport import Transport

COMMIT_NS = 80 * MS
"""Events that are due within this time are committed: they are not replanned."""
CHORD_NS = 25 * MS
"""A new plan waits this long after a surprise, for the other notes of the chord."""
REST_BARS, REST_NS = 2, 4 * SECOND
"""A rest after which the player no longer plays: in bars, or in free playing in ns."""
_EARLY_TICKS = TICKS_PER_QUARTER // 8
"""A note that begins a 32nd note before a beat belongs to it."""


class Together:
    """What the player has played since the last plan of a take, and when the next plan is due."""

    def __init__(self, transport: Transport, begin_tick: int, *, accompanies: bool) -> None:
        """Start with the first plan of a take that begins at a tick of the transport."""
        self.player_plays = accompanies
        """Whether the player is expected to play at the same time."""
        self._accompanies = accompanies
        self._surprise_ns: int | None = None  # when the first surprise since the last plan came
        self._asked_ns: int | None = None  # when a plan was requested that has no event yet
        self._events: list[NoteEvent] = []
        self._expectation = Expectation()
        self._due_tick = _next_half_beat(transport, begin_tick)

    # Events, at the composer's ticks.

    def add_planned(self, ours: Iterable[NoteEvent], imagined: Iterable[NoteEvent]) -> None:
        """Add the next events of the plan: ours, and those that are imagined of the player."""
        self._expectation.add(ours)
        self._expectation.add(imagined, imagined=True)

    def decided(self, now_ns: int) -> int | None:
        """Return how long a new plan has taken up to its first event; None for later events."""
        asked_ns, self._asked_ns = self._asked_ns, None
        return None if asked_ns is None else now_ns - asked_ns

    def add_played(self, event: NoteEvent, now_ns: int) -> None:
        """Add an event that the player has played during the take."""
        self._events.append(event)
        is_onset = isinstance(event, Onset)
        if not (self.player_plays or is_onset):
            return  # the end of a note that was held over the hand-over
        is_expected = self.player_plays and self._expectation.fits(event)
        if self._surprise_ns is None and not is_expected:
            self._surprise_ns = now_ns
        self.player_plays |= is_onset

    # The next plan.

    @property
    def is_surprised(self) -> bool:
        """Whether the player has played what the plan does not expect."""
        return self._surprise_ns is not None

    def due_ns(self, transport: Transport) -> int | None:
        """Return when the next plan may be due, or None."""
        dues = [] if self._surprise_ns is None else [self._surprise_ns + CHORD_NS]
        if self.player_plays:
            dues.append(transport.ns_at(self._due_tick))
        return min(dues, default=None)

    def commit_tick(self, context: Context) -> int | None:
        """Return the tick up to which events stand if a new plan is due now, or else None."""
        transport, now_ns = context.transport, context.now_ns
        earliest = transport.last_tick_at(context.send_ns + COMMIT_NS)
        if self._surprise_ns is not None and now_ns >= self._surprise_ns + CHORD_NS:
            return earliest
        if not self.player_plays or now_ns < transport.ns_at(self._due_tick):
            return None
        half_beat, now_tick = self._due_tick, transport.last_tick_at(now_ns)
        self._due_tick = _next_half_beat(transport, now_tick)
        offset = context.timing.composer_offset
        if not self._events and not self._expectation.imagines_before(now_tick + offset):
            return None
        return max(earliest, half_beat + _beat_ticks(transport) // 2 - _EARLY_TICKS - 1)

    def take_played(self) -> tuple[NoteEvent, ...]:
        """Return the player's events since the last plan, and remove them."""
        events, self._events = tuple(self._events), []
        return events

    def start_plan(self, context: Context) -> None:
        """Start a new plan."""
        self._surprise_ns, self._expectation = None, Expectation()
        self._asked_ns = context.now_ns
        transport = context.transport
        if not self._accompanies:
            rest_ns = context.now_ns - context.player.last_event_ns
            self.player_plays = self.player_plays and rest_ns < longest_rest_ns(transport)
        self._due_tick = _next_half_beat(transport, transport.last_tick_at(context.now_ns))


def longest_rest_ns(transport: Transport) -> int:
    """Return the length of a rest after which the player no longer plays."""
    if not transport.has_bars:
        return REST_NS
    return transport.ns_at(REST_BARS * transport.metre.bar_ticks) - transport.ns_at(0)


def _beat_ticks(transport: Transport) -> int:
    return max(TICKS_PER_QUARTER, transport.beat_ticks)


def _next_half_beat(transport: Transport, tick: int) -> int:
    """Return the first tick after `tick` that is halfway between two beats."""
    half = _beat_ticks(transport) // 2
    return transport.next_grid_line(tick + 1 - half, 2 * half) + half
