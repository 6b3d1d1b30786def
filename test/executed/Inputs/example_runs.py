"""What compare_torch.py and compare_jax.py share: the noise of a run with the seed 0, its data, and
the comparison of what it wrote. A run is in f64, from given weights, without a shuffle, one epoch of
whole batches. Its data are in FOLDER/data, those of a model that reads vectors in FOLDER/NAME-data."""
import json
import math
import os
import re
import sys

import numpy as np
from safetensors.numpy import load_file

root = os.path.join(os.path.dirname(__file__), "..", "..", "..")
sys.path[:0] = [os.path.join(root, *folder) for folder in (["test", "tools"], ["tools", "benchmarks"])]
from vib_random import TRAINING, noise, philox


# The arrays of the inputs with their numbers in a row, that of the labels, and the number of classes.
VECTORS = {
    "distributed": ({"x": 4}, "y", None),
    "fair": ({"x": 13, "s": 1}, "y", None),
    "vibert": ({"features": 768}, "label", 2),
    "regression": ({"x": 8}, "y", None),
    "spread": ({"x": 8}, "y", None),
}


def normal(step, *shape, streams=1):
    """The draws that docs/randomness.md defines, [rows, latents] or [samples, rows, latents]."""
    *samples, rows, columns = shape

    def draw(sample, row, column):
        stream, latent = divmod(column, columns // streams)
        return noise(0, TRAINING, stream << 24 | latent, row, step, sample)

    return np.array([[[draw(sample, row, column) for column in range(columns)] for row in range(rows)]
                     for sample in range(*samples or [1])]).reshape(shape)


def kept(step, rows, elements, p, stream):
    """Whether dropout keeps each element."""
    return np.array([[(philox((stream << 24 | element, row, step, 7 << 24), 0)[0] >> 9) + 0.5 >= p * 2**23
                      for element in range(elements)] for row in range(rows)])


def write_vectors(folder, example):
    """The data of a model that reads vectors: two batches, and a row to evaluate."""
    random, (inputs, labels, classes) = np.random.default_rng(0), VECTORS[example]
    os.makedirs(f"{folder}/{example}-data", exist_ok=True)
    for split, rows in ("train", 8), ("test", 1):
        arrays = {name: random.standard_normal((rows, width)) for name, width in inputs.items()}
        arrays[labels] = random.integers(0, classes or 2, rows)
        if not classes:
            arrays[labels] = arrays[labels][:, None].astype(float)
        for name, array in arrays.items():
            np.save(f"{folder}/{example}-data/{split}_{name}.npy", array)


def batches(folder, example, steps):
    """The inputs and the labels of each step. Several inputs are side by side."""
    inputs, labels, _ = VECTORS.get(example, ({"x": 784}, "y", 10))
    data = f"{folder}/{example}-data" if example in VECTORS else f"{folder}/data"
    read = lambda name: np.load(f"{data}/train_{name}.npy")
    x = np.concatenate([read(name) for name in inputs], axis=1)
    return zip(np.split(x, steps), np.split(read(labels), steps))


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
        keys = [key for key in line if re.fullmatch(r"(rate|residual)_(\w+_)?bits", key)]
        keys = [key for key in ("residual_bits", "izx_nib_bits") if key in line] or keys
        check("rate", np.array(sum(line[key] for key in keys)), rate / math.log(2))
    saved = load_file(f"{run}/checkpoint.safetensors")
    for name, value in expected.items():
        check(name, saved[name].astype(np.float64), value)
