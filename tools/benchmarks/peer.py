"""A peer is a process that tools/bench starts with the user's Python. The two exchange lines
of JSON:

  {"do": "prepare", "id": I, "variant": V, "case": {...}, "threads": N}
      compiles and warms up                  -> {"seconds": S}
  {"do": "run", "id": I, "seconds": S}
      trains for that time                   -> {"ms": [of a step, for each block]}
  {"do": "drop", "id": I}                    -> {}

If a request fails, the answer is {"error": "..."}. A block is a number of steps after which
the peer waits for the result, so that a framework can run ahead of its caller.

VIB_BENCH_DEVICE says where the peer runs: cpu or cuda.
"""

import json
import os
import sys
import time


def device():
    return os.environ.get("VIB_BENCH_DEVICE", "cpu")


def batches(case):
    """The rows of the synthetic data, in batches, as in the bench of a program."""
    return 4


def make_data(numpy, case):
    """Images as stored in files (flat unless the encoder has convolutions), or vectors; labels,
    which are numbers where there are no classes; and a permutation of the rows."""
    random = numpy.random.default_rng(0)
    rows = batches(case) * case["batch"]
    order = random.permutation(rows).astype(numpy.int32)
    if case.get("of_vectors"):
        x = random.standard_normal((rows, case["inputs"]), numpy.float32)
        labels = random.integers(0, case["classes"] or 2, rows)
        is_class = case["classes"] > 0
        return x, labels.astype(numpy.int32) if is_class else labels[:, None].astype(numpy.float32), order
    shape = [case["inputs"]]
    if case["stages"]:
        shape = [case["side"], case["side"], case["channels"]]
    images = random.integers(0, 256, (rows, *shape), numpy.uint8)
    labels = random.integers(0, case["classes"], rows).astype(numpy.int32)
    return images, labels, order


def time_blocks(run_block, steps, seconds):
    """The milliseconds of a step, for each block that fits into the given seconds."""
    times = []
    end = time.perf_counter() + seconds
    while not times or time.perf_counter() < end:
        begin = time.perf_counter()
        run_block()
        times.append(1e3 * (time.perf_counter() - begin) / steps)
    return times


def block_length(run_steps, least_seconds=0.05):
    """The number of steps in a block that is long enough to be timed."""
    steps = 1
    while True:
        begin = time.perf_counter()
        run_steps(steps)
        elapsed = time.perf_counter() - begin
        if elapsed >= least_seconds or steps >= 4096:
            return steps
        steps *= 2


def serve(version, make):
    """Answers requests until stdin ends. `make(variant, case, threads)` returns a function
    that takes seconds."""
    # Output of the framework must not get between the answers.
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    running = {}

    def answer(request):
        if request["do"] == "prepare":
            begin = time.perf_counter()
            running[request["id"]] = make(
                request["variant"], request["case"], request["threads"]
            )
            return {"seconds": time.perf_counter() - begin}
        if request["do"] == "run":
            return {"ms": running[request["id"]](request["seconds"])}
        del running[request["id"]]
        return {}

    print(json.dumps({"version": version}), file=answers, flush=True)
    for line in sys.stdin:
        try:
            result = answer(json.loads(line))
        except Exception as error:  # Any library may fail; continue with the others.
            text = str(error).strip() or type(error).__name__
            result = {"error": text.splitlines()[0]}
        print(json.dumps(result), file=answers, flush=True)
