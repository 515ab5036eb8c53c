"""Every name that is looked up has a translation."""

from dataclasses import fields

from bridge.messages.settings import KNOB_SETTINGS, SETTINGS, Settings
from bridge.midi.instruments import Instrument
from gui.desk.widgets.names import (
    INSTRUMENT_LABELS,
    UNIT_SUFFIXES,
    instrument_name,
    phrase_name,
    setting_name,
    unit_suffix,
)
from gui.engine.phrases import DEFAULT_STYLES


def test_every_name_is_listed_for_translators() -> None:
    shown = [*(field.name for field in fields(Settings)), *KNOB_SETTINGS]
    settings = {setting_name(name) for name in shown}
    assert (
        set(INSTRUMENT_LABELS)
        == {kind.label for kind in Instrument} | set(DEFAULT_STYLES) | settings
    )


def test_every_unit_is_listed_for_translators() -> None:
    units = {setting.spec.unit for setting in SETTINGS.values() if setting.spec.unit}
    assert set(UNIT_SUFFIXES) == {unit_suffix(unit) for unit in units}
    assert unit_suffix("") == ""


def test_an_untranslated_name_is_the_typed_name() -> None:
    assert instrument_name(Instrument.CELLO) == "cello"
    assert phrase_name("nocturne") == "nocturne"
