"""The inner critic: a second opinion on what the network has just played.

MuseNet's critic "is asked during training time to predict whether a given sample is truly from the
dataset or if it is one of the model's own past generations", and its score picks among samples.
Ours is a head of the network, one number after every token: what it takes to be from the corpus is
above 0. `python -m model.critic SHARDS RUN` lets the network of a finished run continue prompts
from its training pieces, sets those takes beside what really followed, and fits the head to tell
them apart by logistic regression, the network itself frozen: it plays as before.

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
from model.run import RunError, load_trained, replace_network
from model.takes import CorpusPrompt, CorpusTake, draw_prompts, generate_takes
from model.tokens import sampling

if TYPE_CHECKING:
    from collections.abc import Sequence

    from model.transformer import Transformer

SAMPLING_PARAMS = sampling.SamplingParams(temperature=0.95, top_p=0.95)
"""The app's own."""
_WEIGHT_DECAY = 1e-3


@torch.no_grad()
def hidden_states(network: Transformer, prompts: Sequence[CorpusPrompt], takes: Sequence[CorpusTake]) -> Tensor:
    """Return what the critic sees: the states (N, C - 1, D) after all tokens of a take but one."""
    parts = []
    for prompt, take in zip(prompts, takes, strict=True):
        tokens = torch.from_numpy(np.concatenate((prompt.tokens, take.tokens)))[None, :-1]
        time = torch.from_numpy(np.concatenate((prompt.time, take.time)))[None, :-1]
        style = network.style_vectors(torch.from_numpy(prompt.style)[None])
        allowed = torch.from_numpy(sampling.multi_hot(prompt.instruments))[None]
        device = network.critic.weight.device
        tokens, time, style, allowed = (x.to(device) for x in (tokens, time, style, allowed))
        parts.append(network.hidden_states(tokens, time, style, allowed)[0, len(prompt.tokens) :])
    return torch.stack(parts)


def true_takes(prompts: Sequence[CorpusPrompt]) -> list[CorpusTake]:
    """Return what really follows prompts, as takes that nobody has judged."""
    return [CorpusTake(prompt.truth, prompt.truth_time, 0.0) for prompt in prompts]


def score_takes(network: Transformer, prompts: Sequence[CorpusPrompt], takes: Sequence[CorpusTake]) -> list[float]:
    """Return the scores of takes that are given."""
    return _scores(network, hidden_states(network, prompts, takes)).tolist()


@torch.no_grad()
def _scores(network: Transformer, states: Tensor) -> Tensor:
    """Return the scores (N,) of takes from their states (N, C - 1, D)."""
    return network.critic(states)[..., 0].mean(dim=1)  # type: ignore[no-any-return]


def fit_critic(network: Transformer, real: Tensor, generated: Tensor) -> None:
    """Fit the head to states (N, C, D) of what is real and of what the network made."""
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
    """Train the critic; return on what share of the prompts it prefers what really followed."""
    takes = generate_takes(network, prompts, SAMPLING_PARAMS, np.random.default_rng(seed))
    real, made = (hidden_states(network, prompts, some) for some in (true_takes(prompts), takes))
    fit_critic(network, real.cpu(), made.cpu())
    return float((_scores(network, real) > _scores(network, made)).float().mean())


def main(
    shards: Annotated[Path, typer.Argument(help="Folder that model.data has written.")],
    folder: Annotated[Path, typer.Argument(help="Folder of the run.")],
    count: Annotated[int, typer.Option(help="Prompts to continue.")] = 512,
    length: Annotated[int, typer.Option(help="Tokens of a prompt, and of a take.")] = 256,
    device: Annotated[str, typer.Option(help="cpu or cuda; default: what is there.")] = "",
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
    typer.echo(f"{len(prompts)} prompts; it prefers what really followed in {share:.1%} of them")


if __name__ == "__main__":
    typer.run(main)
