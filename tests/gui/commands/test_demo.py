"""The demo without Qt; the complete demo runs in `test_cli`."""

import sys
from pathlib import Path

import pytest

from gui.commands import demo


def test_a_second_demo_replaces_nothing(tmp_path: Path) -> None:
    phrase = Path("phrases") / "minuet.mid"

    def names(*, replace: bool) -> list[str]:
        return [path.name for path in demo.DemoFiles.of(phrase, tmp_path, replace=replace)]

    first = ["antiphon-minuet.mid", "antiphon-minuet.png"]
    assert names(replace=False) == first
    (tmp_path / "antiphon-minuet.png").symlink_to(tmp_path / "nowhere")
    assert names(replace=False) == ["antiphon-minuet-2.mid", "antiphon-minuet-2.png"]
    (tmp_path / "antiphon-minuet-2.mid").touch()
    assert names(replace=False) == ["antiphon-minuet-3.mid", "antiphon-minuet-3.png"]
    assert names(replace=True) == first


def test_without_qt_a_sentence_replaces_the_picture(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setitem(sys.modules, "gui.commands.pictures.roll_png", None)
    said = demo._draw_roll((), tmp_path / "roll.png", "title", replace=False)  # noqa: SLF001 - the demo takes long
    assert said.startswith("No picture was drawn: Qt cannot be loaded here")
    assert list(tmp_path.iterdir()) == []
