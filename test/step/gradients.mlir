// Broken if the gradients by the parameters and by the inputs are not functions of their own,
// or if there is one without the option.
// RUN: vib-opt %models/classes.mlir -vib-to-step=with-gradients | FileCheck %s
// RUN: vib-opt %models/classes.mlir -vib-to-step | FileCheck %s --check-prefix=NONE

// CHECK-LABEL: func.func @gradients(
// CHECK-NOT:     moment1
// CHECK-SAME:    -> (tensor<15x9xf32> {vib.slot = #vib.slot<gradient, "encode.0.weight">}, tensor<9xf32> {vib.slot = #vib.slot<gradient, "encode.0.bias">}
// CHECK-SAME:    tensor<5xf32> {vib.slot = #vib.slot<output, "nll">}
// CHECK:      %[[GRADIENT:.*]] = linalg.contract {{.*}} {vib.dims = {{.*}}, vib.label = "encode.0.grad"}
// CHECK:      return %[[GRADIENT]],
// CHECK-LABEL: func.func @encode(

// By the inputs, with the noise of evaluation and the residuals of training.
// CHECK-LABEL: func.func @input_gradients(
// CHECK-SAME:    -> (tensor<{{.*}}xf32> {vib.slot = #vib.slot<output, "dx">}) {
// CHECK:      vib.noise evaluate
// CHECK-NOT:  encode.0.grad
// CHECK:      %[[DX:.*]] = linalg.contract {{.*}} {vib.dims = {{.*}}, vib.label = "encode.0.in"}
// CHECK:      return %[[DX]] :

// NONE-NOT: gradients(
// NONE-NOT: gradient,
