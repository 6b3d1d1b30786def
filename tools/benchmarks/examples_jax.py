"""The networks of the examples that take MNIST, and the step of their training, in JAX: those of
examples_torch.py, written as pure functions of their weights. Images and the weights of convolutions
have their channels last. The names of the weights are those of the weight files.
test/executed/examples-jax.test compares steps with those of the programs; peer_jax.py measures them.

The settings are written here again, so that this file needs JAX only."""

import jax
import jax.numpy as jnp
from jax import lax
from jax.nn import log_softmax, logsumexp, relu


class Draws:
    """The random numbers of a step. A test puts those of docs/randomness.md in their place."""

    def __init__(self, key):
        self.key = key

    def normal(self, like, streams=1):
        """Of [rows, latents], or of [samples, rows, latents]. Each of the streams has as many
        latents."""
        return jax.random.normal(self.key, like.shape, like.dtype)

    def dropout(self, x, p, stream):
        kept = jax.random.bernoulli(jax.random.fold_in(self.key, stream), 1 - p, x.shape)
        return jnp.where(kept, x / (1 - p), 0)


def pool(x):
    window = (1, 2, 2, 1)
    return lax.reduce_window(x, -jnp.inf, lax.max, window, window, "VALID")


def cross_entropy(logits, labels):
    logp = log_softmax(logits)
    return -jnp.take_along_axis(logp, labels[..., None], axis=-1)[..., 0]


def adam(g, w, m, v, rate, beta1, beta2, eps, correct1, correct2):
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g * g
    return w - rate * (m / correct1) / (jnp.sqrt(v / correct2) + eps), m, v


def adabelief(g, w, m, v, rate, beta1, beta2, eps, correct1, correct2):
    """Zhuang et al. 2020, arXiv:2010.07468, algorithm 2."""
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * (g - m) ** 2 + eps
    return w - rate * (m / correct1) / (jnp.sqrt(v / correct2) + eps), m, v


class Pass:
    """A forward pass of a training step: the layers by their names, the random numbers, and the
    running statistics, which the layers update."""

    form = ("NHWC", "HWIO", "NHWC")

    def __init__(self, weights, running, draws):
        self.weights, self.running, self.draws = weights, dict(running), draws

    def parameters(self, name):
        return self.weights[f"{name}.weight"], self.weights[f"{name}.bias"]

    def linear(self, name, x):
        weight, bias = self.parameters(name)
        return x @ weight + bias

    def mlp(self, x, *names, activation=relu):
        """Linear layers with an activation between two of them."""
        for name in names[:-1]:
            x = activation(self.linear(name, x))
        return self.linear(names[-1], x)

    def convolve(self, name, x, stride):
        weight, bias = self.parameters(name)
        return lax.conv_general_dilated(x, weight, (stride, stride), "SAME",
                                        dimension_numbers=self.form) + bias

    def transposed(self, name, x):
        weight, bias = self.parameters(name)
        return lax.conv_transpose(x, weight, (2, 2), "SAME", dimension_numbers=self.form) + bias

    def normalize(self, name, x, mean, variance):
        weight, bias = self.parameters(name)
        return (x - mean) * lax.rsqrt(variance + 1e-5) * weight + bias

    def layer_norm(self, name, x):
        return self.normalize(name, x, x.mean(-1, keepdims=True), x.var(-1, keepdims=True))

    def batch_norm(self, name, x):
        mean, variance, rows = x.mean(0), x.var(0), len(x)
        for key, value in [("mean", mean), ("var", variance * rows / (rows - 1))]:
            key = f"{name}.running_{key}"
            self.running[key] = 0.9 * self.running[key] + 0.1 * lax.stop_gradient(value)
        return self.normalize(name, x, mean, variance)


class Network:
    """A classifier with a bottleneck: a posterior with a diagonal covariance, the prior N(0, I),
    bytes that are scaled to [low, 1]. `statistics` computes those of the posterior, `decode` the
    logits."""

    low, shift = -1.0, -5.0
    lr, betas, eps, update = 1e-4, (0.5, 0.999), 1e-8, staticmethod(adam)
    average = None  # The decay of the averaged weights.
    stairs = None  # (factor, epochs) of the learning rate.
    clip = None  # The limit on the norm of the gradients.
    beta = 1e-3
    has_rate = True
    shapes = {}  # Of the weights of linear layers and convolutions, the inputs before the outputs.
    norms = {}  # The features of the layers that normalize.

    def initialize(self, key):
        glorot, weights = jax.nn.initializers.glorot_uniform(), {}
        for name, shape in self.shapes.items():
            key, mine = jax.random.split(key)
            weights[f"{name}.weight"] = glorot(mine, shape)
            weights[f"{name}.bias"] = jnp.zeros(shape[-1])
        for name, features in self.norms.items():
            weights[f"{name}.weight"] = jnp.ones(features)
            weights[f"{name}.bias"] = jnp.zeros(features)
        return weights

    def running(self):
        """The statistics that batch normalizations keep."""
        return {}

    def rate_of_learning(self, epochs):
        """The learning rate after so many epochs, which may be a fraction."""
        if self.stairs is None:
            return self.lr
        factor, length = self.stairs
        return self.lr * factor ** jnp.floor(epochs / length + 1e-9)

    def beta_at(self, epochs):
        return self.beta

    def sigma(self, rho):
        return jax.nn.softplus(rho + self.shift)

    def posterior(self, net, x):
        """The mean, and the scale of the noise."""
        mu, rho = jnp.split(self.statistics(net, x), 2, -1)
        return mu, self.sigma(rho)

    def sample(self, mu, sigma, draws):
        return mu + sigma * draws.normal(mu)

    def scale(self, images):
        return images * ((1 - self.low) / 255) + self.low

    def decode(self, net, z):
        return net.linear("decode.0", z)

    def predict(self, net, z, x):
        return self.decode(net, z)

    def rate(self, net, mu, sigma, z, labels):
        """In nats, of each row. A prior without a closed form reads z."""
        return (mu**2 + sigma**2 - 1 - 2 * jnp.log(sigma)).sum(-1) / 2

    def cost(self, rate):
        """What beta is the factor of, by the mean rate of the batch."""
        return rate

    def objective(self, logits, x, labels):
        """What training minimizes beside the rate, of each row."""
        return cross_entropy(logits, labels)

    def forward(self, net, images, labels):
        """The means over the batch: what is minimized beside the rate, and the rate."""
        x = self.scale(images)
        mu, sigma = self.posterior(net, x)
        z = self.sample(mu, sigma, net.draws)
        objective = self.objective(self.predict(net, z, x), x, labels).mean()
        if not self.has_rate:
            return objective, jnp.zeros_like(objective)
        return objective, self.rate(net, mu, sigma, z, labels).mean()


class ToyNet(Network):
    """Alemi et al. 2017, arXiv:1612.00410."""

    average, stairs = 0.999, (0.97, 2)
    shapes = {"encode.0": (784, 1024), "encode.2": (1024, 1024), "encode.4": (1024, 512),
              "decode.0": (256, 10)}

    def statistics(self, net, x):
        return net.mlp(x, "encode.0", "encode.2", "encode.4")


class FullCovariance(Network):
    """Two latents. The covariance has the Cholesky factor that three statistics make."""

    def posterior(self, net, x):
        mu, first, below, last = jnp.split(self.statistics(net, x), (2, 3, 4), -1)
        rows = [jnp.concatenate([self.sigma(first), jnp.zeros_like(first)], -1),
                jnp.concatenate([below, self.sigma(last)], -1)]
        return mu, jnp.stack(rows, -2)

    def sample(self, mu, factor, draws):
        return mu + (factor @ draws.normal(mu)[..., None])[..., 0]

    def rate(self, net, mu, factor, z, labels):
        logs = jnp.log(jnp.diagonal(factor, axis1=-2, axis2=-1)).sum(-1)
        return ((factor**2).sum((-2, -1)) + (mu**2).sum(-1) - mu.shape[-1] - 2 * logs) / 2


class ToyNetK2(FullCovariance, ToyNet):
    shapes = {**ToyNet.shapes, "encode.4": (1024, 5), "decode.0": (2, 10)}


class Deterministic(ToyNet):
    """A network without a bottleneck, of ToyNet's hidden layers. examples/baselines adds noise of
    standard deviation 1e-6, which changes nothing."""

    has_rate = False
    shapes = {"encode.0": (784, 1024), "encode.2": (1024, 1024), "decode.0": (1024, 10)}

    def posterior(self, net, x):
        return relu(net.mlp(x, "encode.0", "encode.2")), None

    def sample(self, mu, sigma, draws):
        return mu


class Dropout(Deterministic):
    shapes = {"encode.0": (784, 1024), "encode.3": (1024, 1024), "decode.0": (1024, 10)}

    def posterior(self, net, x):
        for stream, name in enumerate(("encode.0", "encode.3")):
            x = net.draws.dropout(relu(net.linear(name, x)), 0.5, stream)
        return x, None


class Smoothing(Deterministic):
    def objective(self, logits, x, labels):
        return 0.9 * cross_entropy(logits, labels) - 0.1 * log_softmax(logits).mean(-1)


class Penalty(Deterministic):
    """Pereyra et al. 2017, arXiv:1701.06548."""

    def objective(self, logits, x, labels):
        log_p = log_softmax(logits)
        return cross_entropy(logits, labels) + 0.1 * (jnp.exp(log_p) * log_p).sum(-1)


class VibDemo2021(FullCovariance):
    """Layer normalization, a residual block, and an exponential diagonal."""

    lr, beta, update = 1e-3, 0.5, staticmethod(adabelief)
    betas, eps = (0.9, 0.999), 1e-16
    shapes = {"encode.0": (784, 256), "encode.3": (256, 256), "encode.6": (256, 5),
              "decode.0": (2, 256), "decode.2": (256, 10)}
    norms = {"encode.1": 256, "encode.4": 256}

    def statistics(self, net, x):
        first = relu(net.layer_norm("encode.1", net.linear("encode.0", x)))
        second = relu(net.layer_norm("encode.4", net.linear("encode.3", first)))
        return net.linear("encode.6", first + second)

    def sigma(self, rho):
        return jnp.exp(rho)

    def decode(self, net, z):
        return net.mlp(z, "decode.0", "decode.2")


class Cnn28(Network):
    """Two convolutions with max pooling."""

    low, average = 0.0, 0.999
    shapes = {"encode.0": (5, 5, 1, 32), "encode.3": (5, 5, 32, 64), "encode.7": (3136, 256),
              "encode.9": (256, 64), "decode.0": (32, 10)}

    def statistics(self, net, x):
        x = x.reshape(-1, 28, 28, 1)
        for name in "encode.0", "encode.3":
            x = pool(relu(net.convolve(name, x, 1)))
        return net.mlp(x.reshape(len(x), -1), "encode.7", "encode.9")


def divergence(mu, sigma, mean, log_s):
    """From a normal of the mean `mean` and the standard deviation exp(`log_s`), in nats."""
    square = (sigma**2 + (mu - mean) ** 2) * jnp.exp(-2 * log_s)
    return (square - 1 - 2 * jnp.log(sigma) + 2 * log_s).sum(-1) / 2


class Ceb(Network):
    """Fischer 2020, arXiv:2002.05379: the rate is that from a normal for each class."""

    low, lr, betas, clip = 0.0, 1e-3, (0.9, 0.999), 5.0
    shapes = {"encode.0": (784, 1024), "encode.3": (1024, 512), "encode.6": (512, 4),
              "decode.0": (4, 128), "decode.2": (128, 10)}
    norms = {"encode.1": 1024, "encode.4": 512}

    def initialize(self, key):
        normals = {f"backward.{name}": jnp.zeros((10, 4)) for name in ("mean", "log_sigma")}
        return {**super().initialize(key), **normals}

    def running(self):
        return {f"{name}.running_{key}": jnp.full(features, value)
                for name, features in self.norms.items() for key, value in (("mean", 0.0), ("var", 1.0))}

    def beta_at(self, epochs):
        return 0.1 ** jnp.minimum(1.0, epochs / 10)

    def posterior(self, net, x):
        for linear, norm in ("encode.0", "encode.1"), ("encode.3", "encode.4"):
            x = relu(net.batch_norm(norm, net.linear(linear, x)))
        mu = net.linear("encode.6", x)
        return mu, jnp.ones_like(mu)

    def decode(self, net, z):
        return net.mlp(z, "decode.0", "decode.2")

    def rate(self, net, mu, sigma, z, labels):
        prior = (net.weights[f"backward.{name}"][labels] for name in ("mean", "log_sigma"))
        return divergence(mu, sigma, *prior)


class Nonlinear(Network):
    """Kolchinsky et al. 2019, arXiv:1705.02436: the square of an estimate of the information by the
    pairs of the batch, from means with one learned deviation."""

    lr, betas, beta = 1e-3, (0.9, 0.999), 0.05
    shapes = {"encode.0": (784, 128), "encode.2": (128, 128), "encode.4": (128, 10),
              "decode.0": (10, 128), "decode.2": (128, 10)}

    def initialize(self, key):
        return {**super().initialize(key), "encode.sigma": jnp.zeros(())}

    def posterior(self, net, x):
        return net.mlp(x, "encode.0", "encode.2", "encode.4"), jnp.exp(net.weights["encode.sigma"])

    def decode(self, net, z):
        return net.mlp(z, "decode.0", "decode.2")

    def rate(self, net, mu, sigma, z, labels):
        distances = (((mu[:, None] - mu) / sigma) ** 2).sum(-1)
        return -jnp.log(jnp.exp(-distances / 2).mean(-1))

    def cost(self, rate):
        return rate**2


class BetaVae(Network):
    """Higgins et al. 2017: the target is the image, of independent Bernoulli variables."""

    low, shift, lr, betas, beta = 0.0, 0.0, 1e-3, (0.9, 0.999), 4.0
    shapes = {"encode.0": (4, 4, 1, 32), "encode.2": (4, 4, 32, 64), "encode.5": (3136, 256),
              "encode.7": (256, 20), "decode.0": (10, 256), "decode.2": (256, 3136),
              "decode.5": (4, 4, 64, 32), "decode.7": (4, 4, 32, 1)}

    def statistics(self, net, x):
        x = x.reshape(-1, 28, 28, 1)
        for name in "encode.0", "encode.2":
            x = relu(net.convolve(name, x, 2))
        return net.mlp(x.reshape(len(x), -1), "encode.5", "encode.7")

    def decode(self, net, z):
        x = relu(net.mlp(z, "decode.0", "decode.2")).reshape(-1, 7, 7, 64)
        x = net.transposed("decode.7", relu(net.transposed("decode.5", x)))
        return x.reshape(len(x), -1)

    def objective(self, logits, x, labels):
        return (jax.nn.softplus(logits) - logits * x).sum(-1)


def log_density(z, mean, log_s):
    """Of normals, without the constant."""
    return -(((z - mean) * jnp.exp(-log_s)) ** 2 / 2 + log_s).sum(-1)


class MixtureVae(BetaVae):
    """The same with a learned mixture of 20 normals as the prior."""

    beta = 1.0

    def initialize(self, key):
        prior = {"prior.mean": jax.random.normal(key, (20, 10)) / 2,
                 "prior.log_sigma": jnp.zeros((20, 10)), "prior.logits": jnp.zeros(20)}
        return {**super().initialize(key), **prior}

    def rate(self, net, mu, sigma, z, labels):
        mean, log_s, logits = (net.weights[f"prior.{name}"] for name in ("mean", "log_sigma", "logits"))
        components = log_density(z[:, None], mean, log_s)
        return log_density(z, mu, jnp.log(sigma)) - logsumexp(components + log_softmax(logits), -1)


class VampVae(BetaVae):
    """Tomczak and Welling 2018, arXiv:1705.07120: the prior is the mean of the posteriors of 100
    learned images."""

    beta = 1.0

    def initialize(self, key):
        return {**super().initialize(key), "prior.inputs": jax.random.uniform(key, (100, 784))}

    def rate(self, net, mu, sigma, z, labels):
        mean, deviation = self.posterior(net, net.weights["prior.inputs"])
        components = log_density(z[:, None], mean, jnp.log(deviation))
        prior = logsumexp(components, -1) - jnp.log(len(mean))
        return log_density(z, mu, jnp.log(sigma)) - prior


class Vectors(Network):
    """A network that predicts a number or a class of each vector."""

    lr, betas = 1e-3, (0.9, 0.999)

    def scale(self, x):
        return x


class Distributed(Vectors):
    """Murphy and Bassett 2022, arXiv:2204.07576: each feature has a bottleneck of its own."""

    beta = 3.0
    shapes = {f"{part}.{2 * i}": shape for part, widths in
              [*((f"encode_{feature}", (1, 64, 64, 16)) for feature in "abcd"), ("decode", (32, 64, 64, 1))]
              for i, shape in enumerate(zip(widths, widths[1:]))}

    def beta_at(self, epochs):
        return 1e-3 * (self.beta / 1e-3) ** jnp.minimum(1.0, epochs / 100)

    def layers(self, net, x, part):
        names = [f"{part}.{layer}" for layer in (0, 2, 4)]
        return net.mlp(x, *names, activation=jax.nn.leaky_relu)

    def posterior(self, net, x):
        each = [self.layers(net, x[:, i : i + 1], f"encode_{feature}") for i, feature in enumerate("abcd")]
        mu, rho = jnp.stack(each, 1).reshape(-1, 4, 2, 8).transpose(2, 0, 1, 3).reshape(2, -1, 32)
        return mu, jnp.exp(rho / 2)

    def sample(self, mu, sigma, draws):
        return mu + sigma * draws.normal(mu, streams=4)

    def decode(self, net, z):
        return self.layers(net, z, "decode")

    def objective(self, logits, x, labels):
        return (jax.nn.softplus(logits) - logits * labels).sum(-1)


class Fair(Vectors):
    """The decoder sees z and the feature s that z should not tell."""

    beta = 1e-2
    shapes = {"encode.0": (13, 100), "encode.2": (100, 4), "decode.0": (3, 100), "decode.2": (100, 1)}

    def statistics(self, net, x):
        return net.mlp(x[:, :13], "encode.0", "encode.2", activation=jnp.tanh)

    def sigma(self, rho):
        return jnp.exp(rho / 2)

    def predict(self, net, z, x):
        z = jnp.concatenate([z, x[:, 13:]], 1)
        return net.mlp(z, "decode.0", "decode.2", activation=jnp.tanh)

    objective = Distributed.objective


class Vibert(Vectors):
    """Mahabadi et al. 2021, arXiv:2106.05469: the head, on the features of a sentence."""

    shift, lr, beta = 0.0, 2e-5, 2.5e-3
    shapes = {"mlp.0": (768, 612), "mlp.2": (612, 456), "estimate": (456, 288), "classifier": (144, 2)}

    def initialize(self, key):
        prior = {f"prior.{name}": jnp.zeros(144) for name in ("mean", "log_sigma")}
        return {**super().initialize(key), **prior}

    def beta_at(self, epochs):
        return 1e-4 + (self.beta - 1e-4) * jnp.minimum(1.0, epochs / 24)

    def statistics(self, net, x):
        return net.linear("estimate", relu(net.mlp(net.draws.dropout(x, 0.1, 0), "mlp.0", "mlp.2")))

    def sample(self, mu, sigma, draws):
        return mu + sigma * draws.normal(jnp.broadcast_to(mu, (5, *mu.shape)))

    def decode(self, net, z):
        return net.linear("classifier", z)

    def objective(self, logits, x, labels):
        return cross_entropy(logits, jnp.broadcast_to(labels, logits.shape[:-1]))

    def rate(self, net, mu, sigma, z, labels):
        prior = (net.weights[f"prior.{name}"] for name in ("mean", "log_sigma"))
        return divergence(mu, sigma, *prior)


class Regression(Vectors):
    """A normal likelihood, whose standard deviation is learned."""

    average = 0.99
    shapes = {"encode.0": (8, 64), "encode.2": (64, 64), "encode.4": (64, 8), "decode.0": (4, 1)}

    def initialize(self, key):
        return {**super().initialize(key), "decode.noise": jnp.zeros(())}

    def statistics(self, net, x):
        return net.mlp(x, "encode.0", "encode.2", "encode.4", activation=jnp.tanh)

    def decode(self, net, z):
        """The mean of the target and the logarithm of its standard deviation."""
        return net.linear("decode.0", z), net.weights["decode.noise"]

    def objective(self, normal, x, labels):
        mean, log_s = normal
        square = ((labels - mean) * jnp.exp(-log_s)) ** 2
        return square / 2 + log_s + jnp.log(2 * jnp.pi) / 2


class Spread(Regression):
    """The decoder computes the standard deviation, too."""

    shapes = {**Regression.shapes, "decode.0": (4, 2)}

    def initialize(self, key):
        return Vectors.initialize(self, key)

    def decode(self, net, z):
        mean, rho = jnp.split(net.linear("decode.0", z), 2, -1)
        return mean, jnp.log(jax.nn.softplus(rho))


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
    "beta_vae": BetaVae,
    "mixture_vae": MixtureVae,
    "nonlinear": Nonlinear,
    "vamp_vae": VampVae,
    "distributed": Distributed,
    "fair": Fair,
    "vibert": Vibert,
    "regression": Regression,
    "spread": Spread,
}


def make_state(net, weights):
    """What training changes: the weights, the moments and averages of each, the running statistics."""
    parts = ("moments1", "moments2") + (() if net.average is None else ("averages",))
    zeros = {part: jax.tree.map(jnp.zeros_like, weights) for part in parts}
    return {"weights": weights, **zeros, "running": net.running(), "step": jnp.zeros((), jnp.int32)}


def make_step(net):
    """(state, images, labels, epochs since the start, draws) -> (state, the objective and the rate)."""
    beta1, beta2 = net.betas

    def step(state, images, labels, epochs, draws):
        def loss_of(weights):
            run = Pass(weights, state["running"], draws)
            numbers = images.astype(next(iter(weights.values())).dtype)
            objective, rate = net.forward(run, numbers, labels)
            return objective + net.beta_at(epochs) * net.cost(rate), (run.running, (objective, rate))

        (_, (running, found)), gradients = jax.value_and_grad(loss_of, has_aux=True)(state["weights"])
        if net.clip is not None:
            norm = jnp.sqrt(sum((gradient**2).sum() for gradient in gradients.values()))
            factor = jnp.minimum(1, net.clip / (norm + 1e-6))  # As PyTorch does.
            gradients = {name: factor * gradient for name, gradient in gradients.items()}
        done = state["step"] + 1
        new = {part: {} for part in state if part not in ("running", "step")}
        for name, weight in state["weights"].items():
            moments = state["moments1"][name], state["moments2"][name]
            t = done.astype(weight.dtype)
            w, m, v = net.update(gradients[name], weight, *moments, net.rate_of_learning(epochs),
                                 beta1, beta2, net.eps, 1 - beta1**t, 1 - beta2**t)
            new["weights"][name], new["moments1"][name], new["moments2"][name] = w, m, v
            if net.average is not None:
                follow = (1 - net.average) / (1 - net.average**t)
                mean = state["averages"][name]
                new["averages"][name] = mean + follow * (w - mean)
        return {**new, "running": running, "step": done}, found

    return step
