"""Pictures of runs, sweeps and predictions, drawn by matplotlib.

Each function returns a `matplotlib.figure.Figure`, which `savefig` or `save` writes.
`python -m vib plot` makes the same pictures from files.

    >>> from vib import plot
    >>> lines = [dict(split=split, epoch=e, step=10 * e + 10, loss=1 / (e + 1), beta=1e-3,
    ...               rate_bits=9 - e, izy_bits=1 + e / 9, hy_bits=2.0)
    ...          for e in range(4) for split in ("train", "test")]
    >>> figure = plot.information_plane(lines)
    >>> figure.axes[0].get_xlabel()
    'I(X;Z) ≤ rate, bits'
"""

from vib.plot._classes import confusion, outliers, reliability
from vib.plot._curves import attack, beta, training
from vib.plot._latents import (ellipses, grid, latent_rates, reconstructions, traversals,
                               traverse)
from vib.plot._plane import information_plane, pairwise_plane, rate_distortion
from vib.plot._style import PictureError, save

__all__ = ["PictureError", "attack", "beta", "confusion", "ellipses", "grid", "information_plane",
           "latent_rates", "outliers", "pairwise_plane", "rate_distortion", "reconstructions",
           "reliability", "save", "training", "traversals", "traverse"]
