"""Musical time: the position of each token."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from model.tokens import features
from model.tokens import vocabulary as v
from model.tokens.features import MusicalTime, musical_time

PHRASE = (
    "start clock:grid tempo:120 metre:3/4 piano:v80:C4 piano:v80:E4 wait:144 "
    "piano:v0:C4 piano:v80:D4 wait:96 metre:6/8 piano:v0:D4 piano:v80:G4 wait:24 piano:v0:G4"
)
WORDS = ["wait:1", "wait:47", "wait:192", "metre:3/4", "metre:6/8", "clock:grid", "tempo:60"]
WORDS += ["piano:v80:C4", "bass:v8:C2", "drums:v64:C2", "piano:v0:C4"]


def test_the_features_of_a_known_phrase() -> None:
    rows = musical_time(np.array(v.parse_tokens(PHRASE)))
    bar_position, bar, onset, chord = rows[:, :4].T.tolist()
    assert bar_position == [0, 0, 0, 1, 1, 1, 1, 1, 1, 97, 1, 1, 1, 25, 25]
    assert bar == [0, 0, 0, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 3]
    assert onset == [0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3]
    assert chord == [0, 0, 0, 0, 1, 2, 0, 0, 1, 0, 0, 0, 1, 0, 0]


def test_part_rises_and_countdown_falls_to_the_end() -> None:
    rows = musical_time(np.array(v.parse_tokens(PHRASE)))
    assert (np.diff(rows[:, 4]) >= 0).all()
    assert rows[0, 4] == 1
    assert rows[0, 5] == 1 + (144 + 96 + 24) // 48
    assert rows[-1, 5] == 1


def test_free_time_has_no_bars() -> None:
    rows = musical_time(
        np.array(v.parse_tokens("start clock:free piano:v80:C4 wait:50 piano:v0:C4"))
    )
    assert not rows[:, :2].any()


@given(st.lists(st.sampled_from(WORDS), max_size=80))
def test_one_by_one_is_the_same_as_all_at_once(words: list[str]) -> None:
    tokens = v.parse_tokens(" ".join(["start", *words]))
    time = MusicalTime()
    rows = musical_time(np.array(tokens))
    assert [time.push(token) for token in tokens] == [tuple(row) for row in rows[:, :4].tolist()]
    assert (rows >= 0).all()
    assert (rows < np.array(features.SIZES)).all()


def test_a_copy_is_independent() -> None:
    time = MusicalTime()
    for token in v.parse_tokens("start clock:grid tempo:120 metre:4/4 piano:v80:C4"):
        time.push(token)
    other = time.copy()
    other.push(v.wait_id(100))
    assert time.push(v.wait_id(1))[0] == 2
