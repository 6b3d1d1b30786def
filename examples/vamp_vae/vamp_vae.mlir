// A beta-VAE of images of 28 x 28 bytes whose prior is the mean of the posteriors of 100 learned images.
vib.model @vamp_vae(%image: tensor<?x28x28x1xui8>) {
  %x = vib.scale %image to [0.0, 1.0] : tensor<?x28x28x1xui8> -> tensor<?x28x28x1xf32>
  %q = vib.encoder %x : tensor<?x28x28x1xf32> -> !vib.normal<10> {
    %c0 = vib.conv2d %x @encode.0 kernel(4, 4) channels(32) stride(2, 2) padding([1, 1]) : tensor<?x28x28x1xf32>
    %r0 = vib.relu %c0 : tensor<?x14x14x32xf32>
    %c1 = vib.conv2d %r0 @encode.2 kernel(4, 4) channels(64) stride(2, 2) padding([1, 1]) : tensor<?x14x14x32xf32>
    %r1 = vib.relu %c1 : tensor<?x7x7x64xf32>
    %f  = vib.flatten %r1 : tensor<?x7x7x64xf32>
    %h  = vib.linear %f @encode.5 [256] : tensor<?x3136xf32>
    %r2 = vib.relu %h : tensor<?x256xf32>
    %s  = vib.linear %r2 @encode.7 [20] : tensor<?x256xf32>
    %n  = vib.normal %s softplus(0.0) : tensor<?x20xf32>
    vib.yield %n : !vib.normal<10>
  }
  %z = vib.reparameterize %q : !vib.normal<10> -> tensor<?x10xf32>
  %p = vib.decoder %z : tensor<?x10xf32> -> !vib.bernoulli<784> {
    %d0 = vib.mlp %z @decode relu [256, 3136] : tensor<?x10xf32>
    %i  = vib.reshape %d0 channels_first [7, 7, 64] : tensor<?x3136xf32>
    %t0 = vib.conv_transpose2d %i @decode.5 kernel(4, 4) channels(32) stride(2, 2) padding([1, 1]) : tensor<?x7x7x64xf32>
    %r3 = vib.relu %t0 : tensor<?x14x14x32xf32>
    %t1 = vib.conv_transpose2d %r3 @decode.7 kernel(4, 4) channels(1) stride(2, 2) padding([1, 1]) : tensor<?x14x14x32xf32>
    %l  = vib.reshape %t1 [784] : tensor<?x28x28x1xf32>
    %b  = vib.bernoulli %l : tensor<?x784xf32>
    vib.yield %b : !vib.bernoulli<784>
  }
  %nll  = vib.nll %p, %image : !vib.bernoulli<784>, tensor<?x28x28x1xui8>
  %r    = vib.prior @prior vamp(100) of %q over %x : !vib.normal<10>, tensor<?x28x28x1xf32>
  %rate = vib.kl %q, %r at %z : !vib.normal<10>
  vib.loss %nll + @beta(1.0) * %rate
}
vib.train @vamp_vae batch(100) epochs(20) {
  optimizer = #vib.adam<lr = 1.0e-3>, seed = 0 }
