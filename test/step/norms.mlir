// Broken if the running statistics of a batch norm are not state that train_step updates and
// the other functions read, if rows beyond the batch are in its sums, or if dropout is drawn
// in another function than a training step.
// RUN: vib-opt %s --vib-to-step=with-gradients | FileCheck %s

// CHECK: #vib.parameter<"encode.1.weight" : tensor<6xf32>, init = constant(1.0)>
// CHECK-SAME: #vib.parameter<"encode.1.bias" : tensor<6xf32>, init = constant(0.0)>
// CHECK-SAME: #vib.parameter<"encode.2.weight" : tensor<6xf32>, init = constant(1.0)>
// CHECK-SAME: #vib.parameter<"encode.1.running_mean" : tensor<6xf32>, init = running_mean(0.0)>
// CHECK-SAME: #vib.parameter<"encode.1.running_var" : tensor<6xf32>, init = running_variance(1.0)>

// CHECK-LABEL: func.func @train_step
// CHECK-SAME: tensor<6xf32> {vib.slot = #vib.slot<state, "encode.1.running_mean">}
// CHECK-SAME: tensor<6xf32> {vib.slot = #vib.slot<average, "encode.1.running_mean">}
// CHECK-SAME: tensor<6xf32> {vib.slot = #vib.slot<state, "encode.1.running_var">}
// CHECK-SAME: tensor<6xf32> {vib.slot = #vib.slot<average, "encode.1.running_var">}
// CHECK-SAME: -> (
// CHECK-SAME: tensor<6xf32> {vib.slot = #vib.slot<state, "encode.1.running_mean">}
// CHECK-SAME: tensor<6xf32> {vib.slot = #vib.slot<average, "encode.1.running_var">}
// CHECK: arith.cmpi slt, %{{.*}}, %rows
// CHECK: vib.label = "encode.1", vib.word = "mean"
// CHECK: arith.cmpi slt, %{{.*}}, %rows
// CHECK: vib.label = "encode.1", vib.word = "variance"
// CHECK: vib.label = "encode.1", vib.word = "batch norm"
// CHECK: vib.noise dropout
// CHECK: vib.label = "encode.2", vib.word = "layer norm"
// CHECK: vib.noise train
// CHECK: vib.label = "encode.1", vib.word = "running statistics, average"
// CHECK: vib.label = "encode.2.in", vib.word = "layer norm'"
// CHECK: vib.label = "encode.1.in", vib.word = "batch norm'"

// The gradients are those of a training step, which does not use the running statistics.
// CHECK-LABEL: func.func @gradients
// CHECK-NOT: running_mean
// CHECK: vib.noise dropout

// CHECK-LABEL: func.func @encode
// CHECK-SAME: tensor<6xf32> {vib.slot = #vib.slot<state, "encode.1.running_mean">}
// CHECK-SAME: tensor<6xf32> {vib.slot = #vib.slot<state, "encode.1.running_var">}
// CHECK-NOT: vib.noise dropout
// CHECK-LABEL: func.func @evaluate
vib.model @norms(%x: tensor<?x4xf32>, %y: tensor<?xi32>) {
  %a = vib.linear %x @encode.0 [6] : tensor<?x4xf32>
  %b = vib.batch_norm %a @encode.1 : tensor<?x6xf32>
  %c = vib.dropout %b p(0.25) : tensor<?x6xf32>
  %d = vib.layer_norm %c @encode.2 : tensor<?x6xf32>
  %q = vib.normal %d softplus(0.0) : tensor<?x6xf32> -> !vib.normal<3>
  %z = vib.reparameterize %q : !vib.normal<3> -> tensor<?x3xf32>
  %logits = vib.linear %z @decode.0 [2] : tensor<?x3xf32>
  %p = vib.categorical %logits : tensor<?x2xf32> -> !vib.categorical<2>
  %ce = vib.nll %p, %y : !vib.categorical<2>, tensor<?xi32>
  vib.loss %ce
}
vib.train @norms batch(8) epochs(1) { optimizer = #vib.adam<lr = 1.0e-3>, average = 0.9 }
