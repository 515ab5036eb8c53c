"""Scores as the bytes of Standard MIDI Files, alone or after those of a file that they continue.

Each instrument has its own track. A continuation has all bytes of its prompt as they are, and our
tracks after them (`bridge.midi.smf.chunks`), on the channels that `bridge.midi.smf.voices` chooses.
mido encodes our own events.

A resolution may be coarse: a file can have one tick to the quarter note. Every note lasts at least
one tick there, and ends when its key is struck again; of several onsets at one tick, one stays.
"""

from __future__ import annotations

import io
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

import mido

from bridge.midi.events import encode
from bridge.midi.instruments import Instrument
from bridge.midi.notes import TICKS_PER_QUARTER, Score, TempoChange
from bridge.midi.smf.reading import MICROSECONDS_PER_MINUTE, score_note
from bridge.midi.smf.removal import tracks_without
from bridge.midi.smf.timeline import Port, read_timeline
from bridge.midi.smf.voices import DEFAULT_VOICES, voices_after, voices_like, voices_within

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from bridge.midi.notes import Note
    from bridge.midi.smf.reading import MidiFile
    from bridge.midi.smf.timeline import Place
    from bridge.midi.smf.voices import Voice

_RESOLUTION = 480
_HEADER_BYTES = 14
_MAX_DELTA = (1 << 28) - 1
"""The longest delta time; a longer wait is divided by empty texts."""
_TAIL_TICKS = TICKS_PER_QUARTER // 4
"""What a prompt sends to a channel this shortly after our first note is the end of its music.

A last pedal is often lifted a little after the bar line at which our music begins.
"""
_NAME = "Antiphon"


def score_bytes(score: Score, text: str, like: MidiFile | None = None) -> bytes:
    """Return a score as a format-1 file, with one track and channel for each instrument.

    `text` says how the music was made. With `like`, instruments sound as in that file.
    """
    voices: Mapping[Instrument, Voice] = DEFAULT_VOICES
    if like is not None:
        voices = voices_like(like.channels, score.instruments)
    tracks = _tracks("", score.notes, voices, _RESOLUTION)
    return _file([_conductor_track(score, text), *tracks])


def parts_bytes(parts: Mapping[str, Score], text: str) -> bytes:
    """Return the scores of several players, by name, with separate tracks for each player.

    Tempo and metre are those of the first score.
    """
    tracks = [_conductor_track(next(iter(parts.values()), Score()), text)]
    for name, part in parts.items():
        tracks += _tracks(name, part.notes, DEFAULT_VOICES, _RESOLUTION)
    return _file(tracks)


def continuation_bytes(prompt: MidiFile, notes: Iterable[Note], text: str) -> bytes:
    """Return the bytes of the prompt, and then the notes on new tracks."""
    notes, division = tuple(notes), prompt.chunks.division
    begin = min((note.onset_ticks for note in notes), default=0)
    over = _file_tick(begin + _TAIL_TICKS, division)
    voices = voices_after(prompt.channels, {note.instrument for note in notes}, over)
    tracks = list(_tracks(_NAME, notes, voices, division, prompt.channels.ringing)) or [[]]
    tracks[0].insert(0, (0, _text(text)))
    return prompt.chunks.with_tracks(_chunks(tracks), len(tracks))


def replaced_bytes(
    source: MidiFile, removed: Collection[Note], notes: Iterable[Note], begin: int, text: str
) -> bytes:
    """Return the bytes of a file without some of its notes, and with others on new tracks.

    `begin` is the tick from which the new notes play. `text` says how they were made.
    """
    notes, division = tuple(notes), source.chunks.division
    sounding = sorted(read_timeline(source.chunks).notes, key=lambda note: note.onset)
    gone = frozenset(removed)
    dropped = [note for note in sounding if score_note(note, division) in gone]
    kinds = {note.instrument for note in notes}
    voices = voices_within(source.channels, kinds, _file_tick(begin, division), sounding)
    tracks = list(_tracks(_NAME, notes, voices, division)) or [[]]
    tracks[0].insert(0, (0, _text(text)))
    changed = tracks_without(source.chunks, sounding, dropped)
    return source.chunks.with_tracks(_chunks(tracks), len(tracks), changed)


_SLOWEST = (1 << 24) - 1
"""The longest quarter note that a file can name, in microseconds: a tempo of 3.6 bpm."""
_Timed = tuple[int, "mido.Message | mido.MetaMessage"]
"""A message and its tick in the file's resolution."""


def _conductor_track(score: Score, text: str) -> list[_Timed]:
    changes: list[_Timed] = [(0, _text(text))]
    for metre in score.metres:
        shape = {"numerator": metre.numerator, "denominator": metre.denominator}
        tick = _file_tick(metre.tick, _RESOLUTION)
        changes.append((tick, mido.MetaMessage("time_signature", **shape)))
    for tempo in score.tempos or (TempoChange(0, 120.0),):
        microseconds = min(_SLOWEST, round(MICROSECONDS_PER_MINUTE / tempo.bpm))
        tick = _file_tick(tempo.tick, _RESOLUTION)
        changes.append((tick, mido.MetaMessage("set_tempo", tempo=microseconds)))
    return changes


@dataclass(slots=True)
class _PlacedNote:
    """A note in file ticks, on the track of its instrument."""

    on: int
    off: int
    note: Note


def _tracks(
    player: str,
    notes: Iterable[Note],
    voices: Mapping[Instrument, Voice],
    division: int,
    ringing: Mapping[tuple[Place, int], int] | None = None,
) -> Iterator[list[_Timed]]:
    """Yield a track for each instrument of the notes.

    `ringing` has the file ticks until which keys sound already; a note begins no earlier.
    """
    parts: dict[Instrument, list[_PlacedNote]] = defaultdict(list)
    for placed in _place_notes(notes, voices, division, ringing or {}):
        parts[placed.note.instrument].append(placed)
    for kind, part in sorted(parts.items()):
        voice = voices[kind]
        channel = voice.place.channel
        events: list[_Timed] = [(0, _track_name(f"{player} {kind.label}".strip()))]
        events += [(0, message) for message in _port_messages(voice.place.port)]
        first = min(placed.on for placed in part)
        events += [(first, mido.Message.from_bytes(encode(event))) for event in voice.setup]
        ends = [(p.off, mido.Message("note_off", channel=channel, note=p.note.pitch)) for p in part]
        begins = [
            (
                p.on,
                mido.Message(
                    "note_on", channel=channel, note=p.note.pitch, velocity=p.note.velocity
                ),
            )
            for p in part
        ]
        events += sorted(ends + begins, key=lambda timed: (timed[0], timed[1].type == "note_on"))
        yield events


def _place_notes(
    notes: Iterable[Note],
    voices: Mapping[Instrument, Voice],
    division: int,
    ringing: Mapping[tuple[Place, int], int],
) -> Iterator[_PlacedNote]:
    """Yield the notes in file ticks: on each key one at a time, none without a length."""
    keys: dict[tuple[Place, int], list[Note]] = defaultdict(list)
    for note in notes:
        keys[voices[note.instrument].place, note.pitch].append(note)
    for key, struck in keys.items():
        before: _PlacedNote | None = None
        for note in sorted(struck):
            on = max(_file_tick(note.onset_ticks, division), ringing.get(key, 0))
            off = max(on + 1, _file_tick(note.release_ticks, division))
            if before is not None:
                if on <= before.on:
                    continue
                before.off = min(before.off, on)
                yield before
            before = _PlacedNote(on, off, note)
        if before is not None:
            yield before


def _file_tick(tick: int, division: int) -> int:
    return (2 * tick * division + TICKS_PER_QUARTER) // (2 * TICKS_PER_QUARTER)


def _port_messages(port: Port) -> Iterator[mido.MetaMessage]:
    """Yield what names the port of a track, as in the file."""
    if port.device:
        # mido decodes and encodes the bytes of a text by the same table.
        yield mido.MetaMessage("device_name", name=port.device.decode("latin-1"))
    if port.number:
        yield mido.MetaMessage("midi_port", port=port.number)


def _text(text: str) -> mido.MetaMessage:
    return mido.MetaMessage("text", text=_latin(text))


def _track_name(name: str) -> mido.MetaMessage:
    return mido.MetaMessage("track_name", name=_latin(name))


def _latin(text: str) -> str:
    """Return UTF-8 as mido's Latin letters, one for each byte.

    So one file can have our text in UTF-8, and the names of devices in the bytes that they have.
    """
    return text.encode("utf-8", "replace").decode("latin-1")


def _chunks(tracks: list[list[_Timed]]) -> bytes:
    """Return the bytes of tracks, without a header."""
    return _file(tracks)[_HEADER_BYTES:]


def _file(tracks: list[list[_Timed]]) -> bytes:
    """Return the bytes of a file with these tracks."""
    file = mido.MidiFile(type=1, ticks_per_beat=_RESOLUTION, charset="latin-1")
    for events in tracks:
        track, before = mido.MidiTrack(), 0
        for tick, message in sorted(events, key=lambda timed: timed[0]):
            while tick - before > _MAX_DELTA:
                track.append(mido.MetaMessage("text", time=_MAX_DELTA))
                before += _MAX_DELTA
            track.append(message.copy(time=tick - before))
            before = tick
        track.append(mido.MetaMessage("end_of_track"))
        file.tracks.append(track)
    stream = io.BytesIO()
    file.save(file=stream)
    return stream.getvalue()
