// A convolutional encoder for images of 28 x 28 bytes.
vib.model @cnn28(%image: tensor<?x28x28x1xui8>, %digit: tensor<?xi32>) {
  %x = vib.scale %image to [0.0, 1.0] : tensor<?x28x28x1xui8> -> tensor<?x28x28x1xf32>
  %q = vib.encoder %x : tensor<?x28x28x1xf32> -> !vib.normal<32> {
    %c0 = vib.conv2d %x @encode.0 kernel(5, 5) channels(32) padding(same) : tensor<?x28x28x1xf32>
    %r0 = vib.relu %c0 : tensor<?x28x28x32xf32>
    %p0 = vib.max_pool %r0 window(2, 2) : tensor<?x28x28x32xf32>
    %c1 = vib.conv2d %p0 @encode.3 kernel(5, 5) channels(64) padding(same) : tensor<?x14x14x32xf32>
    %r1 = vib.relu %c1 : tensor<?x14x14x64xf32>
    %p1 = vib.max_pool %r1 window(2, 2) : tensor<?x14x14x64xf32>
    %f  = vib.flatten %p1 : tensor<?x7x7x64xf32>
    %h  = vib.linear %f @encode.7 [256] : tensor<?x3136xf32>
    %r2 = vib.relu %h : tensor<?x256xf32>
    %s  = vib.linear %r2 @encode.9 [64] : tensor<?x256xf32>
    %n  = vib.normal %s softplus(-5.0) : tensor<?x64xf32>
    vib.yield %n : !vib.normal<32>
  }
  %z      = vib.reparameterize %q : !vib.normal<32> -> tensor<?x32xf32>
  %logits = vib.linear %z @decode.0 [10] : tensor<?x32xf32>
  %p      = vib.categorical %logits : tensor<?x10xf32>
  %ce     = vib.nll %p, %digit : !vib.categorical<10>, tensor<?xi32>
  %rate   = vib.kl %q, #vib.standard_normal : !vib.normal<32>
  vib.loss %ce + @beta(1.0e-3) * %rate
}
vib.train @cnn28 batch(100) epochs(20) {
  optimizer = #vib.adam<lr = 1.0e-4, beta1 = 0.5, beta2 = 0.999, eps = 1.0e-8>,
  average = 0.999, seed = 0 }
