"""No file of settings bricks the window: each is opened, painted, used and saved."""

import os
import random
import struct
import subprocess
import sys
from base64 import b64encode
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

from bridge.messages.requests import ChangeSettings, Start
from bridge.messages.settings import Settings
from gui.desk.app import restore_preferences
from gui.preferences import load, save
from tests.gui.desk.conftest import STOPPED, Desk
from tests.gui.desk.test_app import run
from tests.gui.settings_files import random_file


def use(desk: Desk, file: Path) -> None:
    """Open a file in the window, paint all of it, start a session, and save the preferences."""
    is_read = restore_preferences(desk.window, file)
    window = desk.window
    before = window.preferences()
    for panel in (window.styles, window.play_panel, window.controls, window.devices):
        panel.grab()
    window.grab()
    QApplication.processEvents()
    desk.show(STOPPED, settings=window.settings())
    desk.click(window.top_bar.start)
    asked = [type(each) for each in desk.requests()]
    assert ChangeSettings in asked
    assert Start in asked
    assert window.isVisible()
    assert len(window.banner.message) < 2000
    if is_read:
        save(window.preferences(), file, before)
        assert load(file)[1] == ()


VALID_AND_ODD = [
    'style = [["bach", 1e308], ["jazz", 1e308], ["blues", 1e308]]',
    'style = [["bach", 5e-324], ["jazz", 1e308]]',
    'style = [["bach", 5e-324], ["jazz", 5e-324]]',
    'style = [["bach", 1], ["bach", 2]]',
    "style = [" + '["bach", 1], ' * 300 + "]",
    "style = [" + ", ".join(f'["no such {number}", 1]' for number in range(300)) + "]",
    f'style = [["{"x" * 4000}", 1]]',
    'palette = ["\\u202e", "<b>x</b>", "\\u001b[31m"]',
    "time.metre = [32, 16]",
    "temperature = 5e-324",
    'sound_font = "/dev/zero"',
    'sound_font = "<img src=/dev/zero>\\u202e"',
]


@pytest.mark.usefixtures("usual_colours")
@pytest.mark.parametrize("text", VALID_AND_ODD, ids=lambda text: text[:24])
def test_odd_settings_that_are_valid_are_shown(desk: Desk, tmp_path: Path, text: str) -> None:
    file = tmp_path / "settings.toml"
    file.write_text(f"[settings]\n{text}\n", "utf-8")
    assert load(file)[1] == ()
    use(desk, file)


@pytest.mark.usefixtures("usual_colours")
@pytest.mark.parametrize("name", ["", "\u202eabc", "<b>x</b>", "x" * 4000, "\x1b[31m", "%s{}"])
def test_a_port_may_have_any_name(desk: Desk, tmp_path: Path, name: str) -> None:
    file = tmp_path / "settings.toml"
    save(desk.window.preferences(), file)
    odd = load(file)[0]
    save(type(odd)(odd.settings, input_name=name, output_name=name), file)
    use(desk, file)
    if name:
        assert load(file)[0].input_name == name
        assert "\u202e" not in desk.window.devices.input.currentText()


def geometry(left: int, top: int, right: int, bottom: int, screen: int, width: int) -> str:
    """Return a place in the format of `QWidget::saveGeometry`, version 3.0."""
    place = (left, top, right, bottom)
    head = struct.pack(">IHH", 0x1D9D0CB, 3, 0)
    data = struct.pack(">8iiBBi4i", *place, *place, screen, 0, 0, width, *place)
    return b64encode(head + data).decode()


PLACES = [
    geometry(-100_000, -100_000, -99_000, -99_000, 0, 1280),
    geometry(2**31 - 2, 2**31 - 2, 2**31 - 1, 2**31 - 1, 0, 1280),
    geometry(0, 0, 2**31 - 1, 2**31 - 1, 0, 1280),
    geometry(100, 100, -(2**31), -(2**31), 0, 1280),
    geometry(0, 0, 0, 0, 99, 0),
    geometry(50, 50, 650, 450, 2**31 - 1, 2**31 - 1),
    "AdnQywADAAA=",
    "not base64 \u202e",
    "A" * 4000,
]


@pytest.mark.usefixtures("usual_colours")
@pytest.mark.parametrize("place", PLACES, ids=range(len(PLACES)))
def test_the_window_is_on_the_screen_wherever_it_was(
    desk: Desk, tmp_path: Path, place: str
) -> None:
    file = tmp_path / "settings.toml"
    file.write_text(f'geometry = "{place}"\n', "utf-8")
    use(desk, file)
    frame, screen = desk.window.frameGeometry(), desk.window.screen().availableGeometry()
    assert screen.intersects(frame)
    assert frame.top() >= screen.top() - 50
    assert frame.width() <= 2 * screen.width() + desk.window.minimumSizeHint().width()


@pytest.mark.slow
@pytest.mark.usefixtures("usual_colours")
def test_random_files_are_opened_by_one_window_after_the_other(desk: Desk, tmp_path: Path) -> None:
    dice, file = random.Random(8), tmp_path / "settings.toml"
    for _ in range(150):
        file.write_bytes(random_file(dice).encode("utf-8", "surrogatepass"))
        use(desk, file)


def test_many_problems_are_a_few_sentences(desk: Desk, tmp_path: Path) -> None:
    file = tmp_path / "settings.toml"
    lines = "\n".join(f"{name} = nan" for name in ("seed", "temperature", "top_p", "key", "bars"))
    file.write_text(f"[settings]\n{lines}\n")
    assert restore_preferences(desk.window, file)
    shown = desk.window.banner.message.split("\n")
    assert len(shown) == 4
    assert shown[0].startswith("settings.toml: settings.seed: nan is not a whole number")
    assert shown[3] == "2 more problems are in the log."
    assert desk.window.settings() == Settings(sound=desk.window.settings().sound)


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["nan", "fifo", "folder", "device", "huge"])
def test_the_real_window_opens_and_closes(tmp_path: Path, kind: str) -> None:
    file = tmp_path / "settings.toml"
    match kind:
        case "nan":
            file.write_text("[settings]\nstyle_strength = nan\n")
        case "fifo":
            os.mkfifo(file)
        case "folder":
            file.mkdir()
        case "device":
            file.symlink_to("/dev/zero")
        case "huge":
            file.touch()
            os.truncate(file, 2**30)
    before = file.lstat()
    done = run(file)
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr
    if kind == "nan":
        assert load(file)[1] == ()
        copy = tmp_path / "settings.backup.toml"
        assert copy.read_text() == "[settings]\nstyle_strength = nan\n"
    else:
        assert file.lstat().st_ino == before.st_ino


@pytest.mark.slow
@pytest.mark.skipif(os.geteuid() != 0, reason="needs root, to become a user without rights")
def test_a_folder_that_may_not_be_read_is_no_crash(tmp_path: Path) -> None:
    code = (
        "import os, sys; from pathlib import Path;"
        "from gui.preferences import PreferencesError, load\n"
        "os.setuid(65534)\n"
        "print(os.path.lexists(sys.argv[1]))\n"
        "try: load(Path(sys.argv[1]))\n"
        "except PreferencesError as error: print(error)"
    )
    folder = tmp_path / "private"
    folder.mkdir(mode=0o700)
    done = subprocess.run(
        [sys.executable, "-c", code, folder / "settings.toml"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout.startswith(f"False\n{folder}/settings.toml: may not be read. "), done.stderr
