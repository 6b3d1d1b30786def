// A model whose weights show its random numbers, see test/tools/check-randomness.
vib.model @probe(%x: tensor<?x3xf32>, %y: tensor<?x1xf32>) {
  %s = vib.linear %x @encode.0 : tensor<?x3xf32> -> tensor<?x38xf32>
  %q = vib.normal %s softplus(0.0) : tensor<?x38xf32> -> !vib.normal<19>
  %z = vib.reparameterize %q : !vib.normal<19> -> tensor<?x19xf32>
  %yhat = vib.linear %z @decode.0 : tensor<?x19xf32> -> tensor<?x1xf32>
  %p = vib.normal %yhat noise(1.0) : tensor<?x1xf32> -> !vib.normal<1>
  %nll = vib.nll %p, %y : !vib.normal<1>, tensor<?x1xf32>
  %rate = vib.kl %q, #vib.standard_normal : !vib.normal<19>
  vib.loss %nll + @beta(0.0) * %rate
}
vib.train @probe batch(4) epochs(2) { optimizer = #vib.sgd<lr = 1.0>, seed = 0 }
