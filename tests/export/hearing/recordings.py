"""Recordings for tests: scores through the synth, hummed lines, and how well they are heard."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import soundfile

from bridge.midi.notes import TICKS_PER_QUARTER, Score
from bridge.sync.tempo import TempoMap
from bridge.synth.sound_font import package_fonts
from bridge.synth.tinysoundfont import TinySoundFont
from export.hearing.reason import Heard
from export.hearing.transcription import AS_HEARD, HearingSettings, Transcription

RATE_HZ = 44_100
ONSET_TOLERANCE_S = 0.05

Sound = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True, order=True)
class TimedNote:
    """A note in seconds."""

    onset_s: float
    release_s: float
    pitch: int
    velocity: int = 90


def timed(score: Score, begin_s: float = 0.0) -> list[TimedNote]:
    """Return the notes of a score that begins at a time."""
    tempo = TempoMap(score.tempos)

    def time_s(tick: int) -> float:
        return begin_s + tempo.ns_at(tick) / 1e9

    return [
        TimedNote(time_s(n.onset_ticks), time_s(n.release_ticks), n.pitch, n.velocity)
        for n in score.notes
    ]


def melody(pitches: Sequence[int], length_s: float, begin_s: float = 0.0) -> list[TimedNote]:
    """Return notes of equal length, one after the other."""
    onsets = [begin_s + index * length_s for index in range(len(pitches))]
    return [TimedNote(o, o + length_s * 0.9, p) for o, p in zip(onsets, pitches, strict=True)]


def rendered(notes: Sequence[TimedNote], program: int = 0, tail_s: float = 1.0) -> Sound:
    """Return what the built-in synth plays, as one channel whose loudest sample is 0.5.

    The sound font is that of the package, which is the same on every machine.
    """
    font = package_fonts()[0].read_bytes()
    synth = TinySoundFont(font, rate_hz=RATE_HZ, gain_db=-9, max_voices=128)
    synth.program_change(0, program, drums=False)
    events = [(note.onset_s, 1, note) for note in notes]
    events += [(note.release_s, 0, note) for note in notes]
    parts, now = [], 0
    for time_s, is_onset, note in sorted(events):
        frames = max(0, round(time_s * RATE_HZ) - now)
        parts.append(synth.render(frames))
        now += frames
        if is_onset:
            synth.note_on(0, note.pitch, note.velocity)
        else:
            synth.note_off(0, note.pitch)
    parts.append(synth.render(round(tail_s * RATE_HZ)))
    stereo: Sound = np.frombuffer(b"".join(parts), np.float32).reshape(-1, 2)
    mono: Sound = stereo.mean(axis=1)
    loudest = np.abs(mono).max()
    scaled: Sound = (0.5 * mono / loudest).astype(np.float32)
    return scaled


def hummed(
    notes: Sequence[TimedNote],
    *,
    vibrato_cents: float = 40.0,
    glide_s: float = 0.08,
    breath: float = 0.002,
    tail_s: float = 0.5,
) -> Sound:
    """Return a line like a voice: overtones, vibrato, glides between the notes, some breath."""
    length = round((notes[-1].release_s + tail_s) * RATE_HZ)
    times = np.arange(length) / RATE_HZ
    pitch, level = np.full(length, float(notes[0].pitch)), np.zeros(length)
    for note in notes:
        first, end = round(note.onset_s * RATE_HZ), round(note.release_s * RATE_HZ)
        pitch[first:] = note.pitch
        level[first:end] = note.velocity / 127
    smooth = round(glide_s * RATE_HZ)
    pitch = np.convolve(np.pad(pitch, smooth, "edge"), np.ones(smooth) / smooth, "same")
    pitch = pitch[smooth:-smooth] + vibrato_cents / 100 * np.sin(2 * np.pi * 5.5 * times)
    swell = round(0.03 * RATE_HZ)
    level = np.convolve(level, np.hanning(swell) / np.hanning(swell).sum(), "same")
    phase = 2 * np.pi * np.cumsum(440 * 2 ** ((pitch - 69) / 12)) / RATE_HZ
    tone = sum(np.sin(k * phase) / k**1.5 for k in range(1, 7))
    noise = np.random.default_rng(1).normal(size=length)
    sound: Sound = (0.3 * level * tone + breath * noise).astype(np.float32)
    return sound


def saved(path: Path, sound: Sound, rate_hz: int = RATE_HZ) -> Path:
    """Write a sound file; its ending says in which format."""
    kind = "FLOAT" if path.suffix == ".wav" else None
    soundfile.write(path, sound, rate_hz, subtype=kind)
    return path


def transcribed(path: Path, settings: HearingSettings = AS_HEARD) -> tuple[Score, Heard]:
    """Return what is heard in a file."""
    hearing = Transcription(path, settings)
    while not hearing.done:
        hearing.step()
    return hearing.result()


def heard_notes(score: Score, heard: Heard) -> list[TimedNote]:
    """Return the notes that were heard, at their times in the recording."""
    tick_s = 60 / heard.bpm / TICKS_PER_QUARTER
    return [
        TimedNote(
            heard.begin_s + n.onset_ticks * tick_s,
            heard.begin_s + n.release_ticks * tick_s,
            n.pitch,
            n.velocity,
        )
        for n in score.notes
    ]


def f_measure(played: Sequence[TimedNote], heard: Sequence[TimedNote]) -> float:
    """Return the F-measure of notes: pitch exact, onset within 50 ms, each note once.

    For notes of one pitch in order of onset, taking the first one that fits matches the most.
    """
    left = sorted((note.pitch, note.onset_s) for note in heard)
    hits = 0
    for note in sorted(played, key=lambda note: (note.pitch, note.onset_s)):
        fit = (
            each
            for each in left
            if each[0] == note.pitch and abs(each[1] - note.onset_s) <= ONSET_TOLERANCE_S
        )
        if (found := next(fit, None)) is not None:
            left.remove(found)
            hits += 1
    return 2 * hits / (len(played) + len(heard))
