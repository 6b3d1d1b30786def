"""Figures of runs as curves: against the epochs, against β, and against ε."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from vib._files import Array, Line, Log, as_logs, number
from vib.plot._series import (Curve, describe_counts, describe_lost, describe_run, find_value,
                              group_runs, require, steps_an_epoch)
from vib.plot._style import (BLACK, CYCLE, GREY, MARKERS, RED, SPLITS, PictureError, add_note,
                             draw_error_bars, make_figure, ordered_colours, short, styled,
                             use_log_scale)

ERRORS = ["error_avg", "error_1shot", "rmse_avg", "rmse", "nll_bits"]
WORDS = {
    "error_avg": "error, probabilities averaged over the draws",
    "error_1shot": "error, one draw",
    "error_mean": "error at z = μ",
    "rmse_avg": "RMSE of the mean prediction",
    "rmse": "RMSE, one draw",
    "nll_bits": "NLL, bits an example",
}


def is_fraction(key: str) -> bool:
    return key.startswith("error")


def scaled(key: str, value: float) -> float:
    """A figure in the unit of the picture: errors in per cent."""
    return 100 * value if is_fraction(key) else value


def unit(key: str) -> str:
    if is_fraction(key):
        return "error, %"
    return "RMSE" if key.startswith("rmse") else "NLL, bits an example"


# Training -------------------------------------------------------------------------------


@styled
def training(run: Any, *, title: str | None = None) -> Figure:
    """The training curves of a run: loss, cross-entropy, rate and error of each split.

    `run` is the folder of a run, the lines of its `metrics.jsonl` as dicts, or an object that
    has them as `metrics`. Of a sweep, the test curves (or those of the validation) of all runs
    are drawn, in the colour of their β.

    The lines of training are means over an epoch during which the weights changed. Units are
    those of the axes: the loss is in nats, cross-entropy and rate are in bits an example.
    """
    logs = as_logs(run)
    require(logs, ["loss"], "the picture of the training")
    figures = dict.fromkeys(name for log in logs for name in log.figures)
    panels: list[tuple[str, list[str]]] = [("loss, nats", ["loss"])]
    fit = next((key for key in ("cross_entropy_bits", "nll_bits") if key in figures), "")
    if fit:
        name = "cross-entropy" if fit == "cross_entropy_bits" else "NLL"
        panels.append((f"{name}, bits an example", [fit]))
    rates = [key for key in figures if re.fullmatch(r"rate_(\w+_)?bits", key)]
    if rates:
        panels.append(("rate ≥ I(Z;X), bits an example", rates))
    errors: list[str] = [key for key in ("error_avg", "error_1shot") if key in figures]
    errors = errors or [key for key in ("rmse_avg", "rmse") if key in figures]
    if errors:
        panels.append((unit(errors[0]), errors))

    rows, columns = (2 if len(panels) > 2 else 1), (2 if len(panels) > 1 else 1)
    figure = make_figure(7.2 if len(logs) == 1 else 8.2, 2.5 * rows + 0.4)
    places = figure.add_gridspec(rows, columns + 1, width_ratios=[
        *[1.0] * columns, 0.01 if len(logs) == 1 else 0.3])
    every = [figure.add_subplot(places[row, column]) for row in range(rows)
             for column in range(columns)]
    for axes in every[len(panels):]:
        axes.set_visible(False)
    x_label = ""
    for (label, keys), axes in zip(panels, every):
        x_label = (_draw_run if len(logs) == 1 else _draw_runs)(axes, logs, keys)
        axes.set_ylabel(label)
        axes.set_xlabel(x_label)
        if x_label == "epochs done":
            axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        _choose_scale(axes, zero=bool(keys == rates))
    if fit == "cross_entropy_bits":
        entropy = next((number(line, "hy_bits") for log in logs for line in log.lines
                        if math.isfinite(number(line, "hy_bits"))), math.nan)
        if math.isfinite(entropy):
            every[1].axhline(entropy, color=GREY, linestyle="--", linewidth=1, label="H(Y)")
    if len(logs) == 1:
        _add_legends(every[: len(panels)])
    else:
        beside = figure.add_subplot(places[:, columns])
        beside.axis("off")
        handles = {label: handle for axes in every[: len(panels)]
                   for handle, label in zip(*axes.get_legend_handles_labels())}
        beside.legend(handles.values(), handles.keys(), loc="center left", borderaxespad=0)
    figure.suptitle(title if title is not None else _describe_runs(logs), fontsize=10)
    return figure


def _describe_runs(logs: Sequence[Log]) -> str:
    if len(logs) == 1:
        return describe_run(logs[0])
    lost = sum(log.status != "done" for log in logs)
    return f"{len(logs)} runs, {_evaluated(logs)} data" + (
        f" ({lost} diverged or failed)" if lost else "")


def _evaluated(logs: Sequence[Log]) -> str:
    """The split that the runs are evaluated on after each epoch."""
    return "validation" if any(log.of_split("validation") for log in logs) else "test"


def _along(log: Log, lines: Sequence[Line]) -> tuple[list[float], str]:
    """Where lines are on the axis of a training: in epochs where their length is known."""
    steps = steps_an_epoch(log.lines)
    if math.isfinite(steps):
        return [line["step"] / steps for line in lines], "epochs done"
    return [float(line["step"]) for line in lines], "updates"


def _draw_run(axes: Axes, logs: Sequence[Log], keys: Sequence[str]) -> str:
    log, x_label = logs[0], "updates"
    for split, colour in SPLITS.items():
        lines = log.of_split(split)
        for key, style in zip(keys, ("-", ":", "--", "-.")):
            y = [scaled(key, number(line, key)) for line in lines]
            if not any(math.isfinite(value) for value in y):
                continue
            x, x_label = _along(log, lines)
            if len(keys) > 1 and is_fraction(key):
                words = {"error_avg": "averaged", "error_1shot": "1-shot"}[key]
            else:
                words = key if len(keys) > 1 else ""
            few = len(x) <= 30
            axes.plot(x, y, color=colour, linestyle=style if len(x) > 1 else "none",
                      marker="." if few else None, markersize=6 if few else None,
                      label=" ".join(filter(None, [split, words])))
    if log.of_split("validation") and log.of_split("test"):
        best, _ = _along(log, log.of_split("test")[-1:])
        axes.axvline(best[0], color=GREY, linestyle=":", linewidth=1, label="best weights")
    if log.status == "diverged":
        _mark_divergence(axes, log)
    return x_label


def _draw_runs(axes: Axes, logs: Sequence[Log], keys: Sequence[str]) -> str:
    split, x_label = _evaluated(logs), "updates"
    values = sorted({value for log in logs if math.isfinite(value := find_value(log, "beta"))})
    colours = dict(zip(values, ordered_colours(len(values))))
    seen: set[float] = set()
    for log in logs:
        value = find_value(log, "beta")
        lines = log.of_split(split)
        y = [scaled(keys[0], number(line, keys[0])) for line in lines]
        if any(math.isfinite(one) for one in y):
            x, x_label = _along(log, lines)
            label = f"β = {short(value)}" if value in colours and value not in seen else "_"
            seen.add(value)
            axes.plot(x, y, color=colours.get(value, BLACK), linewidth=1, label=label,
                      marker="." if len(x) == 1 else None)
        if log.status == "diverged":
            _mark_divergence(axes, log)
    return x_label


def _mark_divergence(axes: Axes, log: Log) -> None:
    """A cross at the upper edge, where a run ended because it diverged."""
    x = _along(log, log.lines[-1:])[0][0] if log.lines else 0.0
    axes.plot([x], [1.0], transform=axes.get_xaxis_transform(), marker="x", color=RED,
              markersize=7, markeredgewidth=2, linestyle="none", clip_on=False, label="diverged")


def _choose_scale(axes: Axes, zero: bool) -> None:
    """A logarithmic axis where positive values span more than a factor of 30."""
    values = [value for line in axes.lines if line.get_transform() == axes.transData
              for value in np.asarray(line.get_ydata(), float) if math.isfinite(value)]
    if values and min(values) > 0 and max(values) > 30 * min(values):
        use_log_scale(axes, "y", min(values), max(values))
    elif zero and values and min(values) >= 0:
        axes.set_ylim(0, 1.08 * max(max(values), 1e-9))


def _add_legends(panels: Sequence[Axes]) -> None:
    """A legend in the first panel, and in those that have more."""
    for axes in panels:
        first, labels = (panel.get_legend_handles_labels()[1] for panel in (panels[0], axes))
        if axes is panels[0] or set(labels) - set(first):
            axes.legend(loc="best")


# Against β ------------------------------------------------------------------------------


def place_on_axis(axes: Axes, values: Sequence[float], name: str = "β") -> dict[float, float]:
    """Makes the x axis one of β, and returns where each value is on it.

    The axis is logarithmic. A 0, which has no logarithm, is at its left, with its own tick.
    """
    known = sorted(set(values))
    positive = [value for value in known if value > 0]
    places = {value: value for value in known}
    axes.set_xlabel(name)
    if len(positive) > 1 and positive[-1] >= 5 * positive[0]:
        axes.set_xscale("log")
        if known[0] == 0:
            step = (positive[-1] / positive[0]) ** (1 / (len(positive) - 1))
            places[0.0] = positive[0] / max(step, 3)
    if len(known) <= 9:
        axes.set_xticks([places[value] for value in known], [short(value) for value in known])
        axes.minorticks_off()
    return places


def mark_lost(axes: Axes, curves: Sequence[Curve], places: Mapping[float, float]) -> None:
    """A cross at the upper edge at each x where a run diverged, with how many."""
    labelled = False
    if any(group.diverged for curve in curves for group in curve.groups):
        # Room for the crosses.
        low, high = axes.get_ylim()
        is_log = axes.get_yscale() == "log"
        axes.set_ylim(low, high * (high / low) ** 0.2 if is_log else high + 0.2 * (high - low))
    for x in places:
        groups = [group for curve in curves for group in curve.groups if group.x == x]
        lost = sum(len(group.diverged) for group in groups)
        if not lost:
            continue
        total = sum(len(group.done) + len(group.diverged) + len(group.failed) for group in groups)
        axes.plot([places[x]], [1.0], transform=axes.get_xaxis_transform(), marker="x",
                  color=RED, markersize=7, markeredgewidth=2, linestyle="none",
                  clip_on=False, label="_" if labelled else "diverged")
        axes.annotate(f"{lost} of {total}", (places[x], 1.0), (0, -14),
                      xycoords=axes.get_xaxis_transform(), textcoords="offset points",
                      ha="center", fontsize=8, color=RED)
        labelled = True


@styled
def beta(sweep: Any, *, title: str | None = None) -> Figure:
    """Error and rate of a sweep against β.

    A point is the mean over the seeds, with ±1 standard error. `sweep` is the folder of a sweep,
    or a list of runs. Where the grid has more than β and the seed, each combination of the rest
    has a curve. In place of the error, a regression has its RMSE, and a model without targets
    its NLL.
    """
    logs = as_logs(sweep)
    key = require(logs, ERRORS, "this picture")
    has_rate = any("rate_bits" in log.figures for log in logs)
    curves = group_runs(logs)
    figure = make_figure(6.2, 5.4 if has_rate else 3.2)
    panels = list(figure.subplots(2 if has_rate else 1, 1, sharex=True, squeeze=False).flat)
    places = place_on_axis(panels[-1], [g.x for curve in curves for g in curve.groups])
    alone = len(curves) == 1
    counts: list[int] = []
    for axes, keys in zip(panels, ([key], ["rate_bits"])):
        if alone and keys == ["error_avg"]:
            keys = ["error_avg", "error_1shot"]
        splits = ["train", "test"] if alone and keys == ["rate_bits"] else ["test"]
        for index, curve in enumerate(curves):
            for split in splits:
                for name in keys:
                    x, y, errors, n = curve.means(split, name)
                    if not x:
                        continue
                    counts += n
                    colour = SPLITS[split] if alone else CYCLE[index % len(CYCLE)]
                    words = WORDS.get(name, f"{split} data")
                    second = name == "error_1shot"
                    draw_error_bars(
                        axes, [places[value] for value in x], [scaled(name, v) for v in y],
                        yerr=[scaled(name, error) for error in errors],
                        color=GREY if second else colour,
                        label=words if alone else curve.label,
                        marker="s" if second else MARKERS[index % len(MARKERS)],
                        line="--" if second else "-")
    if not panels[0].has_data():
        raise PictureError(f"{logs[0].where}: no test line of a run has '{key}'")
    panels[0].set_ylabel(f"test {unit(key)}")
    if has_rate:
        panels[1].set_ylabel("rate ≥ I(Z;X), bits")
    for axes in panels:
        _choose_scale(axes, zero=True)
        mark_lost(axes, curves, places)
        if axes is panels[0] or alone:
            axes.legend(loc="best")
    notes = [describe_counts(counts), describe_lost(curves)]
    add_note(figure, "; ".join(filter(None, notes)))
    if title:
        figure.suptitle(title, fontsize=10)
    return figure


# Against ε ------------------------------------------------------------------------------


@styled
def attack(curves: Mapping[str, tuple[Any, Any]] | Sequence[Line], *,
           chance: float | None = None, title: str | None = None) -> Figure:
    """The error of attacked inputs against the size ε of the attack, a curve a β.

    `curves` maps a label to `(epsilon, error)`: E numbers, and the errors as fractions, [E] or
    [E, seeds]. With several seeds, a point is their mean with ±1 standard error. Or it is a list
    of dicts with the keys `beta`, `attack_epsilon` (or `epsilon`), and `error_fgsm` or
    `error_pgd`, as `Model.evaluate` returns; those with one label and one ε are seeds. ε is in
    units of the scaled input. `chance` is the error of a guess, such as 0.9, for a line.

    This shows measurements under these attacks, not robustness.
    """
    table = curves if isinstance(curves, Mapping) else _tabulate(curves)
    if not table:
        raise PictureError("the error against ε: no curves were given")
    figure = make_figure(6.0, 4.0)
    axes = figure.subplots()
    colours = ordered_colours(len(table)) if len(table) > 2 else CYCLE
    counts: list[int] = []
    for index, (label, (epsilon, error)) in enumerate(table.items()):
        x = np.asarray(epsilon, float)
        y = np.asarray(error, float)
        y = y[:, None] if y.ndim == 1 else y
        if x.ndim != 1 or y.ndim != 2 or len(x) != len(y):
            raise PictureError(f"the error against ε: the curve '{label}' has {x.shape} values of "
                               f"ε and {y.shape} errors, expected [E], and [E] or [E, seeds]")
        known = np.isfinite(y).sum(axis=1)
        mean = np.nanmean(y, axis=1)
        spread = np.full(len(x), np.nan)
        many = known > 1
        if many.any():
            spread[many] = np.nanstd(y[many], axis=1, ddof=1) / np.sqrt(known[many])
        order = np.argsort(x)
        counts += [int(n) for n in known]
        draw_error_bars(axes, list(x[order]), list(100 * mean[order]),
                        yerr=list(100 * spread[order]), color=colours[index % len(colours)],
                        marker=MARKERS[index % len(MARKERS)], label=label)
    if chance is not None:
        axes.axhline(100 * chance, color=GREY, linestyle="--", linewidth=1, label="chance")
    axes.set_xlabel("ε of the attack, in units of the scaled input")
    axes.set_ylabel("error, %")
    # With the marks of the highest points, which may all be near the top.
    axes.set_ylim(0, 1.05 * max(axes.dataLim.y1, 1e-9))
    axes.legend(loc="best")
    add_note(figure, describe_counts(counts))
    if title:
        axes.set_title(title)
    return figure


def _tabulate(lines: Sequence[Line]) -> dict[str, tuple[list[float], Array]]:
    """Groups objects of figures by attack and β, then by ε."""
    cells: dict[tuple[str, float], dict[float, list[float]]] = {}
    for index, line in enumerate(lines):
        kinds = [key for key in ("error_fgsm", "error_pgd") if math.isfinite(number(line, key))]
        key = "attack_epsilon" if "attack_epsilon" in line else "epsilon"
        if not kinds or not math.isfinite(number(line, key)):
            raise PictureError(f"the error against ε: object {index + 1} has no "
                               "'attack_epsilon', or neither 'error_fgsm' nor 'error_pgd'")
        for kind in kinds:
            curve = cells.setdefault((kind, number(line, "beta")), {})
            curve.setdefault(number(line, key), []).append(number(line, kind))
    several = len({kind for kind, _ in cells}) > 1
    table: dict[str, tuple[list[float], Array]] = {}
    for (kind, value), curve in sorted(cells.items()):
        width = max(map(len, curve.values()))
        errors = np.array([row + [math.nan] * (width - len(row)) for row in curve.values()])
        words = [kind[len("error_"):].upper()] if several or not math.isfinite(value) else []
        words += [f"β = {short(value)}"] if math.isfinite(value) else []
        table[", ".join(words)] = (list(curve), errors)
    return table
