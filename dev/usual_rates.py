"""Print how densely each instrument plays in bands: `model.decoding.heard.statistics.USUAL_RATES`.

`python dev/usual_rates.py SHARDS` counts the onsets a quarter note in the bars in which an
instrument plays, in training pieces of three instruments or more, and prints the means over pieces.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import typer

from bridge.midi.instruments import Instrument
from bridge.midi.notes import TICKS_PER_QUARTER
from model.data import Corpus
from model.tokens import tokenizer

PIECES, FEWEST_INSTRUMENTS = 600, 3


def main(shards: Path) -> None:
    """Print the mean rates."""
    corpus, random = Corpus.open(shards, "train"), np.random.default_rng(0)
    bands = [piece for piece in corpus.pieces if len(set(piece.notes)) >= FEWEST_INSTRUMENTS]
    rates: dict[Instrument, list[float]] = {kind: [] for kind in Instrument}
    for index in random.permutation(len(bands))[:PIECES]:
        score = tokenizer.decode(corpus.tokens_of(bands[index]).tolist())
        bar = score.metres[0].bar_ticks if score.metres else 4 * TICKS_PER_QUARTER
        for kind in {note.instrument for note in score.notes}:
            bars = [note.onset_ticks // bar for note in score.notes if note.instrument is kind]
            onsets = np.bincount(bars)
            rates[kind].append(float(onsets[onsets > 0].mean()) * TICKS_PER_QUARTER / bar)
    for kind, found in rates.items():
        typer.echo(f"{kind.label}: {np.mean(found):.1f} in {len(found)} pieces")


if __name__ == "__main__":
    typer.run(main)
