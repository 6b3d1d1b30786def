// What test/tools/vib_reference.py computes, in f64; its samples are to be said
// to it by --samples.
vib.model @reference(%x: tensor<?x8xf64>, %label: tensor<?xi32>) {
  %q = vib.encoder %x : tensor<?x8xf64> -> !vib.normal<2> {
    %h0 = vib.linear %x @encode.0 : tensor<?x8xf64> -> tensor<?x6xf64>
    %h1 = vib.relu %h0 : tensor<?x6xf64>
    %s = vib.linear %h1 @encode.2 : tensor<?x6xf64> -> tensor<?x4xf64>
    %n = vib.normal %s softplus(-5.0) : tensor<?x4xf64> -> !vib.normal<2>
    vib.yield %n : !vib.normal<2>
  }
  %z = vib.reparameterize %q samples(2) : !vib.normal<2> -> tensor<?x2xf64>
  %logits = vib.linear %z @decode.0 : tensor<?x2xf64> -> tensor<?x3xf64>
  %p = vib.categorical %logits : tensor<?x3xf64> -> !vib.categorical<3>
  %ce = vib.nll %p, %label : !vib.categorical<3>, tensor<?xi32>
  %rate = vib.kl %q, #vib.standard_normal : !vib.normal<2>
  vib.loss %ce + @beta(1.0e-3) * %rate
}
vib.train @reference batch(4) epochs(3) {
  optimizer = #vib.adam<lr = 1.0e-2, beta1 = 0.5, beta2 = 0.999, eps = 1.0e-8>,
  schedule = #vib.staircase<rate = 0.5, epochs = 2>, average = 0.9, seed = 7 }
