"""`antiphon jam`: the live engine without a window.

Ports, mode and time are options. The terminal shows the main events in a few words. On request, all
events are written as JSON, one per line.
"""

from __future__ import annotations

import contextlib
import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TextIO, TypeVar

import typer

from bridge.messages.settings import SETTINGS
from bridge.system.units import MS, SECOND
from gui.commands.options import (
    WITHOUT_OPTION,
    BackendOption,
    InputOption,
    OutputOption,
    is_no_input,
    parse_backend,
    parse_ports,
    parse_settings,
    parse_span_s,
    with_setting_options,
)
from gui.commands.terminal import check_writable, fail, load_artefact

if TYPE_CHECKING:
    import enum
    from collections.abc import Iterator

    from bridge.messages.snapshot import LogEntry
    from bridge.midi.controls import Bindings
    from gui.engine.process import Engine

    EnumMember = TypeVar("EnumMember", bound=enum.Enum)


@with_setting_options(*(name for name in SETTINGS if name not in WITHOUT_OPTION))
def jam(
    *,
    input_: InputOption = "",
    output: OutputOption = "",
    through: BackendOption = "auto",
    control: Annotated[
        list[str] | None,
        typer.Option(
            "--control", help="hand-over=cc64, panic=note21, blend=cc1/2 ...; repeatable."
        ),
    ] = None,
    for_: Annotated[
        float, typer.Option("--for", help="Stop after this many seconds; 0: on Ctrl-C.")
    ] = 0.0,
    record: Annotated[
        Path | None,
        typer.Option("--record", help="Write the music of both sides to this MIDI file."),
    ] = None,
    json_log: Annotated[
        Path | None, typer.Option("--json-log", help="Write one line of JSON for each event.")
    ] = None,
    **asked: Any,
) -> None:
    """Listen on a MIDI port, and answer.

    Example: antiphon jam --style "bach:0.6,jazz:0.4" --instruments piano,bass --mode trade --bars 2
    """
    backend = parse_backend(through)
    settings = replace(parse_settings(asked), keyboard=not is_no_input(input_))
    for_ns = round(parse_span_s("--for", for_) * SECOND)

    from bridge.messages.requests import Bind, ChangeSettings, Start
    from bridge.playout.protocol import OpenPorts
    from gui.engine.process import Engine

    time = settings.time
    if (time.click or time.count_in_bars) and not time.click_to_output:
        typer.echo("--count-in and --click are silent; --click-to-output sends them to the output.")
    bindings = _parse_bindings(control or [])
    artefact = load_artefact(settings)
    for path in (record, json_log):
        check_writable(path)
    with (
        _open_log(json_log) as log,
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
            _run_session(engine, log, for_ns)
        played = engine.record()
    if record is not None:
        from bridge.midi.smf import MidiFileError
        from gui.engine.recording import provenance, write_recording

        try:
            write_recording(played, record, provenance(artefact, settings))
        except MidiFileError as error:
            from gui.wording.reasons import sentence_of

            fail(sentence_of(error.reason))


def _parse_enum(option: str, kind: type[EnumMember], word: str) -> EnumMember:
    """Return the member of an enumeration that a word names, or fail."""
    try:
        return kind(word)
    except ValueError:
        fail(f"{option}: there is no {word!r}; there are {', '.join(w.value for w in kind)}.")


def _parse_bindings(words: list[str]) -> Bindings:
    from bridge.midi.controls import Action, parse_control

    bindings = []
    for word in words:
        action, _, control = word.partition("=")
        try:
            bindings.append((parse_control(control), _parse_enum("--control", Action, action)))
        except ValueError as error:
            fail(f"--control: {error}.")
    return tuple(bindings)


def _run_session(engine: Engine, log: TextIO | None, for_ns: int) -> None:
    from rich.console import Console

    console, end_ns = Console(), engine.now_ns + for_ns
    last, is_ready = "", False
    while not for_ns or engine.now_ns < end_ns:
        for entry in engine.poll(end_ns if for_ns else engine.now_ns + SECOND):
            _write_entry(entry, log)
            is_ready |= entry.event == "ready"
            if not is_ready:
                _check_names(entry)
            sentence = terminal_message(entry)
            if sentence and sentence != last:
                console.print(sentence, highlight=False, markup=False)
            last = sentence or last


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
    return words.format(text=_text(entry), figure=figure, ms=figure / MS)


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


def _write_entry(entry: LogEntry, log: TextIO | None) -> None:
    if log is not None:
        log.write(json_line(entry) + "\n")
        log.flush()


@contextlib.contextmanager
def _open_log(path: Path | None) -> Iterator[TextIO | None]:
    if path is None:
        yield None
        return
    with path.open("w", encoding="utf-8") as file:
        yield file
