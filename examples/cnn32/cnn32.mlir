// An encoder in the style of VGG for colour images of 32 x 32 bytes.
vib.model @cnn32(%image: tensor<?x32x32x3xui8>, %label: tensor<?xi32>) {
  %x = vib.scale %image to [0.0, 1.0] : tensor<?x32x32x3xui8> -> tensor<?x32x32x3xf32>
  %q = vib.encoder %x : tensor<?x32x32x3xf32> -> !vib.normal<64> {
    %c0 = vib.conv2d %x @encode.0 kernel(3, 3) channels(32) padding(same) : tensor<?x32x32x3xf32>
    %r0 = vib.relu %c0 : tensor<?x32x32x32xf32>
    %c1 = vib.conv2d %r0 @encode.2 kernel(3, 3) channels(32) padding(same) : tensor<?x32x32x32xf32>
    %r1 = vib.relu %c1 : tensor<?x32x32x32xf32>
    %p0 = vib.max_pool %r1 window(2, 2) : tensor<?x32x32x32xf32>
    %c2 = vib.conv2d %p0 @encode.5 kernel(3, 3) channels(64) padding(same) : tensor<?x16x16x32xf32>
    %r2 = vib.relu %c2 : tensor<?x16x16x64xf32>
    %c3 = vib.conv2d %r2 @encode.7 kernel(3, 3) channels(64) padding(same) : tensor<?x16x16x64xf32>
    %r3 = vib.relu %c3 : tensor<?x16x16x64xf32>
    %p1 = vib.max_pool %r3 window(2, 2) : tensor<?x16x16x64xf32>
    %c4 = vib.conv2d %p1 @encode.10 kernel(3, 3) channels(128) padding(same) : tensor<?x8x8x64xf32>
    %r4 = vib.relu %c4 : tensor<?x8x8x128xf32>
    %c5 = vib.conv2d %r4 @encode.12 kernel(3, 3) channels(128) padding(same) : tensor<?x8x8x128xf32>
    %r5 = vib.relu %c5 : tensor<?x8x8x128xf32>
    %p2 = vib.max_pool %r5 window(2, 2) : tensor<?x8x8x128xf32>
    %f  = vib.flatten %p2 : tensor<?x4x4x128xf32>
    %h  = vib.linear %f @encode.16 [256] : tensor<?x2048xf32>
    %r6 = vib.relu %h : tensor<?x256xf32>
    %s  = vib.linear %r6 @encode.18 [128] : tensor<?x256xf32>
    %n  = vib.normal %s softplus(-5.0) : tensor<?x128xf32>
    vib.yield %n : !vib.normal<64>
  }
  %z      = vib.reparameterize %q : !vib.normal<64> -> tensor<?x64xf32>
  %logits = vib.linear %z @decode.0 [10] : tensor<?x64xf32>
  %p      = vib.categorical %logits : tensor<?x10xf32>
  %ce     = vib.nll %p, %label : !vib.categorical<10>, tensor<?xi32>
  %rate   = vib.kl %q, #vib.standard_normal : !vib.normal<64>
  vib.loss %ce + @beta(1.0e-3) * %rate
}
vib.train @cnn32 batch(100) epochs(20) {
  optimizer = #vib.adam<lr = 1.0e-4, beta1 = 0.5, beta2 = 0.999, eps = 1.0e-8>,
  average = 0.999, seed = 0 }
