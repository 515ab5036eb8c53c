"""Strategies of hypothesis for all values that the table of settings allows."""

import sys
from functools import reduce
from typing import Any

from hypothesis import strategies as st

from bridge.messages.settings import SETTINGS, Settings, with_value
from bridge.midi.instruments import Instrument

_NAMES = st.text(max_size=6)
_WEIGHTS = st.floats(0, sys.float_info.max, exclude_min=True)
_LISTS: dict[str, st.SearchStrategy[Any]] = {
    "style": st.lists(st.tuples(_NAMES, _WEIGHTS), max_size=3).map(tuple),
    "instruments": st.lists(st.sampled_from(Instrument), max_size=4).map(tuple),
    "palette": st.lists(_NAMES, max_size=3).map(tuple),
    "time.metre": st.tuples(st.integers(1, 32), st.sampled_from((2, 4, 8, 16))),
    "sound_font": st.text(max_size=6).filter(lambda text: "\0" not in text),
}


def values(name: str) -> st.SearchStrategy[Any]:
    """Return a strategy for the values of the setting with a dotted name."""
    setting = SETTINGS[name]
    members: Any = setting.kind  # if it is an enumeration
    if name in _LISTS:
        return _LISTS[name]
    if setting.is_number:
        low, high = setting.stored_range
        numbers: st.SearchStrategy[Any] = (
            st.integers(int(low), int(high)) if setting.kind is int else st.floats(low, high)
        )
    else:
        numbers = st.sampled_from((False, True) if setting.kind is bool else tuple(members))
    return st.none() | numbers if setting.is_optional else numbers


def valid_settings() -> st.SearchStrategy[Settings]:
    """Return a strategy for all settings."""
    return st.fixed_dictionaries({name: values(name) for name in SETTINGS}).map(
        lambda chosen: reduce(
            lambda made, each: with_value(made, *each), chosen.items(), Settings()
        )
    )
