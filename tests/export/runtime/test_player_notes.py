"""What an answer owes to the player's notes: held keys, instruments and the grid."""

from collections.abc import Iterable

import numpy as np

from bridge.messages.composer import Onset, Release
from bridge.midi.instruments import Instrument
from export.runtime.player_notes import PlayerNotes
from model.decoding.state import StreamState
from model.tokens import vocabulary as v

PIANO, BASS, DRUMS = Instrument.PIANO, Instrument.BASS, Instrument.DRUMS


def state_with(*keys: tuple[Instrument, int]) -> StreamState:
    """Return a state in which notes sound; a tick of their onset has passed."""
    state = StreamState()
    for key in keys:
        state.push(v.on_id(*key, 8))
    state.push(v.wait_id(1))
    return state


def test_a_held_key_is_not_ours_to_release() -> None:
    state = state_with((PIANO, 60), (PIANO, 64))
    player = PlayerNotes()
    player.note([Onset(0, PIANO, 60, 80)])
    player.constrain(state, grid=False)
    assert state.grammar.pending_offs == (v.off_id(PIANO, 64),)
    assert not state.grammar.mask()[v.off_id(PIANO, 60)]
    assert state.grammar.mask()[v.off_id(PIANO, 64)]


def test_a_released_key_is_ours_again() -> None:
    state = state_with((PIANO, 60))
    player = PlayerNotes()
    player.note([Onset(0, PIANO, 60, 80), Release(1, PIANO, 60)])
    player.constrain(state, grid=False)
    assert state.grammar.mask()[v.off_id(PIANO, 60)]


def test_drums_are_never_held() -> None:
    state = state_with((PIANO, 60))
    player = PlayerNotes()
    player.note([Onset(0, DRUMS, 36, 80)])  # a drum has no note-off token
    player.constrain(state, grid=False)
    assert state.grammar.pending_offs == (v.off_id(PIANO, 60),)


def test_an_instrument_stays_after_its_notes_have_ended() -> None:
    player = PlayerNotes()
    assert player.instruments == set()
    player.note([Onset(0, BASS, 36, 80), Release(9, BASS, 36), Onset(12, PIANO, 60, 80)])
    assert player.instruments == {BASS, PIANO}


def begins_off_the_grid(player: PlayerNotes, *, grid: bool = True) -> bool:
    """Return whether a note may begin at tick 1."""
    state = state_with()
    player.constrain(state, grid=grid)
    return bool(np.any(state.grammar.mask()[v.FIRST_ON :]))


def played(ticks: Iterable[int]) -> list[Onset]:
    return [Onset(tick, PIANO, 60, 80) for tick in ticks]


def test_onsets_on_the_beats_keep_an_answer_on_the_grid() -> None:
    player = PlayerNotes()
    player.note(played(24 * index for index in range(1, 17)))
    assert not begins_off_the_grid(player)
    assert begins_off_the_grid(player, grid=False), "the music has no beats"


def test_human_timing_leaves_an_answer_free() -> None:
    player = PlayerNotes()
    player.note(played(24 * index + index % 5 - 2 for index in range(1, 17)))  # 2 ticks off at most
    assert begins_off_the_grid(player)


def test_the_grid_is_judged_by_the_last_onsets() -> None:
    off_beat = played(24 * index + 5 for index in range(64))
    on_beat = played(24 * index for index in range(64))
    player = PlayerNotes()
    assert begins_off_the_grid(player), "there is no onset to judge by"
    player.note(off_beat)
    assert begins_off_the_grid(player)
    player.note(on_beat)
    assert not begins_off_the_grid(player)
    player.note(off_beat)
    assert begins_off_the_grid(player)
