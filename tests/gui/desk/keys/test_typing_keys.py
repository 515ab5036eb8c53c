"""Which of the computer's keys plays which pitch, by position."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gui.desk.keys.typing_keys import POSITIONS, STEPS, TypingRange, key_position, printed_letters

A_ON_X, SEMICOLON_ON_X, Z_ON_X = 38, 47, 52  # as shown by xev


def test_the_middle_row_is_white_and_the_row_above_it_black() -> None:
    white = [STEPS[place] % 12 for place in "ASDFGHJKL;'"]
    black = [STEPS[place] % 12 for place in "WETYUOP"]
    assert white == [0, 2, 4, 5, 7, 9, 11, 0, 2, 4, 5]
    assert black == [1, 3, 6, 8, 10, 1, 3]


@pytest.mark.parametrize("platform", ["xcb", "wayland", "wayland-egl"])
def test_the_position_counts_and_not_the_letter(platform: str) -> None:
    assert key_position(platform, A_ON_X, 0, "Q") == "A"  # a French keyboard
    assert key_position(platform, Z_ON_X, 0, "Y") == "Z"  # a German one
    assert key_position(platform, SEMICOLON_ON_X, 0, "Ö") == ";"
    assert key_position(platform, 24, 0, "A") is None  # French, at the US position of Q


def test_windows_scan_codes_are_without_the_offset_of_x11() -> None:
    assert key_position("windows", 30, 0, "Q") == "A"
    assert key_position("windows", 57, 0, " ") == " "


def test_macos_has_its_own_codes_from_zero() -> None:
    assert key_position("cocoa", 1, 0, "Q") == "A"
    assert key_position("cocoa", 1, 6, "Y") == "Z"
    assert key_position("cocoa", 1, 49, " ") == " "
    assert key_position("cocoa", 1, 12, "A") is None


@pytest.mark.parametrize("platform", ["offscreen", "xcb"])
def test_without_a_scan_code_the_letter_decides(platform: str) -> None:
    assert [key_position(platform, 0, 0, letter) for letter in "aA:\"'R1"] == [
        *("A", "A", ";", "'", "'"),
        None,
        None,
    ]
    assert key_position(platform, 0, 0, "") is None


@pytest.mark.parametrize("platform,shift", [("xcb", 8), ("windows", 0), ("cocoa", 0)], ids=str)
def test_every_position_has_one_key(platform: str, shift: int) -> None:
    codes = range(128)
    found = [key_position(platform, code + shift, code, "") for code in codes]
    places = [place for place in found if place is not None]
    assert sorted(places) == sorted(POSITIONS)


def test_letters_are_those_of_the_locale() -> None:
    german = printed_letters("xcb", "de_AT")
    assert [german[place] for place in "AYZ;'"] == ["A", "Z", "Y", "Ö", "Ä"]
    french = printed_letters("cocoa", "fr_FR")
    assert [french[place] for place in "AWZ;"] == ["Q", "Z", "W", "M"]
    assert printed_letters("xcb", "fr_CA")["A"] == printed_letters("xcb", "C")["A"] == "A"
    assert printed_letters("offscreen", "de_DE")["Z"] == "Z"  # offscreen, the letter itself decides


@given(st.lists(st.sampled_from([-1, 1])), st.lists(st.sampled_from([-1, 1])))
def test_every_range_stays_playable(octaves: list[int], steps: list[int]) -> None:
    reach = TypingRange()
    for by in octaves:
        reach = reach.shifted(by)
    for by in steps:
        reach = reach.louder(by)
    assert reach.lowest % 12 == 0
    assert set(reach.pitches.values()) == set(range(reach.lowest, reach.highest + 1))
    assert reach.lowest >= 0
    assert reach.highest <= 127
    assert 1 <= reach.velocity <= 127
