#!/usr/bin/env python3
"""cnn28_torch.py MNIST SEED...: trains the model of examples/cnn28 in PyTorch for three epochs
from each seed, and prints what `cnn28 eval --samples 12` prints of the averaged weights. MNIST
is a folder with the four IDX files. The figures are in examples/cnn28/README.md."""
import math
import sys

import datasets
import torch
from torch import nn
from torch.nn import functional as F

BATCH, LATENTS, EPOCHS, SAMPLES, BETA, DECAY = 100, 32, 3, 12, 1e-3, 0.999


def read(folder, name):
    file, sizes = datasets.open_array(datasets.find(folder, name))
    with file:
        return torch.frombuffer(bytearray(file.read()), dtype=torch.uint8).reshape(sizes)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.encode = nn.Sequential(
            nn.Conv2d(1, 32, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2),
            nn.Conv2d(32, 64, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2),
            nn.Flatten(), nn.Linear(3136, 256), nn.ReLU(), nn.Linear(256, 2 * LATENTS))
        self.decode = nn.Sequential(nn.Linear(LATENTS, 10))
        for module in self.modules():
            if isinstance(module, (nn.Conv2d, nn.Linear)):
                nn.init.xavier_uniform_(module.weight)
                nn.init.zeros_(module.bias)

    def forward(self, images):
        mu, rho = self.encode(images.unsqueeze(1).float() / 255).chunk(2, -1)
        sigma = F.softplus(rho - 5)
        rate = (mu**2 + sigma**2 - 1 - 2 * sigma.log()).sum(-1) / 2
        return mu, sigma, rate


def train(images, labels):
    net = Net()
    optimizer = torch.optim.Adam(net.parameters(), 1e-4, (0.5, 0.999), 1e-8)
    average = [torch.zeros_like(parameter) for parameter in net.parameters()]
    step = 0
    for _ in range(EPOCHS):
        for rows in torch.randperm(len(images)).split(BATCH):
            mu, sigma, rate = net(images[rows])
            logits = net.decode(mu + sigma * torch.randn_like(mu))
            loss = F.cross_entropy(logits, labels[rows]) + BETA * rate.mean()
            optimizer.zero_grad(set_to_none=True)
            loss.backward()
            optimizer.step()
            step += 1
            with torch.no_grad():
                torch._foreach_lerp_(average, list(net.parameters()),
                                     (1 - DECAY) / (1 - DECAY**step))
    with torch.no_grad():
        for parameter, mean in zip(net.parameters(), average):
            parameter.copy_(mean)
    return net


@torch.no_grad()
def evaluate(net, images, labels):
    """The error of the probabilities averaged over the samples, and the rate in bits."""
    errors = nats = 0.0
    for x, y in zip(images.split(500), labels.split(500)):
        mu, sigma, rate = net(x)
        probabilities = sum(net.decode(mu + sigma * torch.randn_like(mu)).softmax(-1)
                            for _ in range(SAMPLES))
        errors += (probabilities.argmax(-1) != y).sum().item()
        nats += rate.sum().item()
    return errors / len(images), nats / len(images) / math.log(2)


def main():
    folder = sys.argv[1]
    images, labels = (read(folder, f"train-{name}-ubyte") for name in ("images-idx3", "labels-idx1"))
    test = [read(folder, f"t10k-{name}-ubyte") for name in ("images-idx3", "labels-idx1")]
    for seed in sys.argv[2:]:
        torch.manual_seed(int(seed))
        error, rate = evaluate(train(images, labels.long()), test[0], test[1].long())
        print(f"seed {seed}: error_avg {error:.4f}, rate_bits {rate:.2f}", flush=True)


if __name__ == "__main__":
    main()
