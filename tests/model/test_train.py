"""Training lowers the loss, continues after a stop, and is the same on one rank and on two."""

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
import torch
import typer
from typer.testing import CliRunner

from model.data import Corpus
from model.run import CHECKPOINT, LOG, LOSS_PLOT, Plan, Run, load_trained
from model.train import main, train
from model.windows import WindowSource

STYLES = ["folk", "smith"]
PLAN = Plan("tiny", window=64, batch_tokens=256, report_every=10, save_every=5)


command_line = typer.Typer()
command_line.command()(main)


def trained(shards: Path, folder: Path, steps: int, plan: Plan = PLAN) -> Run:
    plan = replace(plan, steps=steps)
    source = WindowSource(Corpus.open(shards, "train"), STYLES, length=64, batch_tokens=256)
    run = Run.resume_or_create(folder, plan, STYLES, "cpu")
    train(run, source, [source.batch(0, 0)], log=lambda _: None)
    return run


def reported(folder: Path, figure: str) -> list[float]:
    lines = [json.loads(line) for line in (folder / LOG).read_text("utf-8").splitlines()]
    return [line[figure] for line in lines if figure in line]


@pytest.mark.parametrize("kind", ["transformer", "lstm"])
def test_the_loss_falls_and_is_drawn(shards: Path, tmp_path: Path, kind: str) -> None:
    trained(shards, tmp_path / "run", 40, replace(PLAN, kind=kind))
    losses = reported(tmp_path / "run", "loss")
    assert losses[-1] < losses[0] - 0.5
    assert (tmp_path / "run" / LOSS_PLOT).read_bytes().startswith(b"\x89PNG")
    assert load_trained(tmp_path / "run").network.config.layers == 2


def test_a_stopped_run_continues_as_if_it_had_not_stopped(
    shards: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("model.train.learning_rate_scale", lambda _step, _progress: 1.0)
    single = trained(shards, tmp_path / "single", 10)
    trained(shards, tmp_path / "parts", 5)
    parts = trained(shards, tmp_path / "parts", 10)
    assert parts.step == single.step == 10
    for mine, theirs in zip(parts.network.parameters(), single.network.parameters(), strict=True):
        assert torch.equal(mine, theirs)


@pytest.mark.slow
def test_a_killed_run_continues_and_ends_as_if_it_had_not_been_killed(
    shards: Path, tmp_path: Path
) -> None:
    words = ["--size", "tiny", "--steps", "400", "--window", "64", "--batch-tokens", "256"]
    words += ["--threads", "1", "--workers", "0", "--save-every", "7", "--device", "cpu"]

    def command(folder: Path) -> list[str]:
        return [sys.executable, "-m", "model.train", str(shards), str(folder), *words]

    killed = tmp_path / "killed"
    with subprocess.Popen(command(killed), stdout=subprocess.PIPE, text=True) as training:
        assert training.stdout is not None
        for line in training.stdout:
            if '"step": 35' in line:  # reported; it may be writing its checkpoint
                training.kill()
                break
    assert 0 < load_trained(killed).step < 400
    words[words.index("400")] = "49"
    for folder in (killed, tmp_path / "single"):
        subprocess.run(command(folder), check=True, capture_output=True)
    one, other = load_trained(killed), load_trained(tmp_path / "single")
    assert one.step == other.step == 49
    steps = reported(killed, "step")
    assert steps == sorted(steps)
    # The rate had another end in sight for 35 steps, which is no matter while it holds.
    losses = [reported(folder, "valid")[3] for folder in (killed, tmp_path / "single")]
    assert losses[0] == pytest.approx(losses[1], abs=0.05)


def test_a_run_may_be_given_minutes_instead_of_steps(shards: Path, tmp_path: Path) -> None:
    run = trained(shards, tmp_path / "run", 0, replace(PLAN, minutes=0.01))
    assert run.step > 0
    assert run.seconds >= 0.6
    again = trained(shards, tmp_path / "run", 0, replace(PLAN, minutes=0.02))
    assert again.step > run.step


@pytest.mark.slow
def test_two_ranks_train_like_one(shards: Path, tmp_path: Path) -> None:
    words = [str(shards), "--size", "tiny", "--steps", "12", "--window", "64", "--device", "cpu"]
    words += ["--batch-tokens", "256", "--threads", "1", "--workers", "0", "--save-every", "6"]
    environment = os.environ | {"OMP_NUM_THREADS": "1"}
    single = [sys.executable, "-m", "model.train"]
    ranks = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2"]
    for name, command in (("one", single), ("two", [*ranks, "-m", "model.train"])):
        where = [words[0], str(tmp_path / name), *words[1:]]
        done = subprocess.run(
            [*command, *where], check=False, env=environment, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stderr
    one, two = load_trained(tmp_path / "one"), load_trained(tmp_path / "two")
    for figure in ("loss", "valid"):
        curves = [reported(tmp_path / name, figure) for name in ("one", "two")]
        assert curves[0] == pytest.approx(curves[1], abs=2e-3)
    for mine, theirs in zip(one.network.parameters(), two.network.parameters(), strict=True):
        torch.testing.assert_close(mine, theirs, atol=2e-3, rtol=1e-2)


def test_a_compiled_network_trains_like_an_uncompiled_one(shards: Path, tmp_path: Path) -> None:
    """Its graphs are traced but not compiled to machine code, which takes a minute."""
    plain = trained(shards, tmp_path / "plain", 6)
    source = WindowSource(Corpus.open(shards, "train"), STYLES, length=64, batch_tokens=256)
    run = Run.resume_or_create(tmp_path / "compiled", replace(PLAN, steps=6), STYLES, "cpu")
    with pytest.MonkeyPatch.context() as patch:
        eager = torch.compile
        patch.setattr(torch, "compile", lambda m, **words: eager(m, backend="eager", **words))
        train(run, source, [source.batch(0, 0)], compiled=True, log=lambda _: None)
    for mine, theirs in zip(run.network.parameters(), plain.network.parameters(), strict=True):
        torch.testing.assert_close(mine, theirs, atol=1e-4, rtol=1e-3)


def test_an_unknown_size_is_refused(shards: Path, tmp_path: Path) -> None:
    for words, text in (
        (["--size", "huge"], "no 'huge'"),
        (["--kind", "mlp"], "no 'mlp'"),
        (["--without", "time,taste"], "no 'taste'"),
    ):
        done = CliRunner().invoke(command_line, [str(shards), str(tmp_path / "run"), *words])
        assert done.exit_code == 2
        assert text in done.stderr
        assert not (tmp_path / "run" / CHECKPOINT).exists()
