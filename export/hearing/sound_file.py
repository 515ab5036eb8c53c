"""Read a sound file as the samples that the network hears: one channel at 22,050 Hz.

libsndfile decodes WAV, FLAC, Ogg (Vorbis, Opus), MP3, AIFF and others; libsoxr resamples. A file is
read in blocks of a fixed size, and reading stops at the longest recording. So the memory depends on
neither what a header promises nor the number of channels. Samples that are not finite are silence.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from bridge.system.error_text import error_text
from bridge.system.extras import install_command
from bridge.system.input_file import InputError, open_input
from bridge.system.quiet_stderr import stderr_silenced
from export.hearing.reason import (
    AbsurdRate,
    HearingError,
    HearingNotInstalled,
    SoundFault,
    SoundNotDecoded,
    SoundTooLong,
    UnusableSound,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from typing import IO, Any

    import numpy.typing as npt

    Samples = npt.NDArray[np.float32]

RATE_HZ = 22_050
MAX_MINUTES = 20.0
"""The longest recording that is heard."""
_RATES_HZ = range(2_000, 800_001)
"""Valid sample rates. Telephones have 8,000, the finest converters 768,000."""
_BLOCK_SAMPLES = 1 << 18
"""The samples that are decoded at once, of all channels together."""
_LOUDEST = 1e4
"""Larger samples, which files of floats may have, are cut: their squares would overflow."""


def read_sound(path: Path) -> Samples:
    """Return the samples of a sound file, from -1 to 1 in most files.

    Raises:
        HearingError: the file cannot be read, is too long, or has no samples.

    """
    try:
        with open_input(path) as stream, stderr_silenced():  # MP3's decoder prints
            blocks = list(_blocks(path, stream))
    except InputError as error:
        raise HearingError(error.reason) from error
    samples = np.concatenate(blocks) if blocks else np.empty(0, np.float32)
    if not len(samples):
        raise HearingError(UnusableSound(path, SoundFault.NO_SAMPLES))
    return samples


def _blocks(path: Path, stream: IO[bytes]) -> Iterator[Samples]:
    """Yield the samples of an open file, block by block."""
    try:
        import soundfile  # noqa: PLC0415 - an optional package, as the next one
        import soxr  # noqa: PLC0415
    except (ImportError, OSError) as error:  # OSError: libsndfile itself is missing
        raise HearingError(HearingNotInstalled(path, install_command("hear"))) from error
    try:
        sound = soundfile.SoundFile(stream)
    except (soundfile.LibsndfileError, TypeError, ValueError) as error:
        raise HearingError(UnusableSound(path, SoundFault.NOT_SOUND)) from error
    with sound:
        if sound.samplerate not in _RATES_HZ:
            raise HearingError(AbsurdRate(path, sound.samplerate))
        resampler = soxr.ResampleStream(sound.samplerate, RATE_HZ, 1, "float32")
        try:
            for block in _mono(path, sound):
                yield resampler.resample_chunk(block)
        except (soundfile.LibsndfileError, RuntimeError) as error:
            raise HearingError(SoundNotDecoded(path, _text(error))) from error
        yield resampler.resample_chunk(np.empty(0, np.float32), last=True)


def _mono(path: Path, sound: Any) -> Iterator[Samples]:
    """Yield the mean of the channels at the file's own rate, in blocks."""
    left = int(MAX_MINUTES * 60 * sound.samplerate)
    size = max(1, _BLOCK_SAMPLES // sound.channels)
    while len(block := sound.read(size, dtype="float32", always_2d=True)):
        left -= len(block)
        if left < 0:
            raise HearingError(SoundTooLong(path, MAX_MINUTES))
        finite = np.nan_to_num(block, nan=0.0, posinf=0.0, neginf=0.0)
        yield np.clip(finite, -_LOUDEST, _LOUDEST).mean(axis=1, dtype=np.float32)


def _text(error: Exception) -> str:
    """Return the text of an error of libsndfile, without a full stop."""
    return error_text(error).rstrip(". ")
