// Standardized features, far from unit scale.
vib.model @standardize(%features: tensor<?x3x2xf32>, %label: tensor<?xi32>) {
  %x = vib.standardize %features @standardize : tensor<?x3x2xf32>
  %s = vib.linear %x @encode.0 [4] : tensor<?x6xf32>
  %q = vib.normal %s softplus(-5.0) : tensor<?x4xf32>
  %z = vib.reparameterize %q : !vib.normal<2> -> tensor<?x2xf32>
  %logits = vib.linear %z @decode.0 [3] : tensor<?x2xf32>
  %p = vib.categorical %logits : tensor<?x3xf32>
  %ce = vib.nll %p, %label : !vib.categorical<3>, tensor<?xi32>
  %rate = vib.kl %q, #vib.standard_normal : !vib.normal<2>
  vib.loss %ce + @beta(1.0e-3) * %rate
}
vib.train @standardize batch(8) epochs(4) {
  optimizer = #vib.adam<lr = 1.0e-2>, average = 0.9, seed = 0 }
