"""The chart of figures and masses."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from matplotlib.image import imread

from bridge.midi.instruments import Instrument
from bridge.midi.notes import Score
from export.evaluation.chart import draw_chart
from export.evaluation.results import Masses, Results, evaluate
from export.evaluation.trials import BAND, SOLO, draw_trials
from model.data import Corpus
from model.evaluation.masses import ClassMasses

PIANO, BASS, DRUMS = Instrument.PIANO, Instrument.BASS, Instrument.DRUMS
RED = (0.84, 0.15, 0.16)


@pytest.fixture
def results(
    song: Callable[..., Score], corpus_of: Callable[..., Corpus]
) -> Callable[[bool], Results]:
    """Return a function that measures two trials, with or without notes of the bass."""
    corpus = corpus_of(("one", "a", song(PIANO, BASS, DRUMS)), ("two", "b", song(PIANO)))
    trials = draw_trials(corpus, {BAND: 1, SOLO: 1})

    def measure(with_bass: bool) -> Results:  # noqa: FBT001 - a test's switch
        takes = {
            trial.name: [[n for n in trial.truth if with_bass or n.instrument is not BASS]]
            for trial in trials
        }
        return evaluate(trials, takes)

    return measure


def red_pixels(path: Path) -> int:
    image = imread(path)[..., :3]
    return int((np.abs(image - RED).max(axis=-1) < 0.05).sum())


def test_what_misses_its_range_is_red(results: Callable[[bool], Results], tmp_path: Path) -> None:
    draw_chart(results(True), {}, tmp_path / "all.png")  # noqa: FBT003
    draw_chart(results(False), {}, tmp_path / "less.png")  # noqa: FBT003
    # The harmony stands still in both.
    assert red_pixels(tmp_path / "less.png") > red_pixels(tmp_path / "all.png") + 50


def test_masses_get_a_panel_of_their_own(
    results: Callable[[bool], Results], tmp_path: Path
) -> None:
    masses: Masses = {BAND: [{"forced": ClassMasses(), "running": ClassMasses()}]}
    sizes = []
    for some in ({}, masses):
        draw_chart(results(True), some, tmp_path / "chart.png")  # noqa: FBT003
        sizes.append(imread(tmp_path / "chart.png").shape)
    assert sizes[1][1] * 2 == sizes[0][1] * 3
