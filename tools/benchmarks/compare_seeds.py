#!/usr/bin/env python3
"""compare_seeds.py SWEEP.jsonl TORCH.jsonl: the figures of a sweep's seeds beside those of
examples_torch.py, as a table: mean ± standard error on each side, and the difference in its own
standard errors. Needs nothing but Python."""

import json
import math
import statistics
import sys

# The key, its words, the factor of what is printed, and its unit.
FIGURES = [
    ("error_avg", "error, 12 samples", 100, "%"),
    ("error_1shot", "error, one sample", 100, "%"),
    ("cross_entropy_bits", "cross-entropy", 1, "bits"),
    ("nll_bits", "NLL", 1, "bits"),
    ("rate_bits", "rate", 1, "bits"),
    ("residual_bits", "residual rate", 1, "bits"),
    ("izx_nib_bits", "NIB estimate", 1, "bits"),
]


def read(path):
    with open(path) as file:
        lines = [json.loads(line) for line in file]
    bad = [line["run"] for line in lines if line.get("status", "done") != "done"]
    if bad:
        sys.exit(f"{path}: not done: {', '.join(bad)}")
    return lines


def mean_and_error(values):
    """The mean, and its standard error."""
    return statistics.mean(values), statistics.stdev(values) / math.sqrt(len(values))


def row(words, unit, ours, theirs):
    (mine, se), (other, other_se) = map(mean_and_error, (ours, theirs))
    difference, both = mine - other, math.hypot(se, other_se)
    decimals = 4 if abs(other) < 1 and unit == "bits" else 2 if abs(other) < 100 else 1

    def text(value, error):
        return f"{value:.{decimals}f} ± {error:.{decimals}f} {unit}"

    relative = f", {100 * difference / other:+.1f} %" if unit == "bits" and other else ""
    apart = f" ({difference / both:+.1f} standard errors{relative})" if both else ""
    return f"| {words} | {text(mine, se)} | {text(other, other_se)} | {text(difference, both)}{apart} |"


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    ours, theirs = map(read, sys.argv[1:])
    print(f"| seeds: {len(ours)} and {len(theirs)} | vib | PyTorch | difference |")
    print("|---|---|---|---|")
    for key, words, factor, unit in FIGURES:
        sides = [[factor * line[key] for line in lines if line.get(key) is not None]
                 for lines in (ours, theirs)]
        if all(len(side) > 1 for side in sides):
            print(row(words, unit, *sides))


if __name__ == "__main__":
    main()
