"""Training learns, stops, and goes on as if it had not stopped."""

import json
from pathlib import Path

import pytest
import torch

from model.data import Shard
from model.train import CHECKPOINT, COOL_DOWN_SHARE, WARM_UP_STEPS, Plan, Run, load, rate_at, train
from model.windows import WindowSource

STYLES = ["folk", "smith"]


def trained(shards: Path, folder: Path, steps: int) -> Run:
    plan = Plan("tiny", steps, window=64, batch_tokens=256, report_every=10, save_every=5)
    source = WindowSource(Shard.open(shards, "train"), STYLES, length=64, tokens=256)
    run = Run.begin(folder, plan, STYLES, "cpu")
    valid = [source.batch(0, 0)]
    train(run, source, valid, workers=0)
    return run


def test_the_loss_falls(shards: Path, tmp_path: Path) -> None:
    trained(shards, tmp_path / "run", 40)
    lines = [json.loads(line) for line in (tmp_path / "run" / "log.jsonl").read_text().splitlines()]
    losses = [line["loss"] for line in lines if "loss" in line]
    assert losses[-1] < losses[0] - 1


def test_a_run_that_stopped_goes_on_as_if_it_had_not(
    shards: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("model.train.rate_at", lambda _step, _steps: 1.0)
    whole = trained(shards, tmp_path / "whole", 10)
    trained(shards, tmp_path / "parts", 5)
    parts = trained(shards, tmp_path / "parts", 10)
    assert parts.step == whole.step == 10
    for mine, theirs in zip(parts.network.parameters(), whole.network.parameters(), strict=True):
        assert torch.equal(mine, theirs)


def test_what_is_saved_is_loaded(shards: Path, tmp_path: Path) -> None:
    run = trained(shards, tmp_path / "run", 5)
    again = load(tmp_path / "run")
    assert (again.styles, again.step, again.window) == (STYLES, 5, 64)
    for mine, theirs in zip(again.network.parameters(), run.network.parameters(), strict=True):
        assert torch.equal(mine, theirs)


def test_a_kill_while_saving_leaves_the_old_checkpoint(shards: Path, tmp_path: Path) -> None:
    trained(shards, tmp_path / "run", 5)
    (tmp_path / "run" / f"{CHECKPOINT}.new").write_bytes(b"half of one")
    assert load(tmp_path / "run").step == 5
    assert trained(shards, tmp_path / "run", 6).step == 6


def test_a_checkpoint_of_another_corpus_is_refused(shards: Path, tmp_path: Path) -> None:
    trained(shards, tmp_path / "run", 5)
    with pytest.raises(ValueError, match="another size or corpus"):
        Run.begin(tmp_path / "run", Plan("tiny"), ["other"], "cpu")


def test_the_rate_warms_up_holds_and_cools_down() -> None:
    steps = 1000
    assert rate_at(0, steps) == 1 / WARM_UP_STEPS
    assert (
        rate_at(WARM_UP_STEPS, steps) == rate_at(round(steps * (1 - COOL_DOWN_SHARE)), steps) == 1
    )
    assert rate_at(round(steps * (1 - COOL_DOWN_SHARE / 2)), steps) == pytest.approx(0.5)
    assert rate_at(steps, steps) == 0
