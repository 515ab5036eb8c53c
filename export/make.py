"""Make an artefact from a training run, and verify it before it is sealed.

`python -m export.make RUN OUT` writes the exact graph and compares it with the slow generator
(`model.generate`) over 512 greedy tokens. It then writes the graphs with eight-bit weights,
measures how often they agree with the exact one, and states the figures in the manifest. A graph
that differs is not sealed. CUDA's graph is measured on the CPU, which has the same operators. With
`--shards`, the artefact also says which instruments its styles have (`export.instrument_shares`).
"""

from __future__ import annotations

import json
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import numpy as np
import typer

from bridge.midi.instruments import Instrument
from export.graph import CPU_FORMAT, CUDA_FORMAT, EXACT_FORMAT, write_graphs
from export.instrument_shares import add_shares
from export.onnx_runtime.library import ort
from export.runtime import artefact
from export.runtime.decoder import Decoder
from export.runtime.provider import CPU, graph_interface
from model import generate
from model.decoding.grammar import Grammar, multi_hot
from model.decoding.sampling import SamplingParams, sample_token
from model.run import load_trained
from model.style_map import map_positions
from model.tokens import vocabulary as v
from model.tokens.features import COUNT, MusicalTime

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from export.graph import GraphFormat
    from model.transformer import Transformer

PARITY_TOKENS = 512
AGREEMENT_TOKENS = 2048
_UNTRUNCATED = SamplingParams(temperature=1.0, top_p=1.0)
_PROMPT = (
    "start clock:grid tempo:120 metre:4/4 piano:v72:C4 wait:24 piano:v0:C4 piano:v72:E4 wait:24 "
    "piano:v0:E4 piano:v72:G4 wait:24 piano:v0:G4"
)
_LICENCE = (
    "Trained on music in the public domain and under CC0, CC BY, CC BY-SA, BSD, Artistic and GPL "
    "licences; every source is named in MODEL_CARD.md."
)


@dataclass(frozen=True, slots=True)
class Agreement:
    """How a graph compares with the network that it is made from.

    The share of equal choices, and the mean KL divergence of events in nats.
    """

    tokens: int
    top1: float
    kl_divergence: float


SHIPPED_FORMATS = {artefact.GRAPHS["cpu"]: CPU_FORMAT, artefact.GRAPHS["cuda"]: CUDA_FORMAT}


def write_artefact(
    folder: Path,
    name: str,
    network: Transformer,
    styles: Sequence[str],
    facts: Mapping[str, Any],
    formats: Mapping[str, GraphFormat] = SHIPPED_FORMATS,
) -> artefact.Artefact:
    """Write a network into a folder as an artefact, with graphs in these formats, and return it."""
    folder.mkdir(parents=True, exist_ok=True)
    write_graphs(network, folder, formats)
    rows = network.embedding.style.weight.detach().cpu().numpy()
    allowed = network.embedding.allowed.weight.T.detach().cpu().numpy()
    conditions = {
        "styles": [
            {"name": n, "vector": _round_all(row, 6), "place": _round_all(place, 4)}
            for n, row, place in zip(styles, rows, map_positions(styles, rows), strict=True)
        ],
        "instruments": {
            kind.label: _round_all(row, 6) for kind, row in zip(Instrument, allowed, strict=True)
        },
    }
    (folder / artefact.STYLES).write_text(json.dumps(conditions), "utf-8")
    graphs = {
        device: graph_interface(ort.InferenceSession(folder / file, providers=[CPU]))
        for device, file in artefact.GRAPHS.items()
    }
    stated = {"name": name, "data_licence": _LICENCE, "graphs": graphs, **facts}
    artefact.write_manifest(folder, stated)
    return artefact.Artefact.load(folder)


def _round_all(numbers: NDArray[Any], digits: int) -> list[float]:
    return [round(float(x), digits) for x in numbers]


def generate_tokens(
    decoder: Decoder,
    prompt: Sequence[int],
    count: int,
    params: SamplingParams = generate.GREEDY,
) -> list[int]:
    """Return the tokens that a decoder generates after a prompt, with all instruments allowed."""
    grammar, time = Grammar(), MusicalTime()
    decoder.set_allowed(multi_hot(tuple(Instrument)))
    tokens: list[int] = []
    rng = np.random.default_rng(0)
    pending = list(prompt)
    while len(tokens) < count:
        rows = np.zeros((len(pending), COUNT), np.int64)
        for index, token in enumerate(pending):
            grammar.push(token)
            rows[index, :4] = time.push(token)
        logits = decoder.feed(pending, rows)
        mask = grammar.mask()
        token = sample_token(logits.events, logits.velocities, mask, params, rng)
        tokens.append(token)
        pending = [token]
    return tokens


def count_equal_tokens(
    network: Transformer, exported: artefact.Artefact, count: int = PARITY_TOKENS
) -> int:
    """Return how many greedy tokens the decoder and the slow generator have in common."""
    style = exported.style_vectors[0].copy()  # torch needs a writable array
    decoder = Decoder(exported, device="cpu")
    decoder.set_style(style)
    prompt = v.parse_tokens(_PROMPT)
    fast = generate_tokens(decoder, prompt, count)
    slow = generate.generate(network, prompt, count, style=style, instruments=tuple(Instrument))
    equal = 0
    for mine, theirs in zip(fast, slow, strict=True):
        if mine != theirs:
            break
        equal += 1
    return equal


def measure_agreement(
    exact: artefact.Artefact, other: artefact.Artefact, tokens: Sequence[int]
) -> Agreement:
    """Compare two graphs on the same stream of tokens."""
    decoders = [Decoder(made, device="cpu") for made in (exact, other)]
    time, same, divergence = MusicalTime(), 0, 0.0
    for token in tokens:
        row = np.array([[*time.push(token), 0, 0]], np.int64)
        first, second = (
            decoder.feed([token], row).events.astype(np.float64) for decoder in decoders
        )
        same += int(first.argmax() == second.argmax())
        logs = [x - x.max() - np.log(np.exp(x - x.max()).sum()) for x in (first, second)]
        divergence += float((np.exp(logs[0]) * (logs[0] - logs[1])).sum())
    return Agreement(len(tokens), same / len(tokens), divergence / len(tokens))


def make_artefact(run: Path, out: Path, name: str) -> dict[str, Any]:
    """Make the artefact; return the facts that its manifest states.

    Raises:
        AssertionError: the exported graph is not equal to the network.

    """
    trained = load_trained(run)
    network, styles = trained.network, trained.styles
    facts: dict[str, Any] = {
        "config": network.config.as_dict(),
        "context": trained.window,
        "step": trained.step,
    }
    with tempfile.TemporaryDirectory() as scratch:
        exact = write_artefact(
            Path(scratch) / "exact", name, network, styles, facts, _same_format(EXACT_FORMAT)
        )
        equal = count_equal_tokens(network, exact)
        assert equal == PARITY_TOKENS, f"the graph differs from the network after {equal} tokens"
        # Sampled music, not greedy: where the network is certain, any copy of it agrees.
        stream = generate_tokens(
            Decoder(exact, device="cpu"), v.parse_tokens(_PROMPT), AGREEMENT_TOKENS, _UNTRUNCATED
        )
        stream = [*v.parse_tokens(_PROMPT), *stream]
        facts["parity"] = {"greedy_tokens": PARITY_TOKENS, "equal": equal}
        facts["agreement"] = {}
        for device, file in artefact.GRAPHS.items():
            # The CPU has the operators of CUDA's graph, so this check runs on every machine.
            graph_formats = _same_format(SHIPPED_FORMATS[file])
            other = write_artefact(
                Path(scratch) / device, name, network, styles, facts, graph_formats
            )
            found = measure_agreement(exact, other, stream)
            facts["agreement"][device] = {
                "tokens": found.tokens,
                "top1": round(found.top1, 4),
                "kl": round(found.kl_divergence, 5),
            }
    write_artefact(out, name, network, styles, facts)
    return facts


def _same_format(graph_format: GraphFormat) -> dict[str, GraphFormat]:
    """Return one format for every device."""
    return dict.fromkeys(artefact.GRAPHS.values(), graph_format)


def main(
    run: Annotated[Path, typer.Argument(help="Folder of a training run.")],
    out: Annotated[Path, typer.Argument(help="Folder to write.")],
    name: Annotated[str, typer.Option(help="Name of the artefact.")] = "antiphon-small",
    shards: Annotated[Path | None, typer.Option(help="Folder that model.data has written.")] = None,
) -> None:
    """Make an artefact from a training run."""
    facts = make_artefact(run, out, name)
    if shards is not None:
        add_shares(out, shards)
    typer.echo(json.dumps(facts["parity"] | facts["agreement"]))


if __name__ == "__main__":
    typer.run(main)
