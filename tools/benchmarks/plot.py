"""A panel for each size of model and for each thing that grows (the batch, the latents), with
logarithmic axes: the milliseconds of a step. Each contender has a line, solid with two threads
and dashed with one. The grey line is the time of the contractions at the peak of two threads."""

import math
from xml.sax.saxutils import escape

from sections import ours

width, height, left, top, gap = 300, 220, 60, 60, 70
colours = ["#c0392b", "#2471a3", "#7fb3d5", "#1e8449", "#b7950b", "#6c3483"]


def scale(values, low, high):
    """A function from a value to its position on a logarithmic axis."""
    least, most = math.log10(min(values)), math.log10(max(values))
    if most - least < 1e-9:
        least, most = least - 0.5, most + 0.5
    factor = (high - low) / (most - least)
    return lambda value: low + (math.log10(value) - least) * factor


def text(x, y, words, anchor="middle", size=12):
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" '
        f'font-size="{size}">{escape(words)}</text>'
    )


def line(points, colour, dashed=False, thick=1.6):
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    dashes = ' stroke-dasharray="5 4"' if dashed else ""
    return (
        f'<polyline points="{path}" fill="none" stroke="{colour}" '
        f'stroke-width="{thick}"{dashes}/>'
    )


def peak_time(point):
    """The milliseconds of the contractions at the measured peak."""
    for row in point["rows"]:
        if row["name"] == ours:
            return point["contraction_flops"] / row["peak_gflops"] / 1e6
    return None


def series(points):
    """{(contender, threads): [(value, ms)]}; the contender None is the peak."""
    found = {}
    for point in points:
        if point["threads"] == 2 and peak_time(point):
            entry = point["value"], peak_time(point)
            found.setdefault((None, 2), []).append(entry)
        for row in point["rows"]:
            key = row["name"], point["threads"]
            found.setdefault(key, []).append((point["value"], row["median"]))
    return found


def panel(x, y, title, axis, points, names):
    lines = series(points)
    values = sorted({point["value"] for point in points})
    times = [ms for entries in lines.values() for _, ms in entries]
    if not times:
        return [text(x + width / 2, y + height / 2, title + ": nothing measured")]
    decades = [
        10.0**power
        for power in range(
            math.floor(math.log10(min(times))), math.ceil(math.log10(max(times))) + 1
        )
    ]
    across = scale(values, x, x + width)
    up = scale(decades, y + height, y)
    parts = [text(x + width / 2, y - 8, title, size=13)]
    for value in values:
        parts.append(line([(across(value), y), (across(value), y + height)], "#eee"))
        parts.append(text(across(value), y + height + 16, str(value), size=11))
    for decade in decades:
        parts.append(line([(x, up(decade)), (x + width, up(decade))], "#ddd"))
        parts.append(text(x - 6, up(decade) + 4, f"{decade:g}", "end", 11))
    parts.append(text(x + width / 2, y + height + 32, axis, size=11))
    for (name, threads), entries in lines.items():
        placed = [(across(value), up(ms)) for value, ms in sorted(entries)]
        colour = "#999" if name is None else colours[names.index(name) % len(colours)]
        thick = 2.4 if name == ours else 1.6
        parts.append(line(placed, colour, threads == 1, thick))
    return parts


def svg(points):
    names = []
    for point in points:
        for row in point["rows"]:
            if row["name"] not in names:
                names.append(row["name"])
    sizes = list(dict.fromkeys(point["size"] for point in points))
    axes = list(dict.fromkeys(point["axis"] for point in points))

    legend = [(name, colours[i % len(colours)]) for i, name in enumerate(names)]
    legend.append(("peak, two threads", "#999"))
    places = [left]
    for name, _ in legend:
        places.append(places[-1] + 50 + 7 * len(name))
    total_width = max(left + len(sizes) * (width + gap), places[-1])
    total_height = top + len(axes) * (height + gap) + 10
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{total_width}" '
        f'height="{total_height}" font-family="sans-serif">',
        f'<rect width="{total_width}" height="{total_height}" fill="white"/>',
    ]
    for x, (name, colour) in zip(places, legend):
        parts += [line([(x, 20), (x + 24, 20)], colour, thick=2.4)]
        parts += [text(x + 30, 24, name, "start")]
    parts.append(text(left, 40, "ms a step; dashed: one thread", "start", 11))
    for row, axis in enumerate(axes):
        for column, size in enumerate(sizes):
            chosen = [p for p in points if p["size"] == size and p["axis"] == axis]
            if not chosen:  # Not measured yet.
                continue
            fixed = (
                f"K = {chosen[0]['latents']}"
                if axis == "batch"
                else f"batch {chosen[0]['batch']}"
            )
            parts += panel(
                left + column * (width + gap),
                top + 10 + row * (height + gap),
                f"{size}, {fixed}",
                axis,
                chosen,
                names,
            )
    return "\n".join([*parts, "</svg>", ""])
