// The state predictive information bottleneck: the label is the state of a molecule some time later,
// the log-variances of two latents are between -10 and 0, and the prior is a mixture with a component
// for each of ten states.
vib.model @spib(%features: tensor<?x28xf32>, %state: tensor<?xi32>) {
  %h      = vib.mlp %features @encoder relu [32, 32] : tensor<?x28xf32>
  %s      = vib.linear %h @encoder.statistics [4] : tensor<?x32xf32>
  %q      = vib.normal %s bounded([-10.0, 0.0]) : tensor<?x4xf32>
  %z      = vib.reparameterize %q : !vib.normal<2> -> tensor<?x2xf32>
  %g      = vib.mlp %z @decoder relu [32, 32] : tensor<?x2xf32>
  %logits = vib.linear %g @decoder.output [10] : tensor<?x32xf32>
  %p      = vib.categorical %logits : tensor<?x10xf32>
  %ce     = vib.nll %p, %state : !vib.categorical<10>, tensor<?xi32>
  %r      = vib.prior @representative mixture(10)[2]
  %rate   = vib.kl %q, %r at %z : !vib.normal<2>
  vib.loss %ce + @beta(0.01) * %rate
}
vib.train @spib batch(512) epochs(20) {
  optimizer = #vib.adam<lr = 1.0e-3>, seed = 0 }
