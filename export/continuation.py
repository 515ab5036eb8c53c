"""Continue a score, away from the clock: so many bars or seconds more, from the next bar line on.

The prompt is read by the network as it is written; the answer is decided token by token and ends
where it was asked to end, what still sounds being cut there. The same prompt, settings and seed
give the same notes.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from bridge.dialogue import Compose
from bridge.instruments import Instrument
from bridge.notes import Note, Score, TempoChange
from bridge.tempo import MetreMap, TempoMap
from export.stream import Stream
from export.take import Take
from model import sampling, tokenizer
from model import vocabulary as v

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bridge.dialogue import Settings
    from export.artefact import Artefact
    from export.runtime import Decoder


@dataclass(frozen=True, slots=True)
class Span:
    """Where a continuation begins and ends, in ticks."""

    begin: int
    end: int


def span_of_bars(score: Score, bars: int) -> Span:
    """Return the span of so many bars after the bar in which a score ends."""
    metres = MetreMap(score.metres)
    begin = metres.next_bar_line(score.end_ticks)
    return Span(begin, begin + bars * metres.at(begin).bar_ticks)


def span_of_seconds(score: Score, seconds: float) -> Span:
    """Return the span of so many seconds from the bar line after a score."""
    begin = MetreMap(score.metres).next_bar_line(score.end_ticks)
    tempo = TempoMap(score.tempos)
    return Span(begin, max(begin + 1, tempo.tick_at(tempo.ns_at(begin) + round(seconds * 1e9))))


def instruments_of(score: Score) -> tuple[Instrument, ...]:
    """Return the instruments that a score has notes of."""
    return tuple(sorted({note.instrument for note in score.notes}))


def continuation(
    artefact: Artefact, decoder: Decoder, score: Score, span: Span, settings: Settings
) -> list[Note]:
    """Return the notes that continue a score over the span, which begins after its last release."""
    instruments = settings.instruments or instruments_of(score)
    decoder.set_style(artefact.blend(dict(settings.style), settings.style_strength))
    decoder.set_allowed(sampling.multi_hot(instruments))
    chance = sampling.Chance(settings.temperature, settings.top_p)
    rng = np.random.default_rng(settings.seed)
    stream = _read(decoder, score, span.begin)
    stream.place.grammar.keep_to(sampling.grid_of([note.onset_ticks for note in score.notes]))
    bar = MetreMap(score.metres).at(span.begin).bar_ticks
    asked = Compose(0, span.begin, span.end, span.end, instruments)
    take = Take(asked, stream.place, chance, rng, at_once=False, longest_rest_ticks=bar)
    told = tokenizer.Assembler(span.begin)
    while not take.ended:
        token = take.choose(stream.logits)
        take.note(token)
        stream.push(token)
        told.push(token)
    notes = (n for n in told.score().notes if n.onset_ticks < span.end)
    return [replace(n, release_ticks=min(n.release_ticks, span.end)) for n in notes]


def alone(score: Score, span: Span, notes: Sequence[Note]) -> Score:
    """Return a continuation by itself, from tick 0, in the tempo and metre in force."""
    tempo, metre = (
        TempoMap(score.tempos).bpm_at(span.begin),
        MetreMap(score.metres).metre_at(span.begin),
    )
    moved = (
        replace(
            n, onset_ticks=n.onset_ticks - span.begin, release_ticks=n.release_ticks - span.begin
        )
        for n in notes
    )
    return Score(tuple(moved), (TempoChange(0, tempo),), (replace(metre, tick=0),))


def _read(decoder: Decoder, score: Score, begin: int) -> Stream:
    """Return a stream that has told the score and waited for the beginning of what follows."""
    stream = Stream(decoder)
    assembling = tokenizer.Assembler()
    for token in tokenizer.encode(score, end=False):
        stream.push(token)
        assembling.push(token)
    for token in v.wait_ids(max(0, begin - assembling.tick)):
        stream.push(token)
    stream.skip_all_but(decoder.capacity // 2)
    return stream
