// Statistics straight from the input: check-gradients --extreme sets them.
vib.model @extreme_full(%x: tensor<?x2xf32>, %label: tensor<?xi32>) {
  %s = vib.linear %x @encode.0 : tensor<?x2xf32> -> tensor<?x44xf32>
  %q = vib.normal %s softplus(0.0) : tensor<?x44xf32> -> !vib.normal<8, full>
  %z = vib.reparameterize %q : !vib.normal<8, full> -> tensor<?x8xf32>
  %logits = vib.linear %z @decode.0 : tensor<?x8xf32> -> tensor<?x3xf32>
  %p = vib.categorical %logits : tensor<?x3xf32> -> !vib.categorical<3>
  %ce = vib.nll %p, %label : !vib.categorical<3>, tensor<?xi32>
  %rate = vib.kl %q, #vib.standard_normal : !vib.normal<8, full>
  vib.loss %ce + @beta(0.01) * %rate
}
vib.train @extreme_full batch(3) epochs(1) { optimizer = #vib.adam<lr = 1.0e-3> }
