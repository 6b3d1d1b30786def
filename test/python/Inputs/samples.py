"""A small model and data for it, which the tests and the doctests share."""

import numpy as np

MODEL = """\
vib.model @small(%x: tensor<?x4xf32>, %y: tensor<?xi32>) {
  %q = vib.encoder %x : tensor<?x4xf32> -> !vib.normal<2> {
    %h = vib.linear %x @encode.0 : tensor<?x4xf32> -> tensor<?x8xf32>
    %r = vib.relu %h : tensor<?x8xf32>
    %s = vib.linear %r @encode.2 : tensor<?x8xf32> -> tensor<?x4xf32>
    %n = vib.normal %s softplus(-5.0) : tensor<?x4xf32> -> !vib.normal<2>
    vib.yield %n : !vib.normal<2>
  }
  %z = vib.reparameterize %q : !vib.normal<2> -> tensor<?x2xf32>
  %l = vib.linear %z @decode.0 : tensor<?x2xf32> -> tensor<?x3xf32>
  %p = vib.categorical %l : tensor<?x3xf32> -> !vib.categorical<3>
  %ce = vib.nll %p, %y : !vib.categorical<3>, tensor<?xi32>
  %rate = vib.kl %q, #vib.standard_normal : !vib.normal<2>
  vib.loss %ce + @beta(1.0e-3) * %rate
}
vib.train @small batch(32) epochs(3) {
  optimizer = #vib.adam<lr = 1.0e-2>, average = 0.9, seed = 7 }
"""


def make_data(rows, seed=0):
    generator = np.random.default_rng(seed)
    x = generator.normal(size=(rows, 4)).astype(np.float32)
    return x, x[:, :3].argmax(1)
