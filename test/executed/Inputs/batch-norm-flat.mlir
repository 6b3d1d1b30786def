// Batch norms of features, one of them before an activation, which makes the gradient of the bias
// before it 0.
vib.model @batch_norm_flat(%x: tensor<?x2xf32>, %label: tensor<?xi32>) {
  %n = vib.batch_norm %x @encode.0 : tensor<?x2xf32>
  %a = vib.linear %n @encode.1 [8] : tensor<?x2xf32>
  %b = vib.batch_norm %a @encode.2 : tensor<?x8xf32>
  %c = vib.relu %b : tensor<?x8xf32>
  %s = vib.linear %c @encode.4 [4] : tensor<?x8xf32>
  %q = vib.normal %s softplus(0.0) : tensor<?x4xf32>
  %z = vib.reparameterize %q : !vib.normal<2> -> tensor<?x2xf32>
  %logits = vib.linear %z @decode.0 [3] : tensor<?x2xf32>
  %p = vib.categorical %logits : tensor<?x3xf32>
  %ce = vib.nll %p, %label : !vib.categorical<3>, tensor<?xi32>
  vib.loss %ce
}
vib.train @batch_norm_flat batch(5) epochs(3) {
  optimizer = #vib.sgd<lr = 0.01, momentum = 0.9> }
