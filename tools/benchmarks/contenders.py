"""Everything that is timed runs on the same processors: a process with one thread is bound to
one, a process with two threads to two that belong to different cores. A contender has a name
and run(seconds), which returns the milliseconds of a step. The rounds of all contenders
alternate, so that other activity on the machine affects all of them alike."""

import itertools
import json
import os
import pathlib
import statistics
import subprocess
import tempfile

here = pathlib.Path(__file__).resolve().parent


class Failure(Exception):
    """The failure of one contender: its row gives the reason, the others continue."""


def processors(count):
    """The given number of this process's processors, first one of each core."""
    mine = sorted(os.sched_getaffinity(0))

    def core(cpu):
        path = f"/sys/devices/system/cpu/cpu{cpu}/topology/thread_siblings_list"
        try:
            return pathlib.Path(path).read_text()
        except OSError:
            return cpu

    seen, first, rest = set(), [], []
    for cpu in mine:
        (rest if core(cpu) in seen else first).append(cpu)
        seen.add(core(cpu))
    return set((first + rest)[:count])


def bind(threads):
    return lambda: os.sched_setaffinity(0, processors(threads))


def last_line(text):
    lines = [line for line in text.splitlines() if line.strip()]
    return lines[-1].strip() if lines else "no message"


class Compiler:
    """vibc, the target for which it compiles, and a folder for its output."""

    def __init__(self, vibc, folder, target="cpu"):
        self.vibc, self.target = vibc, target
        self.folder = pathlib.Path(folder)
        self.numbers = itertools.count()
        self.programs = {}

    def version(self):
        command = [self.vibc, "--version"]
        result = subprocess.run(command, capture_output=True, text=True)
        lines = result.stdout.splitlines()
        return next((line.strip() for line in lines if "vibc" in line), "vibc")

    def program(self, case, *flags):
        key = case, flags
        if key not in self.programs:
            self.programs[key] = self.compile(case, *flags)
        return self.programs[key]

    def compile(self, case, *flags):
        stem = self.folder / f"{case.name}-{next(self.numbers)}"
        model = stem.with_suffix(".mlir")
        model.write_text(case.text())
        command = [self.vibc, model, f"--target={self.target}", "-o", stem, *flags]
        result = subprocess.run(command, capture_output=True, text=True)
        if result.returncode != 0:
            raise Failure(last_line(result.stderr))
        return stem


class Ours:
    """A compiled program."""

    def __init__(self, name, program, threads):
        self.name, self.program, self.threads = name, program, threads
        # Measure a step, to know how many fit into a given time.
        self.expected = self.bench(20)["ms_per_step"]
        self.details = []

    def bench(self, steps):
        command = [self.program, "bench", "--json", "--threads", str(self.threads)]
        result = subprocess.run(
            [*command, "--steps", str(steps)],
            capture_output=True,
            text=True,
            preexec_fn=bind(self.threads),
        )
        if result.returncode != 0:
            raise Failure(last_line(result.stderr))
        return json.loads(result.stdout)

    def run(self, seconds):
        steps = int(min(max(1e3 * seconds / self.expected, 5), 200_000))
        self.details.append(self.bench(steps))
        self.expected = self.details[-1]["ms_per_step"]
        return self.expected

    def close(self):
        pass

    def median_of(self, key):
        return statistics.median(detail[key] for detail in self.details)


class PeerProcess:
    """One framework with one number of threads; see peer.py."""

    def __init__(self, python, framework, threads, target):
        self.threads = threads
        self.numbers = itertools.count()
        count = str(threads)
        self.errors = tempfile.TemporaryFile("w+")
        self.process = subprocess.Popen(
            [python, "-B", here / f"peer_{framework}.py"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self.errors,
            text=True,
            env={
                **os.environ,
                "OMP_NUM_THREADS": count,
                "MKL_NUM_THREADS": count,
                "JAX_PLATFORMS": target,
                "VIB_BENCH_DEVICE": target,
            },
            preexec_fn=bind(threads),
        )
        self.version = self.read()["version"]

    def read(self):
        line = self.process.stdout.readline()
        if not line:
            status = self.process.wait()
            self.errors.seek(0)
            said = last_line(self.errors.read())
            raise Failure(f"ended with status {status}: {said}")
        answer = json.loads(line)
        if "error" in answer:
            raise Failure(answer["error"])
        return answer

    def ask(self, **request):
        try:
            print(json.dumps(request), file=self.process.stdin, flush=True)
        except OSError:
            pass  # read() reports the status.
        return self.read()

    def prepare(self, variant, case):
        number = next(self.numbers)
        self.ask(
            do="prepare",
            id=number,
            variant=variant,
            case=case.for_peer(),
            threads=self.threads,
        )
        return number

    def close(self):
        try:
            self.process.stdin.close()
        except OSError:
            pass  # The process has ended before.
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process.stdout.close()
        self.errors.close()


class Peers:
    """The frameworks that a Python has. Each is started when it is first requested."""

    packages = {"jax": "jax", "torch": "torch"}

    def __init__(self, python, target="cpu"):
        self.python, self.target = python, target
        self.running = {}
        self.versions = {}
        self.present = [name for name in self.packages if python and self.has(name)]

    def has(self, framework):
        command = [self.python, "-c", f"import {self.packages[framework]}"]
        return subprocess.run(command, capture_output=True).returncode == 0

    def missing(self):
        return [name for name in self.packages if name not in self.present]

    def get(self, framework, threads):
        key = framework, threads
        if key in self.running and self.running[key].process.poll() is not None:
            self.running.pop(key).close()
        if key not in self.running:
            self.running[key] = PeerProcess(
                self.python, framework, threads, self.target
            )
            self.versions[framework] = self.running[key].version
        return self.running[key]

    def close(self):
        for process in self.running.values():
            process.close()


class Peer:
    """A variant of a framework's step."""

    def __init__(self, name, process, variant, case):
        self.name, self.process = name, process
        self.number = process.prepare(variant, case)

    def run(self, seconds):
        answer = self.process.ask(do="run", id=self.number, seconds=seconds)
        return statistics.median(answer["ms"])

    def close(self):
        try:
            self.process.ask(do="drop", id=self.number)
        except Failure:
            pass  # If the process has ended, there is nothing to drop.


def alternate(contenders, rounds, seconds):
    """Returns {name: milliseconds of a step in each round} and {name: reason of failure}."""
    times, failures = {}, {}
    for _ in range(rounds):
        for contender in contenders:
            if contender.name in failures:
                continue
            try:
                times.setdefault(contender.name, []).append(contender.run(seconds))
            except Failure as failure:
                failures[contender.name] = str(failure)
                times.pop(contender.name, None)
    return times, failures
