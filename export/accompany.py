"""Accompany held-out bands, as Antiphon accompanies a player live.

`python -m export.accompany ARTEFACT SHARDS` plays all parts of a band but bass and drums to a
session, one event at a time at its time, and prints the figures of
`export.evaluation.accompaniment`. The clock is simulated, and the composer takes no time on it;
everything else is what plays live. `--write FOLDER` keeps the pieces and the accompaniments as MIDI
files; `python dev/accompany_live.py` plays the pieces over JACK.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.progress import track
from rich.table import Table

from bridge.messages.requests import Start
from bridge.messages.settings import Mode, Settings
from bridge.midi import smf
from bridge.midi.events import TimedEvent
from bridge.midi.notes import MetreChange, Score
from bridge.playout import protocol
from bridge.playout.time_reason import Following
from bridge.session.session import Inbox, Session
from bridge.sync.tempo import quarter_ns
from bridge.sync.transport import Source, Transport
from bridge.system.units import SECOND
from export.evaluation.accompaniment import OURS, Accompaniment, Piece, figures
from export.evaluation.results import format_mean, summarise
from export.evaluation.trials import BAND, Trial, draw_trials
from export.runtime.artefact import Artefact
from export.runtime.calibration import make_tuned_decoder
from export.runtime.composer import Composer
from model.data import Corpus

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bridge.messages.snapshot import LogEntry
    from export.runtime.decoder import Decoder

_START_NS = SECOND
_BARS_AFTER = 4
"""Bars after the end of a piece, in which the accompaniment ends."""


def draw_pieces(shards: Path, count: int) -> list[Piece]:
    """Return the first held-out bands that have a bass, drums, and something to accompany."""
    trials = draw_trials(Corpus.open(shards, "valid"), {BAND: 4 * count})
    return [piece_of(each) for each in trials if set(OURS) < set(each.instruments)][:count]


def piece_of(trial: Trial) -> Piece:
    """Return the prompt and the true continuation of a trial as one piece."""
    notes = tuple(sorted((*trial.prompt.notes, *trial.truth)))
    score = Score(notes, trial.prompt.tempos[:1], trial.prompt.metres[:1])
    return Piece(trial.name, score, trial.span.end // trial.bar_ticks)


def accompany(artefact: Artefact, decoder: Decoder, piece: Piece, seed: int) -> Accompaniment:
    """Accompany a piece on a simulated clock, on which the composer takes no time."""
    composer = Composer(artefact, decoder)
    settings = Settings(mode=Mode.ACCOMPANY, instruments=OURS, seed=seed)
    session, transport = Session(settings), _transport(piece)
    log: list[LogEntry] = []

    def step(now_ns: int, *inbox: Inbox) -> None:
        effects = session.step(now_ns, inbox)
        log.extend(effects.log_entries)
        for message in effects.to_composer:
            composer.receive(message)
        while composer.is_busy:
            generated = composer.step()
            if generated is not None:
                log.extend(session.step(now_ns, [generated]).log_entries)

    step(0, Start(), protocol.TransportChanged(transport, Following(Source.CLOCK)))
    for tick, _, event in piece.player_events():
        at_ns = transport.ns_at(tick)
        while (due_ns := session.deadline_ns()) is not None and due_ns < at_ns:
            step(due_ns)
        step(at_ns, protocol.Received((TimedEvent(at_ns, event),)))
    end_ns = transport.ns_at((piece.bars + _BARS_AFTER) * piece.bar_ticks)
    while (due_ns := session.deadline_ns()) is not None and due_ns < end_ns:
        step(due_ns)
    return Accompaniment.of(session.snapshot(end_ns).notes, log, transport)


def _transport(piece: Piece) -> Transport:
    """Return a transport that plays the piece from tick 0."""
    metre = piece.score.metres[0]
    return Transport(
        Source.CLOCK,
        epoch=1,
        time_ns=_START_NS,
        quarter_ns=quarter_ns(piece.score.tempos[0].bpm),
        metre=MetreChange(0, metre.numerator, metre.denominator),
    )


def main(
    artefact: Annotated[Path, typer.Argument(help="Folder of an artefact.")],
    shards: Annotated[Path, typer.Argument(help="Folder that model.data has written.")],
    *,
    pieces: Annotated[int, typer.Option(help="Held-out bands.")] = 10,
    seeds: Annotated[int, typer.Option(help="Accompaniments of each piece.")] = 1,
    write: Annotated[Path | None, typer.Option(help="Folder for MIDI files.")] = None,
) -> None:
    """Accompany held-out bands with bass and drums."""
    loaded = Artefact.load(artefact)
    decoder = make_tuned_decoder(loaded)
    rows: list[dict[str, float]] = []
    bands = draw_pieces(shards, pieces)
    for piece in track(bands, "pieces", transient=True, console=Console(stderr=True)):
        for seed in range(1, seeds + 1):
            made = accompany(loaded, decoder, piece, seed)
            rows.append(figures(piece, made))
            if write is not None:
                _write(write, piece, made, seed)
    print_table(rows, Console())


def print_table(rows: Sequence[dict[str, float]], console: Console) -> None:
    """Print means and standard errors of the figures, ours beside the true parts'."""
    table, means = Table("", "ours", "truth"), summarise(rows)
    for name, mean in means.items():
        if not name.startswith("true "):
            table.add_row(name, format_mean(mean), format_mean(means.get(f"true {name}")))
    console.print(table)


def _write(folder: Path, piece: Piece, made: Accompaniment, seed: int) -> None:
    """Write a piece, and its player's part with an accompaniment."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{piece.name}.mid").write_bytes(smf.score_bytes(piece.score, "a held-out band"))
    notes = tuple(sorted((*piece.player_notes, *made.notes)))
    both = replace(piece.score, notes=notes)
    content = smf.score_bytes(both, f"a player and accompaniment {seed}")
    (folder / f"{piece.name}-{seed}.mid").write_bytes(content)


if __name__ == "__main__":
    typer.run(main)
