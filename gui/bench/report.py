"""All measurements of one run, and whether they meet the targets.

The targets are a table: what is measured, how to read it from the results, and its limit. A target
that was not measured here (no torch, no JACK server) stays open.
"""

from __future__ import annotations

import os
import platform
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.table import Table

from export.runtime.calibration import make_tuned_decoder
from gui.bench import decode, live, sending, startup
from gui.bench.beside_window import measure_beside_window
from gui.bench.decode import BESIDE_RIVALS, OURS
from gui.bench.jack_rig import RigError
from gui.bench.painting import measure_painting
from gui.bench.plugin_path import measure_plugin_path
from gui.bench.together import measure_together

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from export.runtime.artefact import Artefact

Results = dict[str, Any]
SECTIONS = (
    *("startup", "step", "choosing", "prefill", "cache"),
    *("hand-over", "sustained", "hour", "sending", "plugin", "together", "painting", "window"),
)


@dataclass(frozen=True, slots=True)
class Target:
    """A limit for a measured value: the most, or the least, that it may be."""

    text: str
    limit: float
    value_of: Callable[[Results], float]
    at_least: bool = False

    def is_met(self, value: float) -> bool:
        """Return whether a value is within the limit."""
        return value >= self.limit if self.at_least else value <= self.limit


def _ratio(numerator: str, denominator: str) -> Callable[[Results], float]:
    def read(found: Results) -> float:
        at = found["step"]["512"]
        return float(at[numerator]["median_ms"] / at[denominator]["median_ms"])

    return read


def _growth(results: Results) -> float:
    """Return the growth of a token's cost over the hour, relative to new decoders."""
    costs = [
        results["hour"][when]["jam"]["median_ms"] / results["hour"][when]["fresh"]["median_ms"]
        for when in ("first_minute", "last_minute")
    ]
    return float(costs[1] / costs[0])


MEMORY_FLOOR = "reading the weights from memory"
TARGETS = (
    Target(
        "a token after 512, to reading the weights from memory", 2.0, _ratio(OURS, MEMORY_FLOOR)
    ),
    Target(
        "a token after 512, to torch with a static cache",
        0.35,
        _ratio(BESIDE_RIVALS, "torch, static cache"),
    ),
    Target(
        "a token after 512, to the concatenating graph",
        0.5,
        _ratio(BESIDE_RIVALS, "concatenated cache"),
    ),
    Target(
        "choosing a token, four instruments, median ms",
        0.06,
        lambda f: f["choosing"]["four"]["median_ms"],
    ),
    Target(
        "hand-over to first note decided, after 1,024 notes, warm, median ms",
        10,
        lambda f: f["hand-over"]["1024"]["warm"]["median_ms"],
    ),
    Target(
        "hand-over to first note decided, after 1,024 notes, warm, p99 ms",
        30,
        lambda f: f["hand-over"]["1024"]["warm"]["p99_ms"],
    ),
    Target("a token after an hour, to one after a minute", 1.1, _growth),
    Target("memory that the hour took, MB", 5, lambda f: f["hour"]["growth_bytes"] / 1e6),
    Target(
        "sustained, times real time at 8 notes/s",
        4,
        lambda f: f["sustained"]["times_real_time"],
        at_least=True,
    ),
    Target(
        "lateness as sent, p99 ms, while decoding", 1, lambda f: f["sending"]["as sent"]["p99_ms"]
    ),
    Target("notes lost while decoding", 0, lambda f: f["sending"]["as sent"]["lost"]),
    Target(
        "lateness as another JACK client receives it, p99 ms",
        0.1,
        lambda f: f["sending"]["as received on JACK"]["p99_ms"],
    ),
    Target(
        "an event between app and plugin, more than a bare datagram, median microseconds",
        20,
        lambda f: (
            1000 * (f["plugin"]["stream"]["median_ms"] - f["plugin"]["datagrams"]["median_ms"])
        ),
    ),
    Target(
        "the same by TCP, the way of Windows",
        20,
        lambda f: (
            1000
            * (f["plugin"]["stream by TCP"]["median_ms"] - f["plugin"]["datagrams"]["median_ms"])
        ),
    ),
    Target(
        "notes that never end, or start again before they end, when accompanying",
        0,
        lambda f: f["together"]["hanging"] + f["together"]["releases_lost"],
    ),
    Target(
        "notes left out for coming too late, when accompanying, share",
        0.001,
        lambda f: f["together"]["dropped_share"],
    ),
    Target(
        "a frame of the roll with 5,000 notes, p95 ms",
        8,
        lambda f: f["painting"]["1280x640"]["p95_ms"],
    ),
    Target(
        "lateness as sent, p99, with the window open and scrolling, to without",
        1.25,
        lambda f: (
            f["window"]["with the window"]["p99_ms"] / f["window"]["without the window"]["p99_ms"]
        ),
    ),
    Target(
        "`antiphon jam` listens, median ms", 1500, lambda f: f["startup"]["listening"]["median_ms"]
    ),
    Target("the window is up, median ms", 2000, lambda f: f["startup"]["window"]["median_ms"]),
)


def measure(
    artefact: Artefact, sections: tuple[str, ...], seconds: int, minutes: int, console: Console
) -> Results:
    """Measure the sections, and print the section in progress."""
    work: Mapping[str, Callable[[], Any]] = {
        "startup": lambda: {
            "network": startup.measure_network(),
            "listening": startup.measure_jam_start(),
            "window": startup.measure_window_start(),
        },
        "step": lambda: decode.measure_steps(artefact),
        "choosing": lambda: decode.measure_sampling(artefact),
        "prefill": lambda: decode.measure_prefill(artefact),
        "cache": lambda: decode.measure_cache(artefact),
        "hand-over": lambda: live.measure_hand_over(artefact),
        "sustained": lambda: live.measure_sustained(artefact),
        "hour": lambda: live.measure_hour(artefact, minutes),
        "sending": lambda: _measure_sending(artefact, seconds),
        "plugin": measure_plugin_path,
        "together": lambda: _measure_together(artefact, seconds),
        "painting": measure_painting,
        "window": lambda: measure_beside_window(artefact, seconds),
    }
    found: Results = {
        "machine": f"{platform.machine()}, {os.cpu_count()} cores, {platform.system()}",
        "model": artefact.name,
        "runs on": _describe_provider(artefact),
    }
    for section in sections:
        console.print(f"measuring: {section} ...", style="dim")
        found[section] = work[section]()
    found["promises"] = [
        {"text": promise.text, "limit": promise.limit, "value": value, "kept": kept}
        for promise, value, kept in evaluate_targets(found)
    ]
    return found


def _describe_provider(artefact: Artefact) -> str:
    decoder = make_tuned_decoder(artefact)
    return f"{decoder.provider.name}, threads: {decoder.threads}; the steps: CPU, threads: 1"


def evaluate_targets(results: Results) -> Iterator[tuple[Target, float | None, bool | None]]:
    """Yield each target with its value and whether it is met; None where it was not measured."""
    for promise in TARGETS:
        try:
            value = promise.value_of(results)
        except KeyError:
            yield promise, None, None
        else:
            yield promise, round(value, 4), promise.is_met(value)


def _measure_sending(artefact: Artefact, seconds: int) -> Results:
    found: Results = {"as sent": sending.measure_sent(artefact, seconds, "loopback")}
    try:
        found["as received on JACK"] = sending.measure_received(artefact, seconds)
    except RigError as error:
        found["no JACK"] = str(error)
    return found


def _measure_together(artefact: Artefact, seconds: int) -> Results:
    try:
        return measure_together(artefact, seconds)
    except RigError as error:
        return {"no JACK": str(error)}


def print_report(results: Results, console: Console) -> None:
    """Print the results and the targets."""
    table = Table(
        "ms", "median", "p99", "n", box=None, title=f"{results['model']}, {results['machine']}"
    )
    for name, spread in named_spreads(results):
        row = (f"{spread['median_ms']:.3f}", f"{spread['p99_ms']:.3f}", str(spread["count"]))
        table.add_row(name, *row)
    console.print(table)
    for section, key in (
        ("prefill", None),
        ("sustained", None),
        ("sending", "no JACK"),
        ("together", None),
    ):
        if section in results and (key is None or key in results[section]):
            console.print(
                f"{section}: {results[section] if key is None else results[section][key]}"
            )
    promises = Table("promise", "limit", "found", "", box=None)
    for promise, value, kept in evaluate_targets(results):
        verdict = {None: "not measured", True: "[green]kept[/]", False: "[red]broken[/]"}[kept]
        side = ">=" if promise.at_least else "<="
        shown = "" if value is None else f"{value:.3g}"
        promises.add_row(promise.text, f"{side} {promise.limit:g}", shown, verdict)
    console.print(promises)


def named_spreads(results: Any, name: str = "") -> Iterator[tuple[str, dict[str, float]]]:
    """Yield every spread in the results, with the keys that lead to it."""
    if isinstance(results, dict):
        if "median_ms" in results:
            yield name, results
            return
        for key, value in results.items():
            yield from named_spreads(value, f"{name}, {key}" if name else key)
