// Every activation, in the encoder and in the decoder; no average.
vib.model @activations(%x: tensor<?x6xf32>, %label: tensor<?xi32>) {
  %q = vib.encoder %x : tensor<?x6xf32> -> !vib.normal<4> {
    %h0 = vib.linear %x @encode.0 : tensor<?x6xf32> -> tensor<?x7xf32>
    %h1 = vib.tanh %h0 : tensor<?x7xf32>
    %h2 = vib.linear %h1 @encode.2 : tensor<?x7xf32> -> tensor<?x8xf32>
    %h3 = vib.gelu %h2 : tensor<?x8xf32>
    %h4 = vib.linear %h3 @encode.4 : tensor<?x8xf32> -> tensor<?x5xf32>
    %h5 = vib.softplus %h4 : tensor<?x5xf32>
    %s = vib.linear %h5 @encode.6 : tensor<?x5xf32> -> tensor<?x8xf32>
    %n = vib.normal %s softplus(0.0) : tensor<?x8xf32> -> !vib.normal<4>
    vib.yield %n : !vib.normal<4>
  }
  %z = vib.reparameterize %q : !vib.normal<4> -> tensor<?x4xf32>
  %p = vib.decoder %z : tensor<?x4xf32> -> !vib.categorical<3> {
    %h0 = vib.linear %z @decode.0 : tensor<?x4xf32> -> tensor<?x6xf32>
    %h1 = vib.sigmoid %h0 : tensor<?x6xf32>
    %h2 = vib.linear %h1 @decode.2 : tensor<?x6xf32> -> tensor<?x5xf32>
    %h3 = vib.relu %h2 : tensor<?x5xf32>
    %logits = vib.linear %h3 @decode.4 : tensor<?x5xf32> -> tensor<?x3xf32>
    %c = vib.categorical %logits : tensor<?x3xf32> -> !vib.categorical<3>
    vib.yield %c : !vib.categorical<3>
  }
  %ce = vib.nll %p, %label : !vib.categorical<3>, tensor<?xi32>
  %rate = vib.kl %q, #vib.standard_normal : !vib.normal<4>
  vib.loss %ce + @beta(0.01) * %rate
}
vib.train @activations batch(4) epochs(1) {
  optimizer = #vib.adamw<lr = 1.0e-3, weight_decay = 0.1> }
