"""From a PyTorch module to an information plane; docs/tutorial.md explains it.

    python3 tutorial.py          # or cell by cell, in an editor that knows `# %%`
"""
# %% What is needed: PyTorch, safetensors, NumPy, matplotlib, and vibc in PATH.
import json
import os
import subprocess

import numpy as np
import torch
from safetensors.torch import load_file
from torch import nn

import vib
from vib import plot

data = os.path.abspath(os.environ.get("DATA", "/usr/share/datasets/fashion-mnist"))
os.makedirs("tutorial", exist_ok=True)


def run(*command: str) -> None:
    subprocess.run(command, check=True, cwd="tutorial")


# %% 1. A module: the encoder computes mu and rho of 16 latents, the decoder logits.
class ToyNet(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.encode = nn.Sequential(nn.Linear(784, 256), nn.ReLU(), nn.Linear(256, 256),
                                    nn.ReLU(), nn.Linear(256, 32))
        self.decode = nn.Sequential(nn.Linear(16, 10))


torch.manual_seed(0)
net = ToyNet()

# %% 2. Its text in the vib dialect. It can be read and edited; here it is compiled as it is.
model = vib.from_torch(net, latents=16, input=(28, 28), scale=(-1, 1), name="toynet",
                       optimizer="#vib.adam<lr = 1.0e-3>", settings={"average": "0.99"})
print(model.text)
model.save("tutorial/toynet.mlir")
model.save_weights("tutorial/start.safetensors")
run("vibc", "toynet.mlir", "-o", "toynet")

# %% 3. The program computes what the module computes.
images = np.random.default_rng(0).integers(0, 256, (100, 28, 28), np.uint8)
np.save("tutorial/images.npy", images)
run("./toynet", "predict", "--input", "images.npy", "--weights", "start.safetensors",
    "--what", "mu", "--output", "mu.npy", "--quiet")
with torch.no_grad():
    mu = net.encode(torch.tensor(images.reshape(-1, 784) / 127.5 - 1, dtype=torch.float32))[:, :16]
difference = float((mu - torch.tensor(np.load("tutorial/mu.npy"))).abs().max())
print(f"mu differs by {difference:.1e}")
assert difference < 1e-5

# %% 4. Train with several values of beta and two seeds each, all processors at a time. A second run
# of this script trains only what is not done.
resume = ["--resume"] if os.path.exists("tutorial/betas/sweep.jsonl") else []
run("./toynet", "sweep", "--data", data, "--out", "betas", "--epochs", "5", "--seeds", "0:2",
    "--grid", "beta=1e-5,1e-4,1e-3,1e-2,1e-1,1", "--quiet", *resume)

# %% 5. The information plane: how much z says about y, against how much it keeps of x.
plot.save(plot.information_plane("tutorial/betas"), "tutorial/plane.svg")
plot.save(plot.beta("tutorial/betas"), "tutorial/beta.svg")

# %% 6. Back to PyTorch, with the weights of the run of the smallest error. A paper would choose
# by validation data: `sweep --validation 0.1 --keep-best error_avg`.
runs = [json.loads(line) for line in open("tutorial/betas/sweep.jsonl")]
best = min(runs, key=lambda one: one["error_avg"])
weights = load_file(f"tutorial/betas/{best['run']}/model.safetensors")
net.load_state_dict(weights, strict=True)
print(f"{best['run']}: error {100 * best['error_avg']:.2f} %, rate {best['rate_bits']:.1f} bits")
