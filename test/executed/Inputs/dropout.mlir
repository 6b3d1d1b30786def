// Dropout of the input, of a feature map, of positions' features, and behind the bottleneck,
// where each of two samples has a mask of its own; and one that drops nothing.
vib.model @dropout(%x: tensor<?x5x4x2xf32>, %label: tensor<?xi32>) {
  %q = vib.encoder %x : tensor<?x5x4x2xf32> -> !vib.normal<3> {
    %x0 = vib.dropout %x p(0.1) : tensor<?x5x4x2xf32>
    %a0 = vib.conv2d %x0 @encode.1 kernel(2, 2) channels(4) : tensor<?x5x4x2xf32>
    %a1 = vib.relu %a0 : tensor<?x4x3x4xf32>
    %a2 = vib.dropout %a1 p(0.25) : tensor<?x4x3x4xf32>
    %f  = vib.flatten %a2 : tensor<?x4x3x4xf32>
    %b0 = vib.linear %f @encode.5 [33] : tensor<?x48xf32>
    %b1 = vib.tanh %b0 : tensor<?x33xf32>
    %b2 = vib.dropout %b1 p(0.5) : tensor<?x33xf32>
    %b3 = vib.dropout %b2 p(0.0) : tensor<?x33xf32>
    %s  = vib.linear %b3 @encode.9 [6] : tensor<?x33xf32>
    %n  = vib.normal %s softplus(0.0) : tensor<?x6xf32> -> !vib.normal<3>
    vib.yield %n : !vib.normal<3>
  }
  %z = vib.reparameterize %q samples(2) : !vib.normal<3> -> tensor<?x3xf32>
  %h0 = vib.linear %z @decode.0 [8] : tensor<?x3xf32>
  %h1 = vib.gelu %h0 : tensor<?x8xf32>
  %h2 = vib.dropout %h1 p(0.5) : tensor<?x8xf32>
  %logits = vib.linear %h2 @decode.3 [3] : tensor<?x8xf32>
  %p = vib.categorical %logits : tensor<?x3xf32> -> !vib.categorical<3>
  %ce = vib.nll %p, %label : !vib.categorical<3>, tensor<?xi32>
  %rate = vib.kl %q, #vib.standard_normal : !vib.normal<3>
  vib.loss %ce + @beta(0.01) * %rate
}
vib.train @dropout batch(5) epochs(2) {
  optimizer = #vib.adam<lr = 1.0e-3>, average = 0.9 }
