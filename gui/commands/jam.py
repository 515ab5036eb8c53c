"""`antiphon jam`: the live engine without a window.

Ports, mode and time are options. The terminal shows the main events in a few words. On request, all
events are written as JSON, one per line.
"""

from __future__ import annotations

import contextlib
import json
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
    OutputNotWritten,
    RefusedOutput,
    free_path,
)
from bridge.system.units import MS, SECOND
from gui.commands.options import (
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
from gui.commands.terminal import (
    abandon_standard_output,
    check_outputs,
    fail,
    fail_output,
    fail_unknown,
    interruptible,
    load_artefact,
    say,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bridge.history.record import Record
    from bridge.messages.snapshot import LogEntry
    from bridge.midi.controls import Bindings
    from gui.engine.process import Engine


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

    from bridge.messages.requests import Bind, ChangeSettings, Start
    from bridge.playout.protocol import OpenPorts
    from gui.engine.process import Engine

    time = settings.time
    if (time.click or time.count_in_bars) and not time.click_to_output:
        say("--count-in and --click are silent; --click-to-output sends them to the output.")
    bindings = _parse_bindings(control or [])
    check_outputs(record, force=force, endings=MIDI_ENDINGS)
    if json_log is not None and not json_log.is_fifo():  # another program may read the log
        check_outputs(json_log, force=force)
    if record is not None and json_log is not None and _same_file(record, json_log):
        fail(f"--json-log: {json_log} is the file of --record.")
    artefact = load_artefact(settings)
    with (
        interruptible(),
        _open_log(json_log, replace=force) as log,
        Engine(artefact, settings, backend=backend) as engine,
    ):
        for request in (
            ChangeSettings(settings),
            Bind(bindings),
            OpenPorts(*parse_ports(input_, output)),
        ):
            engine.post(request)
        engine.post(Start())
        with contextlib.suppress(KeyboardInterrupt):
            _run_session(engine, log, round(for_ * SECOND))
        played = engine.record()
    if record is not None:
        from gui.engine.recording import provenance

        _write_record(played, record, provenance(artefact, settings), replace=force)


def _write_record(played: Record, path: Path, text: str, *, replace: bool) -> None:
    """Write the music of both sides; beside a file that has appeared during the session."""
    from gui.engine.recording import write_recording

    try:
        try:
            write_recording(played, path, text, replace=replace)
        except OutputError as error:
            if error.reason != RefusedOutput(path, OutputFault.EXISTS):
                raise
            free = free_path(path)  # what was played cannot be played again
            write_recording(played, free, text, replace=False)
            say(f"{path}: the file exists by now; the music is in {free}.", sys.stderr)
    except OutputError as error:
        fail_output(error.reason)


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


def _run_session(engine: Engine, log: JsonLog, for_ns: int) -> None:
    end_ns = engine.now_ns + for_ns
    last, is_ready = "", False
    while not for_ns or engine.now_ns < end_ns:
        for entry in engine.poll(end_ns if for_ns else engine.now_ns + SECOND):
            log.write(entry)
            is_ready |= entry.event == "ready"
            if not is_ready:
                _check_names(entry)
            sentence = terminal_message(entry)
            if sentence and sentence != last:
                _announce(sentence)
            last = sentence or last


def _announce(sentence: str) -> None:
    """Print a sentence; if the terminal is gone, the session goes on without it."""
    try:
        say(sentence)
    except OSError as error:
        abandon_standard_output()
        say(f"antiphon: no more messages are shown: {error.strerror}.", sys.stderr)


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
    "problem": "Problem: {text}",
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
    """A file with one line of JSON for each event; without a file, nothing is written."""

    def __init__(self, file: TextIO | None) -> None:
        self._file = file

    def write(self, entry: LogEntry) -> None:
        """Write one line; if that fails, say so once, and let the session go on."""
        if self._file is None:
            return
        try:
            self._file.write(json_line(entry) + "\n")
            self._file.flush()
        except OSError as error:
            say(f"antiphon: no more events are logged: {error.strerror}.", sys.stderr)
            with contextlib.suppress(OSError):  # what is left in the buffer has no room either
                self._file.close()
            self._file = None


@contextlib.contextmanager
def _open_log(path: Path | None, *, replace: bool) -> Iterator[JsonLog]:
    if path is None:
        yield JsonLog(None)
        return
    try:
        # "x" creates the file, in one step with the check that there is none.
        replace |= path.is_fifo()
        file = path.open("w" if replace else "x", encoding="utf-8", errors="backslashreplace")
    except FileExistsError:
        fail_output(RefusedOutput(path, OutputFault.EXISTS))
    except OSError as error:
        fail_output(OutputNotWritten(path, error.strerror or str(error)))
    with file:
        yield JsonLog(file)
