"""Which key of a computer's keyboard is which key of a piano.

The middle row of letters is the white keys from a C on, the row above it the black ones, as in the
programs that musicians know. What counts is where a key is, not what is printed on it: a German or
a French keyboard has other letters in the same places. A place is named by the letter that an
American keyboard has there. Where a key is, its scan code says. Linux counts as the first PC did,
and X11 and Wayland add 8; Windows does so as well; macOS has numbers of its own. Where there is no
scan code, the letter has to do.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

STEPS = {place: step for step, place in enumerate("AWSEDFTGYHUJKOLP;'")}
"""How many semitones above the C of the first place each of them is."""
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
# By virtual key: Qt knows no scan codes there, and these are where a key is.
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
    """Return the place of a key, None if it plays nothing; the platform is as Qt calls it."""
    if platform == "cocoa":
        return _MAC_KEY_CODES.get(virtual_key)
    codes = _SCAN_CODES.get(platform.partition("-")[0])
    if codes is not None and scan_code:
        return codes.get(scan_code)
    place = _SHIFTED.get(letter, letter.upper())
    return place if place in POSITIONS else None


def printed_letters(platform: str, locale: str) -> dict[str, str]:
    """Return what is probably printed at each place, where a locale such as `de_DE` is spoken."""
    printed = _US_LETTERS
    if platform == "cocoa" or platform.partition("-")[0] in _SCAN_CODES:
        printed = _LETTERS_BY_LOCALE.get(locale) or _LETTERS_BY_LOCALE.get(
            locale.partition("_")[0], _US_LETTERS
        )
    return dict(zip(_US_LETTERS, printed, strict=True))


@dataclass(frozen=True, slots=True)
class TypingRange:
    """Which octaves the computer's keys play now, and how loud."""

    lowest: int = 60
    velocity: int = _DEFAULT_VELOCITY

    @property
    def highest(self) -> int:
        """Return the last pitch that is reached."""
        return self.lowest + max(STEPS.values())

    @property
    def pitches(self) -> dict[str, int]:
        """Return the pitch of each place."""
        return {place: self.lowest + step for place, step in STEPS.items()}

    def shifted(self, octaves: int) -> TypingRange:
        """Return the reach so many octaves higher."""
        lowest = self.lowest + 12 * octaves
        return replace(self, lowest=min(_MAX_LOWEST, max(_MIN_LOWEST, lowest)))

    def louder(self, steps: int) -> TypingRange:
        """Return the reach that is so many steps louder."""
        velocity = self.velocity + _VELOCITY_STEP * steps
        return replace(self, velocity=min(_MAX_VELOCITY, max(_MIN_VELOCITY, velocity)))
