"""Train a network.

`python -m model.train SHARDS RUN --size small --steps N` trains a network on tokens that
`model.data` has written, and keeps everything in the folder RUN (`model.run`). The same command
continues a run in its folder, and more steps make it longer. `--start ARTEFACT` makes a new run
begin with the weights of an artefact or of another run.

On a CPU it computes in float32, or in bfloat16 if the processor supports it (`--precision bf16`).
On a GPU it computes in bfloat16 and compiles the network. Under torchrun every rank processes its
share of the windows of each batch. A run on two ranks thus reads the same batches as a run on one,
and its loss curve is the same:

    torchrun --nproc-per-node 4 -m model.train SHARDS RUN --size base
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from time import process_time
from typing import TYPE_CHECKING, Annotated, Any

import torch
import typer
from torch import Tensor, distributed, nn
from torch.nn.parallel import DistributedDataParallel
from torch.utils.data import DataLoader, Dataset

from bridge.system.clock import SystemClock
from model.corpus import CorpusError
from model.data import Corpus, style_names
from model.optimise import learning_rate_scale
from model.run import ARCHITECTURES, Plan, Run, RunError, draw_curves, load_trained
from model.transformer import SIZES, Transformer, parameter_count
from model.windows import FEATURE_FAMILIES, Batch, WindowSource

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


class StepDataset(Dataset[Batch]):
    """The batches of a run by step: a batch depends only on the seed and the number of its step."""

    def __init__(self, source: WindowSource, plan: Plan, first: int, group: RankGroup) -> None:
        self._source, self._plan, self._first, self._group = source, plan, first, group

    def __len__(self) -> int:
        """Return the number of steps still to do; a very large number if minutes decide."""
        last = 10**9 if self._plan.minutes else self._plan.steps
        return max(0, last - self._first)

    def __getitem__(self, index: int) -> Batch:
        """Return this rank's share of the batch of a step."""
        batch = self._source.batch(self._plan.seed, self._first + index)
        return batch.split_for_rank(self._group.rank, self._group.world_size)


class Objective(nn.Module):
    """A network with its loss: the module that is compiled and run on every rank."""

    def __init__(self, network: Transformer, precision: str) -> None:
        super().__init__()
        self.network, self._is_bf16 = network, precision == "bf16"

    def forward(
        self, inputs: Tensor, targets: Tensor, time: Tensor, style: Tensor, allowed: Tensor
    ) -> Tensor:
        """Return the summed loss in nats of a batch. Arguments as in `Batch`."""
        network = self.network
        vectors = network.style_vectors(style)
        with torch.autocast(inputs.device.type, torch.bfloat16, enabled=self._is_bf16):
            hidden = network.hidden_states(inputs, time, vectors, allowed)
            events, velocities, _ = network.output_logits(hidden)
        return network.nll(events, velocities, targets).sum()


@dataclass(frozen=True, slots=True)
class RankGroup:
    """The ranks that train together; a single process is a group of one."""

    rank: int = 0
    world_size: int = 1

    @classmethod
    def join(cls, device: str) -> RankGroup:
        """Join the other ranks if torchrun has started any."""
        if "WORLD_SIZE" not in os.environ:
            return cls()
        backend = "nccl" if device.startswith("cuda") else "gloo"
        distributed.init_process_group(backend, timeout=timedelta(minutes=10))
        return cls(distributed.get_rank(), distributed.get_world_size())

    def close(self) -> None:
        """Leave the group."""
        if self.world_size > 1:
            distributed.destroy_process_group()

    def sum(self, *figures: float, device: str) -> list[float]:
        """Return the sums of all ranks' figures."""
        if self.world_size == 1:
            return list(figures)
        summed = torch.tensor(figures, dtype=torch.float64, device=device)
        distributed.all_reduce(summed)
        return summed.tolist()


def to_tensors(batch: Batch, device: str) -> dict[str, Tensor]:
    """Return the arrays of a batch as tensors on a device."""
    arrays = {name: torch.from_numpy(getattr(batch, name)) for name in batch.__slots__}
    return {name: array.to(device, non_blocking=True) for name, array in arrays.items()}


@torch.no_grad()
def validate(
    objective: nn.Module, batches: Sequence[Batch], group: RankGroup, device: str
) -> float:
    """Return the mean loss in nats per token."""
    objective.eval()
    loss, count = 0.0, 0
    for batch in batches[group.rank :: group.world_size]:
        loss += float(objective(**to_tensors(batch, device)))
        count += batch.target_count
    objective.train()
    loss, total = group.sum(loss, count, device=device)
    return loss / total


def train(
    run: Run,
    source: WindowSource,
    valid: Sequence[Batch],
    *,
    workers: int = 0,
    device: str = "cpu",
    group: RankGroup = RankGroup(),
    compiled: bool = False,
    log: Callable[[str], None] = typer.echo,
) -> None:
    """Train until the plan is done."""
    plan = run.plan
    objective: Any = Objective(run.network, plan.precision)
    if compiled:
        objective = torch.compile(objective, dynamic=True)
    parallel = DistributedDataParallel(objective) if group.world_size > 1 else objective
    steps = StepDataset(source, plan, run.step, group)
    loader = DataLoader(
        steps,
        batch_size=None,
        num_workers=workers,
        prefetch_factor=4 if workers else None,
        pin_memory=device.startswith("cuda"),
    )
    clock, spent = SystemClock(), _make_stopwatch(device)
    seen, total, since, before = 0.0, 0.0, clock.now_ns(), run.seconds
    for batch in loader:
        (count,) = group.sum(batch.target_count, device=device)
        loss = parallel(**to_tensors(batch, device))
        # DDP averages gradients over ranks, but the loss is a sum over all ranks.
        (loss * (group.world_size / count)).backward()
        nn.utils.clip_grad_norm_(run.network.parameters(), 1.0)
        run.optimisers.step(learning_rate_scale(run.step, run.progress))
        run.step += 1
        run.seconds = before + spent()
        seen, total = seen + count, total + loss.detach()
        done = run.progress >= 1
        if run.step % plan.report_every == 0 or done:
            (summed,) = group.sum(float(total), device=device)
            elapsed = (clock.now_ns() - since) / 1e9
            figures = {"loss": summed / seen, "tokens_per_s": seen / elapsed}
            if group.rank == 0:
                line = run.log_figures(**figures, seconds=run.seconds)
                log(f"{line}  {_time_left(run, spent())}")
            seen, total, since = 0.0, 0.0, clock.now_ns()
        if run.step % plan.save_every == 0 or done:
            paused = clock.now_ns()
            figure = validate(parallel, valid, group, device)
            if group.rank == 0:
                log(run.log_figures(valid=figure))
                run.save()
                draw_curves(run.folder)
            since += clock.now_ns() - paused
        if done:
            break


def _make_stopwatch(device: str) -> Callable[[], float]:
    """Return a function that returns the seconds since now.

    On a CPU these are seconds of processor time per thread, so that other programs do not count.
    """
    if device.startswith("cuda"):
        clock = SystemClock()
        start = clock.now_ns()
        return lambda: (clock.now_ns() - start) / 1e9
    begun = process_time()
    return lambda: (process_time() - begun) / torch.get_num_threads()


def _time_left(run: Run, spent: float) -> str:
    """Return a text with the time spent and the time left."""
    if run.plan.minutes:
        left = run.plan.minutes * 60 - run.seconds
    else:
        left = (run.plan.steps - run.step) * run.seconds / max(1, run.step)
    return f"{spent / 60:.0f} min done, {max(0.0, left) / 60:.0f} min left"


def main(
    shards: Annotated[Path, typer.Argument(help="Folder that model.data has written.")],
    folder: Annotated[Path, typer.Argument(help="Folder of the run.")],
    size: Annotated[str, typer.Option(help=f"One of {', '.join(SIZES)}.")] = "small",
    kind: Annotated[str, typer.Option(help=f"One of {', '.join(ARCHITECTURES)}.")] = "transformer",
    steps: Annotated[int, typer.Option(help="Train up to this step.")] = 1000,
    minutes: Annotated[float, typer.Option(help="Train for this time instead.")] = 0.0,
    seed: Annotated[int, typer.Option(help="Seed of the batches.")] = 1,
    batch_tokens: Annotated[int, typer.Option(help="Tokens in a step.")] = 8192,
    window: Annotated[int, typer.Option(help="Longest window in tokens.")] = 768,
    without: Annotated[
        str, typer.Option(help=f"Inputs to hide: of {','.join(FEATURE_FAMILIES)}.")
    ] = "",
    start: Annotated[Path | None, typer.Option(help="Artefact or run to start from.")] = None,
    muon_rate: Annotated[float, typer.Option(help="Learning rate of the blocks.")] = 0.02,
    adam_rate: Annotated[float, typer.Option(help="Learning rate of the rest.")] = 0.004,
    precision: Annotated[str, typer.Option(help="bf16, fp32; default: by device.")] = "",
    save_every: Annotated[int, typer.Option(help="Steps between checkpoints.")] = 100,
    device: Annotated[str, typer.Option(help="cpu or cuda; default: cuda if there is one.")] = "",
    compiled: Annotated[bool | None, typer.Option("--compile/--no-compile")] = None,
    threads: Annotated[int, typer.Option(help="CPU threads; 0: all.")] = 0,
    workers: Annotated[int, typer.Option(help="Processes that prepare batches.")] = 1,
) -> None:
    """Train a network, or continue a run."""
    if threads:
        torch.set_num_threads(threads)
    device = device or ("cuda" if torch.cuda.is_available() else "cpu")
    cuda = device.startswith("cuda")
    if cuda:
        torch.set_float32_matmul_precision("high")
        if "LOCAL_RANK" in os.environ:
            device = f"cuda:{os.environ['LOCAL_RANK']}"
            torch.cuda.set_device(device)
    families = tuple(name for name in without.split(",") if name)
    for name, known in (
        (size, SIZES),
        (kind, ARCHITECTURES),
        *((name, FEATURE_FAMILIES) for name in families),
    ):
        if name not in known:
            raise typer.BadParameter(f"there is no {name!r}; there are {', '.join(known)}")
    plan = Plan(
        size=size,
        kind=kind,
        steps=steps,
        minutes=minutes,
        seed=seed,
        window=window,
        batch_tokens=batch_tokens,
        without=families,
        muon_rate=muon_rate,
        adam_rate=adam_rate,
        precision=precision or ("bf16" if cuda else "fp32"),
        save_every=save_every,
    )
    ranks = RankGroup.join(device)
    try:
        corpus, held_out = Corpus.open(shards, "train"), Corpus.open(shards, "valid")
        origin = load_trained(start) if start else None
        styles = style_names(corpus)
        if origin:
            styles = [*origin.styles, *(name for name in styles if name not in origin.styles)]
        run = Run.resume_or_create(folder, plan, styles, device, origin)
    except (CorpusError, RunError) as problem:
        typer.echo(str(problem), err=True)
        raise typer.Exit(2) from None
    if ranks.rank == 0:
        typer.echo(
            f"{parameter_count(run.network) / 1e6:.1f} M weights, {len(styles)} styles, "
            f"{corpus.token_count / 1e6:.0f} M tokens, {os.cpu_count()} cores, {device}"
        )
    source, valid_source = (
        WindowSource(pieces, styles, length=window, batch_tokens=batch_tokens, without=families)
        for pieces in (corpus, held_out)
    )
    valid = [valid_source.batch(0, index) for index in range(plan.valid_batches)]
    train(
        run,
        source,
        valid,
        workers=workers,
        device=device,
        group=ranks,
        compiled=cuda if compiled is None else compiled,
    )
    ranks.close()


if __name__ == "__main__":
    typer.run(main)
