"""MuseNet's example: six notes of Chopin, continued as pop by a band."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from bridge.midi import smf

ROOT = Path(__file__).parents[2]
BAND = {"piano", "drums", "bass", "guitar"}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any]]:
    out = tmp_path_factory.mktemp("nocturne")
    command = [sys.executable, str(ROOT / "dev" / "nocturne.py"), str(out)]
    done = subprocess.run(command, check=True, capture_output=True, text=True, cwd=ROOT)
    return out, json.loads(done.stdout)


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_the_band_plays_in_time_without_stuck_notes_or_long_silence(
    made: tuple[Path, dict[str, Any]],
) -> None:
    _, found = made
    assert [len(files) for files in found["files"].values()] == [10] * 5
    for files in found["files"].values():
        for file in files:
            assert all(entered is not None for entered in file["enters_s"].values())
            assert file["zero_length"] == 0
            assert file["longest_silence_s"] <= 4
            assert file["longest_note_bars"] < 4
    pop = found["files"]["pop"]
    assert sum(file["on_sixteenths"] for file in pop) / len(pop) > 0.8


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_styles_differ_more_than_the_seeds_of_one_style(
    made: tuple[Path, dict[str, Any]],
) -> None:
    distances = made[1]["distances"]
    between, within = distances["between styles"], distances["within a style"]
    assert sum(between.values()) > sum(within.values())


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_the_measured_notes_are_those_in_the_files(made: tuple[Path, dict[str, Any]]) -> None:
    out, found = made
    for seed, file in enumerate(found["files"]["pop"]):
        score = smf.read(out / f"pop-{seed}.mid").score
        assert {note.instrument.label for note in score.notes} == BAND
        assert len(score.notes) == 6 + sum(file["notes"].values())
