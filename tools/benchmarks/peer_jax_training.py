"""A whole training in JAX, like that of a compiled program. An epoch is one lax.scan over a new
permutation. After each epoch the averaged weights are evaluated on the test images, with twelve
samples of z and with z = mu; the figures are written to metrics.jsonl, and all state to a
checkpoint.

  peer_jax_training.py DATA OUT EPOCHS CASE        (CASE: JSON; see cases.py)
"""

import functools
import json
import math
import os
import sys

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

import datasets
from examples_jax import cross_entropy
from peer_jax import encode, linear, make_state, make_step, scale

draws = 12


def load(folder, split):
    arrays = []
    for kind in ("images-idx3-ubyte", "labels-idx1-ubyte"):
        file, sizes = datasets.open_array(datasets.find(folder, f"{split}-{kind}"))
        with file:
            arrays.append(np.frombuffer(file.read(), np.uint8).reshape(sizes))
    images, labels = arrays
    return (
        jnp.asarray(images.reshape(len(images), -1)),
        jnp.asarray(labels.astype(np.int32)),
    )


def train_epoch(case, state, images, labels, epoch):
    """The new state, and the running means of the epoch."""
    order = jax.random.permutation(
        jax.random.fold_in(jax.random.key(2), epoch), len(labels)
    )
    step = make_step(case)
    rate = case["lr"] * 0.97 ** (epoch // 2).astype(jnp.float32)
    body = lambda state, rows: step(state, images, labels, rows, rate)
    state, figures = lax.scan(body, state, order.reshape(-1, case["batch"]))
    return state, figures.mean(0)


def evaluate(case, batch, weights, images, labels):
    """The means over the images of the figures in a program's test line."""

    def of_batch(number, data):
        x, y = scale(case, data[0]), data[1]
        mu, sigma, rate = encode(case, weights, x)
        key = jax.random.fold_in(jax.random.key(3), number)
        noise = jax.random.normal(key, (draws, *mu.shape))
        logits = linear(weights[-1], mu + sigma * noise)
        nll = cross_entropy(logits, jnp.broadcast_to(y, logits.shape[:2]))
        averaged = jax.nn.softmax(logits).mean(0)
        sums = {
            "nll": nll.mean(0),
            "rate": rate,
            "error_1shot": (logits.argmax(-1) != y).mean(0),
            "error_avg": averaged.argmax(-1) != y,
            "nll_avg": math.log(draws) - jax.nn.logsumexp(-nll, axis=0),
            "error_mean": linear(weights[-1], mu).argmax(-1) != y,
        }
        return number + 1, {name: value.sum() for name, value in sums.items()}

    data = images.reshape(-1, batch, images.shape[-1]), labels.reshape(-1, batch)
    _, sums = lax.scan(of_batch, 0, data)
    return {name: value.sum() / len(labels) for name, value in sums.items()}


def save(path, tree):
    leaves = map(np.asarray, jax.tree.leaves(tree))
    np.savez(path + ".part.npz", *leaves)
    os.replace(path + ".part.npz", path)


def main():
    data, out, epochs, case = sys.argv[1:]
    case = json.loads(case)
    train, test = load(data, "train"), load(data, "t10k")
    if len(train[1]) % case["batch"]:
        sys.exit(f"{len(train[1])} images do not divide into the batches of this")
    run = jax.jit(functools.partial(train_epoch, case), donate_argnums=0)
    judge = jax.jit(functools.partial(evaluate, case, math.gcd(len(test[1]), 1000)))

    os.makedirs(out)
    state = make_state(case)
    with open(os.path.join(out, "metrics.jsonl"), "w") as metrics:
        for epoch in range(int(epochs)):
            state, means = run(state, *train, epoch)
            figures = jax.device_get(judge(state["a"], *test))
            line = {name: float(value) for name, value in figures.items()}
            line["train"] = [float(value) for value in means]
            print(json.dumps(line), file=metrics, flush=True)
            save(os.path.join(out, "checkpoint.npz"), state)
    save(os.path.join(out, "model.npz"), state["a"])
    print(json.dumps({"version": "JAX " + jax.__version__, **line}))


if __name__ == "__main__":
    main()
