"""All measurements of one run, and whether they are what was promised.

Promises are a table: what is looked at, how it is read out of what was found, and how large it may
be. A promise about what was not measured here (no torch, no JACK server) is left open.
"""

from __future__ import annotations

import os
import platform
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.table import Table

from export.runtime.calibration import tuned_decoder
from gui.bench import decode, live, sending, startup
from gui.bench.beside_window import beside_window
from gui.bench.decode import BESIDE_RIVALS, OURS
from gui.bench.jack_rig import RigError
from gui.bench.painting import painting
from gui.bench.together import together

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from export.runtime.artefact import Artefact

Found = dict[str, Any]
SECTIONS = (
    *("startup", "step", "choosing", "prefill", "cache"),
    *("hand-over", "sustained", "hour", "sending", "together", "painting", "window"),
)


@dataclass(frozen=True, slots=True)
class Promise:
    """Something that must not be above a limit (or, if it should be high, below)."""

    text: str
    limit: float
    read: Callable[[Found], float]
    at_least: bool = False

    def kept(self, value: float) -> bool:
        """Tell whether a value is within the limit."""
        return value >= self.limit if self.at_least else value <= self.limit


def _ratio(of: str, to: str) -> Callable[[Found], float]:
    def read(found: Found) -> float:
        at = found["step"]["512"]
        return float(at[of]["median_ms"] / at[to]["median_ms"])

    return read


def _growth(found: Found) -> float:
    """Return how much more a token costs at the end than at the beginning, fresh decoders apart."""
    costs = [
        found["hour"][when]["jam"]["median_ms"] / found["hour"][when]["fresh"]["median_ms"]
        for when in ("first_minute", "last_minute")
    ]
    return float(costs[1] / costs[0])


MEMORY = "reading the weights from memory"
PROMISES = (
    Promise("a token after 512, to reading the weights from memory", 2.0, _ratio(OURS, MEMORY)),
    Promise(
        "a token after 512, to torch with a static cache",
        0.35,
        _ratio(BESIDE_RIVALS, "torch, static cache"),
    ),
    Promise(
        "a token after 512, to the concatenating graph",
        0.5,
        _ratio(BESIDE_RIVALS, "concatenated cache"),
    ),
    Promise(
        "choosing a token, four instruments, median ms",
        0.06,
        lambda f: f["choosing"]["four"]["median_ms"],
    ),
    Promise(
        "hand-over to first note decided, after 1,024 notes, warm, median ms",
        10,
        lambda f: f["hand-over"]["1024"]["warm"]["median_ms"],
    ),
    Promise(
        "hand-over to first note decided, after 1,024 notes, warm, p99 ms",
        30,
        lambda f: f["hand-over"]["1024"]["warm"]["p99_ms"],
    ),
    Promise("a token after an hour, to one after a minute", 1.1, _growth),
    Promise("memory that the hour took, MB", 5, lambda f: f["hour"]["growth_bytes"] / 1e6),
    Promise(
        "sustained, times real time at 8 notes/s",
        4,
        lambda f: f["sustained"]["times_real_time"],
        at_least=True,
    ),
    Promise(
        "lateness as sent, p99 ms, while decoding", 1, lambda f: f["sending"]["as sent"]["p99_ms"]
    ),
    Promise("notes lost while decoding", 0, lambda f: f["sending"]["as sent"]["lost"]),
    Promise(
        "lateness as another JACK client hears it, p99 ms",
        0.1,
        lambda f: f["sending"]["as heard on JACK"]["p99_ms"],
    ),
    Promise(
        "notes that never end, or are struck again unended, when accompanying",
        0,
        lambda f: f["together"]["hanging"] + f["together"]["releases_lost"],
    ),
    Promise(
        "notes left out for coming too late, when accompanying, share",
        0.001,
        lambda f: f["together"]["dropped_share"],
    ),
    Promise(
        "a frame of the roll with 5,000 notes, p95 ms",
        8,
        lambda f: f["painting"]["1280x640"]["p95_ms"],
    ),
    Promise(
        "lateness as sent, p99, with the window open and scrolling, to without",
        1.25,
        lambda f: (
            f["window"]["with the window"]["p99_ms"] / f["window"]["without the window"]["p99_ms"]
        ),
    ),
    Promise(
        "`antiphon jam` listens, median ms", 1500, lambda f: f["startup"]["listening"]["median_ms"]
    ),
    Promise("the window is up, median ms", 2000, lambda f: f["startup"]["window"]["median_ms"]),
)


def measure(
    artefact: Artefact, sections: tuple[str, ...], seconds: int, minutes: int, tell: Console
) -> Found:
    """Measure the sections, telling which is under way."""
    work: Mapping[str, Callable[[], Any]] = {
        "startup": lambda: {
            "network": startup.network(),
            "listening": startup.listening(),
            "window": startup.window(),
        },
        "step": lambda: decode.steps(artefact),
        "choosing": lambda: decode.choosing(artefact),
        "prefill": lambda: decode.prefill(artefact),
        "cache": lambda: decode.cache_work(artefact),
        "hand-over": lambda: live.hand_over(artefact),
        "sustained": lambda: live.sustained(artefact),
        "hour": lambda: live.hour(artefact, minutes),
        "sending": lambda: _sending(artefact, seconds),
        "together": lambda: _together(artefact, seconds),
        "painting": painting,
        "window": lambda: beside_window(artefact, seconds),
    }
    found: Found = {
        "machine": f"{platform.machine()}, {os.cpu_count()} cores, {platform.system()}",
        "model": artefact.name,
        "runs on": _runs_on(artefact),
    }
    for section in sections:
        tell.print(f"measuring: {section} ...", style="dim")
        found[section] = work[section]()
    found["promises"] = [
        {"text": promise.text, "limit": promise.limit, "value": value, "kept": kept}
        for promise, value, kept in judged(found)
    ]
    return found


def _runs_on(artefact: Artefact) -> str:
    decoder = tuned_decoder(artefact)
    return f"{decoder.provider.name}, threads: {decoder.threads}; the steps: CPU, threads: 1"


def judged(found: Found) -> Iterator[tuple[Promise, float | None, bool | None]]:
    """Give each promise with its value and whether it is kept; None where it was not measured."""
    for promise in PROMISES:
        try:
            value = promise.read(found)
        except KeyError:
            yield promise, None, None
        else:
            yield promise, round(value, 4), promise.kept(value)


def _sending(artefact: Artefact, seconds: int) -> Found:
    found: Found = {"as sent": sending.as_sent(artefact, seconds, "loopback")}
    try:
        found["as heard on JACK"] = sending.as_heard(artefact, seconds)
    except RigError as error:
        found["no JACK"] = str(error)
    return found


def _together(artefact: Artefact, seconds: int) -> Found:
    try:
        return together(artefact, seconds)
    except RigError as error:
        return {"no JACK": str(error)}


def show(found: Found, console: Console) -> None:
    """Print what was found, and the promises."""
    table = Table(
        "ms", "median", "p99", "n", box=None, title=f"{found['model']}, {found['machine']}"
    )
    for name, spread in spreads(found):
        row = (f"{spread['median_ms']:.3f}", f"{spread['p99_ms']:.3f}", str(spread["count"]))
        table.add_row(name, *row)
    console.print(table)
    for section, key in (
        ("prefill", None),
        ("sustained", None),
        ("sending", "no JACK"),
        ("together", None),
    ):
        if section in found and (key is None or key in found[section]):
            console.print(f"{section}: {found[section] if key is None else found[section][key]}")
    promises = Table("promise", "limit", "found", "", box=None)
    for promise, value, kept in judged(found):
        verdict = {None: "not measured", True: "[green]kept[/]", False: "[red]broken[/]"}[kept]
        side = ">=" if promise.at_least else "<="
        told = "" if value is None else f"{value:.3g}"
        promises.add_row(promise.text, f"{side} {promise.limit:g}", told, verdict)
    console.print(promises)


def spreads(found: Any, name: str = "") -> Iterator[tuple[str, dict[str, float]]]:
    """Give every spread in what was found, with the words that lead to it."""
    if isinstance(found, dict):
        if "median_ms" in found:
            yield name, found
            return
        for key, value in found.items():
            yield from spreads(value, f"{name}, {key}" if name else key)
