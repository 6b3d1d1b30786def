"""Model files from PyTorch's modules.

`from_torch` reads an encoder and a decoder, and writes what they compute as a model in the vib
dialect: the text of a file to read and to edit, and the weights under the names of PyTorch's
`state_dict`. Nothing of PyTorch is needed from then on.

The translation goes layer by layer. A first pass looks for everything that the dialect does not
have, so that one error lists it all. A second pass follows the shapes through the layers and
writes an op for each. PyTorch's images are [channels, height, width] and the dialect's are
[height, width, channels]; `channels_first` in the text marks where one becomes the other, so
that all weights and all data keep PyTorch's order.

PyTorch is imported by the function, not by this module.
"""

from __future__ import annotations

import functools
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from vib._arguments import as_count, as_number, as_path, as_text
from vib._errors import UnsupportedError, UsageError
from vib._files import Array, PathLike, write_safetensors, write_whole
from vib._torch_layers import (
    Layer,
    check_layer,
    check_rest,
    check_sharing,
    find_element,
    find_parts,
    list_layers,
)
from vib._torch_writer import Value, Writer, count, describe, write_input, write_number

if TYPE_CHECKING:
    from torch import nn

    from vib._model import Model


@dataclass(frozen=True)
class TorchModel:
    """A model from PyTorch: the text of its file, and its weights by their names in PyTorch.

    It is also a model as `vib.compile` returns one: `train` and all else that such a model has
    compiles the text when it is first used. Until then nothing but PyTorch is needed.
    """

    text: str
    weights: dict[str, Array] = field(repr=False)

    def __getattr__(self, name: str) -> Any:
        # What else begins with '_' is only asked for, as a notebook does, and nothing has it.
        if name.startswith("_"):
            raise AttributeError(f"'TorchModel' object has no attribute '{name}'")
        return getattr(self._compiled, name)

    @functools.cached_property
    def _compiled(self) -> Model:
        return self.compile()

    def __getstate__(self) -> dict[str, Any]:
        return {"text": self.text, "weights": self.weights}

    def __str__(self) -> str:
        return self.text

    def compile(self, **arguments: Any) -> Model:
        """Compiles the model: what `vib.compile` returns for its text, with its arguments."""
        import vib

        return vib.compile(self.text, **arguments)

    def save(self, path: PathLike) -> None:
        """Writes the model file, for `vibc`."""
        write_whole(as_path(path, "path"), self.text.encode())

    def save_weights(self, path: PathLike) -> None:
        """Writes the weights as a safetensors file, for `--weights` and `--init`."""
        write_safetensors(as_path(path, "path"), self.weights, {"format": "pt"})


def from_torch(module: nn.Module | None = None, *, encode: nn.Module | None = None,
               decode: nn.Module | None = None, latents: int,
               input: int | Sequence[int] | None = None, scale: Sequence[float] | None = None,
               sigma: str = "softplus(-5.0)", covariance: str = "diagonal",
               likelihood: str = "categorical", noise: str = "noise(1.0)",
               reconstruct: bool = False, beta: float = 1e-3, samples: int = 1,
               batch: int = 100, epochs: int = 10,
               optimizer: str = "#vib.adam<lr = 1.0e-3>", settings: Mapping[str, str] | None = None,
               name: str = "model") -> TorchModel:
    """Translates an encoder and a decoder of PyTorch into a model file and its weights.

    The networks are `module.encode` and `module.decode`, or the arguments `encode` and `decode`:
    supported layers, or `nn.Sequential` of them, one in another too. `encode` computes the
    statistics of the posterior, and `decode` maps z to logits or to means.

    - `latents`: K. `encode` computes 2 K statistics, the means and then rho; with
      `covariance="full"` K (K + 3) / 2, and K where sigma does not depend on the input.
    - `input`: the shape of an example as the data has it, (channels, height, width) of an image.
      It may be left out if `encode` begins with a `Linear`.
    - `scale`: (low, high) makes the input bytes, of which 0 becomes low and 255 becomes high.
    - `sigma`: of what sigma is a function, in the words of `vib.normal`: `softplus(SHIFT)`,
      `exp`, `exp_half`, `bounded([LOW, HIGH])`, `sigma(S)`, `sigma(@NAME = S)`.
    - `likelihood`: `categorical`, `bernoulli`, or `normal` or `laplace` with `noise` in the
      words of these ops. With `reconstruct` the target is the input (a variational autoencoder).
    - `beta`, `samples`, `batch`, `epochs`, `optimizer` and further `settings` of `vib.train`,
      such as `{"average": "0.999"}`, are written as they are.

    Units are those of the dialect: the loss is in nats. Raises `UnsupportedError`, which lists
    everything that the dialect does not have, and `UsageError` for shapes that do not fit.

        >>> from torch import nn
        >>> model = from_torch(encode=nn.Sequential(nn.Linear(64, 32), nn.ReLU(),
        ...                                         nn.Linear(32, 4)),
        ...                    decode=nn.Sequential(nn.Linear(2, 10)), latents=2)
        >>> print(model.text.splitlines()[2].strip())
        %e0 = vib.linear %x @encode.0 [32] : tensor<?x64xf32>
        >>> sorted(model.weights)[:2]
        ['decode.0.bias', 'decode.0.weight']
    """
    parts = find_parts(module, encode, decode)
    layers = {part: list(list_layers(part, net)) for part, net in parts.items()}
    every = [layer for part in layers.values() for layer in part]
    element, problems = find_element(every)
    problems = [problem for layer in every for problem in check_layer(layer)] + problems
    problems += [*check_sharing(every), *check_rest(module)]
    if problems:
        raise UnsupportedError(problems)
    if not layers["encode"]:
        raise UsageError("encode: expected at least one layer, got none")
    if not isinstance(settings or {}, Mapping):
        raise UsageError(f"settings: expected a dict of texts, got {settings!r}")
    for key, text in (("optimizer", optimizer), ("noise", noise)):
        as_text(text, key)
    _check_words(name, latents, samples, batch, epochs, beta, likelihood, covariance)
    width = _count_statistics(latents, covariance, sigma)
    shape = _find_input(input, layers["encode"][0])

    source, stored, lines = write_input(shape, scale, element, layers["encode"][0])
    encoder = Writer("e", element, source)
    for layer in layers["encode"]:
        encoder.add(layer)
    full = " with a full covariance" if covariance == "full" else ""
    if encoder.value.shape != [width]:
        raise UsageError(f"encode computes {describe(encoder.value.shape)}, expected {width} "
                         f"numbers, the statistics of {count(latents, 'latent')}{full}")
    normal = f"!vib.normal<{latents}{', full' if full else ''}>"
    end = encoder.value.type(element)
    lines += [f"%q = vib.encoder {source.name} : {source.type(element)} -> {normal} {{",
              *(f"  {line}" for line in encoder.lines),
              f"  %n = vib.normal {encoder.value.name} {sigma} : {end} -> {normal}",
              f"  vib.yield %n : {normal}", "}"]

    z = Value("%z", [latents])
    draws = f" samples({samples})" if samples > 1 else ""
    lines.append(f"%z = vib.reparameterize %q{draws} : {normal} -> {z.type(element)}")
    decoder = Writer("d", element, z)
    for layer in layers["decode"]:
        decoder.add(layer)
    if reconstruct and len(decoder.value.shape) == 3 and decoder.value.shape[0] > 1:
        decoder.split_channels()
    decoder.flatten(Layer("decode.flat", None))
    (outputs,) = decoder.value.shape
    if likelihood == "categorical" and outputs < 2:
        raise UsageError("decode computes 1 logit, expected one for each of at least 2 classes")
    if reconstruct and outputs != math.prod(shape):
        raise UsageError(f"decode computes {outputs} numbers, expected {math.prod(shape)}, those "
                         "of the input that is reconstructed")
    words = f" {noise}" if likelihood in ("normal", "laplace") else ""
    output = decoder.value.type(element)
    argument = "%image" if len(shape) > 1 else "%x"
    target = ("%label", "tensor<?xi32>") if likelihood == "categorical" else ("%y", output)
    target = (argument, stored) if reconstruct else target
    lines += [*decoder.lines,
              f"%p = vib.{likelihood} {decoder.value.name}{words} : {output}",
              f"%nll = vib.nll %p, {target[0]} : !vib.{likelihood}<{outputs}>, {target[1]}",
              f"%rate = vib.kl %q, #vib.standard_normal : {normal}",
              f"vib.loss %nll + @beta({write_number(beta)}) * %rate"]

    arguments = dict([(argument, stored), target])
    listed = ", ".join(f"{key}: {kind}" for key, kind in arguments.items())
    train = {"optimizer": optimizer, **(settings or {})}
    text = "\n".join([
        f"vib.model @{name}({listed}) {{", *(f"  {line}" for line in lines), "}",
        f"vib.train @{name} batch({batch}) epochs({epochs}) {{",
        ",\n".join(f"  {key} = {value}" for key, value in train.items()) + " }", ""])
    weights = {f"{part}.{key}": value.detach().cpu().numpy().copy()
               for part, net in parts.items() for key, value in net.state_dict().items()}
    for spread in (sigma, words):
        weights.update(_learn_deviation(spread, element))
    return TorchModel(text, weights)


def _check_words(name: str, latents: int, samples: int, batch: int, epochs: int, beta: float,
                 likelihood: str, covariance: str) -> None:
    if not re.fullmatch(r"[A-Za-z_][\w.$]*", as_text(name, "name")):
        raise UsageError(f"name: expected letters, digits and '_', got '{name}'")
    for key, value in (("latents", latents), ("samples", samples), ("batch", batch),
                       ("epochs", epochs)):
        as_count(value, key, least=1)
    if not 0 <= as_number(beta, "beta") < math.inf:
        raise UsageError(f"beta: expected a number of 0 or more, got {beta!r}")
    likelihoods = ("categorical", "bernoulli", "normal", "laplace")
    for key, text, words in (("likelihood", likelihood, likelihoods),
                             ("covariance", covariance, ("diagonal", "full"))):
        if text not in words:
            raise UsageError(f"{key}: expected {', '.join(words[:-1])} or {words[-1]}, got "
                             f"{text!r}")


def _count_statistics(latents: int, covariance: str, sigma: str) -> int:
    """How many numbers the encoder computes."""
    word = re.split(r"[\s(]", as_text(sigma, "sigma").strip(), maxsplit=1)[0]
    if word not in ("softplus", "exp", "exp_half", "bounded", "sigma"):
        raise UsageError("sigma: expected softplus(SHIFT), exp, exp_half, bounded([LOW, HIGH]) or "
                         f"sigma(S), got {sigma!r}")
    if word == "sigma" and covariance == "full":
        raise UsageError(f"sigma: {sigma!r} is for a diagonal covariance, got 'full'")
    if word == "sigma":
        return latents
    return latents * (latents + 3) // 2 if covariance == "full" else 2 * latents


def _learn_deviation(words: str, element: str) -> dict[str, Array]:
    """The parameter of a standard deviation or a scale that is learned: its logarithm."""
    found = re.search(r"@([\w.]+)\s*(?:\[(\d+)\])?\s*=\s*([^)]+)\)", words)
    if not found:
        return {}
    name, size, start = found.groups()
    shape = (int(size),) if size else ()
    dtype = np.float64 if element == "f64" else np.float32
    return {name: np.full(shape, math.log(float(start)), dtype)}


def _find_input(given: int | Sequence[int] | None, first: Layer) -> list[int]:
    """The shape of an example."""
    if given is None and first.kind == "Linear":
        return [int(first.module.in_features)]
    if given is None:
        raise UsageError(f"input: encode begins with {first.kind}, expected the shape of an "
                         "example, such as input=(1, 28, 28)")
    sizes = given if isinstance(given, (list, tuple)) else [given]
    shape = [as_count(extent, "input") for extent in sizes]
    if not 1 <= len(shape) <= 3 or min(shape) < 1:
        raise UsageError(f"input: expected one to three whole numbers, got {given!r}")
    return shape
