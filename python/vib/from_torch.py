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
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from vib._errors import Error
from vib._files import Array, PathLike, write_safetensors, write_whole

if TYPE_CHECKING:
    from torch import nn

    from vib._model import Model

_MOST_WINDOW = 256


class UnsupportedError(Error, ValueError):
    """A module has what the vib dialect does not have.

    `problems` has one sentence for each place.
    """

    def __init__(self, problems: Sequence[str]):
        self.problems = list(problems)
        things = "1 thing" if len(problems) == 1 else f"{len(problems)} things"
        super().__init__("from_torch cannot translate "
                         f"{things}:\n" + "\n".join(f"  {problem}" for problem in problems))

    def __reduce__(self) -> tuple[object, ...]:
        return (UnsupportedError, (self.problems,))


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
        write_whole(path, self.text.encode())

    def save_weights(self, path: PathLike) -> None:
        """Writes the weights as a safetensors file, for `--weights` and `--init`."""
        write_safetensors(path, self.weights, {"format": "pt"})


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
    everything that the dialect does not have, and `ValueError` for shapes that do not fit.

        >>> from torch import nn
        >>> model = from_torch(encode=nn.Sequential(nn.Linear(64, 32), nn.ReLU(),
        ...                                         nn.Linear(32, 4)),
        ...                    decode=nn.Sequential(nn.Linear(2, 10)), latents=2)
        >>> print(model.text.splitlines()[2].strip())
        %e0 = vib.linear %x @encode.0 [32] : tensor<?x64xf32>
        >>> sorted(model.weights)[:2]
        ['decode.0.bias', 'decode.0.weight']
    """
    parts = _find_parts(module, encode, decode)
    layers = {part: list(_list_layers(part, net)) for part, net in parts.items()}
    every = [layer for part in layers.values() for layer in part]
    element, problems = _find_element(every)
    problems = [problem for layer in every for problem in _check_layer(layer)] + problems
    problems += [*_check_sharing(every), *_check_rest(module)]
    if problems:
        raise UnsupportedError(problems)
    _check_words(name, latents, samples, batch, epochs, beta, likelihood, covariance)
    width = _count_statistics(latents, covariance, sigma)
    shape = _find_input(input, layers["encode"][0])

    source, stored, lines = _write_input(shape, scale, element, layers["encode"][0])
    encoder = _Writer("e", element, source)
    for layer in layers["encode"]:
        encoder.add(layer)
    full = " with a full covariance" if covariance == "full" else ""
    if encoder.value.shape != [width]:
        raise ValueError(f"encode computes {_describe(encoder.value.shape)}, expected {width} "
                         f"numbers, the statistics of {_count(latents, 'latent')}{full}")
    normal = f"!vib.normal<{latents}{', full' if full else ''}>"
    end = encoder.value.type(element)
    lines += [f"%q = vib.encoder {source.name} : {source.type(element)} -> {normal} {{",
              *(f"  {line}" for line in encoder.lines),
              f"  %n = vib.normal {encoder.value.name} {sigma} : {end} -> {normal}",
              f"  vib.yield %n : {normal}", "}"]

    z = _Value("%z", [latents])
    draws = f" samples({samples})" if samples > 1 else ""
    lines.append(f"%z = vib.reparameterize %q{draws} : {normal} -> {z.type(element)}")
    decoder = _Writer("d", element, z)
    for layer in layers["decode"]:
        decoder.add(layer)
    if reconstruct and len(decoder.value.shape) == 3 and decoder.value.shape[0] > 1:
        decoder.split_channels()
    decoder.flatten(_Layer("decode.flat", None))
    (outputs,) = decoder.value.shape
    if likelihood == "categorical" and outputs < 2:
        raise ValueError("decode computes 1 logit, expected one for each of at least 2 classes")
    if reconstruct and outputs != math.prod(shape):
        raise ValueError(f"decode computes {outputs} numbers, expected {math.prod(shape)}, those "
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
              f"vib.loss %nll + @beta({_number(beta)}) * %rate"]

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


# What is there --------------------------------------------------------------------------


@dataclass(frozen=True)
class _Layer:
    """A layer and its name in the `state_dict`, such as encode.0."""

    name: str
    module: Any

    @property
    def kind(self) -> str:
        return type(self.module).__name__


def _find_parts(module: Any, encode: Any, decode: Any) -> dict[str, Any]:
    from torch import nn

    parts: dict[str, Any] = {}
    for part, given in (("encode", encode), ("decode", decode)):
        if module is not None and given is not None:
            raise ValueError(f"expected either a module or {part}=…, got both")
        net = given if module is None else getattr(module, part, None)
        if net is None:
            where = f"{type(module).__name__} has no '{part}'" if module is not None else (
                f"no {part}= was given")
            raise ValueError(f"{where}, expected an nn.Sequential of layers")
        if not isinstance(net, nn.Module):
            what = "a method" if callable(net) else f"of the type {type(net).__name__}"
            raise ValueError(f"'{part}' is {what}, expected an nn.Module, such as an "
                             f"nn.Sequential of layers: give it as {part}=…")
        parts[part] = net
    return parts


def _list_layers(name: str, module: Any) -> Iterator[_Layer]:
    """The layers of a network in their order; those within an `nn.Sequential`, too."""
    from torch import nn

    if type(module) is nn.Sequential and not _find_hooks(module):
        # A module that is used twice is there twice, which named_children does not say.
        for key, child in module._modules.items():
            yield from _list_layers(f"{name}.{key}", child)
    else:
        yield _Layer(name, module)


def _find_hooks(module: Any) -> str:
    """What changes the result of a module besides its class, or ''."""
    if "forward" in vars(module):
        return "a forward of its own"
    if getattr(module, "parametrizations", None):
        return "a parametrization"
    if any(getattr(module, hooks, None) for hooks in ("_forward_hooks", "_forward_pre_hooks")):
        return "a forward hook"
    return ""


def _tensors(layer: _Layer) -> Iterator[tuple[str, Any]]:
    """The parameters and the running statistics of a layer, by name."""
    yield from layer.module.named_parameters(prefix=layer.name)
    yield from layer.module.named_buffers(prefix=layer.name)


def _find_element(layers: Sequence[_Layer]) -> tuple[str, list[str]]:
    """The type of the numbers: that of all parameters."""
    names = {"float32": "f32", "float64": "f64"}
    found: dict[str, str] = {}
    problems: list[str] = []
    for layer in layers:
        for name, tensor in _tensors(layer):
            kind = str(tensor.dtype).removeprefix("torch.")
            if tensor.is_floating_point():
                found.setdefault(kind, name)
                if kind not in names:
                    problems.append(f"{name}: the numbers are {kind}, expected float32 or float64")
    if len(found) > 1 and not problems:
        listed = " and ".join(f"{kind} ({name})" for kind, name in found.items())
        problems.append(f"numbers of two types: {listed}, expected one")
    return names.get(next(iter(found), "float32"), "f32"), problems


def _check_sharing(layers: Sequence[_Layer]) -> Iterator[str]:
    """Tensors that two layers have in common: PyTorch would train them as one."""
    owners: dict[int, str] = {}
    for layer in layers:
        for name, tensor in _tensors(layer):
            other = owners.setdefault(id(tensor), name)
            if other != name:
                yield f"{name}: shared with {other}, expected weights of its own"


def _check_rest(module: Any) -> Iterator[str]:
    """Weights outside of encode and decode, which strict loading would miss."""
    for key in module.state_dict() if module is not None else ():
        if not key.startswith(("encode.", "decode.")):
            yield f"{key}: outside of encode and decode, so it is not part of the model"


# What the dialect has -------------------------------------------------------------------


def _pair(value: Any) -> tuple[int, int]:
    first, second = value if isinstance(value, (tuple, list)) else (value, value)
    return int(first), int(second)


def _number(value: float) -> str:
    """A number as the dialect writes it."""
    return repr(float(value))


def _no_bias(layer: Any) -> str:
    return "bias=False, expected a bias" if layer.bias is None else ""


def _of_conv(layer: Any) -> Iterator[str]:
    yield _no_bias(layer)
    if layer.padding_mode != "zeros":
        yield f"padding_mode='{layer.padding_mode}', expected 'zeros'"


def _of_pool(layer: Any) -> Iterator[str]:
    if _pair(layer.padding) != (0, 0):
        yield f"padding={layer.padding}, expected 0"
    if layer.ceil_mode:
        yield "ceil_mode=True, expected False"
    if math.prod(_pair(layer.kernel_size)) > _MOST_WINDOW:
        yield (f"a window of {math.prod(_pair(layer.kernel_size))} elements, expected at most "
               f"{_MOST_WINDOW}")


def _of_max_pool(layer: Any) -> Iterator[str]:
    yield from _of_pool(layer)
    if _pair(layer.dilation) != (1, 1):
        yield f"dilation={layer.dilation}, expected 1"
    if layer.return_indices:
        yield "return_indices=True, expected False"


def _of_avg_pool(layer: Any) -> Iterator[str]:
    yield from _of_pool(layer)
    if layer.divisor_override:
        yield f"divisor_override={layer.divisor_override}, expected None"


def _of_batch_norm(layer: Any) -> Iterator[str]:
    if not layer.affine:
        yield "affine=False, expected True"
    if not layer.track_running_stats or layer.running_mean is None:
        yield "track_running_stats=False, expected True"
    if layer.momentum is None:
        yield "momentum=None, expected a number"


def _of_layer_norm(layer: Any) -> Iterator[str]:
    if len(layer.normalized_shape) != 1:
        yield f"normalized_shape={tuple(layer.normalized_shape)}, expected one dimension"
    if not layer.elementwise_affine or layer.bias is None:
        yield "elementwise_affine=False or bias=False, expected a weight and a bias"


def _of_embedding(layer: Any) -> Iterator[str]:
    if layer.padding_idx is not None:
        yield f"padding_idx={layer.padding_idx}, expected None"
    if layer.max_norm is not None:
        yield f"max_norm={layer.max_norm}, expected None"
    if layer.scale_grad_by_freq:
        yield "scale_grad_by_freq=True, expected False"


def _of_flatten(layer: Any) -> Iterator[str]:
    if (layer.start_dim, layer.end_dim) != (1, -1):
        yield f"start_dim={layer.start_dim}, end_dim={layer.end_dim}, expected 1 and -1"


def _of_unflatten(layer: Any) -> Iterator[str]:
    sizes = layer.unflattened_size
    if layer.dim not in (1, -1):
        yield f"dim={layer.dim}, expected 1"
    if not all(isinstance(size, int) for size in sizes) or len(sizes) not in (2, 3):
        yield f"unflattened_size={sizes}, expected two or three numbers"


def _of_softplus(layer: Any) -> Iterator[str]:
    # Above the threshold PyTorch returns its argument; from 15 on this is the same in f32.
    if layer.beta != 1 or layer.threshold < 15:
        yield f"beta={layer.beta}, threshold={layer.threshold}, expected 1 and at least 15"


def _of_gelu(layer: Any) -> Iterator[str]:
    if layer.approximate != "none":
        yield f"approximate='{layer.approximate}', expected 'none'"


def _of_leaky_relu(layer: Any) -> Iterator[str]:
    if not layer.negative_slope >= 0:
        yield f"negative_slope={layer.negative_slope}, expected 0 or more"


def _of_elu(layer: Any) -> Iterator[str]:
    if not layer.alpha >= 0:
        yield f"alpha={layer.alpha}, expected 0 or more"


def _of_dropout(layer: Any) -> Iterator[str]:
    if not 0 <= layer.p < 1:
        yield f"p={layer.p}, expected 0 or more and less than 1"


def _anything(layer: Any) -> Iterator[str]:
    yield from ()


# The layers, each with what checks its settings; a setting that the dialect has not is said.
_CHECKS: dict[str, Callable[[Any], Iterator[str]]] = {
    "Linear": lambda layer: iter([_no_bias(layer)]),
    "Conv2d": _of_conv, "ConvTranspose2d": _of_conv, "Embedding": _of_embedding,
    "MaxPool2d": _of_max_pool, "AvgPool2d": _of_avg_pool, "AdaptiveAvgPool2d": _anything,
    "BatchNorm1d": _of_batch_norm, "BatchNorm2d": _of_batch_norm, "LayerNorm": _of_layer_norm,
    "Dropout": _of_dropout, "Flatten": _of_flatten, "Unflatten": _of_unflatten,
    "Identity": _anything, "ReLU": _anything, "Tanh": _anything, "Sigmoid": _anything,
    "SiLU": _anything, "SELU": _anything, "GELU": _of_gelu, "Softplus": _of_softplus,
    "LeakyReLU": _of_leaky_relu, "ELU": _of_elu,
}
_ACTIVATIONS = {
    "ReLU": "relu", "Tanh": "tanh", "Sigmoid": "sigmoid", "SiLU": "silu", "SELU": "selu",
    "GELU": "gelu", "Softplus": "softplus", "LeakyReLU": "leaky_relu", "ELU": "elu",
}


def _check_layer(layer: _Layer) -> Iterator[str]:
    """What the dialect does not have of a layer."""
    from torch import nn

    if type(layer.module) is not getattr(nn, layer.kind, None) or layer.kind not in _CHECKS:
        yield f"{layer.name}: {layer.kind}, expected one of {', '.join(_CHECKS)}"
        return
    hooks = _find_hooks(layer.module)
    if hooks:
        yield f"{layer.name}: {layer.kind} with {hooks}, which the text cannot say"
    for problem in _CHECKS[layer.kind](layer.module):
        if problem:
            yield f"{layer.name}: {layer.kind} with {problem}"


# Options --------------------------------------------------------------------------------


def _check_words(name: str, latents: int, samples: int, batch: int, epochs: int, beta: float,
                 likelihood: str, covariance: str) -> None:
    if not re.fullmatch(r"[A-Za-z_][\w.$]*", name):
        raise ValueError(f"name: expected letters, digits and '_', got '{name}'")
    for key, value in (("latents", latents), ("samples", samples), ("batch", batch),
                       ("epochs", epochs)):
        if not isinstance(value, int) or isinstance(value, bool) or value < 1:
            raise ValueError(f"{key}: expected a whole number of 1 or more, got {value!r}")
    if not 0 <= float(beta) < math.inf:
        raise ValueError(f"beta: expected a number of 0 or more, got {beta!r}")
    likelihoods = ("categorical", "bernoulli", "normal", "laplace")
    for key, text, words in (("likelihood", likelihood, likelihoods),
                             ("covariance", covariance, ("diagonal", "full"))):
        if text not in words:
            raise ValueError(f"{key}: expected {', '.join(words[:-1])} or {words[-1]}, got "
                             f"{text!r}")


def _count_statistics(latents: int, covariance: str, sigma: str) -> int:
    """How many numbers the encoder computes."""
    word = re.split(r"[\s(]", sigma.strip(), maxsplit=1)[0]
    if word not in ("softplus", "exp", "exp_half", "bounded", "sigma"):
        raise ValueError("sigma: expected softplus(SHIFT), exp, exp_half, bounded([LOW, HIGH]) or "
                         f"sigma(S), got {sigma!r}")
    if word == "sigma" and covariance == "full":
        raise ValueError(f"sigma: {sigma!r} is for a diagonal covariance, got 'full'")
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


def _find_input(given: int | Sequence[int] | None, first: _Layer) -> list[int]:
    """The shape of an example."""
    if given is None and first.kind == "Linear":
        return [int(first.module.in_features)]
    if given is None:
        raise ValueError(f"input: encode begins with {first.kind}, expected the shape of an "
                         "example, such as input=(1, 28, 28)")
    shape = [given] if isinstance(given, int) else [int(extent) for extent in given]
    if not 1 <= len(shape) <= 3 or min(shape) < 1:
        raise ValueError(f"input: expected one to three whole numbers, got {given!r}")
    return shape


# The text -------------------------------------------------------------------------------


def _count(number: int, thing: str) -> str:
    return f"{number} {thing}{'' if number == 1 else 's'}"


def _describe(shape: Sequence[int]) -> str:
    return f"{'x'.join(map(str, shape))} numbers" if len(shape) > 1 else _count(shape[0], "number")


@dataclass
class _Value:
    """A value of the text, with its shape without the batch in PyTorch's order.

    Of three dimensions it is an image. One of 1 x 1 may be a vector in the text (`is_vector`),
    as the dialect's global average is.
    """

    name: str
    shape: list[int]
    is_vector: bool = False
    is_tokens: bool = False

    def type(self, element: str) -> str:
        sizes = self.shape
        element = "i32" if self.is_tokens else element
        if len(sizes) == 3:
            sizes = sizes[:1] if self.is_vector else [*sizes[1:], sizes[0]]
        return f"tensor<?x{'x'.join(map(str, sizes))}x{element}>"


def _write_input(shape: list[int], scale: Sequence[float] | None, element: str,
                 first: _Layer) -> tuple[_Value, str, list[str]]:
    """The value that the encoder reads, the type of the argument, and the lines before it."""
    is_image = len(shape) == 3
    is_grey = is_image and shape[0] == 1
    # In the order of the data: that of PyTorch, of which a single channel may be anywhere.
    sizes = [*shape[1:], 1] if is_grey else shape
    flat = len(shape) > 1 and (first.kind == "Flatten" or first.kind == "Linear"
                               and first.module.in_features == math.prod(shape) != shape[-1])
    numbers = [] if scale is None else [float(number) for number in scale]
    if len(numbers) not in (0, 2, 4) or not all(map(math.isfinite, numbers)):
        raise ValueError(f"scale: expected (low, high) for bytes, or (from, to, low, high) for "
                         f"floats, got {scale!r}")
    dims = "x".join(map(str, sizes))
    if first.kind == "Embedding":
        if len(shape) != 1 or numbers:
            raise ValueError("input: encode begins with Embedding, expected the number of tokens of "
                             f"an example and no scale, got {tuple(shape)} and {scale!r}")
        tokens = _Value("%x", shape, is_tokens=True)
        return tokens, tokens.type(element), []
    stored = f"tensor<?x{dims}x{'ui8' if len(numbers) == 2 else element}>"
    argument = "%image" if len(shape) > 1 else "%x"
    value = _Value("%x" if len(shape) > 1 else "%s", [math.prod(shape)] if flat else shape)
    target = value.type(element) if flat or is_grey or not is_image else (
        f"tensor<?x{dims}x{element}>")
    lines: list[str] = []
    if numbers:
        source, aim = (f"[{_number(one)}, {_number(other)}]"
                       for one, other in (numbers[:2], numbers[-2:]))
        words = f" from {source}" if len(numbers) == 4 else ""
        lines.append(f"{value.name} = vib.scale {argument}{words} to {aim} : {stored} "
                     f"-> {target}")
    elif flat:
        lines.append(f"{value.name} = vib.flatten {argument} : {stored} -> {target}")
    else:
        value.name = argument
    if is_image and not is_grey and not flat:
        lines.append(f"%i = vib.reshape {value.name} channels_first : {target} -> "
                     f"{value.type(element)}")
        value.name = "%i"
    return value, stored, lines


class _Writer:
    """Writes the layers of a network one by one."""

    def __init__(self, prefix: str, element: str, value: _Value):
        self.prefix, self.element, self.value = prefix, element, value
        self.lines: list[str] = []

    def emit(self, layer: _Layer, op: str, words: str, shape: list[int],
             is_vector: bool = False) -> None:
        """Writes an op that reads the value, and whose result becomes the value."""
        name = "%" + self.prefix + "_".join(layer.name.split(".")[1:])
        if any(line.startswith(f"{name} =") for line in self.lines):
            name += "i"
        self.lines.append(f"{name} = vib.{op} {self.value.name}{' ' if words else ''}{words} : "
                          f"{self.value.type(self.element)}")
        self.value = _Value(name, shape, is_vector)

    def refuse(self, layer: _Layer, expected: str) -> None:
        raise UnsupportedError([f"{layer.name}: {layer.kind} reads {_describe(self.value.shape)} "
                                f"of an example, expected {expected}"])

    def split_channels(self) -> None:
        """Makes a vector of an image, a channel after the other as the data has them.

        The dialect compares an image with what is in the order of its data, and takes data for
        [height, width, channels]. The text therefore says where each channel goes.
        """
        channels, height, width = self.value.shape
        image, size = self.value, height * width
        self.lines.append("// The channels one after the other, as the data has them.")
        parts = []
        for channel in range(channels):
            self.value = image
            self.emit(_Layer(f"decode.c{channel}", None), "slice", f"[{channel} : {channel + 1}]",
                      [1, height, width])
            self.emit(_Layer(f"decode.f{channel}", None), "reshape", f"[{size}]", [size])
            parts.append(self.value)
        self.lines.append(f"%dout = vib.concat {', '.join(part.name for part in parts)} : "
                          + ", ".join(part.type(self.element) for part in parts))
        self.value = _Value("%dout", [channels * size])

    def add(self, layer: _Layer) -> None:
        """Writes a layer."""
        module, shape = layer.module, self.value.shape
        if layer.kind == "Identity" or (layer.kind == "Dropout" and module.p == 0):
            return
        if layer.kind in _ACTIVATIONS:
            words = {"LeakyReLU": lambda: f"slope({_number(module.negative_slope)})",
                     "ELU": lambda: f"alpha({_number(module.alpha)})"}.get(layer.kind, str)()
            self.emit(layer, _ACTIVATIONS[layer.kind], words, shape, self.value.is_vector)
        elif layer.kind == "Dropout":
            self.emit(layer, "dropout", f"p({_number(module.p)})", shape, self.value.is_vector)
        elif layer.kind == "Linear":
            if len(shape) == 3 or shape[-1] != module.in_features:
                self.refuse(layer, f"{module.in_features}, as its in_features" + (
                    " (a Flatten is missing)" if len(shape) == 3 else ""))
            self.emit(layer, "linear", f"@{layer.name} [{module.out_features}]",
                      [*shape[:-1], module.out_features])
        elif layer.kind == "Embedding":
            if not self.value.is_tokens:
                self.refuse(layer, "tokens: it can only be the first layer of encode")
            self.emit(layer, "embedding", f"@{layer.name} values({module.num_embeddings}) "
                      f"[{module.embedding_dim}]", [*shape, module.embedding_dim])
        elif layer.kind == "LayerNorm":
            if len(shape) == 3 or shape[-1] != module.normalized_shape[0]:
                self.refuse(layer, f"{module.normalized_shape[0]}, and no image")
            self.emit(layer, "layer_norm", f"@{layer.name} eps({_number(module.eps)})", shape)
        elif layer.kind.startswith("BatchNorm"):
            rank = 1 if layer.kind == "BatchNorm1d" else 3
            if len(shape) != rank or shape[0] != module.num_features:
                things = "features" if rank == 1 else "channels"
                self.refuse(layer, f"{module.num_features} {things}")
            self.emit(layer, "batch_norm", f"@{layer.name} eps({_number(module.eps)}) "
                      f"momentum({_number(module.momentum)})", shape, self.value.is_vector)
        elif layer.kind == "Flatten":
            self.flatten(layer)
        elif layer.kind == "Unflatten":
            self.add_unflatten(layer)
        else:
            self.add_window(layer)

    def flatten(self, layer: _Layer) -> None:
        """Makes a vector of the value, in PyTorch's order."""
        shape = [math.prod(self.value.shape)]
        if len(self.value.shape) > 1 and not self.value.is_vector:
            self.emit(layer, "flatten", "", shape)
        self.value = _Value(self.value.name, shape)

    def add_unflatten(self, layer: _Layer) -> None:
        sizes = [int(size) for size in layer.module.unflattened_size]
        if len(self.value.shape) != 1 or self.value.shape[0] != math.prod(sizes):
            self.refuse(layer, f"{math.prod(sizes)}, as its unflattened_size")
        if len(sizes) == 3:
            channels, height, width = sizes
            self.emit(layer, "reshape", f"channels_first [{height}, {width}, {channels}]", sizes)
        else:
            self.emit(layer, "reshape", f"[{sizes[0]}, {sizes[1]}]", sizes)

    def add_window(self, layer: _Layer) -> None:
        """Writes a convolution or a pooling."""
        if len(self.value.shape) != 3:
            self.refuse(layer, "an image of channels, height and width")
        if self.value.is_vector:
            self.emit(layer, "reshape", f"[1, 1, {self.value.shape[0]}]", self.value.shape)
        if layer.kind == "AdaptiveAvgPool2d":
            self.add_adaptive(layer)
        elif layer.kind in ("MaxPool2d", "AvgPool2d"):
            module = layer.module
            window = _pair(module.kernel_size)
            stride = _pair(module.kernel_size if module.stride is None else module.stride)
            sizes = [(size - k) // s + 1
                     for size, k, s in zip(self.value.shape[1:], window, stride)]
            words = f"window{window}" + (f" stride{stride}" if stride != window else "")
            self.emit_window(layer, "max_pool" if layer.kind == "MaxPool2d" else "avg_pool", words,
                             self.value.shape[0], sizes)
        else:
            self.add_convolution(layer)

    def emit_window(self, layer: _Layer, op: str, words: str, channels: int,
                    sizes: list[int]) -> None:
        if min(sizes) < 1:
            self.refuse(layer, "an image that is at least as large as its window")
        self.emit(layer, op, words, [channels, *sizes])

    def add_adaptive(self, layer: _Layer) -> None:
        channels, height, width = self.value.shape
        wanted = layer.module.output_size
        wanted = wanted if isinstance(wanted, (tuple, list)) else (wanted, wanted)
        rows, columns = (old if new is None else int(new)
                         for new, old in zip(wanted, (height, width)))
        if (rows, columns) == (1, 1):
            self.emit(layer, "global_avg_pool", "", [channels, 1, 1], is_vector=True)
        elif height % rows or width % columns or height * width > rows * columns * _MOST_WINDOW:
            self.refuse(layer, f"a height and a width that {rows} and {columns} divide, and "
                        f"windows of at most {_MOST_WINDOW} elements")
        else:
            self.emit_window(layer, "avg_pool", f"window({height // rows}, {width // columns})",
                             channels, [rows, columns])

    def add_convolution(self, layer: _Layer) -> None:
        module = layer.module
        transposed = layer.kind == "ConvTranspose2d"
        if self.value.shape[0] != module.in_channels:
            self.refuse(layer, f"{module.in_channels} channels")
        kernel, stride, dilation = map(_pair, (module.kernel_size, module.stride, module.dilation))
        extent = [(k - 1) * d + 1 for k, d in zip(kernel, dilation)]
        words = [f"@{layer.name} kernel{kernel} channels({module.out_channels})"]
        if stride != (1, 1):
            words.append(f"stride{stride}")
        if module.padding == "same":
            words.append("padding(same)")
            ends = [size - 1 for size in extent]
        else:
            padding = (0, 0) if module.padding == "valid" else _pair(module.padding)
            if any(p >= size for p, size in zip(padding, extent)):
                raise UnsupportedError([f"{layer.name}: {layer.kind} with padding={padding}, "
                                        f"expected less than its window of {tuple(extent)}"])
            if padding != (0, 0):
                words.append(f"padding([{padding[0]}, {padding[1]}])")
            ends = [2 * p for p in padding]
        added = _pair(module.output_padding)
        if transposed and added != (0, 0):
            words.append(f"output_padding{added}")
        if dilation != (1, 1):
            words.append(f"dilation{dilation}")
        if module.groups != 1:
            words.append(f"groups({module.groups})")
        sides = zip(self.value.shape[1:], ends, extent, stride, added)
        if transposed:
            sizes = [(n - 1) * s + size - end + more for n, end, size, s, more in sides]
        else:
            sizes = [(n + end - size) // s + 1 for n, end, size, s, _ in sides]
        self.emit_window(layer, "conv_transpose2d" if transposed else "conv2d", " ".join(words),
                         module.out_channels, sizes)
