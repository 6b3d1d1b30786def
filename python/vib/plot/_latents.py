"""A look into z: the rate of each latent, posteriors as ellipses, traversals, reconstructions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.collections import EllipseCollection
from matplotlib.figure import Figure
from matplotlib.patheffects import withStroke

from vib._files import Array
from vib.plot._style import (BLUE, CYCLE, PictureError, add_note, class_colour,
                             make_figure, styled)

# The 95 % quantile of the chi-squared distribution with two degrees of freedom, -2 log 0.05.
QUANTILE = -2 * np.log(0.05)


def _matrix(array: Any, name: str, argument: str) -> Array:
    values = np.asarray(array)
    if values.ndim != 2 or not values.size or values.dtype.kind not in "fiub":
        raise PictureError(f"{name}: an array {list(values.shape)} of {values.dtype}, expected "
                           "two dimensions of numbers", argument)
    if not np.isfinite(values).all():
        raise PictureError(f"{name}: numbers that are not finite", argument)
    return values.astype(float)


# Rates ----------------------------------------------------------------------------------


@styled
def latent_rates(rates: Any, *, title: str | None = None) -> Figure:
    """The rate of each latent, the largest first, in bits.

    `rates` is what `predict --what rate_each` writes, [N, K], or a mapping from labels to such
    arrays, for example from β. A number is the mean over the N inputs, with ±1 standard error.
    The sum over the latents is the rate.
    """
    given = rates if isinstance(rates, Mapping) else {"": rates}
    tables = {str(label): _matrix(array, "the rate of each latent", "rates")
              for label, array in given.items()}
    if not tables:
        raise PictureError("the rate of each latent: no arrays were given", "rates")
    figure = make_figure(6.2, 3.8)
    axes = figure.subplots()
    rows = sorted({len(table) for table in tables.values()})
    for index, (label, table) in enumerate(tables.items()):
        mean = table.mean(axis=0)
        error = table.std(axis=0, ddof=1) / np.sqrt(len(table)) if len(table) > 1 else mean * 0
        order = np.argsort(-mean, kind="stable")
        x = np.arange(1, len(mean) + 1)
        total = f"rate {mean.sum():.3g} bits"
        colour = CYCLE[index % len(CYCLE)]
        if len(tables) == 1 and len(mean) <= 64:
            axes.bar(x, mean[order], yerr=error[order], color=BLUE, width=0.8, label=total,
                     error_kw={"elinewidth": 1, "capsize": 1.5 if len(mean) <= 32 else 0})
            if len(mean) <= 24:
                axes.set_xticks(x, [str(latent) for latent in order])
                axes.set_xlabel("latent, the largest rate first")
                continue
        else:
            axes.plot(x, mean[order], color=colour, drawstyle="steps-mid",
                      label=f"{label}: {total}" if label else total)
            axes.fill_between(x, (mean - error)[order], (mean + error)[order], color=colour,
                              alpha=0.3, step="mid", linewidth=0)
        axes.set_xlabel("rank of the latent, the largest rate first")
    axes.set_ylabel("rate of the latent, bits")
    axes.set_ylim(bottom=0)
    axes.legend(loc="upper right")
    n = f"{rows[0]:,}" if len(rows) == 1 else f"{rows[0]:,} to {rows[-1]:,}"
    add_note(figure, f"means over n = {n} inputs, ±1 standard error")
    if title:
        axes.set_title(title)
    return figure


# Ellipses -------------------------------------------------------------------------------


def grid(mu: Any, covariance: Any = None, *, points: int = 120) -> Array:
    """Latents [points², 2] on a grid that covers posteriors of two latents, as float32.

    `decode` computes their probabilities, and `ellipses` shows the entropy of those. `mu` is
    [N, 2] and `covariance` [N, 2, 2]; without it, the grid covers the means.
    """
    means = _posterior(mu)
    reach = np.full(2, 0.5)
    if covariance is not None:
        spread = _covariances(covariance, len(means))
        reach = np.sqrt(QUANTILE * np.einsum("nii->ni", spread).max(axis=0))
    low, high = means.min(axis=0) - reach, means.max(axis=0) + reach
    margin = 0.04 * (high - low) + 1e-6
    first, second = (np.linspace(low[i] - margin[i], high[i] + margin[i], points) for i in (0, 1))
    return np.stack(np.meshgrid(first, second), axis=-1).reshape(-1, 2).astype(np.float32)


def _posterior(mu: Any) -> Array:
    means = _matrix(mu, "the means of the posteriors", "mu")
    if means.shape[1] != 2:
        raise PictureError(f"the means of the posteriors: {means.shape[1]} latents, expected 2: "
                           "an ellipse is drawn in the plane of two latents", "mu")
    return means


def _covariances(covariance: Any, rows: int) -> Array:
    spread = np.asarray(covariance, float)
    if spread.shape == (rows, 2):
        # Standard deviations, as --what sigma writes them.
        spread = spread[:, :, None] ** 2 * np.eye(2)
    if spread.shape != (rows, 2, 2):
        raise PictureError(f"the covariances: an array {list(spread.shape)}, expected "
                           f"[{rows}, 2, 2], or standard deviations [{rows}, 2]", "covariance")
    return spread


@styled
def ellipses(mu: Any, covariance: Any, labels: Any = None, *, grid: Any = None,
             probs: Any = None, count: int = 300, title: str | None = None) -> Figure:
    """The 95 % ellipses of posteriors of two latents, over the entropy of the classifier.

    `mu` [N, 2] and `covariance` [N, 2, 2] (or the standard deviations [N, 2]) are what `predict`
    writes, and `labels` [N] are the classes of the inputs; the first `count` of them are drawn.
    For the background, `grid` [G², 2] is what the function `grid` returns, and `probs` [G², C]
    are its probabilities by `decode`; the entropy of p(y|z) is shown in bits.

    95 % of a posterior's mass is in the ellipse whose half axes are √5.991 times the standard
    deviations along its principal axes.
    """
    means = _posterior(mu)
    spread = _covariances(covariance, len(means))
    classes = None if labels is None else np.asarray(labels).reshape(-1)
    if classes is not None and (len(classes) < len(means) or classes.dtype.kind not in "iub"):
        raise PictureError(f"the labels: {len(classes)} of {classes.dtype}, expected "
                           f"{len(means)} integers", "labels")
    figure = make_figure(6.6, 5.4)
    axes = figure.subplots()
    axes.grid(False)
    if probs is not None:
        _draw_entropy(figure, axes, grid, probs)
    shown = slice(0, count)
    variances, directions = np.linalg.eigh(spread[shown])
    axes_of = 2 * np.sqrt(QUANTILE * np.maximum(variances, 0))
    angles = np.degrees(np.arctan2(directions[:, 1, 0], directions[:, 0, 0]))
    colours = [BLUE if classes is None else class_colour(int(label))
               for label in (means[shown, 0] if classes is None else classes[shown])]
    axes.add_collection(EllipseCollection(
        list(axes_of[:, 0]), list(axes_of[:, 1]), list(angles), units="xy",
        offsets=means[shown], offset_transform=axes.transData, facecolors="none",
        edgecolors=colours, linewidths=0.9))
    if classes is not None:
        outline = [withStroke(linewidth=2.5, foreground="white")]
        for label in np.unique(classes[shown]):
            place = np.median(means[shown][classes[shown] == label], axis=0)
            axes.annotate(str(int(label)), (float(place[0]), float(place[1])), ha="center",
                          va="center", fontsize=12, fontweight="bold", path_effects=outline,
                          color=class_colour(int(label)))
    if probs is None:
        reach = axes_of.max(axis=1, keepdims=True) / 2
        low, high = (means[shown] - reach).min(axis=0), (means[shown] + reach).max(axis=0)
        axes.set_xlim(low[0], high[0])
        axes.set_ylim(low[1], high[1])
    axes.set_aspect("equal", adjustable="box")
    axes.set_xlabel("z₀")
    axes.set_ylabel("z₁")
    n = min(count, len(means))
    add_note(figure, f"95 % ellipses of {n:,} posteriors p(z|x)"
             + ("" if classes is None else "; numbers: the medians of the classes"))
    if title:
        axes.set_title(title)
    return figure


def _draw_entropy(figure: Figure, axes: Any, grid: Any, probs: Any) -> None:
    points = _matrix(grid, "the grid", "grid")
    table = _matrix(probs, "the probabilities on the grid", "probs")
    first, second = np.unique(points[:, 0]), np.unique(points[:, 1])
    if points.shape[1] != 2 or len(first) * len(second) != len(points):
        raise PictureError(f"the grid: {len(points)} points are no grid of rows and columns, "
                           "expected what `python -m vib grid` writes", "grid")
    if len(table) != len(points):
        raise PictureError(f"the probabilities on the grid: {len(table)} rows, expected "
                           f"{len(points)}, those of the grid", "probs")
    entropy = -(table * np.log2(np.maximum(table, 1e-30))).sum(axis=1)
    order = np.lexsort((points[:, 0], points[:, 1]))
    image = axes.imshow(entropy[order].reshape(len(second), len(first)), origin="lower",
                        extent=(first[0], first[-1], second[0], second[-1]), cmap="Greys_r",
                        vmin=-0.6 * np.log2(table.shape[1]), vmax=np.log2(table.shape[1]),
                        aspect="auto", interpolation="bilinear", zorder=0)
    bar = figure.colorbar(image, ax=axes, pad=0.02, label="entropy of p(y|z), bits")
    bar.ax.set_ylim(0, float(np.log2(table.shape[1])))


# Images ---------------------------------------------------------------------------------


def traverse(mu: Any, sigma: Any = None, *, latents: Sequence[int] | None = None,
             steps: int = 9, reach: float = 3.0) -> Array:
    """Latents [L · steps, K] that vary one after the other, as float32, to be decoded.

    `mu` is one mean [K], or the means [N, K] of N inputs, whose first is taken. Each of the
    latents goes from −`reach` to `reach`, standard deviations of the prior N(0, 1), while the
    others stay. `latents` are their numbers: all of them by default, or with `sigma` [N, K] the
    ten with the largest mean rate.
    """
    means = np.atleast_2d(np.asarray(mu, float))
    chosen = list(range(means.shape[1])) if latents is None else [int(k) for k in latents]
    if latents is None and sigma is not None:
        spread = np.atleast_2d(np.asarray(sigma, float))
        if spread.shape != means.shape:
            raise PictureError(f"the standard deviations: an array {list(spread.shape)}, expected "
                               f"{list(means.shape)}, that of the means", "sigma")
        rates = means**2 + spread**2 - 1 - 2 * np.log(np.maximum(spread, 1e-30))
        chosen = [int(k) for k in np.argsort(-rates.mean(axis=0), kind="stable")[:10]]
    for latent in chosen:
        if not 0 <= latent < means.shape[1]:
            raise PictureError(f"the latent {latent}: expected 0 to {means.shape[1] - 1}")
    z = np.repeat(means[:1], len(chosen) * steps, axis=0)
    for row, latent in enumerate(chosen):
        z[row * steps : (row + 1) * steps, latent] = np.linspace(-reach, reach, steps)
    return z.astype(np.float32)


def find_traversal(z: Any) -> tuple[list[int], Array]:
    """The latents that vary in what `traverse` returned, and their values."""
    table = _matrix(z, "the latents of the traversal", "z")
    # A part of the values of a latent is such a table, too, so the longest one is the answer.
    for steps in range(len(table), 1, -1):
        if len(table) % steps == 0:
            parts = table.reshape(-1, steps, table.shape[1])
            moves = np.ptp(parts, axis=1) > 0
            if (moves.sum(axis=1) == 1).all():
                chosen = [int(k) for k in moves.argmax(axis=1)]
                return chosen, parts[0, :, chosen[0]]
    raise PictureError("the latents of the traversal: no latents that vary one at a time, expected "
                       "what `python -m vib traverse` writes", "z")


def as_images(rows: Any, shape: Sequence[int] | None, name: str, argument: str) -> Array:
    """Rows as images [N, H, W] or [N, H, W, 3], whatever the order of their elements."""
    table = np.asarray(rows)
    if table.dtype.kind not in "fiub" or table.ndim < 2 or not table.size:
        raise PictureError(f"{name}: an array {list(table.shape)} of {table.dtype}, expected "
                           "images", argument)
    sizes = list(shape) if shape else list(table.shape[1:])
    if len(sizes) == 1:
        side = int(np.sqrt(sizes[0]))
        if side * side != sizes[0]:
            raise PictureError(f"{name}: {sizes[0]} numbers a row are no square image: give the "
                               "shape of an image, HxW or HxWx3", argument)
        sizes = [side, side]
    if int(np.prod(sizes)) != int(np.prod(table.shape[1:])) or len(sizes) not in (2, 3):
        raise PictureError(f"{name}: {int(np.prod(table.shape[1:]))} numbers a row, which are no "
                           f"image of {'x'.join(map(str, sizes))}", argument)
    images = table.reshape(len(table), *sizes)
    if images.ndim == 4 and images.shape[-1] not in (1, 3) and images.shape[1] in (1, 3):
        images = np.moveaxis(images, 1, -1)
    if images.ndim == 4 and images.shape[-1] == 1:
        images = images[..., 0]
    if images.ndim == 4 and images.shape[-1] != 3:
        raise PictureError(f"{name}: images of {images.shape[-1]} channels, expected 1 or 3",
                           argument)
    return images


def _show(axes: Any, image: Array, limits: tuple[float, float]) -> None:
    low, high = limits
    bright = np.clip((image.astype(float) - low) / (high - low if high > low else 1), 0, 1)
    axes.imshow(bright, cmap="gray", vmin=0, vmax=1, interpolation="nearest")
    axes.set_xticks([])
    axes.set_yticks([])
    axes.grid(False)
    for side in axes.spines.values():
        side.set_visible(False)


def _range(images: Array) -> tuple[float, float]:
    """The brightness of black and of white: of bytes, of [0, 1], or of the data."""
    if images.dtype.kind in "iub":
        return 0.0, 255.0
    low, high = float(np.nanmin(images)), float(np.nanmax(images))
    return (0.0, 1.0) if low >= 0 and high <= 1 else (low, high)


@styled
def traversals(images: Any, z: Any, *, shape: Sequence[int] | None = None,
               title: str | None = None) -> Figure:
    """Decoded images along latents: a row a latent, from its smallest to its largest value.

    `z` is what `traverse` returned, and `images` [rows of z, …] is what `decode` made of it.
    `shape` is that of an image, where the images are flat and not square.
    """
    chosen, values = find_traversal(z)
    pictures = as_images(images, shape, "the decoded images", "probs")
    if len(pictures) != len(chosen) * len(values):
        raise PictureError(f"the decoded images: {len(pictures)}, expected "
                           f"{len(chosen) * len(values)}, one for each row of z", "probs")
    limits = _range(pictures)
    figure = make_figure(min(0.62 * len(values) + 0.8, 9), 0.62 * len(chosen) + 0.9)
    grid = figure.subplots(len(chosen), len(values), squeeze=False)
    for row, latent in enumerate(chosen):
        for column, value in enumerate(values):
            _show(grid[row, column], pictures[row * len(values) + column], limits)
            if row == 0:
                grid[row, column].set_title(f"{value:+.2g}", fontsize=8)
        grid[row, 0].set_ylabel(f"z{_subscript(latent)}", rotation=0, ha="right", va="center")
    figure.suptitle(title or "one latent varies in each row, in standard deviations of the prior",
                    fontsize=9)
    return figure


def _subscript(value: int) -> str:
    return "".join("₀₁₂₃₄₅₆₇₈₉"[int(digit)] for digit in str(value))


@styled
def reconstructions(inputs: Any, outputs: Any, *, shape: Sequence[int] | None = None,
                    count: int = 10, title: str | None = None) -> Figure:
    """Inputs above their reconstructions.

    `inputs` are images as the data has them, bytes or floats, and `outputs` is what
    `predict --what probs` makes of them, flat or not. `shape` is that of an image, where both are
    flat and not square.
    """
    sizes = list(shape) if shape else list(np.asarray(inputs).shape[1:])
    above = as_images(inputs, sizes, "the inputs", "images")
    below = as_images(outputs, sizes, "the reconstructions", "probs")
    if len(below) > len(above) or not len(below):
        raise PictureError(f"the reconstructions: {len(below)}, but only {len(above)} inputs",
                           "probs")
    n = min(count, len(below))
    figure = make_figure(0.68 * n + 0.9, 1.9)
    grid = figure.subplots(2, n, squeeze=False)
    for row, (name, images) in enumerate((("input", above), ("mean of\np(x|z)", below))):
        limits = _range(images)
        for column in range(n):
            _show(grid[row, column], images[column], limits)
        grid[row, 0].set_ylabel(name, rotation=0, ha="right", va="center")
    if title:
        figure.suptitle(title, fontsize=10)
    return figure
