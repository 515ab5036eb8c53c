"""`antiphon render`: a MIDI file as sound, by the built-in synth.

The sound is made block by block, faster than it lasts, and written at once: the memory that it
takes does not depend on its length. Nothing is made louder or more even. Only if the loudest moment
would clip is the whole made again, softer by that much.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, Annotated

import typer

from bridge.system.output_file import SOUND_ENDINGS, OutputError, open_output
from bridge.system.units import SECOND
from gui.commands.console.options import ForceOption, SoundFontOption, amount_option
from gui.commands.console.progress import WorkProgress
from gui.commands.console.terminal import (
    INTERRUPTED,
    STANDARD_STREAM,
    check_outputs,
    fail,
    fail_output,
    interruptible,
    read_midi,
    say,
)

if TYPE_CHECKING:
    from bridge.midi.smf.performance import Performance
    from gui.commands.console.terminal import Interruption

_BLOCK_FRAMES = 4096
_GAIN_DB = 6.0
"""A band at usual volumes nearly reaches full scale; what is louder is made softer."""
_CEILING = 10 ** (-0.5 / 20)
"""The highest peak: half a decibel below full scale, since Ogg Vorbis is not exact."""


def render(
    *,
    source: Annotated[
        Path,
        typer.Argument(
            metavar="IN.mid", readable=False, help="MIDI file to sound; -: standard input."
        ),
    ],
    out: Annotated[
        Path,
        typer.Option("-o", "--out", readable=False, help="File to write: .wav, .flac or .ogg."),
    ],
    rate: Annotated[int, amount_option("--rate", "rate")] = 44_100,
    sound_font: SoundFontOption = None,
    force: ForceOption = False,
) -> None:
    """Render a MIDI file as sound, with the built-in synth.

    Example: antiphon render sketch.mid -o sketch.wav
    """
    from bridge.synth.reason import SynthError
    from gui.commands.files import sound_file
    from gui.commands.files.sounding import MAX_TAIL_S, fail_synth, performance_of

    inputs = [] if source == STANDARD_STREAM else [source]
    check_outputs(out, force=force, inputs=inputs, endings=SOUND_ENDINGS)
    performance = performance_of(read_midi(source))
    seconds = performance.end_ns / SECOND + MAX_TAIL_S
    if out.suffix.lower() == ".wav" and seconds * rate > sound_file.WAV_FRAMES:
        fail(f"{out}: {seconds / 3600:.1f} hours are more than a WAV file can hold; write .flac.")
    try:
        sound_file.check_installed()
    except SynthError as error:
        fail_synth(error)
    rendering = _Rendering(performance, sound_font, rate, out.suffix.lower())
    with (
        interruptible(at_checks=True) as interruption,
        WorkProgress("The sound") as progress,
    ):
        try:
            with open_output(out, replace=force, inputs=inputs, endings=SOUND_ENDINGS) as stream:
                rendered = rendering.write(stream, progress, interruption)
        except KeyboardInterrupt:
            raise typer.Exit(INTERRUPTED) from None
        except OutputError as error:
            fail_output(error.reason)
    say(f"{out}: {rendered}")


@dataclass(frozen=True, slots=True)
class _Rendered:
    """The length of what was written, its loudest moment, and by how much it was made softer."""

    length_ns: int
    peak: float
    reduction_db: float

    def __str__(self) -> str:
        from gui.commands.files.sounding import duration_text

        text = duration_text(self.length_ns)
        text += f", peak {_decibels(self.peak):.1f} dB" if self.peak else ", silent"
        if self.reduction_db:
            text += f"; made softer by {self.reduction_db:.1f} dB, because it would have clipped"
        return text


@dataclass(frozen=True, slots=True)
class _Rendering:
    """The rendering of a performance to a stream."""

    performance: Performance
    font: Path | None
    rate_hz: int
    ending: str

    def write(
        self, stream: IO[bytes], progress: WorkProgress, interruption: Interruption
    ) -> _Rendered:
        """Write the sound; if it would clip, write it again, softer by that much.

        Raises:
            OSError: the system does not write.
            KeyboardInterrupt: a signal has come.

        """
        length_ns, peak = self._write(stream, _GAIN_DB, progress, interruption)
        if peak <= _CEILING:
            return _Rendered(length_ns, peak, 0.0)
        reduction_db = _decibels(peak / _CEILING)
        length_ns, peak = self._write(stream, _GAIN_DB - reduction_db, progress, interruption)
        return _Rendered(length_ns, peak, reduction_db)

    def _write(
        self, stream: IO[bytes], gain_db: float, progress: WorkProgress, interruption: Interruption
    ) -> tuple[int, float]:
        """Write the sound at a gain; return its length and its peak, which may exceed 1."""
        from bridge.synth.performance_sound import PerformanceSound
        from gui.commands.files.sound_file import sound_file
        from gui.commands.files.sounding import (
            MAX_TAIL_S,
            SILENCE,
            next_samples,
            open_synth,
            peak_of,
        )

        synth = open_synth(self.font, self.rate_hz, gain_db)
        sound = PerformanceSound(synth, self.performance, self.rate_hz)
        end_ns = self.performance.end_ns
        cut_ns, highest = end_ns + round(MAX_TAIL_S * SECOND), 0.0
        with sound_file(stream, self.ending, self.rate_hz) as file:
            while True:
                interruption.check()
                was_over = sound.is_over
                samples = next_samples(sound, _BLOCK_FRAMES)
                peak = peak_of(samples)
                highest = max(highest, peak)
                file.write(samples.clip(-1.0, 1.0))
                if progress.is_due:
                    progress.show(min(1.0, sound.time_ns / max(1, end_ns)))
                if was_over and (peak < SILENCE or sound.time_ns >= cut_ns):
                    return sound.time_ns, highest


def _decibels(ratio: float) -> float:
    return 20 * math.log10(ratio)
