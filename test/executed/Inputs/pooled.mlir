// Means of windows that lie side by side, overlap or leave a row out, and of whole channels.
vib.model @pooled(%x: tensor<?x7x6x2xf32>, %label: tensor<?xi32>) {
  %q = vib.encoder %x : tensor<?x7x6x2xf32> -> !vib.normal<3> {
    %a0 = vib.conv2d %x @encode.0 kernel(3, 3) channels(4) padding(same) : tensor<?x7x6x2xf32>
    %a1 = vib.relu %a0 : tensor<?x7x6x4xf32>
    %a2 = vib.avg_pool %a1 window(2, 3) stride(1, 2) : tensor<?x7x6x4xf32>
    %b0 = vib.conv2d %a2 @encode.3 kernel(2, 2) channels(5) padding([1, 1]) : tensor<?x6x2x4xf32>
    %b1 = vib.tanh %b0 : tensor<?x7x3x5xf32>
    %b2 = vib.avg_pool %b1 window(2, 1) : tensor<?x7x3x5xf32>
    %g  = vib.global_avg_pool %b2 : tensor<?x3x3x5xf32>
    %s  = vib.linear %g @encode.7 [6] : tensor<?x5xf32>
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
vib.train @pooled batch(5) epochs(2) {
  optimizer = #vib.adam<lr = 1.0e-3>, average = 0.9 }
