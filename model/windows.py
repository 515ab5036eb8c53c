"""The windows of pieces that training reads, with random variations.

A batch is a pure function of (seed, step). Training that stops and continues reads the same batches
as without the stop, workers need no shared state, and every rank of a distributed run draws its own
part. Each window is drawn by style first, with a temperature (a style with n pieces has weight
n^0.5), so that small styles occur often enough; then by piece, then by position. It is varied as
MuseNet describes, and for live playing:

- transposed by up to six semitones either way, without drums, as far as the range of every
  instrument allows;
- louder or softer by up to two levels;
- sometimes in free time instead of on a grid: seconds for beats, a stretched tempo, every onset a
  little early or late, spread chords;
- the style is a random convex mix of the piece's labels, sometimes with a foreign label mixed in,
  and hidden for one window in ten;
- where several instruments play, one of them may begin alone, as a player does, and the others
  enter later in the window;
- the instruments allowed, the part of the piece and the countdown to its end are often hidden.

`without` hides whole families of inputs, for comparisons.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from bridge.midi.instruments import Instrument
from bridge.midi.notes import Note, Score
from bridge.sync.tempo import FREE_BPM, TempoMap
from model.tokens import features, tokenizer
from model.tokens import vocabulary as v

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from numpy.random import Generator
    from numpy.typing import NDArray

    from model.data import Corpus, Piece

STYLE_TEMPERATURE = 0.5
MAX_SEMITONES, MAX_LEVEL_SHIFT = 6, 2
FREE_SHARE, SOLO_SHARE = 0.4, 0.25
NO_STYLE_SHARE, FOREIGN_STYLE_SHARE = 0.1, 0.1
HIDDEN_INSTRUMENTS_SHARE, HIDDEN_STRUCTURE_SHARE = 0.2, 0.5
BAND_WEIGHT = 0.5
FEATURE_FAMILIES: Mapping[str, tuple[int, ...]] = {
    "time": (0, 1),
    "chord": (2, 3),
    "structure": (4, 5),
    "style": (),
    "instruments": (),
}
"""The inputs beside the tokens, and the columns of musical time that hold them, if any."""
_NS_PER_TICK = 60e9 / FREE_BPM / 48


@dataclass(frozen=True, slots=True)
class Window:
    """T + 1 tokens and their inputs; the last token is only a target."""

    tokens: NDArray[np.int64]  # (T + 1,)
    time: NDArray[np.int64]  # (T + 1, 6)
    style: NDArray[np.float32]  # (S,) weights
    allowed: NDArray[np.float32]  # (14,)

    def truncated(self, length: int) -> Window:
        """Return the window with at most `length` inputs."""
        kept = slice(length + 1)
        return Window(self.tokens[kept], self.time[kept], self.style, self.allowed)


@dataclass(frozen=True, slots=True)
class Batch:
    """Windows side by side, padded.

    Inputs (N, T), and targets (N, T) with -1 where there is no target.
    """

    inputs: NDArray[np.int64]
    targets: NDArray[np.int64]
    time: NDArray[np.int64]
    style: NDArray[np.float32]
    allowed: NDArray[np.float32]

    @property
    def target_count(self) -> int:
        """The number of targets."""
        return int((self.targets >= 0).sum())

    def split_for_rank(self, rank: int, world_size: int) -> Batch:
        """Return one of every `world_size` windows; without one, a window that has no targets."""
        if rank < len(self.inputs):
            return Batch(*(getattr(self, name)[rank::world_size] for name in self.__slots__))
        blank = Batch(*(getattr(self, name)[:1] for name in self.__slots__))
        return replace(blank, targets=np.full_like(blank.targets, -1))


class WindowSource:
    """Draws batches from a corpus."""

    def __init__(
        self,
        corpus: Corpus,
        styles: Sequence[str],
        *,
        length: int,
        batch_tokens: int,
        without: Collection[str] = (),
    ) -> None:
        """Prepare to draw windows of `length` tokens, about `batch_tokens` tokens in a batch."""
        self._corpus, self._length, self._batch_tokens = corpus, length, batch_tokens
        self._without = frozenset(without)
        assert self._without <= FEATURE_FAMILIES.keys()
        self._style_index = {name: index for index, name in enumerate(styles)}
        by_style: dict[str, list[int]] = {}
        for index, piece in enumerate(corpus.pieces):
            # Pieces without a style are drawn too, as if "no style" were one.
            for label in self._style_index.keys() & set(piece.labels) or [""]:
                by_style.setdefault(label, []).append(index)
        self._style_names = sorted(by_style)
        self._pieces_by_style = [np.array(by_style[name]) for name in self._style_names]
        weights = (
            np.array([self._piece_weight(pieces) for pieces in self._pieces_by_style])
            ** STYLE_TEMPERATURE
        )
        self._style_weights = weights / weights.sum()

    def _piece_weight(self, pieces: NDArray[np.int64]) -> float:
        kinds = [self._corpus.pieces[index].kind for index in pieces]
        return sum(BAND_WEIGHT if kind == "band" else 1.0 for kind in kinds)

    def batch(self, seed: int, step: int) -> Batch:
        """Return the batch of a step.

        It has about the same number of tokens each time, and its windows have similar lengths.
        """
        rng = np.random.default_rng((seed, step))
        first = self._draw_window(rng)
        length = len(first.tokens) - 1
        wanted = max(1, round(self._batch_tokens / length))
        # Padding stays small: the others are at least half as long, and longer ones are cut.
        others = (self._draw_window(rng, min_length=length // 2) for _ in range(wanted - 1))
        return _stack([first, *(window.truncated(length) for window in others)], length)

    def _draw_window(self, rng: Generator, min_length: int = 0) -> Window:
        while True:
            name = rng.choice(len(self._style_names), p=self._style_weights)
            piece = self._corpus.pieces[rng.choice(self._pieces_by_style[name])]
            if piece.end - piece.begin - 1 >= min_length:
                return self._augment(piece, rng)

    def _augment(self, piece: Piece, rng: Generator) -> Window:
        tokens = self._corpus.tokens_of(piece)
        begin = _choose_start(len(tokens), self._length, rng)
        end = begin + self._length + 1
        allowed = total_ticks = None
        if rng.random() < SOLO_SHARE:
            total_ticks = features.duration_ticks(tokens)
            # All instruments that play are allowed, though most are silent at first.
            allowed = _allowed_instruments(tokens[begin:end], rng)
            tokens = np.concatenate((tokens[:begin], stagger_entries(tokens[begin:end], rng)))
        time = features.musical_time(tokens, total_ticks)
        chosen, rows = tokens[begin:end], time[begin:end]
        if rng.random() < FREE_SHARE:
            chosen, rows = _to_free_time(tokens, begin, chosen, rows, rng)
        elif begin:
            chosen, rows = _with_header(tokens, begin, chosen, rows)
        chosen, rows = chosen[: self._length + 1], rows[: self._length + 1].copy()
        if allowed is None:
            allowed = _allowed_instruments(chosen, rng)
        chosen = _shift_velocity(_transpose(chosen, rng), rng)
        for column in (4, 5):
            if rng.random() < HIDDEN_STRUCTURE_SHARE:
                rows[:, column] = 0
        window = Window(chosen, rows, self._draw_style(piece, rng), allowed)
        return hide_families(window, self._without)

    def _draw_style(self, piece: Piece, rng: Generator) -> NDArray[np.float32]:
        weights = np.zeros(len(self._style_index), np.float32)
        known = [self._style_index[label] for label in piece.labels if label in self._style_index]
        if known and rng.random() >= NO_STYLE_SHARE:
            weights[known] = rng.dirichlet(np.ones(len(known)))
            if rng.random() < FOREIGN_STYLE_SHARE:
                share = rng.uniform(0, 0.3)
                weights *= 1 - share
                weights[rng.integers(len(weights))] += share
        return weights


def hide_families(window: Window, families: Collection[str]) -> Window:
    """Return a window with some families of inputs hidden."""
    time = window.time.copy()
    for family in families:
        time[:, list(FEATURE_FAMILIES[family])] = 0
    style = window.style * ("style" not in families)
    return Window(window.tokens, time, style, window.allowed * ("instruments" not in families))


def stagger_entries(tokens: NDArray[np.int64], rng: Generator) -> NDArray[np.int64]:
    """Make one instrument begin alone and the others enter later.

    With fewer than two instruments, nothing changes.
    """
    instruments = v.EVENT_INSTRUMENT[v.TOKEN_EVENT[tokens]]
    kinds = v.TOKEN_KIND[tokens]
    playing = np.unique(instruments[instruments >= 0])
    if len(playing) < 2:
        return tokens
    alone, enter = rng.choice(playing), int(rng.integers(len(tokens) // 8, len(tokens) // 2))
    silent = (instruments >= 0) & (instruments != alone)
    kept = ~silent
    kept[enter:] = True
    # A note without its note-on loses its note-off too.
    begun: set[tuple[int, int]] = set()
    for index in np.flatnonzero(silent[enter:] & (kinds[enter:] != v.Kind.WAIT)) + enter:
        event = int(v.TOKEN_EVENT[tokens[index]])
        key = (int(instruments[index]), int(v.EVENT_PITCH[event]))
        if kinds[index] == v.Kind.ON:
            begun.add(key)
        else:
            kept[index] = key in begun
    return _merge_waits(tokens[kept])


def _merge_waits(tokens: NDArray[np.int64]) -> NDArray[np.int64]:
    """Merge neighbouring waits as the tokenizer would write them."""
    out: list[int] = []
    ticks = 0
    for token, kind in zip(tokens.tolist(), v.TOKEN_KIND[tokens].tolist(), strict=True):
        if kind == v.Kind.WAIT:
            ticks += token - v.FIRST_WAIT + 1
        else:
            out += (*v.wait_ids(ticks), token)
            ticks = 0
    return np.array([*out, *v.wait_ids(ticks)], np.int64)


def _choose_start(total: int, length: int, rng: Generator) -> int:
    """Choose where a window begins.

    Often it is the start of the piece, or the window reaches its end; otherwise it is random.
    """
    spare = total - length - 1
    if spare <= 0:
        return 0
    draw = rng.random()
    return 0 if draw < 0.15 else spare if draw < 0.25 else int(rng.integers(spare + 1))


def header_of(
    tokens: NDArray[np.int64], kinds: Sequence[v.Kind] = (v.Kind.CLOCK, v.Kind.TEMPO, v.Kind.METRE)
) -> NDArray[np.int64]:
    """Return the last tokens of the kinds among tokens: clock, tempo and metre in force."""
    last = [np.flatnonzero(v.TOKEN_KIND[tokens] == kind) for kind in kinds]
    return tokens[np.array([at[-1] for at in last if len(at)], np.int64)]


def _with_header(
    tokens: NDArray[np.int64], begin: int, chosen: NDArray[np.int64], rows: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Put clock, tempo and metre in front of a window from the middle of a piece."""
    frame = header_of(tokens[:begin])
    return np.concatenate((frame, chosen)), np.concatenate(
        (np.repeat(rows[:1], len(frame), 0), rows)
    )


def in_free_time(score: Score, rng: Generator) -> Score:
    """Return a score as a performance in free time.

    The tempo is stretched at random, and every onset and release is a little early or late.
    """
    beats = TempoMap(score.tempos)
    stretch, early_late = rng.uniform(0.8, 1.25), rng.choice([0.0, 0.4, 1.2])

    def played_tick(tick: int) -> float:
        return stretch * beats.ns_at(tick) / _NS_PER_TICK

    drift = rng.normal(0, early_late, 2 * len(score.notes))
    notes = []
    for index, note in enumerate(score.notes):
        onset = round(played_tick(note.onset_ticks) + drift[2 * index])
        release = round(played_tick(note.release_ticks) + 2 * drift[2 * index + 1])
        notes.append(Note(max(0, onset), note.instrument, note.pitch, release, note.velocity))
    return Score(tuple(notes), grid=False)


def _to_free_time(
    tokens: NDArray[np.int64],
    begin: int,
    chosen: NDArray[np.int64],
    rows: NDArray[np.int64],
    rng: Generator,
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Rewrite a window as a performance.

    It is in free time, at a random tempo, and the notes of a chord are not quite simultaneous.
    """
    tempo = header_of(tokens[:begin], (v.Kind.TEMPO,))
    score = in_free_time(tokenizer.decode([*tempo.tolist(), *chosen.tolist()]), rng)
    freed = np.array(tokenizer.encode(score, end=bool(chosen[-1] == v.END)), np.int64)
    if begin:
        freed = freed[1:]  # no `start` in the middle of a piece
    time = features.musical_time(freed)
    # Part and countdown stay those of the original piece.
    nearest = np.linspace(0, len(rows) - 1, len(freed)).round().astype(int)
    time[:, 4:] = rows[nearest, 4:]
    return freed, time


def _transpose(tokens: NDArray[np.int64], rng: Generator) -> NDArray[np.int64]:
    shifts = rng.permutation(np.arange(-MAX_SEMITONES, MAX_SEMITONES + 1))
    for shift in shifts:
        moved = _TRANSPOSITIONS[shift + MAX_SEMITONES][tokens]
        if (moved >= 0).all():
            return moved  # type: ignore[no-any-return]
    return tokens


def _shift_velocity(tokens: NDArray[np.int64], rng: Generator) -> NDArray[np.int64]:
    change = rng.integers(-MAX_LEVEL_SHIFT, MAX_LEVEL_SHIFT + 1)
    level = v.TOKEN_LEVEL[tokens]
    moved = np.clip(level + change, 0, v.VELOCITY_LEVELS - 1)
    return np.where(v.TOKEN_KIND[tokens] == v.Kind.ON, tokens + moved - level, tokens)


def _allowed_instruments(tokens: NDArray[np.int64], rng: Generator) -> NDArray[np.float32]:
    allowed = np.zeros(len(Instrument), np.float32)
    if rng.random() >= HIDDEN_INSTRUMENTS_SHARE:
        used = v.EVENT_INSTRUMENT[v.TOKEN_EVENT[tokens]]
        allowed[used[used >= 0]] = 1
    return allowed


def _transposition_table(semitones: int) -> NDArray[np.int64]:
    """Return for each token the token `semitones` higher.

    -1 where the instrument cannot play it.
    """
    table = np.arange(v.SIZE)
    for token in range(v.SIZE):
        spelt = v.token_of(token)
        kind = spelt.instrument
        if kind is None or kind is Instrument.DRUMS:
            continue
        pitch = spelt.pitch + semitones
        if not kind.can_play(pitch):
            table[token] = -1
        elif spelt.kind is v.Kind.OFF:
            table[token] = v.off_id(kind, pitch)
        else:
            table[token] = v.on_id(kind, pitch, spelt.level)
    return table


_TRANSPOSITIONS = [
    _transposition_table(shift) for shift in range(-MAX_SEMITONES, MAX_SEMITONES + 1)
]


def _stack(windows: list[Window], length: int) -> Batch:
    inputs = np.zeros((len(windows), length), np.int64)
    targets = np.full((len(windows), length), -1, np.int64)
    time = np.zeros((len(windows), length, features.COUNT), np.int64)
    for row, window in enumerate(windows):
        size = len(window.tokens) - 1
        inputs[row, :size] = window.tokens[:-1]
        targets[row, :size] = window.tokens[1:]
        time[row, :size] = window.time[:-1]
    style = np.stack([window.style for window in windows])
    return Batch(inputs, targets, time, style, np.stack([window.allowed for window in windows]))
