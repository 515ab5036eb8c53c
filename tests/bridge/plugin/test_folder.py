"""The folder in which plugins and the app meet: which one, and what is refused."""

import os
import stat
import sys
from pathlib import Path

import pytest

from bridge.playout.problem import PluginFolderUnsafe, PluginSocketRefused, PluginsTaken
from bridge.plugin.folder import (
    VARIABLE,
    Place,
    choose_place,
    make_private,
    take_lock,
)
from bridge.ports.base import PortError

POSIX = pytest.mark.skipif(sys.platform == "win32", reason="a folder of POSIX")
LINUX = pytest.mark.skipif(sys.platform != "linux", reason="the folders of Linux")
ROOT_ONLY = pytest.mark.skipif(
    sys.platform == "win32" or os.geteuid() != 0, reason="only root gives files away"
)


def refusal(folder: Path) -> object:
    with pytest.raises(PortError) as error:
        make_private(folder)
    return error.value.reason


@LINUX
def test_the_folder_of_the_session_comes_before_the_home(tmp_path: Path) -> None:
    home, session = tmp_path / "home", tmp_path / "session"
    session.mkdir()
    both = {"HOME": str(home), "XDG_RUNTIME_DIR": str(session)}
    in_home = Place(home / ".local/state/antiphon/run", tcp=False)
    assert choose_place(both) == Place(session / "antiphon", tcp=False)
    assert choose_place({"HOME": str(home)}) == in_home
    for other in (str(tmp_path / "none"), "session", "", "\0"):
        assert choose_place(both | {"XDG_RUNTIME_DIR": other}) == in_home


@LINUX
@ROOT_ONLY
def test_the_session_of_another_user_is_not_used(tmp_path: Path) -> None:
    session = tmp_path / "session"
    session.mkdir()
    os.chown(session, 65534, 65534)
    place = choose_place({"HOME": str(tmp_path), "XDG_RUNTIME_DIR": str(session)})
    assert place == Place(tmp_path / ".local/state/antiphon/run", tcp=False)


def test_a_variable_names_another_folder_or_none(tmp_path: Path) -> None:
    windows = sys.platform == "win32"
    assert choose_place({VARIABLE: str(tmp_path)}) == Place(tmp_path, tcp=windows)
    assert choose_place({VARIABLE: f"tcp:{tmp_path}"}) == Place(tmp_path, tcp=True)
    assert choose_place({VARIABLE: ""}) is None
    assert choose_place({VARIABLE: "tcp:"}) is None


@POSIX
def test_the_folder_is_made_private(tmp_path: Path) -> None:
    made, there = tmp_path / "a" / "b", tmp_path / "there"
    there.mkdir(mode=0o755)
    for folder in (made, there):
        make_private(folder)
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700


@POSIX
def test_a_link_a_file_and_a_folder_that_others_can_change_are_refused(tmp_path: Path) -> None:
    folder, link, file = tmp_path / "folder", tmp_path / "link", tmp_path / "file"
    folder.mkdir()
    link.symlink_to(folder)
    file.write_text("")
    assert refusal(link) == PluginFolderUnsafe(str(link), "link")
    assert refusal(file) == PluginFolderUnsafe(str(file), "not-a-folder")
    assert isinstance(refusal(file / "below"), PluginSocketRefused)
    for mode in (0o720, 0o702, 0o777, 0o1777):
        folder.chmod(mode)
        assert refusal(folder) == PluginFolderUnsafe(str(folder), "writable")
        assert stat.S_IMODE(folder.stat().st_mode) == mode


@POSIX
def test_a_dangling_link_is_refused(tmp_path: Path) -> None:
    link = tmp_path / "link"
    link.symlink_to(tmp_path / "none")
    assert refusal(link) == PluginFolderUnsafe(str(link), "link")


@ROOT_ONLY
def test_the_folder_of_another_user_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    os.chown(folder, 65534, 65534)
    assert refusal(folder) == PluginFolderUnsafe(str(folder), "owner")


def test_one_program_at_a_time_has_the_lock(tmp_path: Path) -> None:
    lock = take_lock(tmp_path)
    with pytest.raises(PortError) as error:
        take_lock(tmp_path)
    assert error.value.reason == PluginsTaken()
    lock.release()
    take_lock(tmp_path).release()
