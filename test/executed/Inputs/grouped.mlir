// Convolutions in groups: of several channels, with strides, dilations and padding; depthwise with
// one and with two results of each channel; with one result of each group; and transposed ones.
vib.model @grouped(%x: tensor<?x6x5x4xf32>, %label: tensor<?xi32>) {
  %q = vib.encoder %x : tensor<?x6x5x4xf32> -> !vib.normal<3> {
    %a0 = vib.conv2d %x @encode.0 kernel(3, 2) channels(6) stride(2, 1) padding([1, 1, 1, 0]) groups(2) : tensor<?x6x5x4xf32>
    %a1 = vib.tanh %a0 : tensor<?x3x5x6xf32>
    %b0 = vib.conv2d %a1 @encode.2 kernel(3, 3) channels(6) padding(same) groups(6) : tensor<?x3x5x6xf32>
    %b1 = vib.tanh %b0 : tensor<?x3x5x6xf32>
    %c0 = vib.conv2d %b1 @encode.4 kernel(2, 2) channels(12) dilation(1, 2) groups(6) : tensor<?x3x5x6xf32>
    %c1 = vib.tanh %c0 : tensor<?x2x3x12xf32>
    %d0 = vib.conv2d %c1 @encode.6 kernel(1, 2) channels(4) groups(4) : tensor<?x2x3x12xf32>
    %d1 = vib.tanh %d0 : tensor<?x2x2x4xf32>
    %e0 = vib.conv_transpose2d %d1 @encode.8 kernel(2, 3) channels(6) stride(2, 1) padding([0, 0, 1, 0]) groups(2) : tensor<?x2x2x4xf32>
    %e1 = vib.tanh %e0 : tensor<?x4x3x6xf32>
    %f0 = vib.conv_transpose2d %e1 @encode.10 kernel(2, 2) channels(6) groups(6) : tensor<?x4x3x6xf32>
    %f  = vib.flatten %f0 : tensor<?x5x4x6xf32>
    %s  = vib.linear %f @encode.12 [6] : tensor<?x120xf32>
    %n  = vib.normal %s softplus(0.0) : tensor<?x6xf32>
    vib.yield %n : !vib.normal<3>
  }
  %z = vib.reparameterize %q samples(2) : !vib.normal<3> -> tensor<?x3xf32>
  %y0 = vib.linear %z @decode.0 [24] : tensor<?x3xf32>
  %y1 = vib.reshape %y0 channels_first [2, 3, 4] : tensor<?x24xf32>
  %y2 = vib.conv2d %y1 @decode.2 kernel(2, 2) channels(4) groups(2) : tensor<?x2x3x4xf32>
  %y3 = vib.flatten %y2 : tensor<?x1x2x4xf32>
  %logits = vib.linear %y3 @decode.4 [3] : tensor<?x8xf32>
  %p = vib.categorical %logits : tensor<?x3xf32>
  %ce = vib.nll %p, %label : !vib.categorical<3>, tensor<?xi32>
  %rate = vib.kl %q, #vib.standard_normal : !vib.normal<3>
  vib.loss %ce + @beta(0.01) * %rate
}
vib.train @grouped batch(5) epochs(2) {
  optimizer = #vib.adamw<lr = 1.0e-3, weight_decay = 0.1, decay_on = weights>, average = 0.9 }
