"""`antiphon fill`, `restyle` and `vary`: play a part of a file anew, and leave the rest as it is.

The three differ in what stays. `fill` empties some bars of some instruments. `restyle` keeps the
melody, the harmony or the bass of all bars. `vary` keeps a share of the notes. What goes leaves a
gap (`export.sketch.gap`), which is filled with new notes on tracks of their own.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gui.commands.console.bars import span_of_bars
from gui.commands.console.options import (
    REWRITING,
    ForceOption,
    amount_option,
    parse_instruments,
    parse_settings,
    with_setting_options,
)
from gui.commands.console.terminal import (
    fail,
    fail_unknown,
    load_artefact,
    usable_model,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bridge.history.takes import Span
    from bridge.messages.settings import Settings
    from bridge.midi.instruments import Instrument
    from bridge.midi.notes import Note
    from bridge.midi.smf import MidiFile
    from gui.commands.sketches.takes import TakeFiles

_KEPT_PART = 0.5
"""A part that stays is at most this share of what its instrument plays: others accompany it."""

Source = Annotated[
    Path,
    typer.Argument(metavar="IN.mid", readable=False, help="MIDI file to read; -: standard input."),
]
Out = Annotated[
    Path,
    typer.Option("-o", "--out", readable=False, help="File to write, .mid; -: standard output."),
]
Bars = Annotated[
    str, typer.Option("--bars", metavar="FIRST-LAST", help="Bars, such as 5-8; default: all bars.")
]
Takes = Annotated[int, amount_option("--takes", "takes")]


@with_setting_options(*REWRITING)
def fill(
    *,
    source: Source,
    out: Out,
    bars: Annotated[
        str, typer.Option("--bars", metavar="FIRST-LAST", help="Bars to fill, such as 5-8.")
    ],
    tracks: Annotated[
        str,
        typer.Option(
            "--tracks", help="Instruments to play anew, such as bass,drums; default: all."
        ),
    ] = "",
    takes: Takes = 1,
    force: ForceOption = False,
    **asked: Any,
) -> None:
    """Fill bars of a MIDI file with new notes that lead to what comes after.

    Example: antiphon fill song.mid -o filled.mid --bars 5-8 --tracks bass,drums
    """
    from gui.commands.sketches.takes import TakeFiles

    settings, kinds = parse_settings(asked), parse_instruments("--tracks", tracks)
    files = TakeFiles(out, source, takes, force)
    prompt = files.read_source()
    span = span_of_bars(bars, prompt.score)
    _rewrite(_Rewriting(prompt, span, kinds or prompt.score.instruments, ()), settings, files)


@with_setting_options(*REWRITING)
def restyle(
    *,
    source: Source,
    out: Out,
    keep: Annotated[
        str, typer.Option("--keep", help="What stays exactly: melody, harmony or bass.")
    ] = "melody",
    instruments: Annotated[
        str, typer.Option("--instruments", help="Instruments that play; default: as in the file.")
    ] = "",
    bars: Bars = "",
    takes: Takes = 1,
    force: ForceOption = False,
    **asked: Any,
) -> None:
    """Play the tune of a MIDI file in another style.

    Example: antiphon restyle tune.mid -o jazz.mid --style jazz --keep melody
    """
    from export.sketch.gap import notes_within
    from export.sketch.parts import Part, notes_of
    from gui.commands.sketches.takes import TakeFiles

    settings, kinds = parse_settings(asked), parse_instruments("--instruments", instruments)
    parts = {part.value: part for part in Part}
    if keep not in parts:
        fail_unknown("--keep", keep, parts)
    files = TakeFiles(out, source, takes, force)
    prompt = files.read_source()
    span = span_of_bars(bars, prompt.score)
    kept = notes_of(parts[keep], notes_within(prompt.score, span))
    if not kept:
        fail(f"--keep: there is no {keep} in these bars.")
    instruments_before = prompt.score.instruments
    rewriting = _Rewriting(prompt, span, instruments_before, kept, kinds, is_accompanied=True)
    _rewrite(rewriting, settings, files)


@with_setting_options(*REWRITING)
def vary(
    *,
    source: Source,
    out: Out,
    distance: Annotated[float, amount_option("--distance", "distance")] = 0.5,
    bars: Bars = "",
    takes: Takes = 1,
    force: ForceOption = False,
    **asked: Any,
) -> None:
    """Vary a MIDI file: some notes stay, and others are played anew.

    Example: antiphon vary riff.mid -o riffs.mid --takes 4 --distance 0.3
    """
    from export.sketch.gap import notes_within
    from export.sketch.variation import standing_notes
    from gui.commands.sketches.takes import TakeFiles

    if distance == 0:
        fail("--distance: at 0 nothing changes; give more.")
    settings = parse_settings(asked)
    files = TakeFiles(out, source, takes, force)
    prompt = files.read_source()
    span = span_of_bars(bars, prompt.score)
    kept = standing_notes(prompt.score, notes_within(prompt.score, span), distance, settings.seed)
    _rewrite(_Rewriting(prompt, span, prompt.score.instruments, kept), settings, files)


@dataclass(frozen=True, slots=True)
class _Rewriting:
    """A part of a file that is played anew."""

    prompt: MidiFile
    span: Span
    instruments: tuple[Instrument, ...]
    """Those whose notes go."""
    standing: Sequence[Note]
    """Notes of theirs that stay."""
    players: tuple[Instrument, ...] = ()
    """Those that play the new notes, if others."""
    is_accompanied: bool = False
    """Whether what stays is a part that others accompany, even if it was alone."""


def _rewrite(rewriting: _Rewriting, settings: Settings, files: TakeFiles) -> None:
    """Make the takes, and write them."""
    artefact = load_artefact(settings)

    from bridge.midi import smf
    from export.runtime.decoder import Decoder
    from export.sketch.filling import PARTICLES, GapPrompt
    from export.sketch.gap import gap_of
    from export.sketch.proposals import fillings
    from gui.commands.sketches.takes import make_takes
    from gui.engine.recording import provenance

    prompt, span = rewriting.prompt, rewriting.span
    gap = gap_of(prompt.score, span, rewriting.instruments, rewriting.standing)
    if rewriting.is_accompanied:
        shares = {kind: min(share, _KEPT_PART) for kind, share in gap.standing_shares.items()}
        players = rewriting.players or gap.instruments
        gap = replace(gap, instruments=players, standing_shares=shares)

    def content(notes: Sequence[Note], used: Settings, remark: str) -> bytes:
        text = provenance(artefact, used) + remark
        return smf.replaced_bytes(prompt, gap.removed, notes, span.begin, text)

    with usable_model():
        reading = GapPrompt(artefact, Decoder(artefact, rows=PARTICLES), gap, settings)
        make_takes(fillings(reading, settings, files.count), files, content)
