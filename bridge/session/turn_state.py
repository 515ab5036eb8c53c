"""The states of a session, and the transitions between them.

A session is *stopped*, or *listening* for a phrase to start, or the *player* plays a phrase, or the
session is *answering*. `TRANSITIONS` lists the signals that change each state. A state ignores all
other signals.
"""

import enum

from bridge.messages.snapshot import TurnState


class Signal(enum.Enum):
    """An event that may change the state."""

    START = enum.auto()
    NOTE = enum.auto()
    HAND_OVER = enum.auto()
    YIELD = enum.auto()
    FINISHED = enum.auto()
    DISCONTINUITY = enum.auto()
    STOP = enum.auto()


TRANSITIONS: dict[TurnState, dict[Signal, TurnState]] = {
    TurnState.STOPPED: {Signal.START: TurnState.LISTENING},
    TurnState.LISTENING: {
        Signal.NOTE: TurnState.PLAYER,
        Signal.HAND_OVER: TurnState.ANSWERING,  # without a phrase
        Signal.STOP: TurnState.STOPPED,
    },
    TurnState.PLAYER: {
        Signal.HAND_OVER: TurnState.ANSWERING,
        Signal.DISCONTINUITY: TurnState.LISTENING,  # the host has stopped or jumped
        Signal.STOP: TurnState.STOPPED,
    },
    TurnState.ANSWERING: {
        Signal.YIELD: TurnState.LISTENING,  # the player comes back in
        Signal.FINISHED: TurnState.LISTENING,
        Signal.DISCONTINUITY: TurnState.LISTENING,
        Signal.STOP: TurnState.STOPPED,
    },
}
