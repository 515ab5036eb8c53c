"""Play for a long time, with faults at random: `python -m tests.soak --minutes 60`.

Two parts share the minutes. In the *real* part Antiphon runs as processes on a JACK server of its
own, in real time. In the *compressed* part the pure path runs on a simulated clock, much faster;
a part of it with the network, the rest with a stand-in for it. The same seed makes the same
decisions. The exit status is 1 if a fault is lost or an invariant does not hold; the last lines
name both, with the time.
"""

from __future__ import annotations

import logging
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from bridge.messages.settings import MAX_CANDIDATES
from export.runtime.artefact import load_default_artefact
from export.runtime.calibration import make_tuned_decoder
from export.runtime.composer import Composer
from tests.soak import isolation, report
from tests.soak.compressed import CompressedSoak
from tests.soak.outcome import Part
from tests.soak.real import soak

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.soak.stand_in import Composing

NETWORK_SHARE = 0.3
"""The share of the compressed minutes that the network plays: it is slower than the stand-in."""


def main(
    *,
    minutes: Annotated[float, typer.Option(help="Minutes of music, in both parts.")] = 20.0,
    real: Annotated[bool, typer.Option("--real", help="The real part only.")] = False,
    compressed: Annotated[
        bool, typer.Option("--compressed", help="The compressed part only.")
    ] = False,
    real_minutes: Annotated[
        float | None, typer.Option(help="Minutes of the real part; default: half of them.")
    ] = None,
    seed: Annotated[int, typer.Option(help="Seed of all decisions.")] = 1,
    fault: Annotated[
        list[str] | None, typer.Option(help="Try only this fault of the real part; repeatable.")
    ] = None,
    tolerance: Annotated[
        float, typer.Option(help="Factor for the limits of time, on a machine that is busy.")
    ] = 1.0,
    folder: Annotated[
        Path | None, typer.Option("--report", help="Folder of the report; default: runs/soak/SEED.")
    ] = None,
) -> None:
    """Play for a long time, with faults at random, and report what was lost."""
    if real_minutes is None:
        real_minutes = minutes if real else 0.0 if compressed else minutes / 2
    compressed_minutes = 0.0 if real else max(0.0, minutes - real_minutes)
    isolated = isolation.enter() if real_minutes > 0 else False
    isolation.raise_on_terminate()
    # What a composer or a session logs belongs to the program's own log.
    logging.getLogger().setLevel(logging.ERROR)
    console = Console(stderr=True)
    parts = [*_compressed(seed, compressed_minutes, console)]
    if real_minutes > 0:
        part = Part("real", seed)
        parts.append(part)
        soak(
            part,
            real_minutes,
            isolated=isolated,
            tolerance=tolerance,
            only=fault or (),
            tell=lambda at, name: console.print(f"{at:6.1f} min: {name}", style="dim"),
        )
    written = folder or Path("runs") / "soak" / str(seed)
    command = " ".join(["python -m tests.soak", *sys.argv[1:]])
    path = report.write(parts, written, command)
    report.summarise(parts, console)
    console.print(f"The report is {path}.", highlight=False)
    if any(part.lost or part.broken for part in parts):
        raise typer.Exit(1)


def _compressed(seed: int, minutes: float, console: Console) -> list[Part]:
    """Run the compressed part: first with the network, then with the stand-in."""
    if minutes <= 0:
        return []
    artefact = load_default_artefact()
    styles = artefact.style_names
    composer = Composer(artefact, make_tuned_decoder(artefact, rows=MAX_CANDIDATES))
    by_network = _play(
        Part("compressed, network", seed), minutes * NETWORK_SHARE, styles, composer, console
    )
    rest = minutes * (1 - NETWORK_SHARE)
    return [by_network, _play(Part("compressed, stand-in", seed), rest, styles, None, console)]


def _play(
    part: Part, minutes: float, styles: Sequence[str], composer: Composing | None, console: Console
) -> Part:
    with console.status(part.name) as status:
        soaking = CompressedSoak(part, styles, composer)
        soaking.run(minutes, lambda at: status.update(f"{part.name}: {at:.0f} min"))
    return part


if __name__ == "__main__":
    typer.run(main)
