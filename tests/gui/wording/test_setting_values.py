"""The sentences for values that a setting cannot have, and the texts of ranges."""

import math
from collections.abc import Iterator
from datetime import date
from string import Formatter
from typing import Any

import pytest

from bridge.messages.settings import SETTINGS, Settings, StartOn
from bridge.setting import Setting, settings_in
from gui.preferences import Preferences
from gui.wording.sentence import Sentence
from gui.wording.setting_values import described, range_text, refusal
from tests.bridge.lamp import Colour, Lamp

HUGE = 10**400

LAMP = settings_in(Lamp)
NUMBERS = [name for name, setting in SETTINGS.items() if setting.is_number]
VALUES: dict[str, object] = {
    "none": None,
    "0": 0,
    "nan": math.nan,
    "inf": math.inf,
    "-inf": -math.inf,
    "400 digits": HUGE,
    "-400 digits": -HUGE,
    "5000 digits": 10**5000,
    "bool": True,
    "text": "1",
    "list": [1],
    "tuple": (),
    "table": {},
    "date": date(1979, 5, 27),
    "braces": "{}{0}{",
    "long": ["x"] * 1000,
}


def parts(sentence: Sentence) -> Iterator[Sentence]:
    """Yield a sentence and the sentences in it."""
    yield sentence
    for part in sentence.arguments:
        if isinstance(part, Sentence):
            yield from parts(part)


def places(sentence: Sentence) -> int:
    return sum(name is not None for _, name, _, _ in Formatter().parse(sentence.pattern))


@pytest.mark.parametrize("value", VALUES.values(), ids=VALUES)
def test_every_refusal_is_one_short_sentence_that_can_be_translated(value: object) -> None:
    for setting in (*SETTINGS.values(), *settings_in(Preferences).values()):
        sentence = refusal(setting, value)
        for part in parts(sentence):
            assert part.context, part
            assert len(part.arguments) == places(part), part
        assert "\n" not in str(sentence)
        assert len(str(sentence)) < 200


@pytest.mark.parametrize("name", NUMBERS)
def test_the_refusal_of_a_number_names_the_range(name: str) -> None:
    assert "between" in str(refusal(SETTINGS[name], math.nan))


@pytest.mark.parametrize(
    "name,value,sentence",
    [
        ("temperature", 9, "9 is not between 0 and 5"),
        ("temperature", "hot", "'hot' is not a number between 0 and 5"),
        ("temperature", HUGE, "1e400 is not between 0 and 5"),
        ("candidates", 0, "0 is not between 1 and 4"),
        ("candidates", 2.5, "2.5 is not a whole number between 1 and 4"),
        ("candidates", True, "true is not a whole number between 1 and 4"),
        ("answer_ns", 700 * 10**9, "700 is not between 0.1 and 600 s"),
        ("answer_ns", "long", "'long' is not a number between 0.1 and 600 s"),
        ("bars", 65, "65 is not between 1 and 64 bars"),
        ("time.bpm", 5.5, "5.5 is not between 20 and 300 bpm"),
        ("time.advance_ns", -600_500_000, "-600.5 is not between -500 and 500 ms"),
        ("time.metre", (4, 3), "4/3 is not a metre of 1 to 32 beats of 2, 4, 8 or 16"),
        ("time.metre", (33, 4), "33/4 is not a metre of 1 to 32 beats of 2, 4, 8 or 16"),
        ("time.metre", (10**5000, "4"), "this value is not a metre of 1 to 32 beats of 2, "),
        ("mode", "answer", "'answer' is not one of answer, trade, take-over, accompany, loop"),
        ("mode", StartOn.BAR, "bar is not one of answer, trade, take-over, accompany, loop"),
        ("time.sync", 3, "3 is not one of auto, plugin, jack, midi, link, internal, free"),
        ("by_silence", 1, "1 is not true or false"),
        ("sound_font", None, "none is not the path of a file"),
        ("sound_font", "a\0b", "'a\\x00b' is not the path of a file"),
        ("instruments", (3,), "3 is not a list of instruments (piano, organ, "),
        ("palette", ["bach"], "['bach'] is not a list of styles"),
        ("style", (("bach", 0),), "(('bach', 0),) is not a list of styles with weights above 0"),
    ],
)
def test_the_sentence_names_the_value_and_the_valid_ones(
    name: str, value: object, sentence: str
) -> None:
    assert str(refusal(SETTINGS[name], value)).startswith(sentence)


def test_a_group_of_settings_is_a_table() -> None:
    assert str(refusal(settings_in(Settings)["time"], {})) == "{} is not a table"


def test_a_value_and_its_range_are_in_the_unit() -> None:
    assert str(refusal(LAMP["power_mw"], 61_500)) == "61.5 is not between 0.5 and 60 W"
    assert str(refusal(LAMP["colour"], "green")) == "'green' is not one of white, red, blue"
    assert str(described(LAMP["power_mw"], 2500)) == "2.5"


@pytest.mark.parametrize(
    "setting,value,text",
    [
        (LAMP["delay"], None, "at once"),
        (LAMP["place"], None, "none"),
        (LAMP["place"], "", "none"),
        (LAMP["place"], "hall", "'hall'"),
        (LAMP["colour"], Colour.RED, "red"),
        (SETTINGS["time.metre"], (4, 4), "4/4"),
        (SETTINGS["style"], (), "none"),
    ],
)
def test_a_value_has_words(setting: Setting, value: Any, text: str) -> None:
    assert str(described(setting, value)) == text


def test_a_long_value_is_shortened() -> None:
    reason = str(refusal(LAMP["place"], ["x"] * 1000))
    assert reason.endswith(" ... is not plain text of usual length")
    assert len(reason) < 100


def test_a_range_has_its_unit_and_the_word_for_none() -> None:
    assert range_text(LAMP["power_mw"]) == "0.5 to 60 W"
    assert range_text(LAMP["delay"]) == "1 to 9; 0: at once"
    assert range_text(LAMP["colour"]) == "white, red, blue"
    assert range_text(LAMP["place"]) == ""
