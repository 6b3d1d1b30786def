"""How good probabilities are: reliability, confusion, and the detection of other data."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.figure import Figure

from vib._files import Array
from vib.plot._style import BLUE, GREY, ORANGE, PictureError, make_figure, styled

BINS = 15


def _check(probs: Any, labels: Any, first_label: int) -> tuple[Array, Array]:
    table = np.asarray(probs)
    if table.dtype.kind not in "fiub":
        raise PictureError(f"the probabilities: an array of {table.dtype}, expected numbers",
                           "probs")
    table = table.astype(float)
    classes = np.asarray(labels).reshape(-1)
    if table.ndim != 2 or table.shape[1] < 2 or not len(table):
        raise PictureError(f"the probabilities: an array {list(table.shape)}, expected "
                           "[N, classes]", "probs")
    sums = table.sum(axis=1)
    if not (np.abs(sums - 1) < 1e-3).all() or (table < 0).any():
        raise PictureError("the probabilities: rows that are negative or do not sum to 1, expected "
                           "what `predict --what probs` writes", "probs")
    if classes.dtype.kind not in "iub" or len(classes) != len(table):
        raise PictureError(f"the labels: {len(classes)} of {classes.dtype}, expected {len(table)} "
                           "integers, one for each row of the probabilities", "labels")
    classes = classes.astype(np.int64) - first_label
    if classes.min() < 0 or classes.max() >= table.shape[1]:
        raise PictureError(f"the labels: {classes.min() + first_label} to "
                           f"{classes.max() + first_label}, expected {first_label} to "
                           f"{first_label + table.shape[1] - 1}", "labels")
    return table, classes


@styled
def reliability(probs: Any, labels: Any, *, first_label: int = 0,
                title: str | None = None) -> Figure:
    """The reliability diagram: accuracy against confidence, in 15 bins of equal width.

    `probs` [N, C] is what `predict --what probs` writes, and `labels` [N] are integers from
    `first_label`. A row's confidence is its largest probability. Error bars are ±1 standard
    error of a share, √(a (1 − a) / n). Below it is the number of rows in each bin. The title
    says the ECE (Guo et al. 2017), that of `eval --calibration`.
    """
    table, classes = _check(probs, labels, first_label)
    confidence = table.max(axis=1)
    correct = table.argmax(axis=1) == classes
    # Bin b is (b / 15, (b + 1) / 15].
    index = np.clip(np.ceil(confidence * BINS).astype(int) - 1, 0, BINS - 1)
    count = np.bincount(index, minlength=BINS)
    n = np.maximum(count, 1)
    accuracy = np.bincount(index, correct, BINS) / n
    mean = np.bincount(index, confidence, BINS) / n
    ece = float((count / len(table) * np.abs(accuracy - mean)).sum())
    error = np.sqrt(accuracy * (1 - accuracy) / n)

    figure = make_figure(4.8, 5.2)
    axes, below = figure.subplots(2, 1, sharex=True, height_ratios=[3.2, 1])
    used = count > 0
    left = np.arange(BINS) / BINS
    axes.bar(left[used], accuracy[used], 1 / BINS, align="edge", color=BLUE, alpha=0.75,
             edgecolor="white", linewidth=0.5, label="accuracy")
    axes.errorbar(mean[used], accuracy[used], error[used], fmt="o", color="black", markersize=3,
                  elinewidth=1, capsize=2, label="at the mean confidence, ±1 s.e.")
    axes.plot([0, 1], [0, 1], color=GREY, linestyle="--", linewidth=1, label="calibrated")
    axes.set_ylim(0, 1.02)
    axes.set_ylabel("accuracy")
    axes.legend(loc="upper left")
    axes.set_title(title or f"ECE {100 * ece:.2f} %, accuracy {100 * correct.mean():.2f} %, "
                   f"n = {len(table):,}")
    below.bar(left[used], count[used], 1 / BINS, align="edge", color=GREY, edgecolor="white",
              linewidth=0.5)
    if count[used].max() > 50 * count[used].min():
        below.set_yscale("log")
    below.set_ylabel("rows")
    below.set_xlabel("confidence: the largest probability")
    below.set_xlim(0, 1)
    return figure


@styled
def confusion(matrix: Any = None, *, probs: Any = None, labels: Any = None, first_label: int = 0,
              title: str | None = None) -> Figure:
    """The confusion matrix: a row a true class, a column a predicted one.

    `matrix` [C, C] has the numbers of rows, as `confusion` of `eval --calibration --json`; or
    `probs` [N, C] and `labels` [N] are given. Cells have the share of their row as colour, and
    up to 20 classes the numbers as text.
    """
    if matrix is None:
        table, classes = _check(probs, labels, first_label)
        size = table.shape[1]
        matrix = np.bincount(classes * size + table.argmax(axis=1), minlength=size * size)
        matrix = matrix.reshape(size, size)
    counts = np.asarray(matrix)
    if (counts.ndim != 2 or counts.shape[0] != counts.shape[1] or not counts.size
            or counts.dtype.kind not in "iu" or (counts < 0).any()):
        raise PictureError(f"the confusion matrix: an array {list(counts.shape)} of "
                           f"{counts.dtype}, expected [classes, classes] of numbers of rows")
    size, total = len(counts), int(counts.sum())
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    side = min(max(2.6 + 0.36 * size, 4.0), 8.5)
    figure = make_figure(side + 0.8, side)
    axes = figure.subplots()
    axes.grid(False)
    # The square root shows small shares, which are those of interest.
    image = axes.imshow(np.sqrt(shares), cmap="Blues", vmin=0, vmax=1)
    bar = figure.colorbar(image, ax=axes, pad=0.02, label="share of the true class, %")
    ticks = [0, 1, 5, 10, 25, 50, 75, 100]
    bar.set_ticks([float(np.sqrt(tick / 100)) for tick in ticks], labels=[str(t) for t in ticks])
    names = [str(first_label + c) for c in range(size)]
    if size <= 20:
        axes.set_xticks(range(size), names)
        axes.set_yticks(range(size), names)
        small = 8.5 if total < 100_000 and size <= 12 else 7.0
        for row in range(size):
            for column in range(size):
                if counts[row, column]:
                    axes.text(column, row, f"{counts[row, column]:,}", ha="center", va="center",
                              fontsize=small,
                              color="white" if shares[row, column] > 0.36 else "black")
    axes.set_xlabel("predicted class")
    axes.set_ylabel("true class")
    wrong = 1 - np.trace(counts) / total if total else float("nan")
    axes.set_title(title or f"error {100 * wrong:.2f} %, n = {total:,}")
    return figure


@styled
def outliers(inside: Any, outside: Any, *, score: str = "rate, bits", names: tuple[str, str] = (
        "test data", "other data"), title: str | None = None) -> Figure:
    """Histograms of a score of the test data and of other data, the outliers.

    `inside` [N] and `outside` [M] are what `predict --what rate` or `--what entropy` writes for
    both, in bits. The title says AUROC, the probability that an outlier has the larger score,
    and FPR95, the share of outliers up to the dotted line, which 95 % of the test data do not
    exceed. Both are those of `eval --ood`.
    """
    scores = []
    for name, argument, array in (("the scores of the test data", "inside", inside),
                                  ("the scores of the other data", "outside", outside)):
        values = np.asarray(array, float).reshape(-1)
        if not len(values) or not np.isfinite(values).all() or np.ndim(array) > 2:
            raise PictureError(f"{name}: an array {list(np.shape(array))}, expected a finite "
                               "number for each input", argument)
        scores.append(values)
    test, other = scores
    limit = float(np.sort(test)[max(int(np.ceil(0.95 * len(test))), 1) - 1])
    fpr95 = float((other <= limit).mean())
    auroc = _auroc(test, other)

    figure = make_figure(6.2, 3.8)
    axes = figure.subplots()
    both = np.concatenate(scores)
    low, high = float(both.min()), float(both.max())
    wide = low > 0 and high > 30 * max(float(np.quantile(both, 0.02)), 1e-12)
    edges = list(np.geomspace(low, high, 51) if wide else np.linspace(low, high, 51))
    for values, colour, name, style in ((test, BLUE, names[0], "-"),
                                        (other, ORANGE, names[1], "--")):
        weights = np.full(len(values), 100 / len(values))
        axes.hist(values, edges, weights=weights, color=colour, alpha=0.35)
        axes.hist(values, edges, weights=weights, color=colour, histtype="step", linewidth=1.4,
                  linestyle=style, label=f"{name}, n = {len(values):,}")
    axes.axvline(limit, color="black", linestyle=":", linewidth=1.2,
                 label="95 % of the test data are below")
    if wide:
        axes.set_xscale("log")
    axes.set_xlabel(score)
    axes.set_ylabel("share of the inputs in a bin, %")
    axes.legend(loc="best")
    axes.set_title(title or f"AUROC {auroc:.3f}, FPR95 {100 * fpr95:.1f} %")
    return figure


def _auroc(inside: Array, outside: Array) -> float:
    """P(an outlier's score is larger) + ½ P(equal)."""
    order = np.sort(inside)
    below = np.searchsorted(order, outside, "left")
    equal = np.searchsorted(order, outside, "right") - below
    return float((below + 0.5 * equal).mean() / len(inside))
