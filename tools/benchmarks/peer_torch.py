"""The step that a compiled program makes, as PyTorch is meant to be used: eager
with the fused Adam and multi-tensor averaging (variant "eager"); the loss with its
backward compiled, the rest as before ("compile"), or under bfloat16 autocast
("compile-bf16")."""

import numpy as np
import torch
from torch import nn
from torch.nn import functional

import peer


def make_step(case, variant, images, labels):
    """A function of the step's number and the rows of its batch."""
    parts = []
    for inputs, outputs in peer.layers(case):
        linear = nn.Linear(inputs, outputs)
        nn.init.xavier_uniform_(linear.weight)
        nn.init.zeros_(linear.bias)
        parts += [linear, nn.ReLU()]
    encoder, decoder = nn.Sequential(*parts[:-3]), parts[-2]
    weights = [*encoder.parameters(), *decoder.parameters()]
    averages = [torch.zeros_like(weight) for weight in weights]
    adam = torch.optim.Adam(
        weights, case["lr"], (case["beta1"], case["beta2"]), case["eps"], fused=True
    )

    def loss_of(rows):
        x = images.index_select(0, rows).float() * (2 / 255) - 1
        y = labels.index_select(0, rows)
        mu, rho = encoder(x).float().chunk(2, dim=-1)
        sigma = functional.softplus(rho - 5)
        z = mu + sigma * torch.randn_like(mu)
        nll = functional.cross_entropy(decoder(z).float(), y)
        rate = 0.5 * (mu**2 + sigma**2 - 1 - 2 * sigma.log()).sum(-1).mean()
        return nll + case["beta"] * rate

    if variant != "eager":
        loss_of = torch.compile(loss_of)
    bf16 = variant == "compile-bf16"
    decay = case["average"]

    def step(number, rows):
        with torch.autocast("cpu", torch.bfloat16, enabled=bf16):
            loss = loss_of(rows)
        loss.backward()
        adam.step()
        adam.zero_grad(set_to_none=True)
        with torch.no_grad():
            follow = (1 - decay) / (1 - decay ** (number + 1))
            torch._foreach_lerp_(averages, weights, follow)
        return loss

    return step


def make(variant, case, threads):
    torch.set_num_threads(threads)
    torch.manual_seed(0)
    images, labels, order = map(torch.from_numpy, peer.make_data(np, case))
    batches = order.chunk(peer.batches(case))
    step = make_step(case, variant, images, labels.long())
    number = 0

    def run_steps(steps):
        nonlocal number
        for _ in range(steps):
            step(number, batches[number % len(batches)])
            number += 1

    run_steps(3)
    steps = peer.block_length(run_steps)
    return lambda seconds: peer.time_blocks(lambda: run_steps(steps), steps, seconds)


if __name__ == "__main__":
    peer.serve("PyTorch " + torch.__version__, make)
