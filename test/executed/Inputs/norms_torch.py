"""norms_torch.py MODEL INPUT.npy WEIGHTS MU.npy SAVED: PyTorch loads the weights of layer-norm.mlir
or batch-norm.mlir, computes the same mu, and saves the weights again."""
import sys

import numpy as np
import torch
from safetensors.torch import load_file, save_file
from torch import nn


class ChannelsLast(nn.LayerNorm):
    def forward(self, x):
        return super().forward(x.movedim(1, -1)).movedim(-1, 1)


class LayerNormNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.encode = nn.Sequential(
            ChannelsLast(2, eps=1e-3), nn.Conv2d(2, 5, 2), ChannelsLast(5), nn.ReLU(),
            nn.Flatten(), nn.Linear(60, 33), nn.LayerNorm(33), nn.Tanh(), nn.Identity(),
            nn.Linear(33, 6))
        self.decode = nn.Sequential(nn.Linear(3, 8), nn.LayerNorm(8), nn.GELU(), nn.Linear(8, 3))

    def forward(self, x):
        before = self.encode[:6](x)
        after = self.encode[6](self.encode[7](self.encode[6](before)))
        return self.encode[9](after + before)


class BatchNormNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.encode = nn.Sequential(
            nn.BatchNorm2d(2, eps=1e-3, momentum=0.5), nn.Conv2d(2, 4, 2), nn.ReLU(),
            nn.BatchNorm2d(4), nn.Flatten(), nn.Linear(48, 33), nn.Tanh(), nn.BatchNorm1d(33),
            nn.Linear(33, 6))
        self.decode = nn.Sequential(nn.Linear(3, 8), nn.GELU(), nn.BatchNorm1d(8), nn.Linear(8, 3))

    def forward(self, x):
        return self.encode(x)


kind, inputs, weights, means, saved = sys.argv[1:]
net = LayerNormNet() if kind == "layer-norm" else BatchNormNet()
net.load_state_dict(load_file(weights), strict=True)
net.eval()
x = torch.tensor(np.load(inputs), dtype=torch.float32).movedim(-1, 1)
with torch.no_grad():
    difference = (net(x)[:, :3] - torch.tensor(np.load(means))).abs().max()
assert difference < 2e-5, difference
save_file({name: tensor.contiguous() for name, tensor in net.state_dict().items()}, saved)
