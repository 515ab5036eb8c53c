"""The figures of an evaluation are those of the network, and every section comes out."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
import typer
from typer.testing import CliRunner

from model import critic, evaluate, takes
from model.data import Corpus
from model.decoding.grammar import multi_hot
from model.evaluate import ContinuationSet, HeldOutSample, token_nlls
from model.run import Plan, Run, TrainedNetwork
from model.styles import read_style_corpus, train_style
from model.tokens import features
from model.transformer import Transformer
from model.windows import FEATURE_FAMILIES, Window

STYLES = ["folk", "smith", "jazz"]


@pytest.fixture
def trained(network: Transformer) -> TrainedNetwork:
    return TrainedNetwork(network, STYLES, 0, 64)


@pytest.fixture
def run(network: Transformer, tmp_path: Path) -> Path:
    run = Run.resume_or_create(tmp_path / "run", Plan("tiny", window=64), STYLES, "cpu")
    run.network.load_state_dict(network.state_dict())
    run.save()
    return tmp_path / "run"


def test_every_token_is_counted_once_with_enough_context(
    trained: TrainedNetwork, shards: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    corpus = Corpus.open(shards, "valid")
    piece = corpus.pieces[0]
    tokens = corpus.tokens_of(piece)
    seen: list[range] = []
    exact = evaluate._window_nlls  # noqa: SLF001

    def recorded(
        trained: TrainedNetwork, window: Window, inputs: slice, style: torch.Tensor
    ) -> object:
        seen.append(range(inputs.start, inputs.stop))
        return exact(trained, window, inputs, style)

    monkeypatch.setattr(evaluate, "_window_nlls", recorded)
    nll = token_nlls(trained, tokens, piece)
    assert nll.shape == (len(tokens) - 1,)
    assert (nll > 0).all()
    assert len(seen) > 1
    assert all(len(part) <= 64 for part in seen)
    starts = [part.start for part in seen]
    assert starts == list(range(0, 32 * len(starts), 32))
    assert seen[-1].stop == len(tokens) - 1


def test_the_likelihood_is_that_of_the_network(trained: TrainedNetwork, shards: Path) -> None:
    corpus = Corpus.open(shards, "valid")
    piece = corpus.pieces[0]
    tokens = corpus.tokens_of(piece)[:60]
    nll = token_nlls(trained, tokens, piece)
    network = trained.network
    time = features.musical_time(tokens)
    time[:, 4:] = 0
    style = network.style_vectors(torch.from_numpy(takes.style_weights(piece, STYLES))[None])
    allowed = torch.from_numpy(multi_hot(takes.instruments_of(tokens)))[None]
    events, velocities, _ = network(
        torch.from_numpy(tokens)[None], torch.from_numpy(time)[None], style, allowed
    )
    with torch.no_grad():
        mine = network.nll(events[:, :-1], velocities[:, :-1], torch.from_numpy(tokens[1:])[None])
    np.testing.assert_allclose(nll, mine[0], rtol=1e-4)


def test_a_hidden_family_changes_the_figure(trained: TrainedNetwork, shards: Path) -> None:
    corpus = Corpus.open(shards, "valid")
    piece = corpus.pieces[0]
    tokens = corpus.tokens_of(piece)
    whole = token_nlls(trained, tokens, piece).sum()
    for family in FEATURE_FAMILIES:
        hidden = token_nlls(trained, tokens, piece, (family,)).sum()
        assert (hidden == whole) == (family == "structure")  # which is always hidden


@pytest.mark.parametrize("likeliest,top1", [("folk", 1), ("jazz", 0)])
def test_the_likeliest_style_is_found(
    trained: TrainedNetwork, corpus: Path, shards: Path, likeliest: str, top1: int
) -> None:
    """All pieces are folk, and none is jazz."""
    style = train_style(trained, "mine", read_style_corpus("mine", corpus), steps=10)
    weight = trained.network.embedding.style.weight
    weight.data[STYLES.index(likeliest)] = torch.from_numpy(style.vector)
    found = evaluate.style_report(trained, Corpus.open(shards, "valid"), 10)
    assert found["pieces"] == 2
    assert found["chance"] == pytest.approx(0.5, abs=0.17)  # one or two labels of three
    assert (found["top1"], found["top3"]) == (top1, 1)


def continued(trained: TrainedNetwork, corpus: Corpus) -> ContinuationSet:
    """Continue four prompts of a corpus."""
    return evaluate.generate_continuations(trained, corpus, 4, 32)


def test_a_wrong_critic_has_a_low_score(trained: TrainedNetwork, shards: Path) -> None:
    corpus = Corpus.open(shards, "train")
    critic.train_critic(trained.network, continued(trained, corpus).prompts, seed=1)
    report = evaluate.continuation_report(trained, continued(trained, corpus))["critic"]
    assert min(report["auc"], report["auc_same_prompt"]) > 0.8
    trained.network.critic.weight.data.neg_()
    report = evaluate.continuation_report(trained, continued(trained, corpus))["critic"]
    assert max(report["auc"], report["auc_same_prompt"]) < 0.2


def test_quotations_from_the_training_pieces_are_counted(
    trained: TrainedNetwork, shards: Path
) -> None:
    corpus = Corpus.open(shards, "train")
    continuations = continued(trained, corpus)
    found = evaluate.overlap_report(corpus, continuations)
    assert found["truths"]["longest"] > found["takes"]["longest"]
    quoted = ContinuationSet(continuations.prompts, [critic.true_takes(continuations.prompts)])
    found = evaluate.overlap_report(corpus, quoted)
    assert found["takes"] == found["truths"]


def test_a_sample_is_whole_pieces(shards: Path) -> None:
    corpus = Corpus.open(shards, "train")
    assert len(HeldOutSample.select(corpus, 1).pieces) == 1
    assert len(HeldOutSample.select(corpus, 10**9).pieces) == 6


@pytest.mark.slow
def test_the_command_prints_every_figure_as_json(run: Path, shards: Path) -> None:
    words = [str(run), str(shards), "--json", "--tokens", "300", "--prompts", "2", "--length", "32"]
    command = [sys.executable, "-m", "model.evaluate", *words, "--against", str(run)]
    continuations = subprocess.run(command, check=True, capture_output=True, text=True)
    assert continuations.stdout.count("\n") == 1
    found = json.loads(continuations.stdout)
    assert found["nll"]["per_token"] == found["against"]["run"]["per_token"] > 0
    assert set(found["hidden"]) == FEATURE_FAMILIES.keys() - {"structure"}
    assert found["5-gram"]["per_token"] < found["unigram"]["per_token"]
    assert found["nll"]["per_note"] > found["nll"]["per_token"]
    continuation = found["continuation"]
    assert continuation["instruments"]["not_asked_but_played"] == 0
    assert continuation["critic"].keys() == {"auc", "auc_same_prompt"}
    assert continuation["distance_from_truth"]["take"]["interval"] > 0
    assert found["overlap"].keys() == {"unit", "takes", "truths"}


def test_a_corpus_that_is_not_tokenized_is_refused(run: Path, corpus: Path) -> None:
    command_line = typer.Typer()
    command_line.command()(evaluate.main)
    continuations = CliRunner().invoke(command_line, [str(run), str(corpus)])
    assert continuations.exit_code == 2
    assert "holds no shards" in " ".join(continuations.stderr.split())
