// The activations that activations.mlir does not have, with and without their numbers.
vib.model @activations(%x: tensor<?x6xf32>, %label: tensor<?xi32>) {
  %q = vib.encoder %x : tensor<?x6xf32> -> !vib.normal<4> {
    %h0 = vib.linear %x @encode.0 : tensor<?x6xf32> -> tensor<?x7xf32>
    %h1 = vib.elu %h0 : tensor<?x7xf32>
    %h2 = vib.linear %h1 @encode.2 : tensor<?x7xf32> -> tensor<?x8xf32>
    %h3 = vib.selu %h2 : tensor<?x8xf32>
    %h4 = vib.linear %h3 @encode.4 : tensor<?x8xf32> -> tensor<?x5xf32>
    %h5 = vib.silu %h4 : tensor<?x5xf32>
    %s = vib.linear %h5 @encode.6 : tensor<?x5xf32> -> tensor<?x8xf32>
    %n = vib.normal %s softplus(0.0) : tensor<?x8xf32> -> !vib.normal<4>
    vib.yield %n : !vib.normal<4>
  }
  %z = vib.reparameterize %q : !vib.normal<4> -> tensor<?x4xf32>
  %p = vib.decoder %z : tensor<?x4xf32> -> !vib.categorical<3> {
    %h0 = vib.linear %z @decode.0 : tensor<?x4xf32> -> tensor<?x6xf32>
    %h1 = vib.leaky_relu %h0 : tensor<?x6xf32>
    %h2 = vib.linear %h1 @decode.2 : tensor<?x6xf32> -> tensor<?x5xf32>
    %h3 = vib.elu %h2 alpha(0.5) : tensor<?x5xf32>
    %h4 = vib.leaky_relu %h3 slope(1.5) : tensor<?x5xf32>
    %logits = vib.linear %h4 @decode.5 : tensor<?x5xf32> -> tensor<?x3xf32>
    %c = vib.categorical %logits : tensor<?x3xf32> -> !vib.categorical<3>
    vib.yield %c : !vib.categorical<3>
  }
  %ce = vib.nll %p, %label : !vib.categorical<3>, tensor<?xi32>
  %rate = vib.kl %q, #vib.standard_normal : !vib.normal<4>
  vib.loss %ce + @beta(0.01) * %rate
}
vib.train @activations batch(4) epochs(1) {
  optimizer = #vib.adam<lr = 1.0e-3> }
