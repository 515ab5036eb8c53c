"""A recording as a score: the network listens, notes are made, and a tempo is found.

The work is done in small pieces (`step`), between which the caller can show how far it is, or stop.

The score begins with the beat on which the first note falls, whatever silence comes before it. If
the notes have no steady beat, they are plain time at 120 bpm.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from bridge.midi.instruments import Instrument, fit_to_range
from bridge.midi.notes import TICKS_PER_QUARTER, MetreChange, Note, Score, TempoChange
from export.hearing.network import HOP, KEYS, LOWEST_PITCH, Listening, frames_at_rate, time_s
from export.hearing.notes import USUAL, Thresholds, notes_in, without_overtones
from export.hearing.pulse import Pulse, pulse_at, pulse_of
from export.hearing.reason import Heard, HearingError, SoundFault, UnusableSound
from export.hearing.sound_file import read_sound
from export.hearing.voice import is_one_voice, line_in

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from export.hearing.notes import FrameNote
    from export.hearing.sound_file import Samples
    from export.hearing.voice import Levels

FREE_BPM = 120.0
"""The tempo that notes without a steady beat are written in."""
_SILENCE = 1e-3
"""A recording whose loudest sample is below this is silent: 60 dB below the loudest possible."""
_INAUDIBLE = 1e-3
"""A note this much quieter than the loudest moment is none: the network hears any loudness."""
_CERTAIN = 0.55
"""A recording in which no note has this amplitude is noise, in which the network guesses a few."""


@dataclass(frozen=True, slots=True)
class HearingSettings:
    """How a recording is heard.

    `one_voice` None lets the recording decide. `bpm` None means that the tempo is estimated.
    """

    thresholds: Thresholds = USUAL
    lowest: int = LOWEST_PITCH
    highest: int = LOWEST_PITCH + KEYS - 1
    one_voice: bool | None = None
    bpm: float | None = None
    metre: tuple[int, int] = (4, 4)
    instrument: Instrument = Instrument.PIANO


AS_HEARD = HearingSettings()
"""The recording decides everything."""


class Transcription:
    """The hearing of one file, in progress."""

    def __init__(self, path: Path, settings: HearingSettings = AS_HEARD, threads: int = 1) -> None:
        """Read a sound file.

        Raises:
            HearingError: it cannot be read, is too long, or is silent.

        """
        self._path, self._settings = path, settings
        samples = read_sound(path)
        self._levels = _levels(samples)
        if self._levels.max() < _SILENCE:
            raise HearingError(UnusableSound(path, SoundFault.SILENT))
        self._listening = Listening(samples, threads)

    @property
    def share(self) -> float:
        """The share of the recording that has been heard, from 0 to 1."""
        return self._listening.share

    @property
    def done(self) -> bool:
        """Whether all has been heard."""
        return self._listening.done

    def step(self) -> None:
        """Hear the next two seconds."""
        self._listening.step()

    def result(self) -> tuple[Score, Heard]:
        """Return the score, and what was heard, once all has been heard.

        Raises:
            HearingError: there is no note.

        """
        settings = self._settings
        heard = self._listening.activations().between(settings.lowest, settings.highest)
        one_voice = settings.one_voice
        if one_voice is None:
            one_voice = is_one_voice(heard, settings.thresholds.frame)
        levels = self._levels[frames_at_rate(len(heard.frames))]
        if one_voice:
            found = line_in(heard, levels, settings.thresholds)
        else:
            found = without_overtones(notes_in(heard, settings.thresholds))
        notes = [note for note in found if _is_audible(note, levels)]
        if max((note.amplitude for note in notes), default=0.0) < _CERTAIN:
            raise HearingError(UnusableSound(self._path, SoundFault.NO_NOTES))
        pulse, is_steady = _pulse(notes, settings.bpm)
        score = _score(notes, pulse, settings)
        told = Heard(self._path, len(score.notes), one_voice, pulse.bpm, is_steady, pulse.beat_s)
        return score, told


def _is_audible(note: FrameNote, levels: Levels) -> bool:
    loudest = levels[note.onset : note.release].max()
    return bool(loudest >= _INAUDIBLE * levels.max())


def _levels(samples: Samples) -> Levels:
    """Return the loudness of each frame: the largest sample of it and of the next one.

    A frame's mean is no sound. A wave of a low note is longer than a frame.
    """
    frames = np.pad(samples, (0, -len(samples) % HOP), mode="edge").reshape(-1, HOP)
    peaks = np.abs(frames - frames.mean(axis=1, keepdims=True)).max(axis=1)
    levels: Levels = np.maximum(peaks, np.append(peaks[1:], peaks[-1]))
    return levels


def _pulse(notes: Sequence[FrameNote], bpm: float | None) -> tuple[Pulse, bool]:
    """Return the beat of some notes, and whether it is steady."""
    onsets_s = [time_s(note.onset) for note in notes]
    if bpm is not None:
        return pulse_at(bpm, onsets_s), True
    pulse = pulse_of(onsets_s)
    return (Pulse(FREE_BPM, onsets_s[0]), False) if pulse is None else (pulse, True)


def _score(notes: Sequence[FrameNote], pulse: Pulse, settings: HearingSettings) -> Score:
    metre = MetreChange(0, *settings.metre)
    return Score(
        tuple(sorted(_in_ticks(notes, pulse, settings.instrument))),
        (TempoChange(0, pulse.bpm),),
        (metre,),
    )


def _in_ticks(notes: Sequence[FrameNote], pulse: Pulse, instrument: Instrument) -> Iterator[Note]:
    """Yield the notes in ticks from the first beat on, in the compass of an instrument."""
    for note in notes:
        onset, release = (
            max(0, round((time_s(frame) - pulse.beat_s) * pulse.bpm / 60 * TICKS_PER_QUARTER))
            for frame in (note.onset, note.release)
        )
        fitted = fit_to_range(instrument, note.pitch)
        if fitted is not None:
            velocity = max(1, min(127, round(127 * note.amplitude)))
            yield Note(onset, *fitted, max(onset + 1, release), velocity)
