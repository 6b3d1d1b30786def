"""What arguments may be. What they may not be is a `UsageError` that names the argument."""

from __future__ import annotations

import operator
import os
from typing import Any, Callable, Optional, cast

import numpy as np

from ._errors import UsageError
from ._files import PathLike


def _is_single(value: object) -> bool:
    """Whether it may be one number: no text, and no array of any dimension."""
    return not isinstance(value, (bool, str, bytes)) and getattr(value, "ndim", 0) == 0


def as_number(value: object, name: str) -> float:
    """A number, also of NumPy."""
    if _is_single(value):
        try:
            return float(cast(Any, value))
        except (TypeError, ValueError, OverflowError):
            pass
    raise UsageError(f"{name}: expected a number, got {value!r}")


def as_count(value: object, name: str, least: Optional[int] = None) -> int:
    """A whole number, also of NumPy."""
    if _is_single(value):
        try:
            count = operator.index(cast(Any, value))
        except TypeError:
            pass
        else:
            if least is None or count >= least:
                return count
    words = "" if least is None else f" of {least} or more"
    raise UsageError(f"{name}: expected a whole number{words}, got {value!r}")


def as_text(value: object, name: str) -> str:
    if not isinstance(value, str):
        raise UsageError(f"{name}: expected a text, got {value!r}")
    return value


def as_path(value: object, name: str) -> str:
    try:
        return os.fsdecode(cast(PathLike, value))
    except TypeError:
        raise UsageError(f"{name}: expected a path, got {value!r}") from None


def check_callback(value: object, name: str) -> None:
    if value is not None and not callable(value):
        raise UsageError(f"{name}: expected a function, got {value!r}")


_switches = ("resume", "calibration", "bounds", "allow-nonfinite", "no-shuffle")
_values: dict[str, Callable[[object, str], object]] = {
    **dict.fromkeys(("beta", "lr", "epsilon", "attack-step-size"), as_number),
    **dict.fromkeys(("keep-best", "eval", "what", "use", "posterior", "target", "attack",
                     "precision", "cpu"), as_text),
}


def flag(name: str, value: object) -> list[str]:
    """A flag of the program; none for the value None, and for a switch that is off.

    What is neither a switch, a number nor a text is a whole number.
    """
    if value is None:
        return []
    argument = name.replace("-", "_")
    if name in _switches:
        if not isinstance(value, (bool, np.bool_)):
            raise UsageError(f"{argument}: expected True or False, got {value!r}")
        return [f"--{name}"] if value else []
    its = _values.get(name, as_count)(value, argument)
    return [f"--{name}={its!r}" if isinstance(its, float) else f"--{name}={its}"]
