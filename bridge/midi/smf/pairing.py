"""Pair the onsets and releases of one key of a track.

A file has no notes, only note-ons and note-offs, and their order within a tick says little. Four
rules make notes of the events of one key, on one channel of one port, in one track:

- A release ends the note that sounds. At one tick the releases belong first to what sounded before
  it, whatever comes first in the file. Only a release that is left over ends the note that begins
  there, which then has no length. So does a release without which that note would never end.
- A key that is struck again ends its note, as a string does.
- If a key was struck twice before its first release, its note lasts to the second: two hands, or
  two layers, share the key.
- Onsets at one tick are one note, the louder one.

Two tracks that share a channel keep their own notes, because each is written by one hand.
"""

from __future__ import annotations

import enum
from bisect import bisect_right
from itertools import groupby
from operator import attrgetter
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


class KeyEventKind(enum.Enum):
    """What an event does to a key."""

    ON = enum.auto()
    OFF = enum.auto()
    ALL_NOTES_OFF = enum.auto()
    """All keys of the channel are released; a pedal that is down holds them."""
    ALL_SOUND_OFF = enum.auto()
    """All notes of the channel end at once."""


FOR_ALL_KEYS = (KeyEventKind.ALL_NOTES_OFF, KeyEventKind.ALL_SOUND_OFF)
_TICK = attrgetter("tick")


class KeyEvent(NamedTuple):
    """An event of one key, or of all keys of its channel.

    `tick` is in the file's resolution; `order` numbers the events of a file track by track, so that
    two events of a key compare by these two; `velocity` is that of an onset.
    """

    tick: int
    order: int
    kind: KeyEventKind
    velocity: int = 0

    @property
    def is_on(self) -> bool:
        """Whether it is an onset."""
        return self.kind is KeyEventKind.ON


def with_ends(events: list[KeyEvent], ends: list[KeyEvent]) -> list[KeyEvent]:
    """Return the events of a key, in order of time, with the messages that end notes of all keys.

    Only the first of these after an event of the key can end its note. Others are left out: there
    may be many, and many keys.
    """
    if not ends:
        return sorted(events)
    places = {bisect_right(ends, event.tick, key=_TICK) for event in events}
    first = [ends[place] for place in places if place < len(ends)]
    return sorted([*events, *first])


def pair(events: Iterable[KeyEvent]) -> Iterator[tuple[KeyEvent, KeyEvent | None]]:
    """Yield each onset with the event that ends its note, or None if nothing does.

    The events are those of one key in the order of the file. A note that ends when its key is
    struck again has that onset as its end.
    """
    key = _Key()
    for _, group in groupby(events, key=_TICK):
        yield from key.process(list(group))
    yield from key.finish(None)


class _Key:
    """A key between two ticks."""

    def __init__(self) -> None:
        self._sounding: KeyEvent | None = None
        self._ended: KeyEvent | None = None  # the last release of the sounding note, up to now
        self._spare: KeyEvent | None = None  # a release that ends the note if no other does
        self._owed = 0  # onsets without a release

    def process(self, group: list[KeyEvent]) -> Iterator[tuple[KeyEvent, KeyEvent | None]]:
        """Process the events of one tick."""
        ordered, spare = (group, None) if len(group) == 1 else self._order(group)
        for event in ordered:
            if event.is_on:
                yield from self._strike(event)
            elif event.kind is KeyEventKind.OFF:
                self._release(event)
            elif self._sounding is not None and self._ended is None:
                self._ended, self._owed = event, 0
        if self._sounding is not None and self._sounding.tick == group[0].tick:
            self._spare = spare

    def finish(self, end: KeyEvent | None) -> Iterator[tuple[KeyEvent, KeyEvent | None]]:
        """Yield the note that sounds; `end` ends it if no release has."""
        if self._sounding is not None:
            yield self._sounding, self._ended or self._spare or end
        self._sounding = self._ended = self._spare = None

    def _order(self, group: list[KeyEvent]) -> tuple[list[KeyEvent], KeyEvent | None]:
        """Return the events of a tick in the order of their effect.

        Also return the last release that is moved before an onset.
        """
        ends = [event for event in group if event.kind in FOR_ALL_KEYS]
        early = [event for event in group if event.kind is KeyEventKind.OFF][: self._owed]
        last = early[-1].order if early else -1
        late = [e for e in group if e.is_on or (e.kind is KeyEventKind.OFF and e.order > last)]
        is_moved = bool(early) and any(event.is_on and event.order < last for event in group)
        return [*early, *ends, *late], early[-1] if is_moved else None

    def _strike(self, on: KeyEvent) -> Iterator[tuple[KeyEvent, KeyEvent | None]]:
        before = self._sounding
        if before is not None and self._ended is None and before.tick == on.tick:
            self._sounding = max(before, on, key=attrgetter("velocity"))
            self._owed += 1
            return
        self._owed = 1 if before is None or self._ended is not None else self._owed + 1
        yield from self.finish(on)
        self._sounding = on

    def _release(self, off: KeyEvent) -> None:
        if self._sounding is not None and self._owed:
            self._ended = off
            self._owed -= 1
