// A VampPrior behind batch norms of the input, of a feature map and of features. Pseudo-inputs are
// normalized by the running statistics, also in training.
vib.model @vamp_norm(%x: tensor<?x5x4x2xf32>, %label: tensor<?xi32>) {
  %x0 = vib.batch_norm %x @encode.0 eps(1.0e-3) momentum(0.5) : tensor<?x5x4x2xf32>
  %a0 = vib.conv2d %x0 @encode.1 kernel(2, 2) channels(3) : tensor<?x5x4x2xf32>
  %a1 = vib.tanh %a0 : tensor<?x4x3x3xf32>
  %a2 = vib.batch_norm %a1 @encode.3 : tensor<?x4x3x3xf32>
  %f  = vib.flatten %a2 : tensor<?x4x3x3xf32>
  %b0 = vib.linear %f @encode.5 [9] : tensor<?x36xf32>
  %b1 = vib.tanh %b0 : tensor<?x9xf32>
  %b2 = vib.batch_norm %b1 @encode.7 : tensor<?x9xf32>
  %s  = vib.linear %b2 @encode.8 [4] : tensor<?x9xf32>
  %q  = vib.normal %s exp_half : tensor<?x4xf32>
  %z  = vib.reparameterize %q : !vib.normal<2> -> tensor<?x2xf32>
  %l  = vib.linear %z @decode.0 [3] : tensor<?x2xf32>
  %p  = vib.categorical %l : tensor<?x3xf32>
  %ce = vib.nll %p, %label : !vib.categorical<3>, tensor<?xi32>
  %r    = vib.prior @prior vamp(7) of %q over %x : !vib.normal<2>, tensor<?x5x4x2xf32>
  %rate = vib.kl %q, %r at %z : !vib.normal<2>
  vib.loss %ce + @beta(0.7) * %rate
}
vib.train @vamp_norm batch(5) epochs(2) { optimizer = #vib.adam<lr = 1.0e-2>, average = 0.9, seed = 3 }
