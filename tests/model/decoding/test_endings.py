"""The end of a take."""

import numpy as np
import pytest

from bridge.midi.instruments import Instrument
from model.decoding.endings import Ending, final_tick
from model.decoding.heard.pulse import HeardPulse
from model.decoding.state import StreamState
from model.tokens import vocabulary as v

PIANO = int(Instrument.PIANO)
EVERYTHING = np.arange(v.EVENT_COUNT)


@pytest.mark.parametrize(
    "bar, end, is_last, found",
    [
        (192, 768, False, 768 - 96),  # the half of the last bar
        (192, 768, True, 768 - 192),  # the last ending is on a bar line
        (192, 768 + 48, False, 768),  # an end within a bar
        (144, 720, False, 720 - 144),  # three quarters have no half
        (96, 768, False, 768 - 96),
        (336, 672, False, 672 - 48),  # a bar of seven is too long
        (192, 768 + 24, False, 768 - 96),  # a quarter note has room
    ],
)
def test_the_final_tick_is_a_strong_beat(bar: int, end: int, is_last: bool, found: int) -> None:  # noqa: FBT001
    assert final_tick(end, (0, bar), None, is_last=is_last) == found
    assert final_tick(end + 7, (7, bar), None, is_last=is_last) == found + 7


def test_in_free_time_the_final_tick_is_on_the_pulse() -> None:
    pulse = HeardPulse(np.arange(5, 2000, 60.0))
    found = final_tick(2400, None, pulse)
    assert 2400 - 136 <= found <= 2400 - 64
    assert abs((found - 5 + 30) % 60 - 30) <= 1
    assert 2400 - 136 <= final_tick(2400, None, None) <= 2400 - 64


@pytest.mark.parametrize("end", [2000 - 200, 2000, 2000 + 60, 2000 + 100, 2000 + 136])
def test_the_end_may_come_while_the_player_plays(end: int) -> None:
    """The final tick is on the pulse too if the last onsets lie after it."""
    pulse = HeardPulse(np.arange(5, 2000, 60.0))
    found = final_tick(end, None, pulse)
    assert end - 136 <= found <= end - 64
    assert abs((found - 5 + 30) % 60 - 30) <= 1


def state_after(words: str) -> StreamState:
    return StreamState.after(v.parse_tokens(f"start clock:grid tempo:120 metre:4/4 {words}"))


def allowed(state: StreamState, ending: Ending) -> set[str]:
    kept = ending.allowed(state, EVENTS)
    return {f"{v.EVENTS[e].kind.name} {v.EVENTS[e].value or v.EVENTS[e].pitch}" for e in kept}


WAITS = [v.wait_id(ticks) for ticks in (12, 48, 96, 192)]
OFFS = [v.off_id(Instrument.PIANO, pitch) for pitch in (60, 64)]
EVENTS = np.array([*WAITS, *OFFS, v.on_event(Instrument.PIANO, 67)])


def test_no_wait_passes_over_the_final_tick() -> None:
    state, ending = state_after("wait:192 wait:144"), Ending(384, (PIANO,))
    assert allowed(state, ending) == {"WAIT 12", "WAIT 48", "OFF 60", "OFF 64", "ON 67"}


def test_far_from_the_end_everything_may_come() -> None:
    assert len(allowed(state_after(""), Ending(384, (PIANO,)))) == len(EVENTS)


def test_a_note_must_begin_at_the_final_tick_once() -> None:
    ending = Ending(192, (PIANO,))
    assert not ending.requires_onset(state_after("wait:96"))
    assert ending.requires_onset(state_after("wait:192"))
    assert ending.requires_onset(state_after("wait:192 bass:v80:C2"))
    assert not ending.requires_onset(state_after("wait:192 piano:v80:C4"))


def test_a_note_that_began_on_a_beat_of_the_last_bar_may_be_held_instead() -> None:
    for words, is_required in (
        ("wait:96 piano:v80:C4 wait:96", False),
        ("wait:156 piano:v80:C4 wait:36", True),  # too late
        ("wait:84 piano:v80:C4 wait:108", True),  # not on a beat
        ("piano:v80:C4 wait:192 wait:96", True),  # before the last bar
    ):
        state = state_after(words)
        assert Ending(state.tick, (PIANO,)).requires_onset(state) is is_required, words


def test_after_the_final_tick_no_note_begins_and_the_last_are_held() -> None:
    state = state_after("wait:96 piano:v80:C4 wait:96 piano:v80:E4 wait:12")
    ending = Ending(192, (PIANO,))
    assert allowed(state, ending) == {"WAIT 12", "WAIT 48", "WAIT 96", "WAIT 192", "OFF 60"}


def test_a_held_note_is_held_to_the_end() -> None:
    state, ending = state_after("wait:96 piano:v80:C4 wait:96"), Ending(192, (PIANO,))
    assert not ending.requires_onset(state)
    state.push(v.wait_id(12))
    assert "OFF 60" not in allowed(state, ending)
    assert "ON 67" not in allowed(state, ending)


def test_in_free_time_the_last_chord_may_be_spread() -> None:
    ending = Ending(192, (PIANO,))
    for ticks, may_begin in ((3, True), (9, False)):
        words = f"start clock:free wait:192 piano:v80:C4 wait:{ticks}"
        state = StreamState.after(v.parse_tokens(words))
        assert ("ON 67" in allowed(state, ending)) is may_begin


def test_the_last_notes_are_of_the_tonic_triad() -> None:
    scale = " ".join(f"piano:v80:{n}4 wait:24 piano:v0:{n}4" for n in "CDEFGABGEC")
    state = state_after(f"{scale} wait:12")
    gains = Ending(state.tick, (PIANO,)).gains(state)
    assert gains[60] > gains[64] == gains[67] > gains[62] == 0
    assert not Ending(state.tick + 1, (PIANO,)).gains(state).any()
