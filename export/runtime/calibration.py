"""How many threads decode fastest: measured on this machine with this network.

One core stays free for the process that sends MIDI. How many of the others help depends on the
network: a small one is done before a second thread has woken, a large one takes half the time. When
the engine starts, a few counts are tried for a few tokens each, alternately and more than once, so
that one noisy moment does not decide.
"""

from __future__ import annotations

import os
from statistics import median
from typing import TYPE_CHECKING

import numpy as np

from bridge.system.clock import SystemClock
from export.runtime.decoder import Decoder
from model.tokens import features
from model.tokens import vocabulary as v

if TYPE_CHECKING:
    from bridge.system.clock import Clock
    from export.runtime.artefact import Artefact

_THREAD_COUNTS = (1, 2, 4)
_CONTEXT, _TOKENS, _ROUNDS = 256, 8, 5
_MAX_COST_RATIO = 0.9
"""A second thread must save a tenth, since it uses power and takes a core from other programs."""


def feed_dummy_tokens(decoder: Decoder, count: int) -> None:
    """Feed `count` tokens without meaning, which cost as much as music."""
    decoder.feed([v.CLOCK_FREE] * count, np.zeros((count, features.COUNT), np.int64))


def make_tuned_decoder(artefact: Artefact, *, rows: int = 1) -> Decoder:
    """Return a decoder on the fastest device: CUDA, or the CPU with as many threads as help."""
    decoder = Decoder(artefact, rows=rows)
    if decoder.provider.device != "cpu":
        return decoder
    threads = measure_best_threads(artefact)
    return decoder if threads == 1 else Decoder(artefact, rows=rows, threads=threads)


def usable_cores() -> int:
    """Return the number of cores that this process may run on."""
    if hasattr(os, "sched_getaffinity"):  # not on every system
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def thread_counts(cores: int) -> list[int]:
    """Return the numbers of threads worth trying on a number of cores: never all of them."""
    return [count for count in _THREAD_COUNTS if count == 1 or count < cores]


def measure_best_threads(artefact: Artefact, clock: Clock | None = None) -> int:
    """Return the number of threads that decodes fastest on the CPU."""
    counts = thread_counts(usable_cores())
    if len(counts) == 1:
        return counts[0]
    clock = clock or SystemClock()
    decoders = {count: _make_filled_decoder(artefact, count) for count in counts}
    times_ns: dict[int, list[int]] = {count: [] for count in counts}
    for _ in range(_ROUNDS):
        for count, decoder in decoders.items():
            begin = clock.now_ns()
            for _ in range(_TOKENS):
                feed_dummy_tokens(decoder, 1)
            times_ns[count].append(clock.now_ns() - begin)
    return choose_threads({count: median(times) for count, times in times_ns.items()})


def choose_threads(costs: dict[int, float]) -> int:
    """Return the number of threads to use.

    `costs` has the cost of each number that was tried, fewest threads first.
    """
    best, *more = costs
    for count in more:
        if costs[count] < _MAX_COST_RATIO * costs[best]:
            best = count
    return best


def _make_filled_decoder(artefact: Artefact, threads: int) -> Decoder:
    decoder = Decoder(artefact, device="cpu", threads=threads)
    feed_dummy_tokens(decoder, _CONTEXT)
    return decoder
