// Broken if the batch size of the option is not one whose pairs vib.pairwise can compare, and the
// message does not say that it is that of the option.
// RUN: vib-opt %s --vib-set-batch=batch=70000 -verify-diagnostics

vib.model @m(%x: tensor<?x8xf32>, %y: tensor<?xi32>) {
  %s = vib.linear %x @encode.0 [2] : tensor<?x8xf32>
  %q = vib.normal %s sigma(1.0) : tensor<?x2xf32>
  %z = vib.reparameterize %q : !vib.normal<2> -> tensor<?x2xf32>
  %p = vib.categorical %z : tensor<?x2xf32>
  %ce = vib.nll %p, %y : !vib.categorical<2>, tensor<?xi32>
  // expected-note @+1 {{vib.pairwise is here}}
  %i = vib.pairwise %q : !vib.normal<2>
  vib.loss %ce + @beta(0.1) * %i
}
// expected-error @+1 {{'vib.train' op expected a --batch of 2 to 65536 rows, each two of which vib.pairwise compares, but got 70000}}
vib.train @m batch(8) epochs(1)
