"""compare_torch.py init FOLDER EXAMPLE...: writes initial weights FOLDER/EXAMPLE-init.
compare_torch.py compare FOLDER STEPS EXAMPLE...: takes the steps of the run FOLDER/EXAMPLE-run by
the network of tools/benchmarks/examples_torch.py from these weights, and compares the mean loss, the
mean rate, the weights, their averages and the running statistics. See example_runs.py."""
import sys

import numpy as np
import torch
from safetensors.torch import load_file, save_file

import example_runs
from examples_torch import EXAMPLES, OF_VECTORS, Draws, Trainer


class Defined(Draws):
    def __init__(self, step):
        self.at = step

    def normal(self, like, streams=1):
        return torch.from_numpy(example_runs.normal(self.at, *like.shape, streams=streams))

    def dropout(self, x, p, stream):
        return x * torch.from_numpy(example_runs.kept(self.at, *x.shape, p, stream)) / (1 - p)


def make(example):
    net = {**EXAMPLES, **OF_VECTORS}[example]().double()
    if not net.has_rate:
        # The noise of examples/baselines.
        net.sample = lambda mu, sigma, draws: mu + 1e-6 * draws.normal(mu)
    return net


def compare(folder, steps, example):
    net = make(example)
    net.load_state_dict(load_file(f"{folder}/{example}-init"))
    trainer, objectives, rates = Trainer(net), [], []
    for step, (images, labels) in enumerate(example_runs.batches(folder, example, steps)):
        if example not in OF_VECTORS or example_runs.VECTORS[example][2]:
            labels = labels.astype(np.int64)
        data = torch.from_numpy(images), torch.from_numpy(labels)
        objective, rate = trainer.step(*data, step / steps, Defined(step))
        objectives.append(objective.item())
        rates.append(rate.item())
    expected = {f"weights.{name}": value for name, value in net.named_parameters()}
    expected |= {f"state.{name}": value for name, value in net.named_buffers() if value.dim()}
    if net.average is not None:
        names = [name for name, _ in net.named_parameters()]
        expected |= {f"average.{name}": mean for name, mean in zip(names, trainer.averages)}
    expected = {name: value.detach().numpy() for name, value in expected.items()}
    example_runs.compare(f"{folder}/{example}-run", example, net, objectives, rates, expected)


torch.manual_seed(0)
command, folder, *arguments = sys.argv[1:]
if command == "init":
    for example in arguments:
        if example in OF_VECTORS:
            example_runs.write_vectors(folder, example)
        save_file(make(example).initialize().state_dict(), f"{folder}/{example}-init")
else:
    for example in arguments[1:]:
        compare(folder, int(arguments[0]), example)
