// The noise of the likelihood is learned.
vib.model @regression_learned(%x: tensor<?x4xf32>, %y: tensor<?x2xf32>) {
  %q = vib.encoder %x : tensor<?x4xf32> -> !vib.normal<3> {
    %h0 = vib.linear %x @encode.0 : tensor<?x4xf32> -> tensor<?x7xf32>
    %h1 = vib.tanh %h0 : tensor<?x7xf32>
    %s = vib.linear %h1 @encode.2 : tensor<?x7xf32> -> tensor<?x6xf32>
    %n = vib.normal %s softplus(-1.0) : tensor<?x6xf32> -> !vib.normal<3>
    vib.yield %n : !vib.normal<3>
  }
  %z = vib.reparameterize %q : !vib.normal<3> -> tensor<?x3xf32>
  %yhat = vib.linear %z @decode.0 : tensor<?x3xf32> -> tensor<?x2xf32>
  %p = vib.normal %yhat noise(@decode.noise = 0.5) : tensor<?x2xf32> -> !vib.normal<2>
  %nll = vib.nll %p, %y : !vib.normal<2>, tensor<?x2xf32>
  %rate = vib.kl %q, #vib.standard_normal : !vib.normal<3>
  vib.loss %nll + @beta(0.01) * %rate
}
vib.train @regression_learned batch(5) epochs(1) { optimizer = #vib.adam<lr = 1.0e-3> }
