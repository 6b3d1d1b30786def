// The VIB that the work on a decodable information bottleneck compares with: a convolutional
// encoder with batch normalization and dropout.
vib.model @decodable(%image: tensor<?x32x32x3xui8>, %label: tensor<?xi32>) {
  %x  = vib.scale %image to [0.0, 1.0] : tensor<?x32x32x3xui8> -> tensor<?x32x32x3xf32>
  %c0 = vib.conv2d %x @encode.0 kernel(3, 3) channels(32) padding(same) : tensor<?x32x32x3xf32>
  %b0 = vib.batch_norm %c0 @encode.1 : tensor<?x32x32x32xf32>
  %r0 = vib.relu %b0 : tensor<?x32x32x32xf32>
  %p0 = vib.max_pool %r0 window(2, 2) : tensor<?x32x32x32xf32>
  %c1 = vib.conv2d %p0 @encode.4 kernel(3, 3) channels(64) padding(same) : tensor<?x16x16x32xf32>
  %b1 = vib.batch_norm %c1 @encode.5 : tensor<?x16x16x64xf32>
  %r1 = vib.relu %b1 : tensor<?x16x16x64xf32>
  %p1 = vib.max_pool %r1 window(2, 2) : tensor<?x16x16x64xf32>
  %f  = vib.flatten %p1 : tensor<?x8x8x64xf32>
  %d  = vib.dropout %f p(0.3) : tensor<?x4096xf32>
  %s  = vib.linear %d @encode.10 [256] : tensor<?x4096xf32>
  %q  = vib.normal %s softplus(-5.0) : tensor<?x256xf32>
  %z  = vib.reparameterize %q : !vib.normal<128> -> tensor<?x128xf32>
  %g      = vib.mlp %z @decode relu [128] : tensor<?x128xf32>
  %logits = vib.linear %g @decode.2 [10] : tensor<?x128xf32>
  %p      = vib.categorical %logits : tensor<?x10xf32>
  %ce     = vib.nll %p, %label : !vib.categorical<10>, tensor<?xi32>
  %rate   = vib.kl %q, #vib.standard_normal : !vib.normal<128>
  vib.loss %ce + @beta(1.0e-2) * %rate
}
vib.train @decodable batch(128) epochs(20) { optimizer = #vib.adam<lr = 1.0e-3>, seed = 0 }
