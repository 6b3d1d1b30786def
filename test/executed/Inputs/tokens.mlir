// Words and a tag of an example: an embedding that is used twice, its mean and its maximum over the
// words, a one-hot tag, and one beside the sample.
vib.model @tokens(%words: tensor<?x5xi32>, %tag: tensor<?xi32>, %label: tensor<?xi32>) {
  %e = vib.embedding %words @embed values(7) [3] : tensor<?x5xi32>
  %t = vib.embedding %tag @tag values(4) [2] : tensor<?xi32>
  %i = vib.reshape %e [1, 5, 3] : tensor<?x5x3xf32>
  %mean = vib.global_avg_pool %i : tensor<?x1x5x3xf32>
  %most = vib.max_pool %i window(1, 5) : tensor<?x1x5x3xf32>
  %m = vib.reshape %most [3] : tensor<?x1x1x3xf32>
  %c0 = vib.conv2d %i @convolve kernel(1, 3) channels(2) : tensor<?x1x5x3xf32>
  %c = vib.flatten %c0 : tensor<?x1x3x2xf32>
  %o = vib.one_hot %tag values(4) : tensor<?xi32>
  %w = vib.one_hot %words values(7) : tensor<?x5xi32>
  %f = vib.reshape %w [35] : tensor<?x5x7xf32>
  %h = vib.concat %mean, %m, %c, %t, %o, %f : tensor<?x3xf32>, tensor<?x3xf32>, tensor<?x6xf32>, tensor<?x2xf32>, tensor<?x4xf32>, tensor<?x35xf32>
  %s = vib.linear %h @encode.0 [4] : tensor<?x53xf32>
  %q = vib.normal %s softplus(0.0) : tensor<?x4xf32>
  %z = vib.reparameterize %q : !vib.normal<2> -> tensor<?x2xf32>
  %beside = vib.bypass %o : tensor<?x4xf32>
  %both = vib.concat %z, %beside : tensor<?x2xf32>, tensor<?x4xf32>
  %logits = vib.linear %both @decode.0 [3] : tensor<?x6xf32>
  %p = vib.categorical %logits : tensor<?x3xf32>
  %ce = vib.nll %p, %label : !vib.categorical<3>, tensor<?xi32>
  %rate = vib.kl %q, #vib.standard_normal : !vib.normal<2>
  vib.loss %ce + @beta(0.1) * %rate
}
vib.train @tokens batch(6) epochs(2) {
  optimizer = #vib.adam<lr = 0.01>, average = 0.9, seed = 3 }
