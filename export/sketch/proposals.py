"""Several takes of one prompt, none of them empty and no two the same.

A take grows step by step, whether it continues a score (`export.sketch.continuation`) or fills a
gap (`export.sketch.filling`).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Protocol

from bridge.messages.settings import SETTINGS, following_seed
from export.sketch.continuation import Continuation
from export.sketch.filling import Filling
from export.sketch.prompt import Prompt

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from bridge.history.takes import Span
    from bridge.messages.settings import Settings
    from bridge.midi.notes import Note, Score
    from export.runtime.artefact import Artefact
    from export.runtime.decoder import Decoder
    from export.sketch.filling import GapPrompt

MOST_TRIES = 4
"""After this many empty or duplicate takes there is one proposal less."""
_WARMER = 0.25


@dataclass(frozen=True, slots=True)
class Proposal:
    """A complete take: its notes, the settings that reproduce them, and the critic's rating."""

    index: int
    settings: Settings
    notes: tuple[Note, ...]
    score: float


class Growing(Protocol):
    """A take in progress."""

    @property
    def settings(self) -> Settings:
        """The settings that reproduce it."""

    @property
    def done(self) -> bool:
        """Whether it is complete."""

    @property
    def share(self) -> float:
        """The share of it that is decided, from 0 to 1."""

    def notes(self) -> list[Note]:
        """Return the notes decided up to now."""

    def step(self) -> None:
        """Do a small piece of the work."""


class Proposals:
    """Several takes of one prompt, none of them empty and no two the same.

    Each take has its own seed. A take that is empty, or equals an earlier one, is tried again with
    the next seed and a higher temperature.
    """

    def __init__(
        self, start: Callable[[Settings], Growing], settings: Settings, count: int
    ) -> None:
        """`start` starts a take with its settings; one at a time is in progress."""
        self._start, self._settings, self._count = start, settings, count
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
    def growing(self) -> Growing:
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
            proposal = Proposal(self.index, self._varied, notes, self._growing.score)
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
        self._growing = self._start(self._varied)


def continuations(prompt: Prompt, settings: Settings, count: int) -> Proposals:
    """Return takes that continue a prompt."""
    return Proposals(partial(Continuation, prompt), settings, count)


def fillings(prompt: GapPrompt, settings: Settings, count: int) -> Proposals:
    """Return takes that fill a gap."""
    return Proposals(partial(Filling, prompt), settings, count)


def proposals(
    artefact: Artefact, decoder: Decoder, score: Score, span: Span, settings: Settings, count: int
) -> Iterator[Proposal]:
    """Yield takes that continue a score over a span, at most `count`."""
    making = continuations(Prompt(artefact, decoder, score, span, settings), settings, count)
    while not making.done:
        proposal = making.step()
        if proposal is not None:
            yield proposal


def _onsets(notes: Iterable[Note]) -> tuple[tuple[int, int, int], ...]:
    """Return the onsets by which two takes are compared: tick, instrument and pitch."""
    return tuple((n.onset_ticks, int(n.instrument), n.pitch) for n in notes)
