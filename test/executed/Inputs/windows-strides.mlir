// Pooling whose windows overlap on one axis or leave rows out, a residual sum of an input and
// a feature map, a linear layer at each position, several samples, and linear layers wide
// enough for operands of bf16.
vib.model @strides(%x: tensor<?x6x9x3xf32>, %label: tensor<?xi32>) {
  %q = vib.encoder %x : tensor<?x6x9x3xf32> -> !vib.normal<4> {
    %a0 = vib.conv2d %x @encode.0 kernel(3, 3) channels(3) padding(same) : tensor<?x6x9x3xf32>
    %a1 = vib.add %x, %a0 : tensor<?x6x9x3xf32>
    %a2 = vib.conv2d %a1 @encode.1 kernel(3, 3) channels(6) padding(same) : tensor<?x6x9x3xf32>
    %a3 = vib.max_pool %a2 window(2, 3) stride(1, 2) : tensor<?x6x9x6xf32>
    %b0 = vib.conv2d %a3 @encode.3 kernel(2, 2) channels(5) : tensor<?x5x4x6xf32>
    %b1 = vib.tanh %b0 : tensor<?x4x3x5xf32>
    %b2 = vib.max_pool %b1 window(1, 2) stride(2, 1) : tensor<?x4x3x5xf32>
    %b3 = vib.linear %b2 @encode.6 [10] : tensor<?x2x2x5xf32>
    %f  = vib.flatten %b3 : tensor<?x2x2x10xf32>
    %h  = vib.linear %f @encode.8 [36] : tensor<?x40xf32>
    %s  = vib.linear %h @encode.9 [8] : tensor<?x36xf32>
    %n  = vib.normal %s softplus(0.0) : tensor<?x8xf32>
    vib.yield %n : !vib.normal<4>
  }
  %z = vib.reparameterize %q samples(3) : !vib.normal<4> -> tensor<?x4xf32>
  %logits = vib.linear %z @decode.0 [3] : tensor<?x4xf32>
  %p = vib.categorical %logits : tensor<?x3xf32>
  %ce = vib.nll %p, %label : !vib.categorical<3>, tensor<?xi32>
  %rate = vib.kl %q, #vib.standard_normal : !vib.normal<4>
  vib.loss %ce + @beta(0.01) * %rate
}
vib.train @strides batch(7) epochs(2) {
  optimizer = #vib.adam<lr = 1.0e-3>, average = 0.9 }
