// Transposed convolutions of all kinds: strides, dilations, paddings and output paddings of both
// axes, strides and dilations together with and without a common factor, and an input that is not
// learned.
vib.model @transposed(%x: tensor<?x3x4x2xf32>, %label: tensor<?xi32>) {
  %q = vib.encoder %x : tensor<?x3x4x2xf32> -> !vib.normal<3> {
    %a0 = vib.conv_transpose2d %x @encode.0 kernel(3, 2) channels(3) stride(2, 1) padding([1, 0, 1, 0]) output_padding(1, 1) dilation(2, 2) : tensor<?x3x4x2xf32>
    %a1 = vib.tanh %a0 : tensor<?x9x6x3xf32>
    %b0 = vib.conv_transpose2d %a1 @encode.2 kernel(2, 3) channels(4) stride(1, 3) padding([1, 1, 2, 1]) dilation(1, 2) : tensor<?x9x6x3xf32>
    %b1 = vib.tanh %b0 : tensor<?x8x17x4xf32>
    %c0 = vib.conv_transpose2d %b1 @encode.4 kernel(1, 1) channels(2) stride(2, 2) output_padding(1, 0) : tensor<?x8x17x4xf32>
    %f  = vib.flatten %c0 : tensor<?x16x33x2xf32>
    %s  = vib.linear %f @encode.6 [6] : tensor<?x1056xf32>
    %n  = vib.normal %s softplus(0.0) : tensor<?x6xf32>
    vib.yield %n : !vib.normal<3>
  }
  %z = vib.reparameterize %q : !vib.normal<3> -> tensor<?x3xf32>
  %logits = vib.linear %z @decode.0 [3] : tensor<?x3xf32>
  %p = vib.categorical %logits : tensor<?x3xf32>
  %ce = vib.nll %p, %label : !vib.categorical<3>, tensor<?xi32>
  %rate = vib.kl %q, #vib.standard_normal : !vib.normal<3>
  vib.loss %ce + @beta(0.01) * %rate
}
vib.train @transposed batch(5) epochs(2) {
  optimizer = #vib.adam<lr = 1.0e-3>, average = 0.9 }
