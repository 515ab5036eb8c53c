"""A gap: a span of a score in which new notes are wanted, and the music around it as tokens.

What stays is of three kinds. The notes before the gap are read as any prompt is. The *standing*
notes sound in the gap: those of other instruments, a melody that is kept, a note that rings over
its begin. They are known in advance and never change. The notes after the gap show how well new
ones lead to them.

    before | standing, and new notes between them | after

All of it is one score, encoded once and cut at the gap, so that a tempo or metre that changes
inside stands too.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from bridge.history.prompt_part import MAX_QUARTERS, first_tick
from bridge.history.takes import Span, standalone_score
from bridge.midi.instruments import Instrument
from bridge.midi.notes import TICKS_PER_QUARTER, Score
from bridge.sync.tempo import MetreMap
from model.decoding.grid import detect_grid
from model.tokens import tokenizer
from model.tokens import vocabulary as v

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from numpy.typing import NDArray

    from bridge.midi.notes import Note
    from model.decoding.grid import Grid

AFTER_TICKS = 8 * TICKS_PER_QUARTER
"""The music that new notes must lead to: two bars of common time."""
AFTER_TOKENS = 96
"""The most tokens of it: the first ones depend on the gap most."""
_GRID_ONSETS = 64

Timed = tuple[int, int]
"""A tick and a token."""


@dataclass(frozen=True, slots=True)
class Gap:
    """A span of a score in which some instruments are to play new notes.

    `score` has all that stays, inside the span too. `standing_shares` is the share of an
    instrument's notes in the span that stays (0 to 1), for each that keeps some. `removed` are the
    notes that have left the span.
    """

    score: Score
    span: Span
    instruments: tuple[Instrument, ...]
    removed: tuple[Note, ...] = ()
    standing_shares: Mapping[Instrument, float] = field(default_factory=dict)


def gap_of(
    score: Score, span: Span, instruments: Iterable[Instrument], standing: Iterable[Note] = ()
) -> Gap:
    """Return the gap that is left when a score loses the notes of instruments that begin in a span.

    Those in `standing` stay.
    """
    kinds = tuple(sorted(set(instruments)))
    stays = set(standing)
    removed = tuple(
        note for note in notes_within(score, span) if note.instrument in kinds and note not in stays
    )
    gone = frozenset(removed)
    kept = tuple(note for note in score.notes if note not in gone)
    return Gap(replace(score, notes=kept), span, kinds, removed, _shares(stays, removed))


def notes_within(score: Score, span: Span) -> list[Note]:
    """Return the notes that begin in a span."""
    return [note for note in score.notes if span.begin <= note.onset_ticks < span.end]


def _shares(standing: Iterable[Note], removed: Iterable[Note]) -> dict[Instrument, float]:
    """Return the share of the notes of each instrument that stands."""
    stays = Counter(note.instrument for note in standing)
    goes = Counter(note.instrument for note in removed)
    return {kind: count / (count + goes[kind]) for kind, count in stays.items()}


@dataclass(frozen=True, slots=True)
class Surroundings:
    """The music around a gap as tokens, from the bar line on that is tick 0 here."""

    frame: list[int]
    """Start, clock, tempo and metre."""
    before: list[int]
    """The tokens after the frame that come before the gap, up to its begin."""
    standing: tuple[Timed, ...]
    """The events inside the gap, in order; those at its begin too."""
    after: tuple[Timed, ...]
    """The first events after the gap, in order."""
    span: Span
    moved_ticks: int
    """The tick of the score that is tick 0 here."""
    grid: Grid | None
    """Where in a quarter note the notes around the gap begin."""
    band: frozenset[Instrument]
    """The instruments of the music before, in and after the gap."""
    lines: MetreMap
    """The bars of the music."""
    standing_share: NDArray[np.float32]
    """The share (E,) of the network's onsets of an event that is not for the gap to begin."""


def surroundings_of(gap: Gap) -> Surroundings:
    """Return the music around a gap, as far as new notes depend on it."""
    score, span, moved = _part_around(gap)
    normal = tokenizer.normal_form(score)
    frame = tokenizer.header_tokens(normal)
    events = _events(tokenizer.encode(score, end=False)[len(frame) :])
    events = _with_late_changes(events, score)
    before = [event for event in events if event[0] < span.begin]
    standing = tuple(event for event in events if span.begin <= event[0] < span.end)
    limit = span.end + AFTER_TICKS
    after = tuple(event for event in events if span.end <= event[0] < limit)[:AFTER_TOKENS]
    onsets = [note.onset_ticks for note in normal.notes]
    near = [tick for tick in onsets if tick < span.begin][-_GRID_ONSETS:]
    near += [tick for tick in onsets if tick >= span.begin][: _GRID_ONSETS - len(near)]
    band = {*normal.instruments, *gap.instruments}
    return Surroundings(
        frame,
        [*tokenizer.with_waits(before, 0, span.begin)],
        standing,
        after,
        span,
        moved,
        detect_grid(near) if score.grid else None,
        frozenset(band),
        MetreMap(score.metres),
        _standing_share(gap),
    )


def _standing_share(gap: Gap) -> NDArray[np.float32]:
    share = np.zeros(v.EVENT_COUNT, np.float32)
    onsets = v.EVENT_KIND == v.Kind.ON
    for kind in Instrument:
        stands = gap.standing_shares.get(kind, 0.0) if kind in gap.instruments else 1.0
        share[onsets & (kind == v.EVENT_INSTRUMENT)] = stands
    return share


def _part_around(gap: Gap) -> tuple[Score, Span, int]:
    """Return the part of the score that matters, the span in it, and the tick of its begin."""
    span = gap.span
    limit = span.end + AFTER_TICKS
    score = gap.score
    near = replace(score, notes=tuple(n for n in score.notes if n.onset_ticks < limit))
    earlier = replace(near, notes=tuple(n for n in near.notes if n.onset_ticks < span.begin))
    first = max(first_tick(earlier), span.begin - MAX_QUARTERS * TICKS_PER_QUARTER)
    begin = MetreMap(score.metres).bar_line_before(min(first, span.begin))
    if begin == 0:
        return near, span, 0
    notes = (
        replace(note, onset_ticks=max(begin, note.onset_ticks))
        for note in near.notes
        if note.release_ticks > begin
    )
    part = standalone_score(near, Span(begin, limit), sorted(notes))
    return part, Span(span.begin - begin, span.end - begin), begin


def _with_late_changes(events: list[Timed], score: Score) -> list[Timed]:
    """Return events with the changes of tempo and metre after the last of them."""
    late = [change for change in tokenizer.changes_after(score) if change not in events]
    return [*events, *late]


def _events(tokens: Iterable[int]) -> list[Timed]:
    """Return tick and token of all events but waits."""
    reader = tokenizer.TokenReader()
    timed = [(reader.push(token)[0], token) for token in tokens]
    return [event for event in timed if v.TOKEN_KIND[event[1]] != v.Kind.WAIT]
