"""A run's folder is always consistent, and another run can start from it."""

from dataclasses import replace
from pathlib import Path

import pytest
import torch

from model.run import CHECKPOINT, Plan, Run, RunError, load_trained, replace_network
from model.transformer import Transformer

STYLES = ["folk", "smith"]
PLAN = Plan("tiny", window=64)


def new_run(folder: Path, styles: list[str] = STYLES) -> Run:
    run = Run.resume_or_create(folder, PLAN, styles, "cpu")
    run.step = 5
    run.save()
    return run


def test_a_saved_run_is_loaded(tmp_path: Path) -> None:
    run = new_run(tmp_path)
    again = load_trained(tmp_path)
    assert (again.styles, again.step, again.window) == (STYLES, 5, 64)
    for mine, theirs in zip(again.network.parameters(), run.network.parameters(), strict=True):
        assert torch.equal(mine, theirs)


def test_a_kill_while_saving_leaves_the_old_checkpoint(tmp_path: Path) -> None:
    new_run(tmp_path)
    (tmp_path / f"{CHECKPOINT}.new").write_bytes(b"half of one")
    assert load_trained(tmp_path).step == 5
    assert Run.resume_or_create(tmp_path, PLAN, STYLES, "cpu").step == 5


def test_a_checkpoint_of_another_corpus_or_size_is_refused(tmp_path: Path) -> None:
    new_run(tmp_path)
    with pytest.raises(RunError, match="another size or corpus"):
        Run.resume_or_create(tmp_path, PLAN, ["other"], "cpu")
    with pytest.raises(RunError, match="another size or corpus"):
        Run.resume_or_create(tmp_path, replace(PLAN, size="small"), STYLES, "cpu")


def test_a_run_may_begin_from_another_with_more_styles(tmp_path: Path) -> None:
    first = new_run(tmp_path / "first")
    more = ["smith", "jazz", "folk"]
    start = load_trained(tmp_path / "first")
    run = Run.resume_or_create(tmp_path / "second", PLAN, more, "cpu", start)
    old, new = (r.network.embedding.style.weight for r in (first, run))
    assert torch.equal(new[[2, 0]], old)
    assert not new[1].any()
    assert torch.equal(run.network.norm.weight, first.network.norm.weight)
    run.save()
    assert load_trained(tmp_path / "second").step == 5


def test_a_network_replaces_that_of_a_run(tmp_path: Path, network: Transformer) -> None:
    run = Run.resume_or_create(tmp_path, PLAN, ["a", "b", "c"], "cpu")
    run.save()
    replace_network(tmp_path, network)
    assert torch.equal(load_trained(tmp_path).network.critic.weight, network.critic.weight)


def test_progress_is_of_steps_or_of_minutes(tmp_path: Path) -> None:
    run = new_run(tmp_path)
    run.plan, run.seconds = replace(PLAN, steps=20), 30.0
    assert run.progress == 0.25
    run.plan = replace(PLAN, steps=20, minutes=1.0)
    assert run.progress == 0.5


def test_a_folder_that_is_neither_run_nor_artefact_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RunError, match="holds neither a run nor an artefact"):
        load_trained(tmp_path)
