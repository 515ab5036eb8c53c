"""The files with which `antiphon continue` is tested are what the programs save."""

from collections import Counter
from pathlib import Path

import mido
import pytest

from dev.save_midi_files import save_in_ardour
from tests.bridge.jack_server import need_jackd, watched_jack_server
from tests.daw.console import PROGRAM
from tests.daw.notation import (
    DEBIAN,
    LILYPOND,
    MUSESCORE,
    save_in_lilypond,
    save_in_musescore,
)
from tests.daw.screen import require
from tests.saved_files import FOLDER, PROMPTS, name_of, tracks_of

pytestmark = pytest.mark.device


def files_of(program: str) -> list[Path]:
    return [path for path in PROMPTS if path.parent.name == program]


@pytest.mark.parametrize("path", files_of("lilypond"), ids=name_of)
def test_lilypond_saves_this(tmp_path: Path, path: Path) -> None:
    require(LILYPOND, debian=DEBIAN)
    saved = save_in_lilypond(path.with_suffix(".ly"), tmp_path)
    assert tracks_of(saved) == tracks_of(path)


@pytest.mark.parametrize("path", files_of("musescore"), ids=name_of)
def test_musescore_saves_this(tmp_path: Path, path: Path) -> None:
    require(MUSESCORE, debian=DEBIAN)
    saved = tmp_path / path.name
    save_in_musescore(path.with_suffix(".musicxml"), saved)
    assert tracks_of(saved) == tracks_of(path)


@pytest.mark.slow
def test_ardour_saves_this(tmp_path: Path) -> None:
    need_jackd()
    require(PROGRAM, debian="ardour")
    with watched_jack_server() as server:
        save_in_ardour(server, tmp_path)
    for written in ("hands", "drums"):
        golden = FOLDER / "ardour" / f"{written}.mid"
        assert tracks_of(tmp_path / f"{written}.mid") == tracks_of(golden)
    played, before = (events(folder / "played.mid") for folder in (tmp_path, FOLDER / "ardour"))
    assert played == before


def events(path: Path) -> Counter[str]:
    """Return the events of a file without their times and Ardour's own numbers."""
    return Counter(
        str(event.copy(time=0))
        for track in mido.MidiFile(path).tracks
        for event in track
        if event.type != "sequencer_specific"
    )
