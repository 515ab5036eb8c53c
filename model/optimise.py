"""How weights are updated: two optimisers under one learning-rate schedule.

The matrices inside the blocks are trained with Muon (Jordan et al. 2024), which orthogonalises each
update and reaches a lower loss on little data. Everything else is trained with AdamW (Loshchilov
and Hutter 2019). The learning rate warms up, holds, and falls to zero over the last part of the run
(Hu et al. 2024), so the length of a run need not be known while it holds.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import nn

WARM_UP_STEPS = 50
COOL_DOWN_SHARE = 0.4


def learning_rate_scale(step: int, progress: float) -> float:
    """Return the share of the full learning rate: warm-up, hold, linear cool-down.

    `progress` is the share of the run that is done, 0 to 1.
    """
    warm_up = (step + 1) / WARM_UP_STEPS
    return min(1.0, warm_up, max(0.0, (1 - progress) / COOL_DOWN_SHARE))


class Optimisers:
    """Muon for the matrices inside blocks, AdamW for the rest."""

    def __init__(
        self, network: nn.Module, *, muon_rate: float, adam_rate: float, weight_decay: float
    ) -> None:
        """Optimise all weights of a network that are not frozen."""
        weights = [(n, p) for n, p in network.named_parameters() if p.requires_grad]
        matrices = [p for n, p in weights if "blocks" in n and p.ndim == 2]
        chosen = {id(parameter) for parameter in matrices}
        rest = [p for _, p in weights if id(p) not in chosen]
        self._optimisers: list[tuple[torch.optim.Optimizer, float]] = [
            (torch.optim.AdamW(rest, betas=(0.9, 0.95), weight_decay=0.0), adam_rate)
        ]
        if matrices:
            muon = torch.optim.Muon(matrices, weight_decay=weight_decay)
            self._optimisers.append((muon, muon_rate))

    def step(self, rate_scale: float) -> None:
        """Apply the gradients with a share of the full rate, then clear them."""
        for optimiser, rate in self._optimisers:
            for group in optimiser.param_groups:
                group["lr"] = rate * rate_scale
            optimiser.step()
            optimiser.zero_grad(set_to_none=True)

    def state_dict(self) -> list[dict[str, Any]]:
        """Return the state that a checkpoint needs."""
        return [optimiser.state_dict() for optimiser, _ in self._optimisers]

    def load_state_dict(self, state: list[dict[str, Any]]) -> None:
        """Restore the state that `state_dict` returned."""
        for (optimiser, _), saved in zip(self._optimisers, state, strict=True):
            optimiser.load_state_dict(saved)
