"""Continue a score offline, for a number of bars or seconds from the next bar line on.

A continuation works like a live answer: the prompt is appended to a `Stream`, a turn starts, and a
`Take` decides token by token. The same prompt, settings and seed give the same notes here and live.
The prompt is read once for all takes. For each take the stream returns to its end.

The work is done in small pieces (`step`), between which the caller can read the result or stop.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from bridge.history.takes import Span
from bridge.messages.composer import NoteEvent, Onset, Release
from bridge.messages.settings import SETTINGS, following_seed
from bridge.midi.instruments import Instrument
from bridge.midi.notes import TICKS_PER_QUARTER, Note, Score
from bridge.sync.tempo import MetreMap, TempoMap
from export.runtime.decoder import CHUNK_SIZES
from export.runtime.player_notes import PlayerNotes
from export.runtime.stream import Stream
from export.runtime.take import Take
from model.decoding.policy import DEFAULT_RULES, Rules
from model.tokens import tokenizer

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from bridge.messages.settings import Settings
    from export.runtime.artefact import Artefact
    from export.runtime.decoder import Decoder

_APPENDED_AT_ONCE = 512
"""Tokens that are appended at once, which is fast; the network reads fewer at once."""
_OVERHANG_TICKS = TICKS_PER_QUARTER // 4
"""A note that ends less than this after a bar line does not take up the bar."""
_OVERHANG_DIVISOR = 20
"""Nor does one that ends within a twentieth of the bar."""
MOST_TRIES = 4
"""After this many empty or duplicate takes there is one proposal less."""
_WARMER = 0.25


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
    """A score in a decoder's cache, up to the point where takes begin."""

    def __init__(
        self, artefact: Artefact, decoder: Decoder, score: Score, span: Span, settings: Settings
    ) -> None:
        """Use a decoder, with the style and the instruments of the settings.

        Raises:
            export.runtime.artefact.UnknownStyleError: there is no such style.

        """
        self.score, self.span = _score_until(score, span.begin), span
        changes = tokenizer.changes_after(self.score)
        self._changes_before = [change for change in changes if change[0] <= span.begin]
        self.changes = [change for change in changes if span.begin < change[0] < span.end]
        """Tick and token of each change of tempo and metre within the span."""
        self.instruments = settings.instruments or instruments_of(score)
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


class Continuation:
    """One take of a prompt, in progress. A prompt serves one at a time."""

    def __init__(self, prompt: Prompt, settings: Settings, rules: Rules = DEFAULT_RULES) -> None:
        self._prompt, self._settings, self._rules = prompt, settings, rules
        self._assembler = tokenizer.ScoreBuilder(prompt.span.begin)
        self._changes = list(prompt.changes)
        self._stream: Stream | None = None
        self._take: Take | None = None

    @property
    def settings(self) -> Settings:
        """The settings that reproduce the take."""
        return self._settings

    @property
    def tokens(self) -> list[int]:
        """The tokens of the prompt and of the take up to now."""
        return [] if self._stream is None else self._stream.tokens

    @property
    def done(self) -> bool:
        """Whether the take has reached its end."""
        return self._stream is not None and self._stream.tick >= self._prompt.span.end

    @property
    def share(self) -> float:
        """The share of the take that is decided, from 0 to 1."""
        span = self._prompt.span
        return min(1.0, (self._assembler.tick - span.begin) / (span.end - span.begin))

    @property
    def score(self) -> float:
        """The critic's rating of the take, higher for better ones."""
        return 0.0 if self._take is None else self._take.score

    def notes(self) -> list[Note]:
        """Return the notes decided up to now; sounding notes end at the last decided tick."""
        end = self._prompt.span.end
        notes = (n for n in self._assembler.score().notes if n.onset_ticks < end)
        return [truncate_note(note, end) for note in notes]

    def step(self) -> None:
        """Decide the next token, or read a part of the prompt if it has not been read."""
        if not self._prompt.is_read:
            self._prompt.step()
            return
        if self._take is None or self._stream is None:
            span = self._prompt.span
            self._stream = self._prompt.stream()
            self._take = Take(
                span.begin,
                span.end,
                self._prompt.instruments,
                self._settings,
                ends=_ends(self._prompt.instruments),
                rules=self._rules,
            )
            self._take.start(self._stream.state)
        stop_tick = self._changes[0][0] if self._changes else None
        if stop_tick == self._stream.tick:
            self._stream.append(self._changes.pop(0)[1])
            return
        self._take.step(self._stream, stop_tick)
        self._assembler.push(self._take.tokens[-1])


def _ends(instruments: tuple[Instrument, ...]) -> bool:
    """Return whether a continuation comes to an end.

    One instrument plays a phrase that ends with its last bar, as an answer does. Several are
    continued in the middle of a piece: none of 24 held-out bands ends in the eight bars.
    """
    return len(instruments) == 1 and Instrument.DRUMS not in instruments


@dataclass(frozen=True, slots=True)
class Proposal:
    """A complete take: its notes, and the settings that reproduce them."""

    index: int
    settings: Settings
    notes: tuple[Note, ...]


class Proposals:
    """Several takes of one prompt, none of them empty and no two the same.

    Each take has its own seed. A take that is empty, or equals an earlier one, is tried again with
    the next seed and a higher temperature.
    """

    def __init__(self, prompt: Prompt, settings: Settings, count: int) -> None:
        self._prompt, self._settings, self._count = prompt, settings, count
        self.index = 0
        """Index of the take in progress."""
        self._tries = self._seeds = 0
        self._made: set[tuple[tuple[int, int, int], ...]] = set()
        self._next()

    @property
    def done(self) -> bool:
        """Whether all takes have been made."""
        return self.index == self._count

    @property
    def growing(self) -> Continuation:
        """The take in progress."""
        return self._growing

    def step(self) -> Proposal | None:
        """Do one piece of work; return a take if this completes it."""
        self._growing.step()
        if not self._growing.done:
            return None
        notes = tuple(self._growing.notes())
        proposal = None
        if notes and (onsets := _onsets(notes)) not in self._made:
            self._made.add(onsets)
            proposal = Proposal(self.index, self._varied, notes)
        self._tries += 1
        if proposal is not None or self._tries == MOST_TRIES:
            self.index, self._tries = self.index + 1, 0
        if not self.done:
            self._next()
        return proposal

    def _next(self) -> None:
        self._varied = replace(
            self._settings,
            seed=following_seed(self._settings.seed, self._seeds),
            temperature=min(
                SETTINGS["temperature"].stored_range[1],
                self._settings.temperature + _WARMER * self._tries,
            ),
        )
        self._seeds += 1
        self._growing = Continuation(self._prompt, self._varied)


def proposals(
    artefact: Artefact, decoder: Decoder, score: Score, span: Span, settings: Settings, count: int
) -> Iterator[Proposal]:
    """Yield takes that continue a score over a span, at most `count`."""
    making = Proposals(Prompt(artefact, decoder, score, span, settings), settings, count)
    while not making.done:
        proposal = making.step()
        if proposal is not None:
            yield proposal


def continue_score(
    artefact: Artefact,
    decoder: Decoder,
    score: Score,
    span: Span,
    settings: Settings,
    rules: Rules = DEFAULT_RULES,
) -> list[Note]:
    """Return the notes that continue a score over the span, which begins after its last release."""
    growing = Continuation(Prompt(artefact, decoder, score, span, settings), settings, rules)
    while not growing.done:
        growing.step()
    return growing.notes()


def _score_until(score: Score, tick: int) -> Score:
    """Return a score whose notes end at a tick at the latest."""
    return replace(score, notes=tuple(truncate_note(note, tick) for note in score.notes))


def _note_events(score: Score) -> Iterator[NoteEvent]:
    """Yield the onset and the release of each note of a score."""
    for note in score.notes:
        yield Onset(note.onset_ticks, note.instrument, note.pitch, note.velocity)
        yield Release(note.release_ticks, note.instrument, note.pitch)


def _onsets(notes: Iterable[Note]) -> tuple[tuple[int, int, int], ...]:
    """Return the onsets by which two takes are compared: tick, instrument and pitch."""
    return tuple((n.onset_ticks, int(n.instrument), n.pitch) for n in notes)


def truncate_note(note: Note, end: int) -> Note:
    """Return a note that ends at a tick, or before it as it did."""
    return replace(note, release_ticks=min(note.release_ticks, end))
