"""Calls of the package, for mypy only: what they are given has the types of its arguments."""

import numpy as np
import vib


def sweep_all(compiled: vib.Model, translated: vib.TorchModel) -> list[vib.Sweep]:
    x = np.zeros((4, 4))
    return [vib.sweep(compiled, x, seeds=[1]), vib.sweep(translated, x, seeds=[1])]


def compile_again(translated: vib.TorchModel) -> vib.Model:
    return translated.compile(batch=7)
