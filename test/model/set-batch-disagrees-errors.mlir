// Broken if the batch size of the option is not compared with that of the model.
// RUN: vib-opt %s --vib-set-batch=batch=16 -verify-diagnostics

// expected-note @+1 {{write this batch as '?', so that vib.train and --batch set it}}
vib.model @m(%x: tensor<8x8xf32>, %y: tensor<8xi32>) {
  %q = vib.encoder %x : tensor<8x8xf32> -> !vib.normal<2> {
    %s = vib.linear %x @encode.0 : tensor<8x8xf32> -> tensor<8x4xf32>
    %n = vib.normal %s softplus(-5.0) : tensor<8x4xf32> -> !vib.normal<2>
    vib.yield %n : !vib.normal<2>
  }
  %z = vib.reparameterize %q : !vib.normal<2> -> tensor<8x2xf32>
  %l = vib.linear %z @decode.0 : tensor<8x2xf32> -> tensor<8x3xf32>
  %p = vib.categorical %l : tensor<8x3xf32>
  %ce = vib.nll %p, %y : !vib.categorical<3>, tensor<8xi32>
  %rate = vib.kl %q, #vib.standard_normal : !vib.normal<2>
  vib.loss %ce + @beta(1.0e-3) * %rate
}
// expected-error @+1 {{'vib.train' op expected a batch of 8, as the model's input has, but got 16}}
vib.train @m batch(8) epochs(1)
