"""The take that is being played: its turn, how much of it is decided, and when it is over."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bridge.messages.settings import Mode
from bridge.session.player import Phrase
from bridge.session.together import Together, longest_rest_ns
from bridge.system.units import SECOND

if TYPE_CHECKING:
    from bridge.session.context import Context
    from bridge.session.turns import Turn
    from bridge.sync.transport import Transport

HORIZON_NS, TOGETHER_HORIZON_NS = 2 * SECOND, SECOND
"""How far ahead of the sounding music the composer may decide: alone, and while both play."""


@dataclass(frozen=True, slots=True)
class Loop:
    """The phrase that a loop repeats, and the number of repetitions that are over."""

    phrase: Phrase
    passes: int


@dataclass(slots=True)
class ActiveTake:
    """A take that Antiphon is playing. Ticks are the transport's."""

    take: int
    hand_over_ns: int
    turn: Turn
    until_tick: int
    """The composer may decide events up to this tick."""
    together: Together
    plan: int = 0
    last_tick: int | None = None
    """The tick of the last planned event, once the composer has decided the whole take."""
    first_note_planned: bool = False
    first_note_sent: bool = False
    is_ending: bool = False
    is_audition: bool = False
    """Whether the take is a score that is played without the composer."""
    loop: Loop | None = None

    def end_ns(self, transport: Transport) -> int:
        """Return the end time of a take that is done."""
        to_turn_end = (transport.has_bars and not self.is_audition) or self.loop is not None
        assert self.last_tick is not None, "the take is not done"
        return transport.ns_at(self.turn.end if to_turn_end else self.last_tick)

    def loop_due_ns(self, transport: Transport) -> int:
        """Return when the next pass of a loop must be requested."""
        return transport.ns_at(self.turn.end) - HORIZON_NS // 2

    @property
    def done(self) -> bool:
        """Whether the composer has decided the whole take."""
        return self.last_tick is not None

    @property
    def horizon_ns(self) -> int:
        """How far ahead of the sounding music the composer may decide."""
        return TOGETHER_HORIZON_NS if self.together.player_plays else HORIZON_NS

    def extend_due_ns(self, transport: Transport) -> int:
        """Return when the composer may decide more: half a horizon before `until_tick`.

        If it may already decide up to the end of the turn, return a second after that end, when the
        response is given up.
        """
        if self.until_tick >= self.turn.end:
            return transport.ns_at(self.turn.end) + SECOND
        return transport.ns_at(self.until_tick) - self.horizon_ns // 2

    def rest_end_ns(self, context: Context) -> int | None:
        """Return when the accompaniment of a resting player ends, or None if it does not.

        A player who holds a key does not rest. With the release of a final chord, it ends at once.
        """
        accompanies = context.settings.mode is Mode.ACCOMPANY
        if not accompanies or self.is_ending or self.is_audition or context.player.key_down:
            return None
        since_ns = max(context.player.last_event_ns, self.hand_over_ns)
        if context.player.has_ended:
            return since_ns
        return since_ns + longest_rest_ns(context.transport)
