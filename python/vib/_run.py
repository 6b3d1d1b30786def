"""A training run."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Optional

from ._arguments import as_path
from ._errors import Error, FileError, UsageError
from ._files import Array, PathLike, find_model, parse_lines, parse_safetensors

if TYPE_CHECKING:
    from ._model import Model
    from ._weights import WeightsLike


class Records(list[dict[str, Any]]):
    """A list of dicts, such as the lines of `metrics.jsonl`."""

    def to_pandas(self) -> Any:
        """A `pandas.DataFrame` with a row for each."""
        import pandas  # type: ignore[import-untyped,unused-ignore]

        return pandas.DataFrame(list(self))


class Run:
    """A training run, in a folder or in memory. `Model.train` returns it.

    `Run(model, folder)` is a run that was trained before, also by the program. A run in a
    folder is pickled as its path, one in memory with its files.

    >>> run.metrics[-1]["epoch"]
    1
    >>> sorted(run.weights)[:2]
    ['decode.0.bias', 'decode.0.weight']
    >>> run.predict(x, samples=3).shape, run.evaluate(x, y)["n"]
    ((100, 3), 100)
    """

    def __init__(
        self,
        model: Model,
        out: Optional[PathLike] = None,
        files: Optional[dict[str, bytes]] = None,
        *,
        steps: Optional[int] = None,
        best_step: Optional[int] = None,
        diverged: str = "",
    ) -> None:
        if out is None and files is None:
            raise Error("a run that is not in memory has a folder")
        # It imports this module.
        from ._model import Model

        if not isinstance(model, Model):
            raise UsageError(f"expected a model that vib.compile has made, got {model!r}")
        folder = None if out is None else Path(as_path(out, "out"))
        # A run that diverged in its first step has written nothing.
        if folder and steps is None and not diverged and not folder.is_dir():
            raise FileNotFoundError(f"{folder} is not a folder, expected the folder of a run")
        its = find_model(folder) if folder else None
        if its and its[0] != model.name:
            raise FileError(f"{folder}: a run of the model {its[0]}, and not of {model.name}")
        #: The model that was trained.
        self.model = model
        #: The folder, or None.
        self.out = folder
        self._files = files
        #: The number of updates. None if the run was not trained by this process.
        self.steps = steps
        #: The updates at the end of the best epoch, with validation data.
        self.best_step = best_step
        #: Why the weights are useless; "" if they are not.
        self.diverged = diverged

    def __repr__(self) -> str:
        return f"<vib.Run of {self.model.name} in {self.out or 'memory'}>"

    def file(self, name: str) -> bytes:
        """The content of a file of the run: "model.safetensors", "checkpoint.safetensors",
        "best.safetensors" or "metrics.jsonl"."""
        if self.out is not None:
            return (self.out / name).read_bytes()
        assert self._files is not None
        if name not in self._files:
            raise FileNotFoundError(f"the run in memory has no {name}")
        return self._files[name]

    def save(self, folder: PathLike) -> None:
        """Writes the files of a run in memory into a new folder, as `out` would have."""
        path = Path(as_path(folder, "folder"))
        path.mkdir(parents=True)
        for name in self._files if self._files is not None else ():
            (path / name).write_bytes(self.file(name))

    @property
    def metrics(self) -> Records:
        """The lines of `metrics.jsonl`: a list of dicts, with `to_pandas()`."""
        try:
            return Records(parse_lines(self._place("metrics.jsonl"), self.file("metrics.jsonl")))
        except FileNotFoundError:
            return Records()

    @property
    def weights(self) -> dict[str, Array]:
        """The weights, by the names of PyTorch's state_dict: the averages where the model
        has them."""
        return self._tensors("model.safetensors")

    @property
    def best_weights(self) -> dict[str, Array]:
        """The weights of the best epoch, with validation data."""
        return self._tensors("best.safetensors")

    def _tensors(self, name: str) -> dict[str, Array]:
        return parse_safetensors(self._place(name), self.file(name))[0]

    def _place(self, name: str) -> PathLike:
        """A file of the run, for messages."""
        return name if self.out is None else self.out / name

    def encode(
        self,
        x: object,
        *,
        use: Optional[str] = None,
        posterior: Optional[str] = None,
        threads: Optional[int] = None,
    ) -> tuple[Array, Array]:
        """`Model.encode` with the weights of this run."""
        return self.model.encode(x, weights=self, use=use, posterior=posterior, threads=threads)

    def predict(
        self,
        x: object,
        samples: Optional[int] = None,
        what: str = "probs",
        *,
        use: Optional[str] = None,
        seed: Optional[int] = None,
        posterior: Optional[str] = None,
        target: Optional[str] = None,
        allow_nonfinite: bool = False,
        threads: Optional[int] = None,
    ) -> Array:
        """`Model.predict` with the weights of this run."""
        return self.model.predict(
            x,
            weights=self,
            samples=samples,
            what=what,
            use=use,
            seed=seed,
            posterior=posterior,
            target=target,
            allow_nonfinite=allow_nonfinite,
            threads=threads,
        )

    def decode(
        self,
        z: object,
        *,
        what: str = "probs",
        use: Optional[str] = None,
        target: Optional[str] = None,
        allow_nonfinite: bool = False,
        threads: Optional[int] = None,
    ) -> Array:
        """`Model.decode` with the weights of this run."""
        return self.model.decode(
            z,
            weights=self,
            what=what,
            use=use,
            target=target,
            allow_nonfinite=allow_nonfinite,
            threads=threads,
        )

    def evaluate(
        self,
        x: object,
        y: object = None,
        samples: Optional[int] = None,
        *,
        use: Optional[str] = None,
        seed: Optional[int] = None,
        calibration: bool = False,
        bounds: bool = False,
        block: Optional[int] = None,
        ood: object = None,
        attack: Optional[str] = None,
        epsilon: Optional[float] = None,
        attack_steps: Optional[int] = None,
        attack_step_size: Optional[float] = None,
        attack_draws: Optional[int] = None,
        against: Optional[WeightsLike] = None,
        first_label: Optional[int] = None,
        threads: Optional[int] = None,
    ) -> dict[str, Any]:
        """`Model.evaluate` with the weights of this run."""
        return self.model.evaluate(
            x,
            y,
            weights=self,
            samples=samples,
            use=use,
            seed=seed,
            calibration=calibration,
            bounds=bounds,
            block=block,
            ood=ood,
            attack=attack,
            epsilon=epsilon,
            attack_steps=attack_steps,
            attack_step_size=attack_step_size,
            attack_draws=attack_draws,
            against=against,
            first_label=first_label,
            threads=threads,
        )

    def to_onnx(self, path: PathLike, *, use: Optional[str] = None) -> None:
        """`Model.to_onnx` with the weights of this run."""
        self.model.to_onnx(path, weights=self, use=use)
