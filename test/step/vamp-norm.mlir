// Broken if a step normalizes pseudo-inputs by the statistics of a batch, or by running ones that it has
// moved, if they take part in the running statistics, or if these are listed twice.
// RUN: vib-opt %s -vib-to-step | FileCheck %s

// CHECK: #vib.parameter<"encode.1.running_mean" : tensor<4xf32>, init = running_mean(0.0)>, #vib.parameter<"encode.1.running_var" : tensor<4xf32>, init = running_variance(1.0)>]
// CHECK-LABEL: func.func @train_step(
// CHECK-SAME: %[[WEIGHT:encode.1.weight[^:]*]]: tensor<4xf32>
// CHECK-SAME: %[[MEAN:encode.1.running_mean[^:]*]]: tensor<4xf32>
// CHECK-SAME: %[[VARIANCE:encode.1.running_var[^:]*]]: tensor<4xf32>
// CHECK: ins(%{{.*}} : tensor<7x4xf32>) {{.*}} vib.word = "mean"
// CHECK: %[[R:.*]] = linalg.generic {{.*}} ins(%[[VARIANCE]] : tensor<4xf32>)
// CHECK: math.sqrt
// CHECK: %[[U:.*]] = linalg.generic {{.*}} ins(%{{.*}}, %[[MEAN]], %[[R]] : tensor<5x4xf32>, tensor<4xf32>, tensor<4xf32>)
// CHECK: linalg.generic {{.*}} ins(%[[U]], %[[WEIGHT]], %{{.*}} : tensor<5x4xf32>,
// Nothing reads them after their update.
// CHECK: outs(%[[MEAN]], %[[VARIANCE]] : {{.*}} vib.word = "running statistics"
// CHECK-NOT: %[[MEAN]],
// CHECK-NOT: %[[VARIANCE]],
// CHECK: linalg.generic {{.*}} ins(%[[DY:.*]], %[[R]], %[[WEIGHT]] : tensor<5x4xf32>, tensor<4xf32>, tensor<4xf32>) {{.*}} vib.word = "batch norm'"
// CHECK: %[[DW:.*]] = linalg.generic {{.*}} ins(%[[DY]], %[[U]] : tensor<5x4xf32>, tensor<5x4xf32>) {{.*}} vib.word = "weight gradient"
// CHECK: ins({{.*}}%[[DW]]{{.*}} : tensor<4xf32>, tensor<4xf32>) {{.*}}vib.word = "sum of gradients"
// CHECK-LABEL: func.func @encode(
// CHECK-LABEL: func.func @evaluate(
// CHECK: ins(%{{.*}}, %encode.1.running_mean{{.*}} : tensor<5x4xf32>
vib.model @m(%x: tensor<?x8xf32>, %y: tensor<?xi32>) {
  %h = vib.linear %x @encode.0 [4] : tensor<?x8xf32>
  %s = vib.batch_norm %h @encode.1 : tensor<?x4xf32>
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
