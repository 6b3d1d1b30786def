// A full covariance, two samples.
vib.model @full(%x: tensor<?x5xf32>, %label: tensor<?xi32>) {
  %q = vib.encoder %x : tensor<?x5xf32> -> !vib.normal<3, full> {
    %h0 = vib.linear %x @encode.0 : tensor<?x5xf32> -> tensor<?x6xf32>
    %h1 = vib.tanh %h0 : tensor<?x6xf32>
    %s = vib.linear %h1 @encode.2 : tensor<?x6xf32> -> tensor<?x9xf32>
    %n = vib.normal %s softplus(-0.5) : tensor<?x9xf32> -> !vib.normal<3, full>
    vib.yield %n : !vib.normal<3, full>
  }
  %z = vib.reparameterize %q samples(2) : !vib.normal<3, full> -> tensor<?x3xf32>
  %logits = vib.linear %z @decode.0 : tensor<?x3xf32> -> tensor<?x4xf32>
  %p = vib.categorical %logits : tensor<?x4xf32> -> !vib.categorical<4>
  %ce = vib.nll %p, %label : !vib.categorical<4>, tensor<?xi32>
  %rate = vib.kl %q, #vib.standard_normal : !vib.normal<3, full>
  vib.loss %ce + @beta(0.1) * %rate
}
vib.train @full batch(3) epochs(1) { optimizer = #vib.adam<lr = 1.0e-3> }
