"""The search for a sound font."""

import os
import sys
from pathlib import Path

import pytest

from bridge.synth.reason import NoSoundFont, NoSuchSoundFont, SynthError
from bridge.synth.sound_font import FONT_PACKAGE, MAX_FONT_BYTES, find_sound_font
from bridge.system.input_file import InputFault, InputTooLarge, RefusedInput


def test_a_named_sound_font_comes_first_and_must_exist(tmp_path: Path) -> None:
    (tmp_path / "FluidR3_GM.sf2").touch()
    own = tmp_path / "own.sf2"
    with pytest.raises(SynthError) as raised:
        find_sound_font(own, [tmp_path])
    assert raised.value.reason == NoSuchSoundFont(str(own))
    own.touch()
    assert find_sound_font(own, [tmp_path]) == own


def test_free_sound_fonts_come_first_in_any_folder(tmp_path: Path) -> None:
    first, second = tmp_path / "a", tmp_path / "b"
    for folder, name in ((first, "TimGM6mb.sf2"), (second, "FluidR3_GM.sf2")):
        folder.mkdir()
        (folder / name).touch()
    assert find_sound_font(None, [first, second]) == second / "FluidR3_GM.sf2"
    assert find_sound_font(None, [first]) == first / "TimGM6mb.sf2"


def test_the_sound_font_of_a_package_is_found_without_importing_it(tmp_path: Path) -> None:
    before = FONT_PACKAGE in sys.modules
    assert find_sound_font(None, [tmp_path]).suffix == ".sf2"
    assert (FONT_PACKAGE in sys.modules) is before


def test_without_a_sound_font_the_reason_is_reported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bridge.synth.sound_font.FONT_PACKAGE", "no_such_package_at_all")
    with pytest.raises(SynthError) as raised:
        find_sound_font(None, [tmp_path])
    assert raised.value.reason == NoSoundFont()


def test_what_is_no_file_or_too_large_is_refused_at_once(tmp_path: Path) -> None:
    fifo, large = tmp_path / "fifo.sf2", tmp_path / "large.sf2"
    os.mkfifo(fifo)
    large.touch()
    os.truncate(large, 10**10)
    for font, reason in (
        (fifo, RefusedInput(fifo, InputFault.SPECIAL)),
        (Path("/dev/zero"), RefusedInput(Path("/dev/zero"), InputFault.SPECIAL)),
        (tmp_path, RefusedInput(tmp_path, InputFault.FOLDER)),
        (large, InputTooLarge(large, MAX_FONT_BYTES, 10**10)),
    ):
        with pytest.raises(SynthError) as raised:
            find_sound_font(font, [tmp_path])
        assert raised.value.reason == reason
