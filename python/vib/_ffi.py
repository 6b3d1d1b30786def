"""libvib, called through ctypes. `runtime/Vib.h` describes the functions.

ctypes releases the lock of the interpreter during a call. The library calls back on the
thread that called it, with its progress at most ten times a second while it computes, and that
is when Python notices Ctrl-C.
"""

from __future__ import annotations

import ctypes
import os
import re
import shutil
import signal
import sys
import threading
import warnings
from ctypes import POINTER, byref, c_char_p, c_double, c_int, c_int64, c_size_t, c_uint64, c_void_p
from pathlib import Path
from types import FrameType
from typing import Any, Callable, Iterable, Mapping, Optional

import numpy as np

from ._errors import DataError, Diverged, Error, UsageError
from ._files import Array

# VibStatus
DONE, FAILED, WRONG_USAGE, WRONG_DATA, RUN_EXISTS, DIVERGED, STOPPED = range(7)
# VibEvent
LINE, SAYS, WARNING, NOTE, PROGRESS = range(5)
# VibAnswer
GO_ON, END, STOP = range(3)


class VibArray(ctypes.Structure):
    _fields_ = [
        ("name", c_char_p),
        ("type", c_char_p),
        ("data", c_void_p),
        ("shape", POINTER(c_int64)),
        ("rank", c_size_t),
    ]


class VibTraining(ctypes.Structure):
    _fields_ = [
        ("train", c_void_p),
        ("test", c_void_p),
        ("validation", c_void_p),
        ("init", c_void_p),
    ]


class VibEvaluation(ctypes.Structure):
    _fields_ = [
        ("data", c_void_p),
        ("weights", c_void_p),
        ("ood", c_void_p),
        ("against", c_void_p),
    ]


Callback = ctypes.CFUNCTYPE(c_int, c_void_p, c_int, c_char_p)
Flags = POINTER(c_char_p)

_functions: dict[str, tuple[Any, list[Any]]] = {
    "vib_message": (c_char_p, []),
    "vib_open": (c_int, [c_char_p, POINTER(c_void_p)]),
    "vib_info": (c_int, [c_void_p, POINTER(c_void_p)]),
    "vib_close": (None, [c_void_p]),
    "vib_free": (None, [c_void_p]),
    "vib_data": (c_int, [c_void_p, c_char_p, POINTER(VibArray), c_size_t, POINTER(c_void_p)]),
    "vib_data_free": (None, [c_void_p]),
    "vib_weights_open": (c_int, [c_char_p, POINTER(c_void_p)]),
    "vib_weights_parse": (c_int, [c_char_p, c_size_t, POINTER(c_void_p)]),
    "vib_weights_count": (c_size_t, [c_void_p]),
    "vib_weights_tensor": (VibArray, [c_void_p, c_size_t]),
    "vib_weights_free": (None, [c_void_p]),
    "vib_train": (
        c_int,
        [c_void_p, POINTER(VibTraining), Flags, Callback, c_void_p, POINTER(c_void_p)],
    ),
    "vib_run_steps": (c_uint64, [c_void_p]),
    "vib_run_best_step": (c_uint64, [c_void_p]),
    "vib_run_divergence": (c_char_p, [c_void_p]),
    "vib_run_file": (c_void_p, [c_void_p, c_char_p, POINTER(c_size_t)]),
    "vib_run_free": (None, [c_void_p]),
    "vib_evaluate": (
        c_int,
        [c_void_p, POINTER(VibEvaluation), Flags, Callback, c_void_p, POINTER(c_void_p)],
    ),
    "vib_predict": (
        c_int,
        [c_void_p, c_void_p, c_void_p, Flags, Callback, c_void_p, POINTER(c_void_p)],
    ),
    "vib_decode": (
        c_int,
        [c_void_p, POINTER(VibArray), c_size_t, c_void_p, Flags]
        + [Callback, c_void_p, POINTER(c_void_p)],
    ),
    "vib_gradients": (
        c_int,
        [c_void_p, c_void_p, c_void_p, c_uint64, Flags]
        + [POINTER(c_double), POINTER(c_void_p)],
    ),
    "vib_result_array": (VibArray, [c_void_p]),
    "vib_result_free": (None, [c_void_p]),
}

_library: Optional[ctypes.CDLL] = None
_lock = threading.Lock()


def find_compiler() -> Path:
    """The `vibc` of the variable VIBC, else of this package, else of PATH."""
    given = os.environ.get("VIBC")
    inside = Path(__file__).parent / "bin" / "vibc"
    found = given or (str(inside) if inside.exists() else shutil.which("vibc"))
    path = shutil.which(found) if found else None
    if not path:
        raise Error(
            f"VIBC is {given}, which is not a program"
            if given
            else f"found no vibc: neither {inside} nor one in PATH; set VIBC to its path"
        )
    return Path(path).resolve()


def find_library() -> Path:
    """libvib.so: of the variable VIB_LIBRARY, else of this package, else beside vibc."""
    if given := os.environ.get("VIB_LIBRARY"):
        return Path(given)
    inside = Path(__file__).parent / "lib" / "libvib.so"
    if inside.exists():
        return inside
    beside = find_compiler().parent.parent / "lib" / "libvib.so"
    if beside.exists():
        return beside
    raise Error(f"found no libvib.so: neither {inside} nor {beside}; set VIB_LIBRARY to its path")


def library() -> ctypes.CDLL:
    """libvib, which is loaded by the first call."""
    global _library
    with _lock:
        if _library is None:
            path = find_library()
            try:
                loaded = ctypes.CDLL(str(path))
                for name, (result, arguments) in _functions.items():
                    function = getattr(loaded, name)
                    function.restype, function.argtypes = result, arguments
            except (OSError, AttributeError) as error:
                raise Error(f"cannot load libvib: {error}") from None
            _library = loaded
        return _library


def encode_text(text: str, what: str) -> bytes:
    """A string for the library, where it ends with NUL."""
    if "\0" in text:
        raise UsageError(f"{what} contains a NUL character: {text!r}")
    return os.fsencode(text)


def make_flags(flags: Iterable[str]) -> Any:
    words = [encode_text(flag, flag.partition("=")[0].lstrip("-")) for flag in flags]
    return (c_char_p * (len(words) + 1))(*words, None)


# Arguments that are not the flag with "_" for "-".
_arguments = {"eval": "evaluate", "no-shuffle": "shuffle=False", "resume": "resume=True",
              "coefficient": "coefficients", "data": "x"}


def name_arguments(message: str) -> str:
    """A message of the runtime or of the compiler, with the arguments of Python in place of flags.
    A flag of vibc that the message advises keeps its name."""
    return re.sub(
        r"(vibc )?(?<![\w/.-])--([a-z][a-z-]*)",
        lambda its: its[0] if its[1] else _arguments.get(its[2], its[2].replace("-", "_")),
        message,
    )


def check(status: int) -> None:
    """Raises the exception of a status."""
    if status == DONE:
        return
    message = name_arguments(library().vib_message().decode(errors="replace"))
    if status == WRONG_USAGE:
        raise UsageError(message)
    if status == WRONG_DATA:
        raise DataError(message)
    if status == RUN_EXISTS:
        raise FileExistsError(message)
    if status == DIVERGED:
        raise Diverged(message)
    raise Error(message)


class Handle:
    """A pointer of the library that is freed with the object."""

    def __init__(self, pointer: c_void_p, free: str) -> None:
        self.pointer = pointer
        self._free: Optional[Callable[[c_void_p], None]] = getattr(library(), free)

    def __del__(self) -> None:
        free, self._free = getattr(self, "_free", None), None
        if free is not None:
            free(self.pointer)


class Listener:
    """Takes what the library reports while it works, and catches Ctrl-C meanwhile.

    An exception of a callback, and Ctrl-C, stop the call. They are raised when it has ended,
    for training after a checkpoint.
    """

    def __init__(
        self,
        callback: Optional[Callable[[str], object]] = None,
        progress: bool = False,
        stopping: Optional[threading.Event] = None,
    ) -> None:
        self.callback = callback
        self.progress = progress
        self.stopping = stopping
        self.error: Optional[BaseException] = None
        self.interrupted = False
        #: Whether the call has told of anything. A training that is resumed does once its
        #: settings and its data are known to be those of the checkpoint.
        self.has_begun = False
        self.function = Callback(self._take)
        self._drawn = False
        # A terminal or a notebook replaces a line that ends with "\r".
        stream = sys.stderr
        self._live = progress and (
            bool(getattr(stream, "isatty", lambda: False)())
            or type(stream).__module__.startswith("ipykernel")
        )

    def _take(self, user: object, event: int, text: bytes) -> int:
        try:
            return self._answer(event, text.decode(errors="replace"))
        except BaseException as error:
            self.error = self.error or error
            return STOP

    def _answer(self, event: int, text: str) -> int:
        self.has_begun |= event == SAYS
        if event == WARNING or event == NOTE:
            self.clear()
            warnings.warn(name_arguments(text), stacklevel=2)
        elif event == SAYS and self.progress:
            self.clear()
            print(name_arguments(text), file=sys.stderr, flush=True)
        elif event == PROGRESS and self._live:
            print(f"\r{text}\x1b[K", end="", file=sys.stderr, flush=True)
            self._drawn = True
        if self.error or self.interrupted or (self.stopping and self.stopping.is_set()):
            return STOP
        if event == LINE and self.callback and self.callback(text):
            return END
        return GO_ON

    def clear(self) -> None:
        if self._drawn:
            print("\r\x1b[K", end="", file=sys.stderr, flush=True)
        self._drawn = False

    def call(self, function: Callable[[], int]) -> int:
        """Calls the library. Returns the status, unless an exception is to be raised."""
        with _CatchInterrupts(self):
            status = function()
        self.clear()
        return status

    def reraise(self) -> None:
        """Raises what has stopped the call."""
        if self.error:
            raise self.error
        if self.interrupted:
            raise KeyboardInterrupt


class _CatchInterrupts:
    """Notes Ctrl-C instead of raising KeyboardInterrupt, which would be lost in a callback."""

    def __init__(self, listener: Listener) -> None:
        self.listener = listener
        self.old: Any = None

    def __enter__(self) -> None:
        if (
            threading.current_thread() is threading.main_thread()
            and signal.getsignal(signal.SIGINT) is signal.default_int_handler
        ):
            self.old = signal.signal(signal.SIGINT, self._note)

    def _note(self, number: int, frame: Optional[FrameType]) -> None:
        self.listener.interrupted = True

    def __exit__(self, *_: object) -> None:
        if self.old is not None:
            signal.signal(signal.SIGINT, self.old)


def as_array(value: object, what: str) -> Array:
    """An array that the library can borrow: of NumPy, a DataFrame, a Series, or a tensor on
    the CPU. It is copied only if its elements are not in row-major order and of a type that
    the library has."""
    if isinstance(value, np.ma.MaskedArray) and np.ma.is_masked(value):
        raise DataError(f"{what}: a masked array, whose mask nothing reads: expected an array with "
                        "all of its elements, as x.filled(0) gives")
    if isinstance(value, np.ndarray):
        array = value
    else:
        # A tensor of PyTorch that requires gradients has no array.
        plain = value.detach() if hasattr(value, "detach") else value
        if hasattr(plain, "to_numpy"):
            plain = plain.to_numpy()
        try:
            array = np.asarray(plain)
        except Exception as error:
            raise DataError(f"{what}: cannot be read as an array: {error}") from error
    if array.dtype.kind == "f" and array.dtype.itemsize == 2:
        array = array.astype(np.float32)
    if array.dtype.kind not in "biuf" or array.dtype.itemsize > 8:
        raise DataError(
            f"{what}: elements of the type {array.dtype}, expected float32, float64, an "
            "integer type or bool"
        )
    return np.require(array, array.dtype.newbyteorder("="), ["C_CONTIGUOUS", "ALIGNED"])


def named_arrays(value: object, name: str, what: str) -> dict[str, Array]:
    """The arrays of a mapping by their names, or one array of this name."""
    if value is None:
        return {}
    label = f"{what} " if what else ""
    # A DataFrame is no Mapping.
    if isinstance(value, Mapping):
        return {str(key): as_array(its, f"{label}{key}") for key, its in value.items()}
    return {name: as_array(value, f"{label}{name}")}


def describe_arrays(arrays: Mapping[str, Array]) -> Any:
    described = (VibArray * len(arrays))()
    for its, (name, array) in zip(described, arrays.items()):
        its.name = encode_text(name, "the name of an array")
        its.type = array.dtype.name.encode()
        its.data = array.ctypes.data
        its.shape = (c_int64 * array.ndim)(*array.shape)
        its.rank = array.ndim
    return described


def copy_array(its: VibArray) -> Array:
    """A fresh array of what the library has."""
    shape = tuple(its.shape[i] for i in range(its.rank))
    kinds = {b"float32": np.float32, b"float64": np.float64}
    array: Array = np.empty(shape, kinds[its.type])
    if array.size:
        ctypes.memmove(array.ctypes.data, its.data, array.nbytes)
    return array


class Data(Handle):
    """A data set. It keeps its arrays."""

    def __init__(self, program: Handle, x: object, y: object = None, what: str = "") -> None:
        self.program = program
        self.arrays = named_arrays(x, "x", what)
        for name, array in named_arrays(y, "y", what).items():
            if name in self.arrays:
                raise DataError(f"{name!r} is among the inputs and among the targets")
            self.arrays[name] = array
        pointer = c_void_p()
        check(
            library().vib_data(
                program.pointer,
                what.encode(),
                describe_arrays(self.arrays),
                len(self.arrays),
                byref(pointer),
            )
        )
        super().__init__(pointer, "vib_data_free")


def take_text(pointer: c_void_p) -> str:
    text = ctypes.cast(pointer, c_char_p).value or b""
    library().vib_free(pointer)
    return text.decode(errors="replace")
