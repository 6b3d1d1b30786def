"""Writes the layers of a module of PyTorch as text in the vib dialect."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from vib._arguments import as_number
from vib._errors import UnsupportedError, UsageError
from vib._torch_layers import ACTIVATIONS, MOST_WINDOW, Layer, pair


def write_number(value: float) -> str:
    """A number as the dialect writes it."""
    return repr(float(value))


def count(number: int, thing: str) -> str:
    return f"{number} {thing}{'' if number == 1 else 's'}"


def describe(shape: Sequence[int]) -> str:
    return f"{'x'.join(map(str, shape))} numbers" if len(shape) > 1 else count(shape[0], "number")


@dataclass
class Value:
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


def write_input(shape: list[int], scale: Sequence[float] | None, element: str,
                first: Layer) -> tuple[Value, str, list[str]]:
    """The value that the encoder reads, the type of the argument, and the lines before it."""
    is_image = len(shape) == 3
    is_grey = is_image and shape[0] == 1
    # In the order of the data: that of PyTorch, of which a single channel may be anywhere.
    sizes = [*shape[1:], 1] if is_grey else shape
    flat = len(shape) > 1 and (first.kind == "Flatten" or first.kind == "Linear"
                               and first.module.in_features == math.prod(shape) != shape[-1])
    given = scale if isinstance(scale, (list, tuple)) else [] if scale is None else [scale]
    numbers = [as_number(number, "scale") for number in given]
    if len(numbers) not in (0, 2, 4) or not all(map(math.isfinite, numbers)):
        raise UsageError(f"scale: expected (low, high) for bytes, or (from, to, low, high) for "
                         f"floats, got {scale!r}")
    dims = "x".join(map(str, sizes))
    if first.kind == "Embedding":
        if len(shape) != 1 or numbers:
            raise UsageError("input: encode begins with Embedding, expected the number of tokens of "
                             f"an example and no scale, got {tuple(shape)} and {scale!r}")
        tokens = Value("%x", shape, is_tokens=True)
        return tokens, tokens.type(element), []
    stored = f"tensor<?x{dims}x{'ui8' if len(numbers) == 2 else element}>"
    argument = "%image" if len(shape) > 1 else "%x"
    value = Value("%x" if len(shape) > 1 else "%s", [math.prod(shape)] if flat else shape)
    target = value.type(element) if flat or is_grey or not is_image else (
        f"tensor<?x{dims}x{element}>")
    lines: list[str] = []
    if numbers:
        source, aim = (f"[{write_number(one)}, {write_number(other)}]"
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


class Writer:
    """Writes the layers of a network one by one."""

    def __init__(self, prefix: str, element: str, value: Value):
        self.prefix, self.element, self.value = prefix, element, value
        self.lines: list[str] = []

    def emit(self, layer: Layer, op: str, words: str, shape: list[int],
             is_vector: bool = False) -> None:
        """Writes an op that reads the value, and whose result becomes the value."""
        name = "%" + self.prefix + "_".join(layer.name.split(".")[1:])
        if any(line.startswith(f"{name} =") for line in self.lines):
            name += "i"
        self.lines.append(f"{name} = vib.{op} {self.value.name}{' ' if words else ''}{words} : "
                          f"{self.value.type(self.element)}")
        self.value = Value(name, shape, is_vector)

    def refuse(self, layer: Layer, expected: str) -> None:
        raise UnsupportedError([f"{layer.name}: {layer.kind} reads {describe(self.value.shape)} "
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
            self.emit(Layer(f"decode.c{channel}", None), "slice", f"[{channel} : {channel + 1}]",
                      [1, height, width])
            self.emit(Layer(f"decode.f{channel}", None), "reshape", f"[{size}]", [size])
            parts.append(self.value)
        self.lines.append(f"%dout = vib.concat {', '.join(part.name for part in parts)} : "
                          + ", ".join(part.type(self.element) for part in parts))
        self.value = Value("%dout", [channels * size])

    def add(self, layer: Layer) -> None:
        """Writes a layer."""
        module, shape = layer.module, self.value.shape
        if layer.kind == "Identity" or (layer.kind == "Dropout" and module.p == 0):
            return
        if layer.kind in ACTIVATIONS:
            words = {"LeakyReLU": lambda: f"slope({write_number(module.negative_slope)})",
                     "ELU": lambda: f"alpha({write_number(module.alpha)})"}.get(layer.kind, str)()
            self.emit(layer, ACTIVATIONS[layer.kind], words, shape, self.value.is_vector)
        elif layer.kind == "Dropout":
            self.emit(layer, "dropout", f"p({write_number(module.p)})", shape, self.value.is_vector)
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
            self.emit(layer, "layer_norm", f"@{layer.name} eps({write_number(module.eps)})", shape)
        elif layer.kind.startswith("BatchNorm"):
            rank = 1 if layer.kind == "BatchNorm1d" else 3
            if len(shape) != rank or shape[0] != module.num_features:
                things = "features" if rank == 1 else "channels"
                self.refuse(layer, f"{module.num_features} {things}")
            self.emit(layer, "batch_norm", f"@{layer.name} eps({write_number(module.eps)}) "
                      f"momentum({write_number(module.momentum)})", shape, self.value.is_vector)
        elif layer.kind == "Flatten":
            self.flatten(layer)
        elif layer.kind == "Unflatten":
            self.add_unflatten(layer)
        else:
            self.add_window(layer)

    def flatten(self, layer: Layer) -> None:
        """Makes a vector of the value, in PyTorch's order."""
        shape = [math.prod(self.value.shape)]
        if len(self.value.shape) > 1 and not self.value.is_vector:
            self.emit(layer, "flatten", "", shape)
        self.value = Value(self.value.name, shape)

    def add_unflatten(self, layer: Layer) -> None:
        sizes = [int(size) for size in layer.module.unflattened_size]
        if len(self.value.shape) != 1 or self.value.shape[0] != math.prod(sizes):
            self.refuse(layer, f"{math.prod(sizes)}, as its unflattened_size")
        if len(sizes) == 3:
            channels, height, width = sizes
            self.emit(layer, "reshape", f"channels_first [{height}, {width}, {channels}]", sizes)
        else:
            self.emit(layer, "reshape", f"[{sizes[0]}, {sizes[1]}]", sizes)

    def add_window(self, layer: Layer) -> None:
        """Writes a convolution or a pooling."""
        if len(self.value.shape) != 3:
            self.refuse(layer, "an image of channels, height and width")
        if self.value.is_vector:
            self.emit(layer, "reshape", f"[1, 1, {self.value.shape[0]}]", self.value.shape)
        if layer.kind == "AdaptiveAvgPool2d":
            self.add_adaptive(layer)
        elif layer.kind in ("MaxPool2d", "AvgPool2d"):
            module = layer.module
            window = pair(module.kernel_size)
            stride = pair(module.kernel_size if module.stride is None else module.stride)
            sizes = [(size - k) // s + 1
                     for size, k, s in zip(self.value.shape[1:], window, stride)]
            words = f"window{window}" + (f" stride{stride}" if stride != window else "")
            self.emit_window(layer, "max_pool" if layer.kind == "MaxPool2d" else "avg_pool", words,
                             self.value.shape[0], sizes)
        else:
            self.add_convolution(layer)

    def emit_window(self, layer: Layer, op: str, words: str, channels: int,
                    sizes: list[int]) -> None:
        if min(sizes) < 1:
            self.refuse(layer, "an image that is at least as large as its window")
        self.emit(layer, op, words, [channels, *sizes])

    def add_adaptive(self, layer: Layer) -> None:
        channels, height, width = self.value.shape
        wanted = layer.module.output_size
        wanted = wanted if isinstance(wanted, (tuple, list)) else (wanted, wanted)
        rows, columns = (old if new is None else int(new)
                         for new, old in zip(wanted, (height, width)))
        if (rows, columns) == (1, 1):
            self.emit(layer, "global_avg_pool", "", [channels, 1, 1], is_vector=True)
        elif height % rows or width % columns or height * width > rows * columns * MOST_WINDOW:
            self.refuse(layer, f"a height and a width that {rows} and {columns} divide, and "
                        f"windows of at most {MOST_WINDOW} elements")
        else:
            self.emit_window(layer, "avg_pool", f"window({height // rows}, {width // columns})",
                             channels, [rows, columns])

    def add_convolution(self, layer: Layer) -> None:
        module = layer.module
        transposed = layer.kind == "ConvTranspose2d"
        if self.value.shape[0] != module.in_channels:
            self.refuse(layer, f"{module.in_channels} channels")
        kernel, stride, dilation = map(pair, (module.kernel_size, module.stride, module.dilation))
        extent = [(k - 1) * d + 1 for k, d in zip(kernel, dilation)]
        words = [f"@{layer.name} kernel{kernel} channels({module.out_channels})"]
        if stride != (1, 1):
            words.append(f"stride{stride}")
        if module.padding == "same":
            words.append("padding(same)")
            ends = [size - 1 for size in extent]
        else:
            padding = (0, 0) if module.padding == "valid" else pair(module.padding)
            if any(p >= size for p, size in zip(padding, extent)):
                raise UnsupportedError([f"{layer.name}: {layer.kind} with padding={padding}, "
                                        f"expected less than its window of {tuple(extent)}"])
            if padding != (0, 0):
                words.append(f"padding([{padding[0]}, {padding[1]}])")
            ends = [2 * p for p in padding]
        added = pair(module.output_padding)
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
