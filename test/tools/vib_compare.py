"""Compares programs of different levels of optimization, which round differently.

A tolerance is for norms. In f64 it is far below what an error changes. In f32 and bf16 each number
has a relative error of 2^-24 or 2^-9, which grows with the length of sums and the number of
layers; an activation may flip near a kink, or a number may be rounded the other way. So a
difference counts only if it is found on other data, too.
"""
import json
import math

from vib_files import read_safetensors

WITHIN = {"f64": 1e-9, "f32": 2e-3, "bf16": 5e-2}


class Difference(Exception):
    pass


def norm(values):
    return math.sqrt(sum(v * v for v in values))


def compare_states(found, expected, start, within):
    """Moments in the norm. Weights where the gradient is more than noise: an optimizer
    that divides by it makes a whole step of any rest. Without moments, an update is the gradient
    itself. One far below the largest is rounding, as that of a bias before a batch
    normalization is."""
    a, b, w = (read_safetensors(path)[0] for path in (found, expected, start))
    if a.keys() != b.keys():
        raise Difference(f"{found} and {expected} hold other tensors")
    scale = max((norm(t.data) for n, t in b.items() if n.startswith("moment1.")), default=0)
    updates = max((norm([x - y for x, y in zip(t.data, w[n].data)])
                   for n, t in b.items() if n.startswith("weights.")), default=0)
    for name, tensor in b.items():
        values, wanted = a[name].data, tensor.data
        if name.startswith("weights."):
            first = w[name].data
            moment = b.get("moment1." + name[len("weights."):])
            sure = [i for i in range(len(wanted))
                    if moment is None or abs(moment.data[i]) > 1e-5 * scale]
            difference = norm([values[i] - wanted[i] for i in sure])
            size = norm([wanted[i] - first[i] for i in sure])
            # A weight itself is rounded.
            floor = norm([first[i] for i in sure]) * (2e-16 if tensor.code == "d" else 2e-7)
            if moment is None and name.endswith(".bias"):
                floor += updates * within * 1e-2
        elif name.startswith("moment"):
            difference = norm([p - q for p, q in zip(values, wanted)])
            size = norm(wanted)
            floor = (scale if name.startswith("moment1.") else scale**2) * within * 1e-2
        else:
            continue
        if not difference <= within * size + floor:
            raise Difference(f"{name} of {found} is off by {difference:.3g} of {size:.3g}")


def near(key, examples, within):
    """Compares one number of eval's with -O0's."""

    def compare(value, other):
        if value == other:
            return True
        # One example may be on the other side.
        slack = (1.5 / examples if key.startswith("error")
                 else within * (1 + abs(value)) if isinstance(value, float) else 0)
        return None not in (value, other) and abs(other - value) <= slack

    return compare


def compare_figures(found, expected, within):
    a, b = json.loads(found), json.loads(expected)
    for key, value in b.items():
        if key == "seconds":
            continue
        other = a[key]
        values, others = ([x] if not isinstance(x, list) else x for x in (value, other))
        if len(values) != len(others) or not all(map(near(key, b["n"], within), values, others)):
            raise Difference(f"eval says {key} = {other}, -O0 says {value}")
