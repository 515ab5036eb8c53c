"""A session from its journals: looked at at any moments, with lost lines, after two engines."""

import random
from dataclasses import replace

from bridge.history.journal import (
    CurrentEntry,
    Entry,
    NoteEntry,
    TimeEntry,
    TransportEntry,
    decode,
    encode,
)
from bridge.history.journal_changes import PlayedChanges, PlayedSoFar, TakesChanges, TakesSoFar
from bridge.history.played import PlayedNotes
from bridge.history.record import Record
from bridge.history.recovered import recover
from bridge.history.takes import Span, TakeNode, TakeTree
from bridge.messages.settings import Settings
from bridge.messages.snapshot import RollNote
from bridge.midi.instruments import Instrument
from bridge.midi.notes import Note, Score
from bridge.sync.transport import Source, Transport
from bridge.system.units import MS, SECOND

SETTINGS = Settings(seed=3)
TRANSPORTS = ((0, Transport()), (SECOND, Transport(Source.OWN, 1)), (SECOND, Transport(epoch=2)))


def state(now_ns: int, played: PlayedNotes) -> PlayedSoFar:
    return PlayedSoFar(now_ns, played.notes, TRANSPORTS, SETTINGS, "text")


def test_the_record_is_that_of_the_session_at_every_look() -> None:
    # A session that plays, plans, retracts and replans at random, looked at at random.
    for seed in range(30):
        chance, played, changes = random.Random(seed), PlayedNotes(), PlayedChanges()
        lines: list[bytes] = []
        now_ns = 0
        for _ in range(300):
            now_ns += chance.randrange(200 * MS)
            act, pitch = chance.randrange(6), chance.randrange(50, 60)
            if act == 0:
                played.add(RollNote(Instrument.PIANO, pitch, 80, now_ns))
            elif act == 1:
                played.end((Instrument.PIANO, pitch), now_ns)
            elif act == 2:
                onset_ns = now_ns + chance.randrange(SECOND)
                played.add(RollNote(Instrument.BASS, pitch, 70, onset_ns, None, answered=True), 7)
                played.end((Instrument.BASS, pitch), onset_ns + 300 * MS, 9, answered=True)
            elif act == 3:
                played.retract(now_ns)
            elif act == 4:
                played.replan(chance.randrange(10), now_ns)
            if chance.random() < 0.3:
                lines += map(encode, changes.take(state(now_ns, played)))
                recovered = recover([decode(b"".join(lines))])
                now = Record(played.notes, TRANSPORTS).until(now_ns)
                assert sorted(recovered.record.notes, key=repr) == sorted(now.notes, key=repr)
                assert recovered.record.transports == TRANSPORTS
                assert (recovered.settings, recovered.text) == (SETTINGS, "text")


def test_nothing_is_written_twice() -> None:
    played, changes = PlayedNotes(), PlayedChanges()
    played.add(RollNote(Instrument.PIANO, 60, 80, 0))
    assert changes.take(state(1, played))
    assert changes.take(state(2, played)) == [TimeEntry(2)]  # the note still sounds
    played.end((Instrument.PIANO, 60), 3)
    ended = RollNote(Instrument.PIANO, 60, 80, 0, 3)
    assert changes.take(state(4, played)) == [NoteEntry(ended), TimeEntry(4)]
    assert changes.take(state(5, played)) == []


def test_a_missed_look_loses_nothing() -> None:
    played, changes = PlayedNotes(), PlayedChanges()
    for number in range(7000):  # more than are shown
        played.add(RollNote(Instrument.PIANO, 60, 80, number, number + 1))
        if number % 3000 == 2999:
            changes.take(state(number + 1, played))
    entries = changes.take(state(8000, played))
    assert sum(isinstance(each, NoteEntry) for each in entries) == 1000


def test_transports_are_written_once_when_a_session_drops_its_first_ones() -> None:
    followed = tuple((number, Transport(tick=number)) for number in range(9))
    changes = PlayedChanges()
    written: list[Entry] = []
    for begin, end in ((0, 3), (1, 4), (1, 4), (4, 7), (5, 9), (7, 9)):
        look = replace(state(9, PlayedNotes()), transports=followed[begin:end])
        written += changes.take(look)
    assert [each for each in written if isinstance(each, TransportEntry)] == [
        TransportEntry(*each) for each in followed
    ]


def test_a_session_that_goes_on_adds_to_its_journal() -> None:
    first, changes = PlayedNotes(), PlayedChanges()
    first.add(RollNote(Instrument.PIANO, 60, 80, 0, 5))
    first.add(RollNote(Instrument.PIANO, 62, 80, 7))
    content = b"".join(map(encode, changes.take(state(9, first))))
    past = recover([decode(content)]).record
    assert [note.release_ns for note in past.notes] == [5, 9]
    second = PlayedNotes(past)
    assert second.notes == past.notes
    second.add(RollNote(Instrument.PIANO, 64, 80, 20, 30))
    more = PlayedChanges(past).take(state(40, second))
    assert [each.note.pitch for each in more if isinstance(each, NoteEntry)] == [64]
    both = recover([decode(content + b"".join(map(encode, more)))]).record
    assert [note.pitch for note in both.notes] == [60, 62, 64]


def grown_tree() -> list[TakeTree]:
    score = Score((Note(0, Instrument.PIANO, 60, 48, 80),))
    note = Note(48, Instrument.PIANO, 64, 96, 80)
    trees = [TakeTree()]
    trees.append(trees[-1].with_root(score, "one"))
    for _ in range(4):
        trees.append(trees[-1].with_take(0, Span(48, 96), (note,), SETTINGS, "text"))
    trees.append(trees[-1].with_current(3))
    trees.append(trees[-1].with_take(3, Span(96, 144), (replace(note, pitch=65),), SETTINGS))
    trees.append(trees[-1].with_current(5))
    trees.append(trees[-1].undo())
    trees.append(trees[-1].with_root(score, "two"))
    return trees


def test_the_tree_of_takes_comes_back_at_every_step() -> None:
    changes, lines = TakesChanges(), list[bytes]()
    for tree in grown_tree():
        lines += map(encode, changes.take(TakesSoFar(tree, ("a.mid",) if tree.nodes else ())))
        recovered = recover([decode(b"".join(lines))])
        assert recovered.takes == tree
        assert recovered.captures == (("a.mid",) if tree.nodes else ())


def test_a_take_without_its_parent_is_left_out() -> None:
    last = grown_tree()[-1]
    entries = TakesChanges().take(TakesSoFar(last))
    for lost in range(len(last.nodes)):
        left = [encode(each) for each in entries if each is not last.nodes[lost]]
        tree = recover([decode(b"".join(left))]).takes
        assert [node.number for node in tree.nodes] == list(range(len(tree.nodes)))
        for node in tree.nodes:
            tree.score_to(node.number)
            if isinstance(node, TakeNode):
                assert node.parent < node.number
        assert tree.current is not None or not tree.nodes
    assert recover([decode(encode(CurrentEntry(7)))]).takes == TakeTree()


def test_nothing_is_recovered_from_nothing() -> None:
    assert recover([]).is_empty
    assert recover([decode(b"torn"), decode(b"bad\n")]).damaged_count == 2
