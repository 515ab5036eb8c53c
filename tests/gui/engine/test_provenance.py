"""The texts and tracks of ours are found in every kind of file that is written."""

from dataclasses import replace
from pathlib import Path

import pytest

from bridge.history.takes import TakeTree
from bridge.messages.settings import Settings
from bridge.midi import smf
from bridge.midi.instruments import Instrument
from export.styles.own import load_installed_artefact
from gui.desk.takes.files import TakesFiles
from gui.engine.provenance import Provenance, find_our_music, parse_provenance
from gui.engine.recording import provenance
from tests.gui.desk.takes.examples import MINUET, NOTES, SPAN

DEMO = Path(__file__).parents[3] / "assets" / "demo"
SETTINGS = Settings(
    style=(("bach", 0.6), ("jazz", 0.4)),
    instruments=(Instrument.PIANO, Instrument.BASS),
    seed=7,
    temperature=0.9,
)


@pytest.fixture(scope="module")
def text() -> str:
    return provenance(load_installed_artefact(), SETTINGS)


def found(data: bytes) -> list[tuple[int, tuple[int, ...]]]:
    """Return the seed and the tracks of each piece of music of ours."""
    file = smf.from_bytes(data, Path("in.mid"))
    return [(music.provenance.seed, music.tracks) for music in find_our_music(file.chunks)]


def test_a_text_is_read_back(text: str) -> None:
    read = parse_provenance(f"{text}; ended by hand after 3 bars")
    assert read is not None
    assert text.startswith(f"Antiphon {read.version}; model {read.model}; ")
    assert (read.style, read.instruments) == ("bach:0.6,jazz:0.4", "piano,bass")
    assert (read.seed, read.temperature, read.remark) == (7, "0.9", "ended by hand after 3 bars")


@pytest.mark.parametrize("text", ["", "Antiphon", "Antiphon 1; model x", "A song; seed 1"])
def test_another_text_says_nothing(text: str) -> None:
    assert parse_provenance(text) is None


def test_the_tracks_of_each_continuation_are_found(text: str) -> None:
    prompt = smf.read(DEMO / "minuet.mid")
    assert find_our_music(prompt.chunks) == []
    before = len(prompt.chunks.tracks)
    once = smf.continuation_bytes(prompt, NOTES, text)
    assert found(once) == [(7, (before, before + 1))]
    again = text.replace("seed 7", "seed 8")
    twice = smf.continuation_bytes(smf.from_bytes(once, Path("in.mid")), NOTES[:1], again)
    assert found(twice) == [(7, (before, before + 1)), (8, (before + 2,))]


def test_a_recording_keeps_the_sides_apart(text: str) -> None:
    ours = replace(MINUET, notes=NOTES)
    assert found(smf.parts_bytes({"played": MINUET, "Antiphon": ours}, text)) == [(7, (2, 3))]
    assert found(smf.parts_bytes({"played": MINUET}, text)) == [(7, ())]


def test_new_music_alone_is_ours_as_a_whole(text: str) -> None:
    assert found(smf.score_bytes(replace(MINUET, notes=NOTES), text)) == [(7, (1, 2))]


@pytest.mark.parametrize("up_to_end,tracks", [(False, (1, 2)), (True, (2, 3))])
def test_a_take_of_played_music_is_found(
    tmp_path: Path, text: str, tracks: tuple[int, ...], *, up_to_end: bool
) -> None:
    takes = TakeTree().with_root(MINUET, "played").with_take(0, SPAN, NOTES, SETTINGS, text)
    TakesFiles().write(takes, 1, tmp_path / "take.mid", up_to_end=up_to_end)
    assert found((tmp_path / "take.mid").read_bytes()) == [(7, tracks)]


def test_the_takes_that_come_with_antiphon_say_where_they_begin() -> None:
    for path in (DEMO / "takes").glob("*.mid"):
        (music,) = find_our_music(smf.read(path).chunks)
        style = path.stem.rpartition("-")[0].replace("-", " ")
        assert style.endswith(music.provenance.style)
        assert music.provenance.first_bar == 9
        assert music.tracks


def test_what_a_text_does_not_say_is_empty() -> None:
    read = parse_provenance("Antiphon, small: a song in the style pop, seed 3; it begins in bar 5")
    assert read == Provenance("small", "pop", 3, first_bar=5)
