"""compare_torch.py init FOLDER EXAMPLE...: writes initial weights FOLDER/EXAMPLE-init.
compare_torch.py compare FOLDER STEPS EXAMPLE...: takes the steps of the run FOLDER/EXAMPLE-run by
the network of tools/benchmarks/examples_torch.py, and compares the mean loss, the mean rate, the
weights, their averages and the running statistics. A run is in f64, from these weights, with the
seed 0 and without a shuffle; FOLDER/data is one epoch of whole batches."""
import json
import math
import os
import sys

import numpy as np
import torch
from safetensors.torch import load_file, save_file

root = os.path.join(os.path.dirname(__file__), "..", "..", "..")
sys.path[:0] = [os.path.join(root, *folder) for folder in (["test", "tools"], ["tools", "benchmarks"])]
from examples_torch import EXAMPLES, Draws, Trainer
from vib_random import TRAINING, noise, philox


class Defined(Draws):
    """The draws that docs/randomness.md defines, with the seed 0."""

    def __init__(self, step):
        self.at = step

    def normal(self, like):
        rows, latents = like.shape
        return torch.tensor([[noise(0, TRAINING, latent, row, self.at, 0) for latent in range(latents)]
                             for row in range(rows)], dtype=like.dtype)

    def dropout(self, x, p, stream):
        kept = [[(philox((stream << 24 | element, row, self.at, 7 << 24), 0)[0] >> 9) + 0.5 >= p * 2**23
                 for element in range(x.shape[1])] for row in range(len(x))]
        return x * torch.tensor(kept) / (1 - p)


def make(example):
    net = EXAMPLES[example]().double()
    if not net.has_rate:
        # The noise of examples/baselines.
        net.sample = lambda mu, sigma, draws: mu + 1e-6 * draws.normal(mu)
    return net


def compare(folder, steps, example):
    def check(what, got, expected, bound):
        difference = abs(got - expected).max()
        assert difference <= bound, f"{example}: {what}: {difference} > {bound}"

    net, run = make(example), f"{folder}/{example}-run"
    net.load_state_dict(load_file(f"{folder}/{example}-init"))
    images, labels = (torch.from_numpy(np.load(f"{folder}/data/train_{key}.npy")) for key in "xy")
    batch = len(images) // steps
    trainer, sums = Trainer(net), np.zeros(3)
    for step in range(steps):
        rows = slice(step * batch, (step + 1) * batch)
        beta = net.beta_at(step / steps)
        objective, rate = trainer.step(images[rows], labels[rows].long(), step / steps, Defined(step))
        sums += [objective.item(), (beta * rate).item(), rate.item()]
    objective, weighted, rate = sums / steps
    with open(f"{run}/metrics.jsonl") as lines:
        line = json.loads(lines.readline())
    # The line has the function of the mean rate of its steps. Where there is one, beta is constant.
    check("loss", np.array(line["loss"]), objective + weighted + net.beta * (net.cost(rate) - rate), 1e-9)
    if net.has_rate:
        check("rate", np.array(line[net.rate_key]), rate / math.log(2), 1e-9)
    saved = load_file(f"{run}/checkpoint.safetensors")
    expected = {f"weights.{name}": value for name, value in net.named_parameters()}
    expected |= {f"state.{name}": value for name, value in net.named_buffers() if value.dim()}
    if net.average is not None:
        names = [name for name, _ in net.named_parameters()]
        expected |= {f"average.{name}": mean for name, mean in zip(names, trainer.averages)}
    # A smaller bound would fail at a bias before a batch norm: its gradient is 0 but for rounding,
    # which Adam divides by 1e-8.
    for name, value in expected.items():
        check(name, saved[name].double().numpy(), value.detach().numpy(), 1e-9)


torch.manual_seed(0)
command, folder, *arguments = sys.argv[1:]
if command == "init":
    for example in arguments:
        save_file(make(example).initialize().state_dict(), f"{folder}/{example}-init")
else:
    for example in arguments[1:]:
        compare(folder, int(arguments[0]), example)
