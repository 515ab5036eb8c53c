"""The pitches that sound now, on each side, by the notes of a snapshot."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bridge.messages.snapshot import RollNote, Snapshot, TurnState
from bridge.midi.instruments import Instrument

if TYPE_CHECKING:
    from collections.abc import Sequence

_MAX_SCANNED_NOTES = 512
"""The notes before these are not searched; thousands may be kept."""


class SoundingPitches:
    """Follows the snapshots; drums have no pitch."""

    def __init__(self) -> None:
        self.played: frozenset[int] = frozenset()
        self.answered: frozenset[int] = frozenset()
        self._notes: Sequence[RollNote] = ()
        self._unfinished: list[RollNote] = []  # sounding or still to come

    def show_snapshot(self, snapshot: Snapshot) -> bool:
        """Find the pitches that sound now; return whether they have changed."""
        now_ns = snapshot.now_ns
        if snapshot.notes is not self._notes:
            self._notes = snapshot.notes
            self._unfinished = [
                note
                for note in snapshot.notes[-_MAX_SCANNED_NOTES:]
                if (note.release_ns is None or note.release_ns > now_ns)
                and note.instrument is not Instrument.DRUMS
            ]
        played, answered = set[int](), set[int]()
        if snapshot.state is not TurnState.STOPPED:  # a stopped session sends no releases
            for note in self._unfinished:
                ended = note.release_ns is not None and note.release_ns <= now_ns
                if note.onset_ns <= now_ns and not ended:
                    (answered if note.answered else played).add(note.pitch)
        changed = played != self.played or answered != self.answered
        self.played, self.answered = frozenset(played), frozenset(answered)
        return changed
