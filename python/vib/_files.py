"""Reads and writes the files of compiled programs, with NumPy only.

Whatever is wrong with a file is a `FileError` of one sentence: where, what was found, and what
was expected. Functions that parse take `path` only for these messages.
"""

from __future__ import annotations

import gzip
import json
import os
import struct
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Union

import numpy as np
from numpy.typing import NDArray

from ._errors import FileError

PathLike = Union[str, "os.PathLike[str]"]
Line = Mapping[str, Any]
Array = NDArray[Any]

# The types of safetensors that NumPy has.
_DTYPES = {
    "BOOL": "?", "U8": "u1", "I8": "i1", "U16": "<u2", "I16": "<i2", "F16": "<f2",
    "U32": "<u4", "I32": "<i4", "F32": "<f4", "U64": "<u8", "I64": "<i8", "F64": "<f8",
}
# The types of IDX files, which are big-endian.
_IDX = {0x08: "u1", 0x09: "i1", 0x0B: ">i2", 0x0C: ">i4", 0x0D: ">f4", 0x0E: ">f8"}
_LONGEST_HEADER = 100_000_000


def _read(path: PathLike) -> bytes:
    try:
        return Path(path).read_bytes()
    except OSError as error:
        raise FileError(f"{path}: {error.strerror or error}") from None


# Arrays ---------------------------------------------------------------------------------


def read_array(path: PathLike) -> Array:
    """Reads the array of an `.npy` or an IDX file, plain or gzipped (`.gz`)."""
    blob = _read(path)
    if blob[:2] == b"\x1f\x8b":
        try:
            blob = gzip.decompress(blob)
        except (OSError, EOFError, zlib.error) as error:
            raise FileError(f"{path}: a damaged gzip file ({error})") from None
    if blob[:6] == b"\x93NUMPY":
        import io

        try:
            array = np.load(io.BytesIO(blob), allow_pickle=False)
        except (ValueError, EOFError, OSError) as error:
            raise FileError(f"{path}: a damaged .npy file ({error})") from None
        return np.asarray(array)
    if len(blob) >= 4 and blob[:2] == b"\0\0" and blob[2] in _IDX:
        dtype, rank = np.dtype(_IDX[blob[2]]), blob[3]
        start = 4 + 4 * rank
        if len(blob) >= start:
            shape = struct.unpack_from(f">{rank}I", blob, 4)
            count = 1
            for extent in shape:
                count *= extent
            if len(blob) == start + count * dtype.itemsize:
                return np.frombuffer(blob, dtype, offset=start).reshape(shape)
        raise FileError(f"{path}: an IDX file whose length does not fit its dimensions")
    raise FileError(f"{path}: neither an .npy nor an IDX file")


def _parse_header(path: PathLike, blob: bytes) -> dict[str, Any]:
    length = struct.unpack_from("<Q", blob)[0] if len(blob) >= 8 else 0
    if not 2 <= length <= min(_LONGEST_HEADER, max(len(blob) - 8, 0)):
        raise FileError(f"{path}: not a safetensors file: it does not begin with the length "
                        "of a JSON header in 8 bytes")
    try:
        header = json.loads(blob[8 : 8 + length].decode("utf-8"))
    except ValueError as error:
        raise FileError(f"{path}: the header of the safetensors file is no JSON "
                        f"({error})") from None
    if not isinstance(header, dict):
        raise FileError(f"{path}: the header of the safetensors file is no JSON object")
    return header


def read_safetensors(path: PathLike) -> tuple[dict[str, Array], dict[str, str]]:
    """Reads the tensors of a safetensors file by name, and its metadata."""
    return parse_safetensors(path, _read(path))


def parse_safetensors(path: PathLike, blob: bytes) -> tuple[dict[str, Array], dict[str, str]]:
    """The tensors of a safetensors file by name, as new arrays, and its metadata.

    >>> blob = pack_safetensors({"a": np.ones((2, 3), "float32")})
    >>> parse_safetensors("memory", blob)[0]["a"].shape
    (2, 3)
    """
    header = _parse_header(path, blob)
    payload = memoryview(blob)[8 + struct.unpack_from("<Q", blob)[0] :]
    metadata = header.pop("__metadata__", {})
    tensors: dict[str, Array] = {}
    for name, entry in header.items():
        try:
            dtype = np.dtype(_DTYPES[entry["dtype"]])
            begin, end = entry["data_offsets"]
            shape = tuple(int(extent) for extent in entry["shape"])
            if not 0 <= begin <= end <= len(payload):
                raise ValueError
            tensors[name] = np.frombuffer(payload[begin:end], dtype).reshape(shape).copy()
        except (KeyError, TypeError, ValueError):
            raise FileError(f"{path}: the tensor '{name}' has a type that is not known here, "
                            "or does not fit the file") from None
    return tensors, {str(key): str(value) for key, value in dict(metadata).items()}


def read_metadata(path: PathLike) -> dict[str, str]:
    """Reads the metadata of a safetensors file, and not its tensors."""
    try:
        with open(path, "rb") as file:
            begin = file.read(8)
            length = struct.unpack("<Q", begin)[0] if len(begin) == 8 else 0
            blob = begin + file.read(min(length, _LONGEST_HEADER))
    except OSError as error:
        raise FileError(f"{path}: {error.strerror or error}") from None
    metadata = _parse_header(path, blob).get("__metadata__", {})
    return {str(key): str(value) for key, value in dict(metadata).items()}


def write_safetensors(path: PathLike, tensors: Mapping[str, Array],
                      metadata: Mapping[str, str] | None = None) -> None:
    """Writes a safetensors file. It replaces `path` only when it is complete."""
    write_whole(path, pack_safetensors(tensors, metadata))


def pack_safetensors(tensors: Mapping[str, Array],
                     metadata: Mapping[str, str] | None = None) -> bytes:
    """The contents of a safetensors file."""
    names = {np.dtype(code): name for name, code in _DTYPES.items()}
    header: dict[str, Any] = {"__metadata__": dict(metadata)} if metadata else {}
    offset, blobs = 0, []
    for name, tensor in tensors.items():
        array = np.asarray(tensor)
        array = array.astype(array.dtype.newbyteorder("<"), copy=False)
        blob = array.tobytes()
        header[name] = {"dtype": names[array.dtype], "shape": list(array.shape),
                        "data_offsets": [offset, offset + len(blob)]}
        blobs.append(blob)
        offset += len(blob)
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    return b"".join([struct.pack("<Q", len(text)), text, *blobs])


def write_whole(path: PathLike, contents: bytes) -> None:
    """Writes a file under another name and renames it, so that it is never there in part."""
    target = Path(path)
    partial = target.with_name(target.name + ".partial")
    try:
        partial.write_bytes(contents)
        os.replace(partial, target)
    except OSError as error:
        raise FileError(f"{path}: {error.strerror or error}") from None


# Runs -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Log:
    """The figures of a run: the lines of its `metrics.jsonl`.

    Of a run of a sweep, `values` has the values of the grid and the seed, `status` is that in
    `sweep.jsonl` (`done`, `diverged` or `failed`), and `final` is its line there.
    """

    name: str
    lines: list[Line]
    values: dict[str, Any] = field(default_factory=dict)
    status: str = "done"
    final: Line = field(default_factory=dict)
    where: str = "the metrics"

    def of_split(self, split: str) -> list[Line]:
        """The lines of a split. Where an evaluation has lines of the averaged and of the raw
        weights, those of the averaged ones."""
        lines = [line for line in self.lines if line.get("split") == split]
        if split == "train":
            return lines
        averaged = [line for line in lines if line.get("weights") == "average"]
        return averaged or lines

    def last(self, split: str) -> Line:
        """The last line of a split, or an empty one."""
        lines = self.of_split(split)
        if lines:
            return lines[-1]
        return self.final if self.final.get("split") == split else {}

    @property
    def figures(self) -> list[str]:
        """The names of the figures that any line has."""
        names: dict[str, None] = {}
        for line in [*self.lines, self.final]:
            names.update((key, None) for key, value in line.items()
                         if isinstance(value, (int, float)) and key not in _SETTINGS)
        return list(names)


_SETTINGS = {"epoch", "step", "samples", "seed", "n", "seconds", "lr", "hy_bits"}


def number(line: Line, key: str) -> float:
    """A figure of a line; NaN where it is null or missing."""
    value = line.get(key)
    return float(value) if isinstance(value, (int, float)) else float("nan")


def read_lines(path: PathLike) -> list[dict[str, Any]]:
    """Reads a file of JSON objects, one a line."""
    return parse_lines(path, _read(path))


def parse_lines(path: PathLike, blob: bytes) -> list[dict[str, Any]]:
    """The JSON objects of a file, one a line.

    The last line may be incomplete, as that of a run that is still going on is; it is left out.
    """
    rows = blob.decode("utf-8", "replace").split("\n")
    lines: list[dict[str, Any]] = []
    for index, row in enumerate(rows):
        if not row.strip():
            continue
        try:
            line = json.loads(row)
        except ValueError:
            line = None
        if isinstance(line, dict):
            lines.append(line)
        elif index + 1 < len(rows):
            raise FileError(f"{path}: line {index + 1} is not a JSON object")
    return lines


def read_run(folder: PathLike) -> Log:
    """Reads the figures of a run from the folder that `train --out` wrote."""
    path = Path(folder) / "metrics.jsonl"
    if not Path(folder).is_dir():
        raise FileError(f"{folder}: no such folder, expected that of a run or of a sweep")
    if not path.is_file():
        raise FileError(f"{folder}: the folder has neither metrics.jsonl nor sweep.jsonl, so it "
                        "is neither that of a run (train --out) nor of a sweep (sweep --out)")
    lines: list[Line] = [*read_lines(path)]
    if not lines:
        raise FileError(f"{path}: the file has no lines yet: the run has not ended an epoch")
    _check_metrics(lines, path)
    return Log(Path(folder).name, lines, where=str(path))


def _check_metrics(lines: Iterable[Line], path: Path) -> None:
    for index, line in enumerate(lines):
        if not isinstance(line.get("split"), str) or not isinstance(line.get("step"), int):
            raise FileError(f"{path}: line {index + 1} is not a line of metrics: it has no "
                            "'split' or no 'step'")


def find_model(folder: Path) -> tuple[str, str] | None:
    """The name and the hash of the model whose weights are in a folder of a run."""
    for name in ("model.safetensors", "checkpoint.safetensors", "best.safetensors"):
        if (folder / name).is_file():
            metadata = read_metadata(folder / name)
            if "hash" in metadata:
                return metadata.get("model", "?"), metadata["hash"]
    return None


def read_sweep(folder: PathLike) -> list[Log]:
    """Reads the runs of a sweep from the folder that `sweep --out` wrote.

    All of them are of one model: to average figures of several would be meaningless.
    """
    path = Path(folder) / "sweep.jsonl"
    records = read_lines(path)
    logs = _list_runs(records, str(path))
    first: tuple[Path, tuple[str, str]] | None = None
    for log in logs:
        run = Path(folder) / log.name
        model = find_model(run)
        if model and not first:
            first = run, model
        if first and model and model != first[1]:
            raise FileError(f"{run}: this run is of the model '{model[0]}' (hash {model[1]}), but "
                            f"{first[0]} is of '{first[1][0]}' ({first[1][1]}), and a sweep has "
                            "one model")
        # A run that failed may have lines of an older run.
        metrics = run / "metrics.jsonl"
        if log.status != "failed" and metrics.is_file():
            log.lines.extend(read_lines(metrics))
            _check_metrics(log.lines, metrics)
    return logs


def check_record(line: Line, where: str) -> None:
    if list(line)[:1] != ["run"] or line.get("status") not in ("done", "diverged", "failed"):
        raise FileError(f"{where} is not a line of a sweep: it has no 'run' or no 'status'")


def _list_runs(records: Iterable[Line], where: str) -> list[Log]:
    """The runs that the lines of a `sweep.jsonl` tell of, without lines of their own."""
    logs: list[Log] = []
    for index, line in enumerate(records):
        check_record(line, f"{where}: line {index + 1}")
        keys, status = list(line), line["status"]
        values = {key: line[key] for key in keys[1 : keys.index("status")]}
        logs.append(Log(str(line["run"]), [], values, str(status),
                        dict(line) if status != "failed" else {}, where))
    if not logs:
        raise FileError(f"{where}: no lines yet: no run of the sweep has ended")
    return logs


def read_logs(folder: PathLike) -> list[Log]:
    """Reads the runs of a sweep, or the only one of the folder of a run."""
    if (Path(folder) / "sweep.jsonl").is_file():
        return read_sweep(folder)
    return [read_run(folder)]


def as_logs(source: Any) -> list[Log]:
    """The runs that `source` stands for.

    It is the path of a folder of a run or of a sweep, a list of dicts as in `metrics.jsonl`, an
    object with such a list as `metrics` (a run), one with the lines of `sweep.jsonl` as `records`
    and a dict of such objects as `runs` (a sweep), or a list of any of these.
    """
    if isinstance(source, Log):
        return [source]
    if isinstance(source, (str, os.PathLike)):
        return read_logs(source)
    if hasattr(source, "records"):
        logs = _list_runs(source.records, "the sweep")
        for log in logs:
            if log.status != "failed" and log.name in source.runs:
                log.lines.extend(source.runs[log.name].metrics)
        return logs
    if hasattr(source, "metrics"):
        return [Log(str(getattr(source, "name", "run")), [dict(line) for line in source.metrics])]
    if isinstance(source, Iterable):
        items = list(source)
        if items and all(isinstance(item, Mapping) for item in items):
            return [Log("run", items)]
        if items:
            return [log for item in items for log in as_logs(item)]
    raise FileError(f"{type(source).__name__} is not a run or a sweep: expected a folder, or the "
                    "lines of a metrics.jsonl as dicts")
