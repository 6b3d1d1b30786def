"""A case is a perceptron with a bottleneck whose step is compared. All cases are trained with
Adam and an average of the weights, on uint8 images."""

import dataclasses


@dataclasses.dataclass(frozen=True)
class Case:
    name: str
    side: int  # The images are side x side.
    hidden: tuple
    latents: int
    batch: int
    classes: int = 10
    beta: float = 1e-3
    lr: float = 1e-4
    beta1: float = 0.5
    beta2: float = 0.999
    eps: float = 1e-8
    average: float = 0.999

    @property
    def inputs(self):
        return self.side * self.side

    @property
    def layers(self):
        widths = [self.inputs, *self.hidden, 2 * self.latents]
        return [*zip(widths, widths[1:]), (self.latents, self.classes)]

    @property
    def flops(self):
        """The operations of a step's contractions: for each layer the forward pass, the
        gradient of its weights, and, except in the first layer, that of its input."""
        products = [inputs * outputs for inputs, outputs in self.layers]
        return 2.0 * self.batch * (3 * sum(products) - products[0])

    def for_peer(self):
        return {
            **dataclasses.asdict(self),
            "inputs": self.inputs,
            "flops": self.flops,
        }

    def text(self):
        """The text of the model file."""
        lines, value = [], "%x"
        for index, width in enumerate(self.hidden):
            lines += [
                f"    %h{index} = vib.linear {value} @encode.{2 * index} [{width}]"
                f" : tensor<?x{self.layers[index][0]}xf32>",
                f"    %r{index} = vib.relu %h{index} : tensor<?x{width}xf32>",
            ]
            value = f"%r{index}"
        last, image = self.layers[-2], f"tensor<?x{self.side}x{self.side}xui8>"
        k, q = self.latents, f"!vib.normal<{self.latents}>"
        return "\n".join(
            [
                f"vib.model @{self.name}(%image: {image}, %digit: tensor<?xi32>) {{",
                f"  %x = vib.scale %image to [-1.0, 1.0] : {image}"
                f" -> tensor<?x{self.inputs}xf32>",
                f"  %q = vib.encoder %x : tensor<?x{self.inputs}xf32> -> {q} {{",
                *lines,
                f"    %s = vib.linear {value} @encode.{2 * len(self.hidden)}"
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


toynet = Case("toynet", 28, (1024, 1024), 256, batch=100)
digits = Case("digits", 8, (32,), 2, batch=32)
wide_batch = dataclasses.replace(toynet, batch=1000)


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
