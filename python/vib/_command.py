"""The command `plot`: makes a picture from the files that programs write."""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from vib._errors import FileError, UsageError
from vib._files import Log, read_array, read_lines, read_logs

if TYPE_CHECKING:
    from matplotlib.figure import Figure

# The flags that name a file: what is in it.
FILES = {
    "mu": "posterior means, by predict --what mu",
    "sigma": "standard deviations, by predict --what sigma",
    "covariance": "covariances, by predict --what covariance",
    "labels": "the labels, .npy or IDX",
    "probs": "predictions, by predict --what probs, or by decode of --grid or --z",
    "rates": "the rate of each latent, by predict --what rate_each",
    "grid": "latents on a grid, by python -m vib grid",
    "z": "latents that vary one at a time, by python -m vib traverse",
    "images": "the inputs, .npy or IDX",
    "inside": "scores of the test data, by predict --what rate or entropy",
    "outside": "the same of other data",
}


@dataclass(frozen=True)
class Kind:
    """A picture: what it shows, and the files that it needs and may have."""

    words: str
    draw: Callable[[argparse.Namespace, dict[str, Any]], "Figure"]
    needs: tuple[str, ...] = ()
    may_have: tuple[str, ...] = ()
    # Whether it is drawn from the folder of a run or of a sweep.
    has_folder: bool = False


def _draw_logs(name: str) -> Callable[[argparse.Namespace, dict[str, Any]], "Figure"]:
    def draw(options: argparse.Namespace, files: dict[str, Any]) -> "Figure":
        from vib import plot

        picture: "Figure" = getattr(plot, name)(files["logs"], title=options.title)
        return picture

    return draw


def _draw_attack(options: argparse.Namespace, files: dict[str, Any]) -> "Figure":
    from vib import plot

    return plot.attack([line for path in options.figures for line in read_lines(path)],
                       title=options.title)


def _draw_rates(options: argparse.Namespace, files: dict[str, Any]) -> "Figure":
    from vib import plot

    return plot.latent_rates(files["rates"], title=options.title)


def _draw_ellipses(options: argparse.Namespace, files: dict[str, Any]) -> "Figure":
    from vib import plot

    if ("grid" in files) != ("probs" in files):
        raise UsageError("--kind ellipses: --grid and --probs, its probabilities by decode, belong "
                         "together: give both or none")
    if ("covariance" in files) == ("sigma" in files):
        raise UsageError("--kind ellipses: expected either --covariance or --sigma")
    return plot.ellipses(files["mu"], files.get("covariance", files.get("sigma")),
                         files.get("labels"), grid=files.get("grid"), probs=files.get("probs"),
                         title=options.title, **_count(options))


def _draw_traversals(options: argparse.Namespace, files: dict[str, Any]) -> "Figure":
    from vib import plot

    return plot.traversals(files["probs"], files["z"], shape=options.shape, title=options.title)


def _draw_reconstructions(options: argparse.Namespace, files: dict[str, Any]) -> "Figure":
    from vib import plot

    return plot.reconstructions(files["images"], files["probs"], shape=options.shape,
                                title=options.title, **_count(options))


def _draw_reliability(options: argparse.Namespace, files: dict[str, Any]) -> "Figure":
    from vib import plot

    return plot.reliability(files["probs"], files["labels"], first_label=options.first_label,
                            title=options.title)


def _draw_confusion(options: argparse.Namespace, files: dict[str, Any]) -> "Figure":
    from vib import plot

    if not options.figures:
        if "probs" not in files or "labels" not in files:
            raise UsageError("--kind confusion: expected --probs and --labels, or --figures with "
                             "the file that `eval --calibration --json` wrote")
        return plot.confusion(probs=files["probs"], labels=files["labels"],
                              first_label=options.first_label, title=options.title)
    if files or len(options.figures) > 1:
        raise UsageError("--kind confusion: expected either one file as --figures, or --probs and "
                         "--labels")
    path = options.figures[0]
    lines = read_lines(path)
    if len(lines) != 1 or not isinstance(lines[0].get("confusion"), list):
        raise FileError(f"{path}: no 'confusion', expected the object that "
                        "`eval --calibration --json` writes for a model with classes")
    return plot.confusion(lines[0]["confusion"], first_label=options.first_label,
                          title=options.title)


def _draw_outliers(options: argparse.Namespace, files: dict[str, Any]) -> "Figure":
    from vib import plot

    words = {"score": options.score} if options.score else {}
    return plot.outliers(files["inside"], files["outside"], title=options.title, **words)


def _count(options: argparse.Namespace) -> dict[str, int]:
    return {} if options.count is None else {"count": options.count}


KINDS = {
    "training": Kind("loss, cross-entropy, rate and error of each epoch", _draw_logs("training"),
                     has_folder=True),
    "plane": Kind("the information plane, with beta along the curve of a sweep",
                  _draw_logs("information_plane"), has_folder=True),
    "pairs": Kind("the information plane by the estimate of vib.pairwise",
                  _draw_logs("pairwise_plane"), has_folder=True),
    "beta": Kind("error and rate against beta", _draw_logs("beta"), has_folder=True),
    "distortion": Kind("rate and distortion of autoencoders", _draw_logs("rate_distortion"),
                       has_folder=True),
    "attack": Kind("error against the size of an attack: --figures, JSON objects with beta, "
                   "attack_epsilon, and error_fgsm or error_pgd", _draw_attack),
    "rates": Kind("the rate of each latent", _draw_rates, ("rates",)),
    "ellipses": Kind("posteriors of two latents, over the entropy of the classifier",
                     _draw_ellipses, ("mu",), ("covariance", "sigma", "labels", "grid", "probs")),
    "traversals": Kind("decoded images along latents", _draw_traversals, ("z", "probs")),
    "reconstructions": Kind("inputs and their reconstructions", _draw_reconstructions,
                            ("images", "probs")),
    "reliability": Kind("accuracy against confidence", _draw_reliability, ("probs", "labels")),
    "confusion": Kind("true and predicted classes: --probs and --labels, or --figures, the object "
                      "of eval --calibration --json", _draw_confusion, (), ("probs", "labels")),
    "outliers": Kind("histograms of a score of two data sets", _draw_outliers,
                     ("inside", "outside")),
}
TAKES_FIGURES = ("attack", "confusion")


def parse_shape(text: str) -> list[int]:
    """HxW or HxWx3."""
    try:
        shape = [int(part) for part in text.split("x")]
    except ValueError:
        shape = []
    if len(shape) not in (2, 3) or min(shape) < 1:
        raise argparse.ArgumentTypeError(f"expected HxW or HxWx3, got '{text}'")
    return shape


def parse_count(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"expected a whole number of 1 or more, got '{text}'")
    return int(text)


def parse_picture(text: str) -> Path:
    path = Path(text)
    if path.suffix.lower() not in (".svg", ".png", ".pdf"):
        raise argparse.ArgumentTypeError(
            f"expected a file that ends in .svg, .png or .pdf, got '{text}'")
    return path


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the flags of `plot` to a parser."""
    parser.add_argument("folder", nargs="?", metavar="RUN|SWEEP",
                        help="the folder that train --out or sweep --out wrote")
    parser.add_argument("--kind", choices=list(KINDS), metavar="KIND",
                        help="one of the pictures below; by default training for a run, and plane "
                             "or distortion for a sweep")
    parser.add_argument("-o", "--output", type=parse_picture, metavar="FILE",
                        help="the picture, .svg, .png or .pdf; by default KIND.svg in the folder "
                             "of the run or sweep, or here")
    parser.add_argument("--title", metavar="TEXT", help="the title of the picture")
    for name, words in FILES.items():
        parser.add_argument(f"--{name}", metavar="FILE", help=words)
    parser.add_argument("--figures", nargs="+", default=[], metavar="FILE",
                        help="files of JSON objects, such as eval --json writes")
    parser.add_argument("--first-label", type=int, default=0, metavar="N",
                        help="the label of the first class; 0 by default")
    parser.add_argument("--shape", type=parse_shape, metavar="HxW",
                        help="the shape of an image, where it is not square")
    parser.add_argument("--count", type=parse_count, metavar="N",
                        help="how many ellipses (300) or reconstructions (10) are drawn")
    parser.add_argument("--score", metavar="TEXT",
                        help="the words for the scores of outliers; 'rate, bits' by default")


def list_kinds() -> str:
    """The table of the pictures, for the help."""
    rows = []
    for name, kind in KINDS.items():
        needs = "RUN|SWEEP" if kind.has_folder else " ".join(f"--{file}" for file in kind.needs)
        more = " ".join(f"[--{file}]" for file in kind.may_have)
        rows.append(f"  {name:16} {kind.words}")
        if needs or more:
            rows.append(f"  {'':16}   {' '.join(filter(None, [needs, more]))}")
    return "pictures (--kind):\n" + "\n".join(rows)


def _choose_kind(options: argparse.Namespace, logs: Sequence[Log]) -> str:
    if options.kind:
        return str(options.kind)
    if len(logs) == 1 and not logs[0].final:
        return "training"
    # The plane also says why a model with labels has none.
    has_labels = any("izy_bits" in line for log in logs for line in [*log.lines, log.final])
    return "plane" if has_labels else "distortion"


def check_matplotlib() -> None:
    """An error with advice where matplotlib is missing."""
    try:
        import matplotlib  # noqa: F401
    except ImportError:
        raise FileError("pictures need matplotlib, which is not installed: "
                        "pip install matplotlib") from None


def run(options: argparse.Namespace) -> Path:
    """Makes the picture and returns its path."""
    given = [name for name in FILES if getattr(options, name) is not None]
    kind = KINDS[options.kind] if options.kind else KINDS["training"]
    if options.kind is None and options.folder is None:
        raise UsageError("expected the folder of a run or of a sweep, or --kind")
    if kind.has_folder and options.folder is None:
        raise UsageError(f"--kind {options.kind}: expected the folder of a run or of a sweep")
    if not kind.has_folder and options.folder is not None:
        raise UsageError(f"--kind {options.kind} is not drawn from a folder, got "
                         f"'{options.folder}'")
    name = options.kind or "a run or a sweep"
    for file in kind.needs:
        if file not in given:
            raise UsageError(f"--kind {name}: expected --{file} FILE ({FILES[file]})")
    for file in given:
        if file not in kind.needs + kind.may_have:
            raise UsageError(f"--{file} has no effect on the picture of {name}")
    if options.figures and options.kind not in TAKES_FIGURES:
        raise UsageError(f"--figures has no effect on the picture of {name}")
    if options.kind == "attack" and not options.figures:
        raise UsageError("--kind attack: expected --figures FILE …")

    # Before files are read, which may be large.
    check_matplotlib()
    from vib import plot

    files: dict[str, Any] = {file: read_array(getattr(options, file)) for file in given}
    chosen = options.kind
    if options.folder is not None:
        files["logs"] = read_logs(options.folder)
        chosen = _choose_kind(options, files["logs"])
    output = options.output or Path(options.folder or os.curdir) / f"{chosen}.svg"
    try:
        figure = KINDS[chosen].draw(options, files)
    except plot.PictureError as error:
        # The covariances may have come as standard deviations.
        file = "sigma" if error.argument == "covariance" and options.sigma else error.argument
        place = f"{getattr(options, file)}: " if file in given else ""
        raise FileError(f"{place}{error}") from None
    plot.save(figure, output)
    return output
