"""Several takes of one prompt, none of them empty, no two the same, and none of them a copy."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from bridge.messages.settings import SETTINGS, following_seed
from export.sketch.continuation import Continuation
from export.sketch.prompt import Prompt

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from bridge.history.takes import Span
    from bridge.messages.originality import Run
    from bridge.messages.settings import Settings
    from bridge.midi.notes import Note, Score
    from export.originality.index import OriginalityIndex
    from export.runtime.artefact import Artefact
    from export.runtime.decoder import Decoder

MOST_TRIES = 4
"""After this many empty or duplicate takes there is one proposal less; after as many copies, the
least of them is proposed."""
_WARMER = 0.25


@dataclass(frozen=True, slots=True)
class Proposal:
    """A complete take: its notes, and the settings that reproduce them.

    `run` is what it copies from a training piece, if that is more than human music does.
    """

    index: int
    settings: Settings
    notes: tuple[Note, ...]
    run: Run | None = None


class Proposals:
    """Several takes of one prompt, none of them empty and no two the same.

    Each take has its own seed. A take that is empty, or equals an earlier one, is tried again with
    the next seed and a higher temperature. So is one that copies a training piece, if there is an
    index of these.
    """

    def __init__(
        self,
        prompt: Prompt,
        settings: Settings,
        count: int,
        pieces: OriginalityIndex | None = None,
        *,
        original: bool = True,
    ) -> None:
        """Make `count` takes; without `original`, a copy is only reported."""
        self._prompt, self._settings, self._count = prompt, settings, count
        self._pieces, self._original = pieces, original
        self._least_copy: Proposal | None = None
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
        if notes and _onsets(notes) not in self._made:
            proposal = Proposal(self.index, self._varied, notes, self.run_of(notes))
        self._tries += 1
        if self._original and proposal is not None and proposal.run is not None:
            self._least_copy = _less_copied(self._least_copy, proposal)
            proposal = None
        if proposal is None and self._tries == MOST_TRIES:
            proposal = self._least_copy
        if proposal is not None or self._tries == MOST_TRIES:
            self.index, self._tries, self._least_copy = self.index + 1, 0, None
        if proposal is not None:
            self._made.add(_onsets(proposal.notes))
        if not self.done:
            self._next()
        return proposal

    def run_of(self, notes: Iterable[Note]) -> Run | None:
        """Return what new notes copy from a training piece, if that is more than human music does.

        What they repeat from the prompt is not counted.
        """
        if self._pieces is None:
            return None
        run = self._pieces.longest_run(notes, self._prompt.score.notes)
        return run if run is not None and run.notes > self._pieces.limit else None

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


def _less_copied(copy: Proposal | None, other: Proposal) -> Proposal:
    """Return the one of two copies that has the shorter run."""
    if copy is None or copy.run is None or other.run is None:
        return other
    return min(copy, other, key=lambda each: 0 if each.run is None else each.run.notes)


def _onsets(notes: Iterable[Note]) -> tuple[tuple[int, int, int], ...]:
    """Return the onsets by which two takes are compared: tick, instrument and pitch."""
    return tuple((n.onset_ticks, int(n.instrument), n.pitch) for n in notes)
