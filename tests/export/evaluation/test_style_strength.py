"""Trials are continued in every style, and what the judge hears becomes figures."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from bridge.midi.instruments import Instrument
from bridge.midi.notes import Score
from export.evaluation.recognition import Examples, Judge
from export.evaluation.style_strength import (
    OTHER,
    OWN,
    Player,
    Task,
    draw_tasks,
    measure,
    parse_way,
    picks,
    table_of,
    with_short_prompt,
)
from export.evaluation.trials import BAND, SOLO
from export.runtime.artefact import Artefact
from model.data import Corpus

PIANO, BASS, DRUMS = Instrument.PIANO, Instrument.BASS, Instrument.DRUMS
STYLES = ("bossa nova", "chopin")


@pytest.fixture
def corpus(corpus_of: Callable[..., Corpus], song: Callable[..., Score]) -> Corpus:
    """Return a pop band, a pop solo, a bossa nova, and a piece by Chopin."""
    band, solo = song(PIANO, BASS, DRUMS), song(PIANO)
    corpus = corpus_of(("a", "1", band), ("b", "2", solo), ("c", "3", band), ("d", "4", solo))
    labels = ("pop", "pop", "bossa nova", "chopin")
    pieces = (replace(p, labels=(n,)) for p, n in zip(corpus.pieces, labels, strict=True))
    return replace(corpus, pieces=tuple(pieces))


@pytest.fixture
def tasks(corpus: Corpus) -> list[Task]:
    return draw_tasks(corpus, STYLES, {BAND: 1, SOLO: 1}, own=1)


def test_a_way_is_a_kind_and_a_number() -> None:
    assert parse_way("length 1.5") == ("length", 1.5)
    assert parse_way("guidance 3") == ("guidance", 3.0)
    with pytest.raises(ValueError, match="loudness"):
        parse_way("loudness 2")


def test_others_are_continued_in_every_style_and_own_in_theirs(tasks: list[Task]) -> None:
    assert [(t.prompt, t.style, t.origin) for t in tasks] == [
        ("a", "bossa nova", OTHER),
        ("a", "chopin", OTHER),
        ("b", "bossa nova", OTHER),
        ("b", "chopin", OTHER),
        ("c", "bossa nova", OWN),
        ("d", "chopin", OWN),
    ]
    assert len({task.trial.name for task in tasks}) == len(tasks)


def test_the_take_is_picked_in_which_its_style_is_likeliest(tasks: list[Task]) -> None:
    heard = {task.trial.name: np.array([0.5, 0.5]) for task in tasks}
    found = picks(STYLES, tasks, heard)
    assert found == dict.fromkeys((t.trial.name for t in tasks[:4]), 0.5)
    # A judge that takes everything for bossa nova still hears which take has more of it.
    heard["a bossa nova"], heard["a chopin"] = np.array([0.9, 0.1]), np.array([0.8, 0.2])
    found = picks(STYLES, tasks, heard)
    assert (found["a bossa nova"], found["a chopin"]) == (1.0, 1.0)
    heard["a bossa nova"] = np.array([0.7, 0.3])
    found = picks(STYLES, tasks, heard)
    assert (found["a bossa nova"], found["a chopin"]) == (0.0, 0.0)


def test_of_a_short_prompt_only_the_last_bars_are_heard(tasks: list[Task]) -> None:
    trial = tasks[0].trial
    short, bar = with_short_prompt(trial, 2), trial.bar_ticks
    assert (short.span.begin, short.span.end) == (2 * bar, 10 * bar)
    assert min(note.onset_ticks for note in short.prompt.notes) == 0
    assert len(short.prompt.notes) * 4 == len(trial.prompt.notes)
    assert short.prompt.metres == trial.prompt.metres
    assert len(short.excerpt(short.truth).notes) == len(trial.excerpt(trial.truth).notes)
    assert with_short_prompt(trial, 8) == trial


@pytest.mark.parametrize("way", ["length 1", "guidance 1"])
def test_takes_are_measured(exact: Artefact, corpus: Corpus, tasks: list[Task], way: str) -> None:
    judge = Judge(Examples.of(corpus, STYLES))
    player = Player(exact)
    chosen = [tasks[2], tasks[3], tasks[5]]
    takes = {task.trial.name: [player.take(task, way, 1)] for task in chosen}
    assert all(takes[task.trial.name][0] for task in chosen)
    found = measure(judge, chosen, takes)
    assert {name: len(rows) for name, rows in found.items()} == {
        "other solo": 1,
        "other solo truth": 1,
        "own solo": 1,
        "own solo truth": 1,
    }
    for row in found["other solo"]:
        assert {"picked", "recall", "asked", "distance", "clash"} <= set(row)
    table = table_of({way: found}, "other solo")
    assert table.row_count == 2
