// Terms that share values and coefficients.
vib.model @terms(%image: tensor<?x2x3xui8>, %label: tensor<?xi32>) {
  %x = vib.scale %image to [-1.0, 1.0] : tensor<?x2x3xui8>
  %h = vib.linear %x @encode.0 [5] : tensor<?x6xf32>
  %t = vib.tanh %h : tensor<?x5xf32>
  %s = vib.linear %t @encode.2 [4] : tensor<?x5xf32>
  %q = vib.normal %s softplus(0.0) : tensor<?x4xf32>
  %z = vib.reparameterize %q samples(2) : !vib.normal<2> -> tensor<?x2xf32>
  %logits = vib.linear %z @decode.0 [3] : tensor<?x2xf32>
  %p = vib.categorical %logits : tensor<?x3xf32>
  %ce = vib.nll %p, %label : !vib.categorical<3>, tensor<?xi32>
  %rate = vib.kl %q, #vib.standard_normal : !vib.normal<2>
  vib.loss 0.5 * %ce + @beta(0.1) * %rate + @gamma(0.01) * %rate + @gamma(0.01) * %ce
}
vib.train @terms batch(6) epochs(4) {
  optimizer = #vib.adam<lr = 0.01>,
  schedule = #vib.cosine<to = 1.0e-3, epochs = 4, warmup = 0.5>,
  coefficients = { beta = #vib.geometric<from = 1.0e-3, epochs = 2, delay = 0.5>,
                   gamma = #vib.linear<to = 1.0, epochs = 1, cycles = 2, cap = 0.5> },
  average = 0.9, seed = 3 }
