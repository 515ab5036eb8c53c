"""`antiphon jam`: the live engine without a window.

Ports, mode and time are given as options; what happens is told on the terminal in a few words, and
in full, if that is asked for, as one line of JSON for each event.
"""

from __future__ import annotations

import contextlib
import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TextIO, TypeVar

import typer

from gui.commands.options import (
    InstrumentsOption,
    StrengthOption,
    StyleOption,
    TemperatureOption,
    BackendOption,
    TopPOption,
    parse_backend,
    parse_settings,
)
from gui.commands.terminal import fail, load_artefact, check_writable

if TYPE_CHECKING:
    import enum
    from collections.abc import Iterator

    from bridge.messages.settings import TimeSettings
    from bridge.messages.snapshot import LogEntry
    from bridge.midi.controls import Bindings
    from bridge.sync.quantise import Quantise
    from gui.engine.process import Engine

    EnumMember = TypeVar("EnumMember", bound=enum.Enum)

_SECOND, _MS = 1_000_000_000, 1_000_000
_MAX_ADVANCE_MS = 500


def jam(
    style: StyleOption = "",
    instruments_: InstrumentsOption = "",
    temperature: TemperatureOption = 0.95,
    top_p: TopPOption = 0.95,
    style_strength: StrengthOption = 2.0,
    seed: Annotated[
        int, typer.Option("--seed", help="The dice; which of the candidates plays is up to time.")
    ] = 0,
    mode: Annotated[
        str, typer.Option("--mode", help="answer, trade, take-over, accompany or loop.")
    ] = "answer",
    bars: Annotated[
        int, typer.Option("--bars", help="Bars of an answer, and of each turn when trading.")
    ] = 0,
    input_: Annotated[
        str, typer.Option("--input", help="Port to listen on; default: an own port, `in`.")
    ] = "",
    output: Annotated[
        str, typer.Option("--output", help="Port to play on; default: an own port, `out`.")
    ] = "",
    through: BackendOption = "auto",
    sync: Annotated[
        str,
        typer.Option(
            "--sync", help="auto (the best that plays), plugin, jack, midi, link, internal."
        ),
    ] = "auto",
    bpm: Annotated[
        float, typer.Option("--bpm", help="Tempo of Antiphon's own clock; 0: play freely.")
    ] = 0.0,
    metre: Annotated[
        str, typer.Option("--metre", help="Of Antiphon's own clock and of MIDI clock.")
    ] = "4/4",
    count_in: Annotated[
        int, typer.Option("--count-in", help="Bars that Antiphon's own clock counts in.")
    ] = 0,
    click: Annotated[bool, typer.Option("--click", help="Let Antiphon's own clock click.")] = False,
    begins: Annotated[
        str, typer.Option("--begins", help="Where there is a beat: on the next beat, bar, or now.")
    ] = "beat",
    by_silence: Annotated[
        bool, typer.Option("--silence/--no-silence", help="Whether a silence hands over.")
    ] = True,
    re_entry: Annotated[
        str, typer.Option("--re-entry", help="When you come back in: yield, duck or overlap.")
    ] = "yield",
    vary: Annotated[
        bool, typer.Option("--vary/--no-vary", help="Whether a loop varies at every second pass.")
    ] = True,
    quantise: Annotated[str, typer.Option("--quantise", help="off, 1/16, 1/8 or triplet.")] = "off",
    quantise_strength: Annotated[
        float, typer.Option("--quantise-strength", help="0: as played; 1: on the line.")
    ] = 1.0,
    swing: Annotated[float, typer.Option("--swing", help="0.5 is straight, 0.67 a shuffle.")] = 0.5,
    advance_ms: Annotated[
        float, typer.Option("--advance-ms", help="Send everything so much earlier; may be below 0.")
    ] = 0.0,
    control: Annotated[
        list[str] | None,
        typer.Option("--control", help="hand-over=cc64, panic=note21, blend=cc1/2 ...; again."),
    ] = None,
    answer_seconds: Annotated[
        float,
        typer.Option("--answer-seconds", help="Length of an answer; 0: as long as the phrase."),
    ] = 0.0,
    candidates: Annotated[
        int,
        typer.Option(
            "--candidates",
            help="Beginnings tried in a pause, 1 to 4, of which the critic picks one.",
        ),
    ] = 4,
    for_: Annotated[
        float, typer.Option("--for", help="Stop after so many seconds; 0: on Ctrl-C.")
    ] = 0.0,
    record: Annotated[
        Path | None,
        typer.Option("--record", help="Write what was played and answered to this MIDI file."),
    ] = None,
    json_log: Annotated[
        Path | None, typer.Option("--json-log", help="Write one line of JSON for each event.")
    ] = None,
) -> None:
    """Listen on a MIDI port, and answer.

    Example: antiphon jam --style "bach:0.6,jazz:0.4" --instruments piano,bass --mode trade --bars 2
    """
    from dataclasses import replace

    from bridge.messages.requests import Bind, ChangeSettings, Start
    from bridge.messages.settings import MAX_CANDIDATES, StartOn, Mode, ReEntry
    from bridge.playout.protocol import OpenPorts
    from gui.engine.process import Engine

    if not 1 <= candidates <= MAX_CANDIDATES:
        fail(f"--candidates: {candidates} is not between 1 and {MAX_CANDIDATES}.")
    if bars < 0:
        fail(f"--bars: {bars} is below 0.")
    backend = parse_backend(through)
    settings = replace(
        parse_settings(style, instruments_, temperature, top_p, style_strength, seed),
        candidates=candidates,
        mode=_parse_enum("--mode", Mode, mode),
        bars=bars or None,
        begins=_parse_enum("--begins", StartOn, begins),
        by_silence=by_silence,
        re_entry=_parse_enum("--re-entry", ReEntry, re_entry),
        vary=vary,
        quantise=_parse_quantise(quantise, quantise_strength, swing),
        time=_parse_time(sync, bpm, metre, count_in, advance_ms, click=click),
        answer_ns=round(answer_seconds * _SECOND) or None,
    )
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
            OpenPorts(input_ or None, output or None),
        ):
            engine.post(request)
        engine.post(Start())
        with contextlib.suppress(KeyboardInterrupt):
            _run_session(engine, log, round(for_ * _SECOND))
        played = engine.record()
    if record is not None:
        from bridge.midi.smf import MidiFileError
        from gui.engine.recording import provenance, write_recording

        try:
            write_recording(played, record, provenance(artefact, settings))
        except MidiFileError as error:
            fail(str(error))


def _parse_enum(option: str, kind: type[EnumMember], word: str) -> EnumMember:
    """Return the member of an enumeration that a word names, or fail."""
    try:
        return kind(word)
    except ValueError:
        fail(f"{option}: there is no {word!r}; there are {', '.join(w.value for w in kind)}.")


def _parse_quantise(step: str, strength: float, swing: float) -> Quantise:
    from bridge.sync.quantise import MAX_SWING, STRAIGHT, Quantise, GridStep

    if not 0 <= strength <= 1:
        fail(f"--quantise-strength: {strength:g} is not between 0 and 1.")
    if not STRAIGHT <= swing <= MAX_SWING:
        fail(f"--swing: {swing:g} is not between {STRAIGHT} and {MAX_SWING}.")
    return Quantise(_parse_enum("--quantise", GridStep, step), strength, swing)


def _parse_time(
    sync: str, bpm: float, metre: str, count_in: int, advance_ms: float, *, click: bool
) -> TimeSettings:
    from bridge.messages.settings import MAX_BPM, METRE_UNITS, MAX_BEATS, MIN_BPM, TimeSettings
    from bridge.sync.transport import Source

    source = None if sync == "auto" else _parse_enum("--sync", Source, sync)
    if bpm and not MIN_BPM <= bpm <= MAX_BPM:
        fail(f"--bpm: {bpm:g} is not between {MIN_BPM:g} and {MAX_BPM:g}.")
    count, _, unit = metre.partition("/")
    known = unit in map(str, METRE_UNITS) and count.isdecimal()
    if not known or not 1 <= int(count) <= MAX_BEATS:
        fail(f"--metre: {metre!r} is no metre (write 3/4 or 6/8).")
    if not 0 <= count_in <= 8:
        fail(f"--count-in: {count_in} is not between 0 and 8.")
    if abs(advance_ms) > _MAX_ADVANCE_MS:
        fail(f"--advance-ms: {advance_ms:g} is more than {_MAX_ADVANCE_MS} either way.")
    advance_ns = round(advance_ms * _MS)
    return TimeSettings(source, bpm or None, (int(count), int(unit)), count_in, click, advance_ns)


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
    last = ""
    while not for_ns or engine.now_ns < end_ns:
        for entry in engine.poll(end_ns if for_ns else engine.now_ns + _SECOND):
            _write_entry(entry, log)
            sentence = terminal_message(entry)
            if sentence and sentence != last:
                console.print(sentence, highlight=False, markup=False)
            last = sentence or last


_TERMINAL_MESSAGES = {
    "ready": "Listening ({text}). Play a phrase and pause; Ctrl-C ends.",
    "time": "{text}",
    "mode": "Mode: {text}.",
    "panic": "All is silenced. Play on.",
    "hand-over": "Answering.",
    "ending": "Coming to an end.",
    "first note sent": "  first note {ms:.0f} ms after the hand-over",
    "echo": "Our own notes come back to the input; they are not taken for yours.",
    "retract": "  you came back in: {figure} notes taken back",
    "late": "  {figure} notes came too late and were left out",
    "problem": "Problem: {text}",
    "refused": "Problem: {text}",
}


def terminal_message(entry: LogEntry) -> str:
    """Return what the terminal says of a log entry; nothing for most."""
    figure = entry.value or 0
    words = _TERMINAL_MESSAGES.get(entry.event, "")
    return words.format(text=entry.text, figure=figure, ms=figure / _MS)


def _write_entry(entry: LogEntry, log: TextIO | None) -> None:
    if log is not None:
        line = {
            "time_ns": entry.time_ns,
            "what": entry.event,
            "figure": entry.value,
            "text": entry.text,
        }
        log.write(json.dumps(line) + "\n")
        log.flush()


@contextlib.contextmanager
def _open_log(path: Path | None) -> Iterator[TextIO | None]:
    if path is None:
        yield None
        return
    with path.open("w", encoding="utf-8") as file:
        yield file
