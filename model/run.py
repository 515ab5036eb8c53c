"""A training run: a folder that survives a kill at any moment.

    RUN/checkpoint.pt   weights, optimisers, step; always complete, either the old or the new one
    RUN/log.jsonl       a line for each report
    RUN/loss.png        the curves

A run in the same folder continues where it stopped, at the same step with the same batches.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field, replace
from typing import TYPE_CHECKING, Any

import torch

from bridge.midi.instruments import Instrument
from model.optimise import Optimisers
from model.tokens.inputs import read_table
from model.transformer import SIZES, Config, Transformer
from model.weights import read_graph, unflatten_network

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

CHECKPOINT, LOG, LOSS_PLOT = "checkpoint.pt", "log.jsonl", "loss.png"
ARCHITECTURES = ("transformer", "lstm")


class RunError(Exception):
    """A folder does not hold the expected run; the text is one sentence that gives the reason."""


@dataclass(frozen=True, slots=True)
class Plan:
    """The settings of a run. It ends at `steps`, or after `minutes` if those are given."""

    # More than 12 attributes: each field is one option of training.

    size: str = "small"
    kind: str = "transformer"
    steps: int = 1000
    minutes: float = 0.0
    seed: int = 1
    window: int = 768
    batch_tokens: int = 8192
    without: tuple[str, ...] = ()
    """Families of `model.windows.FEATURE_FAMILIES` that the network does not get."""
    muon_rate: float = 0.02
    adam_rate: float = 0.004
    weight_decay: float = 0.05
    precision: str = "fp32"
    report_every: int = 20
    save_every: int = 100
    valid_batches: int = 12


@dataclass(frozen=True, slots=True)
class TrainedNetwork:
    """A trained network on the CPU, with the names of its styles."""

    network: Transformer
    styles: list[str]
    step: int
    window: int
    """The longest context that it was trained on, in tokens."""
    without: tuple[str, ...] = ()


@dataclass(slots=True)
class Run:
    """A run in its folder."""

    folder: Path
    plan: Plan
    network: Transformer
    optimisers: Optimisers
    styles: list[str]
    step: int = 0
    seconds: float = 0.0
    """Time spent on training: processor time on a CPU, elapsed time on a GPU."""
    history: list[int] = field(default_factory=list)
    """Steps of the runs from whose weights it began."""

    @classmethod
    def resume_or_create(
        cls,
        folder: Path,
        plan: Plan,
        styles: Sequence[str],
        device: str,
        start: TrainedNetwork | None = None,
    ) -> Run:
        """Continue the run in the folder, or make a new one, from given weights if there are any.

        Raises:
            RunError: the folder holds a run of another size or with other styles.

        """
        torch.manual_seed(plan.seed)
        network: Transformer
        if start is None:
            network = _new_network(plan.kind, replace(SIZES[plan.size], styles=len(styles)))
        else:
            network = _extend_styles(start, styles)
        # The critic learns from takes, which there are none of yet (`model.critic`).
        network.critic.weight.requires_grad = False
        network = network.to(device).train()
        rates = {name: getattr(plan, name) for name in ("muon_rate", "adam_rate", "weight_decay")}
        run = cls(folder, plan, network, Optimisers(network, **rates), list(styles))
        run.history = [start.step] if start else []
        folder.mkdir(parents=True, exist_ok=True)
        if (folder / CHECKPOINT).exists():
            run._restore(device)
        return run

    @property
    def progress(self) -> float:
        """The share of the plan that is done, 0 to 1."""
        if self.plan.minutes:
            return min(1.0, self.seconds / 60 / self.plan.minutes)
        return min(1.0, self.step / self.plan.steps)

    def save(self) -> None:
        """Write the checkpoint."""
        state = {
            "step": self.step,
            "seconds": self.seconds,
            "history": self.history,
            "plan": asdict(self.plan),
            "config": self.network.config.as_dict(),
            "styles": self.styles,
            "network": self.network.state_dict(),
            "optimisers": self.optimisers.state_dict(),
        }
        _write_checkpoint(self.folder, state)

    def log_figures(self, **figures: float) -> str:
        """Append one line to the run's log and return it."""
        line = json.dumps({"step": self.step, **{k: round(x, 4) for k, x in figures.items()}})
        with (self.folder / LOG).open("a", encoding="utf-8") as log:
            log.write(line + "\n")
        return line

    def _restore(self, device: str) -> None:
        saved = torch.load(self.folder / CHECKPOINT, map_location=device, weights_only=True)
        if saved["styles"] != self.styles or Config(**saved["config"]) != self.network.config:
            raise RunError(f"{self.folder} holds a run of another size or corpus.")
        self.network.load_state_dict(saved["network"])
        self.optimisers.load_state_dict(saved["optimisers"])
        self.step, self.seconds = saved["step"], saved["seconds"]
        self.history = list(saved["history"])
        self._drop_later_reports()

    def _drop_later_reports(self) -> None:
        """Drop the reports after the last checkpoint, since those steps are done again."""
        log = self.folder / LOG
        if not log.exists():
            return
        lines = log.read_text("utf-8").splitlines(keepends=True)
        kept = [line for line in lines if line.endswith("\n") and self._is_before_checkpoint(line)]
        fresh = log.with_suffix(".new")
        fresh.write_text("".join(kept), "utf-8")
        fresh.replace(log)

    def _is_before_checkpoint(self, line: str) -> bool:
        return int(json.loads(line)["step"]) <= self.step


def load_trained(folder: Path) -> TrainedNetwork:
    """Return the network of a run's folder or of an artefact.

    An artefact's network has the weights of its graph, which have eight bits.

    Raises:
        RunError: the folder is neither.

    """
    if not (folder / CHECKPOINT).exists():
        if not (folder / "manifest.json").exists():
            raise RunError(f"{folder} holds neither a run nor an artefact.")
        return _load_artefact(folder)
    saved = torch.load(folder / CHECKPOINT, map_location="cpu", weights_only=True)
    plan = saved["plan"]
    network = _new_network(plan["kind"], Config(**saved["config"]))
    network.load_state_dict(saved["network"])
    step = saved["step"] + sum(saved["history"])
    styles = list(saved["styles"])
    return TrainedNetwork(network.eval(), styles, step, plan["window"], tuple(plan["without"]))


def replace_network(folder: Path, network: Transformer) -> None:
    """Write a network of the same shape into a run's checkpoint, and leave its steps unchanged."""
    saved = torch.load(folder / CHECKPOINT, map_location="cpu", weights_only=True)
    _write_checkpoint(folder, saved | {"network": network.state_dict()})


def _write_checkpoint(folder: Path, state: dict[str, Any]) -> None:
    """Write a checkpoint so that a kill at any moment leaves either the old one or the new one."""
    fresh = folder / f"{CHECKPOINT}.new"
    torch.save(state, fresh)
    fresh.replace(folder / CHECKPOINT)


def _load_artefact(folder: Path) -> TrainedNetwork:
    manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
    conditions = json.loads((folder / "styles.json").read_text("utf-8"))
    styles = conditions["styles"]
    vectors = torch.tensor([style["vector"] for style in styles])
    allowed = torch.tensor([conditions["instruments"][kind.label] for kind in Instrument])
    config = Config(**manifest["config"])
    rows = torch.from_numpy(read_table(folder / "weights.bin", config.width).copy())
    tensors = read_graph(folder / "cpu.onnx") | {"rows": rows, "allowed": allowed}
    network = unflatten_network(tensors, vectors, config)
    names = [style["name"] for style in styles]
    return TrainedNetwork(network, names, manifest["step"], manifest["context"])


def _new_network(kind: str, config: Config) -> Transformer:
    """Return an untrained network.

    The LSTM is the baseline of comparisons. It is in the source tree but not in the wheel.
    """
    if kind == "lstm":
        from model.recurrent import RecurrentNetwork  # noqa: PLC0415 - only comparisons need it

        return RecurrentNetwork(config)
    return Transformer(config)


def _extend_styles(start: TrainedNetwork, styles: Sequence[str]) -> Transformer:
    """Return a network with a row for each style; styles that are new to it have zeros."""
    state: dict[str, Any] = dict(start.network.state_dict())
    old = state["embedding.style.weight"]
    rows = torch.zeros(len(styles), old.shape[1])
    for index, name in enumerate(styles):
        if name in start.styles:
            rows[index] = old[start.styles.index(name)]
    state["embedding.style.weight"] = rows
    network = type(start.network)(replace(start.network.config, styles=len(styles)))
    network.load_state_dict(state)
    return network


def draw_curves(folder: Path) -> None:
    """Draw the losses in a run's log."""
    from matplotlib.figure import Figure  # noqa: PLC0415 - slow to import, used once

    lines = [json.loads(line) for line in (folder / LOG).read_text("utf-8").splitlines()]
    figure = Figure(figsize=(8, 4.5), layout="constrained")
    axes = figure.add_subplot()
    for name, style in (("loss", {"lw": 0.8}), ("valid", {"marker": "o", "ms": 3})):
        points = [(line["step"], line[name]) for line in lines if name in line]
        if points:
            axes.plot(*zip(*points, strict=True), label=name, **style)
    axes.set(xlabel="step", ylabel="nats a token", title=folder.name)
    axes.grid(alpha=0.3)
    axes.legend()
    figure.savefig(folder / LOSS_PLOT, dpi=120)
