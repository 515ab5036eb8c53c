"""Write thirty takes, ten styles on three prompts, with their piano rolls.

`python dev/make_takes.py FOLDER` continues a pop song, a jazz trio and a piano ballad
(`export.evaluation.prompts`) by eight bars in each style, with the shipped model and seed 1, as
`antiphon continue` does. Each take becomes a MIDI file and a picture, and a line of figures. The
ten of `SHIPPED` are also written into `assets/demo/takes`.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import typer
from PySide6.QtGui import QGuiApplication

from bridge.history.takes import Span
from bridge.messages.settings import Settings
from bridge.messages.snapshot import RollNote
from bridge.midi import smf
from bridge.midi.notes import Score
from bridge.sync.tempo import MetreMap, TempoMap
from export.evaluation import prompts
from export.runtime.artefact import Artefact, load_default_artefact
from export.runtime.decoder import Decoder
from export.sketch.continuation import continue_score
from gui.commands.pictures.roll_png import draw_roll
from model.evaluation.musicality import Excerpt, figures

STYLES = (
    *("bach", "blues", "bossa nova", "chopin", "disco"),
    *("funk", "jazz", "pop", "reggae", "rock"),
)
PROMPTS = {"pop song": prompts.pop_song, "jazz trio": prompts.jazz_trio, "ballad": prompts.ballad}
SHIPPED = (
    *(("pop song", "pop"), ("pop song", "disco"), ("pop song", "reggae"), ("pop song", "rock")),
    *(("jazz trio", "jazz"), ("jazz trio", "bossa nova"), ("jazz trio", "funk")),
    *(("ballad", "chopin"), ("ballad", "bach"), ("ballad", "jazz")),
)
BARS, SEED = 8, 1
SHOWN = ("notes", "in prompt key", "clash", "polyphony", "longest", "next half bar", "chroma 4")
DEMO = Path(__file__).parent.parent / "assets" / "demo" / "takes"


def main(folder: Path) -> None:
    """Write the takes."""
    QGuiApplication(["make_takes", "-platform", "offscreen"])
    folder.mkdir(parents=True, exist_ok=True)
    DEMO.mkdir(exist_ok=True)
    artefact = load_default_artefact()
    decoder = Decoder(artefact, device="cpu", threads=1)
    for name, make in PROMPTS.items():
        prompt = make()
        bar = prompt.metres[0].bar_ticks
        begin = MetreMap(prompt.metres).next_bar_line(prompt.end_ticks)
        span = Span(begin, begin + BARS * bar)
        for style in STYLES:
            take = _continue(artefact, decoder, prompt, span, style)
            title = f"{name} in the style {style}, seed {SEED}"
            file = f"{name}-{style}-{SEED}.mid".replace(" ", "-")
            text = f"Antiphon, {artefact.name}: {title}; it begins in bar {begin // bar + 1}"
            content = smf.score_bytes(take, text)
            (folder / file).write_bytes(content)
            if (name, style) in SHIPPED:
                (DEMO / file).write_bytes(content)
            draw_roll(_shown(take, span), (folder / file).with_suffix(".png"), title)
            typer.echo(f"{title}: {_figures(prompt, take, span)}")


def _continue(artefact: Artefact, decoder: Decoder, prompt: Score, span: Span, style: str) -> Score:
    """Return a prompt with its continuation."""
    settings = Settings(seed=SEED, style=((style, 1.0),))
    notes = continue_score(artefact, decoder, prompt, span, settings)
    return replace(prompt, notes=tuple(sorted((*prompt.notes, *notes))))


def _shown(take: Score, span: Span) -> list[RollNote]:
    tempo = TempoMap(take.tempos)
    return [
        RollNote(
            *(note.instrument, note.pitch, note.velocity),
            *(tempo.ns_at(note.onset_ticks), tempo.ns_at(note.release_ticks)),
            answered=note.onset_ticks >= span.begin,
        )
        for note in take.notes
    ]


def _figures(prompt: Score, take: Score, span: Span) -> str:
    bar = prompt.metres[0].bar_ticks
    after = tuple(note for note in take.notes if note.onset_ticks >= span.begin)
    kinds = prompt.instruments
    found = figures(Excerpt(prompt.notes, after, span.begin, BARS, bar, kinds), {})
    return ", ".join(f"{name} {found[name]:.2f}" for name in SHOWN)


if __name__ == "__main__":
    typer.run(main)
