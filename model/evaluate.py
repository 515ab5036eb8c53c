"""Measure a model on held-out tunes.

`python -m model.evaluate ARTEFACT SHARDS` measures an artefact (with the weights of its graph,
which have eight bits) or a training run on the held-out pieces of a corpus that `model.data` has
written:

    nll           nats per token and per note, overall and by style, with the inputs of live play:
                  style and instruments, but not the time to the end of the piece
    counts        the same of unigrams and of 5-grams with back-off, counted in the training pieces
    against       the same of other runs (`--against RUN`), for example those of dev/compare.py
    hidden        the same with one family of inputs hidden
    styles        which style makes a piece likeliest, and how often it is one of the piece's own
    continuation  how far continuations are from the true ones (`evaluation.distances`), beside
                  how far apart the music itself is; instruments requested and played
    critic        how well it tells real from generated, and the effect of picking 1 of 4 by it
    overlap       the longest run of notes that takes share with the training pieces

A likelihood is that of every token given up to a window of tokens before it: at least half a
window, except at the beginning of a piece.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import numpy as np
import torch
import typer
from rich.console import Console
from rich.progress import track

from model import critic
from model.corpus import CorpusError
from model.data import Corpus, Piece
from model.decoding.grammar import multi_hot
from model.evaluation import measures, overlap
from model.evaluation.distances import distance_report
from model.evaluation.ngram import NGram
from model.evaluation.tables import print_tables
from model.run import RunError, TrainedNetwork, load_trained
from model.takes import (
    CorpusPrompt,
    CorpusTake,
    draw_prompts,
    generate_takes,
    instruments_of,
    style_weights,
)
from model.tokens import features
from model.tokens import vocabulary as v
from model.windows import FEATURE_FAMILIES, Window, hide_families

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Sequence

    from numpy.typing import NDArray

    from model.evaluation.measures import Profile

_T = TypeVar("_T")
SECTIONS = ("nll", "counts", "hidden", "styles", "continuation")
NGRAM_ORDER = 5
STYLE_TOKENS = 128
"""Tokens of a piece by which its style is classified."""
TAKES_PER_PROMPT = 4


@dataclass(frozen=True, slots=True)
class HeldOutSample:
    """The held-out pieces that are measured, the same for every model."""

    corpus: Corpus
    pieces: tuple[Piece, ...]

    @classmethod
    def select(cls, corpus: Corpus, tokens: int) -> HeldOutSample:
        """Select complete pieces in the shards' random order, up to a number of tokens."""
        chosen: list[Piece] = []
        for piece in corpus.pieces:
            if tokens <= 0:
                break
            chosen.append(piece)
            tokens -= piece.end - piece.begin
        return cls(corpus, tuple(chosen))


def token_nlls(
    trained: TrainedNetwork, tokens: NDArray[np.int64], piece: Piece, without: Collection[str] = ()
) -> NDArray[np.float64]:
    """Return the negative log likelihood in nats of each token (T - 1,) but the first."""
    piece_window = _input_window(trained, tokens, piece, without)
    style = _style_vectors(trained, piece_window.style[None])
    nll = np.zeros(len(tokens) - 1)
    begin = 0
    while True:
        end = min(len(nll), begin + trained.window)
        fresh = 0 if begin == 0 else trained.window // 2
        (found,) = _window_nlls(trained, piece_window, slice(begin, end), style)
        nll[begin + fresh : end] = found[fresh:]
        if end == len(nll):
            return nll
        begin += trained.window - trained.window // 2


def _input_window(
    trained: TrainedNetwork, tokens: NDArray[np.int64], piece: Piece, without: Collection[str] = ()
) -> Window:
    """Return tokens of a piece with the network's inputs for them."""
    style = style_weights(piece, trained.styles)
    allowed = multi_hot(instruments_of(tokens))
    window = Window(tokens, features.musical_time(tokens), style, allowed)
    return hide_families(window, {"structure", *trained.without, *without})


@torch.no_grad()
def _style_vectors(trained: TrainedNetwork, weights: NDArray[np.float32]) -> torch.Tensor:
    """Return style vectors (N, D) of weights (N, S)."""
    return trained.network.style_vectors(
        torch.from_numpy(weights).to(trained.network.critic.weight.device)
    )


@torch.no_grad()
def _window_nlls(
    trained: TrainedNetwork, window: Window, inputs: slice, style: torch.Tensor
) -> NDArray[np.float64]:
    """Return the negative log likelihoods (N, T) after some inputs, in each style (N, D)."""
    network = trained.network
    targets = slice(inputs.start + 1, inputs.stop + 1)

    def repeated(array: NDArray[Any]) -> torch.Tensor:
        one = torch.from_numpy(np.ascontiguousarray(array))[None].to(style.device)
        return one.expand(len(style), *array.shape)

    events, velocities, _ = network(
        repeated(window.tokens[inputs]),
        repeated(window.time[inputs]),
        style,
        repeated(window.allowed),
    )
    found = network.nll(events, velocities, repeated(window.tokens[targets]))
    return found.cpu().numpy().astype(float)


def nll_report(
    sample: HeldOutSample,
    nll_of: Callable[[NDArray[np.int64], Piece], NDArray[np.float64]],
    title: str,
) -> dict[str, Any]:
    """Return nats per token and per note, overall and by style."""
    sums, tokens, notes = 0.0, 0, 0
    by_style: dict[str, list[float]] = {}
    for piece in _with_progress(sample.pieces, title):
        nll = nll_of(sample.corpus.tokens_of(piece), piece)
        sums, tokens = sums + float(nll.sum()), tokens + len(nll)
        notes += piece.note_count
        for label in piece.labels:
            entry = by_style.setdefault(label, [0.0, 0.0])
            entry[0] += float(nll.sum())
            entry[1] += len(nll)
    styles = {name: round(a / b, 4) for name, (a, b) in sorted(by_style.items())}
    per_token, per_note = round(sums / tokens, 4), round(sums / max(1, notes), 4)
    return {"per_token": per_token, "per_note": per_note, "tokens": tokens, "styles": styles}


def style_report(trained: TrainedNetwork, corpus: Corpus, count: int) -> dict[str, Any]:
    """Classify the style of pieces by the vector that makes them likeliest."""
    known = [p for p in corpus.pieces if set(p.labels) & set(trained.styles)][:count]
    every = _style_vectors(trained, np.eye(len(trained.styles), dtype=np.float32))
    first = third = chance = 0.0
    for piece in _with_progress(known, "styles"):
        tokens = corpus.tokens_of(piece)[: STYLE_TOKENS + 1]
        window, inputs = _input_window(trained, tokens, piece), slice(0, len(tokens) - 1)
        nll = [
            _window_nlls(trained, window, inputs, part).sum(axis=1)
            for part in torch.split(every, 32)
        ]
        best = np.argsort(np.concatenate(nll))
        own = {trained.styles.index(name) for name in piece.labels if name in trained.styles}
        first += int(best[0]) in own
        third += bool(own & set(best[:3].tolist()))
        chance += len(own) / len(trained.styles)
    n = len(known)
    figures = {"top1": first / n, "top3": third / n, "chance": chance / n}
    return {"pieces": n, **{name: round(x, 4) for name, x in figures.items()}}


@dataclass(frozen=True, slots=True)
class ContinuationSet:
    """Prompts with their true continuations, and `TAKES_PER_PROMPT` takes of each."""

    prompts: list[CorpusPrompt]
    takes: list[list[CorpusTake]]  # by take, then by prompt


def generate_continuations(
    trained: TrainedNetwork, corpus: Corpus, count: int, length: int
) -> ContinuationSet:
    """Continue prompts from different pieces."""
    rng = np.random.default_rng(2)
    prompts = draw_prompts(
        corpus, trained.styles, count=count, length=length, take_length=length, rng=rng
    )
    rounds = _with_progress(range(TAKES_PER_PROMPT), "takes")
    takes = [generate_takes(trained.network, prompts, critic.SAMPLING_PARAMS, rng) for _ in rounds]
    return ContinuationSet(prompts, takes)


def continuation_report(trained: TrainedNetwork, continuations: ContinuationSet) -> dict[str, Any]:
    """Compare continuations with the true ones, and the critic's choice with a random one."""
    real = critic.true_takes(continuations.prompts)
    prompts = continuations.prompts
    rounds = [_take_profiles(prompts, takes) for takes in continuations.takes]
    scores = np.array([[take.critic_score for take in takes] for takes in continuations.takes])
    distances = distance_report(
        _take_profiles(prompts, real),
        [measures.profile(prompt.tokens[:0], prompt.tokens, prompt.time) for prompt in prompts],
        rounds,
        scores.argmax(axis=0).tolist(),
    )
    return {
        "prompts": len(prompts),
        **distances,
        "instruments": _instruments_report(continuations),
        "critic": _critic_report(trained, continuations, real),
    }


def _take_profiles(prompts: Sequence[CorpusPrompt], takes: Sequence[CorpusTake]) -> list[Profile]:
    pairs = zip(prompts, takes, strict=True)
    return [measures.profile(prompt.tokens, take.tokens, take.time) for prompt, take in pairs]


def _instruments_report(continuations: ContinuationSet) -> dict[str, float]:
    requested = played = silent_in_truth = foreign = 0
    for takes in continuations.takes:
        for prompt, take in zip(continuations.prompts, takes, strict=True):
            begun = take.tokens[v.TOKEN_KIND[take.tokens] == v.Kind.ON]
            sounding = set(instruments_of(begun))
            true = prompt.truth[v.TOKEN_KIND[prompt.truth] == v.Kind.ON]
            requested += len(prompt.instruments)
            played += len(sounding & set(prompt.instruments))
            foreign += len(sounding - set(prompt.instruments))
            silent_in_truth += len(set(prompt.instruments) - set(instruments_of(true)))
    return {
        "asked": requested,
        "share_played": round(played / requested, 4),
        "share_played_by_truth": round(1 - silent_in_truth / requested, 4),
        "not_asked_but_played": foreign,
    }


def _critic_report(
    trained: TrainedNetwork, continuations: ContinuationSet, real: Sequence[CorpusTake]
) -> dict[str, float]:
    from sklearn.metrics import roc_auc_score  # noqa: PLC0415 - slow to import, used once

    theirs = np.array(critic.score_takes(trained.network, continuations.prompts, real))
    own = np.array([[take.critic_score for take in takes] for takes in continuations.takes])
    labels = np.concatenate((np.ones(len(theirs)), np.zeros(own.size)))
    scores = np.concatenate((theirs, own.ravel()))
    return {
        "auc": round(float(roc_auc_score(labels, scores)), 4),
        "auc_same_prompt": round(float((theirs[None] > own).mean()), 4),
    }


def overlap_report(corpus: Corpus, continuations: ContinuationSet) -> dict[str, Any]:
    """Return the longest runs that takes and true continuations share with the training pieces."""
    takes = [take.tokens for take in continuations.takes[0]]
    truths = [prompt.truth for prompt in continuations.prompts]
    return overlap.run_report(takes, truths, map(corpus.tokens_of, corpus.pieces))


def evaluate(
    folder: Path,
    shards: Path,
    *,
    tokens: int,
    pieces: int,
    prompts: int,
    length: int,
    against: Sequence[Path] = (),
    sections: Collection[str] = SECTIONS,
    device: str = "cpu",
) -> dict[str, Any]:
    """Return all figures of a model, as the docstring of the module lists them."""
    trained = _move_to(load_trained(folder), device)
    held_out, training = Corpus.open(shards, "valid"), Corpus.open(shards, "train")
    sample = HeldOutSample.select(held_out, tokens)
    found: dict[str, Any] = {"model": folder.name, "step": trained.step}
    if "nll" in sections:
        found["nll"] = nll_report(sample, partial(token_nlls, trained), "nll")
    if "counts" in sections:
        counted = NGram(
            np.concatenate([shard.astype(np.int64) for shard in training.shards]), NGRAM_ORDER
        )
        for order, name in ((1, "unigram"), (NGRAM_ORDER, f"{NGRAM_ORDER}-gram")):
            found[name] = nll_report(sample, partial(_ngram_nlls, counted, order), name)
        del counted
    for path in against:
        other = _move_to(load_trained(path), device)
        report = nll_report(sample, partial(token_nlls, other), path.name)
        found.setdefault("against", {})[path.name] = report
    if "hidden" in sections:
        found["hidden"] = {
            family: nll_report(
                sample, partial(token_nlls, trained, without=(family,)), f"no {family}"
            )["per_token"]
            for family in FEATURE_FAMILIES
            if family != "structure"
        }
    if "styles" in sections:
        found["styles"] = style_report(trained, held_out, pieces)
    if "continuation" in sections:
        continuations = generate_continuations(trained, held_out, prompts, length)
        found["continuation"] = continuation_report(trained, continuations)
        found["overlap"] = overlap_report(training, continuations)
    return found


def _ngram_nlls(
    counts: NGram, order: int, tokens: NDArray[np.int64], _piece: Piece
) -> NDArray[np.float64]:
    return counts.nll(tokens, order)[1:]


def _with_progress(items: Sequence[_T], title: str) -> Iterable[_T]:
    """Return items with their progress shown on standard error, away from the figures."""
    return track(items, title, transient=True, console=Console(stderr=True))


def _move_to(trained: TrainedNetwork, device: str) -> TrainedNetwork:
    trained.network.to(device)
    return trained


def main(
    artefact: Annotated[Path, typer.Argument(help="Folder of an artefact or of a run.")],
    shards: Annotated[Path, typer.Argument(help="Folder that model.data has written.")],
    *,
    against: Annotated[list[Path] | None, typer.Option(help="Other runs to compare with.")] = None,
    only: Annotated[str, typer.Option(help=f"Some of {','.join(SECTIONS)}.")] = ",".join(SECTIONS),
    tokens: Annotated[
        int, typer.Option(help="Held-out tokens to measure likelihood on.")
    ] = 300_000,
    pieces: Annotated[int, typer.Option(help="Pieces whose style is classified.")] = 100,
    prompts: Annotated[int, typer.Option(help="Prompts to continue.")] = 200,
    length: Annotated[int, typer.Option(help="Tokens of a prompt, and of a take.")] = 256,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON, and nothing else.")] = False,
    device: Annotated[str, typer.Option(help="cpu or cuda; default: cuda if there is one.")] = "",
    precision: Annotated[str, typer.Option(help="fp32 or bf16.")] = "fp32",
    threads: Annotated[int, typer.Option(help="CPU threads; 0: all.")] = 0,
) -> None:
    """Measure a model on held-out tunes."""
    if threads:
        torch.set_num_threads(threads)
    sections = only.split(",")
    unknown = set(sections) - set(SECTIONS)
    if unknown:
        raise typer.BadParameter(f"--only: there is no {min(unknown)!r}")
    device = device or ("cuda" if torch.cuda.is_available() else "cpu")
    try:
        with torch.autocast(device, torch.bfloat16, enabled=precision == "bf16"):
            found = evaluate(
                artefact,
                shards,
                tokens=tokens,
                pieces=pieces,
                prompts=prompts,
                length=length,
                against=against or (),
                sections=sections,
                device=device,
            )
    except (CorpusError, RunError) as problem:
        typer.echo(str(problem), err=True)
        raise typer.Exit(2) from None
    if as_json:
        typer.echo(json.dumps(found))
    else:
        print_tables(found, Console())


if __name__ == "__main__":
    typer.run(main)
