"""The inner critic: a second opinion on the tokens that the network has generated.

MuseNet's critic "is asked during training time to predict whether a given sample is truly from the
dataset or if it is one of the model's own past generations", and its score picks among samples.
Here it is a head of the network, with one number after every token: above 0 means from the corpus.

`python -m model.critic SHARDS RUN` makes the network of a finished run continue prompts from its
training pieces. It then fits the head to tell these takes from the true continuations by logistic
regression. The network itself is frozen, so it plays as before.

A take's score is the mean over its tokens. Scores compare takes of the same prompt, not pieces.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import numpy as np
import torch
import typer
from torch import Tensor

from model.corpus import CorpusError
from model.data import Corpus
from model.decoding.grammar import multi_hot
from model.decoding.sampling import SamplingParams
from model.run import RunError, load_trained, replace_network
from model.takes import CorpusPrompt, CorpusTake, draw_prompts, generate_takes

if TYPE_CHECKING:
    from collections.abc import Sequence

    from model.transformer import Transformer

SAMPLING_PARAMS = SamplingParams(temperature=1.0, top_p=1.0)
"""Those of the app."""
_WEIGHT_DECAY = 1e-3


@torch.no_grad()
def hidden_states(
    network: Transformer, prompts: Sequence[CorpusPrompt], takes: Sequence[CorpusTake]
) -> Tensor:
    """Return the critic's input: the states (N, C - 1, D) after all tokens of a take but one."""
    parts = []
    for prompt, take in zip(prompts, takes, strict=True):
        tokens = torch.from_numpy(np.concatenate((prompt.tokens, take.tokens)))[None, :-1]
        time = torch.from_numpy(np.concatenate((prompt.time, take.time)))[None, :-1]
        style = network.style_vectors(torch.from_numpy(prompt.style)[None])
        allowed = torch.from_numpy(multi_hot(prompt.instruments))[None]
        device = network.critic.weight.device
        tokens, time, style, allowed = (x.to(device) for x in (tokens, time, style, allowed))
        parts.append(network.hidden_states(tokens, time, style, allowed)[0, len(prompt.tokens) :])
    return torch.stack(parts)


def true_takes(prompts: Sequence[CorpusPrompt]) -> list[CorpusTake]:
    """Return the true continuations of prompts as takes, with a score of 0."""
    return [CorpusTake(prompt.truth, prompt.truth_time, 0.0) for prompt in prompts]


def score_takes(
    network: Transformer, prompts: Sequence[CorpusPrompt], takes: Sequence[CorpusTake]
) -> list[float]:
    """Return the critic's scores of given takes."""
    return _scores(network, hidden_states(network, prompts, takes)).tolist()


@torch.no_grad()
def _scores(network: Transformer, states: Tensor) -> Tensor:
    """Return the scores (N,) of takes from their states (N, C - 1, D)."""
    return network.critic(states)[..., 0].mean(dim=1)  # type: ignore[no-any-return]


def fit_critic(network: Transformer, real: Tensor, generated: Tensor) -> None:
    """Fit the head to states (N, C, D) of real and of generated music."""
    inputs = torch.cat((real, generated)).flatten(0, 1).float()
    labels = torch.cat((torch.ones(real.shape[:2]), torch.zeros(generated.shape[:2]))).flatten()
    weight = torch.zeros(inputs.shape[1], requires_grad=True)
    optimiser = torch.optim.LBFGS([weight], max_iter=60, line_search_fn="strong_wolfe")

    def closure() -> Tensor:
        optimiser.zero_grad()
        logits = inputs @ weight
        loss = torch.nn.functional.binary_cross_entropy_with_logits(logits, labels)
        loss = loss + _WEIGHT_DECAY * weight.square().sum()
        loss.backward()  # type: ignore[no-untyped-call]
        return loss

    optimiser.step(closure)  # type: ignore[no-untyped-call]
    with torch.no_grad():
        network.critic.weight.copy_(weight[None])


def train_critic(network: Transformer, prompts: Sequence[CorpusPrompt], seed: int) -> float:
    """Train the critic; return the share of the prompts where it prefers the true continuation."""
    takes = generate_takes(network, prompts, SAMPLING_PARAMS, np.random.default_rng(seed))
    real, generated = (
        hidden_states(network, prompts, some) for some in (true_takes(prompts), takes)
    )
    fit_critic(network, real.cpu(), generated.cpu())
    return float((_scores(network, real) > _scores(network, generated)).float().mean())


def main(
    shards: Annotated[Path, typer.Argument(help="Folder that model.data has written.")],
    folder: Annotated[Path, typer.Argument(help="Folder of the run.")],
    count: Annotated[int, typer.Option(help="Prompts to continue.")] = 512,
    length: Annotated[int, typer.Option(help="Tokens of a prompt, and of a take.")] = 256,
    device: Annotated[str, typer.Option(help="cpu or cuda; default: cuda if there is one.")] = "",
    threads: Annotated[int, typer.Option(help="CPU threads; 0: all.")] = 0,
) -> None:
    """Train the critic of a run."""
    if threads:
        torch.set_num_threads(threads)
    device = device or ("cuda" if torch.cuda.is_available() else "cpu")
    rng = np.random.default_rng(0)
    try:
        trained = load_trained(folder)
        corpus = Corpus.open(shards, "train")
        prompts = draw_prompts(
            corpus, trained.styles, count=count, length=length, take_length=length, rng=rng
        )
    except (CorpusError, RunError) as problem:
        typer.echo(str(problem), err=True)
        raise typer.Exit(2) from None
    share = train_critic(trained.network.to(device), prompts, seed=0)
    replace_network(folder, trained.network.cpu())
    typer.echo(f"{len(prompts)} prompts; it prefers the true continuation in {share:.1%} of them")


if __name__ == "__main__":
    typer.run(main)
