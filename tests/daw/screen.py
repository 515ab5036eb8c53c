"""A screen of the tests' own, and a hand at its mouse and keyboard: Xvfb and xdotool.

There is no window manager on it. So a window lies where it is put, nobody closes or raises it, and
keys go to the one that was told to listen. What is to be seen is read from the file that Xvfb keeps
its pixels in: an XWD, which is a header, a table of colours and the rows.

Nothing says when a window has done what it was asked. So `until` looks again and again, and gives
up in the end.
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
_GLANCE_S, _GLANCES = 0.05, 600
_PAUSE = threading.Event()
_HEADER = struct.Struct(">25I")  # of these: 0 its size, 5 the rows, 12 bytes a row, 19 colours
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
        """The point in the middle of it."""
        return self.left + self.width // 2, self.top + self.height // 2


class Screen:
    """A screen and whoever sits before it."""

    def __init__(self, name: str, pixels: Path) -> None:
        """Take a screen by its name, as DISPLAY has it, and the file of its pixels."""
        self._name, self._pixels = name, pixels

    def environment(self, home: Path) -> dict[str, str]:
        """Return that of a program that is shown here, and whose settings are all in this home."""
        kinds = ("CONFIG", "CACHE", "DATA")
        places = {f"XDG_{kind}_HOME": str(home / kind.lower()) for kind in kinds}
        return os.environ | places | {"HOME": str(home), "DISPLAY": self._name}

    def pixels(self, place: Place) -> npt.NDArray[np.int_]:
        """Return what is to be seen there: rows, columns, and red, green, blue."""
        told = self._pixels.read_bytes()
        header = _HEADER.unpack_from(told)
        size, height, row, colours = (header[field] for field in (0, 5, 12, 19))
        rows = np.frombuffer(told, np.uint8, height * row, size + colours * _COLOUR_BYTES)
        seen = rows.reshape(height, row // 4, 4)  # blue, green, red, nothing
        down = slice(place.top, place.top + place.height)
        across = slice(place.left, place.left + place.width)
        return seen[down, across, 2::-1].astype(int)

    def window(self, title: str) -> str:
        """Wait for a window whose title looks like this; give its number."""
        try:
            return self._do("search", "--sync", "--onlyvisible", "--name", title).split()[0]
        except subprocess.TimeoutExpired:
            raise AssertionError(f"there is no window {title!r}") from None

    def title(self, window: str) -> str:
        """Return the title of a window."""
        return self._do("getwindowname", window).strip()

    def put(self, window: str, left: int, top: int) -> None:
        """Put a window somewhere."""
        self._do("windowmove", "--sync", window, str(left), str(top))

    def press(self, window: str, *keys: str) -> None:
        """Press keys for a window: `alt+s`."""
        self._do("windowfocus", "--sync", window, "key", *keys)

    def strike(self, window: str, keys: Iterable[str]) -> None:
        """Press keys for a window one after another, as a pianist does."""
        struck = [("keydown", key, "sleep", "0.15", "keyup", key, "sleep", "0.1") for key in keys]
        self._do("windowfocus", "--sync", window, *chain.from_iterable(struck))

    def click(self, place: Place) -> None:
        """Click on something."""
        self._do("mousemove", *map(str, place.middle), "click", "1")

    def drag(self, source: Place, target: tuple[int, int], is_taken: Callable[[], bool]) -> None:
        """Take hold of something, carry it, and let go where it is taken."""
        x, y = source.middle
        self._do("mousemove", str(x), str(y), "mousedown", "1")
        try:
            for _ in range(4):  # by a little, so that it is no click
                self._do("mousemove_relative", "--sync", "8", "0")
            for part in range(1, 11):
                place = (at + (to - at) * part // 10 for at, to in zip((x, y), target, strict=True))
                self._do("mousemove", *map(str, place))
            until("what is dragged may be let go", lambda: self._waver(is_taken))
        finally:
            self._do("mouseup", "1")

    def _waver(self, is_taken: Callable[[], bool]) -> bool:
        """Move to and fro, as a hand does: who is dragged over is asked anew at each move."""
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
    """Run a screen, which keeps its pixels in this folder."""
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


def until(what: str, is_so: Callable[[], Found | None]) -> Found:
    """Look again and again until something is so; give what was seen then."""
    for _ in range(_GLANCES):
        if seen := is_so():
            return seen
        _PAUSE.wait(_GLANCE_S)
    raise AssertionError(f"waited in vain until {what}")


def require(*programs: str, debian: str) -> None:
    """Skip without these programs, but fail where they are promised."""
    if missing := [program for program in programs if shutil.which(program) is None]:
        text = f"{', '.join(missing)} not installed (Debian: apt-get install {debian})"
        if os.environ.get("CI") == "true":
            pytest.fail(text)
        pytest.skip(text)
