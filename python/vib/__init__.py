"""Train networks with a variational information bottleneck, compiled by vib.

>>> import vib
>>> model = vib.compile(example)
>>> run = model.train(x, y, test=(x, y), epochs=2, beta=1e-3, seed=0, progress=False)
>>> mu, sigma = run.encode(x)
>>> p = run.predict(x, samples=12)
"""

from ._compile import cache_directory, compile
from ._errors import (
    DataError,
    Diverged,
    Error,
    FileError,
    ModelError,
    UnsupportedError,
    UsageError,
)
from ._model import Model
from ._run import Records, Run
from ._sweep import Sweep, sweep
from .from_torch import TorchModel, from_torch

__version__ = "0.1.0"

__all__ = [
    "DataError",
    "Diverged",
    "Error",
    "FileError",
    "Model",
    "ModelError",
    "Records",
    "Run",
    "Sweep",
    "TorchModel",
    "UnsupportedError",
    "UsageError",
    "cache_directory",
    "compile",
    "from_torch",
    "sweep",
]
