// A convolutional model of bytes, with the tiles of several images and channels.
vib.model @images(%x: tensor<?x12x12x3xui8>, %label: tensor<?xi32>) {
  %i = vib.scale %x to [-1.0, 1.0] : tensor<?x12x12x3xui8> -> tensor<?x12x12x3xf32>
  %q = vib.encoder %i : tensor<?x12x12x3xf32> -> !vib.normal<4> {
    %a0 = vib.conv2d %i @encode.0 kernel(5, 5) channels(32) padding(same) : tensor<?x12x12x3xf32>
    %a1 = vib.relu %a0 : tensor<?x12x12x32xf32>
    %a2 = vib.max_pool %a1 window(2, 2) : tensor<?x12x12x32xf32>
    %b0 = vib.conv2d %a2 @encode.3 kernel(3, 3) channels(64) padding(same) : tensor<?x6x6x32xf32>
    %b1 = vib.relu %b0 : tensor<?x6x6x64xf32>
    %c0 = vib.conv2d %b1 @encode.5 kernel(3, 3) channels(40) stride(2, 2) padding(same) : tensor<?x6x6x64xf32>
    %c1 = vib.relu %c0 : tensor<?x3x3x40xf32>
    %f  = vib.flatten %c1 : tensor<?x3x3x40xf32>
    %h  = vib.linear %f @encode.8 : tensor<?x360xf32> -> tensor<?x40xf32>
    %r  = vib.relu %h : tensor<?x40xf32>
    %s  = vib.linear %r @encode.10 : tensor<?x40xf32> -> tensor<?x8xf32>
    %n  = vib.normal %s softplus(-2.0) : tensor<?x8xf32> -> !vib.normal<4>
    vib.yield %n : !vib.normal<4>
  }
  %z = vib.reparameterize %q : !vib.normal<4> -> tensor<?x4xf32>
  %logits = vib.linear %z @decode.0 : tensor<?x4xf32> -> tensor<?x5xf32>
  %p = vib.categorical %logits : tensor<?x5xf32> -> !vib.categorical<5>
  %ce = vib.nll %p, %label : !vib.categorical<5>, tensor<?xi32>
  %rate = vib.kl %q, #vib.standard_normal : !vib.normal<4>
  vib.loss %ce + @beta(0.01) * %rate
}
vib.train @images batch(37) epochs(2) {
  optimizer = #vib.adam<lr = 1.0e-3>, average = 0.9, seed = 3 }
