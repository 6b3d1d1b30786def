"""check_pictures.py FOLDER: the pictures of the sweep and of the predictions in a folder show the
numbers of the files."""

import json
import math
import statistics
import sys

import matplotlib
import numpy as np

from vib import plot
from vib._files import Log, as_logs, read_array, read_logs

folder = sys.argv[1]
matplotlib.rcParams["lines.linewidth"] = 7.5
# To read the backend chooses one, which imports pyplot.
settings = [key for key in matplotlib.rcParams if key != "backend"]
before = {key: matplotlib.rcParams[key] for key in settings}
runs = [json.loads(line) for line in open(f"{folder}/sweep/sweep.jsonl")]
figures = json.load(open(f"{folder}/figures.json"))
labels = np.load(f"{folder}/data/test_y.npy")
probs = read_array(f"{folder}/probs.npy")


def close(one, other, tolerance=1e-9):
    one, other = np.asarray(one, float), np.asarray(other, float)
    assert np.allclose(one, other, rtol=tolerance, atol=tolerance), (one, other)


def bars(axes):
    """The curves with error bars: label, points, half lengths of the bars in x and y."""
    for container in axes.containers:
        line, _, collections = container
        spans = [np.array([np.ptp(segment, axis=0) / 2 for segment in one.get_segments()
                           if len(segment)]) for one in collections]
        yield container.get_label(), np.array(line.get_data()), spans


def texts(figure):
    found = [text.get_text() for axes in figure.axes for text in axes.texts]
    return found + [figure._supxlabel.get_text()] if figure._supxlabel else found


def expect(split, key, beta):
    lines = [[line for line in log.lines if line["split"] == split][-1][key]
             for log in read_logs(f"{folder}/sweep") if log.values["beta"] == beta]
    return statistics.mean(lines), statistics.stdev(lines) / math.sqrt(len(lines))


# The information plane: means and standard errors of both figures, and the lines.
figure = plot.information_plane(f"{folder}/sweep")
axes = figure.axes[0]
found = {label: (points, spans) for label, points, spans in bars(axes)}
for split, label in ("train", "train (means over an epoch)"), ("test", "test"):
    points, spans = found[label]
    for index, beta in enumerate((0.0, 1e-3, 1e-1)):
        for axis, key in enumerate(("rate_bits", "izy_bits")):
            mean, error = expect(split, key, beta)
            close(points[axis][index], mean)
            close(spans[axis][index][axis], error, 1e-6)
legend = {line.get_label(): line for line in axes.lines}
close(legend["bound: H(Y)"].get_ydata()[0],
      max(line["hy_bits"] for log in read_logs(f"{folder}/sweep") for line in log.lines))
close(*legend["bound: I(Z;Y) = I(X;Z)"].get_data())
assert {"β = 0", "β = 1e-3", "β = 0.1"} <= set(texts(figure)), texts(figure)
assert any("n = 3 seeds" in text and "not the IB curve" in text for text in texts(figure))

# The plane of estimates by pairs has the estimate as x and no line for a rate, and says its limit.
figure = plot.pairwise_plane(f"{folder}/pairs")
found = {label: points for label, points, _ in bars(figure.axes[0])}
ends = [log.last("test") for log in read_logs(f"{folder}/pairs")]
for axis, key in enumerate(("izx_nib_bits", "izy_bits")):
    for found_value, end in zip(found["test"][axis], sorted(ends, key=lambda end: end["beta"])):
        close(found_value, end[key])
assert [line.get_label() for line in figure.axes[0].lines].count("bound: H(Y)") == 1
assert not any("I(Z;Y) = I(X;Z)" in str(line.get_label()) for line in figure.axes[0].lines)
assert any(f"at most log₂ {ends[0]['izx_nib_block']}" in text for text in texts(figure))

# Runs without test lines have no errors to draw.
alone = [Log(log.name, [line for line in log.lines if line["split"] == "train"], log.values)
         for log in read_logs(f"{folder}/sweep")]
try:
    plot.beta(alone)
except plot.PictureError as error:
    assert "no test line of a run has 'error_" in str(error), error
else:
    raise AssertionError("an empty picture")

# Error and rate; a run that diverged is marked, and not in the mean.
logs = read_logs(f"{folder}/sweep")
lost = [log for log in logs if log.values == {"beta": 0.1, "seed": 1}]
logs[logs.index(lost[0])] = Log(lost[0].name, lost[0].lines, lost[0].values, "diverged")
figure = plot.beta(logs)
found = {label: points for label, points, _ in bars(figure.axes[0])}
rest = [run["error_avg"] for run in runs if run["beta"] == 0.1 and run["seed"] != 1]
points = found["error, probabilities averaged over the draws"]
close(points[1][2], 100 * statistics.mean(rest))
assert any(line.get_label() == "diverged" for line in figure.axes[0].lines)
assert "1 of 3" in texts(figure)
assert any("β = 0.1: 1 of 3 diverged" in text and "n = 2–3 seeds" in text for text in texts(figure))
# 0 has no logarithm, and is at the left with a tick.
assert points[0][0] < points[0][1] and figure.axes[1].get_xticklabels()[0].get_text() == "0"

# The lines of a run and the folder of it are one picture; so is an object with them as `metrics`.
path = f"{folder}/sweep/beta=1e-3,seed=0"
lines = [json.loads(line) for line in open(f"{path}/metrics.jsonl")]
test = [line for line in lines if line["split"] == "test"]
for source in path, lines, type("Run", (), {"metrics": lines})():
    axes = plot.training(source).axes
    curves = {line.get_label(): line.get_data() for line in axes[0].lines}
    close(curves["test"], ([1, 2, 3], [line["loss"] for line in test]))
    shown = {line.get_label(): line.get_ydata() for line in axes[3].lines}
    close(shown["test averaged"], [100 * line["error_avg"] for line in test])
assert len(as_logs([path, lines])) == 2

# So are the folder of a sweep and an object with its lines and its runs.
sweep = type("Sweep", (), {"records": runs, "runs": {
    run["run"]: type("Run", (), {"metrics": [json.loads(line) for line in open(
        f"{folder}/sweep/{run['run']}/metrics.jsonl")]}) for run in runs}})()
assert [(log.name, log.lines, log.values) for log in as_logs(sweep)] == [
    (log.name, log.lines, log.values) for log in read_logs(f"{folder}/sweep")]

# Predictions: what eval computes.
title = plot.reliability(probs, labels).axes[0].get_title()
assert title.startswith(f"ECE {100 * figures['ece']:.2f} %"), (title, figures["ece"])
assert f"accuracy {100 - 100 * figures['error_avg']:.2f} %" in title, title
image = plot.confusion(probs=probs, labels=labels).axes[0]
cells = {text.get_position()[::-1]: int(text.get_text()) for text in image.texts}
for row, counts in enumerate(figures["confusion"]):
    for column, count in enumerate(counts):
        assert cells.get((row, column), 0) == count, (row, column)
assert image.get_title() == f"error {100 * figures['error_avg']:.2f} %, n = 60"
title = plot.outliers(read_array(f"{folder}/rate.npy"),
                      read_array(f"{folder}/outside.npy")).axes[0].get_title()
assert title == (f"AUROC {figures['auroc_rate']:.3f}, FPR95 "
                 f"{100 * figures['fpr95_rate']:.1f} %"), (title, figures)

# The rate of each latent: the largest first, and its sum is the rate.
rates = read_array(f"{folder}/rate_each.npy")
axes = plot.latent_rates(rates).axes[0]
heights = [bar.get_height() for bar in axes.patches]
close(heights, np.sort(rates.mean(axis=0))[::-1], 1e-5)
close(sum(heights), figures["rate_bits"], 1e-3)

# The ellipse of a known covariance: its half axes are those of 95 %, its angle is 45 degrees.
angle = np.pi / 4
turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
covariance = turn @ np.diag([0.04, 0.25]) @ turn.T
axes = plot.ellipses([[1.0, 2.0]], [covariance], [3]).axes[0]
(ellipse,) = axes.collections
close(ellipse._widths, np.sqrt(5.991 * 0.04), 1e-4)
close(ellipse._heights, np.sqrt(5.991 * 0.25), 1e-4)
close(np.tan(ellipse._angles), np.tan(angle), 1e-6)
assert [text.get_text() for text in axes.texts] == ["3"]

# The entropy on the grid, wherever the rows of the grid are.
z = plot.grid([[0.0, 0.0], [1.0, 2.0]], points=5)
assert z.shape == (25, 2) and z.dtype == np.float32
p = 1 / (1 + np.exp(-3 * z[:, 0] - z[:, 1]))
order = np.random.default_rng(0).permutation(25)
for chosen in np.arange(25), order:
    axes = plot.ellipses([[0.0, 0.0]], [np.eye(2)], grid=z[chosen],
                         probs=np.stack([p, 1 - p], 1)[chosen]).axes[0]
    shown = axes.images[0].get_array()
    entropy = -(p * np.log2(p) + (1 - p) * np.log2(1 - p))
    close(shown, entropy.reshape(5, 5), 1e-5)

# A traversal: what `traverse` writes is found again, and each image is at its place.
z = plot.traverse([0.5, -1.0, 2.0], latents=[2, 0], steps=5)
assert z.shape == (10, 3) and (z[:5, :2] == [0.5, -1.0]).all() and (z[5:, 2] == 2).all()
close(z[:5, 2], np.linspace(-3, 3, 5))
images = np.arange(10)[:, None] / 10 + np.zeros((1, 4))
figure = plot.traversals(images, z)
shown = [axes.images[0].get_array()[0, 0] for axes in figure.axes]
close(shown, np.arange(10) / 10)
assert [figure.axes[i].get_ylabel() for i in (0, 5)] == ["z₂", "z₀"]
bytes_ = np.full((3, 2, 2, 3), 255, np.uint8)
figure = plot.reconstructions(bytes_, np.full((3, 12), 0.5, np.float32))
assert len(figure.axes) == 6 and figure.axes[3].images[0].get_array().shape == (2, 2, 3)
close(figure.axes[0].images[0].get_array(), 1)
close(figure.axes[3].images[0].get_array(), 0.5)

# Errors against epsilon: seeds are averaged, a curve a beta.
objects = [{"beta": beta, "epsilon": epsilon, "error_pgd": beta + epsilon + 0.01 * seed}
           for beta in (0.1, 0.2) for epsilon in (0.0, 0.3) for seed in (0, 1)]
axes = plot.attack(objects).axes[0]
found = {label: points for label, points, _ in bars(axes)}
close(found["β = 0.2"], [[0.0, 0.3], [20.5, 50.5]])

# Rate and distortion: the line of the best run touches it.
objects = [dict(line, nll_bits=line["cross_entropy_bits"]) for line in lines]
axes = plot.rate_distortion(objects).axes[0]
line = next(line for line in axes.lines if "rate + distortion" in line.get_label())
close(np.add(*line.get_data()), test[-1]["rate_bits"] + test[-1]["cross_entropy_bits"])

changed = {key for key in before if before[key] != matplotlib.rcParams[key]}
assert not changed, changed
assert "matplotlib.pyplot" not in sys.modules
