import contextlib
import importlib
import io
import json
import os
import pickle
import signal
import subprocess
import tempfile
import threading
import unittest
import warnings
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import vib
from samples import MODEL, make_data
from vib import _compile, _ffi

x, y = make_data(100)
xt, yt = make_data(40, seed=1)
FILES = ("model.safetensors", "checkpoint.safetensors")


def without_seconds(lines):
    return [{key: its for key, its in line.items() if key != "seconds"} for line in lines]


def setUpModule():
    global model, program, quiet, folder
    folder = Path(tempfile.mkdtemp(dir="."))
    model = vib.compile(MODEL)
    text = folder / "small.mlir"
    text.write_text(MODEL)
    program = (folder / "small").resolve()
    subprocess.run(["vibc", text, "-o", program], check=True)
    np.savez(folder / "train.npz", x=x, y=y)
    np.savez(folder / "test.npz", x=xt, y=yt)
    np.save(folder / "xt.npy", xt)


def run_program(command, *flags):
    words = [program, command, "--quiet", *flags]
    return subprocess.run(words, check=True, capture_output=True, text=True).stdout


def train(**arguments):
    return model.train(x, y, test=(xt, yt), progress=False, **arguments)


class Bits(unittest.TestCase):
    def test_training_is_that_of_the_program(self):
        out = folder / "program"
        flags = ["--epochs=2", "--seed=3", "--beta=0.01", "--lr=0.02", "--validation=0.2"]
        run_program("train", f"--data={folder}", f"--out={out}", *flags)
        arguments = dict(epochs=2, seed=3, beta=0.01, lr=0.02, validation=0.2)
        memory = train(**arguments)
        disk = train(out=folder / "python", **arguments)
        for run in (memory, disk):
            for name in (*FILES, "best.safetensors"):
                self.assertEqual(run.file(name), (out / name).read_bytes(), name)
            lines = map(json.loads, (out / "metrics.jsonl").read_text().splitlines())
            self.assertEqual(without_seconds(run.metrics), without_seconds(lines))
        memory.save(folder / "saved")
        self.assertEqual((folder / "saved" / FILES[1]).read_bytes(), disk.file(FILES[1]))

    def test_figures_and_predictions_are_those_of_the_program(self):
        run = train(out=folder / "used")
        weights = f"--weights={folder}/used/model.safetensors"
        told = run_program("eval", f"--data={folder}", weights, "--json", "--samples=5")
        ours = run.evaluate(xt, yt, samples=5)
        self.assertEqual(*without_seconds([json.loads(told), ours]))
        for what in ("probs", "logits", "mu", "z", "rate", "rate_each", "entropy", "covariance"):
            made = folder / "p.npy"
            flags = [f"--input={folder}/xt.npy", f"--output={made}", f"--what={what}"]
            run_program("predict", weights, *flags)
            np.testing.assert_array_equal(run.predict(xt, what=what), np.load(made))
        other = train(seed=1, out=folder / "other")
        flags = [f"--ood={folder}/xt.npy", f"--against={folder}/other/model.safetensors"]
        told = run_program("eval", f"--data={folder}", weights, "--json", *flags)
        ours = run.evaluate(xt, yt, ood=xt, against=other)
        self.assertIn("difference_error_avg", ours)
        self.assertEqual(*without_seconds([json.loads(told), ours]))
        raw = run.predict(xt, use="raw")
        self.assertFalse(np.array_equal(raw, run.predict(xt)))

    def test_threads_train_side_by_side(self):
        alone = [train(seed=seed).file(FILES[1]) for seed in range(3)]
        with ThreadPoolExecutor(3) as pool:
            runs = list(pool.map(lambda seed: train(seed=seed, threads=2), range(3)))
        self.assertEqual(alone, [run.file(FILES[1]) for run in runs])

    def test_the_default_seed_is_the_models(self):
        before = np.random.get_state()[1].tolist()
        run = train()
        self.assertEqual(run.metrics[0]["seed"], 7)
        self.assertEqual(model.seed, 7)
        self.assertEqual(np.random.get_state()[1].tolist(), before)

    def test_gradients_are_slopes(self):
        exact = vib.compile(MODEL, precision="f64")
        weights = exact.train(x, y, epochs=1, progress=False).weights
        loss, gradients = exact.gradients(x[:32], y[:32], weights=weights, beta=0.1, step=3)
        for name in ("encode.0.weight", "decode.0.bias"):
            step, moved = 1e-6, {}
            for sign in (-1, 1):
                changed = {key: its.copy() for key, its in weights.items()}
                changed[name].flat[1] += sign * step
                moved[sign], _ = exact.gradients(
                    x[:32], y[:32], weights=changed, beta=0.1, step=3
                )
            slope = (moved[1] - moved[-1]) / (2 * step)
            self.assertAlmostEqual(slope, gradients[name].flat[1], delta=1e-6)
        self.assertEqual({k: v.shape for k, v in gradients.items()},
                         {k: v.shape for k, v in weights.items()})


class Arrays(unittest.TestCase):
    def test_forms_of_the_same_data(self):
        wanted = train().file(FILES[0])
        wide = np.zeros((100, 8), np.float32)
        wide[:, ::2] = x
        frozen = x.copy()
        frozen.flags.writeable = False
        for form in (wide[:, ::2], np.asfortranarray(x), x.astype(">f4"), frozen, x.tolist()):
            labels = [int(label) for label in y]
            if isinstance(form, list):
                form = np.array(form, np.float32)
            run = model.train(form, labels, test=(xt, yt), progress=False)
            self.assertEqual(run.file(FILES[0]), wanted)
        named = model.train({"x": x, "y": y}, test={"x": xt, "y": yt}, progress=False)
        self.assertEqual(named.file(FILES[0]), wanted)

    def test_contiguous_arrays_are_borrowed(self):
        data = _ffi.Data(model._program, x, y)
        self.assertTrue(np.shares_memory(data.arrays["x"], x))
        self.assertTrue(np.shares_memory(data.arrays["y"], y))

    def test_frames_and_tensors(self):
        run = train()
        wanted = run.predict(xt)
        try:
            import pandas

            frame = pandas.DataFrame(xt)
            np.testing.assert_array_equal(run.predict(frame), wanted)
            self.assertEqual(run.evaluate(frame, pandas.Series(yt))["n"], 40)
            self.assertEqual(len(run.metrics.to_pandas()), 6)
        except ImportError:
            print("no pandas")
        try:
            import torch

            tensor = torch.tensor(xt, requires_grad=True)
            np.testing.assert_array_equal(run.predict(tensor), wanted)
        except ImportError:
            print("no torch")

    def test_weights_in_all_forms(self):
        run = train(out=folder / "weights")
        wanted = run.predict(xt, seed=1)
        path = folder / "weights" / "model.safetensors"
        for weights in (run, path, str(path), path.read_bytes(), run.weights):
            found = model.predict(xt, weights=weights, seed=1)
            np.testing.assert_array_equal(found, wanted)
        again = train(init=run, epochs=1)
        other = train(init=run.weights, epochs=1)
        self.assertEqual(again.file(FILES[0]), other.file(FILES[0]))


class Errors(unittest.TestCase):
    def expect(self, kind, part, call):
        with self.assertRaises(kind) as caught:
            call()
        self.assertIn(part, str(caught.exception))
        return caught.exception

    def test_onnx(self):
        run, paths = train(epochs=1), [folder / f"{number}.onnx" for number in range(4)]
        run.save(folder / "of-onnx")
        file = folder / "of-onnx" / "model.safetensors"
        run.to_onnx(paths[0])
        model.to_onnx(paths[1], weights=file)
        model.to_onnx(paths[2], weights=run.file("model.safetensors"))
        words = ["--emit=onnx", f"--weights={file}", "-o", paths[3], folder / "small.mlir"]
        subprocess.run(["vibc", *words], check=True)
        self.assertEqual(len({path.read_bytes() for path in paths}), 1)
        # Arrays do not say of which step they are.
        model.to_onnx(paths[0], weights=run.weights)
        self.assertIn(run.weights["decode.0.weight"].tobytes(), paths[0].read_bytes())
        self.expect(vib.UsageError, "use: expected", lambda: run.to_onnx(paths[0], use="best"))
        self.expect(vib.Error, ": weights.safetensors: no tensor",
                    lambda: model.to_onnx(paths[0], weights={"w": x}))
        self.expect(vib.UsageError, "expected weights", lambda: model.to_onnx(paths[0], weights=5))
        self.expect(vib.UsageError, "path: expected a path", lambda: run.to_onnx(5))

    def test_models(self):
        wrong = MODEL.replace("vib.relu %h", "vib.rely %h")
        error = self.expect(vib.ModelError, "<text>:4:", lambda: vib.compile(wrong))
        self.assertEqual((error.file, error.line), ("<text>", 4))
        self.assertIsInstance(error, ValueError)
        self.assertEqual(pickle.loads(pickle.dumps(error)).column, error.column)
        path = folder / "wrong.mlir"
        path.write_text(wrong)
        error = self.expect(vib.ModelError, "wrong.mlir:4:", lambda: vib.compile(path))
        self.assertEqual((error.file, error.line), (str(path), 4))
        self.expect(FileNotFoundError, "none.mlir", lambda: vib.compile("none.mlir"))
        self.expect(vib.Error, "precision", lambda: vib.compile(MODEL, precision="f12"))

    def test_objects(self):
        whole = model.path.read_bytes()
        path = folder / "cut.o"
        for size in range(1, len(whole), max(1, len(whole) // 300)):
            path.write_bytes(whole[:size])
            self.expect(vib.Error, "cut.o", lambda: vib.Model(path, "", []))
        # For another machine, and with a symbol that nothing defines.
        place = whole.index(b"vib_launch")
        for changed, part in (
            (whole[:18] + b"\xb7" + whole[19:], "not an object for x86-64"),
            (whole[:60] + b"\0\0" + whole[62:], "the object is damaged"),
            (whole[:place] + b"nib_launch" + whole[place + 10 :], "the object needs nib_launch"),
        ):
            path.write_bytes(changed)
            self.expect(vib.Error, part, lambda: vib.Model(path, "", []))

    def test_data(self):
        self.expect(vib.DataError, "x: inputs of the shape [100, 3]", lambda: model.train(x[:, :3], y))
        self.expect(vib.DataError, "test y: the label of row 0", lambda: train_on(y, yt + 3))
        self.expect(vib.DataError, "y: labels of", lambda: train_on(np.zeros((100, 2), int), yt))
        self.expect(vib.DataError, "have no labels", lambda: model.train(x))
        self.expect(vib.DataError, "x: elements of the type object",
                    lambda: model.train([[None] * 4] * 100, y))
        self.expect(vib.DataError, "no input or target named w", lambda: model.train({"x": x, "w": x}))
        self.expect(vib.DataError, "'x' is among the inputs and among the targets",
                    lambda: model.train({"x": x}, {"x": 0 * x, "y": y}))

    def test_usage(self):
        self.expect(vib.UsageError, "epochs: expected a whole number", lambda: train(epochs=-1))
        self.expect(vib.UsageError, "beta: expected a decimal", lambda: train(beta=float("nan")))
        self.expect(vib.UsageError, "expected validation, too", lambda: train(patience=1))
        self.expect(vib.UsageError, "resume=True: expected out", lambda: train(resume=True))
        run = train(out=folder / "exists")
        self.expect(FileExistsError, "already contains a run", lambda: train(out=folder / "exists"))
        self.expect(vib.UsageError, "what: expected", lambda: run.predict(xt, what="nothing"))
        self.expect(vib.Error, "no tensor", lambda: model.predict(x, weights={"w": x}))
        self.expect(vib.UsageError, "what contains a NUL", lambda: run.predict(xt, what="mu\0"))
        self.expect(vib.UsageError, "weights contains a NUL", lambda: model.predict(x, weights="w\0"))
        self.expect(vib.UsageError, "step: expected a number from 0",
                    lambda: model.gradients(x, y, weights=run, step=-1))
        self.expect(FileNotFoundError, "is not a folder", lambda: vib.Run(model, folder / "none"))
        text = MODEL.replace(f"@{model.name}", "@other")
        self.expect(vib.FileError, f"a run of the model {model.name}, and not of other",
                    lambda: vib.Run(vib.compile(text), folder / "exists"))
        self.expect(vib.UsageError, "precision: expected",
                    lambda: vib.compile(MODEL, precision="f16"))
        (folder / "binary").write_bytes(b"\x7fELF\xff\n")
        self.expect(vib.FileError, "is no text in UTF-8", lambda: vib.compile(folder / "binary"))

    def test_arguments_of_a_wrong_kind(self):
        run = train(epochs=1)
        for part, call in (
            ("lr: expected a number, got array([[0.1]])", lambda: train(lr=np.array([[0.1]]))),
            ("beta: expected a number, got '1'", lambda: train(beta="1")),
            ("epochs: expected a whole number, got 1.5", lambda: train(epochs=1.5)),
            ("seed: expected a whole number, got array([3])", lambda: train(seed=np.array([3]))),
            ("out: expected a path, got 5", lambda: train(out=5)),
            ("callback: expected a function, got 3", lambda: train(callback=3)),
            ("keep_best: expected a text, got 3", lambda: train(keep_best=3)),
            ("resume: expected True or False, got 'no'", lambda: train(resume="no")),
            ("tau: expected a number, got None", lambda: train(coefficients={"tau": None})),
            ("expected weights: a run", lambda: train(init=3)),
            ("what: expected a text, got []", lambda: run.predict(xt, what=[])),
            ("samples: expected a whole number, got '3'", lambda: run.predict(xt, samples="3")),
            ("bounds: expected True or False, got 1", lambda: run.evaluate(xt, yt, bounds=1)),
            ("epsilon: expected a number, got [0.1]",
             lambda: run.evaluate(xt, yt, attack="fgsm", epsilon=[0.1])),
            ("step: expected a whole number, got 1.0",
             lambda: model.gradients(x, y, weights=run, step=1.0)),
            ("source: expected a path, got 5", lambda: vib.compile(5)),
            ("batch: expected a whole number, got '7'", lambda: vib.compile(MODEL, batch="7")),
            ("opt: expected a whole number, got 'fast'", lambda: vib.compile(MODEL, opt="fast")),
            ("out: expected a path, got 5", lambda: vib.Run(model, 5)),
            ("expected a model that vib.compile has made, got 5", lambda: vib.Run(5, ".")),
            ("folder: expected a path, got 5", lambda: run.save(5)),
        ):
            self.expect(vib.UsageError, part, call)
        # What NumPy has for one number is one.
        same = train(lr=np.array(0.02), seed=np.int64(3), epochs=np.int8(1), validation=np.int32(9))
        self.assertEqual(same.file(FILES[0]), train(lr=0.02, seed=3, epochs=1, validation=9).file(FILES[0]))
        masked = np.ma.array(x, mask=x > 1)
        self.expect(vib.DataError, "x: a masked array", lambda: model.train(masked, y))
        self.expect(vib.DataError, "x: a masked array", lambda: run.predict(masked))
        self.expect(vib.DataError, "x is a single number", lambda: run.predict(3.0))
        self.assertTrue((run.predict(xt.astype(">f2")) == run.predict(xt.astype("<f2"))).all())
        whole = np.ma.array(xt, mask=False)
        np.testing.assert_array_equal(run.predict(whole), run.predict(xt))

    def test_all_have_one_base(self):
        kinds = [vib.DataError, vib.FileError, vib.ModelError, vib.UnsupportedError, vib.UsageError]
        try:
            kinds.append(importlib.import_module("vib.plot").PictureError)
        except ImportError:
            print("no matplotlib")
        for kind in kinds:
            self.assertTrue(issubclass(kind, vib.Error) and issubclass(kind, ValueError), kind)
        copied = pickle.loads(pickle.dumps(vib.UnsupportedError(["a layer", "a hook"])))
        self.assertEqual(copied.problems, ["a layer", "a hook"])

    def test_damaged_files(self):
        path = folder / "damaged"
        path.mkdir()
        run = vib.Run(model, path)
        (path / "metrics.jsonl").write_text('{"epoch": 0}\nnothing\n{"ep')
        self.expect(vib.FileError, "metrics.jsonl: line 2 is not a JSON", lambda: run.metrics)
        (path / "metrics.jsonl").write_text('{"epoch": 0}\n{"ep')
        self.assertEqual(run.metrics, [{"epoch": 0}])
        (path / "model.safetensors").write_bytes(b"nothing like it")
        self.expect(vib.FileError, "model.safetensors: not a safetensors", lambda: run.weights)
        (path / "sweep.jsonl").write_text('{"run": "lr=1"}\n')
        self.expect(vib.FileError, "sweep.jsonl: line 1 is not a line of a sweep",
                    lambda: vib.sweep(model, x, y, seeds=[1], out=path, resume=True))

    def test_diverged(self):
        error = self.expect(vib.Diverged, "diverged", lambda: train(lr=1e30, epochs=50))
        self.assertEqual(error.run.model, model)


def train_on(labels, test_labels):
    return model.train(x, labels, test=(xt, test_labels), progress=False)


class Calls(unittest.TestCase):
    def test_callback(self):
        seen = []
        whole = train(out=folder / "whole", callback=lambda line: seen.append(line))
        self.assertEqual(seen, whole.metrics)
        ended = train(callback=lambda line: line["epoch"] == 1)
        self.assertEqual(ended.metrics[-1]["epoch"], 1)
        self.assertEqual(ended.predict(xt).shape, (40, 3))
        self.assertEqual(train(log_every=1, callback=lambda line: line["step"] == 2).steps, 2)

        def fail(line):
            raise RuntimeError("mine")

        with self.assertRaisesRegex(RuntimeError, "mine"):
            train(out=folder / "failed", callback=fail)
        # Also at the last line.
        with self.assertRaisesRegex(RuntimeError, "mine"):
            train(epochs=1, callback=fail)
        resumed = train(out=folder / "failed", resume=True)
        for name in FILES:
            self.assertEqual(resumed.file(name), whole.file(name))
        self.assertEqual(without_seconds(resumed.metrics), without_seconds(whole.metrics))

    def test_ctrl_c(self):
        # In the background of a script, a process begins with SIGINT ignored.
        signal.signal(signal.SIGINT, signal.default_int_handler)
        timer = threading.Timer(0.5, os.kill, (os.getpid(), signal.SIGINT))
        timer.start()
        with self.assertRaises(KeyboardInterrupt):
            train(out=folder / "interrupted", epochs=10**7)
        timer.join()
        steps = len(vib.Run(model, folder / "interrupted").metrics) // 2 + 1
        run = train(out=folder / "interrupted", epochs=steps, resume=True)
        self.assertGreaterEqual(run.steps, 4)
        self.assertIs(signal.getsignal(signal.SIGINT), signal.default_int_handler)

    def test_progress_and_warnings(self):
        text = io.StringIO()
        with contextlib.redirect_stderr(text):
            model.train(x, y, test=(xt, yt), epochs=1)
        self.assertIn("epoch 0 (1 of 1)  test   average", text.getvalue())
        self.assertNotIn("\r", text.getvalue())
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            train(lr=0.0, epochs=1)
        self.assertIn("the learning rate is 0", str(caught[0].message))

    def test_pickle(self):
        run = train()
        copied = pickle.loads(pickle.dumps(run))
        np.testing.assert_array_equal(copied.predict(xt), run.predict(xt))
        self.assertEqual(copied.metrics, run.metrics)
        self.assertEqual(pickle.loads(pickle.dumps(model)).name, "small")

    def test_fork(self):
        wanted = train().file(FILES[0])
        child = os.fork()
        if child == 0:
            os._exit(train(threads=2).file(FILES[0]) != wanted)
        self.assertEqual(os.waitpid(child, 0)[1], 0)

    def test_cache(self):
        def never(*_):
            raise AssertionError("it was compiled again")

        saved, _compile._run_compiler = _compile._run_compiler, never
        try:
            self.assertEqual(vib.compile(MODEL).path, model.path)
            with self.assertRaises(AssertionError):
                vib.compile(MODEL, batch=16)
        finally:
            _compile._run_compiler = saved


class Sweeps(unittest.TestCase):
    def test_a_sweep_is_that_of_the_program(self):
        out = folder / "sweep"
        grid = ["--grid=beta=0.001,0.1", "--seeds=0:2", "--epochs=2", "--validation=0.2"]
        run_program("sweep", f"--data={folder}", f"--out={out}", *grid)
        told = [json.loads(line) for line in (out / "sweep.jsonl").read_text().splitlines()]
        arguments = dict(beta=[0.001, 0.1], seeds=range(2), epochs=2, validation=0.2)
        arguments.update(test=(xt, yt), progress=False)
        for where in (None, folder / "python-sweep"):
            ours = vib.sweep(model, x, y, out=where, **arguments)
            for a, b in zip(ours.records, told, strict=True):
                a, b = without_seconds([a, b])
                self.assertEqual(*without_seconds([a.pop("best"), b.pop("best")]))
                self.assertEqual(a, b)
            for name, run in ours.runs.items():
                for file in (*FILES, "best.safetensors"):
                    self.assertEqual(run.file(file), (out / name / file).read_bytes())
        with self.assertRaises(FileExistsError):
            vib.sweep(model, x, y, out=folder / "python-sweep", **arguments)
        other = vib.compile(MODEL.replace("@small", "@other"))
        with self.assertRaisesRegex(vib.Error, "cannot resume: its runs are of the model small"):
            vib.sweep(other, x, y, out=folder / "python-sweep", resume=True, **arguments)
        again = vib.sweep(model, x, y, out=folder / "python-sweep", resume=True, **arguments)
        self.assertEqual(without_seconds(again.records), without_seconds(ours.records))
        self.assertEqual(pickle.loads(pickle.dumps(again)).records, again.records)

    def test_resuming_keeps_what_has_ended(self):
        out, start = folder / "resumed-sweep", train(epochs=1)
        arguments = dict(test=(xt, yt), progress=False, validation=0.2, init=start, out=out)
        arguments.update(lr=[1e-2, 1e3, 1e30], epochs=2)
        vib.sweep(model, x, y, **arguments)
        before = (out / "sweep.jsonl").read_text()
        self.assertEqual([json.loads(line)["status"] for line in before.splitlines()],
                         ["done", "diverged", "diverged"])
        # Lines without a checkpoint, which training could not continue.
        seed = f"seed={model.seed}"
        (out / f"lr=1e+30,{seed}").mkdir(exist_ok=True)
        (out / f"lr=1e+30,{seed}" / "metrics.jsonl").write_text(before)

        def stamps():
            return {path: path.stat().st_mtime_ns for path in out.glob("lr=1*/*")}

        stamp = stamps()
        again = vib.sweep(model, x, y, resume=True, **arguments)
        self.assertEqual((out / "sweep.jsonl").read_text(), before)
        self.assertEqual(stamps(), stamp)
        self.assertIn("the loss was", again.runs[f"lr=1000.0,{seed}"].diverged)
        self.assertEqual(again.runs[f"lr=0.01,{seed}"].predict(xt).shape, (40, 3))

        # Other data are refused before a line or a run is changed.
        with self.assertRaisesRegex(vib.Error, "cannot resume: .* data"):
            vib.sweep(model, x + 1, y, resume=True, **arguments)
        self.assertEqual((out / "sweep.jsonl").read_text(), before)

        # A run that is new begins with the weights, and more epochs go on from the checkpoint.
        arguments.update(lr=[1e-2, 2e-2], epochs=3)
        longer = vib.sweep(model, x, y, resume=True, **arguments)
        arguments.update(out=None)
        for name, run in vib.sweep(model, x, y, **arguments).runs.items():
            self.assertEqual(longer.runs[name].file(FILES[0]), run.file(FILES[0]), name)
        with self.assertRaisesRegex(vib.UsageError, "resume: expected out, too"):
            vib.sweep(model, x, y, resume=True, **arguments)

    def test_a_run_that_diverges_ends_no_other(self):
        swept = vib.sweep(model, x, y, lr=[1e-2, 1e30], epochs=20, progress=False)
        self.assertEqual([its["status"] for its in swept.records], ["done", "diverged"])
        self.assertIn("message", swept.records[1])
        self.assertEqual([(its["run"], its["seed"]) for its in swept.records],
                         [(f"lr={rate},seed={model.seed}", model.seed) for rate in (0.01, 1e30)])
        with self.assertRaisesRegex(vib.UsageError, "beta: two of the values are equal"):
            vib.sweep(model, x, y, beta=[1e-3, 0.001])
        with self.assertRaisesRegex(vib.UsageError, "seeds: two of the values are equal"):
            vib.sweep(model, x, y, seeds=[0, 0])
        with self.assertRaisesRegex(vib.UsageError, "seeds: expected values, got an empty list"):
            vib.sweep(model, x, y, seeds=[])
        with self.assertRaisesRegex(vib.UsageError, "expected a list of values"):
            vib.sweep(model, x, y, beta=1e-3)
        for wrong, part in (
            (dict(beta=[1e-3], jobs=0), "jobs: expected a whole number of 1 or more, got 0"),
            (dict(beta=[1e-3], jobs=1.5), "jobs: expected a whole number of 1 or more, got 1.5"),
            (dict(beta=[1.0], coefficients={"beta": [2.0]}), "beta is an argument of sweep"),
            (dict(coefficients={"lr": [1.0]}), "lr is an argument of sweep"),
            (dict(beta=[None]), "beta: expected a number, got None"),
            (dict(beta=[".1", "1e-1"]), "beta: expected a number, got '.1'"),
            (dict(beta=[0.1, 1e-1]), "beta: two of the values are equal"),
            (dict(seeds=3), "seeds: expected a list of whole numbers, got 3"),
            (dict(beta=[1e-3], init=3), "expected weights: a run"),
            (dict(beta=[1e-3], epochs=True), "epochs: expected a whole number, got True"),
            (dict(beta=np.array(0.1), steps=[3]), "steps: expected one value for all runs"),
            (dict(seeds=[0], seed=1), "expected seed or seeds, got both"),
            (dict(seeds=[0.5]), "seeds: expected a whole number, got 0.5"),
            (dict(seed=[1, 2]), r"seed: expected a whole number, got \[1, 2\]"),
            (dict(beta=[1e-3], out=5), "out: expected a path, got 5"),
        ):
            with self.assertRaisesRegex(vib.UsageError, part):
                vib.sweep(model, x, y, **wrong)
        with self.assertRaisesRegex(vib.UsageError, "expected a model that vib.compile"):
            vib.sweep("file.mlir", x, y, beta=[1e-3])
        with self.assertRaises(vib.Error):
            vib.sweep(model, x, y, beta=[1e-3], init="/nonexistent")
        with self.assertRaisesRegex(vib.UsageError, "^epochs: expected a whole number"):
            vib.sweep(model, x, y, beta=[1e-3], epochs=-1)
        with self.assertRaisesRegex(vib.UsageError, "sweep has no argument tau: expected .* coefficients="):
            vib.sweep(model, x, y, tau=[0.3, 1.0])
        with self.assertRaisesRegex(vib.UsageError, "sweep has no argument nonsense"):
            vib.sweep(model, x, y, beta=[1e-3], nonsense=1)


if __name__ == "__main__":
    unittest.main()
