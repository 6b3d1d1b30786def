// Labels and numbers, predicted from one sample and from another, whose rate is no term.
vib.model @targets(%x: tensor<?x6xf32>, %label: tensor<?xi32>, %angle: tensor<?x2xf32>) {
  %s1 = vib.linear %x @encode.0 [6] : tensor<?x6xf32>
  %q1 = vib.normal %s1 softplus(0.0) : tensor<?x6xf32>
  %z1 = vib.reparameterize %q1 : !vib.normal<3> -> tensor<?x3xf32>
  %s2 = vib.linear %x @encode.1 [4] : tensor<?x6xf32>
  %q2 = vib.normal %s2 softplus(0.0) : tensor<?x4xf32>
  %z2 = vib.reparameterize %q2 : !vib.normal<2> -> tensor<?x2xf32>
  %logits = vib.linear %z1 @classes.0 [3] : tensor<?x3xf32>
  %p = vib.categorical %logits : tensor<?x3xf32>
  %h1 = vib.linear %z1 @numbers.0 [2] : tensor<?x3xf32>
  %h2 = vib.linear %z2 @numbers.1 [2] : tensor<?x2xf32>
  %mean = vib.add %h1, %h2 : tensor<?x2xf32>
  %n = vib.normal %mean noise(@numbers.noise = 0.5) : tensor<?x2xf32>
  %nll = vib.nll %n, %angle : !vib.normal<2>, tensor<?x2xf32>
  %ce = vib.nll %p, %label : !vib.categorical<3>, tensor<?xi32>
  %rate = vib.kl %q1, #vib.standard_normal : !vib.normal<3>
  vib.loss @numbers(0.5) * %nll + %ce + @beta(0.1) * %rate
}
vib.train @targets batch(6) epochs(4) { optimizer = #vib.adam<lr = 0.01>, seed = 3 }
