"""Compiling models, and a cache of what was compiled."""

from __future__ import annotations

import hashlib
import os
import re
import subprocess
import tempfile
from pathlib import Path
from typing import Optional

from . import _ffi
from ._arguments import as_count, as_path, flag
from ._errors import Error, FileError, ModelError, UsageError
from ._files import PathLike
from ._model import Model
from ._weights import WeightsLike, find_file


def cache_directory() -> Path:
    """The folder of compiled models: VIB_CACHE, else `vib` in the user's cache folder."""
    if given := os.environ.get("VIB_CACHE"):
        return Path(given)
    caches = os.environ.get("XDG_CACHE_HOME") or os.path.join(os.path.expanduser("~"), ".cache")
    return Path(caches) / "vib"


def compile(
    source: PathLike,
    *,
    batch: Optional[int] = None,
    precision: Optional[str] = None,
    cpu: Optional[str] = None,
    opt: Optional[int] = None,
) -> Model:
    """Compiles a model of the `vib` dialect, given as a file or as text.

    `batch` replaces the batch of the model, `precision` is "f64", "f32" or "bf16", `cpu` a
    processor as `vibc --cpu` takes it, by default this one, and `opt` the level of
    optimization, from 0 to 3. The default of `precision` is the model's own.

    A text has a line break; anything else is the name of a file. Compiled models are kept in
    a cache, by their text, the arguments, the compiler and the processor.

    Raises a `ModelError`, which says where, if the model is wrong.

    >>> import vib
    >>> model = vib.compile(example)
    >>> model.name, model.batch, model.latents
    ('small', 32, 2)
    >>> vib.compile("vib.model @wrong() {\\n}\\n")  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    vib.ModelError: <text>:1:1: ...
    """
    given = as_path(source, "source")
    is_text = "\n" in given
    try:
        text = given if is_text else Path(given).read_text()
    except OSError as error:
        raise type(error)(error.errno, error.strerror, given) from None
    except UnicodeDecodeError:
        raise FileError(f"{given}: is no text in UTF-8, expected a model file") from None
    flags = flag("batch", batch) + flag("precision", precision) + flag("cpu", cpu)
    if opt is not None:
        flags.append(f"-O{as_count(opt, 'opt')}")
    return compile_text(text, flags, None if is_text else given)


def compile_text(text: str, flags: list[str], file: Optional[str] = None) -> Model:
    vibc = _ffi.find_compiler()
    key = _make_key(text, flags, vibc)
    path = cache_directory() / f"{key}.o"
    if not path.exists():
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise Error(
                f"{path.parent}: cannot be created, as the cache of compiled models: "
                f"{error.strerror}; set VIB_CACHE to another folder"
            ) from None
        _run_compiler(vibc, text, flags, file, path)
    return Model(path, text, flags, file)


def _make_key(text: str, flags: list[str], vibc: Path) -> str:
    """What the compiled object depends on, as a hash."""
    status = vibc.stat()
    compiler = f"{vibc} {status.st_mtime_ns} {status.st_size}"
    parts = [text, *flags, compiler, _describe_processor()]
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:32]


def _describe_processor() -> str:
    """What `--cpu=native` may depend on."""
    try:
        text = Path("/proc/cpuinfo").read_text().partition("\n\n")[0]
    except OSError:
        return ""
    wanted = ("vendor_id", "cpu family", "model", "model name", "stepping", "flags")
    return "\n".join(line for line in text.splitlines() if line.split("\t")[0] in wanted)


def _run_compiler(
    vibc: Path, text: str, flags: list[str], file: Optional[str], path: Path
) -> None:
    # Beside the result, so that it can be moved there at once.
    with tempfile.TemporaryDirectory(dir=path.parent, prefix=".new-") as folder:
        made = os.path.join(folder, "model.o")
        # libvib loads an object itself, so that no linker is needed.
        _call_compiler(vibc, [*flags, "--emit=obj", "--gradients"], text, file, folder, made)
        os.replace(made, path)


def _call_compiler(
    vibc: Path, flags: list[str], text: str, file: Optional[str], folder: str, made: str
) -> None:
    """`folder` is one for a text that is in no file."""
    source = file or os.path.join(folder, "text.mlir")
    if file is None:
        Path(source).write_text(text)
    words = [str(vibc), *flags, "-o", made, "--", source]
    done = subprocess.run(words, capture_output=True, text=True, errors="replace")
    if done.returncode == 0:
        return
    message = done.stderr.strip()
    if file is None:
        message = message.replace(source, "<text>").replace(folder + os.sep, "")
    _raise_error(message, file or "<text>", done.returncode)


def write_onnx(text: str, weights: WeightsLike, raw: bool, flags: list[str], path: str) -> None:
    """Writes the network of a model with weights as ONNX."""
    with tempfile.TemporaryDirectory(prefix="vib-") as folder:
        flags = ["--emit=onnx", f"--weights={find_file(weights, raw, folder)}", *flags]
        _call_compiler(_ffi.find_compiler(), flags, text, None, folder, path)


def _raise_error(message: str, file: str, status: int) -> None:
    if not message:
        raise Error(f"vibc ended with the status {status} and without a message")
    place = re.search(rf"^{re.escape(file)}:(\d+):(\d+): error: ", message, re.MULTILINE)
    if place:
        text = message[place.start() :]
        text = _ffi.name_arguments(text.replace(": error: ", ": ", 1))
        raise ModelError(text, file, int(place[1]), int(place[2]))
    if status == 2:
        raise UsageError(_ffi.name_arguments(message.partition("\nTry 'vibc --help'")[0]))
    raise Error(_ffi.name_arguments(message))
