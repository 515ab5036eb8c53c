"""A style of the user's own: one vector, trained on a folder of MIDI, with all weights frozen.

The network already has the space of styles; the position of this music in it is unknown. So the
vector starts at the mean of all styles and follows the gradient of the likelihood of the music,
with the same variations as in training (`model.windows`). With five pieces or more, one in five is
held out, to measure the style on music that it was not trained on.

Gradients are computed for activations only, not for weights, and only one vector changes: this
takes minutes on a CPU. `python -m model.styles NAME FOLDER ARTEFACT` runs in a separate process,
so that the app itself never loads torch; `antiphon style add` starts it.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import numpy as np
import torch
import typer
from rich.console import Console
from rich.progress import track

from model.corpus import CorpusError, hash_fraction
from model.data import MIN_TOKENS, Corpus, EncodedPiece, Piece, encode_file
from model.run import TrainedNetwork, load_trained
from model.windows import Batch, WindowSource

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from numpy.typing import NDArray

FILE_TYPES = (".mid", ".midi", ".kar")
STEPS, BATCH_TOKENS = 80, 3072
_LEARNING_RATE = 0.03
_HELD_OUT_EVERY = 5
"""One piece in this many is held out, if there are at least this many."""


@dataclass(frozen=True, slots=True)
class StyleCorpus:
    """Pieces to train a style on, and pieces held out to measure it on."""

    training: Corpus
    held_out: Corpus | None
    skipped: tuple[str, ...]
    """Files that could not be read, or have almost no notes."""

    @property
    def piece_count(self) -> int:
        """The number of pieces, held-out ones included."""
        return len(self.training.pieces) + (len(self.held_out.pieces) if self.held_out else 0)


@dataclass(frozen=True, slots=True)
class TrainedStyle:
    """A style vector (D,), and nats a token on the held-out pieces, without and with it."""

    vector: NDArray[np.float32]
    nats_without: float | None
    nats_with: float | None


def read_style_corpus(name: str, folder: Path) -> StyleCorpus:
    """Read the MIDI files in a folder and its subfolders.

    Raises:
        CorpusError: no file can be read.

    """
    paths = sorted(path for path in folder.rglob("*") if path.suffix.lower() in FILE_TYPES)
    found, unread = [], []
    for path in paths:
        shown = str(path.relative_to(folder))
        music = encode_file(path)
        if music is None or len(music.tokens) < MIN_TOKENS:
            unread.append(shown)
        else:
            found.append((shown, music))
    if not found:
        raise CorpusError(f"{folder} holds no MIDI file that a style can be trained on.")
    # The held-out pieces are a random choice, the same one every time.
    found.sort(key=lambda pair: hash_fraction(pair[0]))
    count = len(found) // _HELD_OUT_EVERY
    held_out = _build_corpus(name, found[:count]) if count else None
    return StyleCorpus(_build_corpus(name, found[count:]), held_out, tuple(unread))


def _build_corpus(name: str, encoded_files: Sequence[tuple[str, EncodedPiece]]) -> Corpus:
    pieces, begin = [], 0
    for path, music in encoded_files:
        facts = (path, (name,), path, "score", "?", music.seconds, music.notes)
        end = begin + len(music.tokens)
        pieces.append(Piece(*facts, 0, begin, end))
        begin = end
    return Corpus((np.concatenate([music.tokens for _, music in encoded_files]),), tuple(pieces))


def train_style(
    trained: TrainedNetwork,
    name: str,
    style_corpus: StyleCorpus,
    *,
    steps: int = STEPS,
    progress: Callable[[Iterable[int]], Iterable[int]] = iter,
) -> TrainedStyle:
    """Train a style; the network's weights do not change."""
    for parameter in trained.network.parameters():
        parameter.requires_grad = False
    source = WindowSource(
        style_corpus.training, [name], length=trained.window, batch_tokens=BATCH_TOKENS
    )
    vector = trained.network.embedding.style.weight.mean(dim=0, keepdim=True)
    vector.requires_grad = True
    optimiser = torch.optim.Adam([vector], betas=(0.9, 0.99))
    for step in progress(range(steps)):
        batch = source.batch(0, step)
        loss = _summed_nll(trained, batch, vector) / batch.target_count
        loss.backward()  # type: ignore[no-untyped-call]
        optimiser.param_groups[0]["lr"] = _LEARNING_RATE * min(1.0, 2 * (1 - step / steps))
        optimiser.step()
        optimiser.zero_grad()
    vector = vector.detach()
    without = with_it = None
    if style_corpus.held_out:
        without = _validate(trained, name, style_corpus.held_out, torch.zeros_like(vector))
        with_it = _validate(trained, name, style_corpus.held_out, vector)
    return TrainedStyle(vector[0].numpy(), without, with_it)


def _summed_nll(trained: TrainedNetwork, batch: Batch, vector: torch.Tensor) -> torch.Tensor:
    """Return the summed loss of a batch whose windows all have one style (1, D), or none."""
    network = trained.network
    style = torch.from_numpy(batch.style) @ vector
    inputs = (torch.from_numpy(x) for x in (batch.inputs, batch.time))
    events, velocities, _ = network(*inputs, style, torch.from_numpy(batch.allowed))
    return network.nll(events, velocities, torch.from_numpy(batch.targets)).sum()


@torch.no_grad()
def _validate(trained: TrainedNetwork, name: str, corpus: Corpus, vector: torch.Tensor) -> float:
    source = WindowSource(corpus, [name], length=trained.window, batch_tokens=BATCH_TOKENS)
    batches = [source.batch(1, step) for step in range(4)]
    loss = sum(float(_summed_nll(trained, batch, vector)) for batch in batches)
    return loss / sum(batch.target_count for batch in batches)


def main(
    name: Annotated[str, typer.Argument(help="Name of the style.")],
    folder: Annotated[Path, typer.Argument(help="Folder of MIDI files.")],
    artefact: Annotated[Path, typer.Argument(help="Artefact to train with.")],
    steps: Annotated[int, typer.Option(help="Training steps.")] = STEPS,
) -> None:
    """Train a style; print it as JSON, and progress on standard error."""
    console = Console(stderr=True)
    try:
        style_corpus = read_style_corpus(name, folder)
    except CorpusError as problem:
        console.print(str(problem), markup=False, highlight=False, soft_wrap=True)
        raise typer.Exit(2) from None
    for path in style_corpus.skipped:
        console.print(f"skipped, as it has too few notes: {path}", markup=False)
    console.print(f"Training {name} on {style_corpus.piece_count} pieces.", markup=False)

    def bar(rounds: Iterable[int]) -> Iterable[int]:
        return track(rounds, "training", console=console)

    found = train_style(load_trained(artefact), name, style_corpus, steps=steps, progress=bar)
    result = {
        "vector": [round(float(x), 6) for x in found.vector],
        "pieces": style_corpus.piece_count,
    }
    nats = {"nats_without": found.nats_without, "nats_with": found.nats_with}
    typer.echo(json.dumps(result | nats))


if __name__ == "__main__":
    typer.run(main)
