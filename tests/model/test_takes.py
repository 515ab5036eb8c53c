"""Prompts are parts of pieces, and takes follow the app's rules."""

from pathlib import Path

import numpy as np
import pytest
import torch

from model.corpus import CorpusError
from model.data import Corpus
from model.decoding.policy import NO_RULES
from model.decoding.sampling import SamplingParams
from model.generate import GREEDY, generate
from model.takes import CorpusPrompt, draw_prompts, generate_takes, prompt_at
from model.tokens import features, tokenizer
from model.tokens import vocabulary as v
from model.transformer import Transformer

STYLES = ["folk", "smith", "jazz"]


@pytest.fixture
def prompts(shards: Path) -> list[CorpusPrompt]:
    corpus = Corpus.open(shards, "train")
    rng = np.random.default_rng(0)
    return draw_prompts(corpus, STYLES, count=4, length=40, take_length=24, rng=rng)


def test_a_prompt_is_a_part_of_its_piece(shards: Path, prompts: list[CorpusPrompt]) -> None:
    corpus = Corpus.open(shards, "train")
    assert len({prompt.piece.path for prompt in prompts}) == 4
    for prompt in prompts:
        whole = corpus.tokens_of(prompt.piece)
        kinds = v.TOKEN_KIND[prompt.tokens]
        framed = int((~np.isin(kinds, [v.Kind.CLOCK, v.Kind.TEMPO, v.Kind.METRE])).argmax())
        both = np.concatenate((prompt.tokens[framed:], prompt.truth))
        (at,) = (
            i for i in range(len(whole) - len(both)) if (whole[i : i + len(both)] == both).all()
        )
        rows = features.musical_time(whole)[at : at + len(both), :4]
        assert (np.concatenate((prompt.time[framed:], prompt.truth_time))[:, :4] == rows).all()
        assert [int(kind) for kind in kinds[:framed]] == [
            v.Kind.CLOCK,
            v.Kind.TEMPO,
            v.Kind.METRE,
        ][:framed]
        assert not prompt.time[:, 4:].any()
        assert prompt.state.tick == features.duration_ticks(
            whole[: at + len(prompt.tokens) - framed]
        )
        assert prompt.style.sum() == 1


def test_greedy_takes_are_those_of_the_slow_generator(network: Transformer, shards: Path) -> None:
    """At the beginning of a piece, where both have the same inputs."""
    corpus = Corpus.open(shards, "train")
    prompt = prompt_at(corpus, corpus.pieces[0], STYLES, 40, 40, 30)
    (take,) = generate_takes(network, [prompt], GREEDY, np.random.default_rng(0), rules=NO_RULES)
    style = network.style_vectors(torch.from_numpy(prompt.style)[None])[0].detach().numpy()
    slow = list(
        generate(network, prompt.tokens.tolist(), 30, style=style, instruments=prompt.instruments)
    )
    assert take.tokens.tolist() == slow


def test_a_take_among_many_is_the_take_alone(
    network: Transformer, prompts: list[CorpusPrompt]
) -> None:
    many = generate_takes(network, prompts, GREEDY, np.random.default_rng(0))
    two = generate_takes(network, prompts, GREEDY, np.random.default_rng(0), batch=2)
    for one, other in zip(many, two, strict=True):
        assert (one.tokens == other.tokens).all()
        assert one.critic_score == pytest.approx(other.critic_score, abs=1e-3)


def test_takes_are_music(network: Transformer, prompts: list[CorpusPrompt]) -> None:
    for prompt, take in zip(
        prompts,
        generate_takes(network, prompts, SamplingParams(), np.random.default_rng(0)),
        strict=True,
    ):
        assert take.tokens.shape == (24,)
        score = tokenizer.decode([*prompt.tokens.tolist(), *take.tokens.tolist()])
        assert {note.instrument for note in score.notes} <= set(prompt.instruments)
        time = features.MusicalTime()
        rows = [time.push(token) for token in (*prompt.tokens.tolist(), *take.tokens.tolist())]
        assert take.time.shape == (24, 6)
        assert [row[3] for row in rows[len(prompt.tokens) :]] == take.time[:, 3].tolist()


def test_pieces_that_are_too_short_are_refused(shards: Path) -> None:
    corpus = Corpus.open(shards, "train")
    rng = np.random.default_rng(0)
    with pytest.raises(CorpusError, match="no piece has more than 9999 tokens"):
        draw_prompts(corpus, STYLES, count=4, length=9000, take_length=999, rng=rng)
