"""Each section returns its part of the JSON file, from which report.py and plot.py generate the
rest."""

import functools
import json
import os
import statistics
import subprocess
import sys
import time

import cases
import datasets
from contenders import Failure, Ours, Peer, alternate, bind, here, last_line, processors

# For each framework: (variant, name, whether it is compared with our bf16 program).
variants = {
    "jax": [
        ("jit", "JAX, a jit call a step", False),
        ("scan", "JAX, lax.scan", False),
    ],
    "torch": [
        ("eager", "PyTorch, eager, fused Adam", False),
        ("compile", "PyTorch, compiled loss, fused Adam", False),
        ("whole", "PyTorch, compiled whole step", False),
        ("compile-bf16", "PyTorch, compiled loss, bf16 autocast", True),
        ("whole-bf16", "PyTorch, compiled whole step, bf16 autocast", True),
    ],
}
ours, ours_bf16, ours_tf32 = "vib", "vib, bf16", "vib, tf32"


def say(text):
    print(f"tools/bench: {text}", file=sys.stderr, flush=True)


class Bench:
    def __init__(self, compiler, peers, rounds, seconds, quick):
        self.compiler, self.peers = compiler, peers
        self.rounds, self.seconds, self.quick = rounds, seconds, quick

    def compete(self, case, threads, peers=variants, bf16=False):
        """The rows of one table: our programs and the variants of the peers."""
        failures, contenders = {}, []

        def enter(name, make):
            try:
                contenders.append(make())
            except Failure as failure:
                failures[name] = str(failure)

        say(f"{case.name}, batch {case.batch}, {threads} thread(s)")
        programs = [(ours, [])]
        if bf16:
            programs.append((ours_bf16, ["--precision=bf16"]))
            if self.on_gpu():
                programs.append((ours_tf32, ["--precision=tf32"]))
        for name, flags in programs:

            def program(name=name, flags=flags):
                return Ours(name, self.compiler.program(case, *flags), threads)

            enter(name, program)
        for framework in self.peers.present:
            for variant, name, half in peers.get(framework, []):
                if half and not bf16:
                    continue
                say(f"  preparing {name}")

                def peer(framework=framework, variant=variant, name=name):
                    process = self.peers.get(framework, threads)
                    return Peer(name, process, variant, case)

                enter(name, peer)

        times, failed = alternate(contenders, self.rounds, self.seconds)
        failures.update(failed)
        rows = [row(contender, times) for contender in contenders]
        details = sum((getattr(c, "details", []) for c in contenders), [])
        for contender in contenders:
            contender.close()
        rows = [found for found in rows if found]
        compare(rows)
        return {
            "model": case.name,
            "outline": case.outline,
            "latents": case.latents,
            "batch": case.batch,
            "threads": threads,
            # The name of a GPU.
            "device": next((d["device"] for d in details if "device" in d), None),
            "contraction_flops": case.flops,
            "rows": rows,
            "failures": failures,
        }

    def on_gpu(self):
        return self.compiler.target != "cpu"

    def check_gpu(self):
        """Fails with the message of a program, if no program can run."""
        try:
            Ours(ours, self.compiler.program(cases.digits), 1)
        except Failure as failure:
            raise Failure(f"--target cuda: {str(failure).split('error: ')[-1]}")

    def threads(self):
        """The numbers of threads. One is enough to feed a GPU."""
        return [1] if self.on_gpu() else [2, 1]

    def step(self):
        """The step of ToyNet on two threads and on one."""
        return [self.compete(cases.toynet, n, bf16=True) for n in self.threads()]

    def small(self):
        return [self.compete(cases.digits, self.threads()[0])]

    def batch(self):
        return [self.compete(cases.wide_batch, self.threads()[0])]

    def models(self):
        """The steps of convolutional models."""
        models = cases.cnn28, cases.cnn32
        return [self.compete(case, self.threads()[0], bf16=True) for case in models]

    def examples(self):
        """The steps of the other examples; with --quick that of one."""
        few = {name: [v for v in found if v[0] in ("jit", "scan", "eager", "compile")]
               for name, found in variants.items()}
        models = cases.examples[:1] if self.quick else cases.examples
        return [self.compete(case, self.threads()[0], few) for case in models]

    def sweep(self):
        """Yields the points of the sweep, one by one."""
        # Only variants that are prepared within seconds.
        few = {
            name: [v for v in found if v[0] in ("jit", "scan", "eager")]
            for name, found in variants.items()
        }
        for size, axis, value, case in cases.sweep(self.quick):
            for threads in reversed(self.threads()):
                table = self.compete(case, threads, few)
                yield {"size": size, "axis": axis, "value": value, **table}

    def compile(self):
        """The time to compile ToyNet from the model file to the program."""
        say("compiling toynet")
        times = []
        for _ in range(1 if self.quick else 5):
            begin = time.perf_counter()
            self.compiler.compile(cases.toynet)
            times.append(time.perf_counter() - begin)
        return spread(times)

    def memory(self, data):
        """The peak memory of `train`, and the memory that it needs at least."""
        result = {}
        if data is None:
            data = self.compiler.folder / "synthetic"
            say("writing images of random bytes, in MNIST's form")
            rows = (2_000, 500) if self.quick else (60_000, 10_000)
            datasets.write_synthetic(data, *rows)
            result["data"] = "random bytes in MNIST's form"
        else:
            result["data"] = str(data)
        stored = datasets.stored_bytes(data)
        for name, flags in [(ours, []), (ours_bf16, ["--precision=bf16"])]:
            try:
                program = self.compiler.program(cases.toynet, *flags)
                result[name] = self.train_once(program, data, stored, name != ours)
            except Failure as failure:
                result[name] = {"failure": str(failure)}
        return result

    def train_once(self, program, data, stored, bf16):
        say("the memory of a run")
        info = json.loads(subprocess.check_output([program, "info", "--json"]))
        # f32 for any precision: weights, two moments, average.
        parameters = info["num_parameters"]
        floor = 16 * parameters + stored + (4 * parameters if bf16 else 0)
        out = self.compiler.folder / f"{program.name}-memory"
        flags = ["--data", data, "--out", out, "--threads", "2"]
        flags += ["--steps", "20" if self.quick else "300", "--quiet"]
        process = subprocess.Popen(
            [program, "train", *flags],
            stderr=subprocess.PIPE,
            text=True,
            preexec_fn=bind(2),
        )
        error = process.stderr.read()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        process.stderr.close()
        if process.returncode != 0:
            raise Failure(last_line(error))
        return {
            "resident": 1024 * usage.ru_maxrss,
            "weights_moments_average_data": floor,
            "beyond": 1024 * usage.ru_maxrss - floor,
        }

    def training(self, data):
        """Ten epochs of MNIST with an evaluation after each, from the model file or the
        script to the files that a run writes."""
        epochs = 1 if self.quick else 10
        rounds = 1 if self.quick else min(self.rounds, 3)
        folder = self.compiler.folder

        def run_ours(out):
            program = self.compiler.compile(cases.toynet)
            flags = ["--out", out, "--epochs", epochs, "--threads", 2, "--quiet"]
            check([program, "train", "--data", data, *flags])
            lines = (out / "metrics.jsonl").read_text().splitlines()
            return json.loads(lines[-1])

        def run_jax(out):
            script = here / "peer_jax_training.py"
            case = json.dumps(cases.toynet.for_peer())
            command = [self.peers.python, "-B", script, data, out, epochs, case]
            figures = json.loads(check(command))
            self.peers.versions["jax"] = figures["version"]
            return figures

        runs = {ours: run_ours}
        if "jax" in self.peers.present:
            runs["JAX"] = run_jax
        times, figures, failures = {}, {}, {}
        for number in range(rounds):
            for name, run in runs.items():
                say(f"{epochs} epoch(s) of training, {name}, round {number + 1}")
                out = folder / f"run-{name}-{number}"
                begin = time.perf_counter()
                try:
                    figures[name] = run(out)
                    elapsed = time.perf_counter() - begin
                    times.setdefault(name, []).append(elapsed)
                except Failure as failure:
                    failures[name] = str(failure)
        return {
            "epochs": epochs,
            "seconds": {name: spread(found) for name, found in times.items()},
            "last_line": figures,
            "failures": failures,
        }


    def runs(self, data):
        """A sweep of six betas with two seeds: all runs of one epoch with its evaluation, on
        two processors."""
        betas = ["1e-5", "1e-4"] if self.quick else ["1e-5", "1e-4", "1e-3", "1e-2", "0.1", "1"]
        rounds = 1 if self.quick else min(self.rounds, 3)
        folder = self.compiler.folder
        flags = ["--data", data, "--epochs", "1", "--quiet"]

        def sweep(program, out):
            grid = ["--grid", "beta=" + ",".join(betas), "--seeds", "0:2", "--jobs", "2"]
            check([program, "sweep", *flags, *grid, "--out", out])

        def one_after_another(program, out):
            for beta in betas:
                for seed in "01":
                    run = ["--beta", beta, "--seed", seed, "--threads", "2"]
                    check([program, "train", *flags, *run, "--out", out / f"{beta}-{seed}"])

        def jax(out):
            # A process for each processor.
            out.mkdir()
            case = json.dumps(cases.toynet.for_peer())
            command = [self.peers.python, "-B", here / "peer_jax_runs.py", data, "1", case]
            processes = [
                subprocess.Popen(
                    [*map(str, command), *betas],
                    stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                    preexec_fn=functools.partial(os.sched_setaffinity, 0, {processor}),
                )
                for processor in sorted(processors(2))
            ]
            found = []
            for process in processes:
                printed, error = process.communicate()
                if process.returncode != 0:
                    raise Failure(last_line(error))
                found.append(json.loads(last_line(printed)))
            return max(its["compiling"] for its in found)

        contenders = {}
        for name, extra in [(ours, []), (ours_bf16, ["--precision=bf16"])]:
            program = self.compiler.program(cases.toynet, *extra)
            contenders[f"{name}, sweep"] = functools.partial(sweep, program)
            if not extra:
                contenders[f"{name}, runs one after another"] = functools.partial(
                    one_after_another, program
                )
        if "jax" in self.peers.present:
            contenders["JAX, a process for each processor"] = jax
        times, failures, compiling = {}, {}, []
        for number in range(rounds):
            for name, contender in contenders.items():
                say(f"{2 * len(betas)} runs, {name}, round {number + 1}")
                begin = time.perf_counter()
                try:
                    compiled = contender(folder / f"runs-{len(times)}-{name[:3]}-{number}")
                except Failure as failure:
                    failures[name] = str(failure)
                    continue
                times.setdefault(name, []).append(time.perf_counter() - begin)
                if compiled is not None:
                    compiling.append(compiled)
        return {
            "count": 2 * len(betas),
            "seconds": {name: spread(found) for name, found in times.items()},
            "jax_compiling": spread(compiling) if compiling else None,
            "failures": failures,
        }


def check(command):
    """Runs the command on two processors, and returns the last line of its output."""
    result = subprocess.run(
        [*map(str, command)], capture_output=True, text=True, preexec_fn=bind(2)
    )
    if result.returncode != 0:
        raise Failure(last_line(result.stderr))
    return last_line(result.stdout)


def spread(values):
    return {
        "median": statistics.median(values),
        "low": min(values),
        "high": max(values),
        "rounds": values,
    }


def row(contender, times):
    if contender.name not in times:
        return None
    result = {"name": contender.name, **spread(times[contender.name])}
    if isinstance(contender, Ours):
        # Neither is measured on a GPU.
        if "peak_gflops" in contender.details[0]:
            result["percent_of_peak"] = contender.median_of("percent_of_peak")
            result["peak_gflops"] = contender.median_of("peak_gflops")
            result["us_per_launch"] = spread(
                [detail["us_per_launch"] for detail in contender.details]
            )
        result["flops"] = contender.details[0]["flops_per_step"]
    return result


def compare(rows):
    """How many times as fast as a peer our program of the same precision is."""
    medians = {row["name"]: row["median"] for row in rows}
    for entry in rows:
        for found in sum(variants.values(), []):
            mine = medians.get(ours_bf16 if found[2] else ours)
            if found[1] == entry["name"] and mine:
                entry["ours_is_faster"] = entry["median"] / mine
