// Convolutions of 32 channels or more, whose operands may be bf16: with strides, dilations and
// borders; of an odd number of images, rows and channels; of columns that are no whole panel; a
// result of one pixel; and a transposed one behind several samples.
vib.model @wide(%x: tensor<?x7x6x2xf32>, %label: tensor<?xi32>) {
  %q = vib.encoder %x : tensor<?x7x6x2xf32> -> !vib.normal<32> {
    %a0 = vib.conv2d %x @encode.0 kernel(3, 2) channels(32) padding(same) : tensor<?x7x6x2xf32>
    %a1 = vib.tanh %a0 : tensor<?x7x6x32xf32>
    %b0 = vib.conv2d %a1 @encode.2 kernel(3, 3) channels(48) stride(2, 1) padding([1, 1, 0, 2]) dilation(1, 2) : tensor<?x7x6x32xf32>
    %b1 = vib.max_pool %b0 window(2, 2) stride(1, 2) : tensor<?x4x4x48xf32>
    %c0 = vib.conv2d %b1 @encode.4 kernel(2, 1) channels(33) : tensor<?x3x2x48xf32>
    %c1 = vib.tanh %c0 : tensor<?x2x2x33xf32>
    %d0 = vib.conv2d %c1 @encode.6 kernel(2, 2) channels(36) : tensor<?x2x2x33xf32>
    %f  = vib.flatten %d0 : tensor<?x1x1x36xf32>
    %s  = vib.linear %f @encode.8 [64] : tensor<?x36xf32>
    %n  = vib.normal %s softplus(-2.0) : tensor<?x64xf32>
    vib.yield %n : !vib.normal<32>
  }
  %z = vib.reparameterize %q samples(3) : !vib.normal<32> -> tensor<?x32xf32>
  %i = vib.reshape %z [1, 1, 32] : tensor<?x32xf32>
  %t = vib.conv_transpose2d %i @decode.0 kernel(2, 3) channels(40) : tensor<?x1x1x32xf32>
  %u = vib.tanh %t : tensor<?x2x3x40xf32>
  %v = vib.conv_transpose2d %u @decode.2 kernel(2, 2) channels(32) stride(2, 1) padding([1, 1, 0, 0]) : tensor<?x2x3x40xf32>
  %l = vib.flatten %v : tensor<?x2x4x32xf32>
  %logits = vib.linear %l @decode.4 [5] : tensor<?x256xf32>
  %p = vib.categorical %logits : tensor<?x5xf32>
  %ce = vib.nll %p, %label : !vib.categorical<5>, tensor<?xi32>
  %rate = vib.kl %q, #vib.standard_normal : !vib.normal<32>
  vib.loss %ce + @beta(0.01) * %rate
}
vib.train @wide batch(7) epochs(2) {
  optimizer = #vib.adam<lr = 1.0e-3>, average = 0.9, seed = 3 }
