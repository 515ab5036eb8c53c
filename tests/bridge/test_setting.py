"""A single setting: the table of any dataclass, and the cost of validation."""

import timeit
from dataclasses import replace
from typing import Any

import pytest

from bridge.messages.settings import Settings
from bridge.setting import SettingError, settings_in
from tests.bridge.lamp import Colour, Lamp

FEWEST_PER_SECOND = 20_000
"""Settings change a few times a second, with about twenty validations each."""


def test_type_and_default_come_from_the_field() -> None:
    table = settings_in(Lamp)
    assert list(table) == ["power_mw", "colour", "delay", "place"]
    assert (table["colour"].kind, table["colour"].default) == (Colour, None)
    assert table["place"].kind is str
    assert [setting.is_optional for setting in table.values()] == [False, True, True, False]


def test_numbers_convert_between_unit_and_storage() -> None:
    power = settings_in(Lamp)["power_mw"]
    assert list(power.stored_range) == [500, 60_000]
    assert (power.stored(2.5), power.shown(2500)) == (2500, 2.5)
    assert str(power.stored(2.5)) == "2500"  # an integer


@pytest.mark.parametrize(
    "field_name,value,text",
    [
        ("power_mw", 61_500, "power_mw: 61500 is not valid"),
        ("power_mw", 10**5000, "power_mw: this int is not valid"),
        ("place", None, "place: None is not valid"),
        ("place", ["x"] * 1000, f"place: {str(['x'] * 12)[:-1]}, ... is not valid"),
    ],
    ids=["unit", "5000 digits", "none", "long"],
)
def test_a_refused_value_is_in_the_error(field_name: str, value: Any, text: str) -> None:
    with pytest.raises(SettingError) as refused:
        Lamp(**{field_name: value})
    assert refused.value.setting is settings_in(Lamp)[field_name]
    assert refused.value.value is value
    assert str(refused.value) == text


def test_0_is_none_if_0_is_out_of_range() -> None:
    delay = settings_in(Lamp)["delay"]
    assert (delay.stored(0), delay.stored(3), delay.shown(None)) == (None, 3, 0)


def test_the_first_choice_of_an_enumeration_is_that_for_none() -> None:
    colour = settings_in(Lamp)["colour"]
    assert colour.choices == ("white", "red", "blue")


def test_validation_is_fast() -> None:
    settings, runs = Settings(), 500
    took_s = min(timeit.repeat(lambda: replace(settings, seed=1), number=runs, repeat=5))
    assert runs / took_s > FEWEST_PER_SECOND
