"""The tokens of a stream, and the state that follows from them at each point.

Grammar, musical time and tick follow from the tokens alone. They are kept as a `StreamState` at the
end of the log. Snapshots of it, every 64 tokens, make it cheap to return to an earlier point. A log
keeps a few thousand tokens, so that hours of music take no more memory than minutes.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from typing import TYPE_CHECKING

from model.decoding.state import StreamState
from model.tokens import vocabulary as v

if TYPE_CHECKING:
    from bridge.midi.instruments import Instrument
    from model.decoding.state import Row

_BETWEEN_SNAPSHOTS = 64


@dataclass(frozen=True, slots=True)
class Entry:
    """A token as the network reads it, with its musical time and the instruments of the music."""

    token: int
    row: Row
    band: frozenset[Instrument]
    tick: int
    """The tick that the tokens reach up to this one."""


@dataclass(frozen=True, slots=True)
class _Snapshot:
    """The state after the first `length` tokens."""

    length: int
    state: StreamState


class TokenLog:
    """Tokens in order; at least the last `remembered` of them can be read and removed."""

    def __init__(self, remembered: int) -> None:
        self.state = StreamState()
        self._remembered = remembered
        self._pinned: int | None = None  # an index up to which the log must be able to go back
        self._first = 0  # index of the first entry that is kept
        self._entries: list[Entry] = []
        self._snapshots = [_Snapshot(0, self.state.copy())]

    def __len__(self) -> int:
        """Return how many tokens the log has, including those that it no longer keeps."""
        return self._first + len(self._entries)

    @property
    def shortest(self) -> int:
        """The least length to which the log can be truncated: it has forgotten what was before."""
        return self._first + 1 if self._first else 0

    @property
    def oldest_tick(self) -> int:
        """The first tick whose events are all kept."""
        return self._entries[0].tick + 1 if self._first else 0

    def pin(self) -> None:
        """Keep what is needed to return to the present length, from now on."""
        self._pinned = len(self)

    def entries(self, start: int = 0, stop: int | None = None) -> list[Entry]:
        """Return the kept entries from index `start` up to `stop`, exclusive."""
        end = len(self) if stop is None else stop
        return self._entries[max(0, start - self._first) : max(0, end - self._first)]

    def append(self, token: int, band: frozenset[Instrument], end_tick: int | None = None) -> Entry:
        """Append a token and return its entry."""
        row = self.state.push(token, end_tick)
        entry = Entry(token, row, band, self.state.tick)
        self._entries.append(entry)
        if len(self) - self._snapshots[-1].length >= _BETWEEN_SNAPSHOTS:
            self._snapshots.append(_Snapshot(len(self), self.state.copy()))
            self._forget()
        return entry

    def truncate(self, length: int) -> None:
        """Remove all but the first `length` tokens; the log must still keep the last of these."""
        is_kept = self._first < length <= len(self) or length == self._first == 0
        assert is_kept, (self._first, length, len(self))
        if length == len(self):
            return
        while self._snapshots[-1].length > length:
            self._snapshots.pop()
        snapshot = self._snapshots[-1]
        self.state = snapshot.state.copy()
        for entry in self.entries(snapshot.length, length):
            self.state.push(entry.token)
        del self._entries[length - self._first :]

    def length_at(self, tick: int) -> int:
        """Return the number of tokens up to a tick, including those that reach it.

        For a tick before those that are kept, it is the least length of the log.
        """
        length = self._first + bisect_right(self._entries, tick, key=lambda entry: entry.tick)
        return max(self.shortest, length)

    def without_waits(self, length: int, least: int) -> int:
        """Return `length` less the waits at its end, but at least `least`, and what is kept."""
        least = max(least, self.shortest)
        while length > least and self._is_wait(length - 1):
            length -= 1
        return length

    def since(self, tick: int) -> list[tuple[int, int]]:
        """Return tick and token of each event at a tick or later."""
        first = bisect_right(self._entries, tick - 1, key=lambda entry: entry.tick)
        return [
            (entry.tick, entry.token)
            for entry in self._entries[first:]
            if v.TOKEN_KIND[entry.token] != v.Kind.WAIT
        ]

    def _is_wait(self, index: int) -> bool:
        return bool(v.TOKEN_KIND[self._entries[index - self._first].token] == v.Kind.WAIT)

    def _forget(self) -> None:
        """Drop what is too old when the log holds a quarter more than it must keep."""
        if 4 * len(self._entries) <= 5 * self._remembered:
            return
        end = len(self) if self._pinned is None else min(self._pinned, len(self))
        keep = max(0, end - self._remembered)
        # The state at the first kept entry is a snapshot, so the cut is at the last one that fits.
        index = bisect_right(self._snapshots, keep, key=lambda snapshot: snapshot.length) - 1
        del self._snapshots[:index]
        first = self._snapshots[0].length
        del self._entries[: first - self._first]
        self._first = first
