"""The tables of tools/bench, in Markdown."""

import math

from sections import ours, ours_bf16


def number(value):
    """Three significant digits, but all digits before the decimal point."""
    whole = math.floor(math.log10(value)) if value > 0 else 0
    return f"{value:.{max(0, 2 - whole)}f}"


def times(ratio):
    decimals = 0 if ratio >= 100 else 1 if ratio >= 10 else 2
    return f"{ratio:.{decimals}f}×"


def interval(found):
    text = f"{number(found['median'])}"
    if len(found["rounds"]) > 1:
        text += f" ({number(found['low'])}-{number(found['high'])})"
    return text


def table(head, rows):
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def threads_of(count):
    return f"{count} thread" + ("" if count == 1 else "s")


def competition(found):
    """The table of one model and one number of threads: the step of every contender."""
    title = (
        f"### {found['model']} ({found['outline']}), batch {found['batch']}, "
        f"{found.get('device') or threads_of(found['threads'])}"
    )
    rows = []
    for row in found["rows"]:
        peak = ""
        if "percent_of_peak" in row:
            peak = (
                f"{row['percent_of_peak']:.1f} % of {row['peak_gflops']:.0f} GFLOP/s"
            )
        faster = row.get("ours_is_faster")
        rows.append(
            [row["name"], interval(row), peak, times(faster) if faster else ""]
        )
    lines = [
        title,
        "",
        table(["", "ms a step", "of the peak", "vib is as fast"], rows),
    ]
    launches = [row["us_per_launch"] for row in found["rows"] if "us_per_launch" in row]
    if found["threads"] > 1 and launches:
        lines += ["", f"To start all threads and to wait for them took {interval(launches[0])} us."]
    for name, reason in found["failures"].items():
        lines += ["", f"{name}: left out: {reason}"]
    return "\n".join(lines)


def median_of(found, name):
    for row in found["rows"]:
        if row["name"] == name:
            return row["median"]
    return None


def least_ratio(found, start, bf16=False):
    """The ratio to the best of the peers with that name."""
    ratios = [
        row["ours_is_faster"]
        for row in found["rows"]
        if row["name"].startswith(start)
        and ("bf16" in row["name"]) == bf16
        and "ours_is_faster" in row
    ]
    return times(min(ratios)) + " as fast" if ratios else None


def share(found):
    for row in found["rows"]:
        if row["name"] == ours and "percent_of_peak" in row:
            return f"{row['percent_of_peak']:.1f} %"
    return ""


def megabytes(count):
    return f"{count / 1e6:.1f} MB"


def overview(results):
    """The figures that summarize the tables."""
    rows = []
    if "step" in results:
        two, one = results["step"][0], results["step"][-1]
        rows += [
            ["ToyNet: share of the peak of two threads", share(two)],
            ["against JAX, the better of jit and scan", least_ratio(two, "JAX")],
            [
                "against PyTorch, the best of eager and compiled",
                least_ratio(two, "PyTorch"),
            ],
            [
                "bf16, against PyTorch under autocast, the better of two",
                least_ratio(two, "PyTorch", bf16=True),
            ],
        ]
        if one is not two and median_of(one, ours) and median_of(two, ours):
            ratio = median_of(one, ours) / median_of(two, ours)
            rows.append(["one thread to two", times(ratio)])
    if "small" in results:
        small = results["small"][0]
        rows += [
            ["small model, against JAX, a jit call a step", least_ratio(small, "JAX, a")],
            ["the same, against lax.scan", least_ratio(small, "JAX, lax")],
        ]
    if "batch" in results:
        found = results["batch"][0]
        rows.append([f"batch {found['batch']:,}: share of the peak", share(found)])
    for found in results.get("models", []):
        if found["threads"] > 1:
            rows += [
                [f"{found['model']}: share of the peak", share(found)],
                [f"{found['model']}, against JAX", least_ratio(found, "JAX")],
                [f"{found['model']}, against PyTorch", least_ratio(found, "PyTorch")],
            ]
    if "memory" in results:
        for name in (ours, ours_bf16):
            found = results["memory"][name]
            rows.append([f"training memory, {name}", describe_memory(found)])
    if "compile" in results:
        rows.append(
            ["ToyNet, model file to program", interval(results["compile"]) + " s"]
        )
    if "training" in results:
        found = results["training"]
        for name, seconds in found["seconds"].items():
            rows.append(
                [f"{found['epochs']} epochs of MNIST, {name}", interval(seconds) + " s"]
            )
        if len(found["seconds"]) == 2:
            mine, peer = (s["median"] for s in found["seconds"].values())
            rows.append(["the same, against JAX", times(peer / mine) + " as fast"])
        for name, reason in found["failures"].items():
            rows.append([f"{found['epochs']} epochs, {name}", f"left out: {reason}"])
    if "runs" in results:
        found = results["runs"]
        seconds = found["seconds"]
        first = next(iter(seconds.values()))["median"]
        for place, (name, its) in enumerate(seconds.items()):
            rows.append([f"{found['count']} runs, {name}", interval(its) + " s"])
            if place > 0:
                rows.append(["the same, beside the sweep", times(its["median"] / first)])
        if found["jax_compiling"]:
            rows.append(["JAX's compiling, in that", interval(found["jax_compiling"]) + " s"])
        for name, reason in found["failures"].items():
            rows.append([f"{found['count']} runs, {name}", f"left out: {reason}"])
    rows = [row for row in rows if row[1]]
    return table(["", "measured"], rows) if rows else ""


def describe_memory(found):
    if "failure" in found:
        return f"left out: {found['failure']}"
    return (
        f"{megabytes(found['resident'])}: weights, moments, average and data "
        f"{megabytes(found['weights_moments_average_data'])}, and "
        f"{megabytes(found['beyond'])}"
    )


def names_of(tables):
    """The contenders, in their order."""
    return list(dict.fromkeys(row["name"] for found in tables for row in found["rows"]))


def examples_table(tables):
    """A row for each example."""
    where = tables[0].get("device") or threads_of(tables[0]["threads"])
    title = f"### The other examples: ms a step, {where}"
    names, rows, failures = names_of(tables), [], []
    for found in tables:
        steps = {row["name"]: interval(row) for row in found["rows"]}
        ratios = [row["ours_is_faster"] for row in found["rows"] if "ours_is_faster" in row]
        rows.append([found["model"], found["outline"], str(found["batch"]),
                     *(steps.get(name, "") for name in names),
                     share(found), times(min(ratios)) if ratios else ""])
        failures += [f"{found['model']}, {name}: left out: {reason}"
                     for name, reason in found["failures"].items()]
    head = ["example", "network", "batch", *names, "vib, of the peak", "vib beside the best"]
    return "\n\n".join([title, table(head, rows), *failures])


def sweep_table(points):
    names, rows = names_of(points), []
    for point in points:
        medians = {row["name"]: row["median"] for row in point["rows"]}
        rows.append(
            [
                point["size"],
                str(point["batch"]),
                str(point["latents"]),
                str(point["threads"]),
                *(number(medians[n]) if n in medians else "" for n in names),
                share(point),
            ]
        )
    head = ["model", "batch", "K", "threads", *names, "vib, of the peak"]
    return table(head, rows)


def markdown(results):
    parts = [results["introduction"], overview(results)]
    for section in ("step", "small", "batch", "models"):
        parts += map(competition, results.get(section, []))
    if "examples" in results:
        parts.append(examples_table(results["examples"]))
    if "sweep" in results:
        parts += ["### As the work grows: ms a step", sweep_table(results["sweep"])]
    parts += results["notes"]
    return "\n\n".join(part for part in parts if part) + "\n"
