"""wrong_pictures.py FOLDER PYTHON PACKAGE: runs `python -m vib` with wrong files and flags, and
prints the exit code and the message of each."""

import json
import os
import subprocess
import sys

import numpy as np

folder, python, package = sys.argv[1:]
sys.path.insert(0, package)
from vib._files import write_safetensors  # noqa: E402

base = {"split": "test", "epoch": 0, "step": 5, "loss": 1.0, "rate_bits": 2.0, "izy_bits": 1.0,
        "hy_bits": 2.0, "beta": 0.1, "seed": 0, "n": 9}
vae = {"split": "test", "epoch": 0, "step": 5, "loss": 1.0, "nll_bits": 9.0, "rate_bits": 2.0,
       "beta": 0.1, "seed": 0, "n": 9}


def write(path, *lines):
    os.makedirs(os.path.dirname(f"{folder}/{path}"), exist_ok=True)
    with open(f"{folder}/{path}", "w") as file:
        file.writelines(line if isinstance(line, str) else json.dumps(line) + "\n"
                        for line in lines)


write("run/metrics.jsonl", base)
write("vae/metrics.jsonl", vae)
write("bypass/metrics.jsonl", dict(base, izy_bits=None))
write("residual/metrics.jsonl", {"residual_bits" if key == "rate_bits" else key: value
                                 for key, value in base.items()})
write("bypasses/sweep.jsonl", *({"run": f"seed={seed}", "seed": seed, "status": "done",
                                 **dict(base, izy_bits=None)} for seed in (0, 1)))
write("fresh/metrics.jsonl")
lines = [dict(base, split="train"), dict(base, rate_bits=None)]
write("blank/sweep.jsonl", *({"run": f"seed={seed}", "lr": seed / 9, "seed": seed,
                              "status": "done", **dict(base, rate_bits=None)} for seed in (0, 1)))
for seed in 0, 1:
    write(f"blank/seed={seed}/metrics.jsonl", *(dict(line, seed=seed) for line in lines))
write("torn/metrics.jsonl", "{\n", base)
write("mixed/sweep.jsonl", *({"run": f"seed={seed}", "seed": seed, "status": "done", **base}
                             for seed in (0, 1)))
for seed, model in enumerate(("one", "other")):
    os.makedirs(f"{folder}/mixed/seed={seed}")
    write_safetensors(f"{folder}/mixed/seed={seed}/model.safetensors", {"w": np.zeros(2)},
                      {"model": model, "hash": str(seed + 1)})
np.save(f"{folder}/wide.npy", np.ones((4, 3), np.float32))
np.save(f"{folder}/labels.npy", np.zeros(4, np.int32))
np.save(f"{folder}/pickle.npy", np.array([{}]), allow_pickle=True)
# A matplotlib that is not installed.
write("hidden/matplotlib/__init__.py", "raise ImportError\n")


def vib(*words, path=package):
    result = subprocess.run([python, "-m", "vib", *words], text=True, capture_output=True,
                            env={**os.environ, "PYTHONPATH": path}, cwd=folder)
    lines = result.stderr.splitlines()
    # What comes after the message of wrong usage is the same for all.
    if result.returncode == 2:
        assert len(lines) == 2 and lines[1].startswith("Try 'python -m vib"), lines
        lines.pop()
    print(f"{result.returncode}:", *lines, sep=" " if len(lines) == 1 else "\n", flush=True)


vib("plot")
vib("plot", "--kind", "plane")
vib("plot", "--kind", "plain")
vib("plot", f"{folder}/run", "-o", "p.jpg")
vib("plot", "--kind", "rates")
vib("plot", f"{folder}/run", "--kind", "training", "--mu", "mu.npy")
vib("plot", f"{folder}/run", "--kind", "rates", "--rates", "r.npy")
vib("plot", "--kind", "ellipses", "--mu", f"{folder}/wide.npy", "--sigma", f"{folder}/wide.npy",
    "--grid", f"{folder}/wide.npy")
vib("traverse", "--mu", f"{folder}/wide.npy", "--latents", "1,x", "-o", "z.npy")
vib("plot", f"{folder}/nowhere")
vib("plot", f"{folder}/empty")
vib("plot", f"{folder}/fresh")
vib("plot", f"{folder}/torn")
vib("plot", f"{folder}/vae", "--kind", "plane")
vib("plot", f"{folder}/bypass", "--kind", "plane")
vib("plot", f"{folder}/bypass", "--kind", "distortion")
vib("plot", f"{folder}/bypasses")
vib("plot", f"{folder}/residual", "--kind", "plane")
vib("plot", f"{folder}/run", "--kind", "distortion")
vib("plot", f"{folder}/mixed")
vib("plot", f"{folder}/blank")
vib("plot", "--kind", "rates", "--rates", f"{folder}/pickle.npy")
vib("plot", "--kind", "rates", "--rates", f"{folder}/run/metrics.jsonl")
vib("plot", "--kind", "ellipses", "--mu", f"{folder}/wide.npy", "--sigma", f"{folder}/wide.npy",
    "-o", "p.svg")
vib("plot", "--kind", "reliability", "--probs", f"{folder}/wide.npy", "--labels",
    f"{folder}/labels.npy")
vib("plot", "--kind", "confusion", "--figures", f"{folder}/run/metrics.jsonl")
vib("plot", f"{folder}/run", "-o", f"{folder}/none/p.svg")
vib("plot", f"{folder}/run", path=f"{folder}/hidden:{package}")
