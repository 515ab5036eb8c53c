"""`antiphon jam`: the live engine without a window.

Ports, mode and time are options. The terminal shows the main events in a few words. On request, all
events are written as JSON, one per line.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TextIO

import typer

from bridge.messages.settings import SETTINGS
from bridge.midi.controls import Action, parse_control
from bridge.names import visible
from bridge.system.output_file import (
    MIDI_ENDINGS,
    OutputError,
    OutputFault,
    RefusedOutput,
    create_log,
    free_path,
    is_fifo,
)
from bridge.system.units import MS, SECOND
from gui.commands.console.options import (
    WITHOUT_OPTION,
    BackendOption,
    ForceOption,
    InputOption,
    OutputOption,
    amount_option,
    is_no_input,
    parse_backend,
    parse_ports,
    parse_settings,
    with_setting_options,
)
from gui.commands.console.terminal import (
    Interruption,
    abandon_standard_output,
    check_outputs,
    fail,
    fail_output,
    fail_unknown,
    interruptible,
    load_artefact,
    say,
)
from gui.diagnostics.line_writer import LineWriter

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from bridge.history.record import Record
    from bridge.messages.settings import Settings
    from bridge.messages.snapshot import LogEntry
    from bridge.midi.controls import Bindings
    from gui.engine.process import Engine
    from gui.engine.session_folder import Unfinished


@with_setting_options(*(name for name in SETTINGS if name not in WITHOUT_OPTION))
def jam(
    *,
    input_: InputOption = "",
    output: OutputOption = "",
    through: BackendOption = "auto",
    control: Annotated[
        list[str] | None,
        typer.Option(
            "--control",
            help="hand-over=cc64, panic=note21, blend=cc1/2 ...; repeatable. "
            f"({', '.join(action.value for action in Action)})",
        ),
    ] = None,
    for_: Annotated[float, amount_option("--for", "for_")] = 0.0,
    record: Annotated[
        Path | None,
        typer.Option(
            "--record", readable=False, help="Write the music of both sides to this MIDI file."
        ),
    ] = None,
    json_log: Annotated[
        Path | None,
        typer.Option(
            "--json-log",
            readable=False,
            help="Write one line of JSON for each event, to a file or a pipe.",
        ),
    ] = None,
    force: ForceOption = False,
    **asked: Any,
) -> None:
    """Listen on a MIDI port, and answer.

    Example: antiphon jam --style "bach:0.6,jazz:0.4" --instruments piano,bass --mode trade --bars 2
    """
    backend = parse_backend(through)
    settings = replace(parse_settings(asked), keyboard=not is_no_input(input_))

    from datetime import UTC, datetime

    from gui.engine.played_journal import open_journal
    from gui.engine.process import Engine
    from gui.engine.recording import provenance
    from gui.engine.session_folder import SessionFolder, find_unfinished

    time = settings.time
    if (time.click or time.count_in_bars) and not time.click_to_output:
        say("--count-in and --click are silent; --click-to-output sends them to the output.")
    bindings = _parse_bindings(control or [])
    check_outputs(record, force=force, endings=MIDI_ENDINGS)
    if json_log is not None and not is_fifo(json_log):  # another program may read the log
        check_outputs(json_log, force=force)
    if record is not None and json_log is not None and _same_file(record, json_log):
        fail(f"--json-log: {json_log} is the file of --record.")
    artefact = load_artefact(settings)
    if found := find_unfinished():
        say(_recovery_hint(found), sys.stderr)
    with (
        interruptible(at_checks=True) as interruption,
        _open_messages() as messages,
        _open_log(json_log, messages, replace=force) as log,
        SessionFolder.create(datetime.now(tz=UTC).astimezone()) as session,
    ):
        journal = open_journal(session.name)
        with Engine(artefact, settings, backend=backend, journal=journal) as engine:
            _start(engine, settings, bindings, parse_ports(input_, output))
            _run_session(engine, log, messages, round(for_ * SECOND), interruption)
        played = engine.record()
        if record is not None:
            text = provenance(artefact, settings)
            _write_record(played, record, text, messages, replace=force)
        session.remove()


def _start(
    engine: Engine,
    settings: Settings,
    bindings: Bindings,
    ports: tuple[str | None, str | None],
) -> None:
    from bridge.messages.requests import Bind, ChangeSettings, Start
    from bridge.playout.protocol import OpenPorts

    for request in (ChangeSettings(settings), Bind(bindings), OpenPorts(*ports), Start()):
        engine.post(request)


def _recovery_hint(found: Sequence[Unfinished]) -> str:
    """Return the sentence about sessions that have not ended properly."""
    when = f"{found[0].started_at:%Y-%m-%d %H:%M}"
    others = f" ({len(found) - 1} more before it)" if len(found) > 1 else ""
    return (
        f"antiphon: the session of {when} was cut off{others}; "
        "`antiphon recover` writes what was played."
    )


def _write_record(
    played: Record, path: Path, text: str, messages: Messages, *, replace: bool
) -> None:
    """Write the music of both sides; if its place does not take it, in another place.

    A file that has appeared during the session stays, and the music goes beside it. After any other
    failure it goes into the home folder, or else into the folder for temporary files.
    """
    from gui.engine.recording import write_recording
    from gui.engine.session_folder import temporary_folder
    from gui.wording.reasons import sentence_of

    try:
        write_recording(played, path, text, replace=replace)
    except OutputError as error:
        reason = error.reason
    else:
        return
    elsewhere = [Path.home() / path.name, temporary_folder() / path.name]
    problem = str(sentence_of(reason)).removesuffix(".")
    if reason == RefusedOutput(path, OutputFault.EXISTS):  # what was played cannot be played again
        elsewhere.insert(0, path)
        problem = f"{path}: the file exists by now"
    for place in elsewhere:
        free = free_path(place) if os.path.lexists(place) else place
        with contextlib.suppress(OutputError):
            write_recording(played, free, text, replace=False)
            messages.warn(f"{problem}; the music is in {free}.")
            return
    fail(f"{problem}; `antiphon recover` writes the music.")


def _same_file(one: Path, other: Path) -> bool:
    return one.resolve() == other.resolve() or (one.exists() and one.samefile(other))


def _parse_bindings(words: list[str]) -> Bindings:
    bindings = []
    for word in words:
        name, _, control = word.partition("=")
        action = next((each for each in Action if each.value == name), None)
        if action is None:
            fail_unknown("--control", name, (each.value for each in Action))
        try:
            bindings.append((parse_control(control), action))
        except ValueError as error:
            fail(f"--control: {error}.")
    return tuple(bindings)


def _run_session(
    engine: Engine, log: JsonLog, messages: Messages, for_ns: int, interruption: Interruption
) -> None:
    end_ns = engine.now_ns + for_ns
    last, is_ready = "", False
    while not interruption.is_wanted and (not for_ns or engine.now_ns < end_ns):
        until_ns = end_ns if for_ns else engine.now_ns + SECOND
        for entry in engine.poll(until_ns, [interruption.wakeup]):
            log.write(entry)
            is_ready |= entry.event == "ready"
            if not is_ready:
                _check_names(entry)
            sentence = terminal_message(entry)
            if sentence and sentence != last:
                messages.announce(sentence)
            last = sentence or last


class Messages:
    """The messages of a session on standard output and standard error, which may be slow or gone.

    The session waits for neither.
    """

    def __init__(self) -> None:
        self._error = LineWriter(sys.stderr)
        self._output = LineWriter(sys.stdout, self._abandon_output)

    def announce(self, sentence: str) -> None:
        """Print a sentence; if the terminal is gone, the session goes on without it."""
        self._output.write(visible(sentence))

    def warn(self, sentence: str) -> None:
        """Print a sentence on standard error."""
        self._error.write(visible(sentence))

    def close(self) -> None:
        """Print what is left, if that does not take long."""
        self._output.close()
        self._error.close()

    def _abandon_output(self, error: OSError) -> None:
        abandon_standard_output()
        self.warn(f"antiphon: no more messages are shown: {error.strerror}.")


@contextlib.contextmanager
def _open_messages() -> Iterator[Messages]:
    messages = Messages()
    try:
        yield messages
    finally:
        messages.close()


def _check_names(entry: LogEntry) -> None:
    """Fail if a port that was named does not exist when the ports are first opened."""
    from bridge.playout.problem import AmbiguousPort, NoSuchPort
    from gui.wording.reasons import sentence_of

    if isinstance(entry.reason, NoSuchPort | AmbiguousPort):
        fail(sentence_of(entry.reason))


_TERMINAL_MESSAGES = {
    "ready": "Listening ({text}). Play a phrase and pause; Ctrl-C ends.",
    "keyboard": "Listening to {text}, which is plugged in (--input none switches that off).",
    "keyboard gone": "{text} is no longer heard; plug it in, and it is heard again.",
    "time": "{text}",
    "mode": "Mode: {text}.",
    "panic": "All notes are silenced. Play on.",
    "hand-over": "Answering.",
    "ending": "Coming to an end.",
    "first note sent": "  first note {ms:.0f} ms after the hand-over",
    "echo": "Antiphon's own notes come back to the input and are ignored.",
    "retract": "  you came back in: {figure} notes retracted",
    "late": "  {figure} notes were too late and were dropped",
    "journal": "{text}",
    "problem": "Problem: {text}",
    "restarted": "{text}",
    "refused": "Problem: {text}",
}


def terminal_message(entry: LogEntry) -> str:
    """Return the terminal's text for a log entry; empty for most."""
    figure = entry.value or 0
    words = _TERMINAL_MESSAGES.get(entry.event, "")
    return visible(words.format(text=_text(entry), figure=figure, ms=figure / MS))


def _text(entry: LogEntry) -> str:
    """Return the text of a log entry; a reason becomes an English sentence."""
    from gui.wording.reasons import sentence_of

    return entry.text if entry.reason is None else str(sentence_of(entry.reason))


def json_line(entry: LogEntry) -> str:
    """Return a log entry as JSON; a reason is given by its key, and as an English text."""
    facts = {
        "time_ns": entry.time_ns,
        "what": entry.event,
        "figure": entry.value,
        "reason": None if entry.reason is None else entry.reason.key,
        "text": _text(entry),
    }
    return json.dumps(facts)


class JsonLog:
    """A file with one line of JSON for each event; without a file, nothing is written.

    A full disk, or a pipe that nobody reads, does not delay the session.
    """

    def __init__(self, file: TextIO | None, messages: Messages) -> None:
        self._messages = messages
        self._lines = LineWriter(file, self._report_error)

    def write(self, entry: LogEntry) -> None:
        """Write one line; if that fails, say so once, and let the session go on."""
        was_complete = not self._lines.lost_count
        self._lines.write(json_line(entry))
        if self._lines.lost_count and was_complete:
            self._messages.warn("antiphon: events are missing in the log: nobody reads it.")

    def close(self) -> None:
        """Write what is left, if that does not take long."""
        self._lines.close()

    def _report_error(self, error: OSError) -> None:
        self._messages.warn(f"antiphon: no more events are logged: {error.strerror}.")


@contextlib.contextmanager
def _open_log(path: Path | None, messages: Messages, *, replace: bool) -> Iterator[JsonLog]:
    file = None if path is None else _create_log(path, replace=replace)
    log = JsonLog(file, messages)
    try:
        yield log
    finally:
        log.close()
        if file is not None:
            with contextlib.suppress(OSError):
                file.close()


def _create_log(path: Path, *, replace: bool) -> TextIO:
    try:
        binary = create_log(path, replace=replace)
    except OutputError as error:
        fail_output(error.reason)
    return io.TextIOWrapper(binary, "utf-8", "backslashreplace", write_through=True)
