// Terms that are functions of the mean rate, of one posterior and of another.
vib.model @functions(%image: tensor<?x2x3xui8>, %label: tensor<?xi32>) {
  %x = vib.scale %image to [-1.0, 1.0] : tensor<?x2x3xui8>
  %s = vib.mlp %x @encode tanh [5, 4] : tensor<?x6xf32>
  %q = vib.normal %s softplus(0.0) : tensor<?x4xf32>
  %z = vib.reparameterize %q samples(2) : !vib.normal<2> -> tensor<?x2xf32>
  %s2 = vib.linear %x @second [2] : tensor<?x6xf32>
  %q2 = vib.normal %s2 softplus(0.0) : tensor<?x2xf32>
  %z2 = vib.reparameterize %q2 samples(2) : !vib.normal<1> -> tensor<?x1xf32>
  %both = vib.concat %z, %z2 : tensor<?x2xf32>, tensor<?x1xf32>
  %logits = vib.linear %both @decode.0 [3] : tensor<?x3xf32>
  %p = vib.categorical %logits : tensor<?x3xf32>
  %ce = vib.nll %p, %label : !vib.categorical<3>, tensor<?xi32>
  %rate = vib.kl %q, #vib.standard_normal : !vib.normal<2>
  %rate2 = vib.kl %q2, #vib.standard_normal : !vib.normal<1>
  vib.loss %ce + @beta(0.1) * power(%rate, 2.0) + 0.05 * power(%rate2, 1.5) + 0.01 * %rate
    + @eta(0.02) * exp(%rate2, 0.5) + @gamma(0.3) * abs(%rate - @capacity(0.25))
}
vib.train @functions batch(6) epochs(4) {
  optimizer = #vib.adam<lr = 0.01>,
  coefficients = { capacity = #vib.linear<from = 4.0, epochs = 2> },
  average = 0.9, seed = 3 }
