"""The tree of takes: no operation loses a take, and undo restores the previous one."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.history.takes import RootNode, Span, TakeNode, TakeTree, standalone_score
from bridge.messages.settings import Settings
from bridge.midi.instruments import Instrument
from bridge.midi.notes import MetreChange, Note, Score, TempoChange

PIANO = Instrument.PIANO
BAR = 144
SCORE = Score(
    (Note(0, PIANO, 60, 40, 80),), (TempoChange(0, 90.0),), (MetreChange(0, 3, 4),), grid=True
)


def note(bar: int, pitch: int) -> Note:
    return Note(bar * BAR, PIANO, pitch, bar * BAR + 40, 80)


def one_of(tree: TakeTree, choice: int) -> int:
    return choice % len(tree.nodes)


def tried(tree: TakeTree, choice: int) -> TakeTree:
    parent = one_of(tree, choice)
    bar = len(tree.path(parent))
    number = len(tree.nodes)
    return tree.with_take(
        parent, Span(bar * BAR, (bar + 1) * BAR), [note(bar, number % 60)], Settings(seed=number)
    )


STEPS: tuple[Callable[[TakeTree, int], TakeTree], ...] = (
    lambda tree, choice: tree.with_root(SCORE, f"beginning {choice}"),
    tried,
    tried,
    lambda tree, choice: tree.with_current(one_of(tree, choice)),
    lambda tree, _: tree.undo(),
    lambda tree, _: tree.redo(),
)


@st.composite
def trees(draw: st.DrawFn) -> TakeTree:
    tree = TakeTree().with_root(SCORE, "a minuet")
    steps = st.lists(st.tuples(st.sampled_from(STEPS), st.integers(0, 99)), max_size=30)
    for step, choice in draw(steps):
        tree = step(tree, choice)
    return tree


@given(tree=trees())
def test_every_take_descends_from_a_root_and_numbers_are_indices(tree: TakeTree) -> None:
    assert [node.number for node in tree.nodes] == list(range(len(tree.nodes)))
    for node in tree.nodes:
        first, *others = tree.path(node.number)
        assert isinstance(tree.nodes[first], RootNode)
        assert all(isinstance(tree.nodes[each], TakeNode) for each in others)
        siblings = tree.children(tree.parent(node.number))
        assert siblings[tree.sibling_number(node.number) - 1] == node.number


@given(tree=trees(), choice=st.integers(0, 99))
def test_no_operation_removes_a_node(tree: TakeTree, choice: int) -> None:
    for step in STEPS:
        after = step(tree, choice)
        assert after.nodes[: len(tree.nodes)] == tree.nodes


@given(tree=trees())
def test_undo_and_redo_are_inverse(
    tree: TakeTree,
) -> None:
    assert tree.current is not None
    more = tried(tree, tree.current)
    kept = more.with_current(len(more.nodes) - 1)
    assert kept.is_kept(len(more.nodes) - 1)
    undone = kept.undo()
    assert (undone.current, undone.nodes) == (tree.current, more.nodes)
    assert not undone.is_kept(len(more.nodes) - 1)
    assert undone.redo() == kept


@given(tree=trees())
def test_the_score_to_a_take_holds_its_path_in_order(tree: TakeTree) -> None:
    for node in tree.nodes:
        score = tree.score_to(node.number)
        assert list(score.notes) == sorted(score.notes)
        assert len(score.notes) == len(tree.path(node.number))
        assert (score.tempos, score.metres) == (SCORE.tempos, SCORE.metres)
        if isinstance(node, TakeNode):
            before = tree.score_to(node.parent)
            assert set(score.notes) - set(before.notes) == set(node.notes)


@given(tree=trees())
def test_a_standalone_take_begins_at_tick_0(tree: TakeTree) -> None:
    for node in tree.nodes:
        if isinstance(node, TakeNode):
            score = tree.standalone_score(node.number)
            assert [n.onset_ticks for n in score.notes] == [0]
            assert score.metres == (MetreChange(0, 3, 4),)
            assert score.tempos[0].bpm == pytest.approx(90.0)
        else:
            assert tree.standalone_score(node.number) == node.score


def test_another_choice_after_undo_clears_redo() -> None:
    tree = TakeTree().with_root(SCORE, "")
    tree = tried(tried(tree, 0), 0)
    assert tree.children(0) == (1, 2)
    undone = tree.with_current(1).undo()
    assert undone.with_current(2).redo().current == 2
    assert undone.with_current(0).redo().current == 1


def test_undo_at_a_root_does_nothing() -> None:
    tree = TakeTree().with_root(SCORE, "")
    assert tree.undo() == tree
    assert TakeTree().undo() == TakeTree()
    assert tree.redo() == tree


def test_a_continued_take_stays_kept() -> None:
    tree = tried(tried(TakeTree().with_root(SCORE, ""), 0), 1).with_current(2).with_current(0)
    assert [tree.is_kept(number) for number in range(3)] == [True, True, False]


def test_a_second_root_leaves_the_first() -> None:
    tree = tried(TakeTree().with_root(SCORE, "a"), 0).with_root(SCORE, "b")
    assert (tree.current, tree.children(None)) == (2, (0, 2))
    assert [tree.root_name(number) for number in range(3)] == ["a", "a", "b"]


def test_an_unknown_number_raises() -> None:
    with pytest.raises(ValueError, match="number 0"):
        TakeTree().with_current(0)
    with pytest.raises(ValueError, match="number 3"):
        TakeTree().with_root(SCORE, "").with_take(3, Span(0, 1), (), Settings())


def test_a_standalone_take_has_the_changes_of_its_span() -> None:
    tempos = (TempoChange(0, 120.0), TempoChange(300, 60.0), TempoChange(500, 30.0))
    metres = (MetreChange(0, 4, 4), MetreChange(192, 3, 4), MetreChange(336, 2, 4))
    score = Score((), (*tempos, TempoChange(600, 90.0)), metres)
    alone = standalone_score(score, Span(192, 600), [])
    assert alone.tempos == (TempoChange(0, 120.0), TempoChange(108, 60.0), TempoChange(308, 30.0))
    assert alone.metres == (MetreChange(0, 3, 4), MetreChange(144, 2, 4))
