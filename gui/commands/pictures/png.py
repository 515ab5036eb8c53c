"""A PNG file drawn with Qt, without a window."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from PySide6.QtCore import QBuffer, Qt
from PySide6.QtGui import QFont, QFontDatabase, QGuiApplication, QImage, QPainter

from bridge.system.output_file import write_output

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_NO_SCREEN = ("-platform", "offscreen")


@contextmanager
def png_painter(path: Path, width: int, height: int, *, replace: bool = True) -> Iterator[QPainter]:
    """Yield a painter on a white picture, and write the picture to `path` at the end.

    A file that exists is replaced only with `replace`.

    Text needs a Qt application. If none runs, an off-screen one is created for the painter.

    Raises:
        bridge.system.output_file.OutputError: the file is not written.

    """
    own = None if QGuiApplication.instance() else QGuiApplication(["antiphon", *_NO_SCREEN])
    try:
        sheet = QImage(width, height, QImage.Format.Format_RGB32)
        sheet.fill(Qt.GlobalColor.white)
        with QPainter(sheet) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            yield painter
        content = QBuffer()
        content.open(QBuffer.OpenModeFlag.WriteOnly)
        sheet.save(content, "PNG")  # type: ignore[call-overload]
        write_output(path, bytes(content.data().data()), replace=replace)
    finally:
        if own is not None:
            own.shutdown()


def default_font(pixels: int) -> QFont:
    """Return the system's default font at this height."""
    chosen = QFontDatabase.systemFont(QFontDatabase.SystemFont.GeneralFont)
    chosen.setPixelSize(pixels)
    return chosen
