"""Names have a translation wherever one is looked up."""

from dataclasses import fields

from bridge.messages.settings import Settings
from bridge.midi.instruments import Instrument
from gui.desk.widgets.names import INSTRUMENT_LABELS, instrument_name, phrase_name, setting_name
from gui.engine.phrases import DEFAULT_STYLES


def test_every_name_is_written_out_for_those_who_translate() -> None:
    settings = {setting_name(field.name) for field in fields(Settings)}
    assert (
        set(INSTRUMENT_LABELS)
        == {kind.label for kind in Instrument} | set(DEFAULT_STYLES) | settings
    )


def test_untranslated_a_name_is_what_one_types() -> None:
    assert instrument_name(Instrument.CELLO) == "cello"
    assert phrase_name("nocturne") == "nocturne"
