"""The part of a score that new music is to fit, in a decoder's cache; and where new music begins.

It is read once for all takes (`export.sketch.prompt_reader`), in small pieces (`Prompt.step`),
between which the caller can stop.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from bridge.history.prompt_part import prompt_at_zero, prompt_part
from bridge.history.takes import Span
from bridge.messages.composer import NoteEvent, Onset, Release
from bridge.midi.notes import TICKS_PER_QUARTER, Note, Score
from bridge.sync.tempo import MetreMap, TempoMap
from export.runtime.player_notes import PlayerNotes
from export.sketch.prompt_reader import PromptReader
from model.tokens import tokenizer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bridge.messages.settings import Settings
    from export.runtime.artefact import Artefact
    from export.runtime.decoder import Decoder
    from export.runtime.stream import Stream

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
        changes_before = [change for change in changes if change[0] <= self.span.begin]
        self.changes = [c for c in changes if self.span.begin < c[0] < self.span.end]
        """Tick and token of each change of tempo and metre within the span."""
        self.instruments = settings.instruments or prompt_part(score).instruments
        decoder.set_style(artefact.blend(dict(settings.style), settings.style_strength))
        tokens = tokenizer.encode(self.score, end=False)
        frame = tokenizer.header_tokens(tokenizer.normal_form(self.score))
        self._reader = PromptReader(
            decoder,
            frame,
            tokens[len(frame) :],
            changes_before,
            self.span.begin,
            self.instruments,
        )
        self._player = PlayerNotes()
        self._player.note(_note_events(self.score))

    @property
    def is_read(self) -> bool:
        """Whether the network has read it."""
        return self._reader.is_read

    def step(self) -> None:
        """Read a part of the prompt."""
        self._reader.step()

    def stream(self) -> Stream:
        """Return the stream at the end of the prompt, where a take begins."""
        stream = self._reader.stream()
        self._player.constrain(stream.state, grid=self.score.grid)
        return stream


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


def moved_note(note: Note, ticks: int) -> Note:
    """Return a note that is later by some ticks."""
    if not ticks:
        return note
    onset, release = note.onset_ticks + ticks, note.release_ticks + ticks
    return replace(note, onset_ticks=onset, release_ticks=release)
