// One mixture as the prior.
vib.model @mixture(%x: tensor<?x6xf32>, %label: tensor<?xi32>) {
  %h = vib.mlp %x @encode tanh [16] : tensor<?x6xf32>
  %s = vib.linear %h @encode.2 [8] : tensor<?x16xf32>
  %q = vib.normal %s softplus(0.0) : tensor<?x8xf32>
  %z = vib.reparameterize %q : !vib.normal<4> -> tensor<?x4xf32>
  %logits = vib.linear %z @decode.0 [4] : tensor<?x4xf32>
  %p  = vib.categorical %logits : tensor<?x4xf32>
  %ce = vib.nll %p, %label : !vib.categorical<4>, tensor<?xi32>
  %r    = vib.prior @prior mixture(3)[4]
  %rate = vib.kl %q, %r at %z : !vib.normal<4>
  vib.loss %ce + @beta(0.1) * %rate
}
vib.train @mixture batch(10) epochs(3) { optimizer = #vib.adam<lr = 3.0e-2>, seed = 3 }
