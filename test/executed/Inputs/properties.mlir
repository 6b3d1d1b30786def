// Small, in f64; test/executed/properties.test compiles it with one sample and with
// four.
vib.model @properties(%x: tensor<?x5xf64>, %label: tensor<?xi32>) {
  %q = vib.encoder %x : tensor<?x5xf64> -> !vib.normal<3> {
    %h0 = vib.linear %x @encode.0 : tensor<?x5xf64> -> tensor<?x7xf64>
    %h1 = vib.relu %h0 : tensor<?x7xf64>
    %s = vib.linear %h1 @encode.2 : tensor<?x7xf64> -> tensor<?x6xf64>
    %n = vib.normal %s softplus(0.0) : tensor<?x6xf64> -> !vib.normal<3>
    vib.yield %n : !vib.normal<3>
  }
  %z = vib.reparameterize %q samples(1) : !vib.normal<3> -> tensor<?x3xf64>
  %logits = vib.linear %z @decode.0 : tensor<?x3xf64> -> tensor<?x4xf64>
  %p = vib.categorical %logits : tensor<?x4xf64> -> !vib.categorical<4>
  %ce = vib.nll %p, %label : !vib.categorical<4>, tensor<?xi32>
  %rate = vib.kl %q, #vib.standard_normal : !vib.normal<3>
  vib.loss %ce + @beta(1.0e-2) * %rate
}
vib.train @properties batch(6) epochs(1) { optimizer = #vib.adam<lr = 1.0e-3> }
