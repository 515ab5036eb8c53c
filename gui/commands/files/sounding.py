"""What the commands that sound a file share: its messages, the synth, and when it is silent."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from bridge.midi.events import NoteOn
from bridge.midi.smf.performance import perform
from bridge.synth.performance_sound import PerformanceSound
from bridge.synth.process import load_synth
from bridge.synth.reason import SynthError
from bridge.synth.sound_font import find_sound_font
from gui.commands.console.terminal import fail
from gui.wording.reasons import sentence_of

if TYPE_CHECKING:
    from pathlib import Path
    from typing import NoReturn

    from numpy.typing import NDArray

    from bridge.midi.smf import MidiFile
    from bridge.midi.smf.performance import Performance
    from bridge.synth.tinysoundfont import TinySoundFont

SILENCE = 1e-4
"""-80 dB: what is softer is no longer heard."""
MAX_TAIL_S = 20.0
"""A sound that never ends after its release is cut then."""
_VOICES = 512


def performance_of(file: MidiFile) -> Performance:
    """Return the messages of a file; fail if there is nothing to hear."""
    performance = perform(file)
    if not any(isinstance(each.event, NoteOn) for each in performance.events):
        fail(f"{file.path}: has no notes to play.")
    return performance


def open_synth(font: Path | None, rate_hz: int, gain_db: float) -> TinySoundFont:
    """Return a synth that plays a sound font, the user's or the system's; or fail."""
    try:
        found = find_sound_font(font)
        return load_synth(found, rate_hz=rate_hz, gain_db=gain_db, max_voices=_VOICES)
    except SynthError as error:
        fail_synth(error)


def fail_synth(error: SynthError) -> NoReturn:
    """Fail because the synth cannot sound."""
    fail(sentence_of(error.reason))


def next_samples(sound: PerformanceSound, frames: int) -> NDArray[np.float32]:
    """Return the next samples (frames, 2) of a performance."""
    return np.frombuffer(sound.render(frames), np.float32).reshape(-1, 2)


def peak_of(samples: NDArray[np.float32]) -> float:
    """Return the largest absolute value of samples; 0 without any."""
    return float(np.abs(samples).max(initial=0.0))


def duration_text(time_ns: int) -> str:
    """Return a time as minutes and seconds, or as hours too: 1:02:03."""
    minutes, seconds = divmod(round(time_ns / 1e9), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"
