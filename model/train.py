"""Training.

`python -m model.train SHARDS RUN --size small --steps N` trains a network on tokens that
`model.data` has written and keeps everything in the folder RUN: a checkpoint, and one line of JSON
for each report. Run it again with the same folder and it goes on from the last checkpoint, at the
same step with the same batches; give more steps and it trains longer. It runs as it is on a CPU and
on a GPU.

The matrices inside the blocks are trained with Muon (Jordan et al. 2024), which orthogonalises each
update and gets further on little data; everything else with AdamW (Loshchilov and Hutter 2019). The
learning rate warms up, holds, and falls to zero over the last part of the run (Hu et al. 2024), so
that the length of a run need not be known while it holds.
"""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import torch
import typer
from torch import Tensor
from torch.utils.data import DataLoader, Dataset

from bridge.clock import SystemClock
from model.data import Shard, style_names
from model.transformer import SIZES, Config, Transformer, parameter_count
from model.windows import Batch, WindowSource

if TYPE_CHECKING:
    from collections.abc import Sequence

WARM_UP_STEPS = 50
COOL_DOWN_SHARE = 0.4
CHECKPOINT = "checkpoint.pt"


@dataclass(frozen=True, slots=True)
class Plan:
    """How to train."""

    size: str = "small"
    steps: int = 1000
    seed: int = 1
    window: int = 768
    batch_tokens: int = 8192
    muon_rate: float = 0.02
    adam_rate: float = 0.004
    weight_decay: float = 0.05
    report_every: int = 20
    save_every: int = 100
    valid_batches: int = 12


class Steps(Dataset[Batch]):
    """The batches of a run by step: what a step sees depends on the seed and its number only."""

    def __init__(self, source: WindowSource, seed: int, first: int, last: int) -> None:
        self._source, self._seed, self._first, self._last = source, seed, first, last

    def __len__(self) -> int:
        """Return the number of steps still to do."""
        return max(0, self._last - self._first)

    def __getitem__(self, index: int) -> Batch:
        """Return the batch of a step."""
        return self._source.batch(self._seed, self._first + index)


def rate_at(step: int, steps: int) -> float:
    """Return the share of the full learning rate at a step: warm-up, hold, linear cool-down."""
    cool = max(1, round(steps * COOL_DOWN_SHARE))
    return min(1.0, (step + 1) / WARM_UP_STEPS, max(0.0, (steps - step) / cool))


class Optimisers:
    """Muon for the matrices inside blocks, AdamW for the rest, one learning-rate schedule."""

    def __init__(self, network: Transformer, plan: Plan) -> None:
        matrices = [p for n, p in network.named_parameters() if "blocks" in n and p.ndim == 2]
        chosen = {id(parameter) for parameter in matrices}
        rest = [p for p in network.parameters() if id(p) not in chosen]
        decay = plan.weight_decay
        self._all: list[tuple[torch.optim.Optimizer, float]] = [
            (torch.optim.Muon(matrices, weight_decay=decay), plan.muon_rate),
            (torch.optim.AdamW(rest, betas=(0.9, 0.95), weight_decay=0.0), plan.adam_rate),
        ]  # fmt: skip

    def step(self, share: float) -> None:
        """Apply the gradients with a share of the full rate, then clear them."""
        for optimiser, rate in self._all:
            for group in optimiser.param_groups:
                group["lr"] = rate * share
            optimiser.step()
            optimiser.zero_grad(set_to_none=True)

    def state(self) -> list[dict[str, Any]]:
        """Return what a checkpoint needs."""
        return [optimiser.state_dict() for optimiser, _ in self._all]

    def restore(self, state: list[dict[str, Any]]) -> None:
        """Take back what `state` gave."""
        for (optimiser, _), saved in zip(self._all, state, strict=True):
            optimiser.load_state_dict(saved)


def loss_of(network: Transformer, batch: Batch) -> tuple[Tensor, int]:
    """Return the summed loss in nats of a batch and the number of tokens that it is about."""
    device = network.critic.weight.device
    put = {k: torch.from_numpy(a).to(device) for k, a in _arrays(batch).items()}
    style = network.style(put["style"])
    with torch.autocast(device.type, torch.bfloat16):
        hidden = network.hidden(put["inputs"], put["time"], style, put["allowed"])
        known = put["targets"].flatten() >= 0
        events, velocities, _ = network.heads(hidden.flatten(0, 1)[known])
    loss = network.nll(events[None], velocities[None], put["targets"].flatten()[known][None])
    return loss.sum(), int(known.sum())


def _arrays(batch: Batch) -> dict[str, Any]:
    return {name: getattr(batch, name) for name in batch.__slots__}


@torch.no_grad()
def validate(network: Transformer, batches: Sequence[Batch]) -> float:
    """Return the mean loss in nats per token."""
    network.eval()
    sums = [loss_of(network, batch) for batch in batches]
    network.train()
    return sum(float(loss) for loss, _ in sums) / sum(count for _, count in sums)


@dataclass(slots=True)
class Run:
    """A run in its folder."""

    folder: Path
    plan: Plan
    network: Transformer
    optimisers: Optimisers
    styles: list[str]
    step: int = 0

    @classmethod
    def begin(cls, folder: Path, plan: Plan, styles: list[str], device: str) -> Run:
        """Make a new run, or take up the one in the folder."""
        torch.manual_seed(plan.seed)
        config = replace(SIZES[plan.size], styles=len(styles))
        network = Transformer(config).to(device)
        run = cls(folder, plan, network, Optimisers(network, plan), styles)
        folder.mkdir(parents=True, exist_ok=True)
        if (folder / CHECKPOINT).exists():
            run._restore(device)
        return run

    def save(self) -> None:
        """Write the checkpoint so that a kill at any moment leaves the old one or the new one."""
        state = {
            "step": self.step,
            "plan": asdict(self.plan),
            "config": self.network.config.as_dict(),
            "styles": self.styles,
            "network": self.network.state_dict(),
            "optimisers": self.optimisers.state(),
        }
        fresh = self.folder / f"{CHECKPOINT}.new"
        torch.save(state, fresh)
        fresh.replace(self.folder / CHECKPOINT)

    def report(self, **figures: float) -> None:
        """Append one line to the run's log and show it."""
        line = json.dumps({"step": self.step, **{k: round(x, 4) for k, x in figures.items()}})
        with (self.folder / "log.jsonl").open("a", encoding="utf-8") as log:
            log.write(line + "\n")
        typer.echo(line)

    def _restore(self, device: str) -> None:
        saved = torch.load(self.folder / CHECKPOINT, map_location=device, weights_only=True)
        if saved["styles"] != self.styles or Config(**saved["config"]) != self.network.config:
            msg = f"{self.folder}: its checkpoint is of another size or corpus"
            raise ValueError(msg)
        self.network.load_state_dict(saved["network"])
        self.optimisers.restore(saved["optimisers"])
        self.step = saved["step"]


@dataclass(frozen=True, slots=True)
class Trained:
    """A network as a run has left it: on the CPU, with the names of its styles."""

    network: Transformer
    styles: list[str]
    step: int
    window: int
    """The longest context that it has been trained on, in tokens."""


def load(folder: Path) -> Trained:
    """Return the network of a run."""
    saved = torch.load(folder / CHECKPOINT, map_location="cpu", weights_only=True)
    network = Transformer(Config(**saved["config"]))
    network.load_state_dict(saved["network"])
    return Trained(network.eval(), list(saved["styles"]), saved["step"], saved["plan"]["window"])


def train(run: Run, train_source: WindowSource, valid: Sequence[Batch], workers: int) -> None:
    """Train until the plan's last step."""
    plan = run.plan
    steps = Steps(train_source, plan.seed, run.step, plan.steps)
    loader = DataLoader(
        steps, batch_size=None, num_workers=workers, prefetch_factor=4 if workers else None
    )
    clock = SystemClock()
    seen, total, since = 0, 0.0, clock.now_ns()
    for batch in loader:
        loss, count = loss_of(run.network, batch)
        (loss / count).backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(run.network.parameters(), 1.0)
        run.optimisers.step(rate_at(run.step, plan.steps))
        run.step += 1
        seen, total = seen + count, total + float(loss.detach())
        if run.step % plan.report_every == 0:
            elapsed = (clock.now_ns() - since) / 1e9
            left = (plan.steps - run.step) * elapsed / plan.report_every / 60
            run.report(loss=total / seen, tokens_per_s=seen / elapsed, minutes_left=left)
            seen, total, since = 0, 0.0, clock.now_ns()
        if run.step % plan.save_every == 0 or run.step == plan.steps:
            run.report(valid=validate(run.network, valid))
            run.save()
            since = clock.now_ns()


def main(
    shards: Annotated[Path, typer.Argument(help="Folder that model.data has written.")],
    folder: Annotated[Path, typer.Argument(help="Folder of the run.")],
    size: Annotated[str, typer.Option(help=f"One of {', '.join(SIZES)}.")] = "small",
    steps: Annotated[int, typer.Option(help="Train up to this step.")] = 1000,
    batch_tokens: Annotated[int, typer.Option(help="Tokens to a step.")] = 8192,
    window: Annotated[int, typer.Option(help="Longest window in tokens.")] = 768,
    device: Annotated[str, typer.Option(help="cpu or cuda.")] = "cuda"
    if torch.cuda.is_available()
    else "cpu",
    threads: Annotated[int, typer.Option(help="CPU threads; 0: all.")] = 0,
    workers: Annotated[int, typer.Option(help="Processes that prepare batches.")] = 1,
) -> None:
    """Train a network, or go on training it."""
    if threads:
        torch.set_num_threads(threads)
    plan = Plan(size=size, steps=steps, batch_tokens=batch_tokens, window=window)
    corpus, held_out = Shard.open(shards, "train"), Shard.open(shards, "valid")
    styles = style_names(corpus)
    run = Run.begin(folder, plan, styles, device)
    typer.echo(
        f"{parameter_count(run.network) / 1e6:.1f} M weights, {len(styles)} styles, "
        f"{len(corpus.tokens) / 1e6:.0f} M tokens, {os.cpu_count()} cores, {device}"
    )
    source = WindowSource(corpus, styles, length=window, tokens=batch_tokens)
    unseen = WindowSource(held_out, styles, length=window, tokens=batch_tokens)
    valid = [unseen.batch(0, index) for index in range(plan.valid_batches)]
    train(run, source, valid, workers)


if __name__ == "__main__":
    typer.run(main)
