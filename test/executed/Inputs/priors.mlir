// Learned priors of posteriors with every kind of covariance, one of them shared by two, and
// priors of the label.
vib.model @priors(%x: tensor<?x6xf32>, %label: tensor<?xi32>) {
  %s1 = vib.linear %x @encode.diagonal [6] : tensor<?x6xf32>
  %q1 = vib.normal %s1 softplus(-0.5) : tensor<?x6xf32>
  %s2 = vib.linear %x @encode.full [9] : tensor<?x6xf32>
  %q2 = vib.normal %s2 exp_half : tensor<?x9xf32> -> !vib.normal<3, full>
  %s3 = vib.linear %x @encode.fixed [3] : tensor<?x6xf32>
  %q3 = vib.normal %s3 sigma(0.5) : tensor<?x3xf32>
  %s4 = vib.linear %x @encode.given [4] : tensor<?x6xf32>
  %q4 = vib.normal %s4 bounded([-3.0, 0.5]) : tensor<?x4xf32>
  %s5 = vib.linear %x @encode.full_given [5] : tensor<?x6xf32>
  %q5 = vib.normal %s5 softplus(0.0) : tensor<?x5xf32> -> !vib.normal<2, full>

  %z1 = vib.reparameterize %q1 samples(2) : !vib.normal<3> -> tensor<?x3xf32>
  %z2 = vib.reparameterize %q2 samples(2) : !vib.normal<3, full> -> tensor<?x3xf32>
  %z3 = vib.reparameterize %q3 samples(2) : !vib.normal<3> -> tensor<?x3xf32>
  %z4 = vib.reparameterize %q4 samples(2) : !vib.normal<2> -> tensor<?x2xf32>
  %z5 = vib.reparameterize %q5 samples(2) : !vib.normal<2, full> -> tensor<?x2xf32>
  %z  = vib.concat %z1, %z2, %z3, %z4, %z5 : tensor<?x3xf32>, tensor<?x3xf32>, tensor<?x3xf32>, tensor<?x2xf32>, tensor<?x2xf32>
  %logits = vib.linear %z @decode.0 [4] : tensor<?x13xf32>
  %p  = vib.categorical %logits : tensor<?x4xf32>
  %ce = vib.nll %p, %label : !vib.categorical<4>, tensor<?xi32>

  %own    = vib.prior @own normal[3]
  %shared = vib.prior @shared normal[3]
  %given  = vib.prior @given normal(4)[2] given %label : tensor<?xi32>
  %r1 = vib.kl %q1, %own : !vib.normal<3>
  %r2 = vib.kl %q2, %shared : !vib.normal<3, full>
  %r3 = vib.kl %q3, %shared : !vib.normal<3>
  %r4 = vib.kl %q4, %given : !vib.normal<2>
  %r5 = vib.kl %q5, %given : !vib.normal<2, full>
  vib.loss %ce + @beta(0.02) * %r1 + 0.03 * %r2 + 0.04 * %r3 + 0.05 * %r4 + 0.06 * %r5
}
vib.train @priors batch(10) epochs(2) { optimizer = #vib.adam<lr = 1.0e-2>, average = 0.9, seed = 3 }
