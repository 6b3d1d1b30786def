// hui811116's VIB: strided convolutions, one learned spread for all latents. `sweep` trains its
// many values of beta; `train --validation … --keep-best …` keeps the best epoch.
vib.model @strided(%image: tensor<?x28x28x1xui8>, %digit: tensor<?xi32>) {
  %x  = vib.scale %image to [0.0, 1.0] : tensor<?x28x28x1xui8> -> tensor<?x28x28x1xf32>
  %c0 = vib.conv2d %x @encode.0 kernel(5, 5) channels(32) stride(2, 2) padding([2, 2]) : tensor<?x28x28x1xf32>
  %r0 = vib.leaky_relu %c0 : tensor<?x14x14x32xf32>
  %c1 = vib.conv2d %r0 @encode.2 kernel(5, 5) channels(64) stride(2, 2) padding([2, 2]) : tensor<?x14x14x32xf32>
  %r1 = vib.leaky_relu %c1 : tensor<?x7x7x64xf32>
  %f  = vib.flatten %r1 : tensor<?x7x7x64xf32>
  %m  = vib.linear %f @encode.5 [64] : tensor<?x3136xf32>
  %q  = vib.normal %m sigma(@encode.log_sigma = 1.0) : tensor<?x64xf32>
  %z  = vib.reparameterize %q : !vib.normal<64> -> tensor<?x64xf32>
  %logits = vib.linear %z @decode.0 [10] : tensor<?x64xf32>
  %p      = vib.categorical %logits : tensor<?x10xf32>
  %ce     = vib.nll %p, %digit : !vib.categorical<10>, tensor<?xi32>
  %rate   = vib.kl %q, #vib.standard_normal : !vib.normal<64>
  vib.loss %ce + @beta(1.0e-3) * %rate
}
vib.train @strided batch(100) epochs(20) { optimizer = #vib.adam<lr = 1.0e-3>, seed = 0 }
