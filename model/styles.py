"""A style of the user's own: one vector, trained on a folder of MIDI, with all weights frozen.

The network already has the space of styles; the position of this music in it is unknown. So the
vector starts at the mean of all styles and follows the gradient of the likelihood of the music,
with the same variations as in training (`model.windows`). With five pieces or more, one in five is
held out, to measure the style on music that it was not trained on.

Gradients are computed for activations only, not for weights, and only one vector changes: this
takes minutes on a CPU. `python -m model.styles NAME FOLDER ARTEFACT` runs in a separate process,
so that the app itself never loads torch. `antiphon style add` starts it, and reads what it finds as
pickled values from its standard output (`bridge.messages.learning`).
"""

from __future__ import annotations

import os
import pickle
import signal
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, Annotated

import numpy as np
import torch
import typer

from bridge.messages.learning import (
    LearningMessage,
    LearningStarted,
    NothingToLearn,
    SkippedFile,
    SkippedFolder,
    StepDone,
    StyleLearned,
)
from bridge.midi import smf
from bridge.system.error_text import error_text
from model.corpus import CorpusError, hash_fraction
from model.data import MIN_TOKENS, Corpus, EncodedPiece, Piece, encode_score
from model.run import TrainedNetwork, load_trained
from model.windows import Batch, WindowSource

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

STEPS, BATCH_TOKENS = 80, 3072
_LEARNING_RATE = 0.03
_HELD_OUT_EVERY = 5
"""One piece in this many is held out, if there are at least this many."""


@dataclass(frozen=True, slots=True)
class StyleCorpus:
    """Pieces to train a style on, and pieces held out to measure it on."""

    training: Corpus
    held_out: Corpus | None
    skipped: tuple[SkippedFile | SkippedFolder, ...]
    """Files that could not be read, or have almost no notes, and folders that could not be read."""

    @property
    def piece_count(self) -> int:
        """The number of pieces, held-out ones included."""
        return len(self.training.pieces) + (len(self.held_out.pieces) if self.held_out else 0)


class NothingToLearnError(CorpusError):
    """No file in a folder can be learned from; `skipped` says why."""

    def __init__(self, folder: Path, skipped: tuple[SkippedFile | SkippedFolder, ...]) -> None:
        super().__init__(f"{folder} holds no MIDI file that a style can be trained on.")
        self.skipped = skipped


@dataclass(frozen=True, slots=True)
class TrainedStyle:
    """A style vector (D,), and nats a token on the held-out pieces, without and with it."""

    vector: NDArray[np.float32]
    nats_without: float | None
    nats_with: float | None


def read_style_corpus(name: str, folder: Path) -> StyleCorpus:
    """Read the MIDI files in a folder and its subfolders.

    Raises:
        NothingToLearnError: no file can be learned from.

    """
    found, skipped = [], list[SkippedFile | SkippedFolder]()
    for path in _midi_files(folder, skipped):
        shown = str(path.relative_to(folder))
        try:
            music = encode_score(smf.read(path).score)
        except smf.MidiFileError as error:
            skipped.append(SkippedFile(shown, error.reason))
            continue
        if len(music.tokens) < MIN_TOKENS:
            skipped.append(SkippedFile(shown))
        else:
            found.append((shown, music))
    if not found:
        raise NothingToLearnError(folder, tuple(skipped))
    # The held-out pieces are a random choice, the same one every time.
    found.sort(key=lambda pair: hash_fraction(pair[0]))
    count = len(found) // _HELD_OUT_EVERY
    held_out = _build_corpus(name, found[:count]) if count else None
    return StyleCorpus(_build_corpus(name, found[count:]), held_out, tuple(skipped))


def _midi_files(folder: Path, skipped: list[SkippedFile | SkippedFolder]) -> list[Path]:
    """Return the MIDI files in a folder and its subfolders; append unreadable ones to `skipped`."""

    def skip(error: OSError) -> None:
        skipped.append(SkippedFolder(str(error.filename), error_text(error)))

    return sorted(
        Path(parent) / name
        for parent, _, names in os.walk(folder, onerror=skip)
        for name in names
        if Path(name).suffix.lower() in smf.ENDINGS
    )


def _build_corpus(name: str, encoded_files: Sequence[tuple[str, EncodedPiece]]) -> Corpus:
    pieces, begin = [], 0
    for path, music in encoded_files:
        facts = (path, (name,), path, "score", "?", music.seconds, music.notes)
        end = begin + len(music.tokens)
        pieces.append(Piece(*facts, 0, begin, end))
        begin = end
    return Corpus((np.concatenate([music.tokens for _, music in encoded_files]),), tuple(pieces))


def train_style(
    trained: TrainedNetwork, name: str, style_corpus: StyleCorpus, *, steps: int = STEPS
) -> TrainedStyle:
    """Train a style; the network's weights do not change."""
    training = _Training(trained, name, style_corpus, steps)
    for step in range(steps):
        training.step(step)
    return training.result()


class _Training:
    """The training of one vector, in steps."""

    def __init__(
        self, trained: TrainedNetwork, name: str, style_corpus: StyleCorpus, steps: int
    ) -> None:
        for parameter in trained.network.parameters():
            parameter.requires_grad = False
        self._trained, self._name, self._steps = trained, name, steps
        self._held_out = style_corpus.held_out
        self._source = WindowSource(
            style_corpus.training, [name], length=trained.window, batch_tokens=BATCH_TOKENS
        )
        self._vector = trained.network.embedding.style.weight.mean(dim=0, keepdim=True)
        self._vector.requires_grad = True
        self._optimiser = torch.optim.Adam([self._vector], betas=(0.9, 0.99))

    def step(self, step: int) -> None:
        """Follow the gradient of one batch; steps are counted from 0."""
        batch = self._source.batch(0, step)
        loss = _summed_nll(self._trained, batch, self._vector) / batch.target_count
        loss.backward()  # type: ignore[no-untyped-call]
        rate = _LEARNING_RATE * min(1.0, 2 * (1 - step / self._steps))
        self._optimiser.param_groups[0]["lr"] = rate
        self._optimiser.step()
        self._optimiser.zero_grad()

    def result(self) -> TrainedStyle:
        """Return the style as it is now, measured on the held-out pieces."""
        vector = self._vector.detach()
        without = with_it = None
        if self._held_out:
            zeros = torch.zeros_like(vector)
            without = _validate(self._trained, self._name, self._held_out, zeros)
            with_it = _validate(self._trained, self._name, self._held_out, vector)
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
    """Train a style; write the messages of `bridge.messages.learning` to standard output."""
    # Ctrl-C goes to every process of the terminal, and so does its closing. The process that
    # started this one ends it.
    for word in ("SIGINT", "SIGHUP"):
        if (kind := getattr(signal, word, None)) is not None:  # Windows has no SIGHUP
            signal.signal(kind, signal.SIG_IGN)
    with _private_stdout() as out:
        for message in learn(name, folder, artefact, steps):
            pickle.dump(message, out)
            out.flush()


def learn(name: str, folder: Path, artefact: Path, steps: int) -> Iterator[LearningMessage]:
    """Train a style, and yield what happens."""
    try:
        style_corpus = read_style_corpus(name, folder)
    except NothingToLearnError as error:
        yield from error.skipped
        yield NothingToLearn()
        return
    yield from style_corpus.skipped
    yield LearningStarted(style_corpus.piece_count)
    training = _Training(load_trained(artefact), name, style_corpus, steps)
    for step in range(steps):
        training.step(step)
        yield StepDone(step + 1)
    found = training.result()
    vector = tuple(round(float(x), 6) for x in found.vector)
    yield StyleLearned(vector, style_corpus.piece_count, found.nats_without, found.nats_with)


def _private_stdout() -> IO[bytes]:
    """Return standard output, and let all that libraries print go to standard error."""
    sys.stdout.flush()
    private = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    return private


if __name__ == "__main__":
    typer.run(main)
