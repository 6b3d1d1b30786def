// A variational fair bottleneck (Rodriguez-Galvez et al. 2021): z keeps what x says about the target
// but not what it says about the sensitive attribute s, which the decoder reads beside z.
vib.model @fair(%x: tensor<?x13xf32>, %s: tensor<?x1xf32>, %y: tensor<?x1xf32>) {
  %h = vib.mlp %x @encode tanh [100] : tensor<?x13xf32>
  %m = vib.linear %h @encode.2 [4] : tensor<?x100xf32>
  %q = vib.normal %m exp_half : tensor<?x4xf32>
  %z = vib.reparameterize %q : !vib.normal<2> -> tensor<?x2xf32>
  %b = vib.bypass %s : tensor<?x1xf32>
  %d = vib.concat %z, %b : tensor<?x2xf32>, tensor<?x1xf32>
  %g = vib.mlp %d @decode tanh [100] : tensor<?x3xf32>
  %l = vib.linear %g @decode.2 [1] : tensor<?x100xf32>
  %p = vib.bernoulli %l : tensor<?x1xf32>
  %nll = vib.nll %p, %y : !vib.bernoulli<1>, tensor<?x1xf32>
  %rate = vib.kl %q, #vib.standard_normal : !vib.normal<2>
  vib.loss %nll + @beta(1.0e-2) * %rate
}
vib.train @fair batch(1024) epochs(150) { optimizer = #vib.adam<lr = 1.0e-3>, seed = 0 }
