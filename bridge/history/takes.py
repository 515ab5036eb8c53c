"""Takes as a tree: what was played, what might follow, and what might follow that.

At the root of a tree is a *beginning*: what was played, or read from a file. A *take* goes on from
a beginning or from another take, over a span of its own, and knows how it was made. Several takes
that go on from the same are candidates for one continuation; to keep one is to be there, and to go
on from it. So there is nothing to be lost: to undo is to go back to where one came from, and what
was tried stays where it is.

All of them have numbers, in the order in which they came. A `Takes` is a value; whoever does
something gets another one.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from bridge.messages.settings import Settings
from bridge.midi.notes import Note, Score, TempoChange
from bridge.sync.tempo import MetreMap, TempoMap

if TYPE_CHECKING:
    from collections.abc import Iterable


@dataclass(frozen=True, slots=True)
class Span:
    """Where a continuation begins and ends, in ticks."""

    begin: int
    end: int


def standalone_score(score: Score, span: Span, notes: Iterable[Note]) -> Score:
    """Return a continuation by itself, from tick 0, in the tempo and metre in force."""
    tempo = TempoMap(score.tempos).bpm_at(span.begin)
    metre = MetreMap(score.metres).metre_at(span.begin)
    moved = (
        replace(
            n, onset_ticks=n.onset_ticks - span.begin, release_ticks=n.release_ticks - span.begin
        )
        for n in notes
    )
    return Score(tuple(moved), (TempoChange(0, tempo),), (replace(metre, tick=0),), score.grid)


@dataclass(frozen=True, slots=True)
class RootNode:
    """What was played or read, and what people call it."""

    number: int
    score: Score
    name: str


@dataclass(frozen=True, slots=True)
class TakeNode:
    """Notes that go on from a beginning or another take, its parent."""

    number: int
    parent: int
    span: Span
    notes: tuple[Note, ...]
    settings: Settings
    """How it was made: with these, it is made again."""
    text: str = ""
    """What a file of it says about that."""


@dataclass(frozen=True, slots=True)
class TakeTree:
    """Beginnings and takes by number, and where one is."""

    nodes: tuple[RootNode | TakeNode, ...] = ()
    current: int | None = None
    redo_stack: tuple[int, ...] = ()
    """Where one was before going back, the last of them last."""

    def with_root(self, score: Score, name: str) -> TakeTree:
        """Add a beginning, and be there."""
        number = len(self.nodes)
        return TakeTree((*self.nodes, RootNode(number, score, name)), number)

    def with_take(
        self, parent: int, span: Span, notes: Iterable[Note], settings: Settings, text: str = ""
    ) -> TakeTree:
        """Add a candidate that goes on from one that is there."""
        if not 0 <= parent < len(self.nodes):
            raise ValueError(f"a take cannot go on from number {parent}")
        take = TakeNode(len(self.nodes), parent, span, tuple(notes), settings, text)
        return replace(self, nodes=(*self.nodes, take))

    def with_current(self, number: int) -> TakeTree:
        """Be at one that is there; to be at a candidate is to keep it."""
        if not 0 <= number < len(self.nodes):
            raise ValueError(f"there is no number {number}")
        return self if number == self.current else replace(self, current=number, redo_stack=())

    def undo(self) -> TakeTree:
        """Be where one came from; at a beginning, stay."""
        before = None if self.current is None else self.parent(self.current)
        if self.current is None or before is None:
            return self
        return replace(self, current=before, redo_stack=(*self.redo_stack, self.current))

    def redo(self) -> TakeTree:
        """Be where one was before going back."""
        if not self.redo_stack:
            return self
        *before, last = self.redo_stack
        return replace(self, current=last, redo_stack=tuple(before))

    # What is where.

    def parent(self, number: int) -> int | None:
        """Return what one goes on from; a beginning, from nothing."""
        node = self.nodes[number]
        return node.parent if isinstance(node, TakeNode) else None

    def children(self, number: int | None) -> tuple[int, ...]:
        """Return what goes on from one, the first first; None: the beginnings."""
        return tuple(node.number for node in self.nodes if self.parent(node.number) == number)

    def path(self, number: int) -> tuple[int, ...]:
        """Return the way from the beginning to one, both included."""
        before = self.parent(number)
        return (number,) if before is None else (*self.path(before), number)

    def sibling_number(self, number: int) -> int:
        """Return which of its parent's children one is, counted from 1."""
        return self.children(self.parent(number)).index(number) + 1

    def is_kept(self, number: int) -> bool:
        """Return whether one has been kept: one is there, or has gone on from there."""
        here = self.current is not None and number in self.path(self.current)
        return here or any(self.parent(node.number) == number for node in self.nodes)

    # What it sounds like.

    def root_name(self, number: int) -> str:
        """Return what people call the beginning of one."""
        beginning = self.nodes[self.path(number)[0]]
        assert isinstance(beginning, RootNode)
        return beginning.name

    def score_to(self, number: int) -> Score:
        """Return the music from the beginning up to and including one."""
        first, *others = (self.nodes[each] for each in self.path(number))
        assert isinstance(first, RootNode)
        takes = (take for take in others if isinstance(take, TakeNode))
        added = [note for take in takes for note in take.notes]
        return replace(first.score, notes=tuple(sorted([*first.score.notes, *added])))

    def standalone_score(self, number: int) -> Score:
        """Return one by itself, from tick 0."""
        node = self.nodes[number]
        if isinstance(node, RootNode):
            return node.score
        return standalone_score(self.score_to(number), node.span, node.notes)
