"""How all pictures look: colours that colour-blind readers tell apart, sizes, numbers, saving.

Figures are made without pyplot, so that a picture neither opens a window nor stays in pyplot's
list of figures. The style holds within a picture only.
"""

from __future__ import annotations

import functools
import io
import math
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

import matplotlib
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

from vib._errors import FileError
from vib._files import PathLike, write_whole

# Okabe and Ito's palette ("Color universal design", 2008) without its yellow, which is too
# light for lines.
BLUE, ORANGE, GREEN, PURPLE, SKY, BLACK = (
    "#0072B2", "#D55E00", "#009E73", "#CC79A7", "#56B4E9", "#000000")
CYCLE = [BLUE, ORANGE, GREEN, PURPLE, SKY, BLACK, "#E69F00"]
# Ten classes: Tol's palette "muted" ("Colour schemes", 2021) with a brown.
CLASSES = ["#332288", "#88CCEE", "#44AA99", "#117733", "#999933", "#DDCC77", "#CC6677",
           "#882255", "#AA4499", "#661100"]
MARKERS = ["o", "s", "^", "D", "v", "P", "X"]
SPLITS = {"train": BLUE, "validation": GREEN, "test": ORANGE}
GREY, RED = "#666666", "#B2182B"
# Along an order, such as the epochs: light at its end, but not too light for a white page.
_ORDERED = "viridis"
_LIGHTEST = 0.88

# matplotlib types its settings by their names, which differ between its versions.
STYLE: Any = {
    "font.size": 9.0,
    "axes.titlesize": 10.0,
    "axes.labelsize": 9.5,
    "xtick.labelsize": 8.5,
    "ytick.labelsize": 8.5,
    "legend.fontsize": 8.5,
    "legend.framealpha": 0.9,
    "legend.edgecolor": "#cccccc",
    "axes.grid": True,
    "axes.axisbelow": True,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "grid.color": "#e4e4e4",
    "grid.linewidth": 0.6,
    "lines.linewidth": 1.5,
    "lines.markersize": 4.5,
    "image.cmap": _ORDERED,
    "figure.dpi": 110.0,
    "savefig.dpi": 160.0,
    # The same picture has the same bytes.
    "svg.hashsalt": "vib",
}

P = ParamSpec("P")
T = TypeVar("T")


class PictureError(FileError):
    """A picture cannot be made from what it was given.

    `argument` is the name of the argument that is wrong, or ''.
    """

    def __init__(self, message: str, argument: str = ""):
        super().__init__(message)
        self.argument = argument


def styled(function: Callable[P, T]) -> Callable[P, T]:
    """Makes a picture in the style above, whatever the user's own settings are."""

    @functools.wraps(function)
    def picture(*args: P.args, **kwargs: P.kwargs) -> T:
        with matplotlib.rc_context():
            matplotlib.rcdefaults()
            matplotlib.rcParams.update(STYLE)
            return function(*args, **kwargs)

    return picture


def make_figure(width: float, height: float) -> Figure:
    """An empty figure, of a size in inches."""
    figure = Figure(figsize=(width, height), layout="constrained")
    FigureCanvasAgg(figure)
    return figure


def save(figure: Figure, path: PathLike) -> None:
    """Writes a figure to a file that ends in `.svg`, `.png` or `.pdf`."""
    kind = Path(path).suffix.lower()[1:]
    if kind not in ("svg", "png", "pdf"):
        raise PictureError(f"{path}: expected a name that ends in .svg, .png or .pdf")
    blob = io.BytesIO()
    with matplotlib.rc_context(STYLE):
        dated = {"svg": {"Date": None}, "pdf": {"CreationDate": None}, "png": {}}[kind]
        figure.savefig(blob, format=kind, metadata=dated)
    write_whole(path, blob.getvalue())


def ordered_colours(count: int) -> list[Any]:
    """Colours along an order."""
    colours = matplotlib.colormaps[_ORDERED]
    return [colours(_LIGHTEST * index / max(count - 1, 1)) for index in range(count)]


def ordered_map() -> Any:
    """The colour map that `ordered_colours` takes its colours from."""
    from matplotlib.colors import LinearSegmentedColormap

    return LinearSegmentedColormap.from_list("ordered", ordered_colours(64))


def class_colour(label: int) -> str:
    return CLASSES[label % len(CLASSES)]


def short(value: Any) -> str:
    """A number as a user types it: 0.001 as 1e-3."""
    if not isinstance(value, (int, float)) or isinstance(value, bool):
        return str(value)
    if value and (abs(value) < 0.01 or abs(value) >= 1e5) and math.isfinite(value):
        mantissa, exponent = f"{value:.3e}".split("e")
        return f"{float(mantissa):g}e{int(exponent)}"
    return f"{value:g}"


def draw_error_bars(axes: Axes, x: Sequence[float], y: Sequence[float], *, color: Any,
                    yerr: Sequence[float] | None = None, xerr: Sequence[float] | None = None,
                    label: str = "", marker: str = "o", line: str = "-",
                    filled: bool = True) -> None:
    """A curve with error bars. A bar that is 0 or not known is not drawn."""

    def clean(errors: Sequence[float] | None) -> list[float] | None:
        known = [error if error > 0 else math.nan for error in errors or []]
        return known if any(error > 0 for error in known) else None

    axes.errorbar(x, y, yerr=clean(yerr), xerr=clean(xerr), color=color, label=label,
                  marker=marker, linestyle=line, capsize=2.5, elinewidth=1.0,
                  markerfacecolor=color if filled else "white")


def use_log_scale(axes: Axes, which: str, low: float, high: float) -> None:
    """A logarithmic x or y axis from low to high, whose ticks are plain numbers."""
    axis = axes.xaxis if which == "x" else axes.yaxis
    (axes.set_xscale if which == "x" else axes.set_yscale)("log")
    axis.set_major_locator(LogLocator(subs=(1, 2, 5) if high < 300 * low else (1,), numticks=12))
    axis.set_major_formatter(FuncFormatter(lambda value, _: short(value)))
    axis.set_minor_formatter(NullFormatter())


def label_points(figure: Figure, axes: Axes,
                 labels: Sequence[tuple[float, float, str]],
                 others: Sequence[tuple[float, float]] = ()) -> None:
    """Writes words beside points, each where it covers neither a point nor other words if there
    is such a place, and with a line to its point if that is not at its side.

    `others` are points without words. The limits and the legend of the axes have to be final.
    """
    figure.draw_without_rendering()
    pixels = figure.dpi / 72
    places = [axes.transData.transform((x, y)) for x, y, _ in labels]
    points = [*places, *(axes.transData.transform(other) for other in others)]
    taken = [(x - 4 * pixels, y - 4 * pixels, x + 4 * pixels, y + 4 * pixels) for x, y in points]
    frame = axes.get_window_extent()
    legend = axes.get_legend()
    if legend is not None:
        taken.append(legend.get_window_extent().extents)
    for (x, y), (at, up, words) in zip(places, labels):
        width, height = 4.7 * pixels * len(words), 9 * pixels
        boxes = {}
        for far in range(9, 100, 11):
            for side, shift in ((1, -far), (1, far), (-1, far), (-1, -far)):
                left = x + 6 * pixels * side - (width if side < 0 else 0)
                low = y + shift * pixels - height / 2
                boxes[side, shift] = (left, low, left + width, low + height)
        free = [place for place, box in boxes.items()
                if box[0] >= frame.x0 and box[2] <= frame.x1 and box[1] >= frame.y0
                and box[3] <= frame.y1 and not any(_overlap(box, other) for other in taken)]
        side, shift = next(iter(free or boxes))
        taken.append(boxes[side, shift])
        axes.annotate(words, (at, up), (6 * side, shift), textcoords="offset points", fontsize=8,
                      ha="left" if side > 0 else "right", va="center", zorder=5,
                      arrowprops={"arrowstyle": "-", "color": GREY, "linewidth": 0.6}
                      if abs(shift) > 10 else None)


def _overlap(one: Sequence[float], other: Sequence[float]) -> bool:
    return bool(one[0] < other[2] and other[0] < one[2] and one[1] < other[3]
                and other[1] < one[3])


def add_note(figure: Figure, text: str) -> None:
    """A line of small text below a picture."""
    figure.supxlabel(text, fontsize=8.0, color=GREY, x=0.5)
