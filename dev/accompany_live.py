"""Accompany held-out bands over JACK, in real time.

`python dev/accompany_live.py ARTEFACT SHARDS` starts a JACK server and the engine. Another process
plays all parts of a band but bass and drums, with a MIDI clock, and records what comes back. The
figures are those of `python -m export.accompany`, for what was received, and also

    late           notes that were too late to be sent
    lost           releases that are missing
    window         ms from the request of a plan to the time from which it holds: surprises, others
    composing      ms from the request of a plan to its first event: median, 95th percentile
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import numpy as np
import typer
from rich.console import Console
from rich.progress import track

from bridge.messages.settings import Mode, Settings
from bridge.messages.time_settings import TimeSettings
from bridge.midi.events import Start as ClockStart
from bridge.midi.events import TimingClock, encode
from bridge.midi.instruments import instrument_of_channel
from bridge.midi.notes import TICKS_PER_QUARTER, Note
from bridge.sync.transport import Source
from bridge.system.units import MS, SECOND
from export.accompany import draw_pieces, print_table
from export.evaluation.accompaniment import OURS, Accompaniment, Piece, figures
from export.runtime.artefact import Artefact
from gui.bench.jack_player import JackPlayer, Message
from gui.bench.jack_rig import RATE_HZ, jack_server
from gui.bench.together import StreamCheck, started_engine

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from bridge.messages.snapshot import LogEntry

_CLOCK_TICKS = TICKS_PER_QUARTER // 24
_LEAD_BEATS = 4
"""Quarter notes of MIDI clock before the song starts, from which its tempo is known."""
_BARS_AFTER = 4
_NOTE_ON, _NOTE_OFF = 0x90, 0x80


def frame_of(piece: Piece, tick: int) -> int:
    """Return the frame of a tick of the piece; the song starts after some beats of clock."""
    quarter_s = 60 / piece.score.tempos[0].bpm
    return round((tick / TICKS_PER_QUARTER + _LEAD_BEATS) * quarter_s * RATE_HZ)


def plan(piece: Piece) -> Iterator[tuple[int, bytes]]:
    """Yield the player's messages, each with its frame, in order of time."""
    end = (piece.bars + _BARS_AFTER) * piece.bar_ticks
    clock = range(-_LEAD_BEATS * TICKS_PER_QUARTER, end, _CLOCK_TICKS)
    messages = [
        # Start comes before the clock at which the song begins.
        (frame_of(piece, 0) - 1, 0, encode(ClockStart())),
        *((frame_of(piece, tick), 1, encode(TimingClock())) for tick in clock),
        *((frame_of(piece, t), 2 + order, encode(e)) for t, order, e in piece.player_events()),
    ]
    for frame, _, message in sorted(messages):
        yield frame, message


def notes_of(piece: Piece, received: Iterable[Message]) -> list[Note]:
    """Return the notes of received messages, at ticks of the piece."""
    quarter = 60 / piece.score.tempos[0].bpm * RATE_HZ
    sounding: dict[tuple[int, int], tuple[int, int]] = {}
    notes = []
    for frame, (status, *data) in received:
        tick = round((frame - frame_of(piece, 0)) * TICKS_PER_QUARTER / quarter)
        kind = instrument_of_channel(status & 0x0F)
        if status & 0xF0 not in (_NOTE_ON, _NOTE_OFF) or kind is None:
            continue
        key = (status & 0x0F, data[0])
        if (begun := sounding.pop(key, None)) is not None:
            notes.append(Note(begun[0], kind, data[0], max(begun[0] + 1, tick), begun[1]))
        if status & 0xF0 == _NOTE_ON and data[1]:
            sounding[key] = (tick, data[1])
    return sorted(notes)


def accompany(artefact: Artefact, piece: Piece, seed: int) -> dict[str, float]:
    """Accompany a piece over JACK, and return the figures."""
    metre = piece.score.metres[0]
    time = TimeSettings(sync=Source.CLOCK, metre=(metre.numerator, metre.denominator))
    settings = Settings(mode=Mode.ACCOMPANY, instruments=OURS, seed=seed, time=time)
    with jack_server():
        with started_engine(artefact, settings) as (engine, log):
            player = JackPlayer(plan(piece))
            seconds = frame_of(piece, (piece.bars + _BARS_AFTER) * piece.bar_ticks) / RATE_HZ
            end_ns = engine.now_ns + round((seconds + 2) * SECOND)
            while engine.now_ns < end_ns:
                log.extend(engine.poll(end_ns))
            snapshot = engine.snapshot()
        received = player.received()
    check = StreamCheck.from_messages([message for _, message in received])
    shown = Accompaniment.of(snapshot.notes, log, snapshot.transport)
    made = Accompaniment(
        notes_of(piece, received),
        check.hanging_notes,
        shown.replaced,
        shown.surprise_ticks,
        shown.plans,
    )
    return figures(piece, made) | _times(log) | {"lost": float(check.lost_releases)}


def _times(log: Iterable[LogEntry]) -> dict[str, float]:
    entries = list(log)
    windows: dict[str, list[int]] = {"surprise": [], "": []}
    for entry in entries:
        if entry.event == "replan":
            windows[entry.text].append(entry.value or 0)
    waits = [entry.value or 0 for entry in entries if entry.event == "plan decided"]
    return {
        "late": float(sum(entry.value or 0 for entry in entries if entry.event == "late")),
        "window of a surprise": _quantile(windows["surprise"], 0.5),
        "window of other plans": _quantile(windows[""], 0.5),
        "composing": _quantile(waits, 0.5),
        "composing, 95 %": _quantile(waits, 0.95),
    }


def _quantile(durations_ns: list[int], share: float) -> float:
    return float(np.quantile(durations_ns, share)) / MS if durations_ns else float("nan")


def main(
    artefact: Annotated[Path, typer.Argument(help="Folder of an artefact.")],
    shards: Annotated[Path, typer.Argument(help="Folder that model.data has written.")],
    *,
    pieces: Annotated[int, typer.Option(help="Held-out bands.")] = 10,
    seed: Annotated[int, typer.Option(help="The seed of the accompaniments.")] = 1,
) -> None:
    """Accompany held-out bands over JACK."""
    loaded = Artefact.load(artefact)
    console = Console(stderr=True)
    rows = [
        accompany(loaded, piece, seed)
        for piece in track(draw_pieces(shards, pieces), "pieces", transient=True, console=console)
    ]
    print_table(rows, Console())


if __name__ == "__main__":
    typer.run(main)
