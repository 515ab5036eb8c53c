"""Run MuseNet's own example: six notes of Chopin's nocturne Op. 9 No. 2, continued by a band.

`python dev/nocturne.py OUT` requests pop with piano, drums, bass and guitar, and the same in four
other styles, ten seeds of 30 seconds each. It writes every file as MIDI and one roll for each style
as PNG. It prints these figures as JSON:

- when each instrument enters;
- how many onsets lie on the sixteenths of 4/4, and how many drum hits on its eighths;
- the longest silence, and notes that are too short or stuck;
- the distance between styles (`model.evaluation.measures`, half of the seeds of each), beside the
  distance between the two halves of one style's seeds.
"""

import json
import sys
from itertools import combinations
from pathlib import Path

import numpy as np

from bridge.messages.settings import Settings
from bridge.messages.snapshot import RollNote
from bridge.midi.instruments import Instrument
from bridge.midi.notes import MetreChange, Note, Score, TempoChange
from bridge.midi.smf import score_bytes
from bridge.sync.tempo import TempoMap
from export.runtime.artefact import load_default_artefact
from export.runtime.decoder import Decoder
from export.sketch.continuation import continue_score
from export.sketch.prompt import span_of_seconds
from gui.commands.pictures.roll_png import draw_roll
from model.evaluation import measures
from model.tokens import features, tokenizer

# Pitch and length in quarter notes; the first is the upbeat.
MELODY = ((70, 1), (79, 1.5), (77, 0.5), (79, 0.5), (77, 1), (75, 0.5))
BAND = (Instrument.PIANO, Instrument.DRUMS, Instrument.BASS, Instrument.GUITAR)
STYLES = ("pop", "jazz", "bach", "bossa nova", "funk")
SEEDS, SECONDS, BPM = 10, 30.0, 104.0


def prompt() -> Score:
    """Return the six notes, in 4/4."""
    notes, at = [], 3 * 48
    for pitch, quarters in MELODY:
        length = round(48 * quarters)
        notes.append(Note(at, Instrument.PIANO, pitch, at + length, 72))
        at += length
    return Score(tuple(notes), (TempoChange(0, BPM),), (MetreChange(0, 4, 4),))


def figures(score: Score, begin: int, notes: list[Note]) -> dict[str, object]:
    """Measure a continuation."""
    tempo = TempoMap(score.tempos)

    def seconds(tick: int) -> float:
        return (tempo.ns_at(tick) - tempo.ns_at(begin)) / 1e9

    enter = {
        k.label: min((n.onset_ticks for n in notes if n.instrument is k), default=-1) for k in BAND
    }
    sounding = sorted((n.onset_ticks, n.release_ticks) for n in notes)
    silent, until = 0.0, begin
    for onset, release in sounding:
        silent = max(silent, seconds(onset) - seconds(until))
        until = max(until, release)
    hits = [n.onset_ticks for n in notes if n.instrument is Instrument.DRUMS]
    onsets = [n.onset_ticks for n in notes]
    return {
        "enters_s": {k: round(seconds(t), 1) if t >= 0 else None for k, t in enter.items()},
        "notes": {k.label: sum(n.instrument is k for n in notes) for k in BAND},
        "on_sixteenths": round(float(np.mean([t % 12 == 0 for t in onsets])), 3),
        "drums_on_eighths": round(float(np.mean([t % 24 == 0 for t in hits])), 3) if hits else None,
        "longest_silence_s": round(silent, 2),
        "zero_length": sum(n.release_ticks <= n.onset_ticks for n in notes),
        "longest_note_bars": round(max((b - a for a, b in sounding), default=0) / 192, 2),
    }


def profile(score: Score, notes: list[Note]) -> measures.Profile:
    """Return the profile of a continuation."""
    before = np.array(tokenizer.encode(score, end=False))
    complete = Score((*score.notes, *notes), score.tempos, score.metres)
    tokens = np.array(tokenizer.encode(complete, end=False))
    cut = next(i for i in range(len(tokens)) if i >= len(before) or tokens[i] != before[i])
    return measures.profile(tokens[:cut], tokens[cut:], features.musical_time(tokens)[cut:])


def main() -> None:
    """Generate and measure all files."""
    out = Path(sys.argv[1])
    out.mkdir(parents=True, exist_ok=True)
    artefact = load_default_artefact()
    decoder = Decoder(artefact, device="cpu")
    score = prompt()
    span = span_of_seconds(score, SECONDS)
    found: dict[str, list[dict[str, object]]] = {}
    profiles: dict[str, list[measures.Profile]] = {}
    for style in STYLES:
        for seed in range(SEEDS):
            settings = Settings(((style, 1.0),), BAND, seed=seed)
            notes = continue_score(artefact, decoder, score, span, settings)
            found.setdefault(style, []).append(figures(score, span.begin, notes))
            profiles.setdefault(style, []).append(profile(score, notes))
            complete = Score((*score.notes, *notes), score.tempos, score.metres)
            file = out / f"{style.replace(' ', '-')}-{seed}.mid"
            file.write_bytes(score_bytes(complete, f"style {style}"))
            if seed == 0:
                roll(complete, len(score.notes), out / f"{style.replace(' ', '-')}.png", style)
    halves = {
        style: (measures.sum_profiles(some[::2]), measures.sum_profiles(some[1::2]))
        for style, some in profiles.items()
    }
    between = [
        measures.distances(halves[one][k], halves[other][1 - k])
        for one, other in combinations(STYLES, 2)
        for k in (0, 1)
    ]
    within = [measures.distances(one, other) for one, other in halves.values()]
    distances = {
        "between styles": measures.mean_distances(between),
        "within a style": measures.mean_distances(within),
    }
    print(json.dumps({"files": found, "distances": distances}, indent=1))


def roll(score: Score, prompt_length: int, path: Path, style: str) -> None:
    """Draw the roll of a file."""
    tempo = TempoMap(score.tempos)
    notes = [
        RollNote(
            instrument=n.instrument,
            pitch=n.pitch,
            velocity=n.velocity,
            onset_ns=tempo.ns_at(n.onset_ticks),
            release_ns=tempo.ns_at(n.release_ticks),
            answered=index >= prompt_length,
        )
        for index, n in enumerate(score.notes)
    ]
    draw_roll(notes, path, f"six notes of Chopin, then {style}")


if __name__ == "__main__":
    main()
