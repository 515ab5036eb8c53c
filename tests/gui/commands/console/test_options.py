"""Options for settings: made from the table, and refused with its texts."""

from typing import Any

import pytest

from bridge.messages.settings import SETTINGS, Mode, Settings, with_value
from bridge.messages.time_settings import TimeSettings
from bridge.midi.instruments import Instrument
from bridge.sync.quantise import GridStep
from bridge.sync.transport import Source
from gui.commands import cli
from gui.commands.console.options import parse_settings
from gui.wording.setting_values import range_text

TYPED = [
    ("style", "Chopin:0.7, bossa nova", (("chopin", 0.7), ("bossa nova", 1.0))),
    ("instruments", "bass,piano,bass", (Instrument.PIANO, Instrument.BASS)),
    ("temperature", 0.0, 0.0),
    ("mode", "take-over", Mode.TAKE_OVER),
    ("bars", 0, None),
    ("bars", 3, 3),
    ("answer_ns", 4.5, 4_500_000_000),
    ("answer_ns", 0.0, None),
    ("by_silence", False, False),
    ("quantise.step", "1/16", GridStep.SIXTEENTH),
    ("time.sync", "auto", None),
    ("time.sync", "midi", Source.CLOCK),
    ("time.bpm", 97.5, 97.5),
    ("time.bpm", 0.0, None),
    ("time.metre", "6/8", (6, 8)),
    ("time.advance_ns", -12.3, -12_300_000),
]


@pytest.mark.parametrize("name,typed,value", TYPED)
def test_options_are_in_musicians_units(name: str, typed: Any, value: object) -> None:
    asked = {name.replace(".", "_"): typed}
    assert parse_settings(asked) == with_value(Settings(), name, value)


def test_options_of_one_part_do_not_undo_each_other() -> None:
    asked = {"time_bpm": 90.0, "time_count_in_bars": 2, "time_click": True}
    assert parse_settings(asked).time == TimeSettings(bpm=90.0, count_in_bars=2, click=True)


@pytest.mark.parametrize(
    "words,sentence",
    [
        (("--temperature", "9"), "--temperature: 9 is not between 0 and 5."),
        (("--temperature", "nan"), "--temperature: nan is not between 0 and 5."),
        (("--top-p", "0"), "--top-p: 0 is not between 0.01 and 1."),
        (("--seed", "-1"), "--seed: -1 is not between 0 and 2147483647."),
        (("--candidates", "0"), "--candidates: 0 is not between 1 and 4."),
        (("--bars", "-1"), "--bars: -1 is not between 1 and 64 bars."),
        (("--answer-seconds", "inf"), "--answer-seconds: inf is not between 0.1 and 600 s."),
        (("--bpm", "5"), "--bpm: 5 is not between 20 and 300 bpm."),
        (("--advance-ms", "-501"), "--advance-ms: -501 is not between -500 and 500 ms."),
        (("--count-in", "9"), "--count-in: 9 is not between 0 and 8 bars."),
        (("--swing", "1"), "--swing: 1 is not between 0.5 and 0.75."),
        (("--quantise", "1/3"), "--quantise: '1/3' is not one of off, 1/16, 1/8, triplet."),
        (
            ("--metre", "4/3"),
            "--metre: '4/3' is not a metre of 1 to 32 beats of 2, 4, 8 or 16.",
        ),
        (("--metre", "x"), "--metre: 'x' is not a metre of 1 to 32 beats of 2, 4, 8 or 16."),
        (("--style", "bach:0"), "--style: 'bach:0' is not a list of styles with weights above 0."),
        (("--style", "bach:much"), "--style: 'much' is not a weight (write chopin:0.7)."),
        (("--for", "nan"), "--for: nan is not between 0 and 86400 s."),
    ],
)
def test_a_bad_option_is_one_sentence_and_status_2(
    capsys: pytest.CaptureFixture[str], words: tuple[str, str], sentence: str
) -> None:
    with pytest.raises(SystemExit) as left:
        cli.app(["jam", *words])
    assert left.value.code == 2
    assert capsys.readouterr() == ("", f"antiphon: {sentence}\n")


def test_seconds_to_continue_are_a_number(
    capsys: pytest.CaptureFixture[str], tmp_path: Any
) -> None:
    with pytest.raises(SystemExit):
        cli.app(["continue", "in.mid", "-o", str(tmp_path / "out.mid"), "--seconds", "nan"])
    assert "--seconds: nan is not between 0 and 86400 s." in capsys.readouterr().err


def test_the_help_has_range_unit_and_choices(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        cli.app(["jam", "--help"])
    text = " ".join(capsys.readouterr().out.split())
    for setting in SETTINGS.values():
        if setting.is_number:
            assert f"({range_text(setting)})" in text
    assert "(answer, trade, take-over, accompany, loop) [default: answer]" in text
    assert "(20 to 300 bpm; 0: free)" in text
