// Broken if a parameter of several uses is updated before its last gradient is known, or
// more than once, or has more than one place; or if an adjoint of a sum is lost.
// RUN: vib-opt %s -vib-to-step | FileCheck %s

vib.model @shared(%x: tensor<?x8xf32>, %y: tensor<?xi32>) {
  %h = vib.linear %x @both : tensor<?x8xf32> -> tensor<?x8xf32>
  %r = vib.add %x, %h : tensor<?x8xf32>
  %s = vib.linear %r @both : tensor<?x8xf32> -> tensor<?x8xf32>
  %q = vib.normal %s softplus(0.0) : tensor<?x8xf32> -> !vib.normal<4>
  %z = vib.reparameterize %q : !vib.normal<4> -> tensor<?x4xf32>
  %l = vib.linear %z @decode : tensor<?x4xf32> -> tensor<?x3xf32>
  %p = vib.categorical %l : tensor<?x3xf32>
  %ce = vib.nll %p, %y : !vib.categorical<3>, tensor<?xi32>
  vib.loss %ce
}
vib.train @shared batch(2) epochs(1) { optimizer = #vib.sgd<lr = 0.1> }

// CHECK-LABEL: func.func @train_step(
// CHECK-SAME: %[[X:[^:]*]]: tensor<2x8xf32>
// CHECK-SAME: %[[W:both.weight[^:]*]]: tensor<8x8xf32>
// CHECK-SAME: %[[B:both.bias[^:]*]]: tensor<8xf32>
// CHECK: linalg.contract {{.*}} ins(%[[X]], %[[W]] :
// The residual sum reads the input and the layer.
// CHECK: %[[R:.*]] = linalg.generic {{.*}} ins(%[[X]], %{{.*}} : tensor<2x8xf32>, tensor<2x8xf32>)
// CHECK: linalg.contract {{.*}} ins(%[[R]], %[[W]] :
// The gradient of the second use waits for that of the first, and the input gradient reads
// the weight before it is updated.
// CHECK: %[[SECOND:.*]] = linalg.contract {{.*}} ins(%[[R]], %[[DY:[^ ]*]] : {{.*}} -> tensor<8x8xf32>
// CHECK: %[[FIRST:.*]] = linalg.contract {{.*}} ins(%[[X]], %{{.*}} : {{.*}} -> tensor<8x8xf32>
// CHECK: %[[SUM:.*]] = linalg.generic {{.*}} ins(%[[FIRST]], %[[SECOND]] : tensor<8x8xf32>, tensor<8x8xf32>) {{.*}} {vib.dims = {{.*}}, vib.label = "both.grad", vib.word = "sum of gradients"}
// CHECK: linalg.generic {{.*}} ins(%[[SUM]] : tensor<8x8xf32>) outs(%[[W]] :
// CHECK-NOT: outs(%[[W]]
