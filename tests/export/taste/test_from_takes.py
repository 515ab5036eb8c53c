"""Which steps of a tree of takes are decisions."""

from dataclasses import replace
from datetime import UTC, datetime

from bridge.history.takes import Rating, Span, TakeNode, TakeTree
from bridge.messages.settings import Settings
from bridge.midi.instruments import Instrument
from bridge.midi.notes import Note, Score
from export.taste.from_takes import decision_of, id_of, kept_take, undone_take

NOW = datetime(2026, 11, 28, 17, 42, tzinfo=UTC)
SCORE = Score((Note(0, Instrument.PIANO, 60, 96, 80),))


def notes(pitch: int, at: int) -> tuple[Note, ...]:
    return (Note(at, Instrument.PIANO, pitch, at + 48, 80),)


def tree(weights: str = "w") -> TakeTree:
    """Return a root (0) with three takes (1, 2, 3), and two of the second (4, 5)."""
    takes = TakeTree().with_root(SCORE, "root")
    for parent, pitch in ((0, 60), (0, 62), (0, 64), (2, 65), (2, 67)):
        at = 192 if parent == 0 else 384
        rating = Rating(pitch / 100, weights)
        span = Span(at, at + 192)
        takes = takes.with_take(parent, span, notes(pitch, at), Settings(), rating=rating)
    return takes


def test_to_keep_a_take_is_a_decision_against_its_siblings() -> None:
    takes = tree()
    kept = takes.with_current(2)
    assert kept_take(takes, kept) == 2
    decision = decision_of(kept, 2, NOW)
    assert decision is not None
    assert (decision.model, decision.at) == ("w", "2026-11-28T17:42:00+00:00")
    assert decision.kept[0] == 0.62
    assert [row[0] for row in decision.others] == [0.6, 0.64]


def test_undo_takes_it_back_and_redo_makes_it_again() -> None:
    takes = tree().with_current(2)
    undone = takes.undo()
    assert (kept_take(takes, undone), undone_take(takes, undone)) == (None, 2)
    assert undone_take(undone, undone) is None
    assert kept_take(undone, undone.redo()) == 2


def test_the_undo_of_a_later_take_does_not_decide_for_the_earlier_one() -> None:
    takes = tree().with_current(2).with_current(4)
    undone = takes.undo()
    assert (kept_take(takes, undone), undone_take(takes, undone)) == (None, 4)


def test_the_way_back_along_the_path_decides_nothing() -> None:
    takes = tree().with_current(2).with_current(4)
    for number in (0, 2):
        back = takes.with_current(number)
        assert (kept_take(takes, back), undone_take(takes, back)) == (None, None)


def test_a_take_that_is_kept_instead_has_the_same_id() -> None:
    takes = tree()
    first, second = takes.with_current(1), takes.with_current(1).with_current(3)
    assert kept_take(first, second) == 3
    assert id_of(first, 1) == id_of(second, 3) != id_of(second, 4)


def test_nodes_that_are_added_decide_nothing() -> None:
    empty, takes = TakeTree(), tree().with_current(2)
    assert kept_take(empty, empty.with_tree(takes)) is None
    more = takes.with_take(2, Span(384, 576), notes(60, 384), Settings())
    assert (kept_take(takes, more), undone_take(takes, more)) == (None, None)


def test_a_take_without_rated_siblings_is_no_decision() -> None:
    takes = tree()
    alone = TakeTree(takes.nodes[:2], 1)
    assert decision_of(alone, 1, NOW) is None
    assert decision_of(takes, 0, NOW) is None
    unrated = TakeTree(
        tuple(replace(n, rating=None) if isinstance(n, TakeNode) else n for n in takes.nodes), 1
    )
    assert decision_of(unrated, 1, NOW) is None


def test_takes_of_another_model_are_left_out() -> None:
    takes = tree()
    third = takes.nodes[3]
    assert isinstance(third, TakeNode)
    other = replace(third, rating=Rating(9.0, "another"))
    mixed = replace(takes, nodes=(*takes.nodes[:3], other, *takes.nodes[4:]))
    decision = decision_of(mixed, 2, NOW)
    assert decision is not None
    assert len(decision.others) == 1
