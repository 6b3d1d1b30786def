// Every way to have the spread of a posterior, beside softplus, and a likelihood with a
// learned noise for each output.
vib.model @spreads(%x: tensor<?x6xf32>, %label: tensor<?xi32>, %value: tensor<?x2xf32>) {
  %s1 = vib.linear %x @encode.exp [6] : tensor<?x6xf32>
  %q1 = vib.normal %s1 exp : tensor<?x6xf32>
  %s2 = vib.linear %x @encode.half [5] : tensor<?x6xf32>
  %q2 = vib.normal %s2 exp_half : tensor<?x5xf32> -> !vib.normal<2, full>
  %s3 = vib.linear %x @encode.bounded [6] : tensor<?x6xf32>
  %q3 = vib.normal %s3 bounded([-3.0, 0.5]) : tensor<?x6xf32>
  %s4 = vib.linear %x @encode.each [3] : tensor<?x6xf32>
  %q4 = vib.normal %s4 sigma(@encode.sigmas[3] = 0.7) : tensor<?x3xf32>
  %s5 = vib.linear %x @encode.shared [3] : tensor<?x6xf32>
  %q5 = vib.normal %s5 sigma(@encode.sigma = 1.25) : tensor<?x3xf32>
  %s6 = vib.linear %x @encode.fixed [3] : tensor<?x6xf32>
  %q6 = vib.normal %s6 sigma(0.5) : tensor<?x3xf32>

  %z1 = vib.reparameterize %q1 : !vib.normal<3> -> tensor<?x3xf32>
  %z2 = vib.reparameterize %q2 : !vib.normal<2, full> -> tensor<?x2xf32>
  %z3 = vib.reparameterize %q3 : !vib.normal<3> -> tensor<?x3xf32>
  %z4 = vib.reparameterize %q4 : !vib.normal<3> -> tensor<?x3xf32>
  %z5 = vib.reparameterize %q5 : !vib.normal<3> -> tensor<?x3xf32>
  %z6 = vib.reparameterize %q6 : !vib.normal<3> -> tensor<?x3xf32>
  %d1 = vib.linear %z1 @decode.exp [8] : tensor<?x3xf32>
  %d2 = vib.linear %z2 @decode.half [8] : tensor<?x2xf32>
  %d3 = vib.linear %z3 @decode.bounded [8] : tensor<?x3xf32>
  %d4 = vib.linear %z4 @decode.each [8] : tensor<?x3xf32>
  %d5 = vib.linear %z5 @decode.shared [8] : tensor<?x3xf32>
  %d6 = vib.linear %z6 @decode.fixed [8] : tensor<?x3xf32>
  %a1 = vib.add %d1, %d2 : tensor<?x8xf32>
  %a2 = vib.add %a1, %d3 : tensor<?x8xf32>
  %a3 = vib.add %a2, %d4 : tensor<?x8xf32>
  %a4 = vib.add %a3, %d5 : tensor<?x8xf32>
  %a5 = vib.add %a4, %d6 : tensor<?x8xf32>
  %h  = vib.tanh %a5 : tensor<?x8xf32>
  %logits = vib.linear %h @decode.label [4] : tensor<?x8xf32>
  %p1 = vib.categorical %logits : tensor<?x4xf32>
  %ce = vib.nll %p1, %label : !vib.categorical<4>, tensor<?xi32>
  %mean = vib.linear %h @decode.value [2] : tensor<?x8xf32>
  %p2 = vib.normal %mean noise(@decode.noise[2] = 0.8) : tensor<?x2xf32>
  %nll = vib.nll %p2, %value : !vib.normal<2>, tensor<?x2xf32>

  %r1 = vib.kl %q1, #vib.standard_normal : !vib.normal<3>
  %r2 = vib.kl %q2, #vib.standard_normal : !vib.normal<2, full>
  %r3 = vib.kl %q3, #vib.standard_normal : !vib.normal<3>
  %r4 = vib.kl %q4, #vib.standard_normal : !vib.normal<3>
  %r5 = vib.kl %q5, #vib.standard_normal : !vib.normal<3>
  %r6 = vib.kl %q6, #vib.standard_normal : !vib.normal<3>
  vib.loss %ce + %nll + @beta(0.02) * %r1 + 0.03 * %r2 + 0.04 * %r3 + 0.05 * %r4 + 0.06 * %r5 + 0.07 * %r6
}
vib.train @spreads batch(10) epochs(2) { optimizer = #vib.adam<lr = 1.0e-2>, seed = 3 }
