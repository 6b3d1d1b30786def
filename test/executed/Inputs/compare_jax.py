"""compare_jax.py init FOLDER EXAMPLE...: writes initial weights FOLDER/EXAMPLE-init.
compare_jax.py compare FOLDER STEPS EXAMPLE...: takes the steps of the run FOLDER/EXAMPLE-run by the
network of tools/benchmarks/examples_jax.py from these weights, and compares the mean loss, the mean
rate, the weights, their averages and the running statistics. See example_runs.py."""
import sys

import jax
import numpy as np
from safetensors.numpy import save_file

import example_runs
from examples_jax import EXAMPLES, Draws, make_state, make_step

jax.config.update("jax_enable_x64", True)


class Defined(Draws):
    """`step` is a number of the compiled function, so its noise is computed while that runs."""

    def __init__(self, step):
        self.at = step

    def ask(self, compute, x, *arguments, **more):
        shape = jax.ShapeDtypeStruct(x.shape, x.dtype)
        return jax.pure_callback(
            lambda step: compute(int(step), *x.shape, *arguments, **more).astype(x.dtype), shape, self.at)

    def normal(self, like, streams=1):
        return self.ask(example_runs.normal, like, streams=streams)

    def dropout(self, x, p, stream):
        return x * self.ask(example_runs.kept, x, p, stream) / (1 - p)


def to_file(name, value):
    """A weight as weight files have it: outputs before inputs, channels before places. The images
    that are flattened have 7 x 7 places."""
    value = np.asarray(value)
    for axis, size in enumerate(value.shape):
        if size == 7 * 7 * 64:
            image = np.moveaxis(value, axis, 0).reshape(7, 7, 64, -1).transpose(2, 0, 1, 3)
            flat = image.reshape(size, *np.delete(value.shape, axis))
            value = np.moveaxis(flat, 0, axis)
    if value.ndim == 4 and name.startswith("decode"):
        value = value[::-1, ::-1].transpose(2, 3, 0, 1)
    elif value.ndim == 4:
        value = value.transpose(3, 2, 0, 1)
    elif name.endswith("weight"):
        value = value.T
    return np.array(value, order="C")


def make(example):
    """The network, and its state, the same at each call."""
    net = EXAMPLES[example]()
    if not net.has_rate:
        # The noise of examples/baselines.
        net.sample = lambda mu, sigma, draws: mu + 1e-6 * draws.normal(mu)
    return net, make_state(net, jax.jit(net.initialize)(jax.random.key(0)))


def compare(folder, steps, example):
    (net, state), objectives, rates = make(example), [], []
    take = make_step(net)

    @jax.jit
    def step(state, images, labels, number):
        return take(state, images, labels, number / steps, Defined(number))

    for number, (images, labels) in enumerate(example_runs.batches(folder, example, steps)):
        state, (objective, rate) = step(state, images.reshape(len(images), -1), labels, number)
        objectives.append(objective)
        rates.append(rate)
    parts = {"weights": "weights", "average": "averages", "state": "running"}
    expected = {f"{part}.{name}": to_file(name, value)
                for part, ours in parts.items() for name, value in state.get(ours, {}).items()}
    example_runs.compare(f"{folder}/{example}-run", example, net, objectives, rates, expected)


command, folder, *arguments = sys.argv[1:]
if command == "init":
    for example in arguments:
        if example in example_runs.VECTORS:
            example_runs.write_vectors(folder, example)
        _, state = make(example)
        weights = {**state["weights"], **state["running"]}
        save_file({name: to_file(name, value) for name, value in weights.items()},
                  f"{folder}/{example}-init")
else:
    for example in arguments[1:]:
        compare(folder, int(arguments[0]), example)
