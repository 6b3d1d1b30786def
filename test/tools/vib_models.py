"""Random valid models by the grammar of the language."""
import random

ACTIVATIONS = ("relu", "tanh", "sigmoid", "gelu", "softplus")
MORE_ACTIVATIONS = ("leaky_relu", "elu", "silu", "selu")
NUMBERS = {"leaky_relu": "slope", "elu": "alpha"}
WIDTHS = (1, 2, 3, 5, 7, 8, 13, 16, 17, 24, 31, 32, 33, 48, 64, 68, 100)


class Model:
    """The text of a model, and the properties that its data needs."""

    def __init__(self, seed):
        self.random = random.Random(seed)
        r = self.random
        self.precision = r.choice(("f64", "f64", "f64", "f32", "f32", "bf16"))
        self.type = "f64" if self.precision == "f64" else "f32"
        self.batch = r.choice((1, 2, 3, 5, 8, 16, 29, 40, 64, 100))
        self.samples = r.choice((1, 1, 1, 2, 3, 5))
        self.full = r.random() < 0.3
        self.bytes = r.random() < 0.25
        self.classes = r.random() < 0.7
        # Of its own, so that the other models stay the same.
        self.extra = random.Random(seed + 2**33)
        self.positions = self.extra.random() < 0.25
        self.windows = random.Random(seed + 2**32)
        self.images = self.windows.random() < 0.25
        self.several = random.Random(seed + 2**34)
        self.spreads = random.Random(seed + 2**38)
        self.functions = random.Random(seed + 2**39)
        self.has_second = self.several.random() < 0.25
        self.moves = random.Random(seed + 2**35)
        self.moves_features = self.moves.random() < 0.25
        self.averages = self.moves.random() < 0.4
        self.layer = random.Random(seed + 2**36)
        self.later = random.Random(seed + 2**37)
        self.transposes = self.later.random() < 0.4
        self.is_bernoulli = not self.classes and self.later.random() < 0.4
        self.priors = random.Random(seed + 2**41)
        self.wide = random.Random(seed + 2**45)
        self.newest = random.Random(seed + 2**42)
        self.variables = random.Random(seed + 2**43)
        self.pairs = random.Random(seed + 2**46)
        self.tokens = random.Random(seed + 2**47)
        self.has_bypass = self.tokens.random() < 0.15
        self.has_dual = self.tokens.random() < 0.15
        self.vamps = random.Random(seed + 2**48)
        self.products = random.Random(seed + 2**49)
        self.is_laplace = (not self.classes and not self.is_bernoulli
                           and random.Random(seed + 2**40).random() < 0.3)
        self.text = ""
        # A model must have parameters.
        while not any(op in self.text for op in ("vib.linear", "vib.mlp", "@decode.noise")):
            self.names = 0
            self.lines = []
            self.has_tau = False
            self.figure = "rate"  # That of the first posterior's divergence.
            self.write()

    # ---- Values

    def name(self):
        self.names += 1
        return f"%v{self.names}"

    def tensor(self, *shape, element=None):
        return "tensor<" + "x".join(["?", *map(str, shape), element or self.type]) + ">"

    def add(self, line, indent):
        self.lines.append("  " * indent + line)

    def linear(self, value, width, outputs, layer, indent):
        result = self.name()
        self.add(f"{result} = vib.linear {value} @{layer} : {self.tensor(width)} -> "
                 f"{self.tensor(outputs)}", indent)
        return result

    def kind(self, r):
        """The name of an activation: chosen by `r`, or sometimes one of the others."""
        kind = r.choice(ACTIVATIONS)
        return self.layer.choice(MORE_ACTIVATIONS) if self.layer.random() < 0.25 else kind

    def activate(self, value, shape, indent, r):
        result, kind, number = self.name(), self.kind(r), ""
        if kind in NUMBERS and self.layer.random() < 0.5:
            number = f" {NUMBERS[kind]}({self.layer.choice(('0.0', '0.2', '1.5'))})"
        self.add(f"{result} = vib.{kind} {value}{number} : {self.tensor(*shape)}", indent)
        return result

    def norm(self, value, shape, layer, indent):
        """Sometimes a normalization or dropout. Of few numbers, a normalization leaves only
        differences that cancel, and a batch norm makes the gradient of a bias before it 0."""
        r = self.layer
        kind = r.choice(("", "", "", "dropout", "layer_norm", "batch_norm"))
        if kind == "batch_norm" and not any(f"vib.{name} " in self.lines[-1]
                                            for name in ACTIVATIONS + MORE_ACTIVATIONS):
            return value
        clause = f" @{layer}"
        if kind == "dropout":
            clause = f" p({r.choice(('0.1', '0.5'))})"
        elif not kind or (shape[-1] < 5 if kind == "layer_norm" else self.batch < 8):
            return value
        elif r.random() < 0.5:
            clause += " eps(1.0e-3)"
        result = self.name()
        self.add(f"{result} = vib.{kind} {value}{clause} : {self.tensor(*shape)}", indent)
        return result

    def activation(self, value, width, indent):
        return self.activate(value, [width], indent, self.random)

    def join(self, lhs, rhs, width, indent):
        op, result = "mul" if self.products.random() < 0.2 else "add", self.name()
        self.add(f"{result} = vib.{op} {lhs}, {rhs} : {self.tensor(width)}", indent)
        return result

    def residual(self, value, width, layer, indent):
        """A block that adds to its input; sometimes applied twice, with the same layer."""
        r = self.random
        kind = self.kind(r)
        for _ in range(r.choice((1, 1, 2))):
            inner = self.linear(value, width, width, layer, indent)
            result = self.name()
            self.add(f"{result} = vib.{kind} {inner} : {self.tensor(width)}", indent)
            value = self.join(*r.sample((value, result), 2), width, indent)
        return value

    def layers(self, value, width, most, part, indent):
        """Up to `most` layers; returns the value, its width and the next layer."""
        r, number = self.random, 0
        if most and r.random() < 0.3:
            widths = [r.choice(WIDTHS) for _ in range(r.randint(1, most))]
            result = self.name()
            self.add(f"{result} = vib.mlp {value} @{part} {self.kind(r)} "
                     f"{widths} : {self.tensor(width)}", indent)
            return result, widths[-1], 2 * len(widths)
        for _ in range(r.randint(0, most)):
            outputs = r.choice(WIDTHS)
            value = self.linear(value, width, outputs, f"{part}.{number}", indent)
            width, number = outputs, number + 1
            for _ in range(r.choice((0, 1, 1, 1, 2))):
                value = self.activation(value, width, indent)
                number += 1
            value = self.norm(value, [width], f"{part}.{number}.norm", indent)
            if r.random() < 0.25:
                value = self.residual(value, width, f"{part}.{number}", indent)
                number += 1
        return value, width, number

    def at_positions(self, value, shape):
        """Layers that keep all dimensions but the last; returns the flattened result."""
        r, places = self.extra, shape[:-1]
        width = shape[-1]
        for number in range(r.randint(1, 3)):
            outputs, result = r.choice((width, *WIDTHS)), self.name()
            self.add(f"{result} = vib.linear {value} @positions.{number} : "
                     f"{self.tensor(*places, width)} -> {self.tensor(*places, outputs)}", 1)
            if r.random() < 0.7:
                result = self.activate(result, [*places, outputs], 1, r)
            result = self.norm(result, [*places, outputs], f"positions.{number}.norm", 1)
            if outputs == width and r.random() < 0.7:
                inner, result = result, self.name()
                self.add(f"{result} = vib.add {inner}, {value} : "
                         f"{self.tensor(*places, width)}", 1)
            value, width = result, outputs
        for extent in places:
            width *= extent
        result = self.name()
        self.add(f"{result} = vib.flatten {value} : "
                 f"{self.tensor(*places, width // self.count(places))}", 1)
        return result, width

    @staticmethod
    def count(extents):
        product = 1
        for extent in extents:
            product *= extent
        return product

    def widen(self, channels):
        """Channels of which the operands of a convolution are bf16, in some models."""
        if self.precision != "bf16" or self.wide.random() < 0.3:
            return channels
        return self.wide.choice((32, 33, 40, 48))

    def convolution(self, value, shape, layer):
        """A random convolution of images [height, width, channels]."""
        r = self.windows
        kernel, stride, dilation, padding, extents = [], [], [], [], []
        for size in shape[:2]:
            while True:
                k, s, d = r.choice((1, 2, 3, 5)), r.choice((1, 1, 2, 3)), r.choice((1, 1, 2))
                reach = (k - 1) * d + 1
                low, high = r.randrange(min(reach, 4)), r.randrange(min(reach, 4))
                if size + low + high >= reach:
                    break
            kernel.append(k)
            stride.append(s)
            dilation.append(d)
            padding += [low, high]
            extents.append((size + low + high - reach) // s + 1)
        channels = self.widen(r.choice((1, 2, 3, 8, 16, 20, 32, 40)))
        channels, groups = self.groups(shape[2], channels)
        result = self.name()
        self.add(f"{result} = vib.conv2d {value} @{layer} kernel({kernel[0]}, {kernel[1]}) "
                 f"channels({channels}) stride({stride[0]}, {stride[1]}) padding({padding}) "
                 f"dilation({dilation[0]}, {dilation[1]}){groups} : {self.tensor(*shape)}", 1)
        return result, [*extents, channels]

    def groups(self, inputs, outputs):
        """The channels of a convolution, which is sometimes in groups or depthwise."""
        r = self.newest
        if r.random() < 0.15:
            return inputs * r.choice((1, 1, 2)), f" groups({inputs})"
        common = [n for n in range(2, inputs + 1) if inputs % n == 0 and outputs % n == 0]
        return outputs, f" groups({r.choice(common)})" if common and r.random() < 0.3 else ""

    def transposed(self, value, shape, layer):
        """A random transposed convolution."""
        r = self.later
        kernel, stride, dilation, padding, more, extents = [], [], [], [], [], []
        for size in shape[:2]:
            while True:
                k, s, d = r.choice((1, 2, 3)), r.choice((1, 2, 3)), r.choice((1, 1, 2))
                reach = (k - 1) * d + 1
                low, high, extra = r.randrange(reach), r.randrange(reach), r.randrange(max(s, d))
                extent = (size - 1) * s + reach - low - high + extra
                if extent > 0:
                    break
            kernel.append(k)
            stride.append(s)
            dilation.append(d)
            padding += [low, high]
            more.append(extra)
            extents.append(extent)
        channels = self.widen(r.choice((1, 2, 3, 8, 16, 20)))
        channels, groups = self.groups(shape[2], channels)
        result = self.name()
        self.add(f"{result} = vib.conv_transpose2d {value} @{layer} kernel({kernel[0]}, "
                 f"{kernel[1]}) channels({channels}) stride({stride[0]}, {stride[1]}) "
                 f"padding({padding}) output_padding({more[0]}, {more[1]}) "
                 f"dilation({dilation[0]}, {dilation[1]}){groups} : {self.tensor(*shape)}", 1)
        return result, [*extents, channels]

    def network(self, value, shape):
        """Convolutions and pooling in a short form."""
        r, result = self.later, self.name()
        channels = [str(r.choice((1, 2, 8, 16))) for _ in range(r.randint(1, 2))]
        pools = min(shape[:2]) > 1 and r.random() < 0.5
        self.add(f"{result} = vib.cnn {value} @network {r.choice(ACTIVATIONS)} kernel(3, 3) "
                 f"padding(same) [{', '.join(channels + ['pool'] * pools)}] : "
                 f"{self.tensor(*shape)}", 1)
        return result, [*(size // 2 if pools else size for size in shape[:2]), int(channels[-1])]

    def pooling(self, value, shape):
        r = self.windows
        window = [r.choice([n for n in (1, 2, 3) if n <= size]) for size in shape[:2]]
        stride = window if r.random() < 0.6 else [r.choice((1, 2)) for _ in window]
        result = self.name()
        kind = "avg" if self.averages and self.moves.random() < 0.6 else "max"
        self.add(f"{result} = vib.{kind}_pool {value} window({window[0]}, {window[1]}) "
                 f"stride({stride[0]}, {stride[1]}) : {self.tensor(*shape)}", 1)
        return result, [(size - n) // s + 1 for size, n, s in zip(shape, window, stride)] + [shape[2]]

    def feature_map(self, value, shape):
        """Layers with windows; returns the flattened result and its width."""
        r = self.windows
        if self.transposes and self.later.random() < 0.3:
            value, shape = self.network(value, shape)
        for number in range(r.randint(1, 3)):
            if self.transposes and max(shape[:2]) < 12 and self.later.random() < 0.5:
                value, shape = self.transposed(value, shape, f"transposed.{number}")
            value, shape = self.convolution(value, shape, f"images.{number}")
            if r.random() < 0.8:
                value = self.activate(value, shape, 1, r)
            value = self.norm(value, shape, f"images.{number}.norm", 1)
            if r.random() < 0.5:
                value, shape = self.pooling(value, shape)
        result = self.name()
        if self.averages and self.moves.random() < 0.5:
            self.add(f"{result} = vib.global_avg_pool {value} : {self.tensor(*shape)}", 1)
            return result, shape[2]
        self.add(f"{result} = vib.flatten {value} : {self.tensor(*shape)}", 1)
        return result, shape[0] * shape[1] * shape[2]

    def moved(self, value, width, layer):
        """Takes features apart and puts them together; returns the result and its width."""
        r = self.moves
        for number in range(r.randint(1, 3)):
            kind = r.choice(("slice", "concat", "twins", "reshape", "image"))
            result = self.name()
            if kind == "slice":
                begin = r.randrange(width)
                end = r.randint(begin + 1, width)
                self.add(f"{result} = vib.slice {value} [{begin} : {end}] : "
                         f"{self.tensor(width)}", 1)
                width = end - begin
            elif kind == "concat":
                count = r.choice((2, 2, 3))
                types = ", ".join([self.tensor(width)] * count)
                self.add(f"{result} = vib.concat {', '.join([value] * count)} : {types}", 1)
                width *= count
            elif kind == "twins":
                # Two tensors that begin with the same part.
                types, halves = ", ".join([self.tensor(width)] * 2), []
                for op in ("vib.tanh", "vib.sigmoid"):
                    part, half = self.name(), self.name()
                    self.add(f"{part} = {op} {value} : {self.tensor(width)}", 1)
                    self.add(f"{half} = vib.concat {value}, {part} : {types}", 1)
                    halves.append(half)
                width *= 2
                op = r.choice(("add", "mul"))
                self.add(f"{result} = vib.{op} {', '.join(halves)} : {self.tensor(width)}", 1)
            else:
                size = r.choice([n for n in range(1, width + 1) if width % n == 0])
                shape = [size, width // size]
                if kind == "image":
                    shape = [1, *shape] if r.random() < 0.5 else [*shape, 1]
                order = "channels_first " if kind == "image" and r.random() < 0.7 else ""
                self.add(f"{result} = vib.reshape {value} {order}{shape} : "
                         f"{self.tensor(width)}", 1)
                inner, result = result, self.name()
                outputs = r.choice((1, 2, 3, 5, 8))
                name = f"{layer}.{number}"
                if kind == "image":
                    kernel = [min(size, 3) for size in shape[:2]]
                    self.add(f"{result} = vib.conv2d {inner} @{name} kernel({kernel[0]}, "
                             f"{kernel[1]}) padding(same) channels({outputs}) : "
                             f"{self.tensor(*shape)}", 1)
                else:
                    self.add(f"{result} = vib.linear {inner} @{name} [{outputs}] : "
                             f"{self.tensor(*shape)}", 1)
                shape[-1] = outputs
                width = self.count(shape)
                inner, result = result, self.name()
                if r.random() < 0.5:
                    self.add(f"{result} = vib.flatten {inner} : {self.tensor(*shape)}", 1)
                else:
                    self.add(f"{result} = vib.reshape {inner} [{width}] : "
                             f"{self.tensor(*shape)}", 1)
            value = result
        return value, width

    # ---- Parts

    def write(self):
        r = self.random
        rank = r.choice((1, 1, 2, 3))
        self.shape = [r.choice((1, 2, 3, 5)) for _ in range(rank - 1)]
        self.shape.append(r.choice(WIDTHS))
        if self.positions:
            self.shape = [self.extra.choice((1, 2, 3, 4))
                          for _ in range(self.extra.choice((1, 1, 2)))]
            self.shape.append(self.extra.choice(WIDTHS))
        if self.images:
            self.shape = [self.windows.choice((1, 4, 7, 9, 12)) for _ in range(2)]
            self.shape.append(self.windows.choice((1, 2, 3, 16)))
        width = self.count(self.shape)
        shaped = self.positions or self.images
        element = "ui8" if self.bytes else self.type
        value = "%x"
        if self.bytes:
            low, high = r.choice((("-1.0", "1.0"), ("0.0", "1.0"), ("-0.5", "2.0")))
            value = self.name()
            self.add(f"{value} = vib.scale %x to [{low}, {high}] : "
                     f"{self.tensor(*self.shape, element='ui8')} -> "
                     f"{self.tensor(*self.shape) if shaped else self.tensor(width)}", 1)
        elif self.extra.random() < 0.2:
            value = self.name()
            self.add(f"{value} = vib.scale %x from [-1.0, 1.5] to [-2.0, 0.5] : "
                     f"{self.tensor(*self.shape)} -> "
                     f"{self.tensor(*self.shape) if shaped else self.tensor(width)}", 1)
        elif rank > 1 and not shaped:
            value = self.name()
            self.add(f"{value} = vib.flatten %x : {self.tensor(*self.shape)} -> "
                     f"{self.tensor(width)}", 1)
        self.read = self.scaled("%x", self.shape, width, shaped)
        if self.images:
            value, width = self.feature_map(value, self.shape)
        elif self.positions:
            value, width = self.at_positions(value, self.shape)
        if self.moves_features and (shaped or self.bytes or len(self.shape) == 1):
            value, width = self.moved(value, width, "moved")
        posterior = self.encoder(value, width)
        self.second_width = self.second_values = None
        self.features = value, width
        if self.has_second:
            self.second_encoder(value, width)
        likelihood = self.decoder(posterior)
        self.losses(posterior, likelihood)
        if self.has_second:
            self.second_rate()
        target = (self.tensor(element="i32") if self.classes
                  else self.tensor(self.outputs))
        self.text = "\n".join(
            [f"vib.model @random(%x: {self.tensor(*self.shape, element=element)}, "
             f"{self.second_argument()}%y: {target}) {{", *self.lines, "}", self.training(), ""])

    def scaled(self, argument, shape, width, keeps_shape):
        """What the network reads of an argument, and its type."""
        for line in self.lines:
            if f"= vib.scale {argument} " in line:
                return line.split()[0], self.tensor(*(shape if keeps_shape else [width]))
        return argument, self.tensor(*shape)

    def second_encoder(self, value, width):
        """A second posterior, of the same input or of another one."""
        own, r = self.random, self.several
        first = self.full, self.latents, self.normal
        self.random = r
        if r.random() < 0.6:
            self.second_width = width = r.choice(WIDTHS)
            self.second_bytes = r.random() < 0.5
            value = "%w"
            if self.tokens.random() < 0.4:
                value, width = self.embedded()
            elif self.second_bytes:
                value = self.name()
                self.add(f"{value} = vib.scale %w to [-1.0, 1.0] : "
                         f"{self.tensor(width, element='ui8')} -> {self.tensor(width)}", 1)
        self.second_read = (self.scaled("%w", [width], width, True) if self.second_width
                            else self.read)
        self.full = r.random() < 0.3
        posterior = self.encoder(value, width, "second")
        self.second = posterior, self.latents, self.normal
        self.full, self.latents, self.normal = first
        self.random = own

    def embedded(self):
        """Tokens in the place of the second input's numbers; returns the features and their
        width."""
        r = self.tokens
        self.second_width, self.second_values = r.choice((1, 2, 3, 5)), r.choice((2, 3, 10, 37))
        depth, op = self.second_values, "one_hot %w"
        if r.random() < 0.6:
            depth, op = r.choice((1, 3, 8, 17)), "embedding %w @embed"
        result, flat = self.name(), self.name()
        shape = self.tensor(self.second_width, depth)
        self.add(f"{result} = vib.{op} values({self.second_values}) : "
                 f"{self.tensor(self.second_width, element='i32')} -> {shape}", 1)
        self.add(f"{flat} = vib.flatten {result} : {shape}", 1)
        return flat, self.second_width * depth

    def bypassed(self, z, k):
        """The sample beside what the encoder reads; returns both and their width."""
        value, width = self.features
        beside, both = self.name(), self.name()
        self.add(f"{beside} = vib.bypass {value} : {self.tensor(width)}", 1)
        self.add(f"{both} = vib.concat {z}, {beside} : {self.tensor(k)}, {self.tensor(width)}", 1)
        return both, k + width

    def second_argument(self):
        if not self.second_width:
            return ""
        element = "i32" if self.second_values else "ui8" if self.second_bytes else self.type
        return f"%w: {self.tensor(self.second_width, element=element)}, "

    def second_rate(self):
        """Sometimes the loss has the rate of the second posterior, too."""
        if self.several.random() < 0.3:
            return
        posterior, latents, normal = self.second
        loss = self.lines.pop()
        rate = self.divergence("second.prior", posterior, 1, latents, normal)
        self.lines.append(f"{loss} + @delta(0.02) * {rate}")
        self.coefficients["delta"] = 0.02

    def encoder(self, value, width, layer="encode"):
        r, indent = self.random, 1
        part = r.random() < 0.6
        place = len(self.lines)
        if part:
            indent = 2
        inner, inputs, number = self.layers(value, width, 3, layer, indent)
        self.latents = r.choice((1, 2, 3, 4) if self.full else
                                (1, 2, 3, 4, 8, 16, 21, 32, 40))
        if inputs % 2 == 0 and not self.full and r.random() < 0.15:
            self.latents = inputs // 2
        k = self.latents
        statistics = k + k * (k + 1) // 2 if self.full else 2 * k
        spread = self.spread(k)
        if spread and spread.startswith("sigma"):
            statistics = k
        concrete = not self.full and self.variables.random() < 0.2
        if concrete:
            groups, classes = (self.variables.choice(n) for n in ((1, 2, 3, 8), (2, 3, 5, 16)))
            self.latents = statistics = groups * classes
        # Sometimes the posterior has no layer of its own.
        if inputs != statistics or r.random() < 0.5:
            inner = self.linear(inner, inputs, statistics, f"{layer}.{number}", indent)
        self.normal = f"!vib.normal<{k}, full>" if self.full else f"!vib.normal<{k}>"
        result = self.name()
        shift = r.choice(("-5.0", "-0.5", "0.0", "1.0"))
        if layer == "encode":
            self.is_given = not concrete and bool(spread) and spread.startswith("sigma")
        words = f"normal {inner} {spread or f'softplus({shift})'}"
        if concrete:
            self.normal = f"!vib.concrete<{groups}, {classes}>"
            words = f"concrete {inner} temperature({self.temperature()})"
        self.add(f"{result} = vib.{words} : {self.tensor(statistics)} -> {self.normal}", indent)
        if part:
            result = self.wrap("encoder", place, value, width, result, self.normal)
        return result

    def temperature(self):
        if self.variables.random() < 0.5:
            return self.variables.choice(("0.5", "2.0"))
        self.has_tau = True
        return "@tau(0.7)"

    def spread(self, k):
        """The spread of a posterior of k latents; None for softplus."""
        if self.spreads.random() < 0.5:
            return None
        given = ("0.5", "@encode.sigma = 0.5", f"@encode.sigma[{k}] = 0.5")
        return self.spreads.choice(
            ["exp", "exp_half", "bounded([-4.0, 1.0])"]
            + ([] if self.full else [f"sigma({s})" for s in given]))

    def wrap(self, part, place, value, width, result, kind):
        """Makes the lines from `place` on, which compute `result` from `value`, the region
        of a vib.encoder or vib.decoder. Returns the name of its result."""
        outer = self.name()
        self.lines.insert(place, f"  {outer} = vib.{part} {value} : "
                                 f"{self.tensor(width)} -> {kind} {{")
        self.add(f"vib.yield {result} : {kind}", 2)
        self.add("}", 1)
        return outer

    def decoder(self, posterior):
        r, indent, k = self.random, 1, self.latents
        z = self.name()
        samples = f" samples({self.samples})" if self.samples > 1 else ""
        self.add(f"{z} = vib.reparameterize {posterior}{samples} : {self.normal} -> "
                 f"{self.tensor(k)}", 1)
        self.posteriors = [z[1:]]
        if self.has_second:
            other, latents, normal = self.second
            second = self.name()
            self.add(f"{second} = vib.reparameterize {other}{samples} : {normal} -> "
                     f"{self.tensor(latents)}", 1)
            self.posteriors.append(second[1:])
            if latents != k or self.several.random() < 0.5:
                second = self.linear(second, latents, k, "second.sample", 1)
            z = self.join(z, second, k, 1)
        self.outputs = r.choice((2, 3, 5, 10, 11, 37, 130) if self.classes else (1, 2, 5))
        kind = f"!vib.categorical<{self.outputs}>"
        if not self.classes:
            name = ("bernoulli" if self.is_bernoulli else
                    "laplace" if self.is_laplace else "normal")
            kind = f"!vib.{name}<{self.outputs}>"
        if self.moves_features and self.moves.random() < 0.5:
            z, k = self.moved(z, k, "moved.sample")
        if self.has_bypass:
            z, k = self.bypassed(z, k)
        part = r.random() < 0.4
        place = len(self.lines)
        if part:
            indent = 2
        inner, width, number = self.layers(z, k, r.choice((0, 0, 1, 2)), "decode", indent)
        computed = (not self.classes and self.spreads.random() < 0.3
                    and not self.is_laplace and not self.is_bernoulli)
        # Sometimes the likelihood has no layer of its own.
        if r.random() < 0.25 and (width > 1 or not self.classes):
            self.outputs = width
            kind = kind.split("<")[0] + f"<{width}>"
        else:
            statistics = self.outputs * (2 if computed else 1)
            inner = self.linear(inner, width, statistics, f"decode.{number}", indent)
            width = 0
        computed = computed and not width
        result = self.name()
        if self.classes:
            self.add(f"{result} = vib.categorical {inner} : {self.tensor(self.outputs)} -> "
                     f"{kind}", indent)
        elif self.is_bernoulli:
            self.add(f"{result} = vib.bernoulli {inner} : {self.tensor(self.outputs)} -> "
                     f"{kind}", indent)
        else:
            noise = r.choice(("1.0", "0.25", "@decode.noise = 0.5"))
            if self.spreads.random() < 0.2:
                noise = f"@decode.noise[{self.outputs}] = 0.5"
            spread = f"noise({noise})"
            if computed:
                spread = self.spreads.choice(("softplus(0.0)", "bounded([-2.0, 1.0])"))
            name = "laplace" if self.is_laplace else "normal"
            self.add(f"{result} = vib.{name} {inner} {spread} : "
                     f"{self.tensor(statistics if computed else self.outputs)} -> {kind}",
                     indent)
        if part:
            result = self.wrap("decoder", place, z, k, result, kind)
        self.likelihood = kind
        return result

    def objective(self):
        """Sometimes smoothed or weighted classes."""
        f, text = self.functions, ""
        if self.classes and f.random() < 0.2:
            text += f" smoothing({f.choice(('0.1', '0.5'))})"
        if self.classes and self.outputs < 12 and f.random() < 0.2:
            weights = ", ".join(str(f.choice((0.5, 1, 3))) for _ in range(self.outputs))
            text += f" weights([{weights}])"
        return text

    def losses(self, posterior, likelihood):
        r = self.random
        nll = self.name()
        target = (self.tensor(element="i32") if self.classes
                  else self.tensor(self.outputs))
        self.add(f"{nll} = vib.nll {likelihood}, %y{self.objective()} : {self.likelihood}, "
                 f"{target}", 1)
        self.coefficients = {}
        entropy = self.entropy(likelihood) + self.pairwise(posterior)
        if r.random() < 0.15:
            self.add(f"vib.loss {nll}{entropy}", 1)
            return
        rate = self.divergence("prior", posterior, 0, self.latents, self.normal)
        beta = r.choice(("0.0", "1.0e-3", "0.1", "1.0"))
        self.coefficients["beta"] = float(beta)
        if r.random() < 0.6:
            self.add(f"vib.loss {nll} + @beta({beta}) * {rate}{entropy}", 1)
            return
        # Several terms, which share values and coefficients.
        terms = [r.choice((nll, f"0.5 * {nll}", f"@alpha(2.0) * {nll}")),
                 f"@beta({beta}) * {rate}"]
        for term in (nll, f"0.25 * {rate}", f"@gamma(0.01) * {rate}", f"@alpha(2.0) * {rate}",
                     f"@beta({beta}) * {nll}"):
            if r.random() < 0.3:
                terms.append(term)
        r.shuffle(terms)
        # Functions of the mean rate.
        f = self.functions
        if f.random() < 0.3:
            terms.append(f.choice(("@beta({0}) * power({1}, 2.0)", "0.01 * power({1}, 1.5)",
                                   "0.01 * exp({1}, 0.01)", "@beta({0}) * abs({1} - 2.0)",
                                   "0.1 * abs({1} - @capacity(3.0))")).format(beta, rate))
            if "@capacity" in terms[-1]:
                self.coefficients["capacity"] = 3.0
        self.coefficients.update({name: value for name, value in (("alpha", 2.0), ("gamma", 0.01))
                                  if any(f"@{name}" in term for term in terms)})
        self.add("vib.loss " + " + ".join(terms) + entropy, 1)

    def entropy(self, likelihood):
        """Sometimes the entropy of the predictions, as the last term of a loss."""
        if not (self.classes or self.is_bernoulli) or self.newest.random() < 0.8:
            return ""
        result = self.name()
        self.add(f"{result} = vib.entropy {likelihood} : {self.likelihood}", 1)
        form = self.newest.choice((" - @penalty(0.2) * {}", " - 0.1 * {}", " + 0.3 * {}"))
        if "@" in form:
            self.coefficients["penalty"] = 0.2
        return form.format(result)

    def pairwise(self, posterior):
        """Sometimes an estimate of the rate by pairs, of a sigma that is given."""
        if not self.is_given or self.batch < 2 or self.pairs.random() < 0.5:
            return ""
        result = self.name()
        self.add(f"{result} = vib.pairwise {posterior} : {self.normal}", 1)
        form = self.pairs.choice((" + @pairs(0.3) * {}", " + 0.2 * power({}, 2.0)",
                                  " + @pairs(0.3) * exp({}, 0.5)"))
        if "@" in form:
            self.coefficients["pairs"] = 0.3
        return form.format(result)

    def divergence(self, name, posterior, place, latents, normal):
        """The rate of a posterior, of whose sample `place` is the number: from the standard
        normal, or from a prior that is learned. That of classes is not written."""
        if normal.startswith("!vib.concrete"):
            rate = self.name()
            self.add(f"{rate} = vib.kl {posterior} : {normal}", 1)
            return rate
        rate, prior, types, form = self.name(), "#vib.standard_normal", normal, ""
        if self.priors.random() >= 0.6:
            prior, form = self.name(), f"normal[{latents}]"
            if self.classes and self.priors.random() < 0.5:
                form = f"normal({self.outputs})[{latents}] given %y : {self.tensor(element='i32')}"
            is_mixture = self.priors.random() < 0.4
            if is_mixture:
                form = f"mixture({self.priors.choice((2, 3, 33))})[{latents}]"
                # Training begins with as many rows, and there may be one less than in a batch.
                if (self.vamps.random() < 0.5 and self.batch >= 8 and "full" not in normal
                        and not (place and self.second_values)):
                    value, type = self.second_read if place else self.read
                    form = (f"vamp({self.vamps.choice((2, 3, 7))}) of {posterior} over {value} : "
                            f"{normal}, {type}")
            self.add(f"{prior} = vib.prior @{name} {form}", 1)
            if is_mixture:
                prior += f" at %{self.posteriors[place]}"
                types += f", {self.tensor(latents)}"
        if place == 0 and "given" in form:
            self.figure = "residual"
        self.add(f"{rate} = vib.kl {posterior}, {prior} : {types}", 1)
        return rate

    def schedule(self, base):
        """A schedule of what has the value `base`."""
        r = self.random
        fields = [r.choice(("from = 0.5", "to = 0.5", f"from = {base!r}, to = 0.25")),
                  f"epochs = {r.choice((0.5, 1, 2.5))}"]
        for field in ("delay = 0.5", "cycles = 2", "cap = 0.375", "warmup = 0.25"):
            if r.random() < 0.3:
                fields.append(field)
        r.shuffle(fields)
        ramps = ("linear", "cosine") if base == 0 else ("linear", "cosine", "geometric")
        return r.choice((
            f"#vib.{r.choice(ramps)}<{', '.join(fields)}>", "#vib.constant<warmup = 0.5>",
            "#vib.linear_warmup<epochs = 2>", "#vib.staircase<rate = 0.5, epochs = 1>",
            "#vib.exponential_warmup<epochs = 1, from = 0.01>"))

    def training(self):
        r = self.random
        settings = ["optimizer = " + r.choice((
            "#vib.sgd<lr = 0.1>", "#vib.sgd<lr = 0.01, momentum = 0.9>",
            "#vib.sgd<lr = 0.1, momentum = 0.5, weight_decay = 0.01>",
            "#vib.adam<lr = 1.0e-3>", "#vib.adam<lr = 0.01, beta1 = 0.5, eps = 1.0e-6>",
            "#vib.adamw<lr = 1.0e-3>", "#vib.adamw<lr = 0.01, weight_decay = 0.1>"))]
        if self.spreads.random() < 0.2:
            settings = ["optimizer = " + self.spreads.choice((
                "#vib.adabelief<lr = 1.0e-3, eps = 1.0e-8>", "#vib.rmsprop<lr = 1.0e-3>",
                # Without momentum: a velocity is not linear in the gradient, as moments are,
                # and a gradient of 0 would make it a quotient of roundings.
                "#vib.rmsprop<lr = 1.0e-3, decay = 0.9, weight_decay = 0.01>"))]
        if "weight_decay" in settings[0] and self.newest.random() < 0.5:
            settings[0] = settings[0].replace(">", ", decay_on = weights>")
        if self.functions.random() < 0.2:
            settings.append("clip = " + self.functions.choice(
                ("#vib.global_norm<0.1>", "#vib.global_norm<10.0>", "#vib.value<0.01>")))
        if r.random() < 0.6:
            settings.append("schedule = " + r.choice((
                "#vib.constant<warmup = 0.5>", "#vib.staircase<rate = 0.5, epochs = 1>",
                "#vib.exponential<rate = 0.9, epochs = 0.5>", "#vib.cosine<epochs = 3>",
                "#vib.cosine<epochs = 2, final = 0.1, warmup = 0.25>")))
        schedules = [f"{name} = {self.schedule(value)}"
                     for name, value in self.coefficients.items() if r.random() < 0.4]
        if self.has_dual and "beta" in self.coefficients:
            schedules = [text for text in schedules if not text.startswith("beta ")]
            schedules.append(f"beta = #vib.dual<rate = @{self.figure}, target = 2.0, step = 0.1>")
        if self.has_tau and self.variables.random() < 0.5:
            schedules.append("tau = " + self.variables.choice((
                "#vib.linear<from = 2.0, epochs = 1>", "#vib.exponential<rate = 0.5, epochs = 1>")))
        if len(schedules) == 1 and schedules[0].startswith("beta ") and r.random() < 0.5:
            settings.append("beta_schedule" + schedules[0][4:])
        elif schedules:
            settings.append("coefficients = { " + ", ".join(schedules) + " }")
        if r.random() < 0.5:
            settings.append(f"average = {r.choice((0.5, 0.9, 0.999))}")
        if r.random() < 0.4:
            settings.append("init = #vib." + r.choice((
                "glorot_uniform", "glorot_normal", "he_uniform", "he_normal")))
        settings.append(f"seed = {r.randrange(100)}")
        return (f"vib.train @random batch({self.batch}) epochs(2) {{\n  "
                + ", ".join(settings) + " }")
