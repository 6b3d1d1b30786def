// A Laplace likelihood with a learned scale for each output, and two samples.
vib.model @laplace(%x: tensor<?x4xf32>, %y: tensor<?x2xf32>) {
  %h = vib.mlp %x @encode tanh [7] : tensor<?x4xf32>
  %s = vib.linear %h @encode.2 [6] : tensor<?x7xf32>
  %q = vib.normal %s softplus(-1.0) : tensor<?x6xf32>
  %z = vib.reparameterize %q samples(2) : !vib.normal<3> -> tensor<?x3xf32>
  %yhat = vib.linear %z @decode.0 [2] : tensor<?x3xf32>
  %p = vib.laplace %yhat noise(@decode.scale[2] = 0.5) : tensor<?x2xf32>
  %nll = vib.nll %p, %y : !vib.laplace<2>, tensor<?x2xf32>
  %rate = vib.kl %q, #vib.standard_normal : !vib.normal<3>
  vib.loss %nll + @beta(0.01) * %rate
}
vib.train @laplace batch(10) epochs(2) { optimizer = #vib.adam<lr = 1.0e-2>, seed = 3 }
