// The head of vibert (Mahabadi et al. 2021): 768 features a sentence, dropout, two hidden layers,
// K = 144 latents with a learned prior, five samples, and beta that grows by its first value each
// epoch, up to 1.
vib.model @vibert(%features: tensor<?x768xf32>, %label: tensor<?xi32>) {
  %d      = vib.dropout %features p(0.1) : tensor<?x768xf32>
  %h      = vib.mlp %d @mlp relu [612, 456] : tensor<?x768xf32>
  %s      = vib.linear %h @estimate [288] : tensor<?x456xf32>
  %q      = vib.normal %s softplus(0.0) : tensor<?x288xf32>
  %z      = vib.reparameterize %q samples(5) : !vib.normal<144> -> tensor<?x144xf32>
  %logits = vib.linear %z @classifier [2] : tensor<?x144xf32>
  %p      = vib.categorical %logits : tensor<?x2xf32>
  %ce     = vib.nll %p, %label : !vib.categorical<2>, tensor<?xi32>
  %r      = vib.prior @prior normal[144]
  %rate   = vib.kl %q, %r : !vib.normal<144>
  vib.loss %ce + @beta(2.5e-3) * %rate
}
vib.train @vibert batch(8) epochs(25) {
  optimizer = #vib.adamw<lr = 2.0e-5, weight_decay = 0.0>,
  coefficients = { beta = #vib.linear<from = 1.0e-4, epochs = 24, cap = 1.0> }, seed = 0 }
