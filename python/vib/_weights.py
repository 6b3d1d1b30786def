"""Weights: files of safetensors, on the disk or in memory, and dicts of arrays."""

from __future__ import annotations

import json
import os
from ctypes import byref, c_void_p
from pathlib import Path
from typing import TYPE_CHECKING, Any, Mapping, Union

import numpy as np

from . import _ffi
from ._ffi import Array

if TYPE_CHECKING:
    from ._run import Run

#: What `weights=` takes: a run, the path or the bytes of a file, or arrays by their names.
WeightsLike = Union["Run", str, "os.PathLike[str]", bytes, Mapping[str, object]]

_types: dict[str, "np.dtype[Any]"] = {"F32": np.dtype("<f4"), "F64": np.dtype("<f8"), "I64": np.dtype("<i8")}


def parse(data: bytes) -> dict[str, Array]:
    """The arrays of a safetensors file.

    >>> parse(pack({"a": np.ones((2, 3), "float32")}))["a"].shape
    (2, 3)
    """
    size = int.from_bytes(data[:8], "little")
    header = json.loads(data[8 : 8 + size])
    header.pop("__metadata__", None)
    arrays = {}
    for name, its in header.items():
        begin, end = its["data_offsets"]
        dtype = _types[its["dtype"]]
        part = data[8 + size + begin : 8 + size + end]
        arrays[name] = np.frombuffer(part, dtype).reshape(its["shape"]).copy()
    return arrays


def pack(weights: Mapping[str, object]) -> bytes:
    """A safetensors file of arrays, in float64 where they are, else in float32."""
    header: dict[str, object] = {}
    parts: list[bytes] = []
    at = 0
    for name, value in weights.items():
        array = _ffi.as_array(value, name)
        is_count = array.dtype == np.int64 and array.ndim == 0
        kind = "F64" if array.dtype == np.float64 else "I64" if is_count else "F32"
        part = array.astype(_types[kind]).tobytes()
        header[name] = {
            "dtype": kind,
            "shape": list(array.shape),
            "data_offsets": [at, at + len(part)],
        }
        parts.append(part)
        at += len(part)
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    return len(text).to_bytes(8, "little") + text + b"".join(parts)


def open_weights(weights: WeightsLike, raw: bool = False) -> _ffi.Handle:
    """The weights for the library. `raw` says that the raw ones are wanted of a run."""
    from ._run import Run

    if isinstance(weights, Run):
        weights = weights.file("checkpoint.safetensors" if raw else "model.safetensors")
    pointer = c_void_p()
    library = _ffi.library()
    if isinstance(weights, (str, os.PathLike)):
        _ffi.check(library.vib_weights_open(os.fsencode(Path(weights)), byref(pointer)))
    else:
        data = weights if isinstance(weights, bytes) else pack(weights)
        _ffi.check(library.vib_weights_parse(data, len(data), byref(pointer)))
    return _ffi.Handle(pointer, "vib_weights_free")
