"""The step of a compiled program, written in JAX as it is meant to be used: one jitted function
with the state donated. It is either called for each step (variant "jit") or inside lax.scan
(variant "scan"). The permutation is on the device, so a call passes nothing from the host. The
threads are those of the process's CPU mask. The networks of examples are those of examples_jax.py."""

import functools

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

import examples_jax
import peer
from examples_jax import cross_entropy, pool


def initialize(case):
    keys = jax.random.split(jax.random.key(0), len(case["shapes"]))
    glorot = jax.nn.initializers.glorot_uniform()
    return [
        {"w": glorot(key, shape), "b": jnp.zeros(shape[-1])}
        for key, shape in zip(keys, case["shapes"])
    ]


def make_state(case):
    weights = initialize(case)
    copy = functools.partial(jax.tree.map, jnp.zeros_like)
    return {
        "w": weights,
        "m": copy(weights),
        "v": copy(weights),
        "a": copy(weights),
        "step": jnp.zeros((), jnp.int32),
    }


def scale(case, images):
    low = case["low"]
    return images.astype(jnp.float32) * ((1 - low) / 255) + low


def linear(layer, x):
    return x @ layer["w"] + layer["b"]


def convolve(layer, x):
    form = ("NHWC", "HWIO", "NHWC")
    return lax.conv_general_dilated(x, layer["w"], (1, 1), "SAME", dimension_numbers=form) + layer["b"]


def encode(case, weights, x):
    """mu, sigma and the rate of each row."""
    layers = iter(weights[:-1])
    for stage in case["stages"]:
        for _ in stage:
            x = jax.nn.relu(convolve(next(layers), x))
        x = pool(x)
    x = x.reshape(len(x), -1)
    for _ in case["hidden"]:
        x = jax.nn.relu(linear(next(layers), x))
    mu, rho = jnp.split(linear(next(layers), x), 2, axis=-1)
    sigma = jax.nn.softplus(rho - 5)
    rate = 0.5 * jnp.sum(mu**2 + sigma**2 - 1 - 2 * jnp.log(sigma), axis=-1)
    return mu, sigma, rate


def make_step(case):
    """(state, images, labels, rows of the batch, learning rate) -> (state, the means of the
    cross-entropy, the rate and the error)."""
    beta1, beta2 = case["beta1"], case["beta2"]

    def loss_of(weights, x, labels, key):
        mu, sigma, rate = encode(case, weights, x)
        z = mu + sigma * jax.random.normal(key, mu.shape)
        logits = linear(weights[-1], z)
        nll = jnp.mean(cross_entropy(logits, labels))
        error = jnp.mean(logits.argmax(-1) != labels)
        rate = jnp.mean(rate)
        return nll + case["beta"] * rate, jnp.stack([nll, rate, error])

    def step(state, images, labels, rows, learning_rate):
        x = scale(case, jnp.take(images, rows, axis=0, mode="clip"))
        y = jnp.take(labels, rows, mode="clip")
        key = jax.random.fold_in(jax.random.key(1), state["step"])
        gradient, figures = jax.grad(loss_of, has_aux=True)(state["w"], x, y, key)

        t = (state["step"] + 1).astype(jnp.float32)
        correct1, correct2 = 1 - beta1**t, 1 - beta2**t
        follow = (1 - case["average"]) / (1 - case["average"] ** t)
        new = jax.tree.map(
            lambda g, w, m, v, a: update(
                g, w, m, v, a, learning_rate, beta1, beta2, case["eps"],
                correct1, correct2, follow,
            ),
            gradient, *(state[part] for part in "wmva"),
        )  # fmt: skip
        parts = jax.tree.transpose(
            jax.tree.structure(gradient), jax.tree.structure((0, 0, 0, 0)), new
        )
        return {**dict(zip("wmva", parts)), "step": state["step"] + 1}, figures

    return step


def update(g, w, m, v, a, rate, beta1, beta2, eps, correct1, correct2, follow):
    """Adam, and the average."""
    w, m, v = examples_jax.adam(g, w, m, v, rate, beta1, beta2, eps, correct1, correct2)
    return w, m, v, a + follow * (w - a)


def make_network(case):
    """The state, and (state, images, labels, rows of the batch) -> (state, figures)."""
    if "example" not in case:
        step = make_step(case)
        return make_state(case), lambda *batch: step(*batch, case["lr"])
    net = examples_jax.EXAMPLES[case["example"]]()
    take = examples_jax.make_step(net)

    def step_of_example(state, images, labels, rows):
        x = jnp.take(images, rows, axis=0, mode="clip")
        y = jnp.take(labels, rows, mode="clip")
        draws = examples_jax.Draws(jax.random.fold_in(jax.random.key(1), state["step"]))
        state, figures = take(state, x, y, state["step"] / peer.batches(case), draws)
        return state, jnp.stack(figures)

    return examples_jax.make_state(net, net.initialize(jax.random.key(0))), step_of_example


def make(variant, case, threads):
    images, labels, order = map(jnp.asarray, peer.make_data(np, case))
    batch, count = case["batch"], peer.batches(case)
    made, step = make_network(case)
    state = [made]

    def whole(state, images, labels, order):
        first = state["step"] % count * batch
        rows = lax.dynamic_slice(order, (first,), (batch,))
        return step(state, images, labels, rows)

    def loop(length, state, *data):
        body = lambda state, _: whole(state, *data)
        state, figures = lax.scan(body, state, length=length)
        return state, figures[-1]

    def compiled(function):
        """Runs the function so many times, one call after another."""
        call = jax.jit(function, donate_argnums=0)

        def run_calls(calls):
            for _ in range(calls):
                state[0], figures = call(state[0], images, labels, order)
            jax.block_until_ready((state[0], figures))

        run_calls(3)
        return run_calls

    run_calls = compiled(whole)
    if variant == "jit":
        steps = calls = peer.block_length(run_calls)
    else:
        # A call takes about a quarter of a second.
        steps, calls = peer.block_length(run_calls, 0.2), 1
        run_calls = compiled(functools.partial(loop, steps))
    return lambda seconds: peer.time_blocks(lambda: run_calls(calls), steps, seconds)


if __name__ == "__main__":
    if peer.device() == "cuda":
        # Otherwise JAX rounds the factors of f32 products to TF32.
        jax.config.update("jax_default_matmul_precision", "float32")
    peer.serve("JAX " + jax.__version__, make)
