// Residual sums, products and layers that are used several times: in the encoder, in the
// decoder, and one layer in both. A value is added to itself and multiplied by itself, and
// by one that depends on no parameter.
vib.model @residual(%x: tensor<?x6xf32>, %label: tensor<?xi32>) {
  %q = vib.encoder %x : tensor<?x6xf32> -> !vib.normal<6> {
    %a0 = vib.linear %x @encode.0 : tensor<?x6xf32> -> tensor<?x6xf32>
    %a1 = vib.tanh %a0 : tensor<?x6xf32>
    %a2 = vib.add %x, %a1 : tensor<?x6xf32>
    %b0 = vib.linear %a2 @encode.0 : tensor<?x6xf32> -> tensor<?x6xf32>
    %b1 = vib.gelu %b0 : tensor<?x6xf32>
    %b2 = vib.add %a2, %b1 : tensor<?x6xf32>
    %c0 = vib.linear %b2 @encode.0 : tensor<?x6xf32> -> tensor<?x6xf32>
    %c1 = vib.add %c0, %c0 : tensor<?x6xf32>
    %g1 = vib.sigmoid %a0 : tensor<?x6xf32>
    %c2 = vib.mul %c1, %g1 : tensor<?x6xf32>
    %c3 = vib.mul %a1, %a1 : tensor<?x6xf32>
    %c4 = vib.mul %x, %c3 : tensor<?x6xf32>
    %c5 = vib.add %c2, %c4 : tensor<?x6xf32>
    %s = vib.linear %c5 @encode.2 : tensor<?x6xf32> -> tensor<?x12xf32>
    %n = vib.normal %s softplus(0.0) : tensor<?x12xf32> -> !vib.normal<6>
    vib.yield %n : !vib.normal<6>
  }
  %z = vib.reparameterize %q samples(2) : !vib.normal<6> -> tensor<?x6xf32>
  %d0 = vib.linear %z @encode.0 : tensor<?x6xf32> -> tensor<?x6xf32>
  %d1 = vib.add %d0, %z : tensor<?x6xf32>
  %e0 = vib.mlp %d1 @decode tanh [6, 6] : tensor<?x6xf32>
  %f0 = vib.mlp %e0 @decode tanh [6, 6] : tensor<?x6xf32>
  %g0 = vib.add %e0, %f0 : tensor<?x6xf32>
  %h0 = vib.mul %g0, %d0 : tensor<?x6xf32>
  %logits = vib.linear %h0 @decode.4 : tensor<?x6xf32> -> tensor<?x3xf32>
  %p = vib.categorical %logits : tensor<?x3xf32> -> !vib.categorical<3>
  %ce = vib.nll %p, %label : !vib.categorical<3>, tensor<?xi32>
  %rate = vib.kl %q, #vib.standard_normal : !vib.normal<6>
  vib.loss %ce + @beta(0.01) * %rate
}
vib.train @residual batch(5) epochs(1) {
  optimizer = #vib.adam<lr = 1.0e-3>, average = 0.9 }
