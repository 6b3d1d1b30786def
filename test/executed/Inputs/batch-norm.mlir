// Batch norms of the input, of a feature map, of features, and behind the bottleneck, where a
// batch has two samples of each example. (A bias just before a batch norm would have no gradient.)
vib.model @batch_norm(%x: tensor<?x5x4x2xf32>, %label: tensor<?xi32>) {
  %q = vib.encoder %x : tensor<?x5x4x2xf32> -> !vib.normal<3> {
    %x0 = vib.batch_norm %x @encode.0 eps(1.0e-3) momentum(0.5) : tensor<?x5x4x2xf32>
    %a0 = vib.conv2d %x0 @encode.1 kernel(2, 2) channels(4) : tensor<?x5x4x2xf32>
    %a1 = vib.relu %a0 : tensor<?x4x3x4xf32>
    %a2 = vib.batch_norm %a1 @encode.3 : tensor<?x4x3x4xf32>
    %f  = vib.flatten %a2 : tensor<?x4x3x4xf32>
    %b0 = vib.linear %f @encode.5 [33] : tensor<?x48xf32>
    %b1 = vib.tanh %b0 : tensor<?x33xf32>
    %b2 = vib.batch_norm %b1 @encode.7 : tensor<?x33xf32>
    %s  = vib.linear %b2 @encode.8 [6] : tensor<?x33xf32>
    %n  = vib.normal %s softplus(0.0) : tensor<?x6xf32> -> !vib.normal<3>
    vib.yield %n : !vib.normal<3>
  }
  %z = vib.reparameterize %q samples(2) : !vib.normal<3> -> tensor<?x3xf32>
  %h0 = vib.linear %z @decode.0 [8] : tensor<?x3xf32>
  %h1 = vib.gelu %h0 : tensor<?x8xf32>
  %h2 = vib.batch_norm %h1 @decode.2 : tensor<?x8xf32>
  %logits = vib.linear %h2 @decode.3 [3] : tensor<?x8xf32>
  %p = vib.categorical %logits : tensor<?x3xf32> -> !vib.categorical<3>
  %ce = vib.nll %p, %label : !vib.categorical<3>, tensor<?xi32>
  %rate = vib.kl %q, #vib.standard_normal : !vib.normal<3>
  vib.loss %ce + @beta(0.01) * %rate
}
vib.train @batch_norm batch(5) epochs(2) {
  optimizer = #vib.adam<lr = 1.0e-3>, average = 0.9 }
