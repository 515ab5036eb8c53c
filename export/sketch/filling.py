"""Fill a gap of a score with new notes that fit what stands before it, in it and after it.

The music before the gap is read once. Each filling is a run of particles of its own
(`export.sketch.particles`), from its seed. The work is done in small pieces (`step`), between which
the caller can read the result or stop.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from export.runtime.decoder import Decoder
from export.runtime.fork import Fork
from export.runtime.take import Take
from export.sketch.gap import surroundings_of
from export.sketch.particles import Particles
from export.sketch.prompt import moved_note, truncate_note
from export.sketch.prompt_reader import PromptReader
from model.decoding.policy import DEFAULT_RULES, Rules
from model.tokens import tokenizer

if TYPE_CHECKING:
    from bridge.messages.settings import Settings
    from bridge.midi.notes import Note
    from export.runtime.artefact import Artefact
    from export.runtime.stream import Stream
    from export.sketch.gap import Gap

PARTICLES = 8
"""Middles that are begun for each filling."""


class GapPrompt:
    """The music before a gap in a decoder's cache, for any number of fillings."""

    def __init__(self, artefact: Artefact, decoder: Decoder, gap: Gap, settings: Settings) -> None:
        """Use a decoder with a row for each particle, and the style of the settings.

        Raises:
            export.runtime.artefact.UnknownStyleError: there is no such style.

        """
        self.gap, self.around = gap, surroundings_of(gap)
        decoder.set_style(artefact.blend(dict(settings.style), settings.style_strength))
        self.fork = Fork(decoder, decoder.cache.rows)
        around = self.around
        self._reader = PromptReader(
            decoder, around.frame, around.before, (), around.span.begin, around.band
        )

    @property
    def is_read(self) -> bool:
        """Whether the network has read it."""
        return self._reader.is_read

    def step(self) -> None:
        """Read a part of the music before the gap."""
        self._reader.step()

    def stream(self) -> Stream:
        """Return the stream at the begin of the gap."""
        return self._reader.stream()


class Filling:
    """One filling of a gap, in progress. A prompt serves one at a time."""

    def __init__(self, prompt: GapPrompt, settings: Settings, rules: Rules = DEFAULT_RULES) -> None:
        self._prompt, self._settings, self._rules = prompt, settings, rules
        self._particles: Particles | None = None

    @property
    def settings(self) -> Settings:
        """The settings that reproduce the filling."""
        return self._settings

    @property
    def done(self) -> bool:
        """Whether the gap is filled."""
        return self._particles is not None and self._particles.done

    @property
    def share(self) -> float:
        """The share of the gap that is filled, from 0 to 1."""
        if self._particles is None:
            return 0.0
        span = self._prompt.around.span
        return min(1.0, (self._particles.tick - span.begin) / (span.end - span.begin))

    @property
    def score(self) -> float:
        """The critic's rating, higher for better ones."""
        return 0.0 if self._particles is None else self._particles.best.take.score

    def notes(self) -> list[Note]:
        """Return the notes decided up to now; sounding notes end at the last decided tick."""
        if self._particles is None:
            return []
        return _notes_of(self._particles, self._prompt.around.moved_ticks)

    def step(self) -> None:
        """Decide the next token of each particle, or read a part of the prompt."""
        if not self._prompt.is_read:
            self._prompt.step()
            return
        if self._particles is None:
            self._particles = self._start()
        self._particles.step()

    def _start(self) -> Particles:
        gap, around = self._prompt.gap, self._prompt.around
        take = Take(
            around.span.begin,
            around.span.end,
            gap.instruments,
            self._settings,
            opens=False,
            rests=bool(around.standing),
            rules=self._rules,
        )
        seed = (self._settings.seed, 1)
        return Particles(self._prompt.stream(), self._prompt.fork, around, take, seed)


def fill_gap(
    artefact: Artefact,
    decoder: Decoder,
    gap: Gap,
    settings: Settings,
    rules: Rules = DEFAULT_RULES,
) -> list[Note]:
    """Return the notes that fill a gap."""
    filling = Filling(GapPrompt(artefact, decoder, gap, settings), settings, rules)
    while not filling.done:
        filling.step()
    return filling.notes()


def _notes_of(particles: Particles, moved: int) -> list[Note]:
    """Return the notes of the best particle, at the ticks of the score."""
    builder = tokenizer.ScoreBuilder()
    events = particles.events()
    reached = max([particles.best.state.tick, *(tick for tick, _ in events)])
    for token in tokenizer.with_waits(events, 0, reached):
        builder.push(token)
    end = particles.end_tick
    notes = (truncate_note(note, end) for note in builder.score().notes)
    return [moved_note(note, moved) for note in notes]
