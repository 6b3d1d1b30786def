// Posteriors with equal statistics, in one tensor or as one mean, a mean that is an input, and inputs
// with one adjoint.
vib.model @posteriors_equal(%x: tensor<?x6xf32>, %u: tensor<?x6xf32>, %y: tensor<?xi32>) {
  %s  = vib.add %x, %u : tensor<?x6xf32>
  %h  = vib.linear %s @h [6] : tensor<?x6xf32>
  %q1 = vib.normal %h exp : tensor<?x6xf32>
  %q2 = vib.normal %h softplus(0.0) : tensor<?x6xf32>
  %q3 = vib.normal %h exp : tensor<?x6xf32>
  %m  = vib.linear %s @m [3] : tensor<?x6xf32>
  %q4 = vib.normal %m sigma(0.5) : tensor<?x3xf32>
  %q5 = vib.normal %m sigma(0.7) : tensor<?x3xf32>
  %q6 = vib.normal %x sigma(0.4) : tensor<?x6xf32>
  %z1 = vib.reparameterize %q1 : !vib.normal<3> -> tensor<?x3xf32>
  %z2 = vib.reparameterize %q2 : !vib.normal<3> -> tensor<?x3xf32>
  %z3 = vib.reparameterize %q3 : !vib.normal<3> -> tensor<?x3xf32>
  %z4 = vib.reparameterize %q4 : !vib.normal<3> -> tensor<?x3xf32>
  %z5 = vib.reparameterize %q5 : !vib.normal<3> -> tensor<?x3xf32>
  %z6 = vib.reparameterize %q6 : !vib.normal<6> -> tensor<?x6xf32>
  %z  = vib.concat %z1, %z2, %z3, %z4, %z5, %z6 : tensor<?x3xf32>, tensor<?x3xf32>, tensor<?x3xf32>, tensor<?x3xf32>, tensor<?x3xf32>, tensor<?x6xf32>
  %l  = vib.linear %z @decode.0 [3] : tensor<?x21xf32>
  %p  = vib.categorical %l : tensor<?x3xf32>
  %ce = vib.nll %p, %y : !vib.categorical<3>, tensor<?xi32>
  %r1 = vib.kl %q1, #vib.standard_normal : !vib.normal<3>
  %r5 = vib.kl %q5, #vib.standard_normal : !vib.normal<3>
  vib.loss %ce + @beta(0.3) * %r1 + 0.1 * %r5
}
vib.train @posteriors_equal batch(5) epochs(3) { optimizer = #vib.adam<lr = 1.0e-2>, seed = 5 }
