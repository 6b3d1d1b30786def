// Broken if the derivative of an entropy that is subtracted is not that of the entropy times the
// negated coefficient, if an evaluation does not return the entropy, or if a model without one has
// another hash.
// RUN: vib-opt %s -vib-to-step | FileCheck %s

// CHECK: terms = ["nll", "entropy"]
// CHECK-SAME: functions = [#vib.function<mean>, #vib.function<negative>]
// CHECK-LABEL: func @train_step
// CHECK-SAME: %gamma: f32
// CHECK-SAME: #vib.slot<output, "entropy">
// The mean of the distances of the logits from the largest one, by their probabilities.
// CHECK: [[DOT:%.*]] = linalg.generic {{.*}}ins({{%.*}}, {{%.*}}, {{%.*}} : tensor<4x3xf32>, tensor<4x3xf32>, tensor<4xf32>){{.*}}vib.word = "entropy"
// CHECK: arith.subf
// CHECK: arith.mulf
// CHECK: [[MEAN:%.*]] = linalg.generic {{.*}}ins([[DOT]], {{%.*}} : tensor<4xf32>, tensor<4xf32>)
// CHECK: arith.divf
// CHECK: math.log
// CHECK-NEXT: arith.subf
// CHECK: [[MEAN]] :{{.*}}vib.word = "entropy'"
// CHECK: [[NEGATIVE:%.*]] = arith.negf %gamma
// CHECK: arith.divf [[NEGATIVE]],
// CHECK-LABEL: func @evaluate
// CHECK-SAME: #vib.slot<output, "entropy">
vib.model @m(%x: tensor<?x8xf32>, %y: tensor<?xi32>) {
  %s = vib.linear %x @encode.0 [4] : tensor<?x8xf32>
  %q = vib.normal %s softplus(-5.0) : tensor<?x4xf32>
  %z = vib.reparameterize %q : !vib.normal<2> -> tensor<?x2xf32>
  %l = vib.linear %z @decode.0 [3] : tensor<?x2xf32>
  %p = vib.categorical %l : tensor<?x3xf32>
  %ce = vib.nll %p, %y : !vib.categorical<3>, tensor<?xi32>
  %h = vib.entropy %p : !vib.categorical<3>
  vib.loss %ce - @gamma(0.1) * %h
}
vib.train @m batch(4) epochs(1)
