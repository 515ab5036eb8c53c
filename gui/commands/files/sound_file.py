"""Sound written to a file as it is made: WAV and FLAC of 24 bits, and Ogg Vorbis.

libsndfile (`soundfile`) encodes. It writes to a stream of ours, and cannot pass on an exception
that the stream raises: so the stream keeps the system's error, which is raised after the call.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import IO, TYPE_CHECKING, TypeVar

from bridge.synth.reason import SynthError, SynthNotInstalled
from bridge.system.extras import install_command

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import numpy as np
    import soundfile
    from numpy.typing import NDArray

FORMATS = {
    ".wav": ("WAV", "PCM_24"),
    ".flac": ("FLAC", "PCM_24"),
    ".ogg": ("OGG", "VORBIS"),
}
"""Format and encoding, in libsndfile's words, by the ending of the name."""
WAV_FRAMES = (2**32 - 2**16) // 6
"""The most frames of a WAV file: its header counts the bytes with 32 bits."""
CHANNELS = 2

_Result = TypeVar("_Result")


def check_installed() -> None:
    """Raise SynthError if the library is not installed."""
    try:
        import soundfile  # noqa: F401 - whether it loads
    except (ImportError, OSError) as error:
        raise SynthError(SynthNotInstalled(install_command("sound"))) from error


class SoundFile:
    """A file of stereo sound that is being written."""

    def __init__(self, file: soundfile.SoundFile, stream: _Stream) -> None:
        self._file, self._stream = file, stream

    def write(self, samples: NDArray[np.float32]) -> None:
        """Write samples (frames, 2), each between -1 and 1.

        Raises:
            OSError: the system does not write.

        """
        self._stream.call(lambda: self._file.write(samples))


@contextmanager
def sound_file(stream: IO[bytes], ending: str, rate_hz: int) -> Iterator[SoundFile]:
    """Yield a sound file that is written to a stream from its beginning.

    Raises:
        OSError: the system does not write.

    """
    import soundfile

    stream.seek(0)
    stream.truncate()
    kept = _Stream(stream)
    container, encoding = FORMATS[ending]
    file = kept.call(
        lambda: soundfile.SoundFile(
            kept, "w", rate_hz, CHANNELS, format=container, subtype=encoding
        )
    )
    try:
        yield SoundFile(file, kept)
    finally:
        kept.call(file.close)


class _Stream:
    """A stream as libsndfile uses it, which keeps the first error."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self._error: OSError | None = None

    def call(self, function: Callable[[], _Result]) -> _Result:
        """Call a function of libsndfile; raise the stream's error, if there is one."""
        import soundfile

        try:
            result = function()
        except (soundfile.LibsndfileError, AssertionError):
            if self._error is not None:
                raise self._error from None
            raise
        if self._error is not None:
            raise self._error
        return result

    def write(self, data: bytes) -> int:
        """Write bytes; return how many were written."""
        return self._kept(lambda: self._stream.write(data), 0)

    def seek(self, offset: int, whence: int = 0) -> int:
        """Go to a place; return it."""
        return self._kept(lambda: self._stream.seek(offset, whence), -1)

    def tell(self) -> int:
        """Return the place."""
        return self._kept(self._stream.tell, -1)

    def _kept(self, function: Callable[[], int], failed: int) -> int:
        if self._error is None:  # after the first error the stream may be closed
            try:
                return function()
            except OSError as error:
                self._error = error
        return failed
