// Wider than a tile in every dimension, and a multiple of none.
vib.model @wide(%x: tensor<?x4x17xf32>, %label: tensor<?xi32>) {
  %flat = vib.flatten %x : tensor<?x4x17xf32> -> tensor<?x68xf32>
  %q = vib.encoder %flat : tensor<?x68xf32> -> !vib.normal<21> {
    %h0 = vib.linear %flat @encode.0 : tensor<?x68xf32> -> tensor<?x131xf32>
    %h1 = vib.relu %h0 : tensor<?x131xf32>
    %h2 = vib.linear %h1 @encode.2 : tensor<?x131xf32> -> tensor<?x77xf32>
    %h3 = vib.relu %h2 : tensor<?x77xf32>
    %s = vib.linear %h3 @encode.4 : tensor<?x77xf32> -> tensor<?x42xf32>
    %n = vib.normal %s softplus(-5.0) : tensor<?x42xf32> -> !vib.normal<21>
    vib.yield %n : !vib.normal<21>
  }
  %z = vib.reparameterize %q : !vib.normal<21> -> tensor<?x21xf32>
  %logits = vib.linear %z @decode.0 : tensor<?x21xf32> -> tensor<?x11xf32>
  %p = vib.categorical %logits : tensor<?x11xf32> -> !vib.categorical<11>
  %ce = vib.nll %p, %label : !vib.categorical<11>, tensor<?xi32>
  %rate = vib.kl %q, #vib.standard_normal : !vib.normal<21>
  vib.loss %ce + @beta(1.0e-3) * %rate
}
vib.train @wide batch(37) epochs(10) {
  optimizer = #vib.adam<lr = 1.0e-3, beta1 = 0.5, beta2 = 0.999, eps = 1.0e-8>,
  schedule = #vib.exponential<rate = 0.9, epochs = 1>, average = 0.99, seed = 1 }
