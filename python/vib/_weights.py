"""Weights: files of safetensors, on the disk or in memory, and dicts of arrays."""

from __future__ import annotations

import os
from ctypes import byref, c_void_p
from pathlib import Path
from typing import TYPE_CHECKING, Mapping, Union

import numpy as np

from . import _ffi
from ._errors import UsageError
from ._files import PathLike, pack_safetensors

if TYPE_CHECKING:
    from ._run import Run

#: What `weights=` takes: a run, the path or the bytes of a file, or arrays by their names.
WeightsLike = Union["Run", PathLike, bytes, Mapping[str, object]]


def pack(weights: Mapping[str, object]) -> bytes:
    """A safetensors file of arrays, in float64 where they are, else in float32."""
    tensors = {}
    for name, value in weights.items():
        array = _ffi.as_array(value, name)
        is_count = array.dtype == np.int64 and array.ndim == 0
        kept = array.dtype == np.float64 or is_count
        tensors[name] = array if kept else array.astype(np.float32)
    return pack_safetensors(tensors)


def _choose(weights: WeightsLike, raw: bool) -> Union[PathLike, bytes, Mapping[str, object]]:
    """What holds the weights. `raw` says that the raw ones are wanted of a run."""
    from ._run import Run

    if isinstance(weights, Run):
        return weights.file("checkpoint.safetensors" if raw else "model.safetensors")
    if not isinstance(weights, (str, os.PathLike, bytes, Mapping)):
        raise UsageError("expected weights: a run, the path or the bytes of a file, or a dict "
                         f"of arrays, got {weights!r}")
    return weights


def find_file(weights: WeightsLike, raw: bool, folder: str) -> str:
    """The path of a file with the weights, which is made in `folder` unless there is one."""
    chosen = _choose(weights, raw)
    if isinstance(chosen, (str, os.PathLike)):
        return os.fsdecode(_ffi.encode_text(os.fsdecode(chosen), "weights"))
    path = Path(folder) / "weights.safetensors"
    path.write_bytes(chosen if isinstance(chosen, bytes) else pack(chosen))
    return str(path)


def open_weights(weights: WeightsLike, raw: bool = False) -> _ffi.Handle:
    """The weights for the library. `raw` says that the raw ones are wanted of a run."""
    chosen = _choose(weights, raw)
    pointer = c_void_p()
    library = _ffi.library()
    if isinstance(chosen, (str, os.PathLike)):
        path = _ffi.encode_text(str(Path(os.fsdecode(chosen))), "weights")
        _ffi.check(library.vib_weights_open(path, byref(pointer)))
    else:
        data = chosen if isinstance(chosen, bytes) else pack(chosen)
        _ffi.check(library.vib_weights_parse(data, len(data), byref(pointer)))
    return _ffi.Handle(pointer, "vib_weights_free")
