"""Trials: some bars of held-out pieces, and the true bars after them.

Bands and solos are on a grid; a trial is eight bars and the eight after them. Trials in free time
are pieces of one instrument, 16 seconds and the 16 after them. A corpus may have no performances:
pieces on a grid are then played in free time as in training (`model.windows.in_free_time`).
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from bridge.history.takes import Span, standalone_score
from bridge.midi.instruments import Instrument
from bridge.midi.notes import TICKS_PER_QUARTER, Note, Score
from export.sketch.prompt import truncate_note
from model.evaluation.musicality import Excerpt
from model.tokens import tokenizer
from model.windows import in_free_time

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from model.data import Corpus, Piece

BARS = 8
BAND, SOLO, FREE = "band", "solo", "free"
KINDS = (BAND, SOLO, FREE)
_FEWEST_INSTRUMENTS = 3
_FEWEST_NOTES = 2
"""Notes a bar, on average, of a prompt and of its true continuation."""
_FREE_BAR_TICKS = 4 * TICKS_PER_QUARTER
"""Two seconds, which stand for a bar in free time."""
_FEWEST_FREE_NOTES = 4


@dataclass(frozen=True, slots=True)
class Trial:
    """The beginning of a trial from tick 0, and its true continuation."""

    name: str
    kind: str
    prompt: Score
    truth: tuple[Note, ...]
    span: Span

    @property
    def instruments(self) -> tuple[Instrument, ...]:
        """The instruments of the prompt."""
        return self.prompt.instruments

    @property
    def bar_ticks(self) -> int:
        """The length of a bar."""
        return self.prompt.metres[0].bar_ticks if self.prompt.grid else _FREE_BAR_TICKS

    def excerpt(self, notes: Iterable[Note]) -> Excerpt:
        """Return a continuation of the prompt as an excerpt."""
        within = tuple(
            truncate_note(note, self.span.end)
            for note in sorted(notes)
            if self.span.begin <= note.onset_ticks < self.span.end
        )
        bars = (self.span.end - self.span.begin) // self.bar_ticks
        return self._excerpt(self.prompt.notes, within, self.span.begin, bars)

    def prompt_excerpt(self) -> Excerpt:
        """Return the second half of the prompt as an excerpt that follows the first."""
        bars = self.span.begin // self.bar_ticks
        middle = bars // 2 * self.bar_ticks
        before = tuple(note for note in self.prompt.notes if note.onset_ticks < middle)
        after = tuple(note for note in self.prompt.notes if note.onset_ticks >= middle)
        return self._excerpt(before, after, middle, bars - bars // 2)

    def _excerpt(
        self, before: tuple[Note, ...], notes: tuple[Note, ...], begin_tick: int, bars: int
    ) -> Excerpt:
        instruments, is_free = self.instruments, not self.prompt.grid
        return Excerpt(before, notes, begin_tick, bars, self.bar_ticks, instruments, is_free)


def draw_trials(corpus: Corpus, counts: Mapping[str, int], bars: int = BARS) -> list[Trial]:
    """Return trials from the first suitable pieces in the corpus's random order, one a tune.

    Bands and solos do not depend on how many trials in free time there are.
    """
    groups = set[str]()
    on_grid = {kind: count for kind, count in counts.items() if kind != FREE}
    trials = _draw(corpus, on_grid, bars, groups)
    return trials + _draw(corpus, {FREE: counts.get(FREE, 0)}, bars, groups)


def _draw(corpus: Corpus, counts: Mapping[str, int], bars: int, groups: set[str]) -> list[Trial]:
    trials: list[Trial] = []
    left = dict(counts)
    for piece in corpus.pieces:
        if not any(left.values()):
            break
        kind = _kind_of(piece)
        if kind == SOLO and FREE in left:
            kind = FREE
        if kind is None or not left.get(kind) or piece.group in groups:
            continue
        score = tokenizer.decode(corpus.tokens_of(piece).tolist())
        trial = _free_trial(piece, score) if kind == FREE else _trial(piece, kind, score, bars)
        if trial is not None:
            trials.append(trial)
            groups.add(piece.group)
            left[kind] -= 1
    return trials


def _kind_of(piece: Piece) -> str | None:
    playing = set(piece.notes)
    if Instrument.DRUMS.label in playing:
        return BAND if len(playing) >= _FEWEST_INSTRUMENTS else None
    return SOLO if len(playing) == 1 else None


def _trial(piece: Piece, kind: str, score: Score, bars: int) -> Trial | None:
    """Return the trial in the middle of a piece, on a multiple of eight bars."""
    if len(score.metres) != 1 or not score.grid:
        return None
    bar = score.metres[0].bar_ticks
    total = score.end_ticks // bar
    if total < 2 * bars:
        return None
    begin = (total - 2 * bars) // 2 // BARS * BARS * bar
    return _cut(piece, kind, score, begin, bars * bar, _FEWEST_NOTES * bars)


def _free_trial(piece: Piece, score: Score) -> Trial | None:
    """Return the trial in the middle of a piece, played in free time if it is on a grid."""
    if score.grid:
        rng = np.random.default_rng(list(piece.path.encode()))
        score = tokenizer.normal_form(in_free_time(score, rng))
    ticks = BARS * _FREE_BAR_TICKS
    begin = (score.end_ticks - 2 * ticks) // 2
    return _cut(piece, FREE, score, begin, ticks, _FEWEST_FREE_NOTES * BARS) if begin >= 0 else None


def _cut(
    piece: Piece, kind: str, score: Score, begin: int, ticks: int, fewest: int
) -> Trial | None:
    """Return the trial from a tick on, if prompt and truth have enough notes."""
    line, end = begin + ticks, begin + 2 * ticks
    prompt = [n for n in score.notes if begin <= n.onset_ticks < line]
    truth = [n for n in score.notes if line <= n.onset_ticks < end]
    if min(len(prompt), len(truth)) < fewest:
        return None
    before, after = (
        standalone_score(score, Span(begin, stop), [truncate_note(n, stop) for n in notes])
        for notes, stop in ((prompt, line), (truth, end))
    )
    return Trial(Path(piece.path).stem, kind, before, after.notes, Span(ticks, 2 * ticks))
