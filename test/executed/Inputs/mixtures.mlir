// Mixtures as priors of posteriors with every kind of covariance, one of them shared by two.
vib.model @mixtures(%x: tensor<?x6xf32>, %label: tensor<?xi32>) {
  %s1 = vib.linear %x @encode.diagonal [6] : tensor<?x6xf32>
  %q1 = vib.normal %s1 softplus(-0.5) : tensor<?x6xf32>
  %s2 = vib.linear %x @encode.full [9] : tensor<?x6xf32>
  %q2 = vib.normal %s2 exp_half : tensor<?x9xf32> -> !vib.normal<3, full>
  %s3 = vib.linear %x @encode.fixed [3] : tensor<?x6xf32>
  %q3 = vib.normal %s3 sigma(0.5) : tensor<?x3xf32>
  %s4 = vib.linear %x @encode.learned [2] : tensor<?x6xf32>
  %q4 = vib.normal %s4 sigma(@encode.sigma[2] = 0.5) : tensor<?x2xf32>

  %z1 = vib.reparameterize %q1 samples(2) : !vib.normal<3> -> tensor<?x3xf32>
  %z2 = vib.reparameterize %q2 samples(2) : !vib.normal<3, full> -> tensor<?x3xf32>
  %z3 = vib.reparameterize %q3 samples(2) : !vib.normal<3> -> tensor<?x3xf32>
  %z4 = vib.reparameterize %q4 samples(2) : !vib.normal<2> -> tensor<?x2xf32>
  %z  = vib.concat %z1, %z2, %z3, %z4 : tensor<?x3xf32>, tensor<?x3xf32>, tensor<?x3xf32>, tensor<?x2xf32>
  %logits = vib.linear %z @decode.0 [4] : tensor<?x11xf32>
  %p  = vib.categorical %logits : tensor<?x4xf32>
  %ce = vib.nll %p, %label : !vib.categorical<4>, tensor<?xi32>

  %own    = vib.prior @own mixture(5)[3]
  %shared = vib.prior @shared mixture(2)[3]
  %last   = vib.prior @last mixture(3)[2]
  %r1 = vib.kl %q1, %own at %z1 : !vib.normal<3>
  %r2 = vib.kl %q2, %shared at %z2 : !vib.normal<3, full>
  %r3 = vib.kl %q3, %shared at %z3 : !vib.normal<3>
  %r4 = vib.kl %q4, %last at %z4 : !vib.normal<2>
  vib.loss %ce + @beta(0.2) * %r1 + 0.3 * %r2 + 0.4 * abs(%r3 - 0.1) + 0.5 * %r4
}
vib.train @mixtures batch(10) epochs(2) { optimizer = #vib.adam<lr = 1.0e-2>, average = 0.9, seed = 3 }
