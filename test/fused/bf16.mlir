// Broken if rounding to bf16 takes a kernel of its own, a copy of a weight, or an f32
// copy of an activation. A weight is rounded just before the contraction that reads it,
// an activation in the epilogue of the contraction that computes it.
// RUN: vib-opt %examples/toynet/toynet.mlir -vib-to-step="precision=bf16" --vib-to-fused | FileCheck %s

// CHECK-LABEL: func.func @scale
// CHECK: vib.kernel "scale"
// CHECK: arith.truncf
// CHECK-NOT: vib.kernel

// CHECK-LABEL: func.func @train_step
// CHECK: %[[H0:.*]] = vib.kernel "encode.0" ins(%encode.0.weight, %x, %encode.0.bias : tensor<784x1024xf32>, tensor<100x784xbf16>, tensor<1024xf32>) outs({{.*}} : tensor<100x1024xbf16>)
// CHECK:      %[[W:.*]] = linalg.generic {{.*}} ins(%encode.0.weight : tensor<784x1024xf32>) outs({{.*}} : tensor<784x1024xbf16>)
// CHECK-NEXT: ^bb0
// CHECK-NEXT:   arith.truncf
// CHECK-NEXT:   linalg.yield
// CHECK:      linalg.contract {{.*}} ins(%x, %[[W]] : tensor<100x784xbf16>, tensor<784x1024xbf16>)
// CHECK-NEXT: linalg.generic
// CHECK-NEXT: ^bb0
// CHECK-NEXT:   arith.addf
// CHECK-NEXT:   arith.maximumf
// CHECK-NEXT:   arith.truncf
// CHECK-NEXT:   linalg.yield
// CHECK-NEXT: } -> tensor<100x1024xbf16>
// CHECK-NEXT: vib.yield
// CHECK: vib.kernel "encode.2" ins(%encode.2.weight, %[[H0]],
// CHECK: vib.kernel "encode.4"
// The contractions of the means and of the scales read slices that are rounded.
// CHECK:      %[[S0:.*]] = tensor.extract_slice %encode.4.weight[0, 0] [1024, 256]
// CHECK:      linalg.generic {{.*}} ins(%[[S0]] : tensor<1024x256xf32>)
// CHECK:        arith.truncf
// CHECK:      linalg.contract
// CHECK:      %[[S1:.*]] = tensor.extract_slice %encode.4.weight[0, 256] [1024, 256]
// CHECK:      linalg.generic {{.*}} ins(%[[S1]] : tensor<1024x256xf32>)
// CHECK:        arith.truncf
// CHECK:      linalg.contract
// CHECK: vib.kernel "decode"
// CHECK-SAME: tensor<100x512xbf16>)
// CHECK: vib.kernel "decode.grad"
// CHECK: %[[D1:.*]] = vib.kernel "encode.4.in" ins(%encode.4.weight, {{.*}} outs({{.*}} : tensor<100x1024xbf16>)
// CHECK: vib.kernel "encode.4.grad"
// CHECK: vib.kernel "encode.2.in" ins(%encode.2.weight, %[[D1]], %[[H0]] :
// CHECK: vib.kernel "encode.2.grad" ins(%[[H0]], %[[D1]],
// CHECK: vib.kernel "encode.0.grad"
// CHECK-NOT: vib.kernel
// CHECK: return
