// No rate: a plain network with noise.
vib.model @plain(%image: tensor<?x2x3xf64>, %label: tensor<?xi32>) {
  %x = vib.flatten %image : tensor<?x2x3xf64> -> tensor<?x6xf64>
  %s = vib.linear %x @encode.0 : tensor<?x6xf64> -> tensor<?x4xf64>
  %q = vib.normal %s softplus(-3.0) : tensor<?x4xf64> -> !vib.normal<2>
  %z = vib.reparameterize %q : !vib.normal<2> -> tensor<?x2xf64>
  %logits = vib.linear %z @decode.0 : tensor<?x2xf64> -> tensor<?x3xf64>
  %p = vib.categorical %logits : tensor<?x3xf64> -> !vib.categorical<3>
  %ce = vib.nll %p, %label : !vib.categorical<3>, tensor<?xi32>
  vib.loss %ce
}
vib.train @plain batch(3) epochs(1) { optimizer = #vib.sgd<lr = 0.1> }
