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
from typing import TYPE_CHECKING, TypeVar

from bridge.midi.notes import TICKS_PER_QUARTER, MetreChange, Note, Score, TempoChange
from bridge.midi.smf.chunks import FormatError, NotMidiError, read_chunks
from bridge.midi.smf.reason import (
    AbsurdMetre,
    AbsurdTempo,
    BrokenFile,
    FileFault,
    FileNotRead,
    FileTooLarge,
    FileTooLong,
    FormatFault,
    MidiFileReason,
    RiffWrapper,
    UnusableFile,
    WrongTrackCount,
)
from bridge.midi.smf.timeline import Timeline, read_timeline
from bridge.midi.smf.track import SET_TEMPO, TIME_SIGNATURE, Meta

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from bridge.midi.smf.chunks import Chunks
    from bridge.midi.smf.reason import FileNotice
    from bridge.midi.smf.timeline import SoundingNote
    from bridge.midi.smf.track import FileEvent

ENDINGS = (".mid", ".midi", ".kar", ".rmi", ".smf")
"""The endings of MIDI files, in lower case, also of karaoke files and of those in a RIFF."""
MAX_BYTES = 16 * 1024 * 1024
"""The largest file that is read.

A piece has some kilobytes. A larger file is not a piece of music, and reading it takes minutes.
"""

MAX_QUARTERS = 200_000
"""The longest piece that is read: a day at 120 bpm. A longer one would fill the memory."""

MIN_BPM, MAX_BPM = 1.0, 6000.0
"""The valid tempos. Real files have up to 1200 bpm, to write out a flourish."""
MICROSECONDS_PER_MINUTE = 60_000_000
_SMPTE = 0x8000
_COMMON_TIME = MetreChange(0, 4, 4)

_Change = TypeVar("_Change", TempoChange, MetreChange)


class MidiFileError(Exception):
    """A file cannot be read."""

    def __init__(self, reason: MidiFileReason) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class MidiFile:
    """A file as read: its bytes, what sounds in it, and the music of it that we know."""

    path: Path
    chunks: Chunks
    timeline: Timeline
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
        score = _Scoring(path, chunks.division).score(timeline)
    except NotMidiError:
        raise MidiFileError(UnusableFile(path, FileFault.NOT_MIDI)) from None
    except FormatError as error:
        raise MidiFileError(BrokenFile(path, error.fault, error.offset)) from None
    if (quarters := score.end_ticks // TICKS_PER_QUARTER) > MAX_QUARTERS:
        raise MidiFileError(FileTooLong(path, quarters))
    return MidiFile(path, chunks, timeline, score, tuple(_notices(path, chunks)))


def _content(path: Path) -> bytes:
    try:
        if path.is_dir():
            raise MidiFileError(UnusableFile(path, FileFault.FOLDER))
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
            if len(data) > MAX_BYTES:
                raise MidiFileError(FileTooLarge(path, max(len(data), path.stat().st_size)))
    except FileNotFoundError:
        raise MidiFileError(UnusableFile(path, FileFault.MISSING)) from None
    except PermissionError:
        raise MidiFileError(UnusableFile(path, FileFault.FORBIDDEN)) from None
    except (OSError, ValueError) as error:  # ValueError: a name with a zero byte
        text = getattr(error, "strerror", None) or str(error)
        raise MidiFileError(FileNotRead(path, text)) from error
    return data


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


@dataclass(frozen=True, slots=True)
class _Scoring:
    """Converts a timeline, in ticks of a file's resolution, to a score."""

    path: Path
    division: int

    def score(self, timeline: Timeline) -> Score:
        """Return the score of a timeline."""
        notes: list[Note] = []
        unnamed: list[tuple[int, int]] = []
        for source in timeline.notes:
            note = self._note(source)
            if note is None:
                onset = self._ticks(source.onset)
                unnamed.append((onset, max(onset + 1, self._ticks(source.release))))
            else:
                notes.append(note)
        tempos: list[TempoChange] = []
        metres: list[MetreChange] = []
        for event in timeline.metas:
            assert isinstance(event.content, Meta)
            if event.content.kind == SET_TEMPO:
                tempos.append(self._tempo(event, event.content.data))
            elif event.content.kind == TIME_SIGNATURE:
                metres.append(self._metre(event, event.content.data))
        return Score(
            tuple(sorted(notes)),
            tuple(_last_per_tick(tempos)),
            tuple(_real_changes(_last_per_tick(metres))),
            unnamed=tuple(sorted(unnamed)),
        )

    def _note(self, source: SoundingNote) -> Note | None:
        """Return a note, or None if no instrument has it."""
        if (fitted := source.fitted) is None:
            return None
        onset = self._ticks(source.onset)
        release = max(onset + 1, self._ticks(source.release))
        return Note(onset, *fitted, release, source.velocity)

    def _ticks(self, file_tick: int) -> int:
        return (2 * file_tick * TICKS_PER_QUARTER + self.division) // (2 * self.division)

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
        if metre.numerator < 1 or metre.bar_ticks < 1:
            raise MidiFileError(
                AbsurdMetre(self.path, metre.numerator, metre.denominator, event.offset)
            )
        return metre


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
