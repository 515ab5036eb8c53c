"""Which key of a computer's keyboard plays which key of a piano.

The middle row of letters plays the white keys from a C up, and the row above it the black keys, as
in most music programs. The position of a key counts, not its print: a German or French keyboard
has other letters at the same positions. A position is named by the letter of a US keyboard. The
scan code gives the position. Linux uses the numbers of the PC/AT, X11 and Wayland add 8, Windows
uses the PC numbers, and macOS has its own. Without a scan code, the letter decides.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

STEPS = {place: step for step, place in enumerate("AWSEDFTGYHUJKOLP;'")}
"""The semitones of each position above the C of the first one."""
OCTAVES = {"Z": -1, "X": 1}
LOUDER = {"C": -1, "V": 1}
PEDAL = " "
POSITIONS = frozenset({*STEPS, *OCTAVES, *LOUDER, PEDAL})

_MIN_LOWEST, _MAX_LOWEST = 24, 96
_VELOCITY_STEP = 16
_MIN_VELOCITY, _DEFAULT_VELOCITY, _MAX_VELOCITY = 15, 95, 127

_ROWS = ((16, "QWERTYUIOP"), (30, "ASDFGHJKL;'"), (44, "ZXCV"), (57, PEDAL))
_PC_SCAN_CODES = {
    first + at: place for first, row in _ROWS for at, place in enumerate(row) if place in POSITIONS
}
_X11_KEY_CODES = {code + 8: place for code, place in _PC_SCAN_CODES.items()}
_SCAN_CODES = {"xcb": _X11_KEY_CODES, "wayland": _X11_KEY_CODES, "windows": _PC_SCAN_CODES}
# By virtual key code: Qt has no scan codes on macOS, and these codes name positions.
_MAC_KEY_CODES = dict(
    zip(
        (0, 1, 2, 3, 5, 4, 38, 40, 37, 41, 39, 13, 14, 17, 16, 32, 31, 35, 6, 7, 8, 9, 49),
        "ASDFGHJKL;'WETYUOPZXCV ",
        strict=True,
    )
)
_SHIFTED = {":": ";", '"': "'"}

_US_LETTERS = "AWSEDFTGYHUJKOLP;'ZXCV"
_LETTERS_BY_LOCALE = {
    "de": "AWSEDFTGZHUJKOLPÖÄYXCV",
    "fr_FR": "QZSEDFTGYHUJKOLPMÙWXCV",
    "fr_BE": "QZSEDFTGYHUJKOLPMÙWXCV",
}


def key_position(platform: str, scan_code: int, virtual_key: int, letter: str) -> str | None:
    """Return the position of a key, or None if it plays nothing; `platform` is Qt's name."""
    if platform == "cocoa":
        return _MAC_KEY_CODES.get(virtual_key)
    codes = _SCAN_CODES.get(platform.partition("-")[0])
    if codes is not None and scan_code:
        return codes.get(scan_code)
    place = _SHIFTED.get(letter, letter.upper())
    return place if place in POSITIONS else None


def printed_letters(platform: str, locale: str) -> dict[str, str]:
    """Return the letters probably printed at each position, for a locale such as `de_DE`."""
    printed = _US_LETTERS
    if platform == "cocoa" or platform.partition("-")[0] in _SCAN_CODES:
        printed = _LETTERS_BY_LOCALE.get(locale) or _LETTERS_BY_LOCALE.get(
            locale.partition("_")[0], _US_LETTERS
        )
    return dict(zip(_US_LETTERS, printed, strict=True))


@dataclass(frozen=True, slots=True)
class TypingRange:
    """The octaves that the computer's keys play, and the velocity."""

    lowest: int = 60
    velocity: int = _DEFAULT_VELOCITY

    @property
    def highest(self) -> int:
        """The highest pitch in reach."""
        return self.lowest + max(STEPS.values())

    @property
    def pitches(self) -> dict[str, int]:
        """The pitch of each position."""
        return {place: self.lowest + step for place, step in STEPS.items()}

    def shifted(self, octaves: int) -> TypingRange:
        """Return the range moved up by `octaves`."""
        lowest = self.lowest + 12 * octaves
        return replace(self, lowest=min(_MAX_LOWEST, max(_MIN_LOWEST, lowest)))

    def louder(self, steps: int) -> TypingRange:
        """Return the range with the velocity raised by `steps`."""
        velocity = self.velocity + _VELOCITY_STEP * steps
        return replace(self, velocity=min(_MAX_VELOCITY, max(_MIN_VELOCITY, velocity)))
