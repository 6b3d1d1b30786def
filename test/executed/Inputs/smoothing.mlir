// Smoothed and weighted classes, of three samples.
vib.model @smoothing(%x: tensor<?x5xf32>, %label: tensor<?xi32>) {
  %s = vib.mlp %x @encode tanh [6, 4] : tensor<?x5xf32>
  %q = vib.normal %s softplus(0.0) : tensor<?x4xf32>
  %z = vib.reparameterize %q samples(3) : !vib.normal<2> -> tensor<?x2xf32>
  %l = vib.linear %z @decode.0 [3] : tensor<?x2xf32>
  %p = vib.categorical %l : tensor<?x3xf32>
  %ce = vib.nll %p, %label smoothing(0.2) weights([0.5, 1.0, 2.5]) : !vib.categorical<3>, tensor<?xi32>
  %rate = vib.kl %q, #vib.standard_normal : !vib.normal<2>
  vib.loss 2.0 * %ce + @beta(0.1) * %rate
}
vib.train @smoothing batch(7) epochs(4) { optimizer = #vib.adam<lr = 0.01>, average = 0.9, seed = 3 }
