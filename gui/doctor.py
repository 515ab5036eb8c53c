"""What works here and what does not, in sentences."""

from __future__ import annotations

import platform
from importlib.metadata import version
from typing import TYPE_CHECKING

from bridge import protocol
from bridge.io_process import MidiIo
from bridge.pipe import ChildError
from export.artefact import ArtefactError, default_artefact
from export.calibration import feed_anything, tuned_decoder
from gui.bench.spread import Spread, timed

if TYPE_CHECKING:
    from collections.abc import Iterator

_STEPS = 64


def examine() -> Iterator[str]:
    """Yield the findings, one line each, as they are made."""
    python = f"Python {platform.python_version()}"
    yield f"Antiphon {version('antiphon')}, {python}, {platform.platform()}"
    yield from _ports()
    yield from _model()


def _ports() -> Iterator[str]:
    try:
        with MidiIo.start() as io:
            io.send(protocol.OpenPorts())
            io.send(protocol.ListPorts())
            heard = io.receive(5.0)
            while not any(isinstance(m, protocol.PortNames | protocol.Problem) for m in heard):
                more = io.receive(5.0)
                if not more:
                    break
                heard += more
    except ChildError as error:
        yield f"MIDI: the I/O process does not start: {error}"
        return
    for message in heard:
        match message:
            case protocol.Ready(backend, input_name, output_name):
                yield f"MIDI: {backend}; listens on {input_name}, plays on {output_name}"
            case protocol.PortNames(inputs, outputs):
                yield f"MIDI ports to listen on: {', '.join(inputs) or 'none'}"
                yield f"MIDI ports to play on: {', '.join(outputs) or 'none'}"
            case protocol.Problem(text):
                yield f"MIDI: {text}"


def _model() -> Iterator[str]:
    try:
        artefact = default_artefact()
    except ArtefactError as error:
        yield f"Model: {error}"
        return
    decoder = tuned_decoder(artefact)
    styles, parity = len(artefact.style_names), artefact.manifest["parity"]
    exact = f"{parity['equal']} of {parity['greedy_tokens']} tokens equal to the reference"
    yield f"Model: {artefact.name}, {styles} styles, {exact}"
    used = f"{decoder.threads} thread{'s' if decoder.threads > 1 else ''}"
    yield f"Processor: {decoder.provider.name} ({used}), because {decoder.provider.reason}"
    speed = Spread.of(timed(lambda: feed_anything(decoder, 1), _STEPS))
    yield f"Speed: {speed.median_ms:.2f} ms for a token"
