// Mixtures of posteriors with the other spreads, over two inputs. Two of them share a layer.
vib.model @vamp_spreads(%left: tensor<?x2x3xf32>, %right: tensor<?x8xf32>, %label: tensor<?xi32>) {
  %x = vib.scale %right from [-1.0, 1.0] to [0.0, 1.0] : tensor<?x8xf32>
  %f = vib.flatten %left : tensor<?x2x3xf32>
  %h = vib.linear %f @encode.shared [5] : tensor<?x6xf32>
  %a = vib.tanh %h : tensor<?x5xf32>
  %s1 = vib.linear %a @encode.exp [4] : tensor<?x5xf32>
  %q1 = vib.normal %s1 exp : tensor<?x4xf32>
  %s2 = vib.linear %a @encode.half [6] : tensor<?x5xf32>
  %q2 = vib.normal %s2 exp_half : tensor<?x6xf32>
  %s3 = vib.linear %x @encode.bounded [4] : tensor<?x8xf32>
  %q3 = vib.normal %s3 bounded([-3.0, 0.5]) : tensor<?x4xf32>
  %s4 = vib.linear %x @encode.each [3] : tensor<?x8xf32>
  %q4 = vib.normal %s4 sigma(@encode.sigmas[3] = 0.7) : tensor<?x3xf32>
  %s5 = vib.linear %x @encode.one [2] : tensor<?x8xf32>
  %q5 = vib.normal %s5 sigma(@encode.sigma = 1.25) : tensor<?x2xf32>
  %s6 = vib.linear %x @encode.fixed [2] : tensor<?x8xf32>
  %q6 = vib.normal %s6 sigma(0.5) : tensor<?x2xf32>

  %z1 = vib.reparameterize %q1 : !vib.normal<2> -> tensor<?x2xf32>
  %z2 = vib.reparameterize %q2 : !vib.normal<3> -> tensor<?x3xf32>
  %z3 = vib.reparameterize %q3 : !vib.normal<2> -> tensor<?x2xf32>
  %z4 = vib.reparameterize %q4 : !vib.normal<3> -> tensor<?x3xf32>
  %z5 = vib.reparameterize %q5 : !vib.normal<2> -> tensor<?x2xf32>
  %z6 = vib.reparameterize %q6 : !vib.normal<2> -> tensor<?x2xf32>
  %z  = vib.concat %z1, %z2, %z3, %z4, %z5, %z6 : tensor<?x2xf32>, tensor<?x3xf32>, tensor<?x2xf32>, tensor<?x3xf32>, tensor<?x2xf32>, tensor<?x2xf32>
  %logits = vib.linear %z @decode.0 [4] : tensor<?x14xf32>
  %p  = vib.categorical %logits : tensor<?x4xf32>
  %ce = vib.nll %p, %label : !vib.categorical<4>, tensor<?xi32>

  %p1 = vib.prior @left vamp(13) of %q1 over %left : !vib.normal<2>, tensor<?x2x3xf32>
  %p2 = vib.prior @left vamp(13) of %q2 over %left : !vib.normal<3>, tensor<?x2x3xf32>
  %p3 = vib.prior @bounded vamp(2) of %q3 over %x : !vib.normal<2>, tensor<?x8xf32>
  %p4 = vib.prior @each vamp(5) of %q4 over %x : !vib.normal<3>, tensor<?x8xf32>
  %p5 = vib.prior @one vamp(3) of %q5 over %x : !vib.normal<2>, tensor<?x8xf32>
  %p6 = vib.prior @fixed vamp(4) of %q6 over %x : !vib.normal<2>, tensor<?x8xf32>
  %r1 = vib.kl %q1, %p1 at %z1 : !vib.normal<2>
  %r2 = vib.kl %q2, %p2 at %z2 : !vib.normal<3>
  %r3 = vib.kl %q3, %p3 at %z3 : !vib.normal<2>
  %r4 = vib.kl %q4, %p4 at %z4 : !vib.normal<3>
  %r5 = vib.kl %q5, %p5 at %z5 : !vib.normal<2>
  %r6 = vib.kl %q6, %p6 at %z6 : !vib.normal<2>
  vib.loss %ce + @beta(0.2) * %r1 + 0.3 * %r2 + 0.4 * abs(%r3 - 0.1) + 0.5 * %r4 + 0.6 * %r5 + 0.7 * %r6
}
vib.train @vamp_spreads batch(10) epochs(2) { optimizer = #vib.adam<lr = 1.0e-2>, average = 0.9, seed = 3 }
