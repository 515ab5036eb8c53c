"""The record of a session: what was played, by whose time, and the score of it.

Notes are kept as they sounded, in nanoseconds, with every line that the music went by. A score
needs ticks. As long as a line holds, or merely moves, its own ticks are the score's: so a record
has the bars and the tempo of the host that was followed. Where a line breaks, because the host
stopped, jumped or looped, the score goes on in the order in which things were heard, at a bar line
of its own. Played freely, time is written at 120 bpm, as everywhere.
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
"""A tempo that differs by less is the same, measured better."""
_BACKDATE_NS = 100 * MS
"""So much before it became known a line may have held: from the note on that it was set off by."""
_MAX_EPOCHS = 64
_CONTINUITY_TICKS = 12
"""Two lines that are farther apart where they meet are not one."""
_BAR_TOLERANCE_TICKS = 6
"""Who begins so little before a bar line begins on it."""


@dataclass(frozen=True, slots=True)
class Record:
    """The notes, and the lines with the times from which they held, in order."""

    notes: tuple[RollNote, ...] = ()
    transports: tuple[tuple[int, Transport], ...] = ()

    def since(self, time_ns: int) -> Record:
        """Return what began at a time or later."""
        return Record(tuple(n for n in self.notes if n.onset_ns >= time_ns), self.transports)

    def last(self, span_ns: int) -> Record:
        """Return what began in so long a time before the last note ended."""
        end_ns = max((n.release_ns or n.onset_ns for n in self.notes), default=0)
        return self.since(end_ns - span_ns)

    def until(self, time_ns: int) -> Record:
        """Return what sounded before a time: no plan, and nothing that sounds on."""
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
    """From a time on, the score is so many ticks ahead of a line; bars may be counted anew."""

    since_ns: int
    transport: Transport
    offset_ticks: int
    restarts_bar: bool

    def tick_at(self, time_ns: int) -> int:
        return self.transport.tick_at(time_ns) + self.offset_ticks


class TransportHistory:
    """The lines that a session went by, one after another."""

    def __init__(self) -> None:
        self._transports: list[tuple[int, Transport]] = []
        self._epochs: deque[tuple[int, Transport]] = deque(maxlen=_MAX_EPOCHS)

    @property
    def transports(self) -> tuple[tuple[int, Transport], ...]:
        """Return each line with the time from which it held."""
        return tuple(self._transports)

    @property
    def epochs(self) -> tuple[tuple[int, Transport], ...]:
        """Return since when there was each of the last epochs, and its line as it is known now."""
        return tuple(self._epochs)

    def update(self, transport: Transport, now_ns: int) -> None:
        """Take note that this line holds now."""
        if self._transports:
            since, last = self._transports[-1]
            if transport == last or (
                _is_continuous(last, transport, now_ns) and not transport.has_bars
            ):
                return  # free time only passes, wherever the music has been moved to
            now_ns = max(since, now_ns - _BACKDATE_NS, min(now_ns, transport.time_ns))
        self._transports.append((now_ns, transport))
        if self._epochs and _is_continuous(self._epochs[-1][1], transport, now_ns):
            self._epochs[-1] = (self._epochs[-1][0], transport)
        else:
            self._epochs.append((now_ns, transport))


def build_score(record: Record, *, answered: bool) -> Score:
    """Return the score of one of the two players; both scores have the same time."""
    notes = [note for note in record.notes if note.answered is answered]
    if not record.notes:
        return Score()
    stretches = _segments(record, min(note.onset_ns for note in record.notes))
    tempos, metres = _tempo_and_metre_changes(stretches)
    return Score(tuple(sorted(_score_notes(notes, stretches))), tempos, metres)


def _segments(record: Record, begin_ns: int) -> list[_Segment]:
    """Say from when on which line lies how in the score, which begins with a bar."""
    held = [(max(since, begin_ns), line) for since, line in record.transports] or [
        (begin_ns, _FREE_TIME)
    ]
    # Of several at one time only the last held; that is true of all that were before the beginning.
    held = [*(first for first, then in pairwise(held) if first[0] < then[0]), held[-1]]
    stretches: list[_Segment] = []
    for since_ns, line in held:
        at, before = line.tick_at(since_ns), stretches[-1] if stretches else None
        anew = before is None or not _is_continuous(before.transport, line, since_ns)
        if before is None:
            ahead = -_bar_start(line, at + _BAR_TOLERANCE_TICKS * line.has_bars)
        elif anew:
            ahead = before.tick_at(since_ns) - _bar_start(line, at)
        else:
            ahead = before.offset_ticks
        stretches.append(_Segment(since_ns, line, ahead, anew))
    return stretches


def _is_continuous(before: Transport, after: Transport, at_ns: int) -> bool:
    """Return whether the ticks of one line are the ticks of the other, where they meet.

    Our own clock is laid anew within an epoch: with a session, or with the player's first note.
    """
    if (before.epoch, before.source) != (after.epoch, after.source):
        return False
    meets = abs(before.tick_at(at_ns) - after.tick_at(at_ns)) <= _CONTINUITY_TICKS
    return meets or before.source is not Source.OWN


def _bar_start(transport: Transport, tick: int) -> int:
    """Return where the bar of a tick begins; played freely, each tick is as good as a bar line."""
    return transport.bar_line_before(tick) if transport.has_bars else tick


def _tempo_and_metre_changes(
    segments: Sequence[_Segment],
) -> tuple[tuple[TempoChange, ...], tuple[MetreChange, ...]]:
    """Return tempo and metre, where they change."""
    tempos: list[TempoChange] = []
    metres: list[MetreChange] = []
    for stretch in segments:
        line, at = stretch.transport, stretch.transport.tick_at(stretch.since_ns)
        bpm = line.bpm if line.has_bars else FREE_BPM
        if not tempos or abs(bpm / tempos[-1].bpm - 1) > _TEMPO_TOLERANCE:
            tempos.append(TempoChange(max(0, at + stretch.offset_ticks) if tempos else 0, bpm))
        metre = MetreChange(
            max(0, _bar_start(line, at) + stretch.offset_ticks),
            line.metre.numerator,
            line.metre.denominator,
        )
        if line.has_bars and (
            stretch.restarts_bar or _time_signature(line.metre) != _time_signature(metres[-1])
        ):
            metres.append(metre)
    return tuple(tempos), tuple(metres)


def _time_signature(metre: MetreChange) -> tuple[int, int]:
    return metre.numerator, metre.denominator


def _score_notes(notes: Iterable[RollNote], segments: Sequence[_Segment]) -> Iterable[Note]:
    times = [stretch.since_ns for stretch in segments]

    def tick_at(time_ns: int) -> int:
        stretch = segments[max(0, bisect_right(times, time_ns) - 1)]
        return max(0, stretch.tick_at(time_ns))

    for note in notes:
        onset = tick_at(note.onset_ns)
        release = onset + 1 if note.release_ns is None else tick_at(note.release_ns)
        yield Note(onset, note.instrument, note.pitch, max(onset + 1, release), note.velocity)


_FREE_TIME = Transport()
