"""Figures of trials, their means and errors, and the tables."""

import io
import math
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from rich.console import Console

from bridge.midi.instruments import Instrument
from bridge.midi.notes import Note, Score
from export.evaluation.results import (
    evaluate,
    print_figures,
    print_masses,
    ratio,
    rounded,
    summarise,
)
from export.evaluation.trials import BAND, FREE, Trial, draw_trials
from model.data import Corpus
from model.evaluation.masses import ClassMasses
from model.tokens import vocabulary as v

PIANO, BASS, DRUMS = Instrument.PIANO, Instrument.BASS, Instrument.DRUMS


@pytest.fixture
def trial(song: Callable[..., Score], corpus_of: Callable[..., Corpus]) -> Trial:
    (trial,) = draw_trials(corpus_of(("one", "a", song(PIANO, BASS, DRUMS))), {BAND: 1})
    return trial


def printed(show: Callable[[Console], None]) -> list[str]:
    """Return the lines of a table, without its frame."""
    console = Console(file=io.StringIO(), width=200)
    show(console)
    assert isinstance(console.file, io.StringIO)
    return [line.strip()[1:-1] for line in console.file.getvalue().splitlines()]


def row(lines: list[str], name: str) -> list[str]:
    """Return the cells of the row with a name."""
    table = ([cell.strip() for cell in line.split("│")] for line in lines)
    [cells] = [cells for cells in table if cells[0] == name]
    return cells[1:]


def test_takes_of_a_trial_are_averaged(trial: Trial) -> None:
    found = evaluate([trial], {"one": [trial.truth, ()]})[BAND]
    (truth,), (take,) = found["truth"], found["continuation"]
    assert truth["notes"] == 12
    assert take["notes"] == 6
    assert take["in key"] == truth["in key"]  # silence has none


def test_the_standard_error_is_that_of_the_mean_over_trials() -> None:
    rows = [{"notes": 1.0}, {"notes": 2.0}, {"notes": 3.0}, {"notes": math.nan}]
    mean, error = summarise(rows)["notes"]
    assert mean == 2
    assert error == pytest.approx(1 / math.sqrt(3))


def test_the_error_of_a_ratio_is_small_if_trials_have_the_same_ratio() -> None:
    base = [{"notes": value} for value in (1.0, 5.0, 9.0, math.nan)]
    twice = [{"notes": 2 * each["notes"]} for each in base]
    assert ratio(twice, base, "notes") == pytest.approx((2, 0))
    varied = [{"notes": value} for value in (3.0, 10.0, 17.0, 4.0)]
    found, error = ratio(varied, base, "notes")
    assert found == 2
    assert error == pytest.approx(np.std([1, 0, -1], ddof=1) / math.sqrt(3) / 5)


def test_there_is_no_ratio_to_nothing() -> None:
    assert math.isnan(ratio([{"ending": 1.0}], [{"ending": 0.0}], "ending")[0])
    assert math.isnan(ratio([{"clash": 1.0}], [{"clash": math.nan}], "clash")[0])


def test_the_table_has_a_row_for_each_figure_and_says_what_is_met(trial: Trial) -> None:
    half = tuple(note for note in trial.truth if note.instrument is not BASS)
    lines = printed(lambda console: print_figures(evaluate([trial], {"one": [half]}), console))
    for name in ("clash", "chroma 8", "drum grid", "ending"):
        assert len(row(lines, f"band {name}")) == 5
    assert row(lines, "band bass notes")[1:] == ["0 ± 0", "4 ± 0", "3.4 to 4.6", "no"]
    assert row(lines, "band drums notes")[1:] == ["4 ± 0", "4 ± 0", "3.4 to 4.6", "yes"]
    assert row(lines, "band velocity")[3:] == ["", ""]


def test_kinds_of_trials_have_rows_of_their_own(
    trial: Trial, song: Callable[..., Score], corpus_of: Callable[..., Corpus]
) -> None:
    (free,) = draw_trials(corpus_of(("two", "a", song(PIANO))), {FREE: 1})
    found = evaluate([trial, free], {t.name: [t.truth] for t in (trial, free)})
    lines = printed(lambda console: print_figures(found, console))
    assert row(lines, "free pulse")[1] == "1 ± 0"
    assert not any("band pulse" in line for line in lines)
    assert not any("free on grid" in line for line in lines)


def one_event(probability: float) -> ClassMasses:
    """Return the masses of a wait that had a probability, beside a note-on of a bass."""
    wait, onset = v.wait_id(12), v.on_event(BASS, 40)
    logits = np.zeros(v.EVENT_COUNT, np.float32)
    logits[wait] = np.log(probability / (1 - probability))
    masses, mask = ClassMasses(), np.zeros(v.EVENT_COUNT, np.bool_)
    mask[[wait, onset]] = True
    masses.add(logits, mask, (), wait)
    return masses


def test_masses_are_printed_beside_shares_and_with_their_ratio() -> None:
    found = {BAND: [{"forced": one_event(0.5), "running": one_event(0.75)}]}
    lines = printed(lambda console: print_masses(found, console))
    cells = ["0.5 ± 0", "1 ± 0", "0.75 ± 0", "1 ± 0", "1.5 ± 0"]
    assert row(lines, "band waits") == cells
    assert row(lines, "band bass onsets")[-1] == "0.5 ± 0"
    assert not any("band drum onsets" in line for line in lines)


def test_json_has_no_nan(trial: Trial) -> None:
    found = rounded(evaluate([trial], {"one": [()]}))
    assert found[BAND]["continuation"]["in key"] == [None, 0.0]
    assert found[BAND]["truth"]["notes"] == [12.0, 0.0]


def test_a_quieter_continuation_is_seen(trial: Trial) -> None:
    quieter: list[Note] = [replace(note, velocity=40) for note in trial.truth]
    found = summarise(evaluate([trial], {"one": [quieter]})[BAND]["continuation"])
    assert found["velocity"][0] == 40


def test_the_distance_of_a_take_is_that_of_its_figures(
    song: Callable[..., Score], corpus_of: Callable[..., Corpus]
) -> None:
    loud = song(PIANO, BASS, DRUMS)
    soft = replace(loud, notes=tuple(replace(note, velocity=40) for note in loud.notes))
    trials = draw_trials(corpus_of(("one", "a", loud), ("two", "b", soft)), {BAND: 2})
    exact = evaluate(trials, {trial.name: [trial.truth] for trial in trials})
    mixed = evaluate(trials, {trial.name: [trials[0].truth] for trial in trials})
    assert summarise(exact[BAND]["continuation"])["distance"] == (0.0, 0.0)
    # The velocity is the only figure in which the two songs differ, by two standard deviations.
    assert [row["distance"] for row in mixed[BAND]["continuation"]] == [0.0, pytest.approx(2.0)]
