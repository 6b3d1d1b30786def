"""A case is a network with a bottleneck whose step is compared: an encoder of linear layers,
which may follow stages of convolutions, and a linear decoder. All cases are trained with Adam
and an average of the weights, on uint8 images."""

import dataclasses
import math
import pathlib

root = pathlib.Path(__file__).resolve().parents[2]


@dataclasses.dataclass(frozen=True)
class Case:
    name: str
    side: int  # The images are side x side x channels.
    hidden: tuple
    latents: int
    batch: int
    channels: int = 1
    # The output channels of the convolutions of each stage. A stage ends with a max pooling of
    # 2 x 2, a convolution with a ReLU.
    stages: tuple = ()
    kernel: int = 3
    low: float = -1.0  # The bytes are scaled to [low, 1].
    classes: int = 10
    beta: float = 1e-3
    lr: float = 1e-4
    beta1: float = 0.5
    beta2: float = 0.999
    eps: float = 1e-8
    average: float = 0.999

    @property
    def inputs(self):
        return self.side * self.side * self.channels

    @property
    def convolutions(self):
        """(side of the image, input channels, output channels) of each convolution."""
        found, side, width = [], self.side, self.channels
        for stage in self.stages:
            for channels in stage:
                found.append((side, width, channels))
                width = channels
            side //= 2
        return found

    @property
    def linears(self):
        """(inputs, outputs) of each linear layer."""
        features = self.inputs
        if self.stages:
            features = (self.side >> len(self.stages)) ** 2 * self.stages[-1][-1]
        widths = [features, *self.hidden, 2 * self.latents]
        return [*zip(widths, widths[1:]), (self.latents, self.classes)]

    @property
    def shapes(self):
        """The shapes of all weights: [kernel, kernel, inputs, outputs] of a convolution,
        [inputs, outputs] of a linear layer."""
        windows = [(self.kernel, self.kernel, *c[1:]) for c in self.convolutions]
        return windows + self.linears

    @property
    def outline(self):
        """The widths of the layers, as a title shows them."""
        parts = [str(self.linears[0][0])]
        if self.stages:
            channels = ", pool, ".join(
                ", ".join(map(str, stage)) for stage in self.stages
            )
            parts = [
                f"{self.side} × {self.side} × {self.channels}",
                f"{self.kernel} × {self.kernel} convolutions {channels}, pool",
            ]
        parts += [*map(str, self.hidden), f"K = {self.latents}"]
        return " → ".join(parts)

    @property
    def flops(self):
        """The operations of a step's contractions: for each layer the forward pass, the
        gradient of its weights, and, except in the first layer, that of its input."""
        places = [side * side for side, _, _ in self.convolutions]
        places += [1] * len(self.linears)
        products = [n * math.prod(shape) for n, shape in zip(places, self.shapes)]
        return 2.0 * self.batch * (3 * sum(products) - products[0])

    def for_peer(self):
        return {
            **dataclasses.asdict(self),
            "inputs": self.inputs,
            "shapes": self.shapes,
            "flops": self.flops,
        }

    def convolution_lines(self):
        """The lines of the stages and of the flattening, and the number of layers, counted as
        PyTorch's Sequential counts them."""
        lines, value, index, side = [], "%x", 0, self.side
        width = self.channels
        for stage in self.stages:
            for channels in stage:
                image = f"{side}x{side}"
                lines += [
                    f"    %c{index} = vib.conv2d {value} @encode.{index}"
                    f" kernel({self.kernel}, {self.kernel}) channels({channels})"
                    f" padding(same) : tensor<?x{image}x{width}xf32>",
                    f"    %a{index} = vib.relu %c{index}"
                    f" : tensor<?x{image}x{channels}xf32>",
                ]
                value, width, index = f"%a{index}", channels, index + 2
            lines.append(
                f"    %p{index} = vib.max_pool {value} window(2, 2)"
                f" : tensor<?x{side}x{side}x{width}xf32>"
            )
            value, index, side = f"%p{index}", index + 1, side // 2
        if self.stages:
            lines.append(
                f"    %f = vib.flatten {value} : tensor<?x{side}x{side}x{width}xf32>"
            )
            value, index = "%f", index + 1
        return lines, value, index

    def text(self):
        """The text of the model file."""
        lines, value, first = self.convolution_lines()
        for index, (inputs, width) in enumerate(self.linears[:-2]):
            lines += [
                f"    %h{index} = vib.linear {value} @encode.{first + 2 * index} [{width}]"
                f" : tensor<?x{inputs}xf32>",
                f"    %r{index} = vib.relu %h{index} : tensor<?x{width}xf32>",
            ]
            value = f"%r{index}"
        last, side = self.linears[-2], f"{self.side}x{self.side}"
        image = f"tensor<?x{side}xui8>"
        scaled = f"tensor<?x{self.inputs}xf32>"
        if self.stages:
            image = f"tensor<?x{side}x{self.channels}xui8>"
            scaled = f"tensor<?x{side}x{self.channels}xf32>"
        k, q = self.latents, f"!vib.normal<{self.latents}>"
        return "\n".join(
            [
                f"vib.model @{self.name}(%image: {image}, %digit: tensor<?xi32>) {{",
                f"  %x = vib.scale %image to [{self.low}, 1.0] : {image} -> {scaled}",
                f"  %q = vib.encoder %x : {scaled} -> {q} {{",
                *lines,
                f"    %s = vib.linear {value} @encode.{first + 2 * len(self.hidden)}"
                f" [{last[1]}] : tensor<?x{last[0]}xf32>",
                f"    %n = vib.normal %s softplus(-5.0) : tensor<?x{last[1]}xf32>",
                f"    vib.yield %n : {q}",
                "  }",
                f"  %z = vib.reparameterize %q : {q} -> tensor<?x{k}xf32>",
                f"  %logits = vib.linear %z @decode.0 [{self.classes}]"
                f" : tensor<?x{k}xf32>",
                f"  %p = vib.categorical %logits : tensor<?x{self.classes}xf32>",
                f"  %ce = vib.nll %p, %digit : !vib.categorical<{self.classes}>,"
                " tensor<?xi32>",
                f"  %rate = vib.kl %q, #vib.standard_normal : {q}",
                f"  vib.loss %ce + @beta({self.beta:e}) * %rate",
                "}",
                f"vib.train @{self.name} batch({self.batch}) epochs(10) {{",
                f"  optimizer = #vib.adam<lr = {self.lr:e}, beta1 = {self.beta1},"
                f" beta2 = {self.beta2}, eps = {self.eps:e}>,",
                f"  schedule = #vib.staircase<rate = 0.97, epochs = 2>,"
                f" average = {self.average}, seed = 0 }}",
                "",
            ]
        )


@dataclasses.dataclass(frozen=True)
class Example:
    """A model of examples/, with the settings of its file, on the images of MNIST or on vectors.
    Its networks in the frameworks are those of examples_torch.py and examples_jax.py."""

    name: str
    outline: str
    latents: int
    batch: int = 100
    folder: str = ""  # That of its name, if it is not given.
    inputs: int = 0  # The numbers of a row that is a vector.
    classes: int = 10  # 0 where a number is learned.

    # Only the program counts its operations.
    flops = None

    def for_peer(self):
        return {"example": self.name, "of_vectors": self.inputs > 0, "inputs": self.inputs or 784,
                "stages": (), "classes": self.classes, "batch": self.batch}

    def text(self):
        path = root / "examples" / (self.folder or self.name) / f"{self.name}.mlir"
        return path.read_text()


toynet = Case("toynet", 28, (1024, 1024), 256, batch=100)
digits = Case("digits", 8, (32,), 2, batch=32)
wide_batch = dataclasses.replace(toynet, batch=1000)
# Those of examples.
cnn28 = Case(
    "cnn28", 28, (256,), 32, 100, stages=((32,), (64,)), kernel=5, low=0.0
)
cnn32 = Case(
    "cnn32", 32, (256,), 64, 100, 3, ((32, 32), (64, 64), (128, 128)), low=0.0
)
# The others of examples: those that read vectors, and those that take MNIST, the smallest first.
wide = "784 → 1024 → 1024"
images = "28 × 28 → 4 × 4 convolutions 32, 64 → 256 → K = 10, and back"
examples = [
    Example("regression", "8 → 64 → 64 → K = 4", 4, 32, "", 8, 0),
    Example("spread", "8 → 64 → 64 → K = 4, computed spread", 4, 32, "regression", 8, 0),
    Example("distributed", "4 × (1 → 64 → 64 → K = 8) → 64 → 64", 32, 64, "", 4, 0),
    Example("fair", "13 → 100 → K = 2, with s → 100", 2, 1024, "", 14, 0),
    Example("vibert", "768 → 612 → 456 → K = 144, 5 samples", 144, 8, "", 768, 2),
    Example("nonlinear", "784 → 128 → 128 → K = 10 → 128, pairs", 10, 128, "nonlinear_ib"),
    Example("vibdemo2021", "784 → 256 → 256 → K = 2, full covariance, AdaBelief", 2),
    Example("ceb", "784 → 1024 → 512, batch normalization → K = 4", 4),
    Example("toynet-k2", f"{wide} → K = 2, full covariance", 2),
    Example("deterministic", f"{wide} → 10", 1024, folder="baselines"),
    Example("dropout", f"{wide} → 10", 1024, folder="baselines"),
    Example("smoothing", f"{wide} → 10", 1024, folder="baselines"),
    Example("penalty", f"{wide} → 10", 1024, folder="baselines"),
    Example("beta_vae", images, 10),
    Example("mixture_vae", f"{images}, 20 components", 10),
    Example("vamp_vae", f"{images}, 100 pseudo-inputs", 10),
]


def sweep(quick):
    """Yields (size, what grows, its value, case): the cost for growing batches and for
    growing numbers of latents."""
    sizes = {
        "small": dataclasses.replace(digits, batch=128),
        "medium": Case("medium", 28, (256, 256), 32, batch=128),
        "large": dataclasses.replace(toynet, name="large", batch=128),
    }
    batches, latents = (32, 128, 512, 1024, 4096), (2, 8, 32, 128, 512, 1024)
    if quick:
        sizes = {"small": sizes["small"]}
        batches, latents = batches[:2], latents[:2]
    for size, case in sizes.items():
        for batch in batches:
            yield size, "batch", batch, dataclasses.replace(case, batch=batch)
        for k in latents:
            yield size, "K", k, dataclasses.replace(case, latents=k)
