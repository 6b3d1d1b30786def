// A VampPrior over an image that layers read in several ways: whole, a slice, its mean, flat, and
// flat beside a layer that is not.
vib.model @vamp_readers(%x: tensor<?x2x3x4xf32>, %y: tensor<?xi32>) {
  %a = vib.slice %x [1 : 3] : tensor<?x2x3x4xf32>
  %b = vib.flatten %a : tensor<?x2x3x2xf32>
  %c = vib.global_avg_pool %x : tensor<?x2x3x4xf32>
  %d = vib.flatten %x : tensor<?x2x3x4xf32>
  %e = vib.tanh %x : tensor<?x2x3x4xf32>
  %f = vib.flatten %e : tensor<?x2x3x4xf32>
  %g = vib.concat %b, %c, %d, %f : tensor<?x12xf32>, tensor<?x4xf32>, tensor<?x24xf32>, tensor<?x24xf32>
  %s = vib.linear %g @encode.0 [4] : tensor<?x64xf32>
  %q = vib.normal %s exp_half : tensor<?x4xf32>
  %z = vib.reparameterize %q : !vib.normal<2> -> tensor<?x2xf32>
  %l = vib.linear %z @decode.0 [3] : tensor<?x2xf32>
  %p = vib.categorical %l : tensor<?x3xf32>
  %ce = vib.nll %p, %y : !vib.categorical<3>, tensor<?xi32>
  %r = vib.prior @prior vamp(3) of %q over %x : !vib.normal<2>, tensor<?x2x3x4xf32>
  %rate = vib.kl %q, %r at %z : !vib.normal<2>
  vib.loss %ce + @beta(0.1) * %rate
}
vib.train @vamp_readers batch(5) epochs(2) { optimizer = #vib.adam<lr = 0.01> }
