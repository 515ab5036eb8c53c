"""The demo without Qt; the complete demo runs in `test_cli`."""

import sys
from pathlib import Path

import pytest

from gui.commands import demo


def test_without_qt_a_sentence_replaces_the_picture(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setitem(sys.modules, "gui.commands.roll_png", None)
    said = demo._draw_roll((), tmp_path / "roll.png", "title", replace=False)  # noqa: SLF001 - the demo takes long
    assert said.startswith("No picture was drawn: Qt cannot be loaded here")
    assert list(tmp_path.iterdir()) == []
