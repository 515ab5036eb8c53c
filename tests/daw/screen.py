"""A separate screen with mouse and keyboard for the tests: Xvfb and xdotool.

There is no window manager, so a window stays where it is put, nothing closes or raises it, and keys
go to the window with the focus. Pixels are read from the file in which Xvfb keeps them: an XWD,
which is a header, a colour table and the rows.

A window does not report when it has reacted. `until` therefore polls, with a limit.
"""

import os
import shutil
import struct
import subprocess
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import TypeVar

import numpy as np
import numpy.typing as npt
import pytest

Found = TypeVar("Found")

WIDTH, HEIGHT = 1400, 1700
PATIENCE_S = 60
_GLANCE_S = 0.05
_PAUSE = threading.Event()
_HEADER = struct.Struct(">25I")  # 0: its size, 5: rows, 12: bytes per row, 19: colours
_COLOUR_BYTES = 12


@dataclass(frozen=True, slots=True)
class Place:
    """A rectangle of the screen, in pixels from its upper left corner."""

    left: int
    top: int
    width: int
    height: int

    @property
    def middle(self) -> tuple[int, int]:
        """The centre of the rectangle."""
        return self.left + self.width // 2, self.top + self.height // 2


class Screen:
    """A screen with its mouse and keyboard."""

    def __init__(self, name: str, pixels: Path) -> None:
        """Use a screen by its name, as in DISPLAY, and the file of its pixels."""
        self._name, self._pixels = name, pixels

    def environment(self, home: Path) -> dict[str, str]:
        """Return the environment of a program on this screen, with its settings in this home."""
        kinds = ("CONFIG", "CACHE", "DATA")
        places = {f"XDG_{kind}_HOME": str(home / kind.lower()) for kind in kinds}
        return os.environ | places | {"HOME": str(home), "DISPLAY": self._name}

    def pixels(self, place: Place) -> npt.NDArray[np.int_]:
        """Return the pixels of a rectangle: rows, columns, and red, green, blue."""
        content = self._pixels.read_bytes()
        header = _HEADER.unpack_from(content)
        size, height, row, colours = (header[field] for field in (0, 5, 12, 19))
        rows = np.frombuffer(content, np.uint8, height * row, size + colours * _COLOUR_BYTES)
        seen = rows.reshape(height, row // 4, 4)  # blue, green, red, unused
        down = slice(place.top, place.top + place.height)
        across = slice(place.left, place.left + place.width)
        return seen[down, across, 2::-1].astype(int)

    def window(self, title: str) -> str:
        """Wait for a window whose title matches; return its number."""
        try:
            return self._do("search", "--sync", "--onlyvisible", "--name", title).split()[0]
        except subprocess.TimeoutExpired:
            raise AssertionError(f"there is no window {title!r}") from None

    def title(self, window: str) -> str:
        """Return the title of a window."""
        return self._do("getwindowname", window).strip()

    def put(self, window: str, left: int, top: int) -> None:
        """Move a window."""
        self._do("windowmove", "--sync", window, str(left), str(top))

    def press(self, window: str, *keys: str) -> None:
        """Press keys for a window, such as `alt+s`."""
        self._do("windowfocus", "--sync", window, "key", *keys)

    def type_keys(self, window: str, keys: Iterable[str]) -> None:
        """Press keys for a window one after another, as a pianist does."""
        strokes = [("keydown", key, "sleep", "0.15", "keyup", key, "sleep", "0.1") for key in keys]
        self._do("windowfocus", "--sync", window, *chain.from_iterable(strokes))

    def click(self, place: Place) -> None:
        """Click in the middle of a rectangle."""
        self._do("mousemove", *map(str, place.middle), "click", "1")

    def drag(self, source: Place, target: tuple[int, int], is_taken: Callable[[], bool]) -> None:
        """Drag something to a point and drop it once it is accepted."""
        x, y = source.middle
        self._do("mousemove", str(x), str(y), "mousedown", "1")
        try:
            for _ in range(4):  # a few pixels, so that it is not a click
                self._do("mousemove_relative", "--sync", "8", "0")
            for part in range(1, 11):
                place = (at + (to - at) * part // 10 for at, to in zip((x, y), target, strict=True))
                self._do("mousemove", *map(str, place))
            until("what is dragged may be let go", lambda: self._jiggle(is_taken))
        finally:
            self._do("mouseup", "1")

    def _jiggle(self, is_taken: Callable[[], bool]) -> bool:
        """Move to and fro: each move asks the target again whether it accepts the drop."""
        self._do("mousemove_relative", "2", "2")
        self._do("mousemove_relative", "--", "-2", "-2")
        return is_taken()

    def _do(self, *what: str) -> str:
        return subprocess.run(
            ["xdotool", *what],
            env=os.environ | {"DISPLAY": self._name},
            stdout=subprocess.PIPE,
            text=True,
            check=True,
            timeout=PATIENCE_S,
        ).stdout


@contextmanager
def shown_screen(folder: Path) -> Iterator[Screen]:
    """Run a screen that keeps its pixels in this folder."""
    read, write = os.pipe()
    command = ["Xvfb", "-displayfd", str(write), "-screen", "0", f"{WIDTH}x{HEIGHT}x24"]
    command += ["-nolisten", "tcp", "-fbdir", str(folder)]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(command, pass_fds=[write], stderr=log)
    os.close(write)
    try:
        with os.fdopen(read) as number:
            name = number.readline().strip()
        assert name, (folder / "log").read_text()
        yield Screen(f":{name}", folder / "Xvfb_screen0")
    finally:
        process.terminate()
        process.wait()


def until(what: str, is_so: Callable[[], Found | None], patience_s: float = 30.0) -> Found:
    """Poll until a condition holds; return its value."""
    for _ in range(round(patience_s / _GLANCE_S)):
        if seen := is_so():
            return seen
        _PAUSE.wait(_GLANCE_S)
    raise AssertionError(f"waited in vain until {what}")


def require(*programs: str, debian: str) -> None:
    """Skip without these programs, but fail where they are required."""
    if missing := [program for program in programs if shutil.which(program) is None]:
        text = f"{', '.join(missing)} not installed (Debian: apt-get install {debian})"
        if os.environ.get("CI") == "true":
            pytest.fail(text)
        pytest.skip(text)
