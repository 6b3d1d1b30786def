// Broken if an estimate of a rate by pairs is not read, or is printed or stored otherwise than it
// was written.
// RUN: vib-opt %s | FileCheck %s
// RUN: vib-opt %s | vib-opt | FileCheck %s
// RUN: vib-opt %s -emit-bytecode -o %t.bc
// RUN: vib-opt %t.bc | FileCheck %s

// The estimates of two posteriors, one with a prior besides.
// CHECK-LABEL: vib.model @m
vib.model @m(%x: tensor<?x8xf32>, %y: tensor<?xi32>) {
  %q = vib.encoder %x : tensor<?x8xf32> -> !vib.normal<2> {
    %s = vib.linear %x @encode.0 [2] : tensor<?x8xf32>
    %n = vib.normal %s sigma(@encode.sigma = 0.5) : tensor<?x2xf32>
    vib.yield %n : !vib.normal<2>
  }
  %z = vib.reparameterize %q : !vib.normal<2> -> tensor<?x2xf32>
  %s2 = vib.linear %x @second.0 [2] : tensor<?x8xf32>
  %q2 = vib.normal %s2 sigma(1.0) : tensor<?x2xf32>
  %z2 = vib.reparameterize %q2 : !vib.normal<2> -> tensor<?x2xf32>
  %both = vib.add %z, %z2 : tensor<?x2xf32>
  %p = vib.categorical %both : tensor<?x2xf32>
  %ce = vib.nll %p, %y : !vib.categorical<2>, tensor<?xi32>
  // CHECK: %pairwise = vib.pairwise %{{.*}} : !vib.normal<2>
  %i = vib.pairwise %q : !vib.normal<2>
  // CHECK: %pairwise_{{[0-9]+}} = vib.pairwise %{{.*}} : !vib.normal<2>
  %i2 = vib.pairwise %q2 : !vib.normal<2>
  %rate = vib.kl %q2, #vib.standard_normal : !vib.normal<2>
  // CHECK: vib.loss %nll + @beta(0.1) * power(%pairwise, 2.0) + 0.5 * %rate + @gamma(0.2) * abs(%pairwise_{{[0-9]+}} - 1.0)
  vib.loss %ce + @beta(0.1) * power(%i, 2.0) + 0.5 * %rate + @gamma(0.2) * abs(%i2 - 1.0)
}
// CHECK: coefficients = { beta = #vib.dual<rate = @izx_nib, target = 2.0, step = 0.001>, gamma = #vib.dual<rate = @izx_nib_z2, target = 2.0, step = 0.001> }
vib.train @m batch(4) epochs(1) {
  coefficients = { beta = #vib.dual<rate = @izx_nib, target = 2.0, step = 1.0e-3>,
                   gamma = #vib.dual<rate = @izx_nib_z2, target = 2.0, step = 1.0e-3> } }
