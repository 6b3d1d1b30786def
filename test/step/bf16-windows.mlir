// Broken if a convolution rounds anything but its operands to bf16: its image once, where it is
// computed, with a border of bf16; dy once; and the weight again for each contraction, for the
// input gradient as it is turned. A convolution with fewer than 32 channels on a side stays f32.
// RUN: vib-opt %models/windows-wide.mlir -vib-to-step="precision=bf16" | FileCheck %s

// CHECK-LABEL: func.func @train_step(
// CHECK-SAME:    %x: tensor<7x84xf32>
// CHECK-SAME:    %[[W2:[^ :]*]]: tensor<3x3x32x48xf32> {vib.slot = #vib.slot<weight, "encode.2.weight">}
// CHECK:      linalg.generic {{.*}} ins(%encode.0.weight, %{{.*}} : tensor<3x2x2x32xf32>, tensor<7x9x7x2xf32>)
// CHECK:      %[[A:.*]] = linalg.generic {{.*}} outs(%{{.*}} : tensor<7x7x6x32xbf16>)
// CHECK:        arith.truncf
// CHECK:      %[[ZEROS:.*]] = linalg.fill {{.*}} outs(%{{.*}} : tensor<7x9x8x32xbf16>)
// CHECK:      %[[X:.*]] = tensor.insert_slice %[[A]] into %[[ZEROS]]
// CHECK:      %[[R:.*]] = linalg.generic {{.*}} ins(%[[W2]] : {{.*}} outs(%{{.*}} : tensor<3x3x32x48xbf16>)
// CHECK:        arith.truncf
// CHECK:      linalg.generic {{.*}} ins(%[[R]], %[[X]] : tensor<3x3x32x48xbf16>, tensor<7x9x8x32xbf16>) outs(%{{.*}} : tensor<7x4x4x48xf32>)
// CHECK:        arith.extf
// CHECK:        arith.extf
// CHECK:        arith.mulf
// CHECK:        arith.addf

// dy is rounded once, for both gradients. The input gradient reads the weight as it is turned and
// then rounded, and dy two rows apart.
// CHECK:      %[[DY:.*]] = linalg.generic {{.*}} outs(%{{.*}} : tensor<7x4x4x48xbf16>)
// CHECK:      %[[TURNED:.*]] = linalg.generic {{.*}} ins(%[[W2]] : {{.*}} outs(%{{.*}} : tensor<3x3x48x32xf32>)
// CHECK:      %[[TR:.*]] = linalg.generic {{.*}} ins(%[[TURNED]] : {{.*}} outs(%{{.*}} : tensor<3x3x48x32xbf16>)
// CHECK:        arith.truncf
// CHECK:      %[[APART:.*]] = linalg.generic {{.*}} ins(%[[DY]] : {{.*}} outs(%{{.*}} : tensor<7x9x4x48xbf16>)
// CHECK:      %[[IMAGE:.*]] = tensor.insert_slice %[[APART]] into
// CHECK:      linalg.generic {{.*}} ins(%[[TR]], %[[IMAGE]] : tensor<3x3x48x32xbf16>, tensor<7x9x10x48xbf16>) outs(%{{.*}} : tensor<7x7x6x32xf32>)
// CHECK:      linalg.generic {{.*}} ins(%[[DY]], %[[X]] : tensor<7x4x4x48xbf16>, tensor<7x9x8x32xbf16>) outs(%{{.*}} : tensor<3x3x32x48xf32>)
// CHECK:      linalg.generic {{.*}} ins(%[[DY]] : tensor<7x4x4x48xbf16>) outs(%{{.*}} : tensor<48xf32>)
