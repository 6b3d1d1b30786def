#!/usr/bin/env python3
"""instrument.py --data MNIST [--rounds N]: the cost of Python and of a sweep beside the program.

Measures, with ToyNet and in turns: `vib.compile` of a model that was compiled before, `model.train`
beside the program `train`, and the largest resident size of sweeps of 1, 2, 4 and 8 runs at a time.
It needs NumPy, `vibc` in PATH and the package `vib` (PYTHONPATH=python in the source tree).
"""
import argparse
import json
import os
import pathlib
import resource
import statistics
import subprocess
import sys
import tempfile
import time

import numpy as np
import vib
from vib._files import read_array

MODEL = pathlib.Path(__file__).parents[2] / "examples" / "toynet" / "toynet.mlir"
FIRST = "import sys, time, vib; begin = time.perf_counter(); vib.compile(sys.argv[1]); " \
        "print(time.perf_counter() - begin)"


def show(values, unit=1.0):
    low, high = min(values) * unit, max(values) * unit
    return f"{statistics.median(values) * unit:.3g} ({low:.3g}-{high:.3g})"


def clocks(who):
    used = resource.getrusage(who)
    return np.array([time.perf_counter(), used.ru_utime + used.ru_stime])


def measure(who, function):
    before = clocks(who)
    function()
    return clocks(who) - before


def read(folder, name):
    path = folder / name
    return read_array(path if path.exists() else folder / f"{name}.gz")


def compile_times(rounds):
    model = vib.compile(MODEL)
    again = [measure(resource.RUSAGE_SELF, lambda: vib.compile(MODEL))[0] for _ in range(10 * rounds)]
    first = [float(subprocess.check_output([sys.executable, "-c", FIRST, MODEL]))
             for _ in range(rounds)]
    print(f"vib.compile, the first in a process, ms: {show(first, 1e3)}")
    print(f"vib.compile, later ones, ms: {show(again, 1e3)}")
    return model


def train_times(model, program, data, rounds):
    x, y = (read(data, f"train-{name}-ubyte") for name in ("images-idx3", "labels-idx1"))
    flags = dict(epochs=1, threads=1)
    own, python = [], []
    with tempfile.TemporaryDirectory() as work:
        words = [program, "train", "--data", data, "--epochs=1", "--threads=1", "--eval=none", "--quiet"]
        for i in range(rounds):
            own.append(measure(resource.RUSAGE_CHILDREN, lambda: subprocess.run(
                [*words, "--out", f"{work}/own{i}"], check=True)))
            python.append(measure(resource.RUSAGE_SELF, lambda: model.train(
                x, y, out=f"{work}/python{i}", progress=False, **flags)))
    for place, clock in enumerate(("wall", "processor")):
        a, b = ([each[place] for each in times] for times in (own, python))
        ratios = [there / here for here, there in zip(a, b)]
        print(f"train, {clock} s: program {show(a)}, Python {show(b)}, in the same round "
              f"{show(ratios)} of it")


def sweep_sizes(program, data):
    info = json.loads(subprocess.check_output([program, "info", "--json"]))
    peaks = {}
    with tempfile.TemporaryDirectory() as work:
        for jobs in (1, 2, 4, 8):
            words = [program, "sweep", "--data", str(data), "--out", f"{work}/{jobs}", "--seeds",
                     f"0:{jobs}", "--jobs", str(jobs), "--steps", "20", "--quiet"]
            process = os.spawnvp(os.P_NOWAIT, program, words)
            _, status, used = os.wait4(process, 0)
            assert status == 0, words
            peaks[jobs] = used.ru_maxrss * 1024 / 1e6
    print("sweep, MB resident:", ", ".join(f"{jobs} runs {size:.1f}" for jobs, size in peaks.items()))
    each, weights = (peaks[8] - peaks[1]) / 7, info["weight_bytes"] / 1e6
    print(f"a run: {each:.1f} MB, 4 copies of the weights and {each - 4 * weights:.1f} MB")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=pathlib.Path, required=True)
    parser.add_argument("--rounds", type=int, default=7)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as work:
        program = f"{work}/toynet"
        subprocess.run(["vibc", MODEL, "-o", program], check=True)
        model = compile_times(options.rounds)
        sweep_sizes(program, options.data)
        train_times(model, program, options.data, options.rounds)


if __name__ == "__main__":
    main()
