// Three samples a step through a decoder of two layers.
vib.model @samples(%x: tensor<?x5xf32>, %label: tensor<?xi32>) {
  %q = vib.encoder %x : tensor<?x5xf32> -> !vib.normal<4> {
    %h0 = vib.linear %x @encode.0 : tensor<?x5xf32> -> tensor<?x7xf32>
    %h1 = vib.relu %h0 : tensor<?x7xf32>
    %s = vib.linear %h1 @encode.2 : tensor<?x7xf32> -> tensor<?x8xf32>
    %n = vib.normal %s softplus(-1.0) : tensor<?x8xf32> -> !vib.normal<4>
    vib.yield %n : !vib.normal<4>
  }
  %z = vib.reparameterize %q samples(3) : !vib.normal<4> -> tensor<?x4xf32>
  %h0 = vib.linear %z @decode.0 : tensor<?x4xf32> -> tensor<?x6xf32>
  %h1 = vib.tanh %h0 : tensor<?x6xf32>
  %logits = vib.linear %h1 @decode.2 : tensor<?x6xf32> -> tensor<?x3xf32>
  %p = vib.categorical %logits : tensor<?x3xf32> -> !vib.categorical<3>
  %ce = vib.nll %p, %label : !vib.categorical<3>, tensor<?xi32>
  %rate = vib.kl %q, #vib.standard_normal : !vib.normal<4>
  vib.loss %ce + @beta(0.01) * %rate
}
vib.train @samples batch(4) epochs(1) {
  optimizer = #vib.sgd<lr = 0.1, momentum = 0.9>, average = 0.99 }
