"""Preferences: written by Antiphon, edited by users, and broken in every way."""

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings

from bridge.messages.settings import (
    Changes,
    KeyPolicy,
    Mode,
    ReEntry,
    Settings,
    StartOn,
)
from bridge.messages.time_settings import TimeSettings
from bridge.midi.controls import Action, Control
from bridge.midi.instruments import Instrument
from bridge.sync.quantise import GridStep, Quantise
from bridge.sync.transport import Source
from bridge.synth.policy import SynthPolicy
from gui.preferences import ColourScheme, Preferences, PreferencesError, load, save
from tests.bridge.messages.valid_settings import valid_settings

GOLDEN = Path(__file__).parents[1] / "golden"

CHOSEN = Preferences(
    Settings(
        style=(("bach", 0.6), ("jazz", 0.4)),
        instruments=(Instrument.PIANO, Instrument.DRUMS),
        temperature=0.8,
        mode=Mode.TRADE,
        bars=2,
        begins=StartOn.BAR,
        re_entry=ReEntry.DUCK,
        changes=Changes.STRICT,
        key=KeyPolicy.SOFT,
        quantise=Quantise(GridStep.TRIPLET, 0.5),
        time=TimeSettings(Source.CLOCK, 97.5, (6, 8), click=True, advance_ns=-3_000_000),
    ),
    controls=((Control(0, 64), Action.HAND_OVER), (Control(9, 36, is_note=True), Action.PANIC)),
    output_name="synth:in",
    theme=ColourScheme.LIGHT,
    advanced=True,
)


def test_saved_preferences_are_loaded(tmp_path: Path) -> None:
    file = tmp_path / "deep" / "settings.toml"
    save(CHOSEN, file)
    assert load(file) == (CHOSEN, ())
    assert [path.name for path in file.parent.iterdir()] == ["settings.toml"]


def test_without_a_file_all_is_default(tmp_path: Path) -> None:
    assert load(tmp_path / "none.toml") == (Preferences(), ())


def test_the_file_is_readable_and_omits_defaults(tmp_path: Path) -> None:
    file = tmp_path / "settings.toml"
    usual = replace(Preferences().settings, mode=Mode.LOOP, instruments=(Instrument.BASS,))
    save(replace(CHOSEN, settings=usual), file)
    assert file.read_text("utf-8") == (
        'controls = [["cc64/1", "hand-over"], ["note36/10", "panic"]]\n'
        'output_name = "synth:in"\n'
        'theme = "light"\n'
        "advanced = true\n"
        "\n"
        "[settings]\n"
        'instruments = ["bass"]\n'
        'mode = "loop"\n'
    )


def test_comments_and_unknown_keys_stay_and_defaults_go(tmp_path: Path) -> None:
    file = tmp_path / "settings.toml"
    file.write_text('# mine\ntheme = "dark"  # at night\nfuture = 3\n[settings]\nseed = 4\n')
    save(Preferences(theme=ColourScheme.LIGHT), file)
    assert file.read_text("utf-8") == '# mine\ntheme = "light"  # at night\nfuture = 3\n'


LISTED = "is not a list of instruments (piano, organ, "
PROBLEMS = {
    'advanced = "yes"': "advanced: 'yes' is not true or false; the default (false) is used.",
    "controls = 1979-05-27": "controls: 1979-05-27 is not such a list; the default (none)",
    'controls = [["knob", "panic"]]': "controls: [['knob', 'panic']] is not such a list; the ",
    'controls = [[3, "panic"]]': "controls: [[3, 'panic']] is not such a list; the default (none)",
    "input_name = 3": "input_name: 3 is not text; the default (none) is used.",
    "geometry = {}": "geometry: {} is not text; the default (none) is used.",
    "settings = 3": "settings: 3 is not a table; the default is used.",
    "settings = []": "settings: [] is not a table; the default is used.",
    "settings.time = nan": "settings.time: nan is not a table; the default is used.",
    "settings.candidates = 0": (
        "settings.candidates: 0 is not between 1 and 4; the default (4) is used."
    ),
    "settings.candidates = 2.0": "settings.candidates: 2.0 is not a whole number between 1 and 4; ",
    "settings.temperature = nan": (
        "settings.temperature: nan is not between 0 and 5; the default (1) is used."
    ),
    "settings.temperature = -inf": "settings.temperature: -inf is not between 0 and 5; the ",
    "settings.temperature = 1e400": "settings.temperature: inf is not between 0 and 5; the ",
    f"settings.temperature = {10**400}": "settings.temperature: 1e400 is not between 0 and 5; the ",
    "settings.temperature = true": "settings.temperature: true is not a number between 0 and 5; ",
    "settings.temperature = {a = 1}": "settings.temperature: {'a': 1} is not a number between 0",
    f"settings.seed = {10**4000}": "settings.seed: 1e4000 is not between 0 and 2147483647; the ",
    "settings.seed = 1979-05-27": "settings.seed: 1979-05-27 is not a whole number between 0 and ",
    "settings.bars = 07:32:00": "settings.bars: 07:32:00 is not a whole number between 1 and 64 ",
    "settings.answer_ns = 700_000_000_000": (
        "settings.answer_ns: 700 is not between 0.1 and 600 s; the default (as long as the phrase)"
    ),
    'settings.mode = "dance"': "settings.mode: 'dance' is not one of answer, trade, take-over, ",
    "settings.mode = []": "settings.mode: [] is not one of answer, trade, take-over, accompany, ",
    "settings.mode = 1e400": "settings.mode: inf is not one of answer, trade, take-over, ",
    'settings.instruments = ["kazoo"]': f"settings.instruments: ['kazoo'] {LISTED}",
    "settings.instruments = [3]": f"settings.instruments: [3] {LISTED}",
    "settings.instruments = {piano = 1}": f"settings.instruments: {{'piano': 1}} {LISTED}",
    'settings.palette = "bach"': "settings.palette: 'bach' is not a list of styles; the default",
    'settings.style = [["bach", nan]]': "settings.style: [['bach', nan]] is not a list of styles ",
    'settings.style = [["bach", 0]]': "settings.style: [['bach', 0]] is not a list of styles with",
    'settings.style = [["bach"]]': "settings.style: [['bach']] is not a list of styles with ",
    "settings.style = 1979-05-27T07:32:00Z": "settings.style: 1979-05-27 07:32:00+00:00 is not a ",
    'settings.sound_font = "a\\u0000b"': "settings.sound_font: 'a\\x00b' is not the path of a file",
    "settings.quantise.swing = 0.9": "settings.quantise.swing: 0.9 is not between 0.5 and 0.75; ",
    "settings.time.bpm = 5": (
        "settings.time.bpm: 5 is not between 20 and 300 bpm; the default (free) is used."
    ),
    "settings.time.metre = [0, 4]": (
        "settings.time.metre: [0, 4] is not a metre of 1 to 32 beats of 2, 4, 8 or 16; the default "
        "(4/4) is used."
    ),
    "settings.time.metre = [[4, 4]]": "settings.time.metre: [[4, 4]] is not a metre of 1 to 32 ",
    "settings.time.advance_ns = 1e400": "settings.time.advance_ns: inf is not between -500 and ",
}


@pytest.mark.parametrize("text,problem", PROBLEMS.items(), ids=[text[:32] for text in PROBLEMS])
def test_only_the_value_that_is_not_valid_is_ignored(
    tmp_path: Path, text: str, problem: str
) -> None:
    file = tmp_path / "settings.toml"
    file.write_text(f'theme = "light"\n{text}\n')
    preferences, problems = load(file)
    assert preferences == Preferences(theme=ColourScheme.LIGHT)
    assert len(problems) == 1
    assert str(problems[0]).startswith(problem)
    save(CHOSEN, file)
    assert load(file) == (CHOSEN, ())


def test_a_file_that_is_not_toml_is_reported_and_kept(tmp_path: Path) -> None:
    file = tmp_path / "settings.toml"
    file.write_text("theme = \n")
    with pytest.raises(PreferencesError, match=r"settings\.toml: is not TOML"):
        load(file)
    with pytest.raises(PreferencesError, match="is left unchanged"):
        save(CHOSEN, file)
    assert file.read_text() == "theme = \n"


def test_a_folder_that_cannot_be_written_is_reported(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(PreferencesError, match="cannot be written"):
        save(CHOSEN, tmp_path / "file" / "settings.toml")


@pytest.mark.parametrize("text", [f"seed = {10**4000}0000000", "a = " + "[" * 2000, "\0"])
def test_a_file_that_cannot_be_parsed_at_all_is_one_sentence(tmp_path: Path, text: str) -> None:
    file = tmp_path / "settings.toml"
    file.write_text(text.replace("0000000", "0" * 1000))
    with pytest.raises(PreferencesError, match="is not TOML"):
        load(file)


def test_the_word_for_none_is_none(tmp_path: Path) -> None:
    file = tmp_path / "settings.toml"
    file.write_text('[settings.time]\nbpm = "free"\nsync = "auto"\n')
    assert load(file) == (Preferences(), ())


def test_a_file_of_version_0_1_is_loaded_completely() -> None:
    settings = Settings(
        style=(("bach", 0.625), ("jazz", 0.375)),
        instruments=(Instrument.PIANO, Instrument.DRUMS),
        temperature=1.0,
        top_p=0.9,
        seed=12,
        answer_ns=4_500_000_000,
        style_strength=3.5,
        candidates=2,
        mode=Mode.TAKE_OVER,
        bars=8,
        begins=StartOn.BAR,
        by_silence=False,
        re_entry=ReEntry.DUCK,
        quantise=Quantise(GridStep.TRIPLET, 0.5, 0.67),
        vary=False,
        palette=("bach", "jazz"),
        time=TimeSettings(Source.CLOCK, 97.5, (6, 8), 2, click=True, advance_ns=-3_000_000),
        sound=SynthPolicy.ON,
        sound_font="/fonts/grand.sf2",
    )
    controls = ((Control(0, 64), Action.HAND_OVER), (Control(9, 36, is_note=True), Action.PANIC))
    remembered = Preferences(
        settings,
        controls,
        input_name="keys:out",
        output_name="synth:in",
        theme=ColourScheme.LIGHT,
        advanced=True,
        keys=False,
        takes=True,
        geometry="AdnQywAD",
    )
    assert load(GOLDEN / "settings_0_1.toml") == (remembered, ())


@hypothesis_settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(valid_settings())
def test_all_settings_survive_saving(tmp_path: Path, settings: Settings) -> None:
    file = tmp_path / "settings.toml"
    save(Preferences(settings), file)
    assert load(file) == (Preferences(settings), ())
