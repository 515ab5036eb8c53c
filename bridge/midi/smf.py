"""Standard MIDI Files, read and written through mido.

A file has tracks of events, with delta times in its own resolution. A `Score` has notes in ticks,
48 to the quarter. Reading merges all tracks, follows the program changes of each channel, converts
pedal events into note lengths (`bridge.midi.notes.KeyState`) and maps every program to one of the
fourteen instruments. Writing puts each instrument on its own track and channel. Writing a
continuation keeps the prompt's own tracks exactly as they are and adds new ones.

Files are not trusted: every fault in a file becomes one `MidiFileError`, which carries the reason
as a value. A file is written under a temporary name in the same folder and moved into place, so
that a reader never sees a partial file.

Source: Standard MIDI Files 1.0 (RP-001).
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import mido

from bridge.midi.events import ControlChange, NoteOff, NoteOn
from bridge.midi.file_reason import (
    AbsurdMetre,
    AbsurdTempo,
    BrokenFile,
    FileFault,
    FileNotWritten,
    FileTooLarge,
    MidiFileReason,
    UnusableFile,
)
from bridge.midi.instruments import DRUM_CHANNEL, Instrument, fit_to_range, instrument_of_program
from bridge.midi.notes import TICKS_PER_QUARTER, KeyState, MetreChange, Note, Score, TempoChange
from bridge.system.atomic_write import atomic_write

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from bridge.midi.events import Event

MAX_BYTES = 16 * 1024 * 1024
"""The largest file that is read.

A piece has some kilobytes. A larger file is not a piece of music, and reading it takes minutes.
"""

MIN_BPM, MAX_BPM = 1.0, 6000.0
"""The valid tempos. Real files have up to 1200 bpm, to write out a flourish."""
_RESOLUTION = 480
_DEFAULT_CHANNELS = {kind: kind.spec.channel for kind in Instrument}
_MICROSECONDS_PER_MINUTE = 60_000_000

_Change = TypeVar("_Change", TempoChange, MetreChange)


class MidiFileError(Exception):
    """A file cannot be read or written."""

    def __init__(self, reason: MidiFileReason) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class MidiFile:
    """A file as read: mido's representation, kept for writing it back, and the music in it."""

    path: Path
    source: mido.MidiFile
    score: Score


def read(path: Path) -> MidiFile:
    """Read a Standard MIDI File.

    Raises:
        MidiFileError: the file is missing, empty, too large, broken, of format 2, or has SMPTE
            time, an absurd tempo or an absurd metre.

    """
    source = _parse(path)
    if source.type == 2:
        raise MidiFileError(UnusableFile(path, FileFault.PATTERNS))
    if source.ticks_per_beat <= 0 or source.ticks_per_beat & 0x8000:
        raise MidiFileError(UnusableFile(path, FileFault.SMPTE))
    return MidiFile(path, source, _build_score(source, path))


def _parse(path: Path) -> mido.MidiFile:
    try:
        size = path.stat().st_size
        if path.is_dir():
            raise MidiFileError(UnusableFile(path, FileFault.FOLDER))
        if size == 0:
            raise MidiFileError(UnusableFile(path, FileFault.EMPTY))
        if size > MAX_BYTES:
            raise MidiFileError(FileTooLarge(path, size))
        with path.open("rb") as file:
            if file.read(4) != b"MThd":
                raise MidiFileError(UnusableFile(path, FileFault.NOT_MIDI))
        return mido.MidiFile(path)
    except FileNotFoundError:
        raise MidiFileError(UnusableFile(path, FileFault.MISSING)) from None
    except PermissionError:
        raise MidiFileError(UnusableFile(path, FileFault.FORBIDDEN)) from None
    # On broken input mido raises exceptions of many types: its reader can raise these.
    except (OSError, EOFError, ValueError, TypeError, LookupError, mido.KeySignatureError) as error:
        text = str(error)
        reason = BrokenFile(path, text) if text else UnusableFile(path, FileFault.TRUNCATED)
        raise MidiFileError(reason) from error


@dataclass(slots=True)
class _NoteReader:
    """The notes and channel states read from a file, in the file's own ticks."""

    notes: list[tuple[int, int, Instrument, int, int]]
    started: dict[tuple[int, int], tuple[int, Instrument, int, int]]
    programs: dict[int, int]
    keys: KeyState

    def add(self, file_tick: int, event: Event) -> None:
        for note_event in self.keys.feed(event):
            if isinstance(note_event, NoteOff):
                self._end_note(file_tick, note_event)
            else:
                self._start_note(file_tick, note_event)

    def _start_note(self, file_tick: int, event: NoteOn) -> None:
        family = instrument_of_program(event.channel, self.programs.get(event.channel, 0))
        fitted = None if family is None else fit_to_range(family, event.pitch)
        if fitted is not None:
            self.started[event.channel, event.pitch] = (file_tick, *fitted, event.velocity)

    def _end_note(self, file_tick: int, event: NoteOff) -> None:
        begun = self.started.pop((event.channel, event.pitch), None)
        if begun is not None:
            onset, family, pitch, velocity = begun
            self.notes.append((onset, file_tick, family, pitch, velocity))


def _build_score(source: mido.MidiFile, path: Path) -> Score:
    reading = _NoteReader([], {}, {}, KeyState())
    tempos: list[TempoChange] = []
    metres: list[MetreChange] = []
    at = 0
    for at, message in _merge_tracks(source):
        match message.type:
            case "note_on" | "note_off" | "control_change":
                reading.add(at, _to_event(message))
            case "program_change":
                reading.programs[message.channel] = message.program
            case "set_tempo":
                tempos.append(TempoChange(_to_ticks(at, source), _bpm(message.tempo, path)))
            case "time_signature":
                metres.append(_metre(_to_ticks(at, source), message, path))
    for off in reading.keys.release_all():
        reading.add(at, off)
    for channel, pitch in tuple(reading.started):  # sounding when the file ended
        reading._end_note(at, NoteOff(channel, pitch))  # noqa: SLF001 - this module's own value
    notes = sorted(
        Note(_to_ticks(onset, source), family, pitch, _to_ticks(release, source), velocity)
        for onset, release, family, pitch, velocity in reading.notes
    )
    return Score(tuple(notes), tuple(_last_per_tick(tempos)), tuple(_last_per_tick(metres)))


def _merge_tracks(source: mido.MidiFile) -> Iterator[tuple[int, mido.Message]]:
    """Yield (absolute file tick, message) of all tracks in order of time.

    At one tick, note-ons come last.
    """
    everything: list[tuple[int, bool, int, mido.Message]] = []
    for track in source.tracks:
        at = 0
        for message in track:
            at += message.time
            begins = message.type == "note_on" and message.velocity > 0
            everything.append((at, begins, len(everything), message))
    everything.sort(key=lambda entry: entry[:3])
    return ((at, message) for at, _, _, message in everything)


def _to_event(message: mido.Message) -> Event:
    if message.type == "control_change":
        return ControlChange(message.channel, message.control, message.value)
    if message.type == "note_on" and message.velocity > 0:
        return NoteOn(message.channel, message.note, message.velocity)
    return NoteOff(message.channel, message.note)


def _to_ticks(file_tick: int, source: mido.MidiFile) -> int:
    resolution: int = source.ticks_per_beat
    return (2 * file_tick * TICKS_PER_QUARTER + resolution) // (2 * resolution)


def _bpm(microseconds: int, path: Path) -> float:
    bpm = _MICROSECONDS_PER_MINUTE / microseconds if microseconds else float("inf")
    if not MIN_BPM <= bpm <= MAX_BPM:
        raise MidiFileError(AbsurdTempo(path, bpm))
    return bpm


def _metre(tick: int, message: mido.MetaMessage, path: Path) -> MetreChange:
    metre = MetreChange(tick, message.numerator, message.denominator)
    if metre.numerator < 1 or metre.bar_ticks < 1:
        raise MidiFileError(AbsurdMetre(path, metre.numerator, metre.denominator))
    return metre


def _last_per_tick(changes: list[_Change]) -> list[_Change]:
    """Keep only the last of several changes at one tick."""
    return list({change.tick: change for change in changes}.values())


def write(score: Score, path: Path, text: str) -> None:
    """Write a score as a format-1 file, one track and channel for each instrument.

    `text` says how the music was made.
    """
    file = mido.MidiFile(type=1, ticks_per_beat=_RESOLUTION, charset="utf-8")
    file.tracks.append(_conductor_track(score, text))
    file.tracks.extend(_instrument_tracks("", score.notes, _RESOLUTION, _DEFAULT_CHANNELS))
    _save(file, path)


def write_parts(parts: Mapping[str, Score], path: Path, text: str) -> None:
    """Write the scores of several players, by name, with separate tracks for each player.

    Tempo and metre are those of the first score.
    """
    file = mido.MidiFile(type=1, ticks_per_beat=_RESOLUTION, charset="utf-8")
    file.tracks.append(_conductor_track(next(iter(parts.values()), Score()), text))
    for name, part in parts.items():
        tracks = _instrument_tracks(name, part.notes, _RESOLUTION, _DEFAULT_CHANNELS)
        file.tracks.extend(tracks)
    _save(file, path)


def write_continuation(prompt: MidiFile, notes: Iterable[Note], path: Path, text: str) -> None:
    """Write the prompt's own tracks unchanged, and then the notes on new tracks.

    An instrument that the prompt has is written on the prompt's channel for it.
    """
    source = prompt.source
    file = mido.MidiFile(type=1, ticks_per_beat=source.ticks_per_beat, charset=source.charset)
    file.tracks.extend(source.tracks)
    made = mido.MidiTrack([mido.MetaMessage("text", text=text), mido.MetaMessage("end_of_track")])
    channels = _assign_channels(prompt)
    file.tracks.append(made)
    file.tracks.extend(_instrument_tracks("Antiphon", notes, source.ticks_per_beat, channels))
    _save(file, path)


def _conductor_track(score: Score, text: str) -> mido.MidiTrack:
    changes: list[tuple[int, mido.MetaMessage]] = [(0, mido.MetaMessage("text", text=text))]
    for metre in score.metres:
        shape = {"numerator": metre.numerator, "denominator": metre.denominator}
        changes.append((metre.tick, mido.MetaMessage("time_signature", **shape)))
    for tempo in score.tempos or (TempoChange(0, 120.0),):
        micros = round(_MICROSECONDS_PER_MINUTE / tempo.bpm)
        changes.append((tempo.tick, mido.MetaMessage("set_tempo", tempo=micros)))
    return _track(changes, _RESOLUTION)


def _instrument_tracks(
    player: str, notes: Iterable[Note], resolution: int, channels: Mapping[Instrument, int]
) -> Iterator[mido.MidiTrack]:
    parts: dict[Instrument, list[Note]] = defaultdict(list)
    for note in notes:
        parts[note.instrument].append(note)
    for kind, part in sorted(parts.items()):
        at = channels[kind]
        first = min(note.onset_ticks for note in part)
        events: list[tuple[int, mido.Message | mido.MetaMessage]] = [
            (0, mido.MetaMessage("track_name", name=f"{player} {kind.label}".strip()))
        ]
        if kind is not Instrument.DRUMS:
            program = mido.Message("program_change", channel=at, program=kind.spec.program)
            events.append((first, program))
        ends = [(n.release_ticks, mido.Message("note_off", channel=at, note=n.pitch)) for n in part]
        begins = [
            (n.onset_ticks, mido.Message("note_on", channel=at, note=n.pitch, velocity=n.velocity))
            for n in part
        ]
        events.extend(
            sorted(ends + begins, key=lambda timed: (timed[0], timed[1].type == "note_on"))
        )
        yield _track(events, resolution)


def _track(
    events: list[tuple[int, mido.Message | mido.MetaMessage]], resolution: int
) -> mido.MidiTrack:
    """Convert (tick, message) pairs to a track with delta times in the file's resolution."""
    track = mido.MidiTrack()
    before = 0
    for tick, message in sorted(events, key=lambda timed: timed[0]):
        at = (2 * tick * resolution + TICKS_PER_QUARTER) // (2 * TICKS_PER_QUARTER)
        track.append(message.copy(time=at - before))
        before = at
    track.append(mido.MetaMessage("end_of_track"))
    return track


def _assign_channels(prompt: MidiFile) -> dict[Instrument, int]:
    """Return the prompt's channel for each instrument, or a free one if the prompt has none."""
    programs: dict[int, int] = {}
    playing: dict[int, Instrument] = {}
    for _, message in _merge_tracks(prompt.source):
        if message.type == "program_change":
            programs[message.channel] = message.program
        elif message.type == "note_on" and message.channel not in playing:
            kind = instrument_of_program(message.channel, programs.get(message.channel, 0))
            if kind is not None:
                playing[message.channel] = kind
    channels = {kind: at for at, kind in reversed(playing.items())}
    free = [at for at in range(16) if at not in playing and at != DRUM_CHANNEL]
    for kind in Instrument:
        if kind not in channels:
            own = kind.spec.channel
            occupied = own != DRUM_CHANNEL and own not in free
            channels[kind] = free.pop() if occupied and free else own
            if channels[kind] in free:
                free.remove(channels[kind])
    return channels


def _save(file: mido.MidiFile, path: Path) -> None:
    try:
        with atomic_write(path) as stream:
            file.save(file=stream)
    except OSError as error:
        raise MidiFileError(FileNotWritten(path, error.strerror or str(error))) from error
