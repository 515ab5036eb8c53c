"""Names in any script are compared, found and printed."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.names import edit_distance, name_key, nearest, plain_name, visible

STYLES = ("rock", "jazz", "bach", "chopin", "lasso", "faisst", "bossa nova", "夜想曲", "café noir")


@pytest.mark.parametrize(
    "one,other",
    [
        ("Jazz", "jAZZ"),
        ("bossa  nova ", "Bossa Nova"),
        ("caf\u00e9", "cafe\u0301"),
        ("STRASSE", "straße"),
        ("ΟΔΥΣΣΕΥΣ", "οδυσσευς"),
        ("Ноктюрн", "НОКТЮРН"),
        ("\uff4a\uff41\uff5a\uff5a", "jazz"),
        ("가락", unicodedata.normalize("NFD", "가락")),
    ],
)
def test_two_spellings_of_a_name_have_one_key(one: str, other: str) -> None:
    assert name_key(one) == name_key(other)


def test_different_names_have_different_keys() -> None:
    assert len({name_key(name) for name in (*STYLES, "cafe noir")}) == len(STYLES) + 1


@given(st.text())
def test_a_key_is_its_own_key(name: str) -> None:
    assert name_key(name_key(name)) == name_key(name)
    for form in ("NFC", "NFD", "NFKC", "NFKD"):
        assert name_key(unicodedata.normalize(form, name)) == name_key(name)


@given(st.text())
def test_a_plain_name_is_plain(name: str) -> None:
    assert plain_name(plain_name(name)) == plain_name(name)


@pytest.mark.parametrize(
    "typed,wanted",
    [
        ("jass", "jazz"),
        ("JAZ", "jazz"),
        ("ajzz", "jazz"),
        ("chopan", "chopin"),
        ("Chopín", "chopin"),
        ("bosanova", "bossa nova"),
        ("nova", "bossa nova"),
        ("cafe noire", "café noir"),
        ("夜想", "夜想曲"),
    ],
)
def test_the_name_that_was_meant_comes_first(typed: str, wanted: str) -> None:
    assert nearest(typed, STYLES)[0] == wanted


@pytest.mark.parametrize("typed", ["", "x", "zzzzzz", "...", "kazoo"])
def test_a_name_that_resembles_none_has_no_proposal(typed: str) -> None:
    assert nearest(typed, STYLES) == ()


@pytest.mark.parametrize(
    "one,other,errors",
    [("", "", 0), ("", "ab", 2), ("ab", "ba", 1), ("ca", "abc", 3), ("kitten", "sitting", 3)],
)
def test_the_edit_distance_counts_typing_errors(one: str, other: str, errors: int) -> None:
    assert edit_distance(one, other) == edit_distance(other, one) == errors


@pytest.mark.parametrize(
    "text,shown",
    [
        ("夜想曲 café עברית 🎹", "夜想曲 café עברית 🎹"),
        ("می\u200cخ", "می\u200cخ"),
        ("\x1b[31mred\x07", "\\x1b[31mred\\x07"),
        ("a\nb\r\tc", "a\\nb\\r\\tc"),
        ("evil\u202efdm.exe", "evil\\u202efdm.exe"),
        ("line\u2028line", "line\\u2028line"),
        ("\U000e0041", "\\U000e0041"),
        ("caf\udce9.mid", "caf\\xe9.mid"),
        ("\ud800", "\\ud800"),
    ],
)
def test_nothing_hidden_is_printed(text: str, shown: str) -> None:
    assert visible(text) == shown


@given(st.text(st.characters(codec=None, exclude_categories=())))
def test_what_is_visible_can_be_encoded_and_stays_as_it_is(text: str) -> None:
    shown = visible(text)
    assert shown.encode().decode() == shown
    assert visible(shown) == shown
    assert "\x1b" not in shown
