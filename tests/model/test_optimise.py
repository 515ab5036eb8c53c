"""The learning rate over a run, and the weights that the optimisers change."""

import pytest
import torch

from model.optimise import COOL_DOWN_SHARE, WARM_UP_STEPS, Optimisers, learning_rate_scale
from model.transformer import Transformer


def test_the_rate_warms_up_holds_and_cools_down() -> None:
    assert learning_rate_scale(0, 0.0) == 1 / WARM_UP_STEPS
    assert (
        learning_rate_scale(WARM_UP_STEPS, 0.1)
        == learning_rate_scale(500, 1 - COOL_DOWN_SHARE)
        == 1
    )
    assert learning_rate_scale(500, 1 - COOL_DOWN_SHARE / 2) == pytest.approx(0.5)
    assert learning_rate_scale(500, 1.0) == 0


def test_frozen_weights_stay_and_all_others_change(network: Transformer) -> None:
    network.critic.weight.requires_grad = False
    before = {name: p.detach().clone() for name, p in network.named_parameters()}
    optimisers = Optimisers(network, muon_rate=0.02, adam_rate=0.004, weight_decay=0.05)
    for parameter in network.parameters():
        if parameter.requires_grad:
            parameter.grad = torch.randn_like(parameter)
    optimisers.step(1.0)
    for name, parameter in network.named_parameters():
        assert torch.equal(parameter, before[name]) == (name == "critic.weight"), name
        assert parameter.grad is None
