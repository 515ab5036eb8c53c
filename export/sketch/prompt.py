"""The part of a score that new music is to fit, in a decoder's cache; and where new music begins.

The prompt is appended to a `Stream` as played music is, and a turn starts at its end. It is read
once for all takes: for each take the stream returns to its end. The work is done in small pieces
(`Prompt.step`), between which the caller can stop.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from bridge.history.prompt_part import prompt_at_zero, prompt_part
from bridge.history.takes import Span
from bridge.messages.composer import NoteEvent, Onset, Release
from bridge.midi.notes import TICKS_PER_QUARTER, Note, Score
from bridge.sync.tempo import MetreMap, TempoMap
from export.runtime.decoder import CHUNK_SIZES
from export.runtime.player_notes import PlayerNotes
from export.runtime.stream import Stream
from model.tokens import tokenizer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bridge.messages.settings import Settings
    from bridge.midi.instruments import Instrument
    from export.runtime.artefact import Artefact
    from export.runtime.decoder import Decoder

_APPENDED_AT_ONCE = 512
"""Tokens that are appended at once, which is fast; the network reads fewer at once."""
_OVERHANG_TICKS = TICKS_PER_QUARTER // 4
"""A note that ends less than this after a bar line does not take up the bar."""
_OVERHANG_DIVISOR = 20
"""Nor does one that ends within a twentieth of the bar."""


def begin_after(score: Score) -> int:
    """Return the bar line at which a continuation of a score begins.

    It is the first one after all that sounds. A note that rings over a bar line by less than a
    sixteenth, or by at most a twentieth of the bar, does not take up the next bar.
    """
    metres = MetreMap(score.metres)
    end = score.end_ticks
    line = metres.bar_line_before(end)
    over = end - line
    bar = metres.position_at(max(0, line - 1)).bar_ticks
    rings = line > 0 and (over < _OVERHANG_TICKS or over * _OVERHANG_DIVISOR <= bar)
    if rings and all(onset < line for onset, _ in score.sounds()):
        return line
    return metres.next_bar_line(end)


def span_of_bars(score: Score, bars: int) -> Span:
    """Return the span of a number of bars after a score, in the metres that it has there."""
    begin = begin_after(score)
    return Span(begin, MetreMap(score.metres).bar_line_after(begin, bars))


def span_of_seconds(score: Score, seconds: float) -> Span:
    """Return the span of a number of seconds after a score, at the tempos that it has there."""
    begin = begin_after(score)
    tempo = TempoMap(score.tempos)
    return Span(begin, max(begin + 1, tempo.tick_at(tempo.ns_at(begin) + round(seconds * 1e9))))


def instruments_of(score: Score) -> tuple[Instrument, ...]:
    """Return the instruments of a score's notes."""
    return tuple(sorted({note.instrument for note in score.notes}))


class Prompt:
    """The last part of a score in a decoder's cache, up to the point where takes begin.

    The ticks of the stream begin at the first bar of that part (`bridge.history.prompt_part`).
    """

    def __init__(
        self, artefact: Artefact, decoder: Decoder, score: Score, span: Span, settings: Settings
    ) -> None:
        """Use a decoder, with the style and the instruments of the settings.

        Raises:
            export.runtime.artefact.UnknownStyleError: there is no such style.

        """
        part, self.span = prompt_at_zero(score, span)
        self.score = _score_until(part, self.span.begin)
        self.moved_ticks = span.begin - self.span.begin
        """The tick of the score that is tick 0 here, as are the ticks of `score` and `span`."""
        changes = tokenizer.changes_after(self.score)
        self._changes_before = [change for change in changes if change[0] <= self.span.begin]
        self.changes = [c for c in changes if self.span.begin < c[0] < self.span.end]
        """Tick and token of each change of tempo and metre within the span."""
        self.instruments = settings.instruments or instruments_of(prompt_part(score))
        decoder.set_style(artefact.blend(dict(settings.style), settings.style_strength))
        self._stream, self._player = Stream(decoder), PlayerNotes()
        self._reader = self._read()
        self._mark: tuple[int, int] | None = None

    @property
    def is_read(self) -> bool:
        """Whether the network has read it."""
        return self._mark is not None

    def step(self) -> None:
        """Read a part of the prompt."""
        next(self._reader, None)

    def stream(self) -> Stream:
        """Return the stream at the end of the prompt, where a take begins."""
        assert self._mark is not None
        self._stream.end_tick = None
        self._stream.return_to(self._mark)
        self._player.constrain(self._stream.state, grid=self.score.grid)
        return self._stream

    def _read(self) -> Iterator[None]:
        stream, tokens = self._stream, tokenizer.encode(self.score, end=False)
        frame = len(tokenizer.header_tokens(tokenizer.normal_form(self.score)))
        stream.reset(tokens[:frame])
        for start in range(frame, len(tokens), _APPENDED_AT_ONCE):
            stream.append_tokens(tokens[start : start + _APPENDED_AT_ONCE])
            yield
        for tick, token in self._changes_before:
            stream.append_change(tick, token)
        self._player.note(_note_events(self.score))
        stream.start_turn(self.span.begin, self.instruments)
        # The last token is read alone, as it is for every later take. With weights of eight bits,
        # another split into chunks gives slightly other logits.
        while stream.unread:
            yield
            stream.read(min(CHUNK_SIZES[0], max(1, stream.unread - 1)))
        self._mark = stream.mark()


def _score_until(score: Score, tick: int) -> Score:
    """Return a score whose notes end at a tick at the latest."""
    return replace(score, notes=tuple(truncate_note(note, tick) for note in score.notes))


def _note_events(score: Score) -> Iterator[NoteEvent]:
    """Yield the onset and the release of each note of a score."""
    for note in score.notes:
        yield Onset(note.onset_ticks, note.instrument, note.pitch, note.velocity)
        yield Release(note.release_ticks, note.instrument, note.pitch)


def truncate_note(note: Note, end: int) -> Note:
    """Return a note that ends at a tick, or before it as it did."""
    return replace(note, release_ticks=min(note.release_ticks, end))
