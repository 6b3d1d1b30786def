vib.model @narrow(%x: tensor<?x64xf32>, %digit: tensor<?xi32>) {
  %q = vib.encoder %x : tensor<?x64xf32> -> !vib.normal<2> {
    %h0 = vib.linear %x @encode.0 : tensor<?x64xf32> -> tensor<?x8xf32>
    %h1 = vib.relu %h0 : tensor<?x8xf32>
    %s = vib.linear %h1 @encode.2 : tensor<?x8xf32> -> tensor<?x4xf32>
    %n = vib.normal %s softplus(-5.0) : tensor<?x4xf32> -> !vib.normal<2>
    vib.yield %n : !vib.normal<2>
  }
  %z      = vib.reparameterize %q : !vib.normal<2> -> tensor<?x2xf32>
  %logits = vib.linear %z @decode.0 : tensor<?x2xf32> -> tensor<?x10xf32>
  %p      = vib.categorical %logits : tensor<?x10xf32> -> !vib.categorical<10>
  %ce     = vib.nll %p, %digit : !vib.categorical<10>, tensor<?xi32>
  %rate   = vib.kl %q, #vib.standard_normal : !vib.normal<2>
  vib.loss %ce + @beta(1.0e-3) * %rate
}
vib.train @narrow batch(32) epochs(2) {
  optimizer = #vib.adam<lr = 1.0e-3>, schedule = #vib.cosine<epochs = 2>,
  average = 0.99, seed = 1 }
