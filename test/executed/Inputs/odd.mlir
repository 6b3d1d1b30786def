// Widths that no tile divides, pairs with one left over, a batch of 7.
vib.model @odd(%image: tensor<?x7x13xf32>, %label: tensor<?xi32>) {
  %x = vib.flatten %image : tensor<?x7x13xf32> -> tensor<?x91xf32>
  %q = vib.encoder %x : tensor<?x91xf32> -> !vib.normal<33> {
    %h0 = vib.linear %x @encode.0 : tensor<?x91xf32> -> tensor<?x1001xf32>
    %a0 = vib.tanh %h0 : tensor<?x1001xf32>
    %h1 = vib.linear %a0 @encode.2 : tensor<?x1001xf32> -> tensor<?x37xf32>
    %a1 = vib.tanh %h1 : tensor<?x37xf32>
    %s = vib.linear %a1 @encode.4 : tensor<?x37xf32> -> tensor<?x66xf32>
    %n = vib.normal %s softplus(-1.0) : tensor<?x66xf32> -> !vib.normal<33>
    vib.yield %n : !vib.normal<33>
  }
  %z = vib.reparameterize %q : !vib.normal<33> -> tensor<?x33xf32>
  %logits = vib.linear %z @decode.0 : tensor<?x33xf32> -> tensor<?x37xf32>
  %p = vib.categorical %logits : tensor<?x37xf32> -> !vib.categorical<37>
  %ce = vib.nll %p, %label : !vib.categorical<37>, tensor<?xi32>
  %rate = vib.kl %q, #vib.standard_normal : !vib.normal<33>
  vib.loss %ce + @beta(1.0e-3) * %rate
}
vib.train @odd batch(7) epochs(2) {
  optimizer = #vib.adam<lr = 1.0e-3, beta1 = 0.9, beta2 = 0.999, eps = 1.0e-8>,
  average = 0.9, seed = 3 }
