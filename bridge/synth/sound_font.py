"""Find a sound font: the samples of all General MIDI instruments in one file.

Antiphon includes none. The one that the user names comes first. Next are those that systems install
in well-known places, freely licensed ones before others. The last is the small one in the package
`pretty_midi`, which is found without loading the package.
"""

import importlib.util
from collections.abc import Iterable
from pathlib import Path

from bridge.synth.reason import NoSoundFont, NoSuchSoundFont, SynthError
from bridge.system.input_file import InputError, InputFault, RefusedInput, open_input

FONT_FOLDERS = tuple(
    Path(name)
    for name in (
        "/usr/share/sounds/sf2",
        "/usr/share/sounds/sf3",
        "/usr/share/soundfonts",
        "/usr/local/share/soundfonts",
        "/opt/homebrew/share/soundfonts",
        "/opt/homebrew/share/fluid-synth/sf2",
    )
)
FONT_NAMES = (
    "FluidR3_GM.sf2",  # MIT
    "MuseScore_General.sf3",  # MIT
    "MuseScore_General_Lite.sf3",  # MIT
    "MuseScore_General.sf2",  # MIT
    "GeneralUser-GS.sf2",
    "default-GM.sf2",  # what Debian's administrator has chosen
    "default.sf2",  # Arch's and Fedora's
    "default-GM.sf3",
    "TimGM6mb.sf2",  # GPL 2
)
FONT_PACKAGE = "pretty_midi"
MAX_FONT_BYTES = 2**30
"""The largest sound font that is read: the synth's memory holds it twice more, as floats."""


class SoundFontError(ValueError):
    """The bytes are not a sound font, or are damaged."""


def find_sound_font(wanted: Path | None = None, folders: Iterable[Path] = FONT_FOLDERS) -> Path:
    """Return the sound font to use.

    Raises:
        SynthError: there is none, or the requested one does not exist or is not read.

    """
    if wanted is not None:
        _check_readable(wanted)
        return wanted
    places = [*(folder / name for name in FONT_NAMES for folder in folders), *package_fonts()]
    for place in places:
        if place.is_file():
            return place
    raise SynthError(NoSoundFont())


def _check_readable(font: Path) -> None:
    try:
        with open_input(font, MAX_FONT_BYTES):
            return
    except InputError as error:
        if error.reason == RefusedInput(font, InputFault.MISSING):
            raise SynthError(NoSuchSoundFont(str(font))) from error
        raise SynthError(error.reason) from error


def package_fonts() -> list[Path]:
    """Return the sound fonts of the package that carries one, if it is installed."""
    package = importlib.util.find_spec(FONT_PACKAGE)
    folders = (package.submodule_search_locations if package is not None else None) or []
    return sorted(font for folder in folders for font in Path(folder).glob("*.sf2"))
