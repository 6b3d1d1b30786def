// Broken if the derivative of a function of the mean rate is not that of the valid rows of the
// whole batch, or if it is not a factor of the gradient of each row's rate.
// RUN: vib-opt %s -vib-to-step | FileCheck %s
// RUN: sed 's/capacity(5.0)/capacity(6.0)/' %s | vib-opt -vib-to-step | grep -o 'hash = "[0-9a-f]*"' > %t.other
// RUN: vib-opt %s -vib-to-step | grep -o 'hash = "[0-9a-f]*"' | diff %t.other -
// RUN: sed 's/power(%rate, 3.0)/power(%rate, 2.0)/' %s | vib-opt -vib-to-step | grep -o 'hash = "[0-9a-f]*"' | not diff %t.other -

// CHECK: functions = [#vib.function<mean>, #vib.function<power, 3.0>, #vib.function<abs, @capacity(5.0)>]
// CHECK-LABEL: func @train_step
// CHECK-SAME: %rows: i32
// CHECK-SAME: %beta: f32
// CHECK-SAME: %capacity: f32
// The sum of the valid rows.
// CHECK: [[SUM:%.*]] = linalg.generic {{.*}}iterator_types = ["reduction"]{{.*}}outs({{%.*}} : tensor<f32>){{.*}}vib.label = "rate"
// CHECK: [[ROW:%.*]] = arith.index_cast
// CHECK: [[VALID:%.*]] = arith.cmpi slt, [[ROW]], %rows
// CHECK: [[RATE:%.*]] = arith.select [[VALID]],
// CHECK: arith.addf {{%.*}}, [[RATE]]
// Its derivative: beta 3 exp(2 log max(R, 0)).
// CHECK: [[POWER:%.*]] = linalg.generic {{.*}}iterator_types = []{{.*}}ins([[SUM]] : tensor<f32>)
// CHECK: arith.sitofp %total_rows
// CHECK: arith.maximumf
// CHECK: math.log
// CHECK: math.exp
// CHECK: arith.mulf %beta,
// CHECK: [[ABS:%.*]] = linalg.generic {{.*}}iterator_types = []{{.*}}ins([[SUM]] : tensor<f32>)
// CHECK: arith.cmpf ogt, {{%.*}}, %capacity
// CHECK: arith.cmpf olt, {{%.*}}, %capacity
// The gradient of the rate reads both.
// CHECK: ins({{.*}}[[POWER]], [[ABS]] : {{.*}}tensor<f32>, tensor<f32>)
vib.model @m(%x: tensor<?x8xf32>, %y: tensor<?xi32>) {
  %s = vib.linear %x @encode.0 [4] : tensor<?x8xf32>
  %q = vib.normal %s softplus(-5.0) : tensor<?x4xf32>
  %z = vib.reparameterize %q : !vib.normal<2> -> tensor<?x2xf32>
  %l = vib.linear %z @decode.0 [3] : tensor<?x2xf32>
  %p = vib.categorical %l : tensor<?x3xf32>
  %ce = vib.nll %p, %y : !vib.categorical<3>, tensor<?xi32>
  %rate = vib.kl %q, #vib.standard_normal : !vib.normal<2>
  vib.loss %ce + @beta(0.1) * power(%rate, 3.0) + 0.5 * abs(%rate - @capacity(5.0))
}
vib.train @m batch(4) epochs(1)
