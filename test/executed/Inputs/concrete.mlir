// Two categorical posteriors with two samples a step: one with a temperature that falls, and one
// with a rate that is a function.
vib.model @concrete(%x: tensor<?x6xf32>, %label: tensor<?xi32>) {
  %q = vib.encoder %x : tensor<?x6xf32> -> !vib.concrete<3, 4> {
    %s = vib.linear %x @encode.0 [12] : tensor<?x6xf32>
    %n = vib.concrete %s temperature(@tau(0.7)) : tensor<?x12xf32> -> !vib.concrete<3, 4>
    vib.yield %n : !vib.concrete<3, 4>
  }
  %z1 = vib.reparameterize %q samples(2) : !vib.concrete<3, 4> -> tensor<?x12xf32>
  %s2 = vib.linear %x @second.0 [5] : tensor<?x6xf32>
  %q2 = vib.concrete %s2 temperature(0.5) : tensor<?x5xf32> -> !vib.concrete<1, 5>
  %z2 = vib.reparameterize %q2 samples(2) : !vib.concrete<1, 5> -> tensor<?x5xf32>
  %z = vib.concat %z1, %z2 : tensor<?x12xf32>, tensor<?x5xf32>
  %logits = vib.linear %z @decode.0 [4] : tensor<?x17xf32>
  %p = vib.categorical %logits : tensor<?x4xf32>
  %ce = vib.nll %p, %label : !vib.categorical<4>, tensor<?xi32>
  %rate = vib.kl %q : !vib.concrete<3, 4>
  %rate2 = vib.kl %q2 : !vib.concrete<1, 5>
  vib.loss %ce + @beta(0.1) * %rate + 0.5 * power(%rate2, 2.0)
}
vib.train @concrete batch(6) epochs(4) {
  optimizer = #vib.adam<lr = 0.02>,
  coefficients = { tau = #vib.geometric<from = 2.0, epochs = 2> },
  average = 0.9, seed = 3 }
