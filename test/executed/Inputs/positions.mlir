// Layers at each of three positions, which keep that dimension, and two samples.
vib.model @positions(%x: tensor<?x3x4xf32>, %label: tensor<?xi32>) {
  %q = vib.encoder %x : tensor<?x3x4xf32> -> !vib.normal<3> {
    %h0 = vib.mlp %x @encode.0 gelu [5, 4] : tensor<?x3x4xf32>
    %h1 = vib.add %h0, %x : tensor<?x3x4xf32>
    %h2 = vib.linear %h1 @encode.1 : tensor<?x3x4xf32> -> tensor<?x3x6xf32>
    %h3 = vib.tanh %h2 : tensor<?x3x6xf32>
    %f = vib.flatten %h3 : tensor<?x3x6xf32>
    %s = vib.linear %f @encode.2 : tensor<?x18xf32> -> tensor<?x6xf32>
    %n = vib.normal %s softplus(-1.0) : tensor<?x6xf32> -> !vib.normal<3>
    vib.yield %n : !vib.normal<3>
  }
  %z = vib.reparameterize %q samples(2) : !vib.normal<3> -> tensor<?x3xf32>
  %logits = vib.linear %z @decode : tensor<?x3xf32> -> tensor<?x4xf32>
  %p = vib.categorical %logits : tensor<?x4xf32> -> !vib.categorical<4>
  %ce = vib.nll %p, %label : !vib.categorical<4>, tensor<?xi32>
  %rate = vib.kl %q, #vib.standard_normal : !vib.normal<3>
  vib.loss %ce + @beta(0.1) * %rate
}
vib.train @positions batch(5) epochs(2) { optimizer = #vib.adam<lr = 0.01>, average = 0.9 }
