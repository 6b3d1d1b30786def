// The prior is the mean of the posteriors of pseudo-inputs, behind an encoder with layers of every
// kind that it may have, which two samples are drawn from.
vib.model @vamp(%image: tensor<?x3x4xui8>, %label: tensor<?xi32>) {
  %x = vib.scale %image to [-1.0, 1.0] : tensor<?x3x4xui8>
  %q = vib.encoder %x : tensor<?x12xf32> -> !vib.normal<3> {
    %h = vib.linear %x @encode.0 [8] : tensor<?x12xf32>
    %n = vib.layer_norm %h @encode.1 : tensor<?x8xf32>
    %a = vib.tanh %n : tensor<?x8xf32>
    %d = vib.dropout %a p(0.25) : tensor<?x8xf32>
    %s = vib.linear %d @encode.4 [6] : tensor<?x8xf32>
    %p = vib.normal %s softplus(-0.5) : tensor<?x6xf32>
    vib.yield %p : !vib.normal<3>
  }
  %z = vib.reparameterize %q samples(2) : !vib.normal<3> -> tensor<?x3xf32>
  %logits = vib.linear %z @decode.0 [4] : tensor<?x3xf32>
  %p  = vib.categorical %logits : tensor<?x4xf32>
  %ce = vib.nll %p, %label : !vib.categorical<4>, tensor<?xi32>
  %r    = vib.prior @prior vamp(7) of %q over %x : !vib.normal<3>, tensor<?x12xf32>
  %rate = vib.kl %q, %r at %z : !vib.normal<3>
  vib.loss %ce + @beta(0.3) * %rate
}
vib.train @vamp batch(10) epochs(2) { optimizer = #vib.adam<lr = 1.0e-2>, average = 0.9, seed = 3 }
