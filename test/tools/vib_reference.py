#!/usr/bin/env python3
"""An independent implementation of the method, to compare compiled programs with.

It is plain Python in f64: the forward pass, a hand-written backward pass, Adam and the
average of the weights as in docs/method.md, and every random number as in
docs/randomness.md. It shares no code with the compiler or the runtime.

  vib_reference.py --data DIR --out DIR --widths 8,6,4 --classes 3 …

trains the MLP with those widths (the last is twice the number of latents), relu in
between, a diagonal normal with softplus(-5), and one linear layer as the decoder. It writes
raw.safetensors, model.safetensors and metrics.jsonl.
"""
import argparse
import array
import json
import math
import os

import vib_random
from vib_files import Tensor, read_npy, write_safetensors

BITS = 1 / math.log(2)
SHIFT = -5.0


def softplus(t):
    return max(t, 0.0) + math.log1p(math.exp(-abs(t)))


def sigmoid(t):
    return 1 / (1 + math.exp(-t)) if t >= 0 else math.exp(t) / (1 + math.exp(t))


def softmax(logits):
    top = max(logits)
    powers = [math.exp(l - top) for l in logits]
    return [p / sum(powers) for p in powers]


class Linear:
    """y = W x + b, W row-major in [out, in]."""

    def __init__(self, name, inputs, outputs):
        self.name, self.inputs, self.outputs = name, inputs, outputs
        self.weight, self.bias = [0.0] * (inputs * outputs), [0.0] * outputs

    def forward(self, x):
        n = self.inputs
        return [
            sum(w * v for w, v in zip(self.weight[o * n : (o + 1) * n], x)) + b
            for o, b in enumerate(self.bias)
        ]

    def backward(self, x, dy, gradients):
        """Adds to the gradients; returns the gradient of x."""
        dw, db = gradients[self.name + ".weight"], gradients[self.name + ".bias"]
        dx = [0.0] * self.inputs
        for o, g in enumerate(dy):
            db[o] += g
            for i in range(self.inputs):
                dw[o * self.inputs + i] += g * x[i]
                dx[i] += g * self.weight[o * self.inputs + i]
        return dx


class Network:
    def __init__(self, widths, classes, seed):
        self.latents = widths[-1] // 2
        self.encoder = [
            Linear(f"encode.{2 * i}", a, b)
            for i, (a, b) in enumerate(zip(widths, widths[1:]))
        ]
        self.decoder = Linear("decode.0", self.latents, classes)
        self.linears = self.encoder + [self.decoder]
        for number, linear in enumerate(self.linears):
            scale = math.sqrt(6 / (linear.inputs + linear.outputs))
            linear.weight = [
                vib_random.uniform_weight(seed, 2 * number, element, scale)
                for element in range(linear.inputs * linear.outputs)
            ]

    def parameters(self):
        """Every parameter by name; not copies."""
        return {
            f"{linear.name}.{part}": getattr(linear, part)
            for linear in self.linears
            for part in ("weight", "bias")
        }

    def save(self, path):
        shapes = {}
        for linear in self.linears:
            shapes[linear.name + ".weight"] = (linear.outputs, linear.inputs)
            shapes[linear.name + ".bias"] = (linear.outputs,)
        write_safetensors(path, {
            name: Tensor("d", shapes[name], array.array("d", values))
            for name, values in self.parameters().items()
        })

    def encode(self, x):
        """The inputs of all linear layers, mu, and t (sigma = softplus t)."""
        inputs = []
        for linear in self.encoder:
            inputs.append(x)
            x = linear.forward(x)
            if linear is not self.encoder[-1]:
                x = [max(v, 0.0) for v in x]
        return inputs, x[: self.latents], [r + SHIFT for r in x[self.latents :]]


def rate(mu, t):
    """KL to N(0, I), in nats."""
    sigma = [softplus(v) for v in t]
    return 0.5 * sum(m * m + s * s - 1 - 2 * math.log(s) for m, s in zip(mu, sigma))


class Means:
    """The means of figures over examples."""

    def __init__(self):
        self.sums, self.n = {}, 0

    def add(self, **figures):
        self.n += 1
        for name, value in figures.items():
            self.sums[name] = self.sums.get(name, 0.0) + value

    def __getitem__(self, name):
        return self.sums[name] / self.n


def entropy(labels):
    shares = [labels.count(c) / len(labels) for c in set(labels)]
    return -sum(p * math.log(p) for p in shares)


def example_gradients(network, x, label, epsilons, beta, rows, gradients):
    """Adds the loss gradient of an example; returns nll, rate, error."""
    inputs, mu, t = network.encode(x)
    sigma = [softplus(v) for v in t]
    slope = [sigmoid(v) for v in t]
    draws = len(epsilons)
    dmu = [beta / rows * m for m in mu]
    dt = [beta / rows * (s - 1 / s) * g for s, g in zip(sigma, slope)]
    nll = error = 0.0
    for eps in epsilons:
        z = [m + s * e for m, s, e in zip(mu, sigma, eps)]
        p = softmax(network.decoder.forward(z))
        nll -= math.log(p[label]) / draws
        error += (p.index(max(p)) != label) / draws
        dlogits = [(q - (c == label)) / (rows * draws) for c, q in enumerate(p)]
        for k, g in enumerate(network.decoder.backward(z, dlogits, gradients)):
            dmu[k] += g
            dt[k] += g * eps[k] * slope[k]
    dy = dmu + dt
    for linear, x in zip(reversed(network.encoder), reversed(inputs)):
        dy = linear.backward(x, dy, gradients)
        # x is the output of a relu, except in the first layer.
        dy = [g if v > 0 else 0.0 for g, v in zip(dy, x)]
    return nll, rate(mu, t), error


def evaluate(network, x, y, samples, beta, seed):
    means = Means()
    for row in range(x.shape[0]):
        _, mu, t = network.encode(list(x.row(row)))
        label, sigma = y.data[row], [softplus(v) for v in t]
        nll = error = 0.0
        average = [0.0] * network.decoder.outputs
        for sample in range(samples):
            z = [
                m + s * vib_random.noise(seed, vib_random.EVALUATION, k, row, 0, sample)
                for k, (m, s) in enumerate(zip(mu, sigma))
            ]
            p = softmax(network.decoder.forward(z))
            nll -= math.log(p[label]) / samples
            error += (p.index(max(p)) != label) / samples
            average = [a + q / samples for a, q in zip(average, p)]
        logits = network.decoder.forward(mu)
        means.add(
            nll=nll, rate=rate(mu, t), error=error,
            error_avg=float(average.index(max(average)) != label),
            nll_avg=-math.log(average[label]),
            error_mean=float(logits.index(max(logits)) != label),
        )
    line = common(means, list(y.data), beta)
    line.update(
        split="test", error_avg=means["error_avg"], error_mean=means["error_mean"],
        nll_avg_bits=means["nll_avg"] * BITS, samples=samples,
    )
    return line


def common(means, labels, beta):
    return {
        "loss": means["nll"] + beta * means["rate"],
        "cross_entropy_bits": means["nll"] * BITS,
        "rate_bits": means["rate"] * BITS,
        "hy_bits": entropy(labels) * BITS,
        "izy_bits": (entropy(labels) - means["nll"]) * BITS,
        "error_1shot": means["error"],
        "n": means.n,
    }


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", required=True)
    parser.add_argument("--out", required=True)
    parser.add_argument("--widths", required=True)
    parser.add_argument("--classes", type=int, required=True)
    parser.add_argument("--batch", type=int, required=True)
    parser.add_argument("--epochs", type=int, required=True)
    parser.add_argument("--samples", type=int, default=1)
    parser.add_argument("--eval-samples", type=int, default=12)
    parser.add_argument("--beta", type=float, default=1e-3)
    parser.add_argument("--lr", type=float, required=True)
    parser.add_argument("--beta1", type=float, default=0.5)
    parser.add_argument("--beta2", type=float, default=0.999)
    parser.add_argument("--eps", type=float, default=1e-8)
    parser.add_argument("--staircase", default="0.97,2")
    parser.add_argument("--average", type=float, default=0.999)
    parser.add_argument("--seed", type=int, default=0)
    a = parser.parse_args()

    data = {
        name: read_npy(f"{a.data}/{name}.npy")
        for name in ("train_x", "train_y", "test_x", "test_y")
    }
    widths = [int(w) for w in a.widths.split(",")]
    network = Network(widths, a.classes, a.seed)
    parameters = network.parameters()
    averages = Network(widths, a.classes, a.seed)
    zeros = lambda: {name: [0.0] * len(v) for name, v in parameters.items()}
    moment1, moment2 = zeros(), zeros()
    for values in averages.parameters().values():
        values[:] = [0.0] * len(values)

    factor, every = (float(v) for v in a.staircase.split(","))
    count = data["train_x"].shape[0]
    metrics, step = [], 0
    for epoch in range(a.epochs):
        order = vib_random.shuffled(a.seed, epoch, count)
        lr = a.lr * factor ** math.floor(epoch / every)
        means = Means()
        for start in range(0, count, a.batch):
            batch = order[start : start + a.batch]
            gradients = zeros()
            for row, example in enumerate(batch):
                epsilons = [
                    [
                        vib_random.noise(a.seed, vib_random.TRAINING, k, row, step, s)
                        for k in range(network.latents)
                    ]
                    for s in range(a.samples)
                ]
                nll, kl, error = example_gradients(
                    network, list(data["train_x"].row(example)),
                    data["train_y"].data[example], epsilons, a.beta, len(batch),
                    gradients,
                )
                means.add(nll=nll, rate=kl, error=error)
            step += 1
            for name, w in parameters.items():
                average = averages.parameters()[name]
                for i, g in enumerate(gradients[name]):
                    m = moment1[name][i] = a.beta1 * moment1[name][i] + (1 - a.beta1) * g
                    v = moment2[name][i] = a.beta2 * moment2[name][i] + (1 - a.beta2) * g * g
                    m /= 1 - a.beta1**step
                    v /= 1 - a.beta2**step
                    w[i] -= lr * m / (math.sqrt(v) + a.eps)
                    # The debiased average, as a sum over the steps.
                    average[i] += (1 - a.average) / (1 - a.average**step) * (w[i] - average[i])
        line = common(means, list(data["train_y"].data), a.beta)
        metrics.append({**line, "split": "train", "weights": "raw", "epoch": epoch,
                        "step": step, "lr": lr, "beta": a.beta, "seed": a.seed})
        line = evaluate(averages, data["test_x"], data["test_y"], a.eval_samples,
                        a.beta, a.seed)
        metrics.append({**line, "weights": "average", "epoch": epoch, "step": step,
                        "lr": lr, "beta": a.beta, "seed": a.seed})

    os.makedirs(a.out, exist_ok=True)
    network.save(f"{a.out}/raw.safetensors")
    averages.save(f"{a.out}/model.safetensors")
    with open(f"{a.out}/metrics.jsonl", "w") as file:
        for line in metrics:
            file.write(json.dumps(line) + "\n")


if __name__ == "__main__":
    main()
