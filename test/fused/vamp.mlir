// Broken if the verifier of fused refuses an update of pseudo-inputs whose gradient is stored, as behind
// a linear layer over positions.
// RUN: vib-opt %s -vib-to-step -vib-to-fused | FileCheck %s

// CHECK-LABEL: func.func @train_step
// CHECK: %[[DU:.*]] = vib.kernel "encode.0.in"
// CHECK: vib.kernel "prior.inputs.grad" ins({{.*}}%[[DU]]
vib.model @positions(%x: tensor<?x4x2xf32>, %y: tensor<?xi32>) {
  %h = vib.linear %x @encode.0 [3] : tensor<?x4x2xf32>
  %f = vib.flatten %h : tensor<?x4x3xf32>
  %s = vib.linear %f @encode.2 [4] : tensor<?x12xf32>
  %q = vib.normal %s exp : tensor<?x4xf32>
  %z = vib.reparameterize %q : !vib.normal<2> -> tensor<?x2xf32>
  %l = vib.linear %z @decode.0 [3] : tensor<?x2xf32>
  %p = vib.categorical %l : tensor<?x3xf32>
  %ce = vib.nll %p, %y : !vib.categorical<3>, tensor<?xi32>
  %r = vib.prior @prior vamp(5) of %q over %x : !vib.normal<2>, tensor<?x4x2xf32>
  %rate = vib.kl %q, %r at %z : !vib.normal<2>
  vib.loss %ce + @beta(0.1) * %rate
}
vib.train @positions batch(7) epochs(1) { optimizer = #vib.sgd<lr = 0.1> }
