// Broken if an optimizer is not one loop over the parameter's state in destination-passing
// style, with exactly the state and the scalars that it needs.
// RUN: vib-opt %s -vib-to-step -split-input-file | FileCheck %s

vib.model @sgd(%x: tensor<?x4xf32>, %y: tensor<?xi32>) {
  %s = vib.linear %x @l : tensor<?x4xf32> -> tensor<?x4xf32>
  %q = vib.normal %s softplus(0.0) : tensor<?x4xf32> -> !vib.normal<2>
  %z = vib.reparameterize %q : !vib.normal<2> -> tensor<?x2xf32>
  %p = vib.categorical %z : tensor<?x2xf32> -> !vib.categorical<2>
  %ce = vib.nll %p, %y : !vib.categorical<2>, tensor<?xi32>
  %rate = vib.kl %q, #vib.standard_normal : !vib.normal<2>
  vib.loss %ce + @beta(0.1) * %rate
}
vib.train @sgd batch(3) epochs(1) { optimizer = #vib.sgd<lr = 0.1> }

// CHECK-LABEL: func.func @train_step(
// CHECK-NOT:   #vib.slot<moment1
// CHECK-NOT:   #vib.slot<average
// CHECK-NOT:   "rate1"
// CHECK-SAME:  %rate: f32 {vib.slot = #vib.slot<scalar, "rate">}
// CHECK:      ins(%[[DW:.*]] : tensor<4x4xf32>) outs(%l.weight : tensor<4x4xf32>)
// CHECK-NEXT: ^bb0(%[[G:[^:]*]]: f32, %[[W:[^:]*]]: f32):
// CHECK-NEXT:   %[[UPDATE:.*]] = arith.mulf %rate, %[[G]]
// CHECK-NEXT:   %[[NEW:.*]] = arith.subf %[[W]], %[[UPDATE]]
// CHECK-NEXT:   linalg.yield %[[NEW]] : f32

// -----

vib.model @momentum(%x: tensor<?x4xf32>, %y: tensor<?xi32>) {
  %s = vib.linear %x @l : tensor<?x4xf32> -> tensor<?x4xf32>
  %q = vib.normal %s softplus(0.0) : tensor<?x4xf32> -> !vib.normal<2>
  %z = vib.reparameterize %q : !vib.normal<2> -> tensor<?x2xf32>
  %p = vib.categorical %z : tensor<?x2xf32> -> !vib.categorical<2>
  %ce = vib.nll %p, %y : !vib.categorical<2>, tensor<?xi32>
  %rate = vib.kl %q, #vib.standard_normal : !vib.normal<2>
  vib.loss %ce + @beta(0.1) * %rate
}
vib.train @momentum batch(3) epochs(1) { optimizer = #vib.sgd<lr = 0.1, momentum = 0.9, weight_decay = 0.01> }

// CHECK-LABEL: func.func @train_step(
// CHECK-SAME:  #vib.slot<moment1, "l.weight">
// CHECK-NOT:   #vib.slot<moment2
// CHECK:      ins(%{{.*}} : tensor<4x4xf32>) outs(%l.weight, %{{.*}} : tensor<4x4xf32>, tensor<4x4xf32>)
// CHECK-NEXT: ^bb0(%[[G:[^:]*]]: f32, %[[W:[^:]*]]: f32, %[[M:[^:]*]]: f32):
// CHECK-NEXT:   %[[C:.*]] = arith.constant 0.00999999977
// CHECK-NEXT:   %[[DECAY:.*]] = arith.mulf %[[W]], %[[C]]
// CHECK-NEXT:   %[[DECAYED:.*]] = arith.addf %[[G]], %[[DECAY]]
// CHECK-NEXT:   %[[C1:.*]] = arith.constant 0.899999976
// CHECK-NEXT:   %[[OLD:.*]] = arith.mulf %[[M]], %[[C1]]
// CHECK-NEXT:   %[[V:.*]] = arith.addf %[[OLD]], %[[DECAYED]]
// CHECK-NEXT:   %[[UPDATE:.*]] = arith.mulf %rate, %[[V]]
// CHECK-NEXT:   %[[NEW:.*]] = arith.subf %[[W]], %[[UPDATE]]
// CHECK-NEXT:   linalg.yield %[[NEW]], %[[V]] : f32, f32

// -----

vib.model @adamw(%x: tensor<?x4xf32>, %y: tensor<?xi32>) {
  %s = vib.linear %x @l : tensor<?x4xf32> -> tensor<?x4xf32>
  %q = vib.normal %s softplus(0.0) : tensor<?x4xf32> -> !vib.normal<2>
  %z = vib.reparameterize %q : !vib.normal<2> -> tensor<?x2xf32>
  %p = vib.categorical %z : tensor<?x2xf32> -> !vib.categorical<2>
  %ce = vib.nll %p, %y : !vib.categorical<2>, tensor<?xi32>
  %rate = vib.kl %q, #vib.standard_normal : !vib.normal<2>
  vib.loss %ce + @beta(0.1) * %rate
}
vib.train @adamw batch(3) epochs(1) { optimizer = #vib.adamw<lr = 0.1, beta1 = 0.5, beta2 = 0.75, eps = 1.0e-3, weight_decay = 0.01>, average = 0.9 }

// CHECK-LABEL: func.func @train_step(
// CHECK-NOT:   "rate">
// CHECK-SAME:  %decay: f32 {vib.slot = #vib.slot<scalar, "decay">}
// CHECK:      outs(%l.weight, %{{.*}}, %{{.*}}, %{{.*}} : tensor<4x4xf32>,
// CHECK-NEXT: ^bb0(%[[G:[^:]*]]: f32, %[[W:[^:]*]]: f32, %[[M:[^:]*]]: f32, %[[V:[^:]*]]: f32, %[[A:[^:]*]]: f32):
// CHECK-NEXT:   %[[DECAY:.*]] = arith.mulf %decay, %[[W]]
// CHECK-NEXT:   %[[DECAYED:.*]] = arith.subf %[[W]], %[[DECAY]]
// A moment is its old value plus a part of the difference to the target.
// CHECK-NEXT:   %[[WAY:.*]] = arith.subf %[[G]], %[[M]]
// CHECK-NEXT:   %[[HALF:.*]] = arith.constant 5.000000e-01
// CHECK-NEXT:   %[[NEWM:.*]] = math.fma %[[WAY]], %[[HALF]], %[[M]]
// CHECK-NEXT:   %[[MINUS:.*]] = arith.negf %[[V]]
// CHECK-NEXT:   %[[WAY2:.*]] = math.fma %[[G]], %[[G]], %[[MINUS]]
// CHECK-NEXT:   %[[QUARTER:.*]] = arith.constant 2.500000e-01
// CHECK-NEXT:   %[[NEWV:.*]] = math.fma %[[WAY2]], %[[QUARTER]], %[[V]]
// CHECK-NEXT:   %[[ROOT:.*]] = math.sqrt %[[NEWV]]
// CHECK-NEXT:   %[[EPS:.*]] = arith.constant 1.000000e-03
// CHECK-NEXT:   %[[BELOW:.*]] = math.fma %[[ROOT]], %scale2, %[[EPS]]
// CHECK-NEXT:   %[[ABOVE:.*]] = arith.mulf %rate1, %[[NEWM]]
// CHECK-NEXT:   %[[UPDATE:.*]] = arith.divf %[[ABOVE]], %[[BELOW]]
// CHECK-NEXT:   %[[NEW:.*]] = arith.subf %[[DECAYED]], %[[UPDATE]]
// CHECK-NEXT:   %[[CHANGE:.*]] = arith.subf %[[NEW]], %[[A]]
// CHECK-NEXT:   %[[NEWA:.*]] = math.fma %average, %[[CHANGE]], %[[A]]
// CHECK-NEXT:   linalg.yield %[[NEW]], %[[NEWM]], %[[NEWV]], %[[NEWA]]

// -----

// If little of a moment remains, it is the target plus a part of the difference back.
vib.model @short(%x: tensor<?x4xf32>, %y: tensor<?xi32>) {
  %s = vib.linear %x @l : tensor<?x4xf32> -> tensor<?x4xf32>
  %q = vib.normal %s softplus(0.0) : tensor<?x4xf32> -> !vib.normal<2>
  %z = vib.reparameterize %q : !vib.normal<2> -> tensor<?x2xf32>
  %p = vib.categorical %z : tensor<?x2xf32> -> !vib.categorical<2>
  %ce = vib.nll %p, %y : !vib.categorical<2>, tensor<?xi32>
  %rate = vib.kl %q, #vib.standard_normal : !vib.normal<2>
  vib.loss %ce + @beta(0.1) * %rate
}
vib.train @short batch(3) epochs(1) { optimizer = #vib.adam<lr = 0.1, beta1 = 0.25, beta2 = 0.125, eps = 1.0e-3> }

// CHECK-LABEL: func.func @train_step(
// CHECK:      outs(%l.weight, %{{.*}}, %{{.*}} : tensor<4x4xf32>,
// CHECK-NEXT: ^bb0(%[[G:[^:]*]]: f32, %[[W:[^:]*]]: f32, %[[M:[^:]*]]: f32, %[[V:[^:]*]]: f32):
// CHECK-NEXT:   %[[WAY:.*]] = arith.subf %[[M]], %[[G]]
// CHECK-NEXT:   %[[REST:.*]] = arith.constant 2.500000e-01
// CHECK-NEXT:   math.fma %[[WAY]], %[[REST]], %[[G]]
// CHECK-NEXT:   %[[SQUARE:.*]] = arith.mulf %[[G]], %[[G]]
// CHECK-NEXT:   %[[WAY2:.*]] = arith.subf %[[V]], %[[SQUARE]]
// CHECK-NEXT:   %[[REST2:.*]] = arith.constant 1.250000e-01
// CHECK-NEXT:   math.fma %[[WAY2]], %[[REST2]], %[[SQUARE]]
