"""Continue a score offline, for a number of bars or seconds from the next bar line on.

A continuation works like a live answer: a `Take` decides token by token after a prompt. The same
prompt, settings and seed give the same notes here and live.

The work is done in small pieces (`step`), between which the caller can read the result or stop.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bridge.midi.instruments import Instrument
from export.runtime.take import Take
from export.sketch.prompt import Prompt, moved_note, truncate_note
from model.decoding.policy import DEFAULT_RULES, Rules
from model.tokens import tokenizer

if TYPE_CHECKING:
    from bridge.history.takes import Span
    from bridge.messages.settings import Settings
    from bridge.midi.notes import Note, Score
    from export.runtime.artefact import Artefact
    from export.runtime.decoder import Decoder
    from export.runtime.stream import Stream


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
        end, moved = self._prompt.span.end, self._prompt.moved_ticks
        notes = (n for n in self._assembler.score().notes if n.onset_ticks < end)
        return [moved_note(truncate_note(note, end), moved) for note in notes]

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
