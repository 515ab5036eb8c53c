"""Check with one command that a GPU plays the same as a CPU, and measure its speed.

`python dev/gpu_check.py` needs a machine with an NVIDIA GPU. It ends with status 1 if CUDA cannot
be used, a node would run on the CPU, logits differ, the captured graph differs from the plain step
at some length, or the cache is wrong after rewinding, sliding or forking. Then it measures,
alternately, the plain and the captured step, and the step with float16 weights instead of eight
bits if torch and onnx are installed to write such a graph. `--device cpu` is a dry run.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Annotated

import numpy as np
import typer
from numpy.typing import NDArray

from bridge.midi.instruments import Instrument
from export.onnx_runtime.library import ort
from export.runtime.artefact import GRAPHS, Artefact, load_default_artefact
from export.runtime.calibration import feed_dummy_tokens
from export.runtime.decoder import Decoder, Logits
from export.runtime.fork import Fork
from export.runtime.provider import CUDA
from gui.bench.spread import Spread, time_calls, time_interleaved
from gui.wording.processor import why_this_processor
from model.decoding.grammar import Grammar, multi_hot
from model.decoding.sampling import SamplingParams, sample_token
from model.tokens import features
from model.tokens import vocabulary as v

LENGTHS = (1, 10, 200, 500, 700)
ROWS = 4
TOLERANCE = 0.35
"""Between logits, whose range is about ten.

They are of int8 and of float16 products, and of one row and of several, which are rounded
differently.
"""
SAME = 0.06
"""Between two ways to compute the same in float16."""
_ROUNDS, _STEPS = 20, 32
_CAPACITY = 768
"""Less than the stream, so that the cache slides."""

Stream = tuple[list[int], NDArray[np.int64]]


def stream() -> Stream:
    """Return tokens that are plausible to the network, and their musical time."""
    decoder = Decoder(load_default_artefact(), device="cpu")
    decoder.set_allowed(multi_hot(tuple(Instrument)))
    grammar, time, rng = Grammar(), features.MusicalTime(), np.random.default_rng(3)
    tokens, rows = [v.START, v.CLOCK_FREE], list[list[int]]()
    for index in range(max(LENGTHS) + 300):
        grammar.push(tokens[index])
        rows.append([*time.push(tokens[index]), 0, 0])
        logits = decoder.feed([tokens[index]], np.array(rows[-1:], np.int64))
        if index + 1 == len(tokens):
            mask = grammar.mask()
            params = SamplingParams()
            tokens.append(sample_token(logits.events, logits.velocities, mask, params, rng))
    return tokens[: len(rows)], np.array(rows, np.int64)


def fed(decoder: Decoder, music: Stream, begin: int, end: int) -> Logits:
    """Feed a part of the stream and return the logits after it."""
    return decoder.feed(music[0][begin:end], music[1][begin:end])


def apart(one: Logits, other: Logits) -> float:
    """Return the largest difference between two outputs."""
    return float(np.abs(one.events - other.events).max())


def checks(
    new: Callable[..., Decoder], artefact: Artefact, music: Stream, device: str
) -> Iterator[tuple[str, bool, str]]:
    """Yield the name of each check, whether it passed, and its figure."""
    decoder = new()
    name = decoder.provider.name
    right = device == "cpu" or name == CUDA
    yield "provider", right, f"{name}, because {why_this_processor(decoder.provider.reason)}"
    if name == CUDA:
        yield "no node on the CPU", *_all_on_cuda(artefact)
    plain, reference = new(capture=False), Decoder(artefact, device="cpu")
    for length in LENGTHS:
        for each in (decoder, plain, reference):
            each.cache.rewind(0)
            if length > 1:
                fed(each, music, 0, length - 1)
        logits = [fed(each, music, length - 1, length) for each in (decoder, plain, reference)]
        difference = apart(logits[0], logits[2])
        yield f"as on the CPU after {length} tokens", difference < TOLERANCE, f"{difference:.3f}"
        difference = apart(logits[0], logits[1])
        yield f"captured as plain after {length}", difference < SAME, f"{difference:.4f}"
    yield from _cache_checks(new, music)


def _cache_checks(new: Callable[..., Decoder], music: Stream) -> Iterator[tuple[str, bool, str]]:
    went_back, direct = new(), new()
    fed(went_back, music, 0, 300)
    went_back.cache.rewind(200)
    fed(direct, music, 0, 200)
    difference = apart(fed(went_back, music, 200, 201), fed(direct, music, 200, 201))
    yield "rewound", difference < SAME, f"{difference:.4f}"
    whole, single = new(), new()
    end = whole.cache.capacity + 50
    logits = [fed(single, music, index, index + 1) for index in range(end)]
    difference = apart(fed(whole, music, 0, end), logits[-1])
    yield (
        "slid",
        difference < TOLERANCE and whole.cache.slid_tokens == single.cache.slid_tokens > 0,
        f"{difference:.4f}",
    )
    alone = new()
    fed(alone, music, 0, 200)
    fork = Fork(alone, 1)
    fork.start()
    logits = fork.feed(np.array(music[0][200:201]), music[1][200:201], np.ones(1, np.bool_))
    difference = apart(logits[0], fed(alone, music, 200, 201))
    yield "forked alone", difference < SAME, f"{difference:.4f}"
    forked = new(rows=ROWS)
    fork = Fork(forked, ROWS)
    fed(forked, music, 0, 200)
    fork.start()
    time = np.repeat(music[1][200:201], ROWS, axis=0)
    logits = fork.feed(np.full(ROWS, music[0][200]), time, np.ones(ROWS, np.bool_))
    alone = new()
    expected = fed(alone, music, 0, 201)
    difference = max(apart(row, expected) for row in logits)
    yield "forked", difference < TOLERANCE, f"{difference:.4f}"
    fork.keep(ROWS - 1)
    difference = apart(fed(forked, music, 201, 202), fed(alone, music, 201, 202))
    yield "kept a fork", difference < TOLERANCE, f"{difference:.4f}"


def _all_on_cuda(artefact: Artefact) -> tuple[bool, str]:
    options = ort.SessionOptions()
    options.add_session_config_entry("session.disable_cpu_ep_fallback", "1")
    try:
        ort.InferenceSession(artefact.graph_path("cuda"), options, providers=[CUDA])
    except Exception as error:  # noqa: BLE001 - onnxruntime raises no specific type
        return False, str(error).splitlines()[0]
    return True, "it loads with the fallback disabled"


def speeds(new: Callable[..., Decoder], artefact: Artefact, device: str) -> dict[str, Spread]:
    """Return ms a token after 512 tokens, for each available kind of step."""
    ways = {"captured": new(), "plain": new(capture=False)}
    with tempfile.TemporaryDirectory() as scratch:
        half = _with_half_weights(artefact, Path(scratch))
        if half is not None:
            ways["captured, float16 weights"] = Decoder(half, device=device)  # type: ignore[arg-type]
        return time_interleaved({name: _steps(decoder) for name, decoder in ways.items()}, _ROUNDS)


def _steps(decoder: Decoder) -> Callable[[], list[int]]:
    feed_dummy_tokens(decoder, 512)

    def step() -> None:
        feed_dummy_tokens(decoder, 1)
        decoder.cache.rewind(512)

    return lambda: time_calls(step, _STEPS, warm_up_ns=5_000_000)


def _with_half_weights(artefact: Artefact, folder: Path) -> Artefact | None:
    """Return the same network with float16 weights, or None if it cannot be written."""
    try:
        from export.graph import CUDA_FLOAT16_FORMAT
        from export.make import write_artefact
        from model.run import load_trained
    except ImportError:
        return None
    trained = load_trained(artefact.folder)
    facts = {key: artefact.manifest[key] for key in ("config", "context", "step")}
    forms = dict.fromkeys(GRAPHS.values(), CUDA_FLOAT16_FORMAT)
    return write_artefact(folder, "half", trained.network, trained.styles, facts, forms)


def main(
    device: Annotated[str, typer.Option(help="cuda, or cpu for a dry run.")] = "cuda",
) -> None:
    """Check and measure; status 1 if anything is wrong."""
    artefact = load_default_artefact()

    def new(*, rows: int = 1, capture: bool = True) -> Decoder:
        return Decoder(
            artefact,
            device=device,  # type: ignore[arg-type]
            capacity=_CAPACITY,
            rows=rows,
            capture=capture,
        )

    failed = 0
    for what, right, figure in checks(new, artefact, stream(), device):
        print(f"{'ok    ' if right else 'FAILED'} {what}: {figure}")
        failed += not right
    if failed:
        sys.exit(f"{failed} checks failed.")
    for name, spread in speeds(new, artefact, device).items():
        print(f"       {name}: {spread.median_ms:.3f} ms a token (p99 {spread.p99_ms:.3f})")


if __name__ == "__main__":
    typer.run(main)
