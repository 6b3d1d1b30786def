"""from_torch.py make|compare FOLDER: models from PyTorch. `make` writes NAME.mlir, NAME.safetensors
and NAME.npy, inputs of it, of several modules. `compare` compares what the programs computed from
them, and loads the weights of their runs."""

import json
import sys

import numpy as np
import torch
from torch import nn
from torch.nn.functional import binary_cross_entropy_with_logits, softplus

import vib
from vib import from_torch
from vib._files import read_safetensors

torch.manual_seed(0)
command, folder = sys.argv[1:]


class ToyNet(nn.Module):
    """As in the recipe: images that are flattened outside of the module."""

    def __init__(self):
        super().__init__()
        relu = nn.ReLU(True)  # one module, used twice
        self.encode = nn.Sequential(nn.Linear(48, 40), relu, nn.Linear(40, 33), relu,
                                    nn.Linear(33, 6))
        self.decode = nn.Sequential(nn.Linear(3, 5))


toynet = ToyNet()
convolutions = nn.ModuleDict({
    "encode": nn.Sequential(
        nn.Conv2d(3, 6, 3, padding=1, stride=(2, 1)), nn.BatchNorm2d(6), nn.LeakyReLU(0.2),
        nn.Sequential(nn.Conv2d(6, 8, (2, 3), padding="same", dilation=(1, 2), groups=2), nn.ELU(0.7),
                      nn.Conv2d(8, 8, 3, padding=1, groups=8), nn.Conv2d(8, 5, 1)),
        nn.MaxPool2d(3, 2), nn.Conv2d(5, 7, 2), nn.SiLU(), nn.Dropout(0.3),
        nn.AdaptiveAvgPool2d(1), nn.BatchNorm2d(7), nn.Flatten(), nn.LayerNorm(7, eps=1e-3),
        nn.Linear(7, 5)),
    "decode": nn.Sequential(nn.Linear(2, 9), nn.SELU(), nn.BatchNorm1d(9, eps=1e-3, momentum=0.3),
                            nn.GELU(), nn.Linear(9, 4), nn.Identity())})
autoencoder = nn.ModuleDict({
    "encode": nn.Sequential(nn.Conv2d(1, 4, 4, stride=2, padding=1), nn.Tanh(), nn.AvgPool2d(2),
                            nn.Flatten(), nn.Linear(16, 4)),
    "decode": nn.Sequential(nn.Linear(2, 24), nn.Sigmoid(), nn.Unflatten(1, (6, 2, 2)),
                            nn.ConvTranspose2d(6, 3, 3, stride=2, padding=1, output_padding=1),
                            nn.Softplus(),
                            nn.ConvTranspose2d(3, 1, (4, 2), stride=2, padding=(1, 0)))})
colours = nn.ModuleDict({
    "encode": nn.Sequential(nn.AdaptiveAvgPool2d((2, 3)), nn.Flatten(), nn.Linear(12, 3)),
    "decode": nn.Sequential(nn.Linear(3, 48), nn.Unflatten(1, (2, 4, 6)))})
positions = nn.ModuleDict({
    "encode": nn.Sequential(nn.Linear(4, 6), nn.LayerNorm(6), nn.Tanh(), nn.Flatten(),
                            nn.Linear(30, 4)),
    "decode": nn.Linear(2, 3)}).double()
tokens = nn.ModuleDict({
    "encode": nn.Sequential(nn.Embedding(11, 4), nn.LayerNorm(4), nn.Flatten(), nn.Linear(24, 4)),
    "decode": nn.Linear(2, 4)})
outliers = nn.ModuleDict({"encode": nn.Linear(4, 4), "decode": nn.Linear(2, 3)}).double()

with torch.no_grad():
    for net in toynet, convolutions, autoencoder, colours, positions, tokens, outliers:
        for name, value in net.state_dict().items():
            if name.endswith("running_var"):
                value.uniform_(0.5, 2)
            elif value.is_floating_point():
                value.normal_(0, 0.5)

toynet_model = from_torch(toynet, latents=3, input=(6, 8), scale=(-1, 1), name="toynet", batch=7)
models = {
    "toynet": (toynet, toynet_model, (6, 8), lambda rho: softplus(rho - 5)),
    "convolutions": (
        convolutions, from_torch(encode=convolutions["encode"], decode=convolutions["decode"],
                                 latents=2, input=(3, 9, 8), covariance="full", samples=2,
                                 sigma="softplus(-1.0)", batch=7,
                                 settings={"average": "0.9"}), (3, 9, 8), None),
    "autoencoder": (
        autoencoder, from_torch(encode=autoencoder["encode"], decode=autoencoder["decode"],
                                latents=2, input=(1, 8, 8), scale=(0, 1), sigma="exp_half",
                                likelihood="bernoulli", reconstruct=True, beta=1, batch=7),
        (1, 8, 8), lambda rho: torch.exp(rho / 2)),
    "colours": (
        colours, from_torch(encode=colours["encode"], decode=colours["decode"], latents=3,
                            input=(2, 4, 6), scale=(-3, 3, 0, 1), sigma="sigma(@encode.spread[3] = 0.5)",
                            likelihood="bernoulli", reconstruct=True, batch=7),
        (2, 4, 6), lambda rho: 0.5),
    "positions": (
        positions, from_torch(encode=positions["encode"], decode=positions["decode"], latents=2,
                              input=(5, 4), sigma="exp", likelihood="normal", batch=7,
                              noise="noise(@decode.noise = 2.0)"), (5, 4), torch.exp),
    "tokens": (
        tokens, from_torch(encode=tokens["encode"], decode=tokens["decode"], latents=2, input=6,
                           sigma="exp", batch=7), (6,), torch.exp),
    "outliers": (
        outliers, from_torch(encode=outliers["encode"], decode=outliers["decode"], latents=2,
                             sigma="exp", likelihood="laplace", batch=7,
                             noise="noise(@decode.scale[3] = 0.5)"), (4,), torch.exp),
}


def make():
    draw = np.random.default_rng(0)
    for name, (net, model, shape, _) in models.items():
        model.save(f"{folder}/{name}.mlir")
        model.save_weights(f"{folder}/{name}.safetensors")
        if name == "tokens":
            x = draw.integers(0, 11, (23, *shape), np.int64)
        elif name in ("toynet", "autoencoder"):
            x = draw.integers(0, 256, (23, *shape), np.uint8)
        else:
            x = draw.normal(0, 1, (23, *shape)).clip(-3, 3)
            x = x if name in ("positions", "outliers") else x.astype(np.float32)
        y = draw.normal(0, 1, (23, 3)) if name in ("positions", "outliers") else draw.integers(0, 4, 23)
        for split in "train", "test":
            np.savez(f"{folder}/{name}/{split}.npz", x=x, y=y)
        np.save(f"{folder}/{name}.npy", x)


def compare():
    for name, (net, model, shape, spread) in models.items():
        net.eval()
        x = torch.tensor(np.load(f"{folder}/{name}.npy"))
        if name == "toynet":
            x = x.flatten(1).float() / 255 * 2 - 1
        elif name == "autoencoder":
            x = x.float() / 255
        elif name == "colours":
            x = (x + 3) / 6
        with torch.no_grad():
            statistics = net.get_submodule("encode")(x)
            latents = np.load(f"{folder}/{name}.mu.npy").shape[1]
            mu, rho = statistics[:, :latents], statistics[:, latents:]
            logits = net.get_submodule("decode")(mu).flatten(1)
            if spread is None:
                # The lower triangle row by row.
                first, below, second = rho.unbind(1)
                sigma = torch.stack([softplus(first - 1),
                                     torch.hypot(below, softplus(second - 1))], 1)
            else:
                sigma = torch.as_tensor(spread(rho)).expand(mu.shape)
        for what, expected in ("mu", mu), ("sigma", sigma), ("logits", logits):
            found = np.load(f"{folder}/{name}.{what}.npy")
            tolerance = 1e-12 if found.dtype == np.float64 else 2e-6
            size = max(float(expected.abs().max()), 1e-3)
            difference = float(np.abs(found - expected.numpy()).max()) / size
            print(f"{name} {what} {difference:.1e}")
            assert found.shape == tuple(expected.shape) and difference < tolerance, (name, what)

        # The target of a reconstruction is in the order of PyTorch, too.
        if name in ("autoencoder", "colours"):
            nll = binary_cross_entropy_with_logits(logits, x.flatten(1), reduction="sum")
            found = json.load(open(f"{folder}/{name}.json"))["nll_bits"]
            assert abs(found - float(nll) / len(x) / np.log(2)) < 1e-4 * found, (name, found)

        # The density of the targets, from the weights that the text begins with.
        if name == "outliers":
            y = torch.tensor(np.load(f"{folder}/{name}/test.npz")["y"])
            nll = -torch.distributions.Laplace(logits, 0.5).log_prob(y).sum()
            found = json.load(open(f"{folder}/{name}.json"))["nll_bits"]
            assert abs(found - float(nll) / len(x) / np.log(2)) < 1e-9 * found, (name, found)

        # Back: PyTorch takes the weights of a run, strictly.
        tensors, _ = read_safetensors(f"{folder}/{name}.run/model.safetensors")
        learned = set(tensors) - set(net.state_dict())
        assert learned == {"colours": {"encode.spread"}, "positions": {"decode.noise"},
                           "outliers": {"decode.scale"}}.get(name, set()), learned
        before = {key: value.clone() for key, value in net.state_dict().items()}
        net.load_state_dict({key: torch.tensor(value) for key, value in tensors.items()
                             if key not in learned}, strict=True)
        assert any((before[key] != value).any() for key, value in net.state_dict().items())


    # The same without a program, where the package can compile.
    if hasattr(vib, "compile"):
        mu, _ = toynet_model.encode(np.load(f"{folder}/toynet.npy"), weights=toynet_model.weights)
        assert np.allclose(mu, np.load(f"{folder}/toynet.mu.npy"), atol=1e-5)
        data = np.load(f"{folder}/toynet/train.npz")
        swept = vib.sweep(toynet_model, data["x"], data["y"], seeds=range(2), epochs=1,
                          progress=False)
        assert [record["status"] for record in swept.records] == ["done"] * 2, swept.records


{"make": make, "compare": compare}[command]()
