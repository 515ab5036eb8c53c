"""Read a Standard MIDI File as a score, and keep its bytes.

The bytes are read in three stages: `chunks` finds the tracks, `track` their events, and `timeline`
the notes with the sound that each has. This module makes a `Score` of them, in ticks of 48 to the
quarter note. Effects and percussion keys that no instrument here has are no notes; the score knows
only when they sound, so that nothing is added before they end.

A file is refused only if its notes cannot be read for certain, or if it has no beats and bars. The
reason names the byte.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING, TypeVar, assert_never

from bridge.midi.instruments import fit_to_range
from bridge.midi.notes import TICKS_PER_QUARTER, MetreChange, Note, Score, TempoChange
from bridge.midi.smf.chunks import FormatError, NotMidiError, read_chunks
from bridge.midi.smf.limits import (
    MAX_BAR_QUARTERS,
    MAX_BPM,
    MAX_BYTES,
    MAX_HOURS,
    MAX_QUARTERS,
    MIN_BPM,
)
from bridge.midi.smf.reason import (
    AbsurdMetre,
    AbsurdTempo,
    BrokenFile,
    FileFault,
    FileNotRead,
    FileTooLarge,
    FileTooLong,
    FileTooManyHours,
    FormatFault,
    MidiFileReason,
    RiffWrapper,
    UnusableFile,
    WrongTrackCount,
)
from bridge.midi.smf.timeline import read_timeline
from bridge.midi.smf.track import SET_TEMPO, TIME_SIGNATURE, Meta
from bridge.midi.smf.voices import Channels
from bridge.system.input_file import (
    InputError,
    InputNotRead,
    InputTooLarge,
    RefusedInput,
    read_input,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from bridge.midi.instruments import Instrument
    from bridge.midi.smf.chunks import Chunks
    from bridge.midi.smf.reason import FileNotice
    from bridge.midi.smf.timeline import SoundingNote, Timeline
    from bridge.midi.smf.track import FileEvent
    from bridge.system.input_file import InputReason

ENDINGS = (".mid", ".midi", ".kar", ".rmi", ".smf")
"""The endings of MIDI files, in lower case, also of karaoke files and of those in a RIFF."""
MICROSECONDS_PER_MINUTE = 60_000_000
_SMPTE = 0x8000
_DEFAULT_BPM = 120.0
"""The tempo of a file that names none (page 8 of the specification)."""
_COMMON_TIME = MetreChange(0, 4, 4)

_Change = TypeVar("_Change", TempoChange, MetreChange)


class MidiFileError(Exception):
    """A file cannot be read."""

    def __init__(self, reason: MidiFileReason) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class MidiFile:
    """A file as read: its bytes, how its channels sound, and the music of it that we know."""

    path: Path
    chunks: Chunks
    channels: Channels
    score: Score
    notices: tuple[FileNotice, ...] = ()


def read(path: Path) -> MidiFile:
    """Read a Standard MIDI File.

    Raises:
        MidiFileError: the file cannot be read for certain; the reason says why.

    """
    return from_bytes(_content(path), path)


def from_bytes(data: bytes, path: Path) -> MidiFile:
    """Return the file with these bytes; `path` is its name in reasons.

    Raises:
        MidiFileError: they cannot be read for certain; the reason says why.

    """
    if not data:
        raise MidiFileError(UnusableFile(path, FileFault.EMPTY))
    try:
        chunks = read_chunks(data)
        if (fault := _fault_of(chunks)) is not None:
            raise MidiFileError(UnusableFile(path, fault))
        timeline = read_timeline(chunks)
        channels = Channels.of(timeline, chunks.division)
        score = _Scoring(path, chunks.division).score(timeline)
    except NotMidiError:
        raise MidiFileError(UnusableFile(path, FileFault.NOT_MIDI)) from None
    except FormatError as error:
        raise MidiFileError(BrokenFile(path, error.fault, error.offset)) from None
    end = score.end_ticks
    if (quarters := end // TICKS_PER_QUARTER) > MAX_QUARTERS:
        raise MidiFileError(FileTooLong(path, quarters))
    if (hours := _hours(score.tempos, end)) > MAX_HOURS:
        raise MidiFileError(FileTooManyHours(path, hours))
    return MidiFile(path, chunks, channels, score, tuple(_notices(path, chunks)))


def _content(path: Path) -> bytes:
    try:
        return read_input(path, MAX_BYTES)
    except InputError as error:
        raise MidiFileError(_reason_of(error.reason)) from error


def _reason_of(reason: InputReason) -> MidiFileReason:
    match reason:
        case RefusedInput(path, fault):
            return UnusableFile(path, FileFault[fault.name])
        case InputTooLarge(path, _, size_bytes):
            return FileTooLarge(path, size_bytes)
        case InputNotRead(path, text):
            return FileNotRead(path, text)
    assert_never(reason)


def _fault_of(chunks: Chunks) -> FileFault | None:
    if chunks.format == 2:
        return FileFault.PATTERNS
    if chunks.division & _SMPTE:
        return FileFault.SMPTE
    return None if chunks.division else FileFault.NO_RESOLUTION


def _notices(path: Path, chunks: Chunks) -> Iterator[FileNotice]:
    if chunks.is_riff:
        yield RiffWrapper(path)
    if chunks.promised_tracks != len(chunks.tracks):
        yield WrongTrackCount(path, chunks.promised_tracks, len(chunks.tracks))


def score_note(source: SoundingNote, division: int) -> Note | None:
    """Return the note of a score for a note of a file, or None if no instrument has it.

    `division` is the file ticks of a quarter note.
    """
    fitted = _fitted(source.instrument, source.key)
    if fitted is None:
        return None
    onset, release = _span(source, division)
    return Note(onset, *fitted, release, source.velocity)


def _span(source: SoundingNote, division: int) -> tuple[int, int]:
    """Return onset and release in ticks of a score."""
    onset = _score_tick(source.onset, division)
    return onset, max(onset + 1, _score_tick(source.release, division))


def _score_tick(file_tick: int, division: int) -> int:
    return (2 * file_tick * TICKS_PER_QUARTER + division) // (2 * division)


@dataclass(frozen=True, slots=True)
class _Scoring:
    """Converts a timeline, in ticks of a file's resolution, to a score."""

    path: Path
    division: int

    def score(self, timeline: Timeline) -> Score:
        """Return the score of a timeline, and leave the timeline without its notes."""
        notes: list[Note] = []
        unnamed: list[tuple[int, int]] = []
        timeline.notes.reverse()
        while timeline.notes:  # each is dropped when it has been converted: there may be many
            source = timeline.notes.pop()
            note = score_note(source, self.division)
            if note is None:
                unnamed.append(_span(source, self.division))
            else:
                notes.append(note)
        notes.sort()
        tempos: list[TempoChange] = []
        metres: list[MetreChange] = []
        for event in timeline.metas:
            assert isinstance(event.content, Meta)
            if event.content.kind == SET_TEMPO:
                tempos.append(self._tempo(event, event.content.data))
            elif event.content.kind == TIME_SIGNATURE:
                metres.append(self._metre(event, event.content.data))
        return Score(
            tuple(notes),
            tuple(_last_per_tick(tempos)),
            tuple(_real_changes(_last_per_tick(metres))),
            unnamed=tuple(sorted(unnamed)),
        )

    def _ticks(self, file_tick: int) -> int:
        return _score_tick(file_tick, self.division)

    def _tempo(self, event: FileEvent, data: bytes) -> TempoChange:
        if len(data) != 3:
            raise FormatError(FormatFault.TEMPO, event.offset)
        microseconds = int.from_bytes(data)
        bpm = MICROSECONDS_PER_MINUTE / microseconds if microseconds else float("inf")
        if not MIN_BPM <= bpm <= MAX_BPM:
            raise MidiFileError(AbsurdTempo(self.path, bpm, event.offset))
        return TempoChange(self._ticks(event.tick), bpm)

    def _metre(self, event: FileEvent, data: bytes) -> MetreChange:
        if len(data) < 2:
            raise FormatError(FormatFault.METRE, event.offset)
        metre = MetreChange(self._ticks(event.tick), data[0], 1 << data[1])
        bar_ticks = metre.bar_ticks
        if not 1 <= bar_ticks <= MAX_BAR_QUARTERS * TICKS_PER_QUARTER:
            raise MidiFileError(
                AbsurdMetre(self.path, metre.numerator, metre.denominator, event.offset)
            )
        return metre


@lru_cache(1 << 12)
def _fitted(instrument: Instrument | None, key: int) -> tuple[Instrument, int] | None:
    """Return the instrument and pitch that play a key, or None if no instrument has it."""
    return None if instrument is None else fit_to_range(instrument, key)


def _hours(tempos: Sequence[TempoChange], end: int) -> float:
    """Return the time until a tick."""
    starts = [TempoChange(0, tempos[0].bpm if tempos else _DEFAULT_BPM), *tempos]
    ends = [*(change.tick for change in tempos), end]
    spans = (
        (max(0, min(until, end) - change.tick) / change.bpm)
        for change, until in zip(starts, ends, strict=True)
    )
    return sum(spans) / TICKS_PER_QUARTER / 60


def _last_per_tick(changes: list[_Change]) -> list[_Change]:
    """Keep only the last of several changes at one tick."""
    return list({change.tick: change for change in changes}.values())


def _real_changes(metres: list[MetreChange]) -> Iterator[MetreChange]:
    """Yield the metres that differ from the one before.

    Programs repeat the metre where a clip or a track begins; no bar begins there.
    """
    before = _COMMON_TIME
    for metre in metres:
        if metre.tick == 0 or replace(metre, tick=before.tick) != before:
            yield metre
            before = metre
