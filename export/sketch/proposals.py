"""Several takes of one prompt, none of them empty and no two the same."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from bridge.messages.settings import SETTINGS, following_seed
from export.sketch.continuation import Continuation
from export.sketch.prompt import Prompt

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from bridge.history.takes import Span
    from bridge.messages.settings import Settings
    from bridge.midi.notes import Note, Score
    from export.runtime.artefact import Artefact
    from export.runtime.decoder import Decoder

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


def _onsets(notes: Iterable[Note]) -> tuple[tuple[int, int, int], ...]:
    """Return the onsets by which two takes are compared: tick, instrument and pitch."""
    return tuple((n.onset_ticks, int(n.instrument), n.pitch) for n in notes)
