// Broken if the encoder of a VampPrior is not applied to as many rows as there are pseudo-inputs, drops
// some of them, is updated before the gradients of both uses are known, or if the other entries compute
// something of the prior where no rate needs it.
// RUN: vib-opt %s -vib-to-step | FileCheck %s

// CHECK: #vib.parameter<"prior.inputs" : tensor<5x8xf32>, init = examples(0.0)>
// CHECK-LABEL: func.func @train_step(
// CHECK-SAME: %[[W:encode.0.weight[^:]*]]: tensor<8x4xf32>
// CHECK-SAME: %[[U:prior.inputs[^:]*]]: tensor<5x8xf32>
// CHECK: linalg.contract {{.*}} ins(%[[U]], %[[W]] : {{.*}} -> tensor<5x4xf32>
// The pseudo-inputs have one gradient, by the layer before its update.
// CHECK: %[[DU:.*]] = linalg.contract {{.*}} ins(%[[DS:.*]], %[[W]] : tensor<5x4xf32>, {{.*}} -> tensor<5x8xf32>
// CHECK: %[[G:.*]] = linalg.contract {{.*}} ins(%[[U]], %[[DS]] : {{.*}} -> tensor<8x4xf32>
// CHECK: %[[SUM:.*]] = linalg.generic {{.*}} ins({{.*}}%[[G]]{{.*}} : tensor<8x4xf32>, tensor<8x4xf32>) {{.*}}vib.word = "sum of gradients"
// CHECK: ins(%[[SUM]] : tensor<8x4xf32>) outs(%[[W]] :
// CHECK: ins(%[[DU]] : tensor<5x8xf32>) outs(%[[U]] :
// CHECK-LABEL: func.func @encode(
// CHECK-NOT: linalg.contract {{.*}} ins(%prior.inputs
// CHECK-LABEL: func.func @evaluate(
// CHECK: linalg.contract {{.*}} ins(%prior.inputs
// CHECK-LABEL: func.func @draw(
// CHECK: linalg.contract {{.*}} ins(%prior.inputs
// CHECK-LABEL: func.func @decode(
// CHECK-NOT: linalg.contract {{.*}} ins(%prior.inputs
vib.model @m(%x: tensor<?x8xf32>, %y: tensor<?xi32>) {
  %d = vib.dropout %x p(0.5) : tensor<?x8xf32>
  %s = vib.linear %d @encode.0 [4] : tensor<?x8xf32>
  %q = vib.normal %s exp : tensor<?x4xf32>
  %z = vib.reparameterize %q : !vib.normal<2> -> tensor<?x2xf32>
  %l = vib.linear %z @decode.0 [3] : tensor<?x2xf32>
  %p = vib.categorical %l : tensor<?x3xf32>
  %ce = vib.nll %p, %y : !vib.categorical<3>, tensor<?xi32>
  %r = vib.prior @prior vamp(5) of %q over %x : !vib.normal<2>, tensor<?x8xf32>
  %rate = vib.kl %q, %r at %z : !vib.normal<2>
  vib.loss %ce + @beta(0.1) * %rate
}
vib.train @m batch(7) epochs(1) { optimizer = #vib.sgd<lr = 0.1> }
