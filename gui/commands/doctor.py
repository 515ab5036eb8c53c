"""What works here and what does not, in sentences."""

from __future__ import annotations

import platform
import sys
from importlib.metadata import version
from statistics import median
from typing import TYPE_CHECKING

from bridge.io.handle import MidiIo
from bridge.playout import protocol
from bridge.system.clock import SystemClock
from bridge.system.pipe import ChildError
from export.runtime.artefact import ArtefactError, load_default_artefact
from export.runtime.calibration import feed_dummy_tokens, make_tuned_decoder
from gui.wording import advice
from gui.wording.processor import why_this_processor
from gui.wording.reasons import sentence_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from export.runtime.decoder import Decoder

_STEPS = 64
_REPLY_TIMEOUT_S = 3.0


def examine() -> Iterator[str]:
    """Yield the findings, one line each, as they are made."""
    python = f"Python {platform.python_version()}"
    yield f"Antiphon {version('antiphon')}, {python}, {platform.platform()}"
    yield from _examine_ports()
    yield from _examine_model()


def _examine_ports() -> Iterator[str]:
    try:
        with MidiIo.start() as io:
            io.send(protocol.OpenPorts())
            io.send(protocol.ListPorts())
            heard: list[protocol.FromIo] = []
            while more := io.receive(_REPLY_TIMEOUT_S):
                heard += more
                if any(isinstance(message, protocol.PortNames) for message in heard):
                    break
    except ChildError as error:
        yield f"MIDI: the I/O process does not start: {sentence_of(error.reason)}"
        return
    yield from describe_ports(heard, sys.platform)


def describe_ports(messages: Sequence[protocol.FromIo], platform: str) -> Iterator[str]:
    """Yield what the I/O process says about ports; if none are open, what to do on this system."""
    problems = list(dict.fromkeys(m.reason for m in messages if isinstance(m, protocol.Problem)))
    ready = [message for message in messages if isinstance(message, protocol.Ready)]
    names = [message for message in messages if isinstance(message, protocol.PortNames)]
    for each in ready:
        ports = each.backend, each.input_name, each.output_name
        yield f"MIDI: {advice.describe_open_ports(*ports, platform)}"
    for listed in names:
        yield f"MIDI ports to listen on: {', '.join(listed.inputs) or 'none'}"
        yield f"MIDI ports to play on: {', '.join(listed.outputs) or 'none'}"
    for problem in problems:
        yield f"MIDI: {sentence_of(problem)}"
    if not ready:
        answers = any(listed.inputs or listed.outputs for listed in names)
        first = problems[0] if problems else None
        told = advice.advise_no_ports(first, platform, responds=answers)
        if told not in map(sentence_of, problems):
            yield f"MIDI: {told}"


def _examine_model() -> Iterator[str]:
    try:
        artefact = load_default_artefact()
    except ArtefactError as error:
        yield f"Model: {sentence_of(error.reason)}"
        return
    decoder = make_tuned_decoder(artefact)
    styles, parity = len(artefact.style_names), artefact.manifest["parity"]
    exact = f"{parity['equal']} of {parity['greedy_tokens']} tokens equal to the reference"
    yield f"Model: {artefact.name}, {styles} styles, {exact}"
    reason = why_this_processor(decoder.provider.reason)
    used = f"{decoder.threads} thread{'s' if decoder.threads > 1 else ''}"
    yield f"Processor: {decoder.provider.name} ({used}), because {reason}"
    yield f"Speed: {_step_ns(decoder) / 1e6:.2f} ms for a token"


def _step_ns(decoder: Decoder) -> float:
    """Return how long a step takes: the median of some, in nanoseconds."""
    clock, taken = SystemClock(), list[int]()
    for _ in range(_STEPS):
        start_ns = clock.now_ns()
        feed_dummy_tokens(decoder, 1)
        taken.append(clock.now_ns() - start_ns)
    return median(taken)
