"""What `from_torch` finds in a module of PyTorch, and what of it the vib dialect has."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from vib._errors import UsageError

MOST_WINDOW = 256


@dataclass(frozen=True)
class Layer:
    """A layer and its name in the `state_dict`, such as encode.0."""

    name: str
    module: Any

    @property
    def kind(self) -> str:
        return type(self.module).__name__


def find_parts(module: Any, encode: Any, decode: Any) -> dict[str, Any]:
    from torch import nn

    parts: dict[str, Any] = {}
    for part, given in (("encode", encode), ("decode", decode)):
        if module is not None and given is not None:
            raise UsageError(f"expected either a module or {part}=…, got both")
        net = given if module is None else getattr(module, part, None)
        if net is None:
            where = f"{type(module).__name__} has no '{part}'" if module is not None else (
                f"no {part}= was given")
            raise UsageError(f"{where}, expected an nn.Sequential of layers")
        if not isinstance(net, nn.Module):
            what = "a method" if callable(net) else f"of the type {type(net).__name__}"
            raise UsageError(f"'{part}' is {what}, expected an nn.Module, such as an "
                             f"nn.Sequential of layers: give it as {part}=…")
        parts[part] = net
    return parts


def list_layers(name: str, module: Any) -> Iterator[Layer]:
    """The layers of a network in their order; those within an `nn.Sequential`, too."""
    from torch import nn

    if type(module) is nn.Sequential and not _find_hooks(module):
        # A module that is used twice is there twice, which named_children does not say.
        for key, child in module._modules.items():
            yield from list_layers(f"{name}.{key}", child)
    else:
        yield Layer(name, module)


def _find_hooks(module: Any) -> str:
    """What changes the result of a module besides its class, or ''."""
    if "forward" in vars(module):
        return "a forward of its own"
    if getattr(module, "parametrizations", None):
        return "a parametrization"
    if any(getattr(module, hooks, None) for hooks in ("_forward_hooks", "_forward_pre_hooks")):
        return "a forward hook"
    return ""


def _tensors(layer: Layer) -> Iterator[tuple[str, Any]]:
    """The parameters and the running statistics of a layer, by name."""
    yield from layer.module.named_parameters(prefix=layer.name)
    yield from layer.module.named_buffers(prefix=layer.name)


def find_element(layers: Sequence[Layer]) -> tuple[str, list[str]]:
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


def _find_memory(tensor: Any) -> object:
    """What is equal for tensors of the same memory. A lazy one and one without data have none."""
    is_lazy = hasattr(tensor, "materialize")
    if is_lazy or tensor.device.type == "meta" or not tensor.numel():
        return id(tensor)
    return tensor.device, tensor.data_ptr()


def check_sharing(layers: Sequence[Layer]) -> Iterator[str]:
    """Tensors that two layers have in common: PyTorch would train them as one."""
    owners: dict[object, str] = {}
    for layer in layers:
        for name, tensor in _tensors(layer):
            other = owners.setdefault(_find_memory(tensor), name)
            if other != name:
                yield f"{name}: shared with {other}, expected weights of its own"


def check_rest(module: Any) -> Iterator[str]:
    """Weights outside of encode and decode, which strict loading would miss."""
    for key in module.state_dict() if module is not None else ():
        if not key.startswith(("encode.", "decode.")):
            yield f"{key}: outside of encode and decode, so it is not part of the model"


# What the dialect has -------------------------------------------------------------------


def pair(value: Any) -> tuple[int, int]:
    first, second = value if isinstance(value, (tuple, list)) else (value, value)
    return int(first), int(second)


def _no_bias(layer: Any) -> str:
    return "bias=False, expected a bias" if layer.bias is None else ""


def _of_conv(layer: Any) -> Iterator[str]:
    yield _no_bias(layer)
    if layer.padding_mode != "zeros":
        yield f"padding_mode='{layer.padding_mode}', expected 'zeros'"


def _of_pool(layer: Any) -> Iterator[str]:
    if pair(layer.padding) != (0, 0):
        yield f"padding={layer.padding}, expected 0"
    if layer.ceil_mode:
        yield "ceil_mode=True, expected False"
    if math.prod(pair(layer.kernel_size)) > MOST_WINDOW:
        yield (f"a window of {math.prod(pair(layer.kernel_size))} elements, expected at most "
               f"{MOST_WINDOW}")


def _of_max_pool(layer: Any) -> Iterator[str]:
    yield from _of_pool(layer)
    if pair(layer.dilation) != (1, 1):
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
ACTIVATIONS = {
    "ReLU": "relu", "Tanh": "tanh", "Sigmoid": "sigmoid", "SiLU": "silu", "SELU": "selu",
    "GELU": "gelu", "Softplus": "softplus", "LeakyReLU": "leaky_relu", "ELU": "elu",
}


def check_layer(layer: Layer) -> Iterator[str]:
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
