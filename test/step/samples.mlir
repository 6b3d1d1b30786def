// Broken if the values after the bottleneck do not have a dimension of S samples in
// training, or have one in evaluation, or if the terms of the loss are not means over it.
// RUN: vib-opt %models/samples.mlir -vib-to-step | FileCheck %s

// CHECK-LABEL: func.func @train_step(
// CHECK:      linalg.index 0
// CHECK-NEXT: %[[SAMPLE:.*]] = arith.index_cast
// CHECK-NEXT: vib.noise train %seed, %step, %[[SAMPLE]],
// CHECK:      } -> (tensor<3x4x4xf32>, tensor<3x4x4xf32>)
// CHECK:      linalg.contract {{.*}} {vib.dims = {{.*}}, vib.label = "decode.0"} {{.*}} -> tensor<3x4x6xf32>
// CHECK:      linalg.contract {{.*}} {vib.dims = {{.*}}, vib.label = "decode.2"} {{.*}} -> tensor<3x4x3xf32>
// The nll is a mean over the samples.
// CHECK:      iterator_types = ["parallel", "reduction"]} ins({{.*}} : tensor<3x4xf32>, tensor<3x4xf32>, tensor<3x4xf32>) outs({{.*}} : tensor<4xf32>)
// CHECK:      %[[PART:.*]] = arith.constant 0.333333343 : f32
// CHECK-NEXT: arith.mulf %{{.*}}, %[[PART]]
// The gradient of a weight sums over rows and samples.
// CHECK:      linalg.contract {{.*}} {vib.dims = {{.*}}, vib.label = "decode.2.grad"} ins({{.*}} : tensor<3x4x6xf32>, tensor<3x4x3xf32>) {{.*}} -> tensor<6x3xf32>
// The adjoints of the posterior sum over samples.
// CHECK:      iterator_types = ["parallel", "parallel", "reduction"]} ins({{.*}} : tensor<3x4x4xf32>) outs({{.*}} : tensor<4x4xf32>) attrs = {vib.dims = {{.*}}, vib.label = "decode.0.in"{{.*}}}

// CHECK-LABEL: func.func @evaluate(
// CHECK-NOT:   tensor<3x4x
// CHECK:       return
