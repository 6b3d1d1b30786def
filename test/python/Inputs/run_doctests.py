"""Runs the doctests of the package and of docs/python.md."""

import doctest
import importlib
import pkgutil
import sys

import vib
from samples import MODEL, make_data

x, y = make_data(100)
model = vib.compile(MODEL)
names = {
    "vib": vib,
    "example": MODEL,
    "model": model,
    "x": x,
    "y": y,
    "run": model.train(x, y, epochs=2, progress=False),
}
attempted = 0
failed = 0
# plot and torch have needs of their own.
for module in pkgutil.iter_modules(vib.__path__):
    if module.name.startswith("_") and module.name != "__main__":
        its = importlib.import_module(f"vib.{module.name}")
        result = doctest.testmod(its, extraglobs=names)
        failed, attempted = failed + result.failed, attempted + result.attempted
for page in sys.argv[1:]:
    result = doctest.testfile(page, module_relative=False, globs=dict(names))
    failed, attempted = failed + result.failed, attempted + result.attempted
result = doctest.testmod(vib, extraglobs=names)
print(f"{attempted + result.attempted} examples, {failed + result.failed} failures")
sys.exit(bool(failed + result.failed))
