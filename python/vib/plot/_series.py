"""Runs in groups: those that differ in nothing but their seed are one point with an error bar."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from vib._files import Log, number
from vib.plot._style import PictureError, short


@dataclass
class Group:
    """The runs of one value of x, and of one value of all that the grid has besides the seed."""

    x: float
    where: str
    done: list[Log] = field(default_factory=list)
    diverged: list[Log] = field(default_factory=list)
    failed: list[Log] = field(default_factory=list)

    def mean(self, split: str, key: str) -> tuple[float, float, int]:
        """The mean over the seeds, its standard error, and the number of the seeds.

        Runs that have not the figure do not count. The standard error of one number is NaN.
        """
        values = [number(log.last(split), key) for log in self.done]
        values = [value for value in values if math.isfinite(value)]
        n = len(values)
        if not n:
            return math.nan, math.nan, 0
        mean = math.fsum(values) / n
        if n == 1:
            return mean, math.nan, 1
        variance = math.fsum((value - mean) ** 2 for value in values) / (n - 1)
        return mean, math.sqrt(variance / n), n


@dataclass
class Curve:
    """The groups along x, for one value of all else in the grid."""

    label: str
    groups: list[Group]

    def means(self, split: str,
              key: str) -> tuple[list[float], list[float], list[float], list[int]]:
        """x, means, standard errors and numbers of the groups that have the figure."""
        rows = [(group.x, *group.mean(split, key)) for group in self.groups]
        rows = [row for row in rows if row[3]]
        return ([row[0] for row in rows], [row[1] for row in rows], [row[2] for row in rows],
                [row[3] for row in rows])


def find_value(log: Log, name: str) -> float:
    """A setting of a run: of the grid, or as its lines have it. NaN if neither has."""
    if name in log.values:
        value = log.values[name]
        return float(value) if isinstance(value, (int, float)) else math.nan
    for line in [log.final, *reversed(log.lines)]:
        if math.isfinite(number(line, name)):
            return number(line, name)
    return math.nan


def group_runs(logs: Sequence[Log], x: str = "beta") -> list[Curve]:
    """Groups runs by all that their grid has but the seed, in curves along `x`."""
    names = dict.fromkeys(name for log in logs for name in log.values)
    # The coefficient that x means may have another name in the grid.
    others = [name for name in names if name not in (x, "seed")
              and len({str(log.values.get(name)) for log in logs}) > 1
              and any(log.values.get(name) != find_value(log, x) for log in logs)]
    known = {value for log in logs if math.isfinite(value := find_value(log, x))}
    curves: dict[tuple[str, ...], dict[float, Group]] = {}
    for log in logs:
        key = tuple(f"{_name(name)} = {short(log.values.get(name))}" for name in others)
        value = find_value(log, x)
        if not math.isfinite(value):
            # A run that diverged at once has no lines. It is at x if all others are.
            value = next(iter(known)) if len(known) == 1 else math.nan
        if not math.isfinite(value):
            continue
        group = curves.setdefault(key, {}).setdefault(value, Group(value, log.where))
        {"done": group.done, "diverged": group.diverged}.get(log.status, group.failed).append(log)
    if not curves:
        raise PictureError(f"{logs[0].where}: no run has a value of {x}: the loss of this model "
                           f"has no coefficient of that name")
    return [Curve(", ".join(key), [groups[value] for value in sorted(groups)])
            for key, groups in curves.items()]


def _name(name: str) -> str:
    return {"beta": "β"}.get(name, name)


def has_figure(logs: Iterable[Log], key: str) -> bool:
    return any(key in log.figures for log in logs)


def require(logs: Sequence[Log], keys: Iterable[str], picture: str, advice: str = "") -> str:
    """The first of the keys that is a figure of the runs; an error if none is."""
    keys = list(keys)
    figures = dict.fromkeys(name for log in logs for name in log.figures)
    for key in keys:
        if key in figures:
            return key
    names = " or ".join(f"'{key}'" for key in keys)
    has = ", ".join(figures) or "none"
    raise PictureError(f"{logs[0].where}: no figure {names}, which {picture} shows; the figures "
                       f"of this model are {has}{'; ' + advice if advice else ''}")


def describe_run(log: Log) -> str:
    """The name of a run, and its settings unless they are its name."""
    settings = [f"{word} = {short(find_value(log, name))}"
                for name, word in (("beta", "β"), ("seed", "seed"))
                if f"{name}=" not in log.name and math.isfinite(find_value(log, name))]
    return ", ".join([log.name, *settings])


def describe_counts(numbers: Iterable[int], what: str = "seed") -> str:
    """Says what error bars are, with n: '±1 s.e., n = 5 seeds'."""
    counts = sorted(set(numbers))
    if not counts or counts == [1]:
        return f"n = 1 {what}, no error bars"
    n = str(counts[0]) if len(counts) == 1 else f"{counts[0]}–{counts[-1]}"
    return f"bars: ±1 standard error, n = {n} {what}s"


def describe_lost(curves: Sequence[Curve], x: str = "β") -> str:
    """Says which runs diverged or failed, or nothing."""
    parts: list[str] = []
    for curve in curves:
        for group in curve.groups:
            total = len(group.done) + len(group.diverged) + len(group.failed)
            place = f"{x} = {short(group.x)}" + (f", {curve.label}" if curve.label else "")
            for word, runs in (("diverged", group.diverged), ("failed", group.failed)):
                if runs:
                    parts.append(f"{place}: {len(runs)} of {total} {word}")
    if len(parts) > 4:
        parts = [*parts[:4], f"and {len(parts) - 4} more"]
    return "; ".join(parts)


def steps_an_epoch(lines: Iterable[dict[str, Any] | Any]) -> float:
    """The updates of an epoch, by the last lines of the first one; NaN if it has not ended."""
    ends: dict[int, int] = {}
    for line in lines:
        if isinstance(line.get("epoch"), int):
            ends[line["epoch"]] = max(ends.get(line["epoch"], 0), line["step"])
    if len(ends) < 2:
        return math.nan
    first = min(ends)
    return ends[first] / (first + 1)
