"""Trainings in JAX with each of several betas, one after another, each evaluated after each epoch
as peer_jax_training.py does. beta is an argument of the compiled function, so there is one.

  peer_jax_runs.py DATA EPOCHS CASE BETA...        (CASE: JSON; see cases.py)

Prints the seconds of compiling and those of everything else.
"""

import functools
import json
import math
import sys
import time

import jax
import jax.numpy as jnp

from peer_jax import make_state
from peer_jax_training import evaluate, load, train_epoch


def main():
    data, epochs, case, *betas = sys.argv[1:]
    case = json.loads(case)
    train, test = load(data, "train"), load(data, "t10k")

    def train_with(beta, state, images, labels, epoch):
        return train_epoch({**case, "beta": beta}, state, images, labels, epoch)

    judge = functools.partial(evaluate, case, math.gcd(len(test[1]), 1000))
    begin = time.perf_counter()
    state = make_state(case)
    run = jax.jit(train_with, donate_argnums=1)
    run = run.lower(jnp.float32(0), state, *train, jnp.int32(0)).compile()
    judge = jax.jit(judge).lower(state["a"], *test).compile()
    compiled = time.perf_counter()
    for beta in betas:
        state = make_state(case)
        for epoch in range(int(epochs)):
            state, means = run(jnp.float32(beta), state, *train, jnp.int32(epoch))
            figures = jax.device_get((means, judge(state["a"], *test)))
    ended = time.perf_counter()
    # The last figures, so that nothing is left out.
    print(json.dumps({"compiling": compiled - begin, "training": ended - compiled,
                      "nll": float(figures[1]["nll"])}))


if __name__ == "__main__":
    main()
