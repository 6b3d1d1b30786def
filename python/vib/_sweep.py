"""Trainings with each of several values."""

from __future__ import annotations

import itertools
import json
import os
import sys
import threading
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from pathlib import Path
from typing import TYPE_CHECKING, Any, Iterable, Mapping, Optional, Union

from . import _ffi
from ._arguments import as_count, as_number, as_path, flag
from ._errors import DataError, Diverged, Error, UsageError
from ._files import PathLike, check_record, find_model, read_lines, read_metadata, write_whole
from ._model import Model, TrainingSet, training_flags
from ._run import Records, Run
from ._weights import WeightsLike, open_weights

if TYPE_CHECKING:
    from .from_torch import TorchModel

_name = "sweep.jsonl"


class Sweep:
    """What `vib.sweep` has trained. It may be pickled."""

    def __init__(self, model: Model, records: Records, runs: dict[str, Run]) -> None:
        #: The model that was trained.
        self.model = model
        #: A dict for each run, as a line of `sweep.jsonl` has it: its name, the values of the
        #: grid, the status ("done", "diverged" or "failed"), and the last figures.
        self.records = records
        #: The runs by their names. One that has failed may be missing.
        self.runs = runs

    def __repr__(self) -> str:
        return f"<vib.Sweep of {self.model.name}: {len(self.records)} runs>"

    def to_pandas(self) -> Any:
        """A `pandas.DataFrame` with a row for each run."""
        return self.records.to_pandas()

    def information_plane(self, **arguments: Any) -> Any:
        """The figure of `vib.plot.information_plane`."""
        from . import plot

        return plot.information_plane(self, **arguments)


def _is_axis(value: object) -> bool:
    is_single = isinstance(value, (str, bytes)) or getattr(value, "ndim", 1) == 0
    return not is_single and isinstance(value, Iterable)


def _write_value(value: object) -> str:
    """A value as it stands in the name of a run."""
    if hasattr(value, "item"):
        value = value.item()
    return repr(value)


def sweep(
    model: Union[Model, TorchModel],
    x: object,
    y: object = None,
    *,
    seeds: Optional[Iterable[int]] = None,
    jobs: Optional[int] = None,
    test: object = None,
    validation: object = None,
    beta: Union[None, float, Iterable[float]] = None,
    lr: Union[None, float, Iterable[float]] = None,
    epochs: Union[None, int, Iterable[int]] = None,
    coefficients: Optional[Mapping[str, Union[float, Iterable[float]]]] = None,
    init: Optional[WeightsLike] = None,
    out: Optional[PathLike] = None,
    resume: bool = False,
    progress: bool = True,
    threads: int = 1,
    keep_best: Optional[str] = None,
    patience: Optional[int] = None,
    steps: Optional[int] = None,
    seed: Optional[int] = None,
    shuffle: bool = True,
    first_label: Optional[int] = None,
    evaluate: Optional[str] = None,
    checkpoint_every: Optional[int] = None,
    log_every: Optional[int] = None,
    **unknown: object,
) -> Sweep:
    """Trains the model with each combination of the values in lists: of `beta`, `lr`,
    `epochs`, each of `coefficients`, and `seeds`.

    `jobs` runs are trained at a time, by default as many as there are processors, each on
    `threads` threads, and they share the data. Each is, bit for bit, that of `Model.train`
    with the same arguments. `out` is a folder for the runs, each in a folder that is named
    after its values, and for `sweep.jsonl`. They have the form that the program's `sweep`
    writes. Without `out` the runs stay in memory.

    A run that diverges or fails is recorded, and the others go on. `resume` continues a sweep:
    the runs that have a checkpoint go on from it, and need the settings and the data that they
    began with, else it is an `Error`. The others begin, with `init` if it is given. Runs that
    are done or have diverged are not trained again.

    >>> s = vib.sweep(model, x, y, beta=[1e-3, 1e-2], seeds=range(2), epochs=1, progress=False)
    >>> [record["run"] for record in s.records][:2]
    ['beta=0.001,seed=0', 'beta=0.001,seed=1']
    >>> s.records[0]["status"], s.runs["beta=0.01,seed=1"].metrics[-1]["beta"]
    ('done', 0.01)
    """
    if not isinstance(model, Model):
        if not hasattr(model, "_compiled"):
            raise UsageError(f"expected a model that vib.compile or vib.from_torch has made, got "
                             f"{model!r}")
        model = model._compiled
    values: dict[str, object] = {"beta": beta, "lr": lr, "epochs": epochs}
    if not isinstance(coefficients or {}, Mapping):
        raise UsageError(f"coefficients: expected a dict of numbers or lists, got {coefficients!r}")
    for name, its in (coefficients or {}).items():
        if name in ("lr", "epochs", "seed") or values.get(name) is not None:
            raise UsageError(f"coefficients: {name} is an argument of sweep, and no coefficient")
        values[name] = its
    if seeds is not None and not _is_axis(seeds):
        raise UsageError(f"seeds: expected a list of whole numbers, got {seeds!r}")
    if seeds is None:
        values["seed"] = None if seed is None else as_count(seed, "seed")
    else:
        values["seed"] = [as_count(its, "seeds") for its in seeds]
    grid: dict[str, list[Any]] = {}
    for name, given in values.items():
        if _is_axis(given):
            grid[name] = list(given)  # type: ignore[call-overload]
            argument = "seeds" if name == "seed" else name
            if not grid[name]:
                raise UsageError(f"{argument}: expected values, got an empty list")
            if len({as_number(its, name) for its in grid[name]}) < len(grid[name]):
                raise UsageError(f"{argument}: two of the values are equal")
    for name in unknown:
        raise UsageError(f"sweep has no argument {name}: expected beta, lr, epochs, seeds, or "
                         f"coefficients={{{name!r}: [...]}} for a value of the model's own")
    if seeds is not None and seed is not None:
        raise UsageError("expected seed or seeds, got both")
    settings: dict[str, Any] = dict(
        keep_best=keep_best,
        patience=patience,
        steps=steps,
        shuffle=shuffle,
        first_label=first_label,
        evaluate=evaluate,
        checkpoint_every=checkpoint_every,
        log_every=log_every,
    )
    for name, its in settings.items():
        if _is_axis(its):
            raise UsageError(f"{name}: expected one value for all runs, got {its!r}")
    if not grid:
        raise UsageError("expected a list of values, such as beta=[1e-3, 1e-2] or seeds=range(5)")
    # Each run has its seed in its name, as those of the program.
    grid.setdefault("seed", [model.seed if values["seed"] is None else values["seed"]])
    fixed = {name: its for name, its in values.items() if name not in grid and its is not None}

    threads = as_count(threads, "threads", least=1)
    if jobs is not None:
        jobs = as_count(jobs, "jobs", least=1)
    if init is not None:
        open_weights(init)
    if resume and out is None:
        raise UsageError("resume: expected out, too: a sweep continues from its folder")
    folder = None if out is None else Path(as_path(out, "out"))
    data = TrainingSet(model, x, y, test, validation)
    runs = _Runs(model, data, grid, fixed, folder, resume, settings, init, threads)
    if folder is not None and (folder / _name).exists() and not resume:
        raise FileExistsError(f"{folder} already contains a sweep ({_name}): give resume=True")
    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True)
    most = jobs or max(1, len(os.sched_getaffinity(0)) // threads)
    runs.train_all(most, progress)
    return Sweep(model, runs.sort_records(), runs.runs)


class _Runs:
    """The runs of a sweep while they are trained."""

    def __init__(
        self,
        model: Model,
        data: TrainingSet,
        grid: dict[str, list[Any]],
        fixed: dict[str, object],
        folder: Optional[Path],
        resume: bool,
        settings: dict[str, Any],
        init: Optional[WeightsLike],
        threads: int,
    ) -> None:
        self.model = model
        self.data = data
        self.fixed = fixed
        self.folder = folder
        self.resume = resume
        self.settings = settings
        self.init = init
        self.threads = threads
        self.points: dict[str, dict[str, Any]] = {}
        for point in itertools.product(*grid.values()):
            chosen = dict(zip(grid, point))
            name = ",".join(f"{key}={_write_value(value)}" for key, value in chosen.items())
            self.points[name] = chosen
        self.records: dict[str, dict[str, Any]] = {}
        self.runs: dict[str, Run] = {}
        self.stopping = threading.Event()
        self._lock = threading.Lock()
        if folder is not None and resume and (folder / _name).exists():
            for index, record in enumerate(read_lines(folder / _name)):
                check_record(record, f"{folder / _name}: line {index + 1}")
                self.records[record["run"]] = record
            self._check_model(folder)

    def _check_model(self, folder: Path) -> None:
        """A sweep has one model."""
        mine = (self.model.name, self.model.info["hash"])
        for name in self.records:
            its = find_model(folder / name)
            if its and its != mine:
                raise Error(
                    f"{folder}: cannot resume: its runs are of the model {its[0]} (hash {its[1]}), "
                    f"and this one is {mine[0]} (hash {mine[1]}): give another out"
                )

    def train_all(self, jobs: int, progress: bool) -> None:
        with ThreadPoolExecutor(jobs) as pool:
            pending: set[Future[str]] = {pool.submit(self.train, name) for name in self.points}
            ended = 0
            try:
                while pending:
                    done, pending = wait(pending, return_when=FIRST_COMPLETED)
                    for future in done:
                        name, ended = future.result(), ended + 1
                        if progress:
                            line = f"{ended} of {len(self.points)}  {name}  "
                            line += self.records[name]["status"]
                            print(line, file=sys.stderr, flush=True)
            except BaseException:
                # The runs write their checkpoints.
                self.stopping.set()
                for future in pending:
                    future.cancel()
                raise

    def train(self, name: str) -> str:
        if self.stopping.is_set():
            return name
        values = {**self.fixed, **self.points[name]}
        known = {key: values.pop(key) for key in ("beta", "lr", "epochs", "seed") if key in values}
        flags = training_flags(coefficients=values, **known, **self.settings)
        flags += flag("threads", self.threads)
        listener = _ffi.Listener(stopping=self.stopping)
        out = None if self.folder is None else self.folder / name
        before = self.records[name]["status"] if name in self.records else ""
        if out is not None and before == "diverged":
            with self._lock:
                why = self.records[name].get("message", "")
                self.runs[name] = Run(self.model, out, diverged=why)
            return name
        step = self._find_step(out)
        # A run that goes on has its weights.
        init = self.init if step is None else None
        resume = self.resume and init is None
        status, message = "done", ""
        run: Optional[Run] = None
        try:
            run = self.model.train_on(self.data, flags, init, resume, out, listener)
            if run.diverged:
                status, message = "diverged", run.diverged
        except Diverged as error:
            run, status, message = error.run, "diverged", str(error)
        except (UsageError, DataError):
            # A wrong argument is no failure of the run.
            raise
        except (Error, OSError) as error:
            # A run with other settings is no run of this sweep, and keeps its line.
            if self.stopping.is_set() or (step is not None and not listener.has_begun):
                raise
            status, message = "failed", str(error)
        with self._lock:
            if run is not None:
                self.runs[name] = run
            was_done = before == "done" and run is not None and run.steps == step
            if not was_done:
                self.records[name] = self.describe(name, status, message, run)
                self.write()
        return name

    def _find_step(self, out: Optional[Path]) -> Optional[int]:
        """The step of the checkpoint from which a run goes on; None if it begins."""
        path = None if out is None else out / "checkpoint.safetensors"
        if not self.resume or path is None or not path.exists():
            return None
        return int(read_metadata(path).get("step", 0))

    def describe(
        self, name: str, status: str, message: str, run: Optional[Run]
    ) -> dict[str, Any]:
        """A line of sweep.jsonl, as the program writes it."""
        record: dict[str, Any] = {"run": name}
        for key, value in self.points[name].items():
            record[key] = value.item() if hasattr(value, "item") else value
        record["status"] = status
        if message:
            record["message"] = message
        if run is None or status == "failed":
            return record
        metrics = run.metrics
        for key, value in (metrics[-1] if metrics else {}).items():
            record.setdefault(key, value)
        if self.data.validation or self.data.flags:
            record["best"] = next(
                (
                    line
                    for line in metrics
                    if line["split"] == "validation" and line["step"] == run.best_step
                ),
                None,
            )
        return record

    def sort_records(self) -> Records:
        """The records, those of another grid first."""
        order = {name: place for place, name in enumerate(self.points)}
        names = sorted(self.records, key=lambda name: (order.get(name, -1), name))
        return Records(self.records[name] for name in names)

    def write(self) -> None:
        if self.folder is None:
            return
        lines = [json.dumps(record, separators=(",", ":")) for record in self.sort_records()]
        write_whole(self.folder / _name, "".join(f"{line}\n" for line in lines).encode())
