#!/usr/bin/env python3
"""examples_torch.py EXAMPLE MNIST SEED... [--epochs N]: trains an example's network in PyTorch from
each seed, and prints a line of JSON with what `PROGRAM eval --samples 12 --json` prints of the
weights that are evaluated: the averaged ones, if the model has an average. MNIST is a folder with
the four IDX files. compare_seeds.py compares the lines with a sweep.

The networks are written from the papers and docs/method.md, and compute nothing by vib. The names
of their parameters are those of the weight files. test/executed/examples-torch.test compares
steps from the same weights, with the same noise; peer_torch.py measures the time of a step. The
networks that read vectors are for these two alone."""

import argparse
import json
import math
import sys

import torch
from torch import nn
from torch.nn import functional as F

import datasets

SAMPLES = 12


class Draws:
    """The random numbers of a step. A test puts those of docs/randomness.md in their place."""

    def normal(self, like, streams=1):
        """Of [rows, latents], or of [samples, rows, latents]. Each of the streams has as many
        latents."""
        return torch.randn_like(like)

    def dropout(self, x, p, stream):
        return F.dropout(x, p)


class AdaBelief(torch.optim.Optimizer):
    """Zhuang et al. 2020, arXiv:2010.07468, algorithm 2."""

    def __init__(self, parameters, lr, betas=(0.9, 0.999), eps=1e-16):
        super().__init__(parameters, {"lr": lr, "betas": betas, "eps": eps})
        self.steps = 0

    @torch.no_grad()
    def step(self):
        self.steps += 1
        for group in self.param_groups:
            (beta1, beta2), eps = group["betas"], group["eps"]
            weights = [weight for weight in group["params"] if weight.grad is not None]
            states = [self.state[weight] for weight in weights]
            for weight, state in zip(weights, states):
                if not state:
                    state.update(mean=torch.zeros_like(weight), variance=torch.zeros_like(weight))
            gradients = [weight.grad for weight in weights]
            means = [state["mean"] for state in states]
            variances = [state["variance"] for state in states]
            torch._foreach_lerp_(means, gradients, 1 - beta1)
            residuals = torch._foreach_sub(gradients, means)
            torch._foreach_mul_(variances, beta2)
            torch._foreach_addcmul_(variances, residuals, residuals, 1 - beta2)
            torch._foreach_add_(variances, eps)
            roots = torch._foreach_div(variances, 1 - beta2**self.steps)
            torch._foreach_sqrt_(roots)
            torch._foreach_add_(roots, eps)
            rate = group["lr"] / (1 - beta1**self.steps)
            torch._foreach_addcdiv_(weights, means, roots, -rate)


def mlp(*widths, activation=nn.ReLU):
    """Linear layers with an activation between two of them."""
    layers = []
    for inputs, outputs in zip(widths, widths[1:]):
        layers += [nn.Linear(inputs, outputs), activation()]
    return layers[:-1]


class Network(nn.Module):
    """A classifier with a bottleneck: a posterior with a diagonal covariance, the prior N(0, I),
    bytes that are scaled to [low, 1]. `encode` computes the statistics of the posterior,
    `decode` the logits."""

    batch, low, shift = 100, -1.0, -5.0
    lr, betas, eps = 1e-4, (0.5, 0.999), 1e-8
    average = None  # The decay of the averaged weights.
    stairs = None  # (factor, epochs) of the learning rate.
    clip = None  # The limit on the norm of the gradients.
    beta = 1e-3
    rate_key, has_rate = "rate_bits", True
    block = 500  # The rows that are evaluated together.

    def initialize(self):
        for module in self.modules():
            if isinstance(module, (nn.Linear, nn.Conv2d, nn.ConvTranspose2d)):
                nn.init.xavier_uniform_(module.weight)
                nn.init.zeros_(module.bias)
        return self

    def begin(self, images):
        """Sets the parameters that begin as training data."""

    def make_optimizer(self):
        return torch.optim.Adam(self.parameters(), self.lr, self.betas, self.eps, fused=True)

    def rate_of_learning(self, epochs):
        """The learning rate after so many epochs, which may be a fraction."""
        if self.stairs is None:
            return self.lr
        factor, length = self.stairs
        return self.lr * factor ** math.floor(epochs / length + 1e-9)

    def beta_at(self, epochs):
        return self.beta

    def scale(self, images):
        numbers = images.to(next(self.parameters()).dtype)
        return numbers.flatten(1) * ((1 - self.low) / 255) + self.low

    def statistics(self, x, draws):
        return self.encode(x)

    def sigma(self, rho):
        return F.softplus(rho + self.shift)

    def posterior(self, x, draws):
        """The mean, and the scale of the noise."""
        mu, rho = self.statistics(x, draws).chunk(2, -1)
        return mu, self.sigma(rho)

    def sample(self, mu, sigma, draws):
        return mu + sigma * draws.normal(mu)

    def rate(self, mu, sigma, z, labels):
        """In nats, of each row. A prior without a closed form reads z."""
        return (mu**2 + sigma**2 - 1 - 2 * sigma.log()).sum(-1) / 2

    def cost(self, rate):
        """What beta is the factor of, by the mean rate of the batch."""
        return rate

    def objective(self, logits, labels):
        """What training minimizes beside the rate."""
        return F.cross_entropy(logits, labels)

    def forward(self, images, labels, draws):
        """The means over the batch: what is minimized beside the rate, and the rate."""
        x = self.scale(images)
        mu, sigma = self.posterior(x, draws)
        z = self.sample(mu, sigma, draws)
        objective = self.objective(self.predict(z, x), self.target(x, labels))
        if not self.has_rate:
            return objective, objective.new_zeros(())
        return objective, self.rate(mu, sigma, z, labels).mean()

    def predict(self, z, x):
        return self.decode(z)

    def target(self, x, labels):
        return labels

    def figures(self, draws, target):
        """The sums, over rows, of what `eval` reports of the logits of each draw."""
        log_p = torch.stack([logits.log_softmax(-1) for logits in draws])
        nats = -log_p.gather(-1, target.expand(len(draws), -1)[..., None]).sum() / len(draws)
        return {"cross_entropy_bits": nats / math.log(2),
                "error_1shot": (log_p.argmax(-1) != target).sum() / len(draws),
                "error_avg": (log_p.exp().mean(0).argmax(-1) != target).sum()}


class ToyNet(Network):
    """Alemi et al. 2017, arXiv:1612.00410."""

    average, stairs = 0.999, (0.97, 2)

    def __init__(self, latents=256, outputs=512):
        super().__init__()
        self.encode = nn.Sequential(*mlp(784, 1024, 1024, outputs))
        self.decode = nn.Sequential(nn.Linear(latents, 10))


class FullCovariance(Network):
    """Two latents. The covariance has the Cholesky factor that three statistics make."""

    def posterior(self, x, draws):
        mu, first, below, last = self.statistics(x, draws).split((2, 1, 1, 1), -1)
        rows = [torch.cat([self.sigma(first), torch.zeros_like(first)], -1),
                torch.cat([below, self.sigma(last)], -1)]
        return mu, torch.stack(rows, -2)

    def sample(self, mu, factor, draws):
        return mu + (factor @ draws.normal(mu)[..., None])[..., 0]

    def rate(self, mu, factor, z, labels):
        logs = factor.diagonal(dim1=-2, dim2=-1).log().sum(-1)
        return ((factor**2).sum((-2, -1)) + (mu**2).sum(-1) - mu.shape[-1] - 2 * logs) / 2


class ToyNetK2(FullCovariance, ToyNet):
    def __init__(self):
        super().__init__(latents=2, outputs=5)


class Deterministic(ToyNet):
    """A network without a bottleneck, of ToyNet's hidden layers. examples/baselines adds noise of
    standard deviation 1e-6, which changes nothing."""

    has_rate = False

    def __init__(self):
        super().__init__(latents=1024, outputs=1024)
        self.encode = nn.Sequential(*mlp(784, 1024, 1024), nn.ReLU())

    def posterior(self, x, draws):
        return self.statistics(x, draws), None

    def sample(self, mu, sigma, draws):
        return mu


class Dropout(Deterministic):
    """The layers have the names that the places of the dropout give them."""

    def __init__(self):
        super().__init__()
        first, _, second, _ = self.encode
        self.encode = nn.ModuleDict({"0": first, "3": second})

    def statistics(self, x, draws):
        for stream, layer in enumerate(self.encode.values()):
            x = layer(x).relu()
            if self.training:
                x = draws.dropout(x, 0.5, stream)
        return x


class Smoothing(Deterministic):
    def objective(self, logits, labels):
        return F.cross_entropy(logits, labels, label_smoothing=0.1)


class Penalty(Deterministic):
    """Pereyra et al. 2017, arXiv:1701.06548."""

    def objective(self, logits, labels):
        log_p = logits.log_softmax(-1)
        entropy = -(log_p.exp() * log_p).sum(-1).mean()
        return F.nll_loss(log_p, labels) - 0.1 * entropy


class VibDemo2021(FullCovariance):
    """Layer normalization, a residual block, and an exponential diagonal."""

    lr, beta = 1e-3, 0.5

    def __init__(self):
        super().__init__()
        self.encode = nn.Sequential(
            nn.Linear(784, 256), nn.LayerNorm(256), nn.ReLU(),
            nn.Linear(256, 256), nn.LayerNorm(256), nn.ReLU(), nn.Linear(256, 5))
        self.decode = nn.Sequential(*mlp(2, 256, 10))

    def make_optimizer(self):
        return AdaBelief(self.parameters(), self.lr)

    def statistics(self, x, draws):
        first = self.encode[:3](x)
        return self.encode[6](first + self.encode[3:6](first))

    def sigma(self, rho):
        return rho.exp()


class Cnn28(Network):
    """Two convolutions with max pooling."""

    low, average = 0.0, 0.999

    def __init__(self):
        super().__init__()
        self.encode = nn.Sequential(
            nn.Conv2d(1, 32, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2),
            nn.Conv2d(32, 64, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2),
            nn.Flatten(), *mlp(3136, 256, 64))
        self.decode = nn.Sequential(nn.Linear(32, 10))

    def statistics(self, x, draws):
        return self.encode(x.unflatten(1, (1, 28, 28)))


class Normals(nn.Module):
    """A learned normal, or several."""

    def __init__(self, *shape):
        super().__init__()
        self.mean = nn.Parameter(torch.zeros(shape))
        self.log_sigma = nn.Parameter(torch.zeros(shape))


def divergence(mu, sigma, mean, log_s):
    """From a normal of the mean `mean` and the standard deviation exp(`log_s`), in nats."""
    square = (sigma**2 + (mu - mean) ** 2) * (-2 * log_s).exp()
    return (square - 1 - 2 * sigma.log() + 2 * log_s).sum(-1) / 2


class Ceb(Network):
    """Fischer 2020, arXiv:2002.05379: the rate is that from a normal for each class."""

    low, lr, betas, clip = 0.0, 1e-3, (0.9, 0.999), 5.0
    rate_key = "residual_bits"

    def __init__(self):
        super().__init__()
        self.encode = nn.Sequential(
            nn.Linear(784, 1024), nn.BatchNorm1d(1024), nn.ReLU(),
            nn.Linear(1024, 512), nn.BatchNorm1d(512), nn.ReLU(), nn.Linear(512, 4))
        self.decode = nn.Sequential(*mlp(4, 128, 10))
        self.backward = Normals(10, 4)

    def beta_at(self, epochs):
        return 0.1 ** min(1.0, epochs / 10)

    def posterior(self, x, draws):
        mu = self.statistics(x, draws)
        return mu, torch.ones_like(mu)

    def rate(self, mu, sigma, z, labels):
        return divergence(mu, sigma, self.backward.mean[labels], self.backward.log_sigma[labels])


class Nonlinear(Network):
    """Kolchinsky, Tracey, Wolpert 2019, arXiv:1705.02436: in place of a rate the estimate from the
    pairs of a batch, squared. All images have one sigma."""

    batch, block, lr, betas, beta = 128, 128, 1e-3, (0.9, 0.999), 0.05
    rate_key = "izx_nib_bits"

    def __init__(self):
        super().__init__()
        self.encode = nn.Sequential(*mlp(784, 128, 128, 10))
        # Its logarithm.
        self.encode.sigma = nn.Parameter(torch.zeros(()))
        self.decode = nn.Sequential(*mlp(10, 128, 10))

    def posterior(self, x, draws):
        mu = self.statistics(x, draws)
        return mu, self.encode.sigma.exp().expand_as(mu)

    def rate(self, mu, sigma, z, labels):
        """-log of the mean of exp(-distance^2 / 2) over the rows of the batch."""
        distances = ((mu[:, None] - mu[None]) / sigma[0]).square().sum(-1)
        return math.log(len(mu)) - (-distances / 2).logsumexp(-1)

    def cost(self, rate):
        return rate**2


class BetaVae(Network):
    """Higgins et al. 2017: the target is the image, of independent Bernoulli variables."""

    low, shift, lr, betas, beta = 0.0, 0.0, 1e-3, (0.9, 0.999), 4.0

    def __init__(self):
        super().__init__()
        self.encode = nn.Sequential(
            nn.Conv2d(1, 32, 4, 2, 1), nn.ReLU(), nn.Conv2d(32, 64, 4, 2, 1), nn.ReLU(),
            nn.Flatten(), *mlp(3136, 256, 20))
        self.decode = nn.Sequential(
            *mlp(10, 256, 3136), nn.ReLU(), nn.Unflatten(1, (64, 7, 7)),
            nn.ConvTranspose2d(64, 32, 4, 2, 1), nn.ReLU(), nn.ConvTranspose2d(32, 1, 4, 2, 1))

    def statistics(self, x, draws):
        return self.encode(x.unflatten(1, (1, 28, 28)))

    def target(self, x, labels):
        return x

    def objective(self, logits, x):
        entropy = F.binary_cross_entropy_with_logits(logits.flatten(1), x, reduction="sum")
        return entropy / len(x)

    def figures(self, draws, x):
        nats = sum(self.objective(logits, x) for logits in draws) / len(draws)
        return {"nll_bits": nats * len(x) / math.log(2)}


class Mixed(BetaVae):
    """The same with a mixture of normals as the prior, of which `components` returns the means, the
    logarithms of the standard deviations and of the weights."""

    beta = 1.0

    def rate(self, mu, sigma, z, labels):
        def log_density(mean, log_s):
            return -(((z.unsqueeze(-2) - mean) * (-log_s).exp()) ** 2 / 2 + log_s).sum(-1)

        mean, log_s, log_weights = self.components()
        prior = (log_density(mean, log_s) + log_weights).logsumexp(-1)
        return log_density(mu.unsqueeze(-2), sigma.log().unsqueeze(-2))[..., 0] - prior


class MixtureVae(Mixed):
    """20 normals that are learned."""

    def __init__(self):
        super().__init__()
        self.prior = Normals(20, 10)
        self.prior.logits = nn.Parameter(torch.zeros(20))

    def initialize(self):
        nn.init.normal_(self.prior.mean, std=0.5)
        return super().initialize()

    def components(self):
        return self.prior.mean, self.prior.log_sigma, self.prior.logits.log_softmax(-1)


class VampVae(Mixed):
    """Tomczak, Welling 2018, arXiv:1705.07120: the posteriors of 100 images that are learned."""

    def __init__(self):
        super().__init__()
        self.prior = nn.Module()
        self.prior.inputs = nn.Parameter(torch.zeros(100, 784))

    def initialize(self):
        nn.init.uniform_(self.prior.inputs)
        return super().initialize()

    def begin(self, images):
        rows = torch.randperm(len(images))[: len(self.prior.inputs)]
        with torch.no_grad():
            self.prior.inputs.copy_(self.scale(images[rows]))

    def components(self):
        mean, sigma = self.posterior(self.prior.inputs, None)
        return mean, sigma.log(), -math.log(len(mean))


class Vectors(Network):
    """A network that predicts a number or a class of each vector."""

    lr, betas = 1e-3, (0.9, 0.999)

    def scale(self, x):
        return x.to(next(self.parameters()).dtype)


class Distributed(Vectors):
    """Murphy and Bassett 2022, arXiv:2204.07576: each feature has a bottleneck of its own."""

    beta = 3.0

    def __init__(self):
        super().__init__()
        for feature in "abcd":
            encode = nn.Sequential(*mlp(1, 64, 64, 16, activation=nn.LeakyReLU))
            self.add_module(f"encode_{feature}", encode)
        self.decode = nn.Sequential(*mlp(32, 64, 64, 1, activation=nn.LeakyReLU))

    def beta_at(self, epochs):
        return 1e-3 * (self.beta / 1e-3) ** min(1.0, epochs / 100)

    def statistics(self, x, draws):
        encoders = self.encode_a, self.encode_b, self.encode_c, self.encode_d
        each = [encode(x[:, i : i + 1]) for i, encode in enumerate(encoders)]
        return torch.stack(each, 1).unflatten(2, (2, 8)).transpose(1, 2).flatten(1)

    def sigma(self, rho):
        return (rho / 2).exp()

    def sample(self, mu, sigma, draws):
        return mu + sigma * draws.normal(mu, streams=4)

    def objective(self, logits, labels):
        return F.binary_cross_entropy_with_logits(logits, labels)


class Fair(Vectors):
    """The decoder sees z and the feature s that z should not tell."""

    beta = 1e-2

    def __init__(self):
        super().__init__()
        self.encode = nn.Sequential(*mlp(13, 100, 4, activation=nn.Tanh))
        self.decode = nn.Sequential(*mlp(3, 100, 1, activation=nn.Tanh))

    def statistics(self, x, draws):
        return self.encode(x[:, :13])

    def predict(self, z, x):
        return self.decode(torch.cat([z, x[:, 13:]], 1))

    sigma, objective = Distributed.sigma, Distributed.objective


class Vibert(Vectors):
    """Mahabadi et al. 2021, arXiv:2106.05469: the head, on the features of a sentence."""

    shift, lr, beta = 0.0, 2e-5, 2.5e-3

    def __init__(self):
        super().__init__()
        self.mlp = nn.Sequential(*mlp(768, 612, 456), nn.ReLU())
        self.estimate = nn.Linear(456, 288)
        self.classifier = nn.Linear(144, 2)
        self.prior = Normals(144)

    def beta_at(self, epochs):
        return 1e-4 + (self.beta - 1e-4) * min(1.0, epochs / 24)

    def statistics(self, x, draws):
        return self.estimate(self.mlp(draws.dropout(x, 0.1, 0)))

    def sample(self, mu, sigma, draws):
        return mu + sigma * draws.normal(mu.expand(5, *mu.shape))

    def decode(self, z):
        return self.classifier(z)

    def objective(self, logits, labels):
        return F.cross_entropy(logits.flatten(0, 1), labels.repeat(len(logits)))

    def rate(self, mu, sigma, z, labels):
        return divergence(mu, sigma, self.prior.mean, self.prior.log_sigma)


class Regression(Vectors):
    """A normal likelihood, whose standard deviation is learned."""

    average = 0.99

    def __init__(self):
        super().__init__()
        self.encode = nn.Sequential(*mlp(8, 64, 64, 8, activation=nn.Tanh))
        self.decode = nn.Sequential(nn.Linear(4, 1))
        # Its logarithm.
        self.decode.noise = nn.Parameter(torch.zeros(()))

    def decode_normal(self, z):
        """The mean of the target and the logarithm of its standard deviation."""
        return self.decode[0](z), self.decode.noise

    def predict(self, z, x):
        return self.decode_normal(z)

    def objective(self, normal, labels):
        mean, log_s = normal
        square = ((labels - mean) * (-log_s).exp()) ** 2
        return (square / 2 + log_s + math.log(2 * math.pi) / 2).mean()


class Spread(Regression):
    """The decoder computes the standard deviation, too."""

    def __init__(self):
        super().__init__()
        self.decode = nn.Sequential(nn.Linear(4, 2))

    def decode_normal(self, z):
        mean, rho = self.decode(z).chunk(2, -1)
        return mean, F.softplus(rho).log()


EXAMPLES = {
    "toynet": ToyNet,
    "toynet-k2": ToyNetK2,
    "deterministic": Deterministic,
    "dropout": Dropout,
    "smoothing": Smoothing,
    "penalty": Penalty,
    "vibdemo2021": VibDemo2021,
    "cnn28": Cnn28,
    "ceb": Ceb,
    "nonlinear": Nonlinear,
    "beta_vae": BetaVae,
    "mixture_vae": MixtureVae,
    "vamp_vae": VampVae,
}
OF_VECTORS = {
    "distributed": Distributed,
    "fair": Fair,
    "vibert": Vibert,
    "regression": Regression,
    "spread": Spread,
}


class Trainer:
    """A network with the state of its training."""

    def __init__(self, net, forward=None):
        self.net, self.forward = net, net if forward is None else forward
        self.optimizer = net.make_optimizer()
        self.weights = list(net.parameters())
        if net.average is not None:
            self.averages = [torch.zeros_like(weight) for weight in self.weights]
        self.steps = 0

    def step(self, images, labels, epochs, draws):
        """One update, `epochs` after the start. Returns what `forward` returns."""
        net = self.net
        self.optimizer.param_groups[0]["lr"] = net.rate_of_learning(epochs)
        objective, rate = self.forward(images, labels, draws)
        self.optimizer.zero_grad(set_to_none=True)
        (objective + net.beta_at(epochs) * net.cost(rate)).backward()
        if net.clip is not None:
            nn.utils.clip_grad_norm_(self.weights, net.clip)
        self.optimizer.step()
        self.steps += 1
        if net.average is not None:
            follow = (1 - net.average) / (1 - net.average**self.steps)
            with torch.no_grad():
                torch._foreach_lerp_(self.averages, self.weights, follow)
        return objective, rate

    def use_average(self):
        """Puts the averaged weights, if there are any, in the place of the others."""
        if self.net.average is not None:
            with torch.no_grad():
                torch._foreach_copy_(self.weights, self.averages)


def train(net, images, labels, epochs):
    trainer, draws = Trainer(net), Draws()
    net.begin(images)
    net.train()
    length = math.ceil(len(images) / net.batch)
    for _ in range(epochs):
        for rows in torch.randperm(len(images)).split(net.batch):
            trainer.step(images[rows], labels[rows], trainer.steps / length, draws)
    trainer.use_average()


@torch.no_grad()
def evaluate(net, images, labels):
    net.eval()
    sums, draws = {}, Draws()
    for part, y in zip(images.split(net.block), labels.split(net.block)):
        x = net.scale(part)
        mu, sigma = net.posterior(x, draws)
        samples = [net.sample(mu, sigma, draws) for _ in range(SAMPLES)]
        found = net.figures([net.decode(z) for z in samples], net.target(x, y))
        if net.has_rate:
            nats = sum(net.rate(mu, sigma, z, y).sum() for z in samples) / SAMPLES
            found[net.rate_key] = nats / math.log(2)
        for key, value in found.items():
            sums[key] = sums.get(key, 0.0) + value.item()
    return {key: value / len(images) for key, value in sums.items()}


def read(folder, name):
    file, sizes = datasets.open_array(datasets.find(folder, name))
    with file:
        return torch.frombuffer(bytearray(file.read()), dtype=torch.uint8).reshape(sizes)


def read_split(folder, split):
    images, labels = (read(folder, f"{split}-{kind}") for kind in ("images-idx3-ubyte", "labels-idx1-ubyte"))
    return images, labels.long()


def main():
    parser = argparse.ArgumentParser(allow_abbrev=False, description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("example", metavar="EXAMPLE", choices=EXAMPLES,
                        help=", ".join(EXAMPLES))
    parser.add_argument("data", metavar="MNIST")
    parser.add_argument("seeds", metavar="SEED", type=int, nargs="+")
    parser.add_argument("--epochs", type=int, default=10)
    parser.add_argument("--threads", type=int, default=1)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    training, test = (read_split(options.data, split) for split in ("train", "t10k"))
    for seed in options.seeds:
        torch.manual_seed(seed)
        net = EXAMPLES[options.example]().initialize()
        train(net, *training, options.epochs)
        line = {"example": options.example, "seed": seed, "epochs": options.epochs,
                "samples": SAMPLES, **evaluate(net, *test)}
        print(json.dumps(line), flush=True)


if __name__ == "__main__":
    main()
