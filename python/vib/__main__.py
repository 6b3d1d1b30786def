"""`python -m vib plot|grid|traverse`: pictures, and the latents that some of them show.

Exit codes: 0 done; 1 a file is wrong or a package is missing; 2 wrong usage.
"""

from __future__ import annotations

import argparse
import io
import sys
from collections.abc import Sequence
from typing import NoReturn

import numpy as np

from vib import _command
from vib._errors import FileError, UsageError
from vib._files import Array, read_array, write_whole


class _Parser(argparse.ArgumentParser):
    """A parser whose errors are one message, as those of compiled programs are."""

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{self.prog}: error: {message}\nTry '{self.prog} --help'.\n")


def _parse(arguments: Sequence[str] | None) -> tuple[argparse.Namespace, _Parser]:
    parser = _Parser(prog="python -m vib", allow_abbrev=False,
                     description="Pictures of runs, sweeps and predictions.")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    plot = commands.add_parser(
        "plot", allow_abbrev=False, help="make a picture",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        description="Makes a picture of a run, a sweep or predictions, and prints its path.",
        epilog=_command.list_kinds())
    _command.add_arguments(plot)

    grid = commands.add_parser("grid", allow_abbrev=False,
                               help="make a grid of two latents, for plot --kind ellipses",
                               description="Writes latents on a grid that covers posteriors of "
                                           "two latents. `decode` computes their probabilities.")
    grid.add_argument("--mu", required=True, metavar="FILE", help=_command.FILES["mu"])
    grid.add_argument("--covariance", metavar="FILE", help=_command.FILES["covariance"])
    grid.add_argument("--sigma", metavar="FILE", help=_command.FILES["sigma"])
    grid.add_argument("--points", type=_command.parse_count, default=120, metavar="N",
                      help="points of each axis; 120 by default")

    traverse = commands.add_parser("traverse", allow_abbrev=False,
                                   help="vary one latent at a time, for plot --kind traversals",
                                   description="Writes latents that vary one after the other "
                                               "around the first mean. `decode` makes images of "
                                               "them.")
    traverse.add_argument("--mu", required=True, metavar="FILE", help=_command.FILES["mu"])
    traverse.add_argument("--sigma", metavar="FILE",
                          help=_command.FILES["sigma"] + ": choose the ten of the largest rate")
    traverse.add_argument("--latents", metavar="K,…", help="the latents to vary; all by default")
    traverse.add_argument("--steps", type=_command.parse_count, default=9, metavar="N",
                          help="values of each latent; 9 by default")
    for command in (grid, traverse):
        command.add_argument("-o", "--output", required=True, metavar="FILE.npy",
                             help="the latents, float32")
    options = parser.parse_args(arguments)
    return options, {"plot": plot, "grid": grid, "traverse": traverse}[options.command]


def _read(path: str | None) -> Array | None:
    return None if path is None else read_array(path)


def _make_latents(options: argparse.Namespace) -> Array:
    _command.check_matplotlib()
    from vib import plot

    if options.command == "grid":
        if options.covariance and options.sigma:
            raise UsageError("expected --covariance or --sigma, got both")
        return plot.grid(read_array(options.mu), _read(options.covariance or options.sigma),
                         points=options.points)
    latents = None
    if options.latents is not None:
        parts = options.latents.split(",")
        if not all(part.isdecimal() for part in parts):
            raise UsageError("--latents: expected whole numbers K,…, got "
                             f"'{options.latents}'")
        latents = [int(part) for part in parts]
    if options.steps < 2:
        raise UsageError("--steps: expected 2 or more, got 1")
    return plot.traverse(read_array(options.mu), _read(options.sigma), latents=latents,
                         steps=options.steps)


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs a command and returns its exit code."""
    options, parser = _parse(arguments)
    try:
        if options.command == "plot":
            print(_command.run(options))
            return 0
        blob = io.BytesIO()
        np.save(blob, _make_latents(options))
        write_whole(options.output, blob.getvalue())
        return 0
    except UsageError as error:
        parser.error(str(error))
    except FileError as error:
        print(f"{parser.prog}: error: {error}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
