// Estimates of rates by pairs: of a fixed sigma, of one that is learned for all latents, and of one
// for each. The second posterior has a rate from a prior besides, and the third estimate is a mean.
vib.model @pairwise(%x: tensor<?x6xf32>, %y: tensor<?xi32>) {
  %s1 = vib.mlp %x @encode tanh [5, 3] : tensor<?x6xf32>
  %q1 = vib.normal %s1 sigma(0.75) : tensor<?x3xf32>
  %z1 = vib.reparameterize %q1 samples(2) : !vib.normal<3> -> tensor<?x3xf32>
  %s2 = vib.linear %x @shared [3] : tensor<?x6xf32>
  %q2 = vib.normal %s2 sigma(@shared.sigma = 0.5) : tensor<?x3xf32>
  %z2 = vib.reparameterize %q2 samples(2) : !vib.normal<3> -> tensor<?x3xf32>
  %s3 = vib.linear %x @each [3] : tensor<?x6xf32>
  %q3 = vib.normal %s3 sigma(@each.sigma[3] = 1.25) : tensor<?x3xf32>
  %z3 = vib.reparameterize %q3 samples(2) : !vib.normal<3> -> tensor<?x3xf32>
  %a = vib.add %z1, %z2 : tensor<?x3xf32>
  %b = vib.add %a, %z3 : tensor<?x3xf32>
  %l = vib.linear %b @decode.0 [4] : tensor<?x3xf32>
  %p = vib.categorical %l : tensor<?x4xf32>
  %ce = vib.nll %p, %y : !vib.categorical<4>, tensor<?xi32>
  %i1 = vib.pairwise %q1 : !vib.normal<3>
  %i2 = vib.pairwise %q2 : !vib.normal<3>
  %i3 = vib.pairwise %q3 : !vib.normal<3>
  %rate = vib.kl %q2, #vib.standard_normal : !vib.normal<3>
  vib.loss %ce + @beta(0.5) * power(%i1, 2.0) + 0.25 * exp(%i2, 0.5) + 0.05 * %rate + 0.3 * %i3
}
vib.train @pairwise batch(9) epochs(4) { optimizer = #vib.adam<lr = 0.01>, average = 0.9, seed = 3 }
