"""The decode step, compared with reading its weights once and with other runtimes.

No step can be faster than reading the weights it multiplies by. A large network reads them from
main memory; a small one may read them from the processor's cache. Both lower bounds are measured in
the same run, with the number of bytes that the step reads.
"""

from __future__ import annotations

from itertools import cycle
from typing import TYPE_CHECKING, Any

import numpy as np

from bridge.midi.instruments import Instrument
from bridge.system.pipe import ChildError, start_child
from export.race import RIVAL_NAMES, WARM_UP_NS, RaceRequest, RaceTimes
from export.runtime.calibration import feed_dummy_tokens
from export.runtime.decoder import Decoder
from export.runtime.fork import Fork
from gui.bench.spread import time_calls, time_interleaved
from model.decoding.grammar import multi_hot
from model.decoding.policy import Policy
from model.decoding.sampling import SamplingParams
from model.decoding.state import StreamState
from model.tokens import features
from model.tokens import vocabulary as v

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from bridge.system.pipe import Child
    from export.race import RivalName
    from export.runtime.artefact import Artefact

CONTEXT_LENGTHS = (64, 512, 2048)
OURS, BESIDE_RIVALS = "antiphon", "antiphon, in turns with the rivals"
ROWS = 4
BAND = (Instrument.PIANO, Instrument.GUITAR, Instrument.BASS, Instrument.DRUMS)
_CAPACITY = 4096
_STEPS, _ROUNDS = 16, 24
_BEYOND_CACHE_BYTES = 512 * 1024 * 1024
_QUANTISATION_BLOCK, _SCALE_BYTES = 128, 4
_RIVAL_TIMEOUT_S = 60.0


def bytes_read(config: Mapping[str, int]) -> int:
    """Return the bytes of weights that a step reads: 8 bits each, and a scale for 128 of them."""
    width, inner = config["width"], config["inner"]
    narrow = config["kv_heads"] * width // config["heads"]
    layer = [(width, width + 2 * narrow), (width, width), (width, 2 * inner), (inner, width)]
    heads = (width, v.EVENT_COUNT + 14 * v.VELOCITY_LEVELS + 1)
    blocks = sum(
        -(-rows // _QUANTISATION_BLOCK) * columns for rows, columns in layer * config["layers"]
    )
    blocks += -(-heads[0] // _QUANTISATION_BLOCK) * heads[1]
    return blocks * (_QUANTISATION_BLOCK + _SCALE_BYTES)


def cache_bytes(config: Mapping[str, int], cached: int) -> int:
    """Return the bytes of keys and values that a step attends over, float32."""
    narrow = config["kv_heads"] * config["width"] // config["heads"]
    return config["layers"] * 2 * cached * narrow * 4


def measure_steps(artefact: Artefact) -> dict[str, Any]:
    """Return ms per token after 64, 512 and 2048 cached ones: ours, the bounds and the rivals."""
    shipped = Decoder(artefact, device="cpu")
    longer = Decoder(artefact, device="cpu", capacity=_CAPACITY)
    config = artefact.manifest["config"]
    size = bytes_read(config)
    found: dict[str, Any] = {"bytes": size}
    rivals = _start_rivals(artefact)
    for cached in CONTEXT_LENGTHS:
        step = _step_timer(shipped if cached < shipped.cache.capacity else longer, cached)
        floors = {
            "reading the weights from memory": _memory_reader(size, _BEYOND_CACHE_BYTES),
            "reading weights, keys and values": _memory_reader(
                size + cache_bytes(config, cached), _BEYOND_CACHE_BYTES
            ),
            "reading the weights from cache": _memory_reader(size, 0),
        }
        spreads = time_interleaved({OURS: step} | floors, _ROUNDS)
        if rivals is not None:
            racing = {name: _rival_timer(rivals, name, cached) for name in RIVAL_NAMES}
            spreads |= time_interleaved({BESIDE_RIVALS: step} | racing, _ROUNDS)
        found[str(cached)] = {name: spread.as_dict() for name, spread in spreads.items()}
    if rivals is not None:
        rivals.close()
    return found


def measure_cache(artefact: Artefact) -> dict[str, Any]:
    """Return the cost of rewinding, forking, a step in four rows, and sliding."""
    decoder = Decoder(artefact, device="cpu", rows=ROWS)
    fork = Fork(decoder, ROWS)
    tokens, time = np.full(ROWS, v.CLOCK_FREE), np.zeros((ROWS, features.COUNT), np.int64)
    going = np.ones(ROWS, np.bool_)
    cached = 2 * decoder.cache.capacity // 3

    def refilled() -> None:
        decoder.cache.rewind(0)
        feed_dummy_tokens(decoder, cached)

    def rewind() -> list[int]:
        refilled()
        return time_calls(lambda: decoder.cache.rewind(cached // 2))

    def forked() -> list[int]:
        refilled()
        return time_calls(fork.start)

    def in_rows() -> list[int]:
        refilled()
        fork.start()
        return time_calls(lambda: fork.feed(tokens, time, going), _STEPS, warm_up_ns=WARM_UP_NS)

    def slide() -> list[int]:
        refilled()
        return time_calls(decoder.cache.slide)

    turns = {"rewind": rewind, "fork": forked, "step of four rows": in_rows, "slide": slide}
    spreads = time_interleaved(turns, _ROUNDS)
    return {"cached": cached} | {name: spread.as_dict() for name, spread in spreads.items()}


def measure_sampling(artefact: Artefact) -> dict[str, Any]:
    """Return the cost of choosing a token from logits: grammar, rules and sampling."""
    decoder = Decoder(artefact, device="cpu")
    prompt = v.parse_tokens(
        "start clock:free piano:v72:C4 piano:v72:E4 wait:24 piano:v0:C4 piano:v72:G4"
    )
    decoder.set_allowed(multi_hot(tuple(Instrument)))
    logits = decoder.feed(prompt, features.musical_time(np.array(prompt)))

    def turn(instruments: tuple[Instrument, ...]) -> Callable[[], Sequence[int]]:
        state = StreamState.after(prompt)
        state.grammar.set_instruments(instruments)
        policy = Policy(instruments, state.tick, SamplingParams(), np.random.default_rng(0))

        def choose() -> None:
            policy.sample(state, logits.events, logits.velocities)

        return lambda: time_calls(choose, _STEPS, warm_up_ns=WARM_UP_NS)

    bands = {"one instrument": (Instrument.PIANO,), "four": BAND, "all 14": tuple(Instrument)}
    spreads = time_interleaved({name: turn(band) for name, band in bands.items()}, _ROUNDS)
    return {name: spread.as_dict() for name, spread in spreads.items()}


def measure_prefill(artefact: Artefact) -> dict[str, float]:
    """Return tokens per second: a long prompt into an empty cache, and four tokens after 512."""
    decoder = Decoder(artefact, device="cpu", capacity=_CAPACITY)
    length = 512

    def prompt() -> list[int]:
        decoder.cache.rewind(0)
        return time_calls(lambda: feed_dummy_tokens(decoder, length))

    def chunk() -> list[int]:
        decoder.cache.rewind(0)
        feed_dummy_tokens(decoder, length)
        return time_calls(lambda: feed_dummy_tokens(decoder, 4))

    found = time_interleaved({"512 at once": prompt, "4 after 512": chunk}, _ROUNDS // 2)
    return {
        name: round(tokens / spread.median_ms * 1e3)
        for (name, spread), tokens in zip(found.items(), (length, 4), strict=True)
    }


def _step_timer(decoder: Decoder, cached: int) -> Callable[[], Sequence[int]]:
    def turn() -> list[int]:
        decoder.cache.rewind(0)
        feed_dummy_tokens(decoder, cached)

        def step() -> None:
            feed_dummy_tokens(decoder, 1)
            decoder.cache.rewind(cached)

        return time_calls(step, _STEPS, warm_up_ns=WARM_UP_NS)

    return turn


def _memory_reader(size: int, working_set: int) -> Callable[[], Sequence[int]]:
    """Return a function that reads `size` bytes, cycling through `working_set` bytes."""
    words = np.ones(size // 8, np.int64)
    copies = cycle([words.copy() for _ in range(max(1, -(-working_set // size)))])
    return lambda: time_calls(lambda: next(copies).sum(), _STEPS, warm_up_ns=WARM_UP_NS)


def _start_rivals(artefact: Artefact) -> Child | None:
    try:
        return start_child("export.rivals", str(artefact.folder))
    except ChildError:
        return None  # torch is not installed


def _rival_timer(rivals: Child, name: RivalName, cached: int) -> Callable[[], Sequence[int]]:
    def turn() -> Sequence[int]:
        rivals.connection.send(RaceRequest(name, cached, _STEPS))
        assert rivals.connection.poll(_RIVAL_TIMEOUT_S), f"{name} does not answer"
        took = rivals.connection.recv()
        assert isinstance(took, RaceTimes)
        return took.steps_ns

    return turn
