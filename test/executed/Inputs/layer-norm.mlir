// Layer norms of features, of positions, of a feature map and behind the bottleneck, and one
// that is applied twice.
vib.model @layer_norm(%x: tensor<?x5x4x2xf32>, %label: tensor<?xi32>) {
  %q = vib.encoder %x : tensor<?x5x4x2xf32> -> !vib.normal<3> {
    %x0 = vib.layer_norm %x @encode.0 eps(1.0e-3) : tensor<?x5x4x2xf32>
    %a0 = vib.conv2d %x0 @encode.1 kernel(2, 2) channels(5) : tensor<?x5x4x2xf32>
    %a1 = vib.layer_norm %a0 @encode.2 : tensor<?x4x3x5xf32>
    %a2 = vib.relu %a1 : tensor<?x4x3x5xf32>
    %f  = vib.flatten %a2 : tensor<?x4x3x5xf32>
    %b0 = vib.linear %f @encode.5 [33] : tensor<?x60xf32>
    %b1 = vib.layer_norm %b0 @encode.6 : tensor<?x33xf32>
    %b2 = vib.tanh %b1 : tensor<?x33xf32>
    %b3 = vib.layer_norm %b2 @encode.6 : tensor<?x33xf32>
    %b4 = vib.add %b3, %b0 : tensor<?x33xf32>
    %s  = vib.linear %b4 @encode.9 [6] : tensor<?x33xf32>
    %n  = vib.normal %s softplus(0.0) : tensor<?x6xf32> -> !vib.normal<3>
    vib.yield %n : !vib.normal<3>
  }
  %z = vib.reparameterize %q samples(2) : !vib.normal<3> -> tensor<?x3xf32>
  %h0 = vib.linear %z @decode.0 [8] : tensor<?x3xf32>
  %h1 = vib.layer_norm %h0 @decode.1 : tensor<?x8xf32>
  %h2 = vib.gelu %h1 : tensor<?x8xf32>
  %logits = vib.linear %h2 @decode.3 [3] : tensor<?x8xf32>
  %p = vib.categorical %logits : tensor<?x3xf32> -> !vib.categorical<3>
  %ce = vib.nll %p, %label : !vib.categorical<3>, tensor<?xi32>
  %rate = vib.kl %q, #vib.standard_normal : !vib.normal<3>
  vib.loss %ce + @beta(0.01) * %rate
}
vib.train @layer_norm batch(5) epochs(2) {
  optimizer = #vib.adamw<lr = 1.0e-3, weight_decay = 0.1>, average = 0.9 }
