"""The step of a compiled program, written in PyTorch as it is meant to be used: images and
weights of convolutions have their channels last in memory. The variants:

  eager      the fused Adam; all tensors are averaged in one call
  compile    the loss and its backward pass are compiled, the rest is as in eager
  whole      one compiled function of the state: gradients by torch.func, Adam and the
             average written out, so that the compiler fuses them
  …-bf16     under bfloat16 autocast

The networks of examples have the first two variants.
"""

import numpy as np
import torch
from torch import nn
from torch.nn import functional

import peer
from examples_torch import EXAMPLES, OF_VECTORS, Draws, Trainer


def make_weights(case):
    weights = []
    for *window, inputs, outputs in case["shapes"]:
        weight = torch.empty(outputs, inputs, *window, device=peer.device())
        if window:
            weight = weight.to(memory_format=torch.channels_last)
        nn.init.xavier_uniform_(weight)
        weights += [weight, torch.zeros(outputs, device=peer.device())]
    return weights


def encode(case, layers, x):
    """The statistics of the posterior."""
    layers = iter(layers)
    if case["stages"]:
        x = x.permute(0, 3, 1, 2)
    for stage in case["stages"]:
        for _ in stage:
            w, b = next(layers)
            x = functional.relu(functional.conv2d(x, w, b, padding=case["kernel"] // 2))
        x = functional.max_pool2d(x, 2)
    x = x.flatten(1)
    for _ in case["hidden"]:
        x = functional.relu(functional.linear(x, *next(layers)))
    return functional.linear(x, *next(layers))


def make_loss(case, images, labels, bf16):
    low = case["low"]

    def loss_of(weights, rows):
        *encoder, decoder = zip(weights[::2], weights[1::2])
        with torch.autocast(peer.device(), torch.bfloat16, enabled=bf16):
            x = images.index_select(0, rows).float() * ((1 - low) / 255) + low
            y = labels.index_select(0, rows)
            mu, rho = encode(case, encoder, x).float().chunk(2, dim=-1)
            sigma = functional.softplus(rho - 5)
            z = mu + sigma * torch.randn_like(mu)
            logits = functional.linear(z, *decoder).float()
            nll = functional.cross_entropy(logits, y)
            rate = 0.5 * (mu**2 + sigma**2 - 1 - 2 * sigma.log()).sum(-1).mean()
            return nll + case["beta"] * rate

    return loss_of


def make_usual_step(case, loss_of):
    """A function of the rows of the batch that uses autograd and an optimizer."""
    weights = [weight.requires_grad_() for weight in make_weights(case)]
    averages = [torch.zeros_like(weight) for weight in weights]
    adam = torch.optim.Adam(
        weights, case["lr"], (case["beta1"], case["beta2"]), case["eps"], fused=True
    )
    decay, done = case["average"], 0

    def step(rows):
        nonlocal done
        done += 1
        loss = loss_of(weights, rows)
        loss.backward()
        adam.step()
        adam.zero_grad(set_to_none=True)
        with torch.no_grad():
            follow = (1 - decay) / (1 - decay**done)
            torch._foreach_lerp_(averages, weights, follow)
        return loss

    return step


def make_whole_step(case, loss_of):
    """The same as one compiled function, which updates its arguments in place."""
    weights = make_weights(case)
    state = [[torch.zeros_like(weight) for weight in weights] for _ in range(3)]
    beta1, beta2, decay = case["beta1"], case["beta2"], case["average"]

    @torch.compile(dynamic=False)
    def whole(weights, first, second, averages, done, rows):
        gradient, loss = torch.func.grad_and_value(loss_of)(weights, rows)
        correct1, correct2 = 1 - beta1**done, 1 - beta2**done
        follow = (1 - decay) / (1 - decay**done)
        for g, w, m, v, a in zip(gradient, weights, first, second, averages):
            m.mul_(beta1).add_(g, alpha=1 - beta1)
            v.mul_(beta2).addcmul_(g, g, value=1 - beta2)
            w.sub_(case["lr"] * (m / correct1) / ((v / correct2).sqrt() + case["eps"]))
            a.add_(follow * (w - a))
        return loss

    # A tensor, because a number would be compiled into the function.
    done = torch.zeros((), device=peer.device())

    def step(rows):
        with torch.no_grad():
            done.add_(1)
            return whole(weights, *state, done, rows)

    return step


def make_example_step(kind, case, images, labels):
    net = {**EXAMPLES, **OF_VECTORS}[case["example"]]().initialize()
    net.to(peer.device(), memory_format=torch.channels_last)
    forward = torch.compile(net, dynamic=False) if kind == "compile" else net
    trainer, draws = Trainer(net, forward), Draws()

    def step(rows):
        batch = (array.index_select(0, rows) for array in (images, labels))
        return trainer.step(*batch, trainer.steps / peer.batches(case), draws)

    return step


def make_step(variant, case, images, labels):
    kind, _, precision = variant.partition("-")
    if "example" in case:
        return make_example_step(kind, case, images, labels)
    loss_of = make_loss(case, images, labels, precision == "bf16")
    if kind == "whole":
        return make_whole_step(case, loss_of)
    if kind == "compile":
        loss_of = torch.compile(loss_of, dynamic=False)
    return make_usual_step(case, loss_of)


def make(variant, case, threads):
    torch.set_num_threads(threads)
    torch.manual_seed(0)
    data = map(torch.from_numpy, peer.make_data(np, case))
    images, labels, order = (array.to(peer.device()) for array in data)
    batches = order.chunk(peer.batches(case))
    step = make_step(variant, case, images, labels if labels.is_floating_point() else labels.long())
    done = 0

    def run_steps(steps):
        nonlocal done
        for _ in range(steps):
            step(batches[done % len(batches)])
            done += 1
        if peer.device() == "cuda":
            torch.cuda.synchronize()

    run_steps(3)
    steps = peer.block_length(run_steps)
    return lambda seconds: peer.time_blocks(lambda: run_steps(steps), steps, seconds)


if __name__ == "__main__":
    peer.serve("PyTorch " + torch.__version__, make)
