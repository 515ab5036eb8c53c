"""Preferences: written by Antiphon, edited by users, and broken in every way."""

import os
import random
import socket
import subprocess
import sys
from dataclasses import replace
from itertools import product
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
from tests.gui.settings_files import NO_TOML, dotted_keys, every_value, random_file

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
    "input_name = 3": "input_name: 3 is not plain text of usual length; the default (none)",
    "geometry = {}": "geometry: {} is not plain text of usual length; the default (none) is used.",
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


@pytest.mark.slow
def test_a_value_of_any_kind_falls_back_or_is_valid_and_is_kept_in_a_copy(tmp_path: Path) -> None:
    file, copy = tmp_path / "settings.toml", tmp_path / "settings.backup.toml"
    for key, value in product(dotted_keys(), every_value()):
        text = f"future = 3\n{key} = {value}\nkeys = false\n"
        if key in {"keys", "settings"}:
            continue
        file.write_text(text, "utf-8")
        if value in NO_TOML:
            refusal_of(file)
            continue
        preferences, problems = load(file)
        assert preferences.keys is False
        assert len(problems) <= 2, (text, problems)
        assert all(len(str(problem)) < 400 for problem in problems)
        save(preferences, file)
        assert load(file) == (preferences, ())
        assert "future = 3" in file.read_text("utf-8")
        assert copy.exists() is bool(problems), text
        if problems:
            assert copy.read_text("utf-8") == text
            copy.unlink()


@pytest.mark.slow
def test_thousands_of_random_files_are_loaded_and_saved(tmp_path: Path) -> None:
    dice, file = random.Random(16), tmp_path / "settings.toml"
    loaded = 0
    for _ in range(3000):
        text = random_file(dice)
        file.write_bytes(text.encode("utf-8", "surrogatepass"))
        try:
            preferences, _ = load(file)
        except PreferencesError:
            assert len(refusal_of(file)) < 600
            assert file.read_bytes() == text.encode("utf-8", "surrogatepass")
            continue
        save(preferences, file)
        assert load(file) == (preferences, ())
        loaded += 1
        for copy in tmp_path.glob("*backup*"):
            assert copy.read_bytes() == text.encode()
            copy.unlink()
    assert loaded > 1000


def refusal_of(file: Path) -> str:
    """Return why a file is not loaded; it is not saved either."""
    with pytest.raises(PreferencesError) as refused:
        load(file)
    with pytest.raises(PreferencesError, match="no settings are saved"):
        save(CHOSEN, file)
    return str(refused.value)


def test_what_is_no_file_or_too_large_is_one_sentence_at_once(tmp_path: Path) -> None:
    fifo, large, address = tmp_path / "fifo", tmp_path / "large", tmp_path / "socket"
    os.mkfifo(fifo)
    large.touch()
    os.truncate(large, 2**30)
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(address))
        for path in (fifo, address, Path("/dev/zero"), Path(os.devnull)):
            assert "is a device or a pipe, not a file. The default" in refusal_of(path)
    assert "is a folder, not a file. " in refusal_of(tmp_path)
    assert "is larger than" in refusal_of(large)
    loop = tmp_path / "loop"
    loop.symlink_to(loop)
    assert "cannot be read (Too many levels" in refusal_of(loop)
    many = tmp_path / "many"
    many.write_text(f"palette = [{'1, ' * 1_000_000}]")
    assert "has too many values for settings. The default" in refusal_of(many)


def test_a_text_of_a_megabyte_is_ignored(tmp_path: Path) -> None:
    file = tmp_path / "settings.toml"
    text = f'theme = "light"\ninput_name = "{"x" * 1_000_000}"\n'
    file.write_text(text)
    preferences, (problem,) = load(file)
    assert preferences == Preferences(theme=ColourScheme.LIGHT)
    assert len(str(problem)) < 200
    save(preferences, file)
    assert (tmp_path / "settings.backup.toml").read_text() == text


@pytest.mark.parametrize("text", ["", "\ufeff", '\ufefftheme = "light"\r\n', "\r\n", "# \r\n"])
def test_a_file_of_another_editor_is_read_and_written(tmp_path: Path, text: str) -> None:
    file = tmp_path / "settings.toml"
    file.write_bytes(text.encode())
    preferences, problems = load(file)
    assert problems == ()
    assert (preferences.theme is ColourScheme.LIGHT) is ("light" in text)
    save(CHOSEN, file)
    assert load(file) == (CHOSEN, ())
    assert [each.name for each in tmp_path.iterdir()] == ["settings.toml"]


@pytest.mark.parametrize("content", [b"\xff\xfet\x00", b"theme = '\xe9'\n", b"\x80", b"\0" * 99])
def test_a_file_that_is_not_utf_8_is_one_sentence(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "settings.toml"
    file.write_bytes(content)
    assert refusal_of(file).startswith(str(file))
    assert file.read_bytes() == content


def test_copies_of_what_the_user_wrote_replace_no_file(tmp_path: Path) -> None:
    file = tmp_path / "settings.toml"
    texts = [f'theme = "light" # {number}\nadvanced = {number}\n' for number in range(3)]
    for text in texts:
        file.write_text(text)
        save(load(file)[0], file)
    names = ("settings.backup.toml", "settings.backup (2).toml", "settings.backup (3).toml")
    assert [(tmp_path / name).read_text() for name in names] == texts
    save(CHOSEN, file)
    assert len(list(tmp_path.iterdir())) == 4


def test_what_another_program_has_changed_meanwhile_stays(tmp_path: Path) -> None:
    file = tmp_path / "settings.toml"
    save(CHOSEN, file)
    before, _ = load(file)
    chosen = replace(before.settings, time=replace(before.settings.time, bpm=90.0))
    theirs = replace(chosen, seed=12, time=replace(chosen.time, metre=(3, 4), bpm=None))
    save(replace(before, settings=theirs, keys=False), file)
    save(replace(before, settings=chosen, takes=True), file, before)
    both = replace(chosen, seed=12, time=replace(chosen.time, metre=(3, 4)))
    assert load(file) == (replace(before, settings=both, keys=False, takes=True), ())
    file.unlink()
    save(before, file, before)
    assert load(file) == (before, ())


def test_a_link_to_the_file_stays(tmp_path: Path) -> None:
    (tmp_path / "dotfiles").mkdir()
    target, link = tmp_path / "dotfiles" / "mine.toml", tmp_path / "settings.toml"
    link.symlink_to(target)
    for chosen in (CHOSEN, replace(CHOSEN, advanced=False)):  # at first it leads to nothing
        save(chosen, link)
        assert link.is_symlink()
        assert load(target) == (chosen, ())


@pytest.mark.parametrize(
    "text",
    [
        "settings = {seed = 5}",
        "settings = {seed = 5, time = {bpm = 90}}",
        "settings.seed = 5\nsettings.time.bpm = 90",
        "[settings]\nseed = 5\n[other]\na = 1\n[settings.time]\nbpm = 90",
        "[settings.time]\nbpm = 90\n[other]\n[settings.quantise]\nswing = 0.6\n[settings]\n",
        "[[other]]\n[[other]]\n[settings]",
        '"settings" = {"time" = {"bpm" = 90}}',
    ],
)
def test_tables_may_be_written_in_any_way(tmp_path: Path, text: str) -> None:
    file = tmp_path / "settings.toml"
    for chosen in (CHOSEN, Preferences(), replace(CHOSEN, settings=Settings(seed=3))):
        file.write_text(text)
        assert load(file)[1] == ()
        save(chosen, file)
        assert load(file) == (chosen, ())


def test_a_disk_that_is_full_leaves_the_file(tmp_path: Path) -> None:
    # The size of a file is limited here, which ends in the same way as a full disk.
    code = (
        "import resource, signal, sys; from pathlib import Path;"
        "from gui.preferences import Preferences, PreferencesError, save;"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN);"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (10, 10))\n"
        "try: save(Preferences(advanced=True, keys=False), Path(sys.argv[1]))\n"
        "except PreferencesError as error: print(error)"
    )
    file = tmp_path / "settings.toml"
    for text in ("theme = 'light'\n", "theme = 3 # three\n"):  # the second is copied first
        file.write_text(text)
        done = subprocess.run(
            [sys.executable, "-c", code, file], capture_output=True, text=True, check=False
        )
        assert (done.stderr, done.stdout) == ("", f"{file}: cannot be written (File too large).\n")
        assert file.read_text() == text
        assert list(tmp_path.iterdir()) == [file]
