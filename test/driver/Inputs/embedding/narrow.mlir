vib.model @narrow(%x: tensor<?x6xf32>, %label: tensor<?xi32>) {
  %q = vib.encoder %x : tensor<?x6xf32> -> !vib.normal<2> {
    %h0 = vib.linear %x @encode.0 : tensor<?x6xf32> -> tensor<?x8xf32>
    %h1 = vib.relu %h0 : tensor<?x8xf32>
    %s = vib.linear %h1 @encode.2 : tensor<?x8xf32> -> tensor<?x4xf32>
    %n = vib.normal %s softplus(-5.0) : tensor<?x4xf32> -> !vib.normal<2>
    vib.yield %n : !vib.normal<2>
  }
  %z = vib.reparameterize %q : !vib.normal<2> -> tensor<?x2xf32>
  %logits = vib.linear %z @decode.0 : tensor<?x2xf32> -> tensor<?x2xf32>
  %p = vib.categorical %logits : tensor<?x2xf32> -> !vib.categorical<2>
  %ce = vib.nll %p, %label : !vib.categorical<2>, tensor<?xi32>
  %rate = vib.kl %q, #vib.standard_normal : !vib.normal<2>
  vib.loss %ce + @beta(1.0e-4) * %rate
}
vib.train @narrow batch(8) epochs(5) {
  optimizer = #vib.adam<lr = 0.02>, average = 0.9 }
