"""Pack a trained network into files of limited size.

`python -m model.pack RUN OUT` writes the weights of a run in bfloat16, in files of at most 16 MiB.
`python -m model.pack --join OUT RUN` makes a run's folder from them again, from which the network
can be exported, evaluated or trained further. The state of the optimisers is not packed.

    OUT/weights-00.pt ..   tensors by name
    OUT/run.json           config, plan, styles, step, and the number of files
    OUT/log.jsonl, loss.png
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Annotated, Any

import torch
import typer
from torch import Tensor

from model.run import CHECKPOINT, LOG, LOSS_PLOT

MAX_PART_BYTES = 16 * 2**20 - 2**16
"""Bytes of tensors in a file; the format adds less than the difference to 16 MiB."""
_METADATA = "run.json"


def pack(run: Path, out: Path) -> int:
    """Write the parts and return their number."""
    saved = torch.load(run / CHECKPOINT, map_location="cpu", weights_only=True)
    parts: list[dict[str, Tensor]] = [{}]
    room = MAX_PART_BYTES
    for name, tensor in saved["network"].items():
        half = tensor.bfloat16().contiguous()
        size = half.numel() * half.element_size()
        assert size <= MAX_PART_BYTES, f"{name} alone has {size} bytes"
        if size > room:
            parts.append({})
            room = MAX_PART_BYTES
        parts[-1][name] = half
        room -= size
    out.mkdir(parents=True, exist_ok=True)
    for index, part in enumerate(parts):
        torch.save(part, out / f"weights-{index:02}.pt")
    facts = {key: saved[key] for key in ("step", "seconds", "history", "plan", "config", "styles")}
    (out / _METADATA).write_text(json.dumps(facts | {"parts": len(parts)}), "utf-8")
    _copy_reports(run, out)
    return len(parts)


def unpack(packed: Path, run: Path) -> None:
    """Make a run's folder from the parts.

    Raises:
        FileNotFoundError: a part is missing.

    """
    facts: dict[str, Any] = json.loads((packed / _METADATA).read_text("utf-8"))
    network: dict[str, Tensor] = {}
    for index in range(facts.pop("parts")):
        part = torch.load(packed / f"weights-{index:02}.pt", weights_only=True)
        network |= {name: tensor.float() for name, tensor in part.items()}
    run.mkdir(parents=True, exist_ok=True)
    torch.save(facts | {"network": network}, run / CHECKPOINT)
    _copy_reports(packed, run)


def _copy_reports(source: Path, target: Path) -> None:
    for name in (LOG, LOSS_PLOT):
        if (source / name).exists():
            shutil.copy(source / name, target / name)


def main(
    source: Annotated[Path, typer.Argument(help="Folder of a run, or with --join of its parts.")],
    target: Annotated[Path, typer.Argument(help="Folder to write.")],
    *,
    joined: Annotated[bool, typer.Option("--join", help="Make a run from its parts.")] = False,
) -> None:
    """Write a run in small files, or make a run from them."""
    if joined:
        unpack(source, target)
    else:
        typer.echo(f"{pack(source, target)} files of weights")


if __name__ == "__main__":
    typer.run(main)
