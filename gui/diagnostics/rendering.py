"""Diagnostics as text for a bug report, and as JSON for a program.

Both are for the maintainers of Antiphon, so they are in English in every language of the window.
They contain no note that was played, and write the home directory as `~`.
"""

from __future__ import annotations

import json
import platform
from typing import TYPE_CHECKING, Any

from bridge.system.units import MS, US
from gui.diagnostics.home import shorten_home
from gui.diagnostics.log import log_file
from gui.diagnostics.report import package_versions
from gui.wording.processor import sentence_of_processor, why_this_processor

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from bridge.playout.protocol import Lateness
    from gui.diagnostics.report import ArtefactFacts, Diagnostics, PortFacts


def to_json(found: Diagnostics) -> str:
    """Return an object whose keys stay the same from version to version."""
    facts = {
        "usable": not found.missing,
        "missing": found.missing,
        "problems": found.problems,
        "versions": package_versions(),
        "platform": platform.platform(),
        "processor": _processor_facts(found),
        "artefact": _artefact_facts(found.artefact),
        "ports": _port_facts(found.ports),
        "lateness": _lateness_facts(found.lateness),
        "refused_positions": found.refused_positions,
        "thinned_messages": found.thinned_messages,
        "errors": found.errors,
        "log": found.log_lines,
        "log_file": str(log_file()),
    }
    return json.dumps(_shorten_homes(facts), indent=1, ensure_ascii=False)


def to_text(found: Diagnostics) -> str:
    """Return the lines for a bug report."""
    return shorten_home("\n".join(_lines(found)))


# ------------------------------------------------------------------------------------- text


def _lines(found: Diagnostics) -> Iterator[str]:
    versions = package_versions()
    yield f"Antiphon {versions.pop('antiphon')}"
    yield f"Platform: {platform.platform()}"
    yield "Versions: " + ", ".join(
        f"{name} {number or 'not installed'}" for name, number in versions.items()
    )
    processor = "not known" if found.processor is None else sentence_of_processor(found.processor)
    yield f"Processor: {processor}"
    yield f"Artefact: {_artefact_text(found.artefact)}"
    yield from _port_lines(found.ports)
    yield f"Lateness: {_lateness_text(found.lateness)}"
    if found.refused_positions:
        yield f"Positions of hosts that were not valid: {found.refused_positions}"
    if found.thinned_messages:
        yield f"Messages dropped from a flood of input: {found.thinned_messages}"
    yield from _section("Missing", found.missing)
    yield from _section("Problems", found.problems)
    yield from _section("Last errors", found.errors)
    yield from _section(f"Log ({log_file()})", found.log_lines)


def _artefact_text(artefact: ArtefactFacts | None) -> str:
    if artefact is None:
        return "none"
    return (
        f"{artefact.name}, fingerprint {artefact.fingerprint}, step {artefact.step}, "
        f"{artefact.style_count} styles"
    )


def _port_lines(ports: PortFacts | None) -> Iterator[str]:
    if ports is None:
        yield "Ports: not known"
        return
    names = f"{ports.input_name} → {ports.output_name} ({ports.backend})"
    yield f"Ports: {names if ports.backend else 'none open'}"
    yield f"Ports to listen on: {', '.join(ports.inputs) or 'none'}"
    yield f"Ports to play on: {', '.join(ports.outputs) or 'none'}"


def _lateness_text(lateness: Lateness | None) -> str:
    if lateness is None or not sum(lateness.counts):
        return "no note yet"
    shares = ", ".join(
        f"p{percent} {(lateness.percentile_ns(percent / 100) or 0) / MS:.3g} ms"
        for percent in (50, 99)
    )
    return f"{sum(lateness.counts)} notes, {shares}, worst {lateness.worst_ns / MS:.3g} ms"


def _section(title: str, lines: Sequence[str]) -> Iterator[str]:
    if lines:
        yield ""
        yield f"{title}:"
        yield from lines


# ------------------------------------------------------------------------------------- JSON


def _processor_facts(found: Diagnostics) -> dict[str, Any] | None:
    if found.processor is None:
        return None
    return {
        "device": "gpu" if found.processor.is_gpu else "cpu",
        "threads": found.processor.threads,
        "reason": str(why_this_processor(found.processor.reason)),
        "token_ms": None if found.token_ns is None else round(found.token_ns / MS, 3),
    }


def _artefact_facts(artefact: ArtefactFacts | None) -> dict[str, Any] | None:
    if artefact is None:
        return None
    return {
        "name": artefact.name,
        "fingerprint": artefact.fingerprint,
        "step": artefact.step,
        "styles": artefact.style_count,
    }


def _port_facts(ports: PortFacts | None) -> dict[str, Any] | None:
    if ports is None:
        return None
    return {
        "backend": ports.backend or None,
        "input": ports.input_name or None,
        "output": ports.output_name or None,
        "inputs": ports.inputs,
        "outputs": ports.outputs,
    }


def _lateness_facts(lateness: Lateness | None) -> dict[str, Any] | None:
    if lateness is None:
        return None
    return {
        "edges_us": lateness.edges_us,
        "counts": lateness.counts,
        "worst_us": lateness.worst_ns / US,
    }


def _shorten_homes(value: Any) -> Any:
    """Return a JSON value in which every text has the home directory as `~`."""
    match value:
        case str():
            return shorten_home(value)
        case dict():
            return {key: _shorten_homes(each) for key, each in value.items()}
        case tuple() | list():
            return [_shorten_homes(each) for each in value]
    return value
