// Broken if the option accepts an unknown precision.
// RUN: vib-opt %s --pass-pipeline="builtin.module(vib.model(vib-set-precision{precision=f16}))" -verify-diagnostics

// expected-error @+1 {{expected the precision f64, f32, tf32 or bf16 but got 'f16'}}
vib.model @m(%x: tensor<?x8xf32>, %y: tensor<?xi32>) {
  %q = vib.encoder %x : tensor<?x8xf32> -> !vib.normal<2> {
    %s = vib.linear %x @encode.0 : tensor<?x8xf32> -> tensor<?x4xf32>
    %n = vib.normal %s softplus(-5.0) : tensor<?x4xf32> -> !vib.normal<2>
    vib.yield %n : !vib.normal<2>
  }
  %z = vib.reparameterize %q : !vib.normal<2> -> tensor<?x2xf32>
  %l = vib.linear %z @decode.0 : tensor<?x2xf32> -> tensor<?x3xf32>
  %p = vib.categorical %l : tensor<?x3xf32>
  %ce = vib.nll %p, %y : !vib.categorical<3>, tensor<?xi32>
  %rate = vib.kl %q, #vib.standard_normal : !vib.normal<2>
  vib.loss %ce + @beta(1.0e-3) * %rate
}
vib.train @m batch(8) epochs(1)
