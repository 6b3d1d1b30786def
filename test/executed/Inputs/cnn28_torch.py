"""cnn28_torch.py init WEIGHTS: writes initial weights of examples/cnn28.
cnn28_torch.py compare WEIGHTS DATA RUN STEPS: takes the steps of a run in PyTorch and compares the
means of its losses and its weights. The run has no shuffle and the seed 0."""
import json
import os
import sys

import numpy as np
import torch
from safetensors.torch import load_file, save_file
from torch import nn
from torch.nn import functional as F

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "..", "tools"))
from vib_random import TRAINING, noise

BATCH, LATENTS = 100, 32


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.encode = nn.Sequential(
            nn.Conv2d(1, 32, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2),
            nn.Conv2d(32, 64, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2),
            nn.Flatten(), nn.Linear(3136, 256), nn.ReLU(), nn.Linear(256, 2 * LATENTS))
        self.decode = nn.Sequential(nn.Linear(LATENTS, 10))


def train(net, images, labels, steps):
    """Returns the means of the cross-entropy and the rate over all rows, in bits."""
    optimizer = torch.optim.Adam(net.parameters(), 1e-4, (0.5, 0.999), 1e-8)
    sums, total = np.zeros(2), 0
    for step in range(steps):
        x = images[step * BATCH:(step + 1) * BATCH]
        y = labels[step * BATCH:(step + 1) * BATCH]
        mu, rho = net.encode(x).chunk(2, -1)
        sigma = F.softplus(rho - 5)
        eps = torch.tensor([[noise(0, TRAINING, k, row, step, 0) for k in range(LATENTS)]
                            for row in range(len(x))], dtype=torch.float64)
        nll = F.cross_entropy(net.decode(mu + sigma * eps), y)
        rate = (mu**2 + sigma**2 - 1 - 2 * sigma.log()).sum(-1).mean() / 2
        optimizer.zero_grad()
        (nll + 1e-3 * rate).backward()
        optimizer.step()
        sums += np.array([nll.item(), rate.item()]) * len(x)
        total += len(x)
    return sums / total / np.log(2)


def check(what, got, expected, bound):
    difference = abs(got - expected).max()
    assert difference <= bound, f"{what}: {difference} > {bound}"


def compare(weights, data, run, steps):
    net = Net().double()
    net.load_state_dict(load_file(weights))
    images = torch.tensor(np.load(f"{data}/train_x.npy"), dtype=torch.float64) / 255
    labels = torch.tensor(np.load(f"{data}/train_y.npy"), dtype=torch.int64)
    means = train(net, images.reshape(-1, 1, 28, 28), labels, steps)
    with open(f"{run}/metrics.jsonl") as lines:
        line = json.loads(lines.readline())
    check("means", np.array([line["cross_entropy_bits"], line["rate_bits"]]), means, 1e-9)
    saved = load_file(f"{run}/checkpoint.safetensors")
    for name, parameter in net.named_parameters():
        check(name, saved[f"weights.{name}"].double().numpy(), parameter.detach().numpy(), 1e-12)


if sys.argv[1] == "init":
    torch.manual_seed(0)
    save_file(dict(Net().double().state_dict()), sys.argv[2])
else:
    compare(sys.argv[2], sys.argv[3], sys.argv[4], int(sys.argv[5]))
