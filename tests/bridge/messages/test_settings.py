"""The table of settings: which values the constructor accepts, and how it refuses others."""

import math
from dataclasses import FrozenInstanceError, fields, is_dataclass, replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.messages.settings import (
    KNOB_SETTINGS,
    MAX_SEED,
    SETTINGS,
    WINDOW_SETTINGS,
    Mode,
    Settings,
    StartOn,
    follow_knob,
    following_seed,
    value_of,
    with_value,
)
from bridge.messages.time_settings import TimeSettings
from bridge.midi.controls import Action
from bridge.setting import SettingError
from bridge.sync.quantise import Quantise
from bridge.synth.policy import SynthPolicy
from tests.bridge.messages.valid_settings import valid_settings, values

NUMBERS = [name for name, setting in SETTINGS.items() if setting.is_number]
HUGE = 10**400


def test_the_table_has_every_field_once_with_its_default() -> None:
    for kind, prefix in ((Settings, ""), (TimeSettings, "time."), (Quantise, "quantise.")):
        for field in fields(kind):
            if not is_dataclass(field.default):
                assert SETTINGS[prefix + field.name].default == field.default
    parts = len(fields(Settings)) - 2 + len(fields(TimeSettings)) + len(fields(Quantise))
    assert len(SETTINGS) == parts


def test_each_setting_has_a_help_sentence_and_the_numbers_a_range() -> None:
    for name, setting in SETTINGS.items():
        assert setting.spec.help.endswith("."), name
        assert setting.is_number == (setting.kind in (int, float)), name
        assert not setting.is_optional or setting.spec.none, name
        if setting.is_number:
            assert setting.spec.step > 0
            assert round(setting.spec.step, setting.spec.decimals) == setting.spec.step, name


def test_every_default_is_written_once() -> None:
    assert Settings().temperature == 1.0
    assert Settings().sound is SynthPolicy.OFF
    assert replace(Settings(), sound=SynthPolicy.AUTO) == WINDOW_SETTINGS


@given(valid_settings())
def test_every_allowed_value_can_be_constructed(settings: Settings) -> None:
    assert all(setting.accepts(value_of(settings, name)) for name, setting in SETTINGS.items())


@pytest.mark.parametrize("name", NUMBERS)
def test_a_number_has_exactly_its_range(name: str) -> None:
    setting = SETTINGS[name]
    low, high = setting.stored_range
    kind = int if setting.kind is int else float
    for end, beyond in ((kind(low), -math.inf), (kind(high), math.inf)):
        assert value_of(with_value(Settings(), name, end), name) == end
        outside = math.nextafter(end, beyond) if kind is float else end + (1 if beyond > 0 else -1)
        with pytest.raises(SettingError) as refused:
            with_value(Settings(), name, outside)
        assert (refused.value.setting, refused.value.value) == (setting, outside)


NO_NUMBERS: dict[str, object] = {
    "nan": math.nan,
    "inf": math.inf,
    "-inf": -math.inf,
    "400 digits": HUGE,
    "-400 digits": -HUGE,
    "5000 digits": 10**5000,
    "bool": True,
    "text": "1",
    "list": [1],
    "table": {},
    "date": date(1979, 5, 27),
}


@pytest.mark.parametrize("name", NUMBERS)
@pytest.mark.parametrize("value", NO_NUMBERS.values(), ids=NO_NUMBERS)
def test_an_invalid_number_is_refused_with_a_short_text(name: str, value: object) -> None:
    with pytest.raises(SettingError) as refused:
        with_value(Settings(), name, value)
    assert (refused.value.setting, refused.value.value) == (SETTINGS[name], value)
    assert "\n" not in str(refused.value)
    assert len(str(refused.value)) < 120


@pytest.mark.parametrize(
    "name,value",
    [
        ("candidates", 2.5),
        ("candidates", True),
        ("time.metre", (4, 3)),
        ("time.metre", (33, 4)),
        ("time.metre", (10**5000, "4")),
        ("mode", "answer"),
        ("mode", StartOn.BAR),
        ("time.sync", 3),
        ("by_silence", 1),
        ("sound_font", None),
        ("sound_font", "a\0b"),
        ("instruments", (3,)),
        ("palette", ["bach"]),
    ],
)
def test_an_invalid_value_is_refused_and_is_in_the_error(name: str, value: object) -> None:
    with pytest.raises(SettingError) as refused:
        with_value(Settings(), name, value)
    assert (refused.value.setting, refused.value.value) == (SETTINGS[name], value)


@pytest.mark.parametrize("weight", [0, 0.0, -1.0, math.nan, math.inf, "1", True, None])
def test_a_style_without_a_finite_weight_above_0_is_refused(weight: Any) -> None:
    with pytest.raises(SettingError, match=r"^style: "):
        Settings(style=(("bach", 1.0), ("jazz", weight)))


@pytest.mark.parametrize("style", [[("bach", 1.0)], (["bach", 1.0],), (("bach",),), "bach"])
def test_a_style_is_a_tuple_of_pairs(style: Any) -> None:
    with pytest.raises(SettingError):
        Settings(style=style)


@pytest.mark.parametrize("group", ["time", "quantise"])
def test_a_group_of_settings_has_its_own_type(group: str) -> None:
    with pytest.raises(SettingError, match=f"^{group}: "):
        replace(Settings(), **{group: {}})  # type: ignore[arg-type]


def test_replace_validates_and_assignment_fails() -> None:
    settings = Settings(mode=Mode.LOOP)
    with pytest.raises(SettingError):
        replace(settings, top_p=1.5)
    with pytest.raises(FrozenInstanceError):
        settings.top_p = 0.5  # type: ignore[misc]


@given(st.sampled_from(NUMBERS), st.data())
def test_a_shown_number_converts_back_to_its_value(name: str, data: st.DataObject) -> None:
    setting, value = SETTINGS[name], data.draw(values(name))
    assert setting.stored(setting.shown(value)) == (value or (None if setting.is_optional else 0))


@pytest.mark.parametrize("name", KNOB_SETTINGS)
def test_a_knob_covers_its_range(name: str) -> None:
    low, high = SETTINGS[name].spec.knob or (None, None)
    swept = [value_of(follow_knob(Settings(), name, at), name) for at in range(128)]
    assert (swept[0], swept[-1]) == (low, high)
    assert swept == sorted(swept)
    assert len(set(swept)) > 24


def test_a_setting_without_a_knob_raises() -> None:
    with pytest.raises(ValueError, match="no knob"):
        follow_knob(Settings(), "seed", 64)


def test_each_setting_with_a_knob_has_an_action() -> None:
    followed = [action.setting for action in Action if action.setting is not None]
    assert sorted(followed) == sorted(KNOB_SETTINGS)


def test_the_seed_after_the_greatest_is_0() -> None:
    assert following_seed(3, 2) == 5
    assert following_seed(MAX_SEED, 1) == 0
