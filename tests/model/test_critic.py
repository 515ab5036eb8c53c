"""The critic learns to tell generated from real music; no other weight changes."""

from pathlib import Path

import numpy as np
import torch

from model import critic
from model.data import Corpus
from model.run import Plan, Run, load_trained
from model.takes import draw_prompts, generate_takes
from model.transformer import Transformer

STYLES = ["folk", "smith", "jazz"]


def test_it_prefers_the_true_continuation(network: Transformer, shards: Path) -> None:
    """An untrained network's takes differ clearly from the corpus."""
    corpus = Corpus.open(shards, "train")
    rng = np.random.default_rng(0)
    prompts = draw_prompts(corpus, STYLES, count=6, length=32, take_length=24, rng=rng)
    before = {name: p.clone() for name, p in network.named_parameters() if name != "critic.weight"}
    share = critic.train_critic(network, prompts, seed=1)
    assert share > 0.9
    for name, parameter in network.named_parameters():
        assert name == "critic.weight" or torch.equal(parameter, before[name])


def test_a_take_has_the_same_score_during_and_after_generation(
    network: Transformer, shards: Path
) -> None:
    corpus = Corpus.open(shards, "train")
    rng = np.random.default_rng(0)
    prompts = draw_prompts(corpus, STYLES, count=3, length=32, take_length=24, rng=rng)
    takes = generate_takes(network, prompts, critic.SAMPLING_PARAMS, rng)
    again = critic.score_takes(network, prompts, takes)
    np.testing.assert_allclose([take.critic_score for take in takes], again, atol=1e-4)


def test_the_command_trains_the_critic_of_a_run(shards: Path, tmp_path: Path) -> None:
    run = Run.resume_or_create(tmp_path / "run", Plan("tiny", window=64), STYLES, "cpu")
    run.save()
    assert not load_trained(tmp_path / "run").network.critic.weight.any()
    critic.main(shards, tmp_path / "run", count=4, length=32, device="cpu", threads=1)
    assert load_trained(tmp_path / "run").network.critic.weight.any()
