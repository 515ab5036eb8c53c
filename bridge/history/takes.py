"""The tree of takes: a root, its continuations, and theirs.

A *root* is music that was played or read from a file. A *take* continues a root or another take
over a span, and records the settings that it was generated with. Takes with the same parent are
candidates for one continuation. To keep a take is to make it the current node, and to continue from
it. Undo makes the parent the current node. No take is ever removed.

Nodes are numbered in the order in which they were added. A `TakeTree` is a value: each operation
returns a new one. It may contain several roots.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeVar

from bridge.messages.settings import Settings
from bridge.midi.notes import MetreChange, Note, Score, TempoChange
from bridge.sync.tempo import MetreMap, TempoMap

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_Change = TypeVar("_Change", TempoChange, MetreChange)


@dataclass(frozen=True, slots=True)
class Span:
    """Where a continuation begins and ends, in ticks."""

    begin: int
    end: int


def standalone_score(score: Score, span: Span, notes: Iterable[Note]) -> Score:
    """Return a continuation alone, from tick 0, in the tempos and metres of its span."""
    tempo = TempoMap(score.tempos).bpm_at(span.begin)
    metre = MetreMap(score.metres).metre_at(span.begin)
    moved = (
        replace(
            n, onset_ticks=n.onset_ticks - span.begin, release_ticks=n.release_ticks - span.begin
        )
        for n in notes
    )
    return Score(
        tuple(moved),
        (TempoChange(0, tempo), *_changes_within(score.tempos, span)),
        (replace(metre, tick=0), *_changes_within(score.metres, span)),
        score.grid,
    )


def _changes_within(changes: Iterable[_Change], span: Span) -> Iterator[_Change]:
    """Yield the changes inside a span, counted from its begin."""
    for change in changes:
        if span.begin < change.tick < span.end:
            yield replace(change, tick=change.tick - span.begin)


@dataclass(frozen=True, slots=True)
class Rating:
    """The critic's rating of a take, and the checksum of the weights that gave it."""

    score: float
    weights: str


@dataclass(frozen=True, slots=True)
class RootNode:
    """Music that was played or read from a file, and its name."""

    number: int
    score: Score
    name: str


@dataclass(frozen=True, slots=True)
class TakeNode:
    """A take: notes that continue its parent, which is a root or another take."""

    number: int
    parent: int
    span: Span
    notes: tuple[Note, ...]
    settings: Settings
    """The settings that it was generated with; with them, the same take is generated again."""
    text: str = ""
    """The description that a file of the take contains."""
    rating: Rating | None = None
    """None if the take is of an earlier version, whose journals had no ratings."""


@dataclass(frozen=True, slots=True)
class TakeTree:
    """Roots and takes by number, and which of them is current."""

    nodes: tuple[RootNode | TakeNode, ...] = ()
    current: int | None = None
    redo_stack: tuple[int, ...] = ()
    """The nodes that undo has left, the latest last."""

    def with_root(self, score: Score, name: str) -> TakeTree:
        """Return the tree with a root added, which becomes current."""
        number = len(self.nodes)
        return TakeTree((*self.nodes, RootNode(number, score, name)), number)

    def with_take(
        self,
        parent: int,
        span: Span,
        notes: Iterable[Note],
        settings: Settings,
        text: str = "",
        rating: Rating | None = None,
    ) -> TakeTree:
        """Return the tree with a candidate added to a node.

        Raises:
            ValueError: there is no node `parent`.

        """
        if not 0 <= parent < len(self.nodes):
            raise ValueError(f"a take cannot go on from number {parent}")
        take = TakeNode(len(self.nodes), parent, span, tuple(notes), settings, text, rating)
        return replace(self, nodes=(*self.nodes, take))

    def with_tree(self, other: TakeTree) -> TakeTree:
        """Return the tree with all nodes of another one, whose current node becomes current."""
        first = len(self.nodes)
        moved = (
            replace(node, number=node.number + first, parent=node.parent + first)
            if isinstance(node, TakeNode)
            else replace(node, number=node.number + first)
            for node in other.nodes
        )
        current = self.current if other.current is None else other.current + first
        return TakeTree((*self.nodes, *moved), current, tuple(n + first for n in other.redo_stack))

    def with_current(self, number: int) -> TakeTree:
        """Return the tree with another current node; a candidate that becomes current is kept.

        Raises:
            ValueError: there is no node `number`.

        """
        if not 0 <= number < len(self.nodes):
            raise ValueError(f"there is no number {number}")
        return self if number == self.current else replace(self, current=number, redo_stack=())

    def undo(self) -> TakeTree:
        """Return the tree with the parent current; at a root, the same tree."""
        before = None if self.current is None else self.parent(self.current)
        if self.current is None or before is None:
            return self
        return replace(self, current=before, redo_stack=(*self.redo_stack, self.current))

    def redo(self) -> TakeTree:
        """Return the tree with the node current that the last undo left, if there is one."""
        if not self.redo_stack:
            return self
        *before, last = self.redo_stack
        return replace(self, current=last, redo_stack=tuple(before))

    # Relations between nodes.

    def parent(self, number: int) -> int | None:
        """Return the parent of a node; None for a root."""
        node = self.nodes[number]
        return node.parent if isinstance(node, TakeNode) else None

    def children(self, number: int | None) -> tuple[int, ...]:
        """Return the children of a node in order of number; those of None are the roots."""
        return tuple(node.number for node in self.nodes if self.parent(node.number) == number)

    def path(self, number: int) -> tuple[int, ...]:
        """Return the nodes from the root to a node, both included."""
        before = self.parent(number)
        return (number,) if before is None else (*self.path(before), number)

    def sibling_number(self, number: int) -> int:
        """Return the position of a node among the children of its parent, counted from 1."""
        return self.children(self.parent(number)).index(number) + 1

    def is_kept(self, number: int) -> bool:
        """Return whether a node is kept: it is on the path to the current node, or has children."""
        on_path = self.current is not None and number in self.path(self.current)
        return on_path or any(self.parent(node.number) == number for node in self.nodes)

    # Scores.

    def root_name(self, number: int) -> str:
        """Return the name of a node's root."""
        root = self.nodes[self.path(number)[0]]
        assert isinstance(root, RootNode)
        return root.name

    def score_to(self, number: int) -> Score:
        """Return the score from the root up to and including a node."""
        first, *others = (self.nodes[each] for each in self.path(number))
        assert isinstance(first, RootNode)
        takes = (take for take in others if isinstance(take, TakeNode))
        added = [note for take in takes for note in take.notes]
        return replace(first.score, notes=tuple(sorted([*first.score.notes, *added])))

    def standalone_score(self, number: int) -> Score:
        """Return the score of a node alone, from tick 0."""
        node = self.nodes[number]
        if isinstance(node, RootNode):
            return node.score
        return standalone_score(self.score_to(number), node.span, node.notes)
