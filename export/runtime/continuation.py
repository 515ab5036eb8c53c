"""Continue a score, away from the clock: so many bars or seconds more, from the next bar line on.

The prompt is read by the network as it is written; the answer is decided token by token and ends
where it was asked to end, what still sounds being cut there. The same prompt, settings and seed
give the same notes.

Both are done in small pieces (`work`), between which whoever asked may look at what is there or
lose interest. A prompt is read once for all the takes that go on from it, one after another: the
cache's counter goes back to where it ends.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from bridge.history.takes import Span, alone
from bridge.messages.composer import Compose
from bridge.midi.instruments import Instrument
from bridge.midi.notes import Note, Score
from bridge.sync.tempo import MetreMap, TempoMap
from export.runtime.decoder import CHUNKS
from export.runtime.stream import Stream
from export.runtime.take import Take
from model.tokens import sampling, tokenizer
from model.tokens import vocabulary as v

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bridge.messages.settings import Settings
    from export.runtime.artefact import Artefact
    from export.runtime.decoder import Decoder, Logits
    from export.runtime.stream import Place, Row

__all__ = [
    "Growing",
    "Prompt",
    "Span",
    "alone",
    "continuation",
    "instruments_of",
    "span_of_bars",
    "span_of_seconds",
]

_TOLD_AT_A_TIME = 512
"""Tokens that are looked at, which is quick; the network reads fewer at a time."""


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
    growing = Growing(Prompt(artefact, decoder, score, span, settings), settings)
    while not growing.done:
        growing.work()
    return growing.notes()


class Prompt:
    """A score as a decoder reads it, up to where takes begin."""

    def __init__(
        self, artefact: Artefact, decoder: Decoder, score: Score, span: Span, settings: Settings
    ) -> None:
        """Take hold of a decoder, in the style and for the instruments of the settings.

        Raises:
            export.runtime.artefact.UnknownStyleError: there is no such style.

        """
        self.score, self.span, self.decoder = score, span, decoder
        self.instruments = settings.instruments or instruments_of(score)
        decoder.set_style(artefact.blend(dict(settings.style), settings.style_strength))
        decoder.set_allowed(sampling.multi_hot(self.instruments))
        self._reading = self._read()
        self._stream: Stream | None = None
        self._length = self._slid = 0

    @property
    def stands(self) -> bool:
        """Tell whether the decoder knows it, and can go back to its end."""
        return self._stream is not None and self.decoder.slid == self._slid

    def work(self) -> None:
        """Read a part of it."""
        if self._stream is not None:  # a take was so long that the cache has lost its beginning
            self._stream, self._reading = None, self._read()
        next(self._reading, None)

    def begin(self) -> tuple[Place, Logits]:
        """Go back to its end; return where a take begins, and what the network says there."""
        assert self._stream is not None
        assert self.stands
        logits = self._stream.logits
        self.decoder.rewind(self._length)
        return self._stream.place.copy(), logits

    def _read(self) -> Iterator[None]:
        stream, assembling = Stream(self.decoder), tokenizer.Assembler()
        for told, token in enumerate(tokenizer.encode(self.score, end=False), 1):
            stream.push(token)
            assembling.push(token)
            if told % _TOLD_AT_A_TIME == 0:
                yield
        for token in v.wait_ids(max(0, self.span.begin - assembling.tick)):
            stream.push(token)
        onsets = [note.onset_ticks for note in self.score.notes]
        stream.place.grammar.keep_to(sampling.grid_of(onsets))
        stream.skip_all_but(self.decoder.capacity // 2)
        while stream.unread:
            yield
            stream.read(CHUNKS[0])
        self._stream = stream
        self._length, self._slid = self.decoder.length, self.decoder.slid


class Growing:
    """A take of a prompt in the making; one at a time, and its own dice."""

    def __init__(self, prompt: Prompt, settings: Settings) -> None:
        self._prompt = prompt
        self._chance = sampling.Chance(settings.temperature, settings.top_p)
        self._rng = np.random.default_rng(settings.seed)
        self._told = tokenizer.Assembler(prompt.span.begin)
        self._take: Take | None = None
        self._logits: Logits | None = None
        self._last: tuple[int, Row] | None = None  # what the network has not read yet

    @property
    def done(self) -> bool:
        """Tell whether it has come to its end."""
        return self._take is not None and self._take.ended

    @property
    def share(self) -> float:
        """Return how much of it is there, from 0 to 1."""
        span = self._prompt.span
        return min(1.0, (self._told.tick - span.begin) / (span.end - span.begin))

    def notes(self) -> list[Note]:
        """Return its notes so far; what still sounds ends where it has come to."""
        end = self._prompt.span.end
        notes = (n for n in self._told.score().notes if n.onset_ticks < end)
        return [_until(note, end) for note in notes]

    def work(self) -> None:
        """Go on by a token, or by a part of the prompt where that is not read yet."""
        if self._take is not None:
            self._decide(self._take)
        elif self._prompt.stands:
            self._take = self._begin()
        else:
            self._prompt.work()

    def _begin(self) -> Take:
        place, self._logits = self._prompt.begin()
        span, score = self._prompt.span, self._prompt.score
        asked = Compose(0, span.begin, span.end, span.end, self._prompt.instruments)
        bar = MetreMap(score.metres).at(span.begin).bar_ticks
        return Take(asked, place, self._chance, self._rng, at_once=False, longest_rest_ticks=bar)

    def _decide(self, take: Take) -> None:
        if self._last is not None:
            token, row = self._last
            self._logits = self._prompt.decoder.feed([token], np.array([row], np.int64))
        assert self._logits is not None
        token = take.choose(self._logits)
        take.note(token)
        self._last = token, take.place.push(token)
        self._told.push(token)


def _until(note: Note, end: int) -> Note:
    release = min(note.release_ticks, end)
    return Note(note.onset_ticks, note.instrument, note.pitch, release, note.velocity)
