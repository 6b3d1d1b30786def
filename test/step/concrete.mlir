// Broken if the step of a categorical posterior draws other noise than that of its classes, if only
// training divides by the temperature, or if `encode` computes a deviation of classes.
// RUN: vib-opt %s -vib-to-step | FileCheck %s
// RUN: vib-opt %s -vib-to-step | vib-opt -vib-verify-step -o /dev/null

// CHECK: posterior = !vib.concrete<2, 3>,
// CHECK-SAME: temperatures = [#vib.coefficient<"tau", 0.5>]
// CHECK-LABEL: func.func @train_step(
// CHECK-SAME: %tau: f32 {vib.slot = #vib.slot<scalar, "coefficients[1]">}
// CHECK: vib.noise train_gumbel
// CHECK: arith.divf {{%.*}}, %tau
// CHECK-LABEL: func.func @encode(
// CHECK-SAME: -> (tensor<4x6xf32> {vib.slot = #vib.slot<output, "mu">}, tensor<4x6xf32> {vib.slot = #vib.slot<output, "log_probabilities">}, tensor<4xf32> {vib.slot = #vib.slot<output, "rate">}, tensor<4x2xf32> {vib.slot = #vib.slot<output, "rate_each">})
// CHECK-LABEL: func.func @draw(
// CHECK-SAME: #vib.slot<input, "log_probabilities">
// CHECK: vib.noise evaluate_gumbel
// CHECK-NOT: arith.divf
// CHECK: return
vib.model @m(%x: tensor<?x8xf32>, %y: tensor<?xi32>) {
  %s = vib.linear %x @encode.0 [6] : tensor<?x8xf32>
  %q = vib.concrete %s temperature(@tau(0.5)) : tensor<?x6xf32> -> !vib.concrete<2, 3>
  %z = vib.reparameterize %q : !vib.concrete<2, 3> -> tensor<?x6xf32>
  %l = vib.linear %z @decode.0 [3] : tensor<?x6xf32>
  %p = vib.categorical %l : tensor<?x3xf32>
  %ce = vib.nll %p, %y : !vib.categorical<3>, tensor<?xi32>
  %rate = vib.kl %q : !vib.concrete<2, 3>
  vib.loss %ce + @beta(0.1) * %rate
}
vib.train @m batch(4) epochs(1)
