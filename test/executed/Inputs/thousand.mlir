// A thousand classes, a decoder of two layers, three samples: no decoder is small
// enough here to be done by rows.
vib.model @thousand(%x: tensor<?x20xf32>, %label: tensor<?xi32>) {
  %q = vib.encoder %x : tensor<?x20xf32> -> !vib.normal<8> {
    %h = vib.mlp %x @encode tanh [33] : tensor<?x20xf32> -> tensor<?x33xf32>
    %s = vib.linear %h @encode.2 : tensor<?x33xf32> -> tensor<?x16xf32>
    %n = vib.normal %s softplus(-2.0) : tensor<?x16xf32> -> !vib.normal<8>
    vib.yield %n : !vib.normal<8>
  }
  %z = vib.reparameterize %q samples(3) : !vib.normal<8> -> tensor<?x8xf32>
  %h = vib.linear %z @decode.0 : tensor<?x8xf32> -> tensor<?x70xf32>
  %g = vib.gelu %h : tensor<?x70xf32>
  %logits = vib.linear %g @decode.2 : tensor<?x70xf32> -> tensor<?x1000xf32>
  %p = vib.categorical %logits : tensor<?x1000xf32> -> !vib.categorical<1000>
  %ce = vib.nll %p, %label : !vib.categorical<1000>, tensor<?xi32>
  %rate = vib.kl %q, #vib.standard_normal : !vib.normal<8>
  vib.loss %ce + @beta(1.0e-2) * %rate
}
vib.train @thousand batch(12) epochs(10) {
  optimizer = #vib.adamw<lr = 1.0e-3, weight_decay = 1.0e-2>,
  schedule = #vib.cosine<epochs = 10>,
  beta_schedule = #vib.linear_warmup<epochs = 2>, average = 0.99, seed = 2 }
