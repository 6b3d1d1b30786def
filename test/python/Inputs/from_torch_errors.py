"""Prints what vib.from_torch says of modules that it cannot translate."""

import torch
from torch import nn
from torch.nn.utils.parametrizations import weight_norm

from vib import UnsupportedError, UsageError, from_torch


def say(title, *arguments, kind=UsageError, **settings):
    try:
        from_torch(*arguments, **settings)
    except kind as error:
        assert type(error) is kind, error
        print(f"{title}: {error}")
    else:
        print(f"{title}: no error")


head, decode = nn.Linear(8, 4), nn.Linear(2, 3)
hooked = nn.Tanh()
hooked.register_forward_hook(lambda *_: None)


class Mine(nn.Linear):
    pass


say("layers", kind=UnsupportedError, latents=2, input=(4, 6, 6), decode=nn.Sequential(
    nn.Linear(2, 8, bias=False), nn.GRU(8, 8), Mine(8, 3)), encode=nn.Sequential(
    nn.Conv2d(4, 4, 3, groups=2, padding_mode="reflect"), nn.BatchNorm2d(4, affine=False),
    nn.MaxPool2d(3, padding=1), nn.Sequential(hooked, nn.Softplus(beta=2)),
    weight_norm(nn.Linear(8, 8)), nn.Flatten(0)))
print("problems:", len(UnsupportedError(["a", "b"]).problems))
say("shape", kind=UnsupportedError, latents=2, input=(1, 6, 6), decode=decode,
    encode=nn.Sequential(nn.Conv2d(1, 2, 3), nn.ReLU(), head))
say("padding", kind=UnsupportedError, latents=2, input=(1, 6, 6), decode=decode,
    encode=nn.Sequential(nn.Conv2d(1, 2, 3, padding=3), nn.Flatten(), head))
say("adaptive", kind=UnsupportedError, latents=2, input=(1, 6, 6), decode=decode,
    encode=nn.Sequential(nn.AdaptiveAvgPool2d(4), nn.Flatten(), head))
say("tokens", kind=UnsupportedError, latents=2, input=3, decode=decode,
    encode=nn.Sequential(nn.Embedding(5, 2, padding_idx=0, max_norm=1.0), nn.Flatten(), head))
say("later", kind=UnsupportedError, latents=2, input=3, decode=decode,
    encode=nn.Sequential(nn.Linear(3, 3), nn.Embedding(5, 2), nn.Flatten(), head))
say("scaled", latents=2, input=3, scale=(0, 1), decode=decode,
    encode=nn.Sequential(nn.Embedding(5, 2), nn.Flatten(), head))
say("shared", kind=UnsupportedError, latents=2, decode=decode,
    encode=nn.Sequential(square := nn.Linear(8, 8), nn.ReLU(), square, head))
twin = nn.Linear(8, 8)
twin.weight = nn.Parameter(square.weight.data)
say("tied", kind=UnsupportedError, latents=2, decode=decode,
    encode=nn.Sequential(square, nn.ReLU(), twin, head))
say("lazy", kind=UnsupportedError, latents=2, decode=decode, encode=nn.LazyLinear(4))
say("empty", latents=2, decode=decode, encode=nn.Sequential())
say("half", kind=UnsupportedError, latents=2, decode=nn.Linear(2, 3).half(), encode=head)
say("two", kind=UnsupportedError, latents=2, decode=nn.Linear(2, 3).double(), encode=head)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.encode, self.decode, self.prior = head, decode, nn.Parameter(torch.zeros(2))


class Methods(nn.Module):
    def encode(self, x):
        return x


say("rest", Net(), kind=UnsupportedError, latents=2)
say("method", Methods(), latents=2)
say("nothing", latents=2, encode=head)
say("both", Net(), latents=2, encode=head)
say("statistics", latents=3, encode=head, decode=decode)
say("full", latents=2, encode=head, decode=decode, covariance="full")
say("latents", latents=2, encode=head, decode=nn.Linear(3, 3), kind=UnsupportedError)
say("sigma", latents=2, encode=head, decode=decode, sigma="relu")
say("likelihood", latents=2, encode=head, decode=decode, likelihood="poisson")
say("input", latents=2, encode=nn.Sequential(nn.Tanh(), head), decode=decode)
say("scale", latents=2, encode=head, decode=decode, scale=(0, 1, 2))
say("batch", latents=2, encode=head, decode=decode, batch=0)
say("reconstruct", latents=2, encode=head, decode=decode, likelihood="bernoulli", reconstruct=True)
say("lists", latents=[2], encode=head, decode=decode)
say("beta", latents=2, encode=head, decode=decode, beta="0.1")
say("float", latents=2, encode=head, decode=decode, input=2.5)
say("number", latents=2, encode=head, decode=decode, scale=5)
say("words", latents=2, encode=head, decode=decode, sigma=3)
say("settings", latents=2, encode=head, decode=decode, settings=["seed"])
