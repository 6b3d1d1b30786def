// Broken if --precision=bf16 rounds anything but the operands of wide contractions: an
// activation and dy once, where they are computed, and a weight again for each contraction.
// RUN: vib-opt %examples/toynet/toynet.mlir -vib-to-step="precision=bf16 with-gradients" | FileCheck %s

// CHECK: type = f32, operands = bf16

// @scale returns its result rounded.
// CHECK-LABEL: func.func @scale(
// CHECK-SAME:    -> (tensor<100x784xbf16> {vib.slot = #vib.slot<output, "x">})

// CHECK-LABEL: func.func @train_step(
// CHECK-SAME:    %x: tensor<100x784xbf16>
// CHECK-SAME:    %[[W0:[^ :]*]]: tensor<784x1024xf32> {vib.slot = #vib.slot<weight, "encode.0.weight">}
// CHECK:      %[[R0:.*]] = linalg.generic {{.*}} ins(%[[W0]] :
// CHECK:        arith.truncf {{.*}} : f32 to bf16
// CHECK:      linalg.contract {{.*}} {vib.dims = {{.*}}, vib.label = "encode.0"} ins(%x, %[[R0]] : tensor<100x784xbf16>, tensor<784x1024xbf16>) outs({{.*}} : tensor<100x1024xf32>)
// CHECK:        arith.maximumf
// CHECK:      %[[H0:.*]] = linalg.generic {{.*}} outs({{.*}} : tensor<100x1024xbf16>)
// CHECK-NEXT:   ^bb0(%[[IN:.*]]: f32, %{{.*}}: bf16)
// CHECK-NEXT:   %[[T:.*]] = arith.truncf %[[IN]] : f32 to bf16
// CHECK-NEXT:   linalg.yield %[[T]]
// CHECK:      linalg.contract {{.*}} {vib.dims = {{.*}}, vib.label = "encode.2"} ins(%[[H0]],
// CHECK:      linalg.contract {{.*}} {vib.dims = {{.*}}, vib.label = "encode.4"} ins({{.*}} : tensor<100x1024xbf16>, tensor<1024x512xbf16>)

// The classifier has ten columns, so it stays in f32.
// CHECK:      linalg.contract {{.*}} {vib.dims = {{.*}}, vib.label = "decode.0"} ins({{.*}} : tensor<100x256xf32>, tensor<256x10xf32>)
// CHECK:      linalg.contract {{.*}} {vib.dims = {{.*}}, vib.label = "decode.0.in"} ins({{.*}} : tensor<100x10xf32>, tensor<256x10xf32>)

// The gradients of means and scales are rounded, then concatenated.
// CHECK:      arith.truncf
// CHECK:      arith.truncf
// CHECK:      %[[PART:.*]] = tensor.insert_slice {{.*}} : tensor<100x256xbf16> into tensor<100x512xbf16>
// CHECK:      %[[DS:.*]] = tensor.insert_slice {{.*}} into %[[PART]]

// CHECK:      linalg.contract {{.*}} {vib.dims = {{.*}}, vib.label = "encode.4.in"} ins(%[[DS]], {{.*}} : tensor<100x512xbf16>, tensor<1024x512xbf16>)
// The derivative of the activation is computed from the rounded activation.
// CHECK:      linalg.generic {{.*}} ins({{.*}} : tensor<100x1024xf32>, tensor<100x1024xbf16>)
// CHECK:        arith.extf
// CHECK:        arith.cmpf ogt
// CHECK:      linalg.contract {{.*}} {vib.dims = {{.*}}, vib.label = "encode.4.grad"} ins({{.*}}, %[[DS]] : tensor<100x1024xbf16>, tensor<100x512xbf16>)
// The gradient of the bias also sums the rounded values that are stored.
// CHECK:      linalg.generic {{.*}} ins(%[[DS]] : tensor<100x512xbf16>)
// CHECK:      linalg.contract {{.*}} {vib.dims = {{.*}}, vib.label = "encode.0.grad"} ins(%x, {{.*}} : tensor<100x784xbf16>, tensor<100x1024xbf16>) outs({{.*}} : tensor<784x1024xf32>)

// CHECK-LABEL: func.func @gradients(
// CHECK-SAME:    -> (tensor<784x1024xf32> {vib.slot = #vib.slot<gradient, "encode.0.weight">}

// CHECK-LABEL: func.func @encode(
// CHECK-SAME:    %x: tensor<100x784xbf16>
// CHECK-SAME:    -> (tensor<100x256xf32> {vib.slot = #vib.slot<output, "mu">}
