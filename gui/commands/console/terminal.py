"""What the commands share: messages, inputs and outputs, and the installed model."""

from __future__ import annotations

import io
import signal
import socket
import sys
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Timer, main_thread
from typing import TYPE_CHECKING, NoReturn

import typer

from bridge.names import nearest, visible
from bridge.setting import short_repr
from bridge.system.error_text import error_text
from bridge.system.output_file import OutputError, OutputFault, RefusedOutput, check_output
from bridge.system.real_time import ENDING_SIGNALS
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
_SENT_AGAIN_S = 0.05
"""A signal whose exception Python has dropped is sent again after this time."""


def say(message: str | Sentence, stream: TextIO | None = None) -> None:
    """Print one line, on standard output unless another stream is given.

    Characters that would act on the terminal are printed as escapes. What standard error does not
    take is lost: there is no other place to report it.

    Raises:
        OSError: standard output cannot be written.

    """
    stream = sys.stdout if stream is None else stream
    if stream is None:  # a program without a console has none
        return
    try:
        stream.write(f"{visible(str(message))}\n")
        stream.flush()
    except OSError:
        if stream is not sys.stderr:
            raise
        _close(stream)
        sys.stderr = None  # as in a program without a console


def abandon_standard_output() -> None:
    """Write nothing more to a standard output that cannot be written.

    Python would try again when it ends, and report the same error in words of its own.
    """
    if sys.stdout is not None:
        _close(sys.stdout)
    sys.stdout = None


def _close(stream: TextIO) -> None:
    """Close a stream; what it cannot write is lost."""
    with suppress(OSError):
        stream.close()


def standard_input_file() -> int | None:
    """Return the descriptor of standard input; None if there is none."""
    return _descriptor(sys.stdin)


def standard_output_file() -> int | None:
    """Return the descriptor of standard output; None if there is none."""
    return _descriptor(sys.stdout)


def _descriptor(stream: TextIO | None) -> int | None:
    try:
        return None if stream is None else stream.fileno()
    except (OSError, ValueError):  # a stream in memory, or one that is closed
        return None


def fail(message: str | Sentence) -> NoReturn:
    """Print what is wrong with the input, and exit with status 2."""
    say(f"antiphon: {message}", sys.stderr)
    raise typer.Exit(USAGE_ERROR)


def fail_unknown(where: str, word: str, known: Iterable[str]) -> NoReturn:
    """Fail because a word is none of some known ones; name the one near it first, then all."""
    known = tuple(known)
    no_such = f"{where}: there is no {short_repr(word)}{near_it(word, known)}"
    fail(f"{no_such}; there are {', '.join(known)}.")


def near_it(word: str, known: Iterable[str]) -> str:
    """Return the known name that a word resembles, as a part of a sentence; empty if none does."""
    return "".join(f"; near it: {name}" for name in nearest(word, known, 1))


class StandardOutputError(OSError):
    """Standard output cannot be written."""


class _StandardOutput(io.TextIOWrapper):
    """Standard output, whose errors can be told from those of files."""

    def write(self, text: str, /) -> int:
        """Write a text; raise StandardOutputError if that fails."""
        with _errors_of_standard_output():
            return super().write(text)

    def flush(self) -> None:
        """Write what is in the buffer; raise StandardOutputError if that fails."""
        with _errors_of_standard_output():
            super().flush()


@contextmanager
def _errors_of_standard_output() -> Iterator[None]:
    try:
        yield
    except BrokenPipeError:
        raise  # what reads it has ended, which is its right
    except OSError as error:
        raise StandardOutputError(error.errno, error.strerror) from error


def prepare_streams() -> None:
    """Let standard output and standard error print any name, whatever their encoding.

    What goes wrong with standard output is a StandardOutputError from now on.
    """
    if isinstance(sys.stderr, io.TextIOWrapper):
        sys.stderr.reconfigure(errors="backslashreplace")
    if isinstance(old := sys.stdout, io.TextIOWrapper):
        encoding, line, through = old.encoding, old.line_buffering, old.write_through
        sys.stdout = _StandardOutput(
            old.detach(), encoding, "backslashreplace", None, line, through
        )


class Interruption:
    """Whether a command is asked to end, and a socket that becomes readable when it is."""

    def __init__(self, wakeup: socket.socket) -> None:
        self.is_wanted = False
        """Whether a signal has come."""
        self.wakeup = wakeup

    def check(self) -> None:
        """Raise KeyboardInterrupt if a signal has come."""
        if self.is_wanted:
            raise KeyboardInterrupt


@contextmanager
def interruptible(*, at_checks: bool = False) -> Iterator[Interruption]:
    """Let SIGTERM, SIGHUP and SIGQUIT end a command as Ctrl-C does, with KeyboardInterrupt.

    So files stay whole, and a session ends in silence. SIGHUP comes when the terminal is closed; a
    command under nohup ignores it. Only the first signal counts: what a command does at its end is
    not interrupted again.

    With `at_checks` only `Interruption.check` raises, or the command asks `is_wanted`. An exception
    that is raised anywhere may come between closing a file and recording that it is closed.

    Python drops an exception that is raised in a callback of C or in `__del__`. The signal is sent
    again then.
    """
    wakeup, waker = socket.socketpair()
    with wakeup, waker:
        for end in (wakeup, waker):
            end.setblocking(False)
        interruption = Interruption(wakeup)

        received: list[int] = []

        def interrupt(kind: int, _frame: FrameType | None) -> None:
            received.append(kind)
            if not interruption.is_wanted:
                interruption.is_wanted = True
                if not at_checks:
                    raise KeyboardInterrupt

        before = {
            kind: signal.signal(kind, interrupt)
            for kind in ENDING_SIGNALS
            if signal.getsignal(kind) is not signal.SIG_IGN
        }

        def send_again(dropped: sys.UnraisableHookArgs) -> None:
            if not isinstance(dropped.exc_value, KeyboardInterrupt):
                outer_hook(dropped)
                return
            interruption.is_wanted = False
            # Not at once: it would be raised in the same callback.
            Timer(_SENT_AGAIN_S, _send_to_main_thread, (received[-1],)).start()

        outer_hook, sys.unraisablehook = sys.unraisablehook, send_again
        outer = signal.set_wakeup_fd(waker.fileno(), warn_on_full_buffer=False)
        try:
            yield interruption
        finally:
            signal.set_wakeup_fd(outer)
            sys.unraisablehook = outer_hook
            for kind, handler in before.items():
                signal.signal(kind, signal.SIG_IGN if interruption.is_wanted else handler)


def _send_to_main_thread(kind: int) -> None:
    """Send this process a signal that ends a wait of its main thread."""
    if sys.platform == "win32":
        signal.raise_signal(kind)
    else:
        signal.pthread_kill(main_thread().ident or 0, kind)


def load_artefact(settings: Settings | None = None, *, report: bool = True) -> Artefact:
    """Load the installed model with the user's styles; fail if the settings need others.

    With `report`, each broken file among the user's styles is named on standard error.
    """
    from export.runtime.artefact import ArtefactError, UnknownStyleError
    from export.styles.own import broken_styles, load_installed_artefact, styles_folder
    from gui.wording.model_files import no_such_style
    from gui.wording.reasons import sentence_of

    try:
        artefact = load_installed_artefact()
        for reason in broken_styles(styles_folder(), artefact) if report else ():
            say(f"antiphon: {sentence_of(reason)}", sys.stderr)
        if settings is not None:
            artefact.blend(dict(settings.style))
    except ArtefactError as error:
        fail(sentence_of(error.reason))
    except UnknownStyleError as error:
        fail(f"--style: {no_such_style(error.reason)}.")
    return artefact


@contextmanager
def usable_model() -> Iterator[None]:
    """Fail with one sentence if the model turns out to be unusable while it is run."""
    from export.runtime.artefact import ArtefactError
    from gui.wording.reasons import sentence_of

    try:
        yield
    except ArtefactError as error:
        fail(sentence_of(error.reason))


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
    from bridge.midi.smf.reason import FileNotRead, FileTooLarge

    if sys.stdin is None:
        fail("-: there is no standard input; name a file.")
    if sys.stdin.isatty():
        fail("-: standard input is a terminal; send a MIDI file into it.")
    name = Path("standard input")
    try:
        content = sys.stdin.buffer.read(smf.MAX_BYTES + 1)
    except OSError as error:  # a folder, or a broken disk
        raise smf.MidiFileError(FileNotRead(name, error_text(error))) from error
    if len(content) > smf.MAX_BYTES:
        raise smf.MidiFileError(FileTooLarge(name, len(content)))
    return smf.from_bytes(content, name)


def check_outputs(
    *paths: Path | None,
    force: bool,
    inputs: Collection[Path | int] = (),
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
