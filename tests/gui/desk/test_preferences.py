"""What is remembered: written by us, changed by people, and broken in every way."""

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from bridge.messages.settings import Mode, ReEntry, Settings, StartOn, TimeSettings
from bridge.midi.controls import Action, Control
from bridge.midi.instruments import Instrument
from bridge.sync.quantise import GridStep, Quantise
from bridge.sync.transport import Source
from gui.desk.preferences import ColourScheme, Preferences, PreferencesError, load, save

CHOSEN = Preferences(
    Settings(
        style=(("bach", 0.6), ("jazz", 0.4)),
        instruments=(Instrument.PIANO, Instrument.DRUMS),
        temperature=0.8,
        mode=Mode.TRADE,
        bars=2,
        begins=StartOn.BAR,
        re_entry=ReEntry.DUCK,
        quantise=Quantise(GridStep.TRIPLET, 0.5),
        time=TimeSettings(Source.CLOCK, 97.5, (6, 8), click=True, advance_ns=-3_000_000),
    ),
    controls=((Control(0, 64), Action.HAND_OVER), (Control(9, 36, is_note=True), Action.PANIC)),
    output_name="synth:in",
    theme=ColourScheme.LIGHT,
    advanced=True,
)


def test_what_is_saved_is_loaded(tmp_path: Path) -> None:
    file = tmp_path / "deep" / "settings.toml"
    save(CHOSEN, file)
    assert load(file) == (CHOSEN, ())
    assert [path.name for path in file.parent.iterdir()] == ["settings.toml"]


def test_without_a_file_all_is_as_it_comes(tmp_path: Path) -> None:
    assert load(tmp_path / "none.toml") == (Preferences(), ())


def test_the_file_reads_well_and_has_nothing_that_is_as_it_comes(tmp_path: Path) -> None:
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


def test_comments_and_strange_keys_stay_and_what_is_usual_again_goes(tmp_path: Path) -> None:
    file = tmp_path / "settings.toml"
    file.write_text('# mine\ntheme = "dark"  # at night\nfuture = 3\n[settings]\nseed = 4\n')
    save(Preferences(theme=ColourScheme.LIGHT), file)
    assert file.read_text("utf-8") == '# mine\ntheme = "light"  # at night\nfuture = 3\n'


@pytest.mark.parametrize(
    "text,problem",
    [
        ('theme = "light"\nadvanced = "yes"\n', "advanced: 'yes' makes no sense"),
        ('theme = "light"\n[settings]\nmode = "dance"\n', "settings.mode: 'dance' makes"),
        ('theme = "light"\n[settings]\ninstruments = ["kazoo"]\n', "settings.instruments: "),
        ('theme = "light"\n[settings.quantise]\nswing = 0.9\n', "settings.quantise.swing: "),
        ('theme = "light"\ncontrols = [["knob", "panic"]]\n', "controls: "),
        ('theme = "light"\nsettings = 3\n', "settings: 3 makes no sense"),
        ('theme = "light"\n[settings.time]\nmetre = [0, 4]\n', "settings.time.metre: 0/4 is no"),
    ],
)
def test_a_value_that_makes_no_sense_is_left_out_alone(
    tmp_path: Path, text: str, problem: str
) -> None:
    file = tmp_path / "settings.toml"
    file.write_text(text)
    preferences, problems = load(file)
    assert preferences == Preferences(theme=ColourScheme.LIGHT)
    assert len(problems) == 1
    assert problems[0].startswith(problem)
    save(CHOSEN, file)
    assert load(file) == (CHOSEN, ())


def test_a_file_that_is_no_toml_is_told_of_and_never_written_over(tmp_path: Path) -> None:
    file = tmp_path / "settings.toml"
    file.write_text("theme = \n")
    with pytest.raises(PreferencesError, match=r"settings\.toml: is no TOML"):
        load(file)
    with pytest.raises(PreferencesError, match="is left as it is"):
        save(CHOSEN, file)
    assert file.read_text() == "theme = \n"


def test_a_folder_that_cannot_be_written_is_told_of(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(PreferencesError, match="cannot be written"):
        save(CHOSEN, tmp_path / "file" / "settings.toml")


@hypothesis_settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.builds(
        Settings,
        style=st.lists(st.tuples(st.text(max_size=8), st.floats(0.01, 1)), max_size=3).map(tuple),
        temperature=st.floats(0, 2),
        seed=st.integers(0, 2**40),
        mode=st.sampled_from(Mode),
        bars=st.none() | st.integers(1, 32),
        quantise=st.builds(Quantise, st.sampled_from(GridStep), st.floats(0, 1)),
        palette=st.lists(st.text(max_size=4)).map(tuple),
    )
)
def test_whatever_is_set_comes_back(tmp_path: Path, settings: Settings) -> None:
    file = tmp_path / "settings.toml"
    save(Preferences(settings), file)
    assert load(file) == (Preferences(settings), ())
