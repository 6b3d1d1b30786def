"""A compiled model."""

from __future__ import annotations

import json
import os
from ctypes import byref, c_double, c_size_t, c_void_p, string_at
from pathlib import Path
from typing import Any, Callable, Mapping, Optional, Sequence

import numpy as np

from . import _ffi
from ._arguments import as_count, as_number, as_path, check_callback, flag
from ._errors import DataError, Diverged, UsageError
from ._files import Array, PathLike
from ._run import Run
from ._weights import WeightsLike, open_weights

#: A row of `metrics.jsonl`.
Line = dict[str, Any]

_files = ("model.safetensors", "checkpoint.safetensors", "best.safetensors", "metrics.jsonl")


class Model:
    """A compiled model, which `vib.compile` makes.

    Its methods have the flags of the program's commands as arguments, with the same defaults.
    `weights` is a `Run`, the path or the bytes of a safetensors file, or a dict of arrays.
    Models may be pickled: the text and the flags are, and it is compiled again, or found in
    the cache, where it is read.
    """

    def __init__(
        self, path: Path, text: str, flags: Sequence[str], file: Optional[str] = None
    ) -> None:
        pointer = c_void_p()
        library = _ffi.library()
        _ffi.check(library.vib_open(os.fsencode(path), byref(pointer)))
        self._program = _ffi.Handle(pointer, "vib_close")
        _ffi.check(library.vib_info(pointer, byref(described := c_void_p())))
        #: What `info --json` prints.
        self.info: dict[str, Any] = json.loads(_ffi.take_text(described))
        #: The text of the model.
        self.text = text
        #: The object that vibc has made.
        self.path = path
        self._flags = list(flags)
        self._file = file

    def __reduce__(self) -> tuple[object, ...]:
        from ._compile import compile_text

        return (compile_text, (self.text, self._flags))

    def __repr__(self) -> str:
        return f"<vib.Model {self.name}: {self.info['options']}>"

    @property
    def name(self) -> str:
        return str(self.info["model"])

    @property
    def batch(self) -> int:
        return int(self.info["batch"])

    @property
    def latents(self) -> int:
        """The number of latents of the first posterior."""
        return int(self.info["latents"])

    @property
    def seed(self) -> int:
        """The seed of the model, which is the default of `train`."""
        return int(self.info["seed"])

    # Training

    def train(
        self,
        x: object,
        y: object = None,
        *,
        test: object = None,
        validation: object = None,
        keep_best: Optional[str] = None,
        patience: Optional[int] = None,
        epochs: Optional[int] = None,
        steps: Optional[int] = None,
        beta: Optional[float] = None,
        coefficients: Optional[Mapping[str, float]] = None,
        lr: Optional[float] = None,
        seed: Optional[int] = None,
        init: Optional[WeightsLike] = None,
        resume: bool = False,
        out: Optional[PathLike] = None,
        callback: Optional[Callable[[Line], object]] = None,
        progress: bool = True,
        threads: Optional[int] = None,
        shuffle: bool = True,
        first_label: Optional[int] = None,
        evaluate: Optional[str] = None,
        checkpoint_every: Optional[int] = None,
        log_every: Optional[int] = None,
    ) -> Run:
        """Trains, and returns the `Run`.

        `x` and `y` are arrays with a row for each example, or dicts of arrays by the names of
        the model's arguments. `test`, and `validation` if it is data, are pairs `(x, y)`.
        `validation` may also be a share of the training data, such as 0.1, or a number of its
        rows. Without `test` and `validation`, nothing is evaluated after an epoch.

        The files of the run are written into the folder `out`, and are those of the program
        `train` with the same flags, bit for bit. Without `out` they stay in memory. A folder
        with a run is a `FileExistsError`, unless `resume` continues it.

        `callback` is called with each line of metrics, a dict. If it returns something true,
        training ends after the line, as after its last step; with `log_every` that may be
        within an epoch. If it raises an exception, or on Ctrl-C, a checkpoint is written before
        the exception is raised. `progress` shows the run on `sys.stderr`.

        Raises `Diverged`, with what there is of the run, if training cannot go on.

        >>> run = model.train(x, y, test=(x, y), epochs=2, seed=1, progress=False)
        >>> [line["split"] for line in run.metrics]
        ['train', 'test', 'train', 'test']
        >>> run.metrics[-1]["seed"], run.steps
        (1, 8)
        """
        flags = training_flags(
            keep_best=keep_best,
            patience=patience,
            epochs=epochs,
            steps=steps,
            beta=beta,
            coefficients=coefficients,
            lr=lr,
            seed=seed,
            shuffle=shuffle,
            first_label=first_label,
            evaluate=evaluate,
            checkpoint_every=checkpoint_every,
            log_every=log_every,
        )
        flags += flag("threads", threads)
        check_callback(callback, "callback")
        take = (lambda text: callback(json.loads(text))) if callback else None
        listener = _ffi.Listener(take, progress)
        data = TrainingSet(self, x, y, test, validation)
        return self.train_on(data, flags, init, resume, out, listener)

    def train_on(
        self,
        data: TrainingSet,
        flags: list[str],
        init: Optional[WeightsLike],
        resume: bool,
        out: Optional[PathLike],
        listener: _ffi.Listener,
    ) -> Run:
        """What `train` does with data that is ready, which the runs of a sweep share."""
        library = _ffi.library()
        flags = flags + data.flags + flag("resume", resume)
        if out is not None:
            flags += [f"--out={as_path(out, 'out')}"]
        weights = open_weights(init) if init is not None else None
        training = _ffi.VibTraining(
            data.train.pointer,
            data.test.pointer if data.test else None,
            data.validation.pointer if data.validation else None,
            weights.pointer if weights else None,
        )
        made = c_void_p()
        status = listener.call(
            lambda: library.vib_train(
                self._program.pointer,
                byref(training),
                _ffi.make_flags(flags),
                listener.function,
                None,
                byref(made),
            )
        )
        run = None
        if made:
            handle = _ffi.Handle(made, "vib_run_free")
            run = Run(
                self,
                out,
                None if out is not None else _read_files(made),
                steps=library.vib_run_steps(made),
                best_step=library.vib_run_best_step(made) or None,
                diverged=library.vib_run_divergence(made).decode(errors="replace"),
            )
            del handle
        # Also of a callback at the last line, after which nothing stops.
        listener.reraise()
        try:
            _ffi.check(status)
        except Diverged as error:
            error.run = run
            raise
        assert run is not None
        return run

    # What weights are used for

    def predict(
        self,
        x: object,
        *,
        weights: WeightsLike,
        samples: Optional[int] = None,
        what: str = "probs",
        use: Optional[str] = None,
        seed: Optional[int] = None,
        posterior: Optional[str] = None,
        target: Optional[str] = None,
        allow_nonfinite: bool = False,
        threads: Optional[int] = None,
    ) -> Array:
        """Predicts for inputs: `what` is "probs", "logits", "mu", "sigma", "covariance",
        "cholesky", "z", "rate", "rate_each" (in bits) or "entropy" (in bits).

        Probabilities are averaged over `samples` draws of z; 0 means z = mu.

        >>> model.predict(x, weights=run, samples=3).shape
        (100, 3)
        """
        flags = flag("what", what) + flag("samples", samples) + flag("seed", seed)
        flags += flag("posterior", posterior) + flag("target", target)
        flags += flag("allow-nonfinite", allow_nonfinite)
        data = _ffi.Data(self._program, x)
        opened, flags = self._open(weights, use, threads, flags)
        return _compute(
            lambda callback, result: _ffi.library().vib_predict(
                self._program.pointer,
                data.pointer,
                opened.pointer,
                _ffi.make_flags(flags),
                callback,
                None,
                result,
            )
        )

    def encode(
        self,
        x: object,
        *,
        weights: WeightsLike,
        use: Optional[str] = None,
        posterior: Optional[str] = None,
        threads: Optional[int] = None,
    ) -> tuple[Array, Array]:
        """The mean and the standard deviation of the posterior of each input.

        A posterior of classes has no standard deviation: predict its probabilities,
        `what="mu"`.

        >>> mu, sigma = model.encode(x, weights=run)
        >>> mu.shape, bool((sigma > 0).all())
        ((100, 2), True)
        """
        mu, sigma = (
            self.predict(
                x, weights=weights, what=what, use=use, posterior=posterior, threads=threads
            )
            for what in ("mu", "sigma")
        )
        return mu, sigma

    def decode(
        self,
        z: object,
        *,
        weights: WeightsLike,
        what: str = "probs",
        use: Optional[str] = None,
        target: Optional[str] = None,
        allow_nonfinite: bool = False,
        threads: Optional[int] = None,
    ) -> Array:
        """Predicts from latents [N, latents], of several posteriors from a dict by their
        names.

        >>> mu, sigma = model.encode(x, weights=run)
        >>> p = model.decode(mu, weights=run)
        >>> bool((p == model.predict(x, weights=run, samples=0)).all())
        True
        """
        flags = flag("what", what) + flag("target", target)
        flags += flag("allow-nonfinite", allow_nonfinite)
        latents = _ffi.named_arrays(z, "z", "")
        opened, flags = self._open(weights, use, threads, flags)
        return _compute(
            lambda callback, result: _ffi.library().vib_decode(
                self._program.pointer,
                _ffi.describe_arrays(latents),
                len(latents),
                opened.pointer,
                _ffi.make_flags(flags),
                callback,
                None,
                result,
            )
        )

    def evaluate(
        self,
        x: object,
        y: object = None,
        *,
        weights: WeightsLike,
        samples: Optional[int] = None,
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
    ) -> Line:
        """The figures of `eval --json`, a dict. `ood` are inputs to tell from `x`, and
        `against` are weights to compare with. `attack` is "fgsm" or "pgd"; floats stay in the
        range that each column of `x` has.

        >>> figures = model.evaluate(x, y, weights=run, samples=3)
        >>> figures["n"], figures["samples"]
        (100, 3)
        """
        flags = flag("samples", samples) + flag("seed", seed) + flag("block", block)
        flags += flag("calibration", calibration) + flag("bounds", bounds)
        flags += flag("attack", attack) + flag("epsilon", epsilon)
        flags += flag("attack-steps", attack_steps) + flag("attack-draws", attack_draws)
        flags += flag("attack-step-size", attack_step_size)
        flags += flag("first-label", first_label)
        data = _ffi.Data(self._program, x, y)
        outliers = None if ood is None else _ffi.Data(self._program, ood, what="ood")
        opened, flags = self._open(weights, use, threads, flags)
        others = None
        if against is not None:
            others = open_weights(against, raw=self._wants_raw(use))
        evaluation = _ffi.VibEvaluation(
            data.pointer,
            opened.pointer,
            outliers.pointer if outliers else None,
            others.pointer if others else None,
        )
        listener = _ffi.Listener()
        text = c_void_p()
        status = listener.call(
            lambda: _ffi.library().vib_evaluate(
                self._program.pointer,
                byref(evaluation),
                _ffi.make_flags(flags),
                listener.function,
                None,
                byref(text),
            )
        )
        listener.reraise()
        _ffi.check(status)
        return json.loads(_ffi.take_text(text))  # type: ignore[no-any-return]

    def gradients(
        self,
        x: object,
        y: object = None,
        *,
        weights: WeightsLike,
        step: int = 0,
        beta: Optional[float] = None,
        coefficients: Optional[Mapping[str, float]] = None,
        seed: Optional[int] = None,
        first_label: Optional[int] = None,
        threads: Optional[int] = None,
    ) -> tuple[float, dict[str, Array]]:
        """The loss of one batch, all rows of `x`, and its gradient by each parameter, with
        the noise of a training step after `step` updates. Coefficients have their values
        without schedules.

        >>> loss, gradients = model.gradients(x[:32], y[:32], weights=run)
        >>> gradients["decode.0.weight"].shape
        (3, 2)
        """
        step = as_count(step, "step")
        if not 0 <= step < 2**53:
            raise UsageError(f"step: expected a number from 0 to 2**53 - 1, got {step}")
        flags = training_flags(
            beta=beta, coefficients=coefficients, seed=seed, first_label=first_label
        )
        flags += flag("threads", threads)
        data = _ffi.Data(self._program, x, y)
        opened = open_weights(weights)
        loss, made = c_double(), c_void_p()
        library = _ffi.library()
        status = library.vib_gradients(
            self._program.pointer,
            data.pointer,
            opened.pointer,
            step,
            _ffi.make_flags(flags),
            byref(loss),
            byref(made),
        )
        _ffi.check(status)
        handle = _ffi.Handle(made, "vib_weights_free")
        gradients = {}
        for i in range(library.vib_weights_count(made)):
            tensor = library.vib_weights_tensor(made, i)
            gradients[tensor.name.decode()] = _ffi.copy_array(tensor)
        del handle
        return loss.value, gradients

    def to_onnx(
        self, path: PathLike, *, weights: WeightsLike, use: Optional[str] = None
    ) -> None:
        """Writes the network with these weights as a file of ONNX, in f32, which predicts at
        z = mu.

        >>> model.to_onnx("small.onnx", weights=run)
        """
        from ._compile import write_onnx

        path = as_path(path, "path")
        if not os.path.basename(path):
            raise UsageError(f"path: expected the name of a file, got {path!r}")
        # vibc takes a "-" for its standard output.
        path = os.path.abspath(path)
        write_onnx(self.text, weights, self._wants_raw(use), flag("use", use), path)

    def _open(
        self,
        weights: WeightsLike,
        use: Optional[str],
        threads: Optional[int],
        flags: list[str],
    ) -> tuple[_ffi.Handle, list[str]]:
        opened = open_weights(weights, raw=self._wants_raw(use))
        return opened, flags + flag("use", use) + flag("threads", threads)

    def _wants_raw(self, use: Optional[str]) -> bool:
        """Whether weights are wanted that only the checkpoint of a run has."""
        return use == "raw" and self.info["average"] is not None


class TrainingSet:
    """The data of a training, for the library."""

    def __init__(
        self, model: Model, x: object, y: object, test: object, validation: object
    ) -> None:
        program = model._program
        self.flags: list[str] = []
        self.train = _ffi.Data(program, x, y)
        self.test = None if test is None else _ffi.Data(program, *_pair(test, "test"), "test")
        self.validation: Optional[_ffi.Data] = None
        if isinstance(validation, (bool, np.bool_)):
            raise UsageError("validation: expected a share, a number of rows, or data")
        if isinstance(validation, (int, np.integer)):
            self.flags = [f"--validation={int(validation)}"]
        elif isinstance(validation, (float, np.floating)):
            self.flags = [f"--validation={float(validation)!r}"]
        elif validation is not None:
            pair = _pair(validation, "validation")
            self.validation = _ffi.Data(program, *pair, "validation")


def _pair(value: object, what: str) -> tuple[object, object]:
    """The inputs and the targets of `test` or `validation`. A dict may hold both."""
    if isinstance(value, tuple):
        if len(value) != 2:
            raise DataError(f"{what}: expected a pair (x, y), got {len(value)} elements")
        return value
    return value, None


def training_flags(
    *,
    beta: Optional[float] = None,
    coefficients: Optional[Mapping[str, float]] = None,
    shuffle: bool = True,
    evaluate: Optional[str] = None,
    **others: object,
) -> list[str]:
    flags = flag("beta", beta) + flag("no-shuffle", not shuffle) + flag("eval", evaluate)
    if not isinstance(coefficients or {}, Mapping):
        raise UsageError(f"coefficients: expected a dict of numbers, got {coefficients!r}")
    for name, value in (coefficients or {}).items():
        flags += [f"--coefficient={name}={as_number(value, name)!r}"]
    for name, its in others.items():
        flags += flag(name.replace("_", "-"), its)
    return flags


def _read_files(run: c_void_p) -> dict[str, bytes]:
    files = {}
    for name in _files:
        size = c_size_t()
        data = _ffi.library().vib_run_file(run, name.encode(), byref(size))
        if data:
            files[name] = string_at(data, size.value)
    return files


def _compute(call: Callable[[Any, Any], int]) -> Array:
    """The array that a function of the library makes, to which `call` passes the callback and
    the place of the result."""
    listener = _ffi.Listener()
    result = c_void_p()
    status = listener.call(lambda: call(listener.function, byref(result)))
    listener.reraise()
    _ffi.check(status)
    handle = _ffi.Handle(result, "vib_result_free")
    array = _ffi.copy_array(_ffi.library().vib_result_array(result))
    del handle
    return array
