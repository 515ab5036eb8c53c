"""Clashes in free time."""

from bridge.midi.instruments import Instrument
from model.decoding.heard.clashes import gives_way
from model.decoding.state import StreamState
from model.tokens import vocabulary as v

C5, B5 = v.on_event(Instrument.PIANO, 73), v.on_event(Instrument.PIANO, 83)


def state_after(words: str) -> StreamState:
    return StreamState.after(v.parse_tokens(f"start clock:free {words}"))


def overlaps(ticks: int) -> str:
    once = f"piano:v80:C4 wait:24 piano:v80:C#4 wait:{ticks} piano:v0:C4 wait:24 piano:v0:C#4 "
    return once * 16


def test_the_share_of_long_clashes_is_that_of_the_music() -> None:
    assert state_after(overlaps(2)).clashes.share_of_long() < 0.1
    assert state_after(overlaps(20)).clashes.share_of_long() > 0.9


def test_notes_that_do_not_clash_are_not_counted() -> None:
    before = state_after("").clashes.share_of_long()
    thirds = "piano:v80:C4 wait:24 piano:v80:E4 wait:40 piano:v0:C4 wait:24 piano:v0:E4 " * 16
    assert state_after(thirds).clashes.share_of_long() == before


def test_an_earlier_note_of_the_instrument_gives_way() -> None:
    earlier = state_after("piano:v80:C4 wait:24")
    assert gives_way(earlier.grammar.pending_ages, C5) == v.off_id(Instrument.PIANO, 60)
    assert gives_way(earlier.grammar.pending_ages, B5) is None
    assert gives_way(state_after("piano:v80:C4").grammar.pending_ages, C5) is None
    assert gives_way(state_after("organ:v80:C4 wait:24").grammar.pending_ages, C5) is None


def test_a_key_that_the_player_holds_does_not_give_way() -> None:
    state = state_after("piano:v80:C4 wait:24")
    state.grammar.set_held_offs([v.off_id(Instrument.PIANO, 60)])
    assert gives_way(state.grammar.pending_ages, C5) is None


def test_a_copy_is_independent() -> None:
    state = state_after(overlaps(2))
    other = state.copy()
    for token in v.parse_tokens(overlaps(30)):
        state.push(token)
    assert other.clashes.share_of_long() < 0.1
