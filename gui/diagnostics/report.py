"""The content of a bug report: versions, ports, processor, model, lateness, errors, log.

`gui.diagnostics.rendering` writes it as text or as JSON.
"""

from __future__ import annotations

import platform
from dataclasses import dataclass, replace
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING

from gui.diagnostics.recent import find_recent
from gui.wording.reasons import sentence_of

if TYPE_CHECKING:
    from bridge.messages.processor import Processor
    from bridge.messages.snapshot import Snapshot
    from bridge.playout.protocol import Lateness
    from export.runtime.artefact import Artefact

PACKAGES = (
    "antiphon",
    "PySide6-Essentials",
    "numpy",
    "onnxruntime",
    "onnxruntime-gpu",
    "mido",
    "python-rtmidi",
    "JACK-Client",
    "aalink",
    "miniaudio",
    "wasmtime",
)
_FINGERPRINT_LENGTH = 12


@dataclass(frozen=True, slots=True)
class ArtefactFacts:
    """The installed model; the fingerprint is the start of its weights' SHA-256."""

    name: str
    fingerprint: str
    step: int | None
    style_count: int

    @classmethod
    def from_artefact(cls, artefact: Artefact) -> ArtefactFacts:
        """Return the facts of an artefact."""
        from export.styles.own import weights_checksum

        fingerprint = weights_checksum(artefact)[:_FINGERPRINT_LENGTH]
        step = artefact.manifest.get("step")
        return cls(artefact.name, fingerprint, step, len(artefact.style_names))


@dataclass(frozen=True, slots=True)
class PortFacts:
    """The open ports, their back end, and the existing ports."""

    backend: str = ""
    input_name: str = ""
    output_name: str = ""
    inputs: tuple[str, ...] = ()
    outputs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Diagnostics:
    """The known facts about an installation and a session; None means unknown."""

    processor: Processor | None = None
    token_ns: float | None = None
    """The duration of one token of the network, in nanoseconds."""
    artefact: ArtefactFacts | None = None
    ports: PortFacts | None = None
    lateness: Lateness | None = None
    missing: tuple[str, ...] = ()
    """What is missing and essential: a sentence each."""
    problems: tuple[str, ...] = ()
    """Other problems: a sentence each."""
    errors: tuple[str, ...] = ()
    """The last errors of the log."""
    log_lines: tuple[str, ...] = ()
    """The last lines of the log."""
    refused_positions: int = 0
    """The number of positions of hosts that were not valid."""
    thinned_messages: int = 0
    """The number of received messages that were dropped from a flood."""


def package_versions() -> dict[str, str | None]:
    """Return the versions of Python and of the main packages; None: not installed."""
    found: dict[str, str | None] = {"python": platform.python_version()}
    for name in PACKAGES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = None
    return found


def diagnose_window(shown: Snapshot | None) -> Diagnostics:
    """Return the diagnostics of a window; `shown` is the engine's last snapshot, if any."""
    artefact, missing = _installed_artefact()
    found = Diagnostics(artefact=artefact, missing=missing)
    if (recent := find_recent()) is not None:
        found = replace(found, errors=recent.errors, log_lines=recent.lines)
    if shown is None:
        return found
    return replace(
        found,
        processor=shown.processor,
        ports=PortFacts(
            shown.backend, shown.input_name, shown.output_name, shown.inputs, shown.outputs
        ),
        lateness=shown.lateness,
        refused_positions=shown.refused_positions,
        thinned_messages=shown.thinned_messages,
        problems=() if shown.problem is None else (str(sentence_of(shown.problem)),),
    )


def _installed_artefact() -> tuple[ArtefactFacts | None, tuple[str, ...]]:
    """Return the facts of the installed artefact, or why it cannot be used."""
    from export.runtime.artefact import ArtefactError, load_default_artefact

    try:
        return ArtefactFacts.from_artefact(load_default_artefact()), ()
    except ArtefactError as error:
        return None, (str(sentence_of(error.reason)),)
