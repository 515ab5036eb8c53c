"""Snapshot deltas: after any change of the notes, the window has those of the engine."""

import pickle
from dataclasses import replace
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from bridge.messages.settings import Settings
from bridge.messages.snapshot import RollNote, Snapshot, TurnState
from bridge.midi.instruments import Instrument
from gui.engine.snapshots import Packer, SnapshotDelta, Unpacker

EMPTY = Snapshot(0, TurnState.LISTENING, Settings(), ())


def note(onset_ns: int) -> RollNote:
    return RollNote(Instrument.PIANO, 60, 80, onset_ns)


@given(
    st.lists(
        st.tuples(st.integers(0, 4), st.integers(0, 4), st.integers(0, 4)), min_size=1, max_size=12
    )
)
def test_deltas_restore_the_notes_after_any_change(
    changes: list[tuple[int, int, int]],
) -> None:
    packer, unpacker, serial = Packer(), Unpacker(), 0
    notes: tuple[RollNote, ...] = ()
    shown: list[Snapshot] = []
    for dropped, taken_back, added in changes:
        notes = notes[dropped:]
        notes = notes[: len(notes) - taken_back] if taken_back <= len(notes) else ()
        notes += tuple(note(serial + n) for n in range(added))
        serial += added
        snapshot = replace(EMPTY, now_ns=serial, notes=notes)
        delta: SnapshotDelta = pickle.loads(pickle.dumps(packer.pack(snapshot)))  # noqa: S301 - our own
        shown.append(unpacker.unpack(delta))
        assert shown[-1] == snapshot
    for before, after in pairwise(shown):
        same = {n.onset_ns: n for n in before.notes}
        assert all(n is same[n.onset_ns] for n in after.notes if n.onset_ns in same)


def test_unchanged_notes_are_not_sent() -> None:
    packer, notes = Packer(), tuple(note(n) for n in range(5000))
    packer.pack(replace(EMPTY, notes=notes))
    ended = replace(notes[-1], release_ns=9000)
    parcel = packer.pack(replace(EMPTY, notes=(*notes[1:-1], ended)))
    assert (parcel.dropped, parcel.kept, parcel.tail) == (1, 4998, (ended,))
    assert parcel.snapshot.notes == ()


def test_the_same_notes_are_the_same_tuple() -> None:
    packer, unpacker = Packer(), Unpacker()
    snapshot = replace(EMPTY, notes=(note(1), note(2)))
    first = unpacker.unpack(packer.pack(snapshot))
    assert unpacker.unpack(packer.pack(snapshot)).notes is first.notes
