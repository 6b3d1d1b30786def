// Entropies of the predictions as terms: one that is subtracted, with a coefficient that has a
// name, and one that is added, of samples of z and of two likelihoods.
vib.model @entropy(%image: tensor<?x2x3xui8>, %label: tensor<?xi32>, %bits: tensor<?x4xf32>) {
  %x = vib.scale %image to [-1.0, 1.0] : tensor<?x2x3xui8>
  %s = vib.mlp %x @encode tanh [5, 4] : tensor<?x6xf32>
  %q = vib.normal %s softplus(0.0) : tensor<?x4xf32>
  %z = vib.reparameterize %q samples(2) : !vib.normal<2> -> tensor<?x2xf32>
  %logits = vib.linear %z @decode.0 [3] : tensor<?x2xf32>
  %p = vib.categorical %logits : tensor<?x3xf32>
  %ce = vib.nll %p, %label : !vib.categorical<3>, tensor<?xi32>
  %h = vib.entropy %p : !vib.categorical<3>
  %answers = vib.linear %z @decode.1 [4] : tensor<?x2xf32>
  %b = vib.bernoulli %answers : tensor<?x4xf32>
  %nll = vib.nll %b, %bits : !vib.bernoulli<4>, tensor<?x4xf32>
  %hb = vib.entropy %b : !vib.bernoulli<4>
  %rate = vib.kl %q, #vib.standard_normal : !vib.normal<2>
  vib.loss %ce + %nll - @gamma(0.3) * %h + 0.2 * %hb + @beta(0.1) * %rate
}
vib.train @entropy batch(6) epochs(4) {
  optimizer = #vib.adam<lr = 0.01>,
  coefficients = { gamma = #vib.linear<from = 0.0, epochs = 2> },
  average = 0.9, seed = 3 }
