"""What compare_torch.py and compare_jax.py share: the noise of a run with the seed 0, its data, and
the comparison of what it wrote. A run is in f64, from given weights, without a shuffle;
FOLDER/data is one epoch of whole batches."""
import json
import math
import os
import sys

import numpy as np
from safetensors.numpy import load_file

root = os.path.join(os.path.dirname(__file__), "..", "..", "..")
sys.path[:0] = [os.path.join(root, *folder) for folder in (["test", "tools"], ["tools", "benchmarks"])]
from vib_random import TRAINING, noise, philox


def normal(step, rows, latents):
    """The draws that docs/randomness.md defines."""
    return np.array([[noise(0, TRAINING, latent, row, step, 0) for latent in range(latents)]
                     for row in range(rows)])


def kept(step, rows, elements, p, stream):
    """Whether dropout keeps each element."""
    return np.array([[(philox((stream << 24 | element, row, step, 7 << 24), 0)[0] >> 9) + 0.5 >= p * 2**23
                      for element in range(elements)] for row in range(rows)])


def batches(folder, steps):
    """The images and the labels of each step."""
    return zip(*(np.split(np.load(f"{folder}/data/train_{key}.npy"), steps) for key in "xy"))


def compare(run, example, net, objectives, rates, expected):
    """`objectives` and `rates` are those of each step by the network `net`, and `expected` tensors of
    the checkpoint."""
    def check(what, got, expected):
        # A smaller bound would fail at a bias before a batch norm: its gradient is 0 but for
        # rounding, which Adam divides by 1e-8.
        difference = abs(got - expected).max()
        assert difference <= 1e-9, f"{example}: {what}: {difference} > 1e-9"

    with open(f"{run}/metrics.jsonl") as lines:
        line = json.loads(lines.readline())
    objective, rate = np.mean(objectives), np.mean(rates)
    weighted = np.mean([net.beta_at(step / len(rates)) * its for step, its in enumerate(rates)])
    # The line has the function of the mean rate of its steps. Where there is one, beta is constant.
    check("loss", np.array(line["loss"]), objective + weighted + net.beta * (net.cost(rate) - rate))
    if net.has_rate:
        key = next(key for key in ("residual_bits", "izx_nib_bits", "rate_bits") if key in line)
        check("rate", np.array(line[key]), rate / math.log(2))
    saved = load_file(f"{run}/checkpoint.safetensors")
    for name, value in expected.items():
        check(name, saved[name].astype(np.float64), value)
