"""The record of a session: the notes, the transports that they followed, and their score.

Notes are recorded as they sounded, in nanoseconds, with each transport that the session followed. A
score is in ticks. While a transport is continuous, its ticks are the score's, shifted by a constant
offset. So the score has the bars and the tempo of the host. Where the transport breaks, because the
host stopped, jumped or looped, the score goes on in the order of sounding, and a new bar begins
there. Free playing is notated at 120 bpm, as everywhere.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import deque
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING

from bridge.messages.snapshot import RollNote
from bridge.midi.notes import MetreChange, Note, Score, TempoChange
from bridge.sync.tempo import FREE_BPM
from bridge.sync.transport import Source, Transport
from bridge.system.units import MS

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_TEMPO_TOLERANCE = 0.002
"""A smaller relative change of tempo is a more accurate measurement of the same tempo."""
_BACKDATE_NS = 100 * MS
"""A transport may have begun this long before it was reported: with the note that started it."""
_MAX_EPOCHS = 64
MAX_TRANSPORTS = 50_000
"""The greatest number of transports that are kept: hours of a host whose tempo moves."""
_CONTINUITY_TICKS = 12
"""Two transports that differ by more ticks where they meet are not continuous."""
_BAR_TOLERANCE_TICKS = 6
"""Music that begins at most this many ticks before a bar line begins on the line."""


@dataclass(frozen=True, slots=True)
class Record:
    """The notes, and the transports with the times at which they began, in order."""

    notes: tuple[RollNote, ...] = ()
    transports: tuple[tuple[int, Transport], ...] = ()

    def since(self, time_ns: int) -> Record:
        """Return the record of the notes that began at `time_ns` or later."""
        return Record(tuple(n for n in self.notes if n.onset_ns >= time_ns), self.transports)

    def last(self, span_ns: int) -> Record:
        """Return the record of the notes that began within `span_ns` before the last note ended."""
        end_ns = max((n.release_ns or n.onset_ns for n in self.notes), default=0)
        return self.since(end_ns - span_ns)

    def until(self, time_ns: int) -> Record:
        """Return the record up to a time: planned notes are left out, sounding ones end there."""
        return Record(
            tuple(
                replace(note, release_ns=min(note.release_ns or time_ns, time_ns))
                for note in self.notes
                if note.onset_ns < time_ns
            ),
            self.transports,
        )


@dataclass(frozen=True, slots=True)
class _Segment:
    """A part of the score with one transport.

    The score's ticks are the transport's plus `offset_ticks`. With `restarts_bar` a new bar begins.
    """

    since_ns: int
    transport: Transport
    offset_ticks: int
    restarts_bar: bool

    def tick_at(self, time_ns: int) -> int:
        return self.transport.tick_at(time_ns) + self.offset_ticks


class TransportHistory:
    """The transports that a session has followed, in order."""

    def __init__(self, past: Sequence[tuple[int, Transport]] = ()) -> None:
        """Begin, or go on after a session that has followed the transports `past`."""
        self._transports: deque[tuple[int, Transport]] = deque(past, maxlen=MAX_TRANSPORTS)
        self._epochs: deque[tuple[int, Transport]] = deque(past, maxlen=_MAX_EPOCHS)

    @property
    def transports(self) -> tuple[tuple[int, Transport], ...]:
        """Each transport with the time at which it began."""
        return tuple(self._transports)

    @property
    def epochs(self) -> tuple[tuple[int, Transport], ...]:
        """The start time of each of the last epochs, with its latest transport."""
        return tuple(self._epochs)

    def update(self, transport: Transport, now_ns: int) -> None:
        """Record that the session follows this transport now."""
        if self._transports:
            since, last = self._transports[-1]
            if transport == last or (
                _is_continuous(last, transport, now_ns) and not transport.has_bars
            ):
                return  # free playing has no bars, so a shift is no change
            now_ns = max(since, now_ns - _BACKDATE_NS, min(now_ns, transport.time_ns))
        self._transports.append((now_ns, transport))
        if self._epochs and _is_continuous(self._epochs[-1][1], transport, now_ns):
            self._epochs[-1] = (self._epochs[-1][0], transport)
        else:
            self._epochs.append((now_ns, transport))


def build_score(record: Record, *, answered: bool) -> Score:
    """Return the score of Antiphon if `answered`, else the player's; both share ticks and tempo."""
    notes = [note for note in record.notes if note.answered is answered]
    if not record.notes:
        return Score()
    segments = _segments(record, min(note.onset_ns for note in record.notes))
    tempos, metres = _tempo_and_metre_changes(segments)
    return Score(tuple(sorted(_score_notes(notes, segments))), tempos, metres)


def _segments(record: Record, begin_ns: int) -> list[_Segment]:
    """Return the segments of the score, each with its transport; the score begins with a bar."""
    followed = [(max(since, begin_ns), transport) for since, transport in record.transports] or [
        (begin_ns, _FREE_TIME)
    ]
    # Of several transports that begin at one time, such as all before the first note, only the last
    # one was followed.
    followed = [*(first for first, then in pairwise(followed) if first[0] < then[0]), followed[-1]]
    segments: list[_Segment] = []
    for since_ns, transport in followed:
        at, before = transport.tick_at(since_ns), segments[-1] if segments else None
        restarts_bar = before is None or not _is_continuous(before.transport, transport, since_ns)
        if before is None:
            offset = -_bar_start(transport, at + _BAR_TOLERANCE_TICKS * transport.has_bars)
        elif restarts_bar:
            offset = before.tick_at(since_ns) - _bar_start(transport, at)
        else:
            offset = before.offset_ticks
        segments.append(_Segment(since_ns, transport, offset, restarts_bar))
    return segments


def _is_continuous(before: Transport, after: Transport, at_ns: int) -> bool:
    """Return whether two transports have the same ticks at `at_ns`, where they meet.

    Our own clock may restart within an epoch: with a session, or with the player's first note.
    """
    if (before.epoch, before.source) != (after.epoch, after.source):
        return False
    meets = abs(before.tick_at(at_ns) - after.tick_at(at_ns)) <= _CONTINUITY_TICKS
    return meets or before.source is not Source.OWN


def _bar_start(transport: Transport, tick: int) -> int:
    """Return the tick at which the bar of a tick begins; in free playing, the tick itself."""
    return transport.bar_line_before(tick) if transport.has_bars else tick


def _tempo_and_metre_changes(
    segments: Sequence[_Segment],
) -> tuple[tuple[TempoChange, ...], tuple[MetreChange, ...]]:
    """Return the changes of tempo and of metre."""
    tempos: list[TempoChange] = []
    metres: list[MetreChange] = []
    for segment in segments:
        transport = segment.transport
        at = transport.tick_at(segment.since_ns)
        bpm = transport.bpm if transport.has_bars else FREE_BPM
        if not tempos or abs(bpm / tempos[-1].bpm - 1) > _TEMPO_TOLERANCE:
            tempos.append(TempoChange(max(0, at + segment.offset_ticks) if tempos else 0, bpm))
        metre = MetreChange(
            max(0, _bar_start(transport, at) + segment.offset_ticks),
            transport.metre.numerator,
            transport.metre.denominator,
        )
        if transport.has_bars and (
            segment.restarts_bar or _time_signature(transport.metre) != _time_signature(metres[-1])
        ):
            metres.append(metre)
    return tuple(tempos), tuple(metres)


def _time_signature(metre: MetreChange) -> tuple[int, int]:
    return metre.numerator, metre.denominator


def _score_notes(notes: Iterable[RollNote], segments: Sequence[_Segment]) -> Iterable[Note]:
    times = [segment.since_ns for segment in segments]

    def tick_at(time_ns: int) -> int:
        segment = segments[max(0, bisect_right(times, time_ns) - 1)]
        return max(0, segment.tick_at(time_ns))

    for note in notes:
        onset = tick_at(note.onset_ns)
        release = onset + 1 if note.release_ns is None else tick_at(note.release_ns)
        yield Note(onset, note.instrument, note.pitch, max(onset + 1, release), note.velocity)


_FREE_TIME = Transport()
