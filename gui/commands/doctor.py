"""What works on this machine and what does not, as sentences or as JSON.

Antiphon is usable if its MIDI I/O process answers and the network runs. It is usable without ports,
since a plugin needs none.
"""

from __future__ import annotations

import platform
import sys
from dataclasses import dataclass, replace
from importlib.metadata import version
from statistics import median
from typing import TYPE_CHECKING

from bridge.io.handle import MidiIo
from bridge.playout import protocol
from bridge.playout.problem import IoExited
from bridge.system.clock import SystemClock
from bridge.system.pipe import ChildError
from gui.diagnostics.log import last_errors, last_lines, log_file
from gui.diagnostics.report import ArtefactFacts, Diagnostics, PortFacts
from gui.wording import advice
from gui.wording.processor import why_this_processor
from gui.wording.reasons import sentence_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from bridge.playout.problem import ProblemReason
    from export.runtime.artefact import Artefact
    from export.runtime.decoder import Decoder

_STEPS = 64
_REPLY_TIMEOUT_S = 3.0
_NO_REPLY = "the I/O process does not answer."


class UnusableError(Exception):
    """An essential part is missing; the text is a sentence."""


@dataclass(frozen=True, slots=True)
class Model:
    """A model that runs."""

    artefact: Artefact
    decoder: Decoder
    token_ns: float


def examine(say: Callable[[str], object]) -> bool:
    """Report the findings one by one; return whether Antiphon is usable."""
    python = f"Python {platform.python_version()}"
    say(f"Antiphon {version('antiphon')}, {python}, {platform.platform()}")
    usable = True
    for subject, describe in (("MIDI", _describe_midi), ("Model", _describe_model)):
        try:
            for finding in describe():
                say(finding)
        except UnusableError as error:
            say(f"{subject}: {error}")
            usable = False
    return usable


def diagnose() -> Diagnostics:
    """Return the findings as a value, with the end of the log from before."""
    log = log_file()
    found = Diagnostics(log_lines=last_lines(log), errors=last_errors(log))
    try:
        messages = _ask_io()
        found = replace(
            found, ports=_port_facts(messages), problems=_problem_texts(messages, sys.platform)
        )
    except UnusableError as error:
        found = replace(found, missing=(f"MIDI: {error}",))
    try:
        model = _run_model()
    except UnusableError as error:
        return replace(found, missing=(*found.missing, f"Model: {error}"))
    return replace(
        found,
        problems=(*found.problems, *_broken_styles(model.artefact)),
        artefact=ArtefactFacts.from_artefact(model.artefact),
        processor=model.decoder.processor,
        token_ns=model.token_ns,
    )


# ------------------------------------------------------------------------------------- MIDI


def _ask_io() -> list[protocol.FromIo]:
    """Start a MIDI I/O process, let it open ports, and return its messages."""
    heard: list[protocol.FromIo] = []
    try:
        with MidiIo.start() as io:
            io.send(protocol.OpenPorts())
            io.send(protocol.ListPorts())
            while more := io.receive(_REPLY_TIMEOUT_S):
                heard += more
                if any(isinstance(message, protocol.PortNames) for message in heard):
                    break
    except ChildError as error:
        text = f"the I/O process does not start: {sentence_of(error.reason)}"
        raise UnusableError(text) from error
    if not heard:
        raise UnusableError(_NO_REPLY)
    for problem in _problems(heard):
        if isinstance(problem, IoExited):
            raise UnusableError(str(sentence_of(problem)))
    return heard


def _describe_midi() -> Iterator[str]:
    yield from describe_ports(_ask_io(), sys.platform)


def describe_ports(messages: Sequence[protocol.FromIo], platform: str) -> Iterator[str]:
    """Yield what the I/O process reports about ports; if none are open, add a remedy."""
    ports = _port_facts(messages)
    if ports.backend:
        names = ports.backend, ports.input_name, ports.output_name
        yield f"MIDI: {advice.describe_open_ports(*names, platform)}"
    if any(isinstance(message, protocol.PortNames) for message in messages):
        yield f"MIDI ports to listen on: {', '.join(ports.inputs) or 'none'}"
        yield f"MIDI ports to play on: {', '.join(ports.outputs) or 'none'}"
    for text in _problem_texts(messages, platform):
        yield f"MIDI: {text}"


def _problems(messages: Sequence[protocol.FromIo]) -> list[ProblemReason]:
    """Return the problems, each once."""
    return list(dict.fromkeys(m.reason for m in messages if isinstance(m, protocol.Problem)))


def _problem_texts(messages: Sequence[protocol.FromIo], platform: str) -> tuple[str, ...]:
    """Return the problems; if no ports are open, add a remedy."""
    problems, ports = _problems(messages), _port_facts(messages)
    sentences = [sentence_of(problem) for problem in problems]
    if not ports.backend:
        first = problems[0] if problems else None
        responds = bool(ports.inputs or ports.outputs)
        sentences.append(advice.advise_no_ports(first, platform, responds=responds))
    return tuple(dict.fromkeys(map(str, sentences)))


def _port_facts(messages: Sequence[protocol.FromIo]) -> PortFacts:
    """Return the open ports and the existing ones."""
    facts = PortFacts()
    for message in messages:
        match message:
            case protocol.Ready(backend, input_name, output_name):
                facts = replace(
                    facts, backend=backend, input_name=input_name, output_name=output_name
                )
            case protocol.PortNames(inputs, outputs):
                facts = replace(facts, inputs=inputs, outputs=outputs)
    return facts


# ------------------------------------------------------------------------------------ model


def _run_model() -> Model:
    """Load the model and generate some tokens."""
    try:
        from export.runtime.artefact import ArtefactError, load_default_artefact
        from export.runtime.calibration import make_tuned_decoder
    except ImportError as error:
        raise UnusableError(f"what runs the network cannot be loaded ({error}).") from error
    try:
        artefact = load_default_artefact()
        decoder = make_tuned_decoder(artefact)
    except ArtefactError as error:
        raise UnusableError(str(sentence_of(error.reason))) from error
    return Model(artefact, decoder, _step_ns(decoder))


def _describe_model() -> Iterator[str]:
    model = _run_model()
    artefact, decoder = model.artefact, model.decoder
    styles, parity = len(artefact.style_names), artefact.manifest.get("parity")
    exact = "not compared with the reference"
    if parity is not None:
        exact = f"{parity['equal']} of {parity['greedy_tokens']} tokens equal to the reference"
    yield f"Model: {artefact.name}, {styles} styles, {exact}"
    reason = why_this_processor(decoder.provider.reason)
    used = f"{decoder.threads} thread{'s' if decoder.threads > 1 else ''}"
    yield f"Processor: {decoder.provider.name} ({used}), because {reason}"
    yield f"Speed: {model.token_ns / 1e6:.2f} ms for a token"
    for text in _broken_styles(artefact):
        yield f"Styles: {text}"


def _broken_styles(artefact: Artefact) -> Iterator[str]:
    """Yield a sentence for each broken file among the user's styles."""
    from export.styles.own import broken_styles, styles_folder

    for reason in broken_styles(styles_folder(), artefact):
        yield str(sentence_of(reason))


def _step_ns(decoder: Decoder) -> float:
    """Return the median duration of a step, in nanoseconds."""
    from export.runtime.calibration import feed_dummy_tokens

    clock, taken = SystemClock(), list[int]()
    for _ in range(_STEPS):
        start_ns = clock.now_ns()
        feed_dummy_tokens(decoder, 1)
        taken.append(clock.now_ns() - start_ns)
    return median(taken)
