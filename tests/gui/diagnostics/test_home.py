"""The home directory in a text."""

from pathlib import Path

import pytest

from gui.diagnostics.home import shorten_home


def test_paths_below_the_home_directory_begin_with_a_tilde(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Path, "home", lambda: Path("/home/ann"))
    assert shorten_home("/home/ann/a.mid, '/home/ann'") == "~/a.mid, '~'"
    assert shorten_home("/home/anna/a.mid /home/ann.old") == "/home/anna/a.mid /home/ann.old"


def test_the_root_directory_is_not_a_home(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Path, "home", lambda: Path("/"))
    assert shorten_home("/usr/bin") == "/usr/bin"
