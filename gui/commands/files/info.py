"""`antiphon info`: what a MIDI file holds, and what in it is Antiphon's."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gui.commands.console.terminal import read_midi, say

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from gui.commands.files.contents import Contents

_SHOWN = 6
"""How many tempos, and how many metres, are shown before the rest is only counted."""


def info(
    source: Annotated[
        Path,
        typer.Argument(metavar="FILE", readable=False, help="A MIDI file; -: standard input."),
    ],
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Show what a MIDI file holds, and what in it is Antiphon's.

    The JSON object has these keys: file (its name); format, tracks, ports, resolution (ticks of a
    quarter note), bars, notes, other_sounds, lyrics, markers (numbers); seconds; tempos_bpm; metres
    (bar, numerator, denominator); instruments (name, notes, lowest, highest: MIDI pitches); key
    (name, fit, 0 to 1), or null; ours, a list: version, model, style, instruments, seed,
    temperature, top_p, style_strength, remark, tracks (from 1), first_bar (on these tracks, nothing
    before it is ours), bars (first, last), or null, notes; notices (sentences).

    Example: antiphon info longer.mid
    """
    from gui.commands.files.contents import Contents

    contents = Contents(read_midi(source))
    if as_json:
        typer.echo(json.dumps(facts_of(contents)))
        return
    for line in _lines(facts_of(contents)):
        say(line)


def facts_of(contents: Contents) -> dict[str, Any]:
    """Return what `--json` prints."""
    from gui.commands.files.contents import LYRIC, MARKER
    from gui.wording.reasons import sentence_of
    from model.decoding.chords import tonic_name

    file, key = contents.file, contents.key
    return {
        "file": str(file.path),
        "format": file.chunks.format,
        "tracks": len(file.chunks.tracks),
        "ports": contents.performance.ports,
        "resolution": file.chunks.division,
        "bars": contents.bars,
        "seconds": round(contents.performance.end_ns / 1e9, 3),
        "notes": len(file.score.notes),
        "other_sounds": len(file.score.unnamed),
        "tempos_bpm": contents.tempos_bpm,
        "metres": contents.metre_changes,
        "instruments": [
            {
                "name": part.instrument.label,
                "notes": part.notes,
                "lowest": part.lowest,
                "highest": part.highest,
            }
            for part in contents.parts
        ],
        "key": None
        if key is None
        else {
            "name": f"{tonic_name(key)} {'minor' if key.is_minor else 'major'}",
            "fit": round(key.fit, 2),
        },
        "lyrics": contents.meta_counts[LYRIC],
        "markers": contents.meta_counts[MARKER],
        "ours": [
            asdict(music.provenance)
            | {
                "tracks": [number + 1 for number in music.tracks],
                "bars": contents.bars_of(music),
                "notes": len(contents.notes_of(music)),
            }
            for music in contents.ours
        ],
        "notices": [str(sentence_of(notice)) for notice in file.notices],
    }


def _lines(facts: dict[str, Any]) -> Iterator[str]:
    """Yield what the terminal shows."""
    from gui.commands.files.sounding import duration_text

    yield facts["file"]
    tracks = _counted(facts["tracks"], "track")
    ports = f", {facts['ports']} ports" if facts["ports"] > 1 else ""
    quarter = f"{facts['resolution']} ticks to the quarter note"
    yield f"  format {facts['format']}, {tracks}{ports}, {quarter}"
    length = duration_text(round(facts["seconds"] * 1e9))
    yield f"  {_counted(facts['bars'], 'bar')}, {length}, {_counted(facts['notes'], 'note')}"
    yield f"  tempo    {_list([f'{bpm:g}' for bpm in facts['tempos_bpm']])} bpm"
    metres = [f"{n}/{d}" + (f" from bar {bar}" if bar > 1 else "") for bar, n, d in facts["metres"]]
    yield f"  metre    {_list(metres)}"
    if facts["key"] is not None:
        yield f"  key      {facts['key']['name']} (estimated; fit {facts['key']['fit']:.2f} of 1)"
    for part in facts["instruments"]:
        yield f"  {part['name']:8} {_counted(part['notes'], 'note')}{_range(part)}"
    if facts["other_sounds"]:
        yield f"  other    {_counted(facts['other_sounds'], 'sound')} of no instrument here"
    for what in ("lyrics", "markers"):
        if facts[what]:
            yield f"  {what:8} {facts[what]}"
    for ours in facts["ours"]:
        yield from _ours(ours)
    if not facts["ours"]:
        yield "  Nothing in it says that it is Antiphon's."
    for notice in facts["notices"]:
        yield f"  {notice}"


def _ours(music: dict[str, Any]) -> Iterator[str]:
    """Yield the lines about music of Antiphon's."""
    where = "no notes"
    if music["bars"] is not None:
        first, last = music["bars"]
        bars = f"bar {first}" if first == last else f"bars {first} to {last}"
        numbers = ", ".join(map(str, music["tracks"]))
        tracks = f"track{'s' if len(music['tracks']) > 1 else ''} {numbers}"
        where = f"{_counted(music['notes'], 'note')} in {bars}, {tracks}"
    yield f"  {' '.join(filter(None, ('Antiphon', music['version'])))}: {where}"
    yield f"    model {music['model']}, style {music['style']}, seed {music['seed']}"
    if music["version"]:
        yield (
            f"    instruments {music['instruments']}, temperature {music['temperature']}, "
            f"top-p {music['top_p']}, style strength {music['style_strength']}"
        )
    if music["remark"]:
        yield f"    {music['remark']}"


def _range(part: dict[str, Any]) -> str:
    from bridge.midi.instruments import Instrument
    from model.tokens.vocabulary import pitch_name

    if part["name"] == Instrument.DRUMS.label:
        return ""
    return f", {pitch_name(part['lowest'])} to {pitch_name(part['highest'])}"


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}{'' if count == 1 else 's'}"


def _list(words: Sequence[str]) -> str:
    rest = f" and {len(words) - _SHOWN} more" if len(words) > _SHOWN else ""
    return ", ".join(words[:_SHOWN]) + rest
