"""What the commands share: messages, inputs and outputs, and the installed model."""

from __future__ import annotations

import signal
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import typer

from bridge.names import nearest, visible
from bridge.system.output_file import OutputError, OutputFault, RefusedOutput, check_output
from gui.wording.sentence import Sentence

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence
    from types import FrameType
    from typing import TextIO

    from bridge.messages.settings import Settings
    from bridge.midi.smf import MidiFile
    from bridge.system.output_file import OutputReason
    from export.runtime.artefact import Artefact

USAGE_ERROR, INTERRUPTED = 2, 130
STANDARD_STREAM = Path("-")
"""A path that means standard input or standard output."""


def say(message: str | Sentence, stream: TextIO | None = None) -> None:
    """Print one line, on standard output unless another stream is given.

    Characters that would act on the terminal are printed as escapes.
    """
    stream = sys.stdout if stream is None else stream
    if stream is not None:  # a program without a console has none
        stream.write(f"{visible(str(message))}\n")
        stream.flush()


def fail(message: str | Sentence) -> NoReturn:
    """Print what is wrong with the input, and exit with status 2."""
    say(f"antiphon: {message}", sys.stderr)
    raise typer.Exit(USAGE_ERROR)


def fail_unknown(where: str, word: str, known: Iterable[str]) -> NoReturn:
    """Fail because a word is none of some known ones; name the one near it first, then all."""
    known = tuple(known)
    fail(f"{where}: there is no {word!r}{near_it(word, known)}; there are {', '.join(known)}.")


def near_it(word: str, known: Iterable[str]) -> str:
    """Return the known name that a word resembles, as a part of a sentence; empty if none does."""
    return "".join(f"; near it: {name}" for name in nearest(word, known, 1))


def tolerate_names() -> None:
    """Let standard output and standard error print any name, whatever their encoding."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")


@contextmanager
def interruptible() -> Iterator[None]:
    """Let SIGTERM end a command as Ctrl-C does, with KeyboardInterrupt: files stay whole."""

    def interrupt(_signal: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def load_artefact(settings: Settings | None = None) -> Artefact:
    """Load the installed model with the user's styles; fail if the settings need others."""
    from export.runtime.artefact import ArtefactError, UnknownStyleError
    from export.styles.own import StyleError, load_installed_artefact
    from gui.wording.model_files import no_such_style
    from gui.wording.reasons import sentence_of

    try:
        artefact = load_installed_artefact()
        if settings is not None:
            artefact.blend(dict(settings.style))
    except (ArtefactError, StyleError) as error:
        fail(sentence_of(error.reason))
    except UnknownStyleError as error:
        fail(f"--style: {no_such_style(error.reason)}.")
    return artefact


def read_music(source: Path) -> MidiFile:
    """Read a MIDI file with notes, `-` from standard input, or fail."""
    from bridge.midi import smf
    from bridge.midi.smf.reason import FileFault, UnusableFile
    from gui.wording.reasons import sentence_of

    try:
        prompt = _read_standard_input() if source == STANDARD_STREAM else smf.read(source)
    except smf.MidiFileError as error:
        fail(sentence_of(error.reason))
    if not prompt.score.notes:
        fail(sentence_of(UnusableFile(prompt.path, FileFault.NO_NOTES)))
    return prompt


def _read_standard_input() -> MidiFile:
    from bridge.midi import smf
    from bridge.midi.smf.reason import FileTooLarge

    if sys.stdin is None or sys.stdin.isatty():
        fail("-: standard input is a terminal; send a MIDI file into it.")
    name = Path("standard input")
    content = sys.stdin.buffer.read(smf.MAX_BYTES + 1)
    if len(content) > smf.MAX_BYTES:
        raise smf.MidiFileError(FileTooLarge(name, len(content)))
    return smf.from_bytes(content, name)


def check_outputs(
    *paths: Path | None,
    force: bool,
    inputs: Collection[Path] = (),
    endings: Sequence[str] = (),
) -> None:
    """Fail early if a file cannot be written; its content may take hours to make."""
    for path in paths:
        if path is not None:
            try:
                check_output(path, replace=force, inputs=inputs, endings=endings)
            except OutputError as error:
                fail_output(error.reason)


def fail_output(reason: OutputReason) -> NoReturn:
    """Fail because a file is not written."""
    from gui.wording.reasons import sentence_of

    if isinstance(reason, RefusedOutput) and reason.fault is OutputFault.EXISTS:
        fail(f"{reason.path}: the file exists already; --force replaces it.")
    fail(sentence_of(reason))
