// A regression with a learned spread of each latent and a learned noise of each output.
vib.model @given(%x: tensor<?x4xf32>, %y: tensor<?x2xf32>) {
  %h = vib.mlp %x @encode tanh [7] : tensor<?x4xf32>
  %m = vib.linear %h @encode.2 [3] : tensor<?x7xf32>
  %q = vib.normal %m sigma(@encode.sigma[3] = 0.5) : tensor<?x3xf32>
  %z = vib.reparameterize %q : !vib.normal<3> -> tensor<?x3xf32>
  %d = vib.linear %z @decode.0 [2] : tensor<?x3xf32>
  %p = vib.normal %d noise(@decode.noise[2] = 0.5) : tensor<?x2xf32>
  %nll = vib.nll %p, %y : !vib.normal<2>, tensor<?x2xf32>
  %rate = vib.kl %q, #vib.standard_normal : !vib.normal<3>
  vib.loss %nll + @beta(0.01) * %rate
}
vib.train @given batch(9) epochs(3) { optimizer = #vib.adam<lr = 1.0e-2>, average = 0.9, seed = 1 }
