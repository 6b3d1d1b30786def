// Windows of all kinds: strides, dilations, each form of padding, windows that overlap or
// leave a row out, a convolution that is used twice, and a residual sum of images.
vib.model @windows(%x: tensor<?x7x6x2xf32>, %label: tensor<?xi32>) {
  %q = vib.encoder %x : tensor<?x7x6x2xf32> -> !vib.normal<3> {
    %a0 = vib.conv2d %x @encode.0 kernel(3, 2) channels(3) stride(2, 1) padding([1, 1, 0, 1]) dilation(1, 2) : tensor<?x7x6x2xf32>
    %a1 = vib.tanh %a0 : tensor<?x4x5x3xf32>
    %b0 = vib.conv2d %a1 @encode.2 kernel(3, 3) channels(4) padding(same) : tensor<?x4x5x3xf32>
    %b1 = vib.gelu %b0 : tensor<?x4x5x4xf32>
    %c0 = vib.conv2d %b1 @encode.4 kernel(1, 1) channels(4) : tensor<?x4x5x4xf32>
    %c1 = vib.add %b1, %c0 : tensor<?x4x5x4xf32>
    %c2 = vib.conv2d %c1 @encode.4 kernel(1, 1) channels(4) : tensor<?x4x5x4xf32>
    %d0 = vib.max_pool %c2 window(2, 2) stride(1, 1) : tensor<?x4x5x4xf32>
    %d1 = vib.max_pool %d0 window(2, 2) : tensor<?x3x4x4xf32>
    %f  = vib.flatten %d1 : tensor<?x1x2x4xf32>
    %s  = vib.linear %f @encode.6 : tensor<?x8xf32> -> tensor<?x6xf32>
    %n  = vib.normal %s softplus(0.0) : tensor<?x6xf32> -> !vib.normal<3>
    vib.yield %n : !vib.normal<3>
  }
  %z = vib.reparameterize %q : !vib.normal<3> -> tensor<?x3xf32>
  %logits = vib.linear %z @decode.0 : tensor<?x3xf32> -> tensor<?x3xf32>
  %p = vib.categorical %logits : tensor<?x3xf32> -> !vib.categorical<3>
  %ce = vib.nll %p, %label : !vib.categorical<3>, tensor<?xi32>
  %rate = vib.kl %q, #vib.standard_normal : !vib.normal<3>
  vib.loss %ce + @beta(0.01) * %rate
}
vib.train @windows batch(5) epochs(1) {
  optimizer = #vib.adam<lr = 1.0e-3>, average = 0.9 }
