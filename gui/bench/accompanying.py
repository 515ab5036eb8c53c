"""Accompanying held-out bands: the player has all parts but bass and drums, Antiphon plays those.

`python -m gui.bench.accompanying ARTEFACT SHARDS` plays the parts of a piece to a session, one
event at a time at its time, and compares the bass and the drums that come back with the true ones.
The clock is simulated, so a piece takes as long as the composer needs; everything else is what
plays live. With `--live` the parts are played over JACK, in real time (`gui.bench.live_band`).

    drums, bass    onsets a bar, and the ratio to the true parts'
    bars           share of bars with a bass note
    clash          share of bass notes a semitone or a major seventh from what the player holds
    first bar      the first bar from which two bars in a row have drums and bass
    survives       share of the planned notes that were played, not replaced by a later plan
    surprises      plans a bar that a surprise has caused
    reaction       share of the surprises after which, a beat later, the bass does not clash
    stuck          our notes that never end
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import numpy as np
import typer
from rich.console import Console
from rich.progress import track
from rich.table import Table

from bridge.messages.requests import Start
from bridge.messages.settings import Mode, Settings
from bridge.midi.events import NoteOff, NoteOn, ProgramChange, TimedEvent
from bridge.midi.instruments import Instrument
from bridge.midi.notes import MetreChange, Note, Score
from bridge.playout import protocol
from bridge.playout.time_reason import Following
from bridge.session.session import Inbox, Session
from bridge.sync.tempo import quarter_ns
from bridge.sync.transport import Source, Transport
from bridge.system.units import SECOND
from export.evaluate import draw_trials
from export.runtime.artefact import Artefact
from export.runtime.calibration import make_tuned_decoder
from export.runtime.composer import Composer
from model.data import Corpus

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from bridge.messages.snapshot import LogEntry, RollNote
    from export.evaluate import Trial
    from export.runtime.decoder import Decoder

OURS = (Instrument.BASS, Instrument.DRUMS)
_START_NS = SECOND
_CLASHING = frozenset((1, 11))


@dataclass(frozen=True, slots=True)
class Piece:
    """A held-out band: what the player plays, and the bass and drums that belong to it."""

    name: str
    score: Score
    bars: int

    @classmethod
    def of(cls, trial: Trial) -> Piece:
        """Return the prompt and the true continuation of a trial as one piece."""
        notes = tuple(sorted((*trial.prompt.notes, *trial.truth)))
        score = Score(notes, trial.prompt.tempos[:1], trial.prompt.metres[:1])
        return cls(trial.name, score, trial.span.end // score.metres[0].bar_ticks)

    @property
    def bar_ticks(self) -> int:
        """The length of a bar."""
        return self.score.metres[0].bar_ticks

    @property
    def player_notes(self) -> list[Note]:
        """The notes of the player."""
        return [note for note in self.score.notes if note.instrument not in OURS]

    @property
    def true_notes(self) -> list[Note]:
        """The bass and the drums of the piece."""
        return [note for note in self.score.notes if note.instrument in OURS]

    def transport(self) -> Transport:
        """Return a host's transport that plays the piece from tick 0."""
        metre = self.score.metres[0]
        return Transport(
            Source.CLOCK,
            epoch=1,
            time_ns=_START_NS,
            quarter_ns=quarter_ns(self.score.tempos[0].bpm),
            metre=MetreChange(0, metre.numerator, metre.denominator),
        )

    def player_events(self) -> list[tuple[int, int, NoteOn | NoteOff | ProgramChange]]:
        """Return tick, order within the tick, and MIDI event of all that the player plays."""
        events: list[tuple[int, int, NoteOn | NoteOff | ProgramChange]] = [
            (0, 0, ProgramChange(kind.spec.channel, kind.spec.program))
            for kind in {note.instrument for note in self.player_notes}
        ]
        for note in self.player_notes:
            channel = note.instrument.spec.channel
            events.append((note.onset_ticks, 2, NoteOn(channel, note.pitch, note.velocity)))
            events.append((note.release_ticks, 1, NoteOff(channel, note.pitch)))
        return sorted(events, key=lambda event: event[:2])


@dataclass(frozen=True, slots=True)
class Accompaniment:
    """What Antiphon has played with a piece, and when it planned."""

    notes: list[Note]
    stuck: int
    replaced: int
    """Planned notes that a later plan has replaced."""
    surprise_ticks: list[int]
    plans: int


def accompany(artefact: Artefact, decoder: Decoder, piece: Piece, seed: int) -> Accompaniment:
    """Accompany a piece on a simulated clock, on which the composer takes no time."""
    composer = Composer(artefact, decoder)
    settings = Settings(mode=Mode.ACCOMPANY, instruments=OURS, seed=seed)
    session, transport = Session(settings), piece.transport()
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
    end_ns = transport.ns_at((piece.bars + 4) * piece.bar_ticks)
    while (due_ns := session.deadline_ns()) is not None and due_ns < end_ns:
        step(due_ns)
    return _accompaniment(session.snapshot(end_ns).notes, log, transport)


def _accompaniment(
    shown: Iterable[RollNote], log: Sequence[LogEntry], transport: Transport
) -> Accompaniment:
    notes, stuck = [], 0
    for note in shown:
        if not note.answered:
            continue
        stuck += note.release_ns is None
        onset, release_ns = transport.tick_at(note.onset_ns), note.release_ns or note.onset_ns
        release = max(onset + 1, transport.tick_at(release_ns))
        notes.append(Note(onset, note.instrument, note.pitch, release, note.velocity))
    plans = [entry for entry in log if entry.event == "replan"]
    surprises = [transport.tick_at(e.time_ns) for e in plans if e.text == "surprise"]
    replaced = sum(entry.value or 0 for entry in plans)
    return Accompaniment(sorted(notes), stuck, replaced, surprises, len(plans))


def figures(piece: Piece, made: Accompaniment) -> dict[str, float]:
    """Return the figures of an accompaniment, and those of the true parts as `true NAME`."""
    ours = [note for note in made.notes if note.onset_ticks < piece.bars * piece.bar_ticks]
    found = {
        "survives": len(made.notes) / max(1, len(made.notes) + made.replaced),
        "plans": made.plans / piece.bars,
        "surprises": len(made.surprise_ticks) / piece.bars,
        "stuck": float(made.stuck),
    }
    for prefix, notes in (("", ours), ("true ", piece.true_notes)):
        for kind in OURS:
            found[f"{prefix}{kind.label}"] = _per_bar(piece, notes, kind).sum() / piece.bars
        found[f"{prefix}bars"] = float((_per_bar(piece, notes, Instrument.BASS) > 0).mean())
        found[f"{prefix}clash"] = _clash(piece.player_notes, notes)
        found[f"{prefix}first bar"] = _first_bar(piece, notes)
        found[f"{prefix}reaction"] = _reaction(piece, notes, made.surprise_ticks)
    return found


def _per_bar(piece: Piece, notes: Iterable[Note], kind: Instrument) -> np.ndarray:
    bars = [n.onset_ticks // piece.bar_ticks for n in notes if n.instrument is kind]
    return np.bincount([bar for bar in bars if bar < piece.bars], minlength=piece.bars)


def _sounding(notes: Iterable[Note], tick: int) -> list[int]:
    return [
        note.pitch
        for note in notes
        if note.onset_ticks <= tick < note.release_ticks and note.instrument is not Instrument.DRUMS
    ]


def _do_clash(pitch: int, others: Iterable[int]) -> bool:
    return any(abs(pitch - other) % 12 in _CLASHING for other in others)


def _clash(player: Sequence[Note], notes: Iterable[Note]) -> float:
    """Return the share of bass notes that clash, a 32nd note after their onset."""
    bass = [note for note in notes if note.instrument is Instrument.BASS]
    return _mean([_do_clash(n.pitch, _sounding(player, n.onset_ticks + 6)) for n in bass])


def _first_bar(piece: Piece, notes: Sequence[Note]) -> float:
    """Return the first bar, from 1, from which two bars in a row have bass and drums."""
    play = np.all([_per_bar(piece, notes, kind) > 0 for kind in OURS], axis=0)
    both = np.flatnonzero(play[1:] & play[:-1])
    return float(both[0] + 1) if len(both) else float("nan")


def _reaction(piece: Piece, notes: Sequence[Note], surprises: Iterable[int]) -> float:
    """Return the share of surprises a beat after which the bass does not clash."""
    player, found = piece.player_notes, []
    for tick in surprises:
        later = tick + 48
        bass = _sounding([n for n in notes if n.instrument is Instrument.BASS], later)
        found.append(not any(_do_clash(pitch, _sounding(player, later)) for pitch in bass))
    return _mean(found)


def _mean(values: Sequence[float] | Sequence[bool]) -> float:
    return float(np.mean(values)) if len(values) else float("nan")


def main(
    artefact: Annotated[Path, typer.Argument(help="Folder of an artefact.")],
    shards: Annotated[Path, typer.Argument(help="Folder that model.data has written.")],
    *,
    pieces: Annotated[int, typer.Option(help="Held-out bands.")] = 10,
    seeds: Annotated[int, typer.Option(help="Accompaniments of each piece.")] = 1,
) -> None:
    """Accompany held-out bands with bass and drums."""
    trials = draw_trials(Corpus.open(shards, "valid"), {"band": 4 * pieces})
    bands = [Piece.of(trial) for trial in trials if set(OURS) < set(trial.instruments)]
    loaded = Artefact.load(artefact)
    decoder = make_tuned_decoder(loaded)
    rows: dict[str, list[dict[str, float]]] = {}
    for piece in track(bands[:pieces], "pieces", transient=True, console=Console(stderr=True)):
        rows[piece.name] = [
            figures(piece, accompany(loaded, decoder, piece, seed)) for seed in range(1, seeds + 1)
        ]
    table = Table("", *(str(index + 1) for index in range(len(rows))), "mean")
    for name in next(iter(rows.values()))[0]:
        means = [_nan_mean([one[name] for one in some]) for some in rows.values()]
        table.add_row(name, *(f"{value:.2f}" for value in means), f"{_nan_mean(means):.3f}")
    Console(width=160).print(table)


def _nan_mean(values: Sequence[float]) -> float:
    return _mean([value for value in values if not np.isnan(value)])


if __name__ == "__main__":
    typer.run(main)
