"""The information plane, that of estimates by pairs, and the plane of rate and distortion."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from vib._files import Array, Line, Log, as_logs, number
from vib.plot._series import (Curve, Group, describe_counts, describe_lost, describe_run,
                              group_runs, has_figure, require, steps_an_epoch)
from vib.plot._style import (CYCLE, GREY, MARKERS, RED, SPLITS, PictureError, add_note,
                             draw_error_bars, label_points, make_figure, ordered_map, short,
                             styled, use_log_scale)

Bounds = tuple[str, str]
Mean = tuple[float, float, int]
PLANE: Bounds = ("rate_bits", "izy_bits")
PAIRS: Bounds = ("izx_nib_bits", "izy_bits")
DISTORTION: Bounds = ("rate_bits", "nll_bits")
SPLIT_MARKERS = {"train": "s", "validation": "^", "test": "o"}


@styled
def information_plane(source: Any, *, trajectories: bool = True,
                      title: str | None = None) -> Figure:
    """The information plane: the bound on I(Z;Y) against the bound on I(X;Z), in bits.

    Of a run it shows the trajectory, a point an epoch, of the training and the test data. Of a
    sweep it shows where the runs end, with β along the curve, and the trajectories of the test
    data behind it unless `trajectories` is false. A point of a sweep is the mean over the seeds,
    with ±1 standard error in both directions. `source` is the folder of a run or of a sweep, or
    a list of runs.

    x is the rate, an upper bound on I(X;Z); y is H(Y) − CE, a lower bound on I(Z;Y). The lines
    at H(Y) and at I(Z;Y) = I(X;Z) bound I(Z;Y) from above. They are not the IB curve. Lines of
    training are means over the last epoch, during which the weights changed.
    """
    logs = as_logs(source)
    for key, advice in zip(PLANE[::-1], _advise(logs)):
        require(logs, [key], "the information plane", advice)
    return _draw_plane(logs, PLANE, "I(X;Z) ≤ rate, bits", trajectories, title,
                       "grey lines: bounds on I(Z;Y), not the IB curve")


@styled
def pairwise_plane(source: Any, *, trajectories: bool = True,
                   title: str | None = None) -> Figure:
    """The plane of models whose loss has the estimate of I(X;Z) by pairs: I(Z;Y) against it.

    This is the plane of Kolchinsky, Tracey and Wolpert, "Nonlinear information bottleneck", 2019.
    x is `izx_nib_bits`, which is no bound on I(X;Z) and at most log₂ of the number of examples in
    a block; y and the line at H(Y) are those of `information_plane`, and so are `source`, points,
    error bars and trajectories.
    """
    logs = as_logs(source)
    for key, advice in zip(PAIRS[::-1], _advise(logs)):
        require(logs, [key], "the plane of estimates by pairs",
                advice if key == PAIRS[1] else "models with vib.pairwise in their loss have it")
    blocks = [number(line, "izx_nib_block") for log in logs for line in [*log.lines, log.final]]
    most = max((block for block in blocks if math.isfinite(block)), default=math.nan)
    limit = f", and at most log₂ {most:.0f} = {math.log2(most):.1f} bits" if most > 0 else ""
    return _draw_plane(logs, PAIRS, "I(X;Z), estimated by pairs, bits", trajectories, title,
                       f"the estimate is no bound on I(X;Z){limit}")


def _draw_plane(logs: Sequence[Log], keys: Bounds, x: str, trajectories: bool, title: str | None,
                note: str) -> Figure:
    """I(Z;Y) against the figure of I(X;Z) with the words `x`."""
    figure = make_figure(6.6, 4.8)
    axes = figure.subplots()
    curves = _draw_logs(figure, axes, logs, keys, trajectories)
    _draw_bounds(axes, logs, has_bound=keys == PLANE)
    axes.set_xlabel(x)
    axes.set_ylabel("I(Z;Y) ≥ H(Y) − cross-entropy, bits")
    _finish(figure, axes, curves, keys, trajectories, title or (
        "" if curves else describe_run(logs[0])), note)
    return figure


@styled
def rate_distortion(source: Any, *, trajectories: bool = True,
                    title: str | None = None) -> Figure:
    """The rate and the distortion of a variational autoencoder, in bits an example.

    The distortion is the mean of −log₂ p(x|z), `nll_bits`. For discrete data, rate + distortion
    is the negative ELBO, which is constant along the dotted line; the line touches the best run
    (Alemi et al., "Fixing a broken ELBO", 2018). For a density, the distortion depends on the
    unit of the data and may be negative. `source` is as in `information_plane`, and so are
    points, error bars and trajectories.
    """
    logs = as_logs(source)
    for key in DISTORTION[::-1]:
        require(logs, [key], "the picture of rate and distortion",
                "models with labels have the picture 'plane'" if has_figure(logs, PLANE[1]) else "")
    figure = make_figure(6.4, 4.6)
    axes = figure.subplots()
    curves = _draw_logs(figure, axes, logs, DISTORTION, trajectories)
    _draw_elbo(axes, logs)
    axes.set_xlabel("rate, bits an example")
    axes.set_ylabel("distortion −log₂ p(x|z), bits an example")
    _finish(figure, axes, curves, DISTORTION, trajectories, title or (
        "" if curves else describe_run(logs[0])))
    return figure


def _advise(logs: Sequence[Log]) -> tuple[str, str]:
    """What to say where no line has a bound on I(Z;Y), and where none has one on I(X;Z)."""
    is_null = any(PLANE[1] in line for log in logs for line in [*log.lines, log.final])
    labels = ("izy_bits is null, because the cross-entropy does not bound I(Z;Y) here, as of a "
              "model with vib.bypass" if is_null else
              "models without labels have the picture 'distortion'")
    rate = ("residual_bits bounds I(X;Z|Y), and the plane needs a rate that bounds I(X;Z): that "
            "of a prior which does not depend on the class"
            if has_figure(logs, "residual_bits") else "")
    return labels, rate


def _points(lines: Sequence[Line], keys: Bounds) -> list[tuple[float, float, float]]:
    """x, y and the step of the lines that have both figures."""
    rows = [(number(line, keys[0]), number(line, keys[1]), number(line, "step"))
            for line in lines]
    return [row for row in rows if all(map(math.isfinite, row))]


def _draw_chords(axes: Axes, x: Sequence[float], y: Sequence[float], **style: Any) -> None:
    """Connects points by lines that are straight in x and y, whatever the scale of the axis is.

    Points that keep a bound such as y = x then have lines that keep it. A line that is straight on
    a logarithmic axis would not.
    """
    paths: list[Array] = [np.column_stack([x[:1], y[:1]])]
    for begin, end in zip(zip(x, y), zip(x[1:], y[1:])):
        both = begin[0] > 0 and end[0] > 0
        between = (np.geomspace if both else np.linspace)(begin[0], end[0], 32)
        span = end[0] - begin[0]
        share = (between - begin[0]) / span if span else np.linspace(0, 1, 32)
        paths.append(np.column_stack([between, begin[1] + share * (end[1] - begin[1])]))
    axes.plot(*np.concatenate(paths).T, **style)


def _draw_logs(figure: Figure, axes: Axes, logs: Sequence[Log], keys: Bounds,
               trajectories: bool) -> list[Curve]:
    """Draws the way of one run, or the curves of a sweep, which it returns."""
    curves = [] if len(logs) == 1 else group_runs(logs)
    if curves:
        _draw_curves(axes, curves, keys, trajectories)
    else:
        _draw_trajectory(figure, axes, logs[0], keys)
    return curves


def _draw_trajectory(figure: Figure, axes: Axes, log: Log, keys: Bounds) -> None:
    steps = steps_an_epoch(log.lines)
    scale, unit = (steps, "epochs done") if math.isfinite(steps) else (1.0, "updates")
    drawn = [(split, points) for split in SPLITS
             if (points := _points(log.of_split(split), keys))]
    if not drawn:
        raise PictureError(f"{log.where}: no line has both '{keys[0]}' and '{keys[1]}'")
    last = max(point[2] for _, points in drawn for point in points) / scale
    shades = None
    for split, points in drawn:
        x, y, when = (np.array(column) for column in zip(*points))
        _draw_chords(axes, list(x), list(y), color=SPLITS[split], linewidth=1, alpha=0.7,
                     zorder=2)
        shades = axes.scatter(x, y, c=when / scale, cmap=ordered_map(), vmin=0, vmax=last,
                              marker=SPLIT_MARKERS[split], s=26, edgecolors=SPLITS[split],
                              linewidths=0.9, zorder=3, label=_words(split))
    if shades is not None:
        figure.colorbar(shades, ax=axes, label=unit, pad=0.02)


def _words(split: str) -> str:
    return {"train": "train (means over an epoch)"}.get(split, split)


def _evaluated(curve: Curve) -> str:
    """The split that has a line for each epoch."""
    logs = [log for group in curve.groups for log in group.done]
    return "validation" if any(log.of_split("validation") for log in logs) else "test"


def _ends(curve: Curve, split: str, keys: Bounds) -> list[tuple[Group, Mean, Mean]]:
    """Where the runs of each β end: the means of both figures."""
    rows = [(group, group.mean(split, keys[0]), group.mean(split, keys[1]))
            for group in curve.groups]
    return [row for row in rows if row[1][2] and row[2][2]]


def _draw_curves(axes: Axes, curves: Sequence[Curve], keys: Bounds, trajectories: bool) -> None:
    """The ends of the runs of a sweep, and their ways to there."""
    alone = len(curves) == 1
    crosses: list[tuple[float, float, float]] = []
    for index, curve in enumerate(curves):
        colour = CYCLE[index % len(CYCLE)]
        split = _evaluated(curve)
        for group in curve.groups:
            for log in [*group.done, *group.diverged]:
                points = _points(log.of_split(split), keys)
                if trajectories and points:
                    _draw_chords(axes, [p[0] for p in points], [p[1] for p in points],
                                 color=SPLITS[split] if alone else colour, linewidth=0.7,
                                 alpha=0.35, zorder=1)
                if log.status == "diverged":
                    crosses += points[-1:]
        for split in ("train", "test") if alone else ("test",):
            rows = _ends(curve, split, keys)
            if rows:
                x, y = [row[1][0] for row in rows], [row[2][0] for row in rows]
                shade = SPLITS[split] if alone else colour
                _draw_chords(axes, x, y, color=shade)
                draw_error_bars(axes, x, y, xerr=[row[1][1] for row in rows],
                                yerr=[row[2][1] for row in rows], color=shade, line="none",
                                marker=SPLIT_MARKERS[split] if alone else MARKERS[index % 7],
                                label=_words(split) if alone else curve.label)
    if not axes.has_data():
        raise PictureError(f"{curves[0].groups[0].where}: no test line of a run has both "
                           f"'{keys[0]}' and '{keys[1]}'")
    if crosses:
        axes.plot([p[0] for p in crosses], [p[1] for p in crosses], marker="x", color=RED,
                  markersize=7, markeredgewidth=2, linestyle="none", zorder=4,
                  label="last epoch of a run that diverged")


def _finish(figure: Figure, axes: Axes, curves: Sequence[Curve], keys: Bounds, trajectories: bool,
            title: str, note: str = "") -> None:
    """Adds the legend, the values of β and the notes to a plane whose limits are final."""
    if title:
        axes.set_title(title)
    notes = [note]
    if curves:
        rows = [row for curve in curves for row in _ends(curve, "test", keys)]
        notes += ["; ".join(filter(None, [
            describe_counts(row[1][2] for row in rows),
            "thin lines: the epochs of each run" if trajectories else ""])), describe_lost(curves)]
    add_note(figure, "\n".join(filter(None, notes)))
    axes.legend(loc="best")
    if curves:
        trained = [row for curve in curves for row in _ends(curve, "train", keys)]
        label_points(figure, axes, [(row[1][0], row[2][0], f"β = {short(row[0].x)}")
                                    for row in rows],
                     [(row[1][0], row[2][0]) for row in trained if len(curves) == 1])


def _draw_bounds(axes: Axes, logs: Sequence[Log], has_bound: bool) -> None:
    """Draws the line at H(Y). Where x bounds I(X;Z), also draws the line I(Z;Y) = I(X;Z), and
    widens the axis to show both.

    The axis is logarithmic where the rates span more than a factor of 20. Rates below 0.01 bits,
    those of a bottleneck that holds nothing, are then on a linear part at the left.
    """
    known = [number(line, "hy_bits") for log in logs for line in log.lines or [log.final]]
    # Those of the splits differ little, and the largest one bounds all.
    entropy = max((value for value in known if math.isfinite(value)), default=math.nan)
    rates = [value for line in axes.lines for value in np.asarray(line.get_xdata(), float)
             if math.isfinite(value)]
    low, high = min(rates), max(rates)
    if math.isfinite(entropy):
        axes.axhline(entropy, color=GREY, linestyle="--", linewidth=1, zorder=0,
                     label="bound: H(Y)")
        if has_bound:
            low, high = min(low, entropy / 2), max(high, 1.1 * entropy)
    if high > 20 * max(low, 1e-300):
        if low < 0.01:
            axes.set_xscale("symlog", linthresh=0.01, linscale=0.4)
            low = min(low, 0.0)
        else:
            use_log_scale(axes, "x", low, high)
            low /= 1.15
        high *= 1.15
        equal = np.geomspace(max(low, 1e-3), high, 400)
    else:
        low, high = low - 0.03 * (high - low), high + 0.03 * (high - low)
        equal = np.linspace(low, high, 400)
    bottom, top = min(axes.get_ylim()[0], 0.0), axes.get_ylim()[1]
    if has_bound:
        axes.plot(equal, equal, color=GREY, linestyle="-.", linewidth=1, zorder=0,
                  label="bound: I(Z;Y) = I(X;Z)")
    if low < high:
        axes.set_xlim(low, high)
    axes.set_ylim(bottom, max(top, bottom + 1.05 * (entropy - bottom))
                  if math.isfinite(entropy) else top)


def _draw_elbo(axes: Axes, logs: Sequence[Log]) -> None:
    """The line of equal rate + distortion through the best test figures."""
    sums = [number(log.last("test"), DISTORTION[0]) + number(log.last("test"), DISTORTION[1])
            for log in logs if log.status == "done"]
    sums = [value for value in sums if math.isfinite(value)]
    if not sums:
        return
    limits = axes.get_xlim(), axes.get_ylim()
    x = np.array(limits[0])
    axes.plot(x, min(sums) - x, color=GREY, linestyle=":", linewidth=1, zorder=0,
              label=f"rate + distortion = {min(sums):.1f} bits, the best run")
    axes.set_xlim(limits[0])
    axes.set_ylim(limits[1])

