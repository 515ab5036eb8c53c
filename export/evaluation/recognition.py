"""A judge of styles that is not the network: a forest of trees over figures of eight bars.

It is trained on pieces of the training split, with `model.evaluation.style_figures`, and its recall
is measured on the held-out pieces. A take may have instruments that its style never has, such as a
flute alone that plays rock. So the judge also learns from excerpts without their drums, and from
the busiest instrument of each alone.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from bridge.midi.instruments import Instrument
from model.evaluation.style_figures import style_figures
from model.tokens import tokenizer

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from bridge.midi.notes import Note, Score
    from model.data import Corpus, Piece

BARS = 8
PIECES_PER_STYLE = 120
EXCERPTS_PER_PIECE = 3
_FEWEST_NOTES = 2 * BARS
_TREES = 400


def label_of(piece: Piece, styles: Sequence[str]) -> str | None:
    """Return the one of the styles that a piece has, or None if it has none or several."""
    own = [label for label in piece.labels if label in styles]
    return own[0] if len(own) == 1 else None


def excerpts_of(score: Score, count: int = EXCERPTS_PER_PIECE) -> Iterator[tuple[list[Note], int]]:
    """Yield notes and first tick of some excerpts of a score on a grid, evenly over it."""
    if not score.grid or len(score.metres) != 1:
        return
    ticks = BARS * score.metres[0].bar_ticks
    starts = range(0, score.end_ticks - ticks + 1, ticks)
    for index in sorted({n * len(starts) // count for n in range(count)}) if starts else ():
        begin = starts[index]
        notes = [n for n in score.notes if begin <= n.onset_ticks < begin + ticks]
        if len(notes) >= _FEWEST_NOTES:
            yield notes, begin


def thinned(notes: Sequence[Note]) -> Iterator[list[Note]]:
    """Yield the notes without the drums, and those of the busiest instrument, where they differ."""
    pitched = [note for note in notes if note.instrument is not Instrument.DRUMS]
    if not pitched:
        return
    if len(pitched) < len(notes):
        yield pitched
    counts = Counter(note.instrument for note in pitched)
    busiest = max(counts, key=lambda kind: (counts[kind], -kind))
    if len(counts) > 1:
        yield [note for note in pitched if note.instrument is busiest]


@dataclass(frozen=True, slots=True)
class Examples:
    """Figures (N, F) of excerpts, their styles, and whether the excerpt is complete."""

    rows: NDArray[np.float64]
    styles: NDArray[np.str_]
    complete: NDArray[np.bool_]

    @classmethod
    def of(cls, corpus: Corpus, styles: Sequence[str], pieces: int = PIECES_PER_STYLE) -> Examples:
        """Return examples from the first pieces of each style."""
        left = dict.fromkeys(styles, pieces)
        rows, names, complete = [], [], []
        for piece in corpus.pieces:
            style = label_of(piece, styles)
            if style is None or not left[style]:
                continue
            left[style] -= 1
            score = tokenizer.decode(corpus.tokens_of(piece).tolist())
            for notes, begin in excerpts_of(score):
                for number, some in enumerate((notes, *thinned(notes))):
                    rows.append(style_figures(some, begin, BARS, score.metres[0].bar_ticks))
                    names.append(style)
                    complete.append(number == 0)
        return cls(np.array(rows), np.array(names), np.array(complete, np.bool_))

    def where(self, chosen: NDArray[np.bool_]) -> Examples:
        """Return some of the examples."""
        return Examples(self.rows[chosen], self.styles[chosen], self.complete[chosen])


class Judge:
    """Says how likely each style is for some bars of music."""

    def __init__(self, examples: Examples) -> None:
        from sklearn.ensemble import ExtraTreesClassifier  # noqa: PLC0415 - slow to import

        self._forest: Any = ExtraTreesClassifier(
            _TREES, min_samples_leaf=2, class_weight="balanced", random_state=1
        )
        self._forest.fit(examples.rows, examples.styles)
        self.styles: tuple[str, ...] = tuple(self._forest.classes_.tolist())

    def probabilities(self, rows: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the probabilities (N, S) of the styles for rows of figures (N, F)."""
        found: NDArray[np.float64] = self._forest.predict_proba(rows)
        return found

    def recalls(self, examples: Examples) -> dict[str, float]:
        """Return the share of the examples of each style that are recognised."""
        found = np.array(self.styles)[self.probabilities(examples.rows).argmax(1)]
        same = found == examples.styles
        return {
            style: float(same[examples.styles == style].mean())
            for style in self.styles
            if (examples.styles == style).any()
        }
