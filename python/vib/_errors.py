"""The exceptions of the package."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Optional

if TYPE_CHECKING:
    from ._run import Run


class Error(Exception):
    """Something is wrong; the message says what, and what was expected."""


class UsageError(Error, ValueError):
    """An argument is wrong. The message names it."""


class DataError(Error, ValueError):
    """An array does not fit the model."""


class FileError(Error, ValueError):
    """A file, or what it contains, is not what was expected."""


class ModelError(Error, ValueError):
    """A model is wrong.

    `file`, `line` and `column` say where, if the compiler knows it. Lines and columns
    count from 1. `file` is `"<text>"` for a model that was given as text.
    """

    def __init__(
        self,
        message: str,
        file: Optional[str] = None,
        line: Optional[int] = None,
        column: Optional[int] = None,
    ) -> None:
        super().__init__(message)
        self.file = file
        self.line = line
        self.column = column

    def __reduce__(self) -> tuple[object, ...]:
        return (ModelError, (str(self), self.file, self.line, self.column))


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


class Diverged(Error):
    """Training has diverged and cannot continue. `run` has what there is of it."""

    def __init__(self, message: str, run: Optional[Run] = None) -> None:
        super().__init__(message)
        self.run = run

    def __reduce__(self) -> tuple[object, ...]:
        return (Diverged, (str(self), self.run))


# As users know them, in tracebacks too.
_all = (Error, UsageError, DataError, FileError, ModelError, UnsupportedError, Diverged)
for _error in _all:
    _error.__module__ = "vib"
