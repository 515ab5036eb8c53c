"""The tree of takes: whatever is done, nothing is lost, and undoing gives back what was."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.history.takes import Beginning, Span, Take, Takes
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


def one_of(tree: Takes, choice: int) -> int:
    return choice % len(tree.nodes)


def tried(tree: Takes, choice: int) -> Takes:
    parent = one_of(tree, choice)
    bar = len(tree.path(parent))
    number = len(tree.nodes)
    return tree.tried(
        parent, Span(bar * BAR, (bar + 1) * BAR), [note(bar, number % 60)], Settings(seed=number)
    )


STEPS: tuple[Callable[[Takes, int], Takes], ...] = (
    lambda tree, choice: tree.begun(SCORE, f"beginning {choice}"),
    tried,
    tried,
    lambda tree, choice: tree.at(one_of(tree, choice)),
    lambda tree, _: tree.back(),
    lambda tree, _: tree.forth(),
)


@st.composite
def trees(draw: st.DrawFn) -> Takes:
    tree = Takes().begun(SCORE, "a minuet")
    steps = st.lists(st.tuples(st.sampled_from(STEPS), st.integers(0, 99)), max_size=30)
    for step, choice in draw(steps):
        tree = step(tree, choice)
    return tree


@given(tree=trees())
def test_every_take_is_reached_from_a_beginning_and_numbers_are_places(tree: Takes) -> None:
    assert [node.number for node in tree.nodes] == list(range(len(tree.nodes)))
    for node in tree.nodes:
        first, *others = tree.path(node.number)
        assert isinstance(tree.nodes[first], Beginning)
        assert all(isinstance(tree.nodes[each], Take) for each in others)
        siblings = tree.children(tree.parent(node.number))
        assert siblings[tree.place(node.number) - 1] == node.number


@given(tree=trees(), choice=st.integers(0, 99))
def test_nothing_that_is_done_takes_a_node_away(tree: Takes, choice: int) -> None:
    for step in STEPS:
        after = step(tree, choice)
        assert after.nodes[: len(tree.nodes)] == tree.nodes


@given(tree=trees())
def test_to_keep_and_to_undo_is_to_be_where_one_was_and_forth_is_there_again(tree: Takes) -> None:
    assert tree.current is not None
    more = tried(tree, tree.current)
    kept = more.at(len(more.nodes) - 1)
    assert kept.kept(len(more.nodes) - 1)
    undone = kept.back()
    assert (undone.current, undone.nodes) == (tree.current, more.nodes)
    assert not undone.kept(len(more.nodes) - 1)
    assert undone.forth() == kept


@given(tree=trees())
def test_the_score_up_to_a_take_holds_all_on_the_way_there_in_order(tree: Takes) -> None:
    for node in tree.nodes:
        score = tree.score_to(node.number)
        assert list(score.notes) == sorted(score.notes)
        assert len(score.notes) == len(tree.path(node.number))
        assert (score.tempos, score.metres) == (SCORE.tempos, SCORE.metres)
        if isinstance(node, Take):
            before = tree.score_to(node.parent)
            assert set(score.notes) - set(before.notes) == set(node.notes)


@given(tree=trees())
def test_alone_a_take_begins_at_tick_0(tree: Takes) -> None:
    for node in tree.nodes:
        if isinstance(node, Take):
            score = tree.alone(node.number)
            assert [n.onset_ticks for n in score.notes] == [0]
            assert score.metres == (MetreChange(0, 3, 4),)
            assert score.tempos[0].bpm == pytest.approx(90.0)
        else:
            assert tree.alone(node.number) == node.score


def test_who_goes_somewhere_else_after_going_back_cannot_go_forth() -> None:
    tree = Takes().begun(SCORE, "")
    tree = tried(tried(tree, 0), 0)
    assert tree.children(0) == (1, 2)
    undone = tree.at(1).back()
    assert undone.at(2).forth().current == 2
    assert undone.at(0).forth().current == 1


def test_at_a_beginning_there_is_nothing_to_go_back_to() -> None:
    tree = Takes().begun(SCORE, "")
    assert tree.back() == tree
    assert Takes().back() == Takes()
    assert tree.forth() == tree


def test_what_was_gone_on_from_stays_kept() -> None:
    tree = tried(tried(Takes().begun(SCORE, ""), 0), 1).at(2).at(0)
    assert [tree.kept(number) for number in range(3)] == [True, True, False]


def test_a_second_beginning_leaves_the_first() -> None:
    tree = tried(Takes().begun(SCORE, "a"), 0).begun(SCORE, "b")
    assert (tree.current, tree.children(None)) == (2, (0, 2))
    assert [tree.name(number) for number in range(3)] == ["a", "a", "b"]


def test_a_number_that_is_not_there_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="number 0"):
        Takes().at(0)
    with pytest.raises(ValueError, match="number 3"):
        Takes().begun(SCORE, "").tried(3, Span(0, 1), (), Settings())
