"""Measuring continuations of held-out pieces."""

import io
import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import typer
from rich.console import Console
from typer.testing import CliRunner

from bridge.midi import smf
from bridge.midi.instruments import Instrument
from bridge.midi.notes import MetreChange, Note, Score, TempoChange
from export import evaluate
from export.evaluate import Trial, draw_trials, print_table, summarise
from model.data import Corpus, Piece
from model.tokens import tokenizer

BAR = 192
PIANO, BASS, DRUMS = Instrument.PIANO, Instrument.BASS, Instrument.DRUMS


def song(*instruments: Instrument, bars: int = 40) -> Score:
    notes = [
        Note(bar * BAR + tick, kind, 48, bar * BAR + tick + 24, 80)
        for bar in range(bars)
        for tick in range(0, BAR, 48)
        for kind in instruments
    ]
    return Score(tuple(sorted(notes)), (TempoChange(0, 120.0),), (MetreChange(0, 4, 4),))


def corpus_of(*songs: tuple[str, str, Score]) -> Corpus:
    """Return a corpus of songs with names and tunes."""
    pieces, tokens = [], list[int]()
    for name, group, score in songs:
        begin = len(tokens)
        tokens += tokenizer.encode(score)
        kinds = {note.instrument.label: 1 for note in score.notes}
        pieces.append(
            Piece(f"{name}.mid", ("pop",), group, "band", "CC0", 1.0, kinds, 0, begin, len(tokens))
        )
    return Corpus((np.array(tokens, np.uint16),), tuple(pieces))


BAND = song(PIANO, BASS, DRUMS)


def test_trials_are_bands_and_solos_of_different_tunes() -> None:
    corpus = corpus_of(
        ("one", "a", BAND),
        ("same tune", "a", BAND),
        ("duet", "b", song(PIANO, BASS)),
        ("short", "c", song(PIANO, BASS, DRUMS, bars=10)),
        ("alone", "d", song(PIANO)),
        ("two", "e", BAND),
        ("three", "f", BAND),
    )
    trials = draw_trials(corpus, {"band": 2, "solo": 2})
    assert [(trial.name, trial.kind) for trial in trials] == [
        ("one", "band"),
        ("alone", "solo"),
        ("two", "band"),
    ]


def test_a_trial_has_eight_bars_and_the_true_eight_after_them() -> None:
    (trial,) = draw_trials(corpus_of(("one", "a", BAND)), {"band": 1})
    assert (trial.span.begin, trial.span.end) == (8 * BAR, 16 * BAR)
    assert trial.instruments == (PIANO, BASS, DRUMS)
    assert len(trial.prompt.notes) == len(trial.truth) == 8 * 4 * 3
    assert trial.prompt.end_ticks <= trial.span.begin
    assert min(note.onset_ticks for note in trial.truth) == trial.span.begin


def trial_of(name: str = "one") -> Trial:
    (trial,) = draw_trials(corpus_of((name, "a", BAND)), {"band": 1})
    return trial


def test_takes_of_a_trial_are_averaged() -> None:
    trial = trial_of()
    found = evaluate.evaluate([trial], {"one": [trial.truth, ()]})["band"]
    (truth,), (take,) = found["truth"], found["continuation"]
    assert truth["notes"] == 12
    assert take["notes"] == 6
    assert take["in key"] == truth["in key"]  # silence has none


def test_the_standard_error_is_that_of_the_mean_over_trials() -> None:
    rows = [{"notes": 1.0}, {"notes": 2.0}, {"notes": 3.0}, {"notes": math.nan}]
    mean, error = summarise(rows)["notes"]
    assert mean == 2
    assert error == pytest.approx(1 / math.sqrt(3))


def test_the_table_has_a_row_for_each_figure() -> None:
    trial = trial_of()
    console = Console(file=io.StringIO(), width=200)
    print_table(evaluate.evaluate([trial], {"one": [trial.truth]}), console)
    assert isinstance(console.file, io.StringIO)
    text = console.file.getvalue()
    for name in ("band truth", "clash", "bass notes", "chroma 8", "drum grid", "ending"):
        assert name in text


def test_json_has_no_nan() -> None:
    trial = trial_of()
    rounded = evaluate._rounded(evaluate.evaluate([trial], {"one": [()]}))  # noqa: SLF001
    assert rounded["band"]["continuation"]["in key"] == [None, 0.0]
    assert rounded["band"]["truth"]["notes"] == [12.0, 0.0]


def test_files_of_another_program_are_measured(tmp_path: Path) -> None:
    """What is written can be measured again, and gives the same figures."""
    trial = trial_of()
    later = tuple(replace(note, velocity=60) for note in trial.truth)
    evaluate._write(tmp_path, trial, [later])  # noqa: SLF001 - as the command does
    assert smf.read(tmp_path / "one.mid").score.notes == trial.prompt.notes
    read = smf.read(tmp_path / "one-1.mid").score.notes
    own = evaluate.evaluate([trial], {"one": [later]})["band"]["continuation"]
    assert evaluate.evaluate([trial], {"one": [read]})["band"]["continuation"] == own


def test_an_unknown_rule_is_refused() -> None:
    app = typer.Typer()
    app.command()(evaluate.main)
    done = CliRunner().invoke(app, ["artefact", "shards", "--off", "hazard"])
    assert done.exit_code == 2
    assert "there is no 'hazard'" in done.output
