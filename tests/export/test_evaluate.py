"""The command that measures continuations of held-out pieces."""

import json
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner, Result

from bridge.messages.settings import Settings
from bridge.midi import smf
from bridge.midi.instruments import Instrument
from bridge.midi.notes import Score
from export import evaluate
from export.evaluation.results import evaluate as measure
from export.evaluation.results import rounded
from export.evaluation.trials import BAND, FREE, SOLO, Trial, draw_trials
from export.runtime.artefact import Artefact
from export.runtime.decoder import Decoder
from export.sketch.continuation import Continuation
from model.data import Corpus
from model.decoding.policy import Rules
from model.tokens import vocabulary as v

PIANO, BASS, DRUMS = Instrument.PIANO, Instrument.BASS, Instrument.DRUMS


@pytest.fixture
def corpus(song: Callable[..., Score], corpus_of: Callable[..., Corpus]) -> Corpus:
    band, alone = song(PIANO, BASS, DRUMS), song(PIANO)
    return corpus_of(("one", "a", band), ("two", "b", alone), ("three", "c", alone))


@pytest.fixture
def trials(corpus: Corpus) -> list[Trial]:
    return draw_trials(corpus, {BAND: 1, SOLO: 1, FREE: 1})


@pytest.fixture
def shards(corpus: Corpus, tmp_path: Path) -> Path:
    """Return a folder with the corpus as the validation split."""
    folder = tmp_path / "shards"
    folder.mkdir()
    (folder / "valid-0000.tokens").write_bytes(corpus.shards[0].tobytes())
    pieces = [asdict(piece) for piece in corpus.pieces]
    for piece in pieces:
        del piece["shard"]
    index = {"vocabulary": v.FINGERPRINT, "pieces": pieces}
    (folder / "valid-0000.json").write_text(json.dumps(index), "utf-8")
    return folder


def run(*arguments: str | Path) -> Result:
    app = typer.Typer()
    app.command()(evaluate.main)
    done = CliRunner().invoke(app, [str(argument) for argument in arguments])
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return done


def test_the_command_prints_both_tables_and_draws_them(
    exact: Artefact, shards: Path, tmp_path: Path
) -> None:
    done = run(
        *(exact.folder, shards, "--seeds", "1", "--bars", "2", "--solos", "1"),
        *("--plot", tmp_path / "chart.png"),
    )
    assert done.exit_code == 0, done.output
    for name in ("band clash", "solo ending", "free pulse", "wanted", "running / forced mass"):
        assert name in done.output
    assert (tmp_path / "chart.png").read_bytes().startswith(b"\x89PNG")


def test_json_has_the_figures_by_kind_and_part(exact: Artefact, shards: Path) -> None:
    done = run(exact.folder, shards, "--seeds", "1", "--solos", "0", "--free", "0", "--json")
    (kind,) = json.loads(done.stdout)
    assert kind == BAND


def test_settings_change_what_is_played(exact: Artefact, shards: Path) -> None:
    few = "--seeds", "1", "--bars", "8", "--solos", "0", "--free", "0", "--json"
    in_key = [
        json.loads(run(exact.folder, shards, *few, "--key", key).stdout)[BAND]["continuation"][
            "in prompt key"
        ][0]
        for key in ("off", "strict")
    ]
    assert in_key[0] < in_key[1] == 1
    assert run("artefact", "shards", "--key", "loose").exit_code == 2


def test_files_of_another_program_are_measured_without_an_artefact(
    shards: Path, trials: list[Trial], tmp_path: Path
) -> None:
    """What is written can be measured again, and gives the same figures."""
    later = {t.name: [[replace(n, velocity=56) for n in t.truth]] for t in trials}
    for trial in trials:
        evaluate._write(tmp_path, trial, later[trial.name])  # noqa: SLF001 - as the command does
        assert smf.read(tmp_path / f"{trial.name}.mid").score.notes == trial.prompt.notes
    done = run(tmp_path / "none", shards, "--takes", tmp_path, "--seeds", "1", "--solos", "1")
    assert done.exit_code == 0, done.output
    assert "running / forced mass" not in done.output
    read = {t.name: evaluate._read(tmp_path, t, 1) for t in trials}  # noqa: SLF001 - as above
    assert rounded(measure(trials, read)) == rounded(measure(trials, later))


def test_the_critic_picks_among_the_candidates_of_a_take(
    exact: Artefact, trials: list[Trial], monkeypatch: pytest.MonkeyPatch
) -> None:
    decoder, trial = Decoder(exact, device="cpu", threads=1), trials[0]
    plain = evaluate.Player(exact, decoder, Rules(), Settings()).takes(trial, 4)
    ratings = dict(zip(map(tuple, plain), (0.1, 0.4, 0.3, 0.2), strict=True))
    monkeypatch.setattr(Continuation, "score", property(lambda take: ratings[tuple(take.notes())]))
    picked = evaluate.Player(exact, decoder, Rules(), Settings(), candidates=2).takes(trial, 2)
    assert picked == [plain[2], plain[1]]  # seeds 1 and 3, 2 and 4


def test_an_unknown_rule_is_refused() -> None:
    done = run("artefact", "shards", "--off", "hazard")
    assert done.exit_code == 2
    assert "there is no 'hazard'" in done.output
