"""The demo where something is missing; the whole of it is played in `tests/gui/test_cli.py`."""

import sys
from pathlib import Path

import pytest

from gui.commands import demo


def test_without_qt_there_is_a_sentence_and_no_picture(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setitem(sys.modules, "gui.commands.roll_png", None)
    said = demo._draw_roll((), tmp_path / "roll.png", "title")  # noqa: SLF001 - the demo takes long
    assert said.startswith("No picture was drawn: Qt cannot be loaded here")
    assert list(tmp_path.iterdir()) == []
