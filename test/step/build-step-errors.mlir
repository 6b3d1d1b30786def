// Broken if vib-build-step accepts a model that it cannot build, although the dialect's
// verifiers do.
// RUN: vib-opt %s -vib-build-step -split-input-file -verify-diagnostics -o /dev/null

// expected-error @+1 {{expected one vib.model and one vib.train but got 0 and 0}}
module {
}

// -----

vib.model @foreign(%x: tensor<?x4xf32>, %y: tensor<?xi32>) {
  %s = vib.linear %x @l : tensor<?x4xf32> -> tensor<?x4xf32>
  %q = vib.normal %s softplus(0.0) : tensor<?x4xf32> -> !vib.normal<2>
  %z = vib.reparameterize %q : !vib.normal<2> -> tensor<?x2xf32>
  // expected-error @+1 {{'arith.constant' op cannot be differentiated: expected only ops of the vib dialect in a model}}
  %c = arith.constant 0.0 : f32
  %p = vib.categorical %z : tensor<?x2xf32> -> !vib.categorical<2>
  %ce = vib.nll %p, %y : !vib.categorical<2>, tensor<?xi32>
  %rate = vib.kl %q, #vib.standard_normal : !vib.normal<2>
  vib.loss %ce + @beta(0.1) * %rate
}
vib.train @foreign batch(3) epochs(1) {  }
