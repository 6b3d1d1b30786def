// Broken if a strided transposed convolution, or the gradient of a strided convolution by its
// input, multiplies zeros between the pixels of an image; or if a phase reads other taps or other
// pixels than its own.
// RUN: vib-opt %s --vib-split-phases --split-input-file | FileCheck %s
// RUN: vib-opt %s --vib-split-phases --vib-form-kernels --split-input-file | FileCheck %s --check-prefix=KERNEL

#weight = affine_map<(d0, d1, d2, d3) -> (-d0, -d1 + 3, d3, d2)>
#id = affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>
#places = affine_map<(d0, d1, d2, d3) -> (d0, d1, d2 * 2 + 2, d3)>
#taps = affine_map<(d0, d1, d2, d3, d4, d5, d6) -> (d4, d5, d6, d3)>
#windows = affine_map<(d0, d1, d2, d3, d4, d5, d6) -> (d0, d1 + d4, d2 + d5, d6)>
#result = affine_map<(d0, d1, d2, d3, d4, d5, d6) -> (d0, d1, d2, d3)>

// Four taps, two pixels apart: each phase has two taps and the seven pixels. The kernel is
// turned, so phase 0 has taps 0 and 2 of the turned one, which are 3 and 1 of the weight.
// CHECK-DAG: #[[$FIRST:.*]] = affine_map<(d0, d1, d2, d3) -> (-d0, d1 * -2 + 3, d3, d2)>
// CHECK-DAG: #[[$SECOND:.*]] = affine_map<(d0, d1, d2, d3) -> (-d0, -(d1 * 2 + 1) + 3, d3, d2)>
// CHECK-DAG: #[[$WINDOWS:.*]] = affine_map<(d0, d1, d2, d3, d4, d5, d6) -> (d0, d1 + d4, d2 + d5, d6)>
// CHECK-DAG: #[[$EVEN:.*]] = affine_map<(d0, d1, d2, d3) -> (d0, d1, d2 * 2, d3)>
// CHECK-DAG: #[[$ODD:.*]] = affine_map<(d0, d1, d2, d3) -> (d0, d1, d2 * 2 + 1, d3)>
// CHECK-LABEL: func.func @even
// CHECK-SAME: (%[[X:.*]]: tensor<9x1x7x8xf32>, %[[K:.*]]: tensor<1x4x3x8xf32>)
// CHECK: %[[W:.*]]:2 = linalg.generic {indexing_maps = [#[[$FIRST]], #[[$SECOND]], {{.*}} ins(%[[K]], %[[K]] : {{.*}} outs(%{{.*}} : tensor<1x2x8x3xf32>, tensor<1x2x8x3xf32>) {{.*}}vib.word = "flipped weight"
// CHECK: %[[B:.*]] = tensor.insert_slice %[[X]] into %{{.*}}[0, 0, 1, 0] [9, 1, 7, 8] [1, 1, 1, 1] {vib.label = "t", vib.word = "border"} : tensor<9x1x7x8xf32> into tensor<9x1x9x8xf32>
// CHECK: %[[ZEROS:.*]] = linalg.fill {{.*}} -> tensor<9x1x14x3xf32>
// CHECK: %[[B0:.*]] = tensor.extract_slice %[[B]][0, 0, 0, 0] [9, 1, 8, 8] [1, 1, 1, 1]
// CHECK: %[[P0:.*]] = linalg.generic {indexing_maps = [#{{.*}}, #[[$WINDOWS]], {{.*}} ins(%[[W]]#0, %[[B0]] : {{.*}} outs(%{{.*}} : tensor<9x1x7x3xf32>)
// CHECK: %[[Y0:.*]] = linalg.generic {indexing_maps = [#{{.*}}, #[[$EVEN]]], {{.*}} ins(%[[P0]] : {{.*}} outs(%[[ZEROS]] : {{.*}}vib.dims = ["rows", "height", "width", "channels"], vib.label = "t", vib.word = "conv_transpose2d"
// CHECK: %[[B1:.*]] = tensor.extract_slice %[[B]][0, 0, 1, 0] [9, 1, 8, 8] [1, 1, 1, 1]
// CHECK: %[[P1:.*]] = linalg.generic {{.*}} ins(%[[W]]#1, %[[B1]] :
// CHECK: %[[Y1:.*]] = linalg.generic {indexing_maps = [#{{.*}}, #[[$ODD]]], {{.*}} ins(%[[P1]] : {{.*}} outs(%[[Y0]] :
// CHECK-NOT: linalg.generic
// CHECK: return %[[Y1]]

// All phases become one kernel, which reads those of the weights and of the border.
// KERNEL-LABEL: func.func @even
// KERNEL-COUNT-2: vib.kernel "t" ins(%{{[^,]*}} :
// KERNEL: vib.kernel "t" ins(%{{.*}}, %{{.*}}, %{{.*}} : {{.*}} {vib.parts = ["t: conv_transpose2d"]}
// KERNEL-COUNT-4: linalg.generic
// KERNEL: vib.yield
// KERNEL-NOT: vib.kernel
// KERNEL: return
func.func @even(%x: tensor<9x1x7x8xf32>, %w: tensor<1x4x3x8xf32>) -> tensor<9x1x14x3xf32> {
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<1x4x8x3xf32>
  %v = linalg.generic {indexing_maps = [#weight, #id], iterator_types = ["parallel", "parallel", "parallel", "parallel"]}
    ins(%w : tensor<1x4x3x8xf32>) outs(%e : tensor<1x4x8x3xf32>) attrs = {vib.label = "t", vib.word = "flipped weight"} {
  ^bb0(%a: f32, %b: f32):
    linalg.yield %a : f32
  } -> tensor<1x4x8x3xf32>
  %ei = tensor.empty() : tensor<9x1x17x8xf32>
  %zi = linalg.fill ins(%zero : f32) outs(%ei : tensor<9x1x17x8xf32>) -> tensor<9x1x17x8xf32>
  %i = linalg.generic {indexing_maps = [#id, #places], iterator_types = ["parallel", "parallel", "parallel", "parallel"]}
    ins(%x : tensor<9x1x7x8xf32>) outs(%zi : tensor<9x1x17x8xf32>) attrs = {vib.label = "t", vib.word = "border"} {
  ^bb0(%a: f32, %b: f32):
    %s = arith.addf %b, %a : f32
    linalg.yield %s : f32
  } -> tensor<9x1x17x8xf32>
  %ey = tensor.empty() : tensor<9x1x14x3xf32>
  %zy = linalg.fill ins(%zero : f32) outs(%ey : tensor<9x1x14x3xf32>) -> tensor<9x1x14x3xf32>
  %y = linalg.generic {indexing_maps = [#taps, #windows, #result], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction", "reduction", "reduction"]}
    ins(%v, %i : tensor<1x4x8x3xf32>, tensor<9x1x17x8xf32>) outs(%zy : tensor<9x1x14x3xf32>)
    attrs = {vib.dims = ["rows", "height", "width", "channels", "tap_rows", "tap_columns", "inputs"], vib.label = "t", vib.word = "conv_transpose2d"} {
  ^bb0(%a: f32, %b: f32, %c: f32):
    %p = arith.mulf %a, %b : f32
    %s = arith.addf %c, %p : f32
    linalg.yield %s : f32
  } -> tensor<9x1x14x3xf32>
  return %y : tensor<9x1x14x3xf32>
}

// -----

#weight = affine_map<(d0, d1, d2, d3) -> (-d0 + 1, -d1, d3, d2)>
#id = affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>
#places = affine_map<(d0, d1, d2, d3) -> (d0, d1 * 3 + 1, d2 * 2, d3)>
#taps = affine_map<(d0, d1, d2, d3, d4, d5, d6) -> (d4, d5, d6, d3)>
#windows = affine_map<(d0, d1, d2, d3, d4, d5, d6) -> (d0, d1 + d4, d2 + d5, d6)>
#result = affine_map<(d0, d1, d2, d3, d4, d5, d6) -> (d0, d1, d2, d3)>

// Strides that are larger than the kernel, of bf16: of six phases two have a tap, and the others
// stay zero. No phase needs a border.
// CHECK-DAG: #[[$TAP0:.*]] = affine_map<(d0, d1, d2, d3) -> (d0 * -3 + 1, d1 * -2, d3, d2)>
// CHECK-DAG: #[[$TAP1:.*]] = affine_map<(d0, d1, d2, d3) -> (-(d0 * 3 + 1) + 1, d1 * -2, d3, d2)>
// CHECK-DAG: #[[$AT0:.*]] = affine_map<(d0, d1, d2, d3) -> (d0, d1 * 3, d2 * 2, d3)>
// CHECK-DAG: #[[$AT1:.*]] = affine_map<(d0, d1, d2, d3) -> (d0, d1 * 3 + 1, d2 * 2, d3)>
// CHECK-LABEL: func.func @gaps
// CHECK-SAME: (%[[X:.*]]: tensor<9x2x2x8xbf16>,
// CHECK-NOT: insert_slice
// CHECK: %[[W:.*]]:2 = linalg.generic {indexing_maps = [#[[$TAP1]], #[[$TAP0]],
// CHECK: linalg.generic {{.*}}"reduction"{{.*}} ins(%[[W]]#0, %[[X]] : {{.*}} outs(%{{.*}} : tensor<9x2x2x3xf32>)
// CHECK: linalg.generic {indexing_maps = [#{{.*}}, #[[$AT0]]],
// CHECK: linalg.generic {{.*}}"reduction"{{.*}} ins(%[[W]]#1, %[[X]] : {{.*}} outs(%{{.*}} : tensor<9x2x2x3xf32>)
// CHECK: linalg.generic {indexing_maps = [#{{.*}}, #[[$AT1]]],
// CHECK-NOT: linalg.generic
// CHECK: return
func.func @gaps(%x: tensor<9x2x2x8xbf16>, %w: tensor<2x1x3x8xbf16>) -> tensor<9x5x4x3xf32> {
  %zero = arith.constant 0.0 : f32
  %narrow = arith.constant 0.0 : bf16
  %e = tensor.empty() : tensor<2x1x8x3xbf16>
  %v = linalg.generic {indexing_maps = [#weight, #id], iterator_types = ["parallel", "parallel", "parallel", "parallel"]}
    ins(%w : tensor<2x1x3x8xbf16>) outs(%e : tensor<2x1x8x3xbf16>) {
  ^bb0(%a: bf16, %b: bf16):
    linalg.yield %a : bf16
  } -> tensor<2x1x8x3xbf16>
  %ei = tensor.empty() : tensor<9x6x4x8xbf16>
  %zi = linalg.fill ins(%narrow : bf16) outs(%ei : tensor<9x6x4x8xbf16>) -> tensor<9x6x4x8xbf16>
  %i = linalg.generic {indexing_maps = [#id, #places], iterator_types = ["parallel", "parallel", "parallel", "parallel"]}
    ins(%x : tensor<9x2x2x8xbf16>) outs(%zi : tensor<9x6x4x8xbf16>) {
  ^bb0(%a: bf16, %b: bf16):
    %wide = arith.extf %a : bf16 to f32
    %sum = arith.extf %b : bf16 to f32
    %s = arith.addf %sum, %wide : f32
    %t = arith.truncf %s : f32 to bf16
    linalg.yield %t : bf16
  } -> tensor<9x6x4x8xbf16>
  %ey = tensor.empty() : tensor<9x5x4x3xf32>
  %zy = linalg.fill ins(%zero : f32) outs(%ey : tensor<9x5x4x3xf32>) -> tensor<9x5x4x3xf32>
  %y = linalg.generic {indexing_maps = [#taps, #windows, #result], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction", "reduction", "reduction"]}
    ins(%v, %i : tensor<2x1x8x3xbf16>, tensor<9x6x4x8xbf16>) outs(%zy : tensor<9x5x4x3xf32>) {
  ^bb0(%a: bf16, %b: bf16, %c: f32):
    %l = arith.extf %a : bf16 to f32
    %r = arith.extf %b : bf16 to f32
    %p = arith.mulf %l, %r : f32
    %s = arith.addf %c, %p : f32
    linalg.yield %s : f32
  } -> tensor<9x5x4x3xf32>
  return %y : tensor<9x5x4x3xf32>
}

// -----

#weight = affine_map<(d0, d1, d2, d3) -> (-d0, -d1 + 3, d3, d2)>
#id = affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>
#places = affine_map<(d0, d1, d2, d3) -> (d0, d1, d2 * 2 + 2, d3)>
#taps = affine_map<(d0, d1, d2, d3, d4, d5, d6) -> (d4, d5, d6, d3)>
#windows = affine_map<(d0, d1, d2, d3, d4, d5, d6) -> (d0, d1 + d4, d2 + d5, d6)>
#result = affine_map<(d0, d1, d2, d3, d4, d5, d6) -> (d0, d1, d2, d3)>

// What is between the pixels is not zero, so nothing can be left out.
// CHECK-LABEL: func.func @ones
// CHECK-COUNT-3: linalg.generic
// CHECK-NOT: linalg.generic
// CHECK: return
func.func @ones(%x: tensor<9x1x7x8xf32>, %w: tensor<1x4x3x8xf32>) -> tensor<9x1x14x3xf32> {
  %zero = arith.constant 0.0 : f32
  %one = arith.constant 1.0 : f32
  %e = tensor.empty() : tensor<1x4x8x3xf32>
  %v = linalg.generic {indexing_maps = [#weight, #id], iterator_types = ["parallel", "parallel", "parallel", "parallel"]}
    ins(%w : tensor<1x4x3x8xf32>) outs(%e : tensor<1x4x8x3xf32>) {
  ^bb0(%a: f32, %b: f32):
    linalg.yield %a : f32
  } -> tensor<1x4x8x3xf32>
  %ei = tensor.empty() : tensor<9x1x17x8xf32>
  %zi = linalg.fill ins(%one : f32) outs(%ei : tensor<9x1x17x8xf32>) -> tensor<9x1x17x8xf32>
  %i = linalg.generic {indexing_maps = [#id, #places], iterator_types = ["parallel", "parallel", "parallel", "parallel"]}
    ins(%x : tensor<9x1x7x8xf32>) outs(%zi : tensor<9x1x17x8xf32>) {
  ^bb0(%a: f32, %b: f32):
    %s = arith.addf %b, %a : f32
    linalg.yield %s : f32
  } -> tensor<9x1x17x8xf32>
  %ey = tensor.empty() : tensor<9x1x14x3xf32>
  %zy = linalg.fill ins(%zero : f32) outs(%ey : tensor<9x1x14x3xf32>) -> tensor<9x1x14x3xf32>
  %y = linalg.generic {indexing_maps = [#taps, #windows, #result], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction", "reduction", "reduction"]}
    ins(%v, %i : tensor<1x4x8x3xf32>, tensor<9x1x17x8xf32>) outs(%zy : tensor<9x1x14x3xf32>) {
  ^bb0(%a: f32, %b: f32, %c: f32):
    %p = arith.mulf %a, %b : f32
    %s = arith.addf %c, %p : f32
    linalg.yield %s : f32
  } -> tensor<9x1x14x3xf32>
  return %y : tensor<9x1x14x3xf32>
}

// -----

#weight = affine_map<(d0, d1, d2, d3) -> (-d0, -d1 + 16, d3, d2)>
#id = affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>
#places = affine_map<(d0, d1, d2, d3) -> (d0, d1, d2 * 17 + 16, d3)>
#taps = affine_map<(d0, d1, d2, d3, d4, d5, d6) -> (d4, d5, d6, d3)>
#windows = affine_map<(d0, d1, d2, d3, d4, d5, d6) -> (d0, d1 + d4, d2 + d5, d6)>
#result = affine_map<(d0, d1, d2, d3, d4, d5, d6) -> (d0, d1, d2, d3)>

// Each phase has code of its own, so 17 of them are too many.
// CHECK-LABEL: func.func @many
// CHECK-COUNT-3: linalg.generic
// CHECK-NOT: linalg.generic
// CHECK: return
func.func @many(%x: tensor<9x1x7x8xf32>, %w: tensor<1x17x3x8xf32>) -> tensor<9x1x119x3xf32> {
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<1x17x8x3xf32>
  %v = linalg.generic {indexing_maps = [#weight, #id], iterator_types = ["parallel", "parallel", "parallel", "parallel"]}
    ins(%w : tensor<1x17x3x8xf32>) outs(%e : tensor<1x17x8x3xf32>) {
  ^bb0(%a: f32, %b: f32):
    linalg.yield %a : f32
  } -> tensor<1x17x8x3xf32>
  %ei = tensor.empty() : tensor<9x1x135x8xf32>
  %zi = linalg.fill ins(%zero : f32) outs(%ei : tensor<9x1x135x8xf32>) -> tensor<9x1x135x8xf32>
  %i = linalg.generic {indexing_maps = [#id, #places], iterator_types = ["parallel", "parallel", "parallel", "parallel"]}
    ins(%x : tensor<9x1x7x8xf32>) outs(%zi : tensor<9x1x135x8xf32>) {
  ^bb0(%a: f32, %b: f32):
    %s = arith.addf %b, %a : f32
    linalg.yield %s : f32
  } -> tensor<9x1x135x8xf32>
  %ey = tensor.empty() : tensor<9x1x119x3xf32>
  %zy = linalg.fill ins(%zero : f32) outs(%ey : tensor<9x1x119x3xf32>) -> tensor<9x1x119x3xf32>
  %y = linalg.generic {indexing_maps = [#taps, #windows, #result], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction", "reduction", "reduction"]}
    ins(%v, %i : tensor<1x17x8x3xf32>, tensor<9x1x135x8xf32>) outs(%zy : tensor<9x1x119x3xf32>) {
  ^bb0(%a: f32, %b: f32, %c: f32):
    %p = arith.mulf %a, %b : f32
    %s = arith.addf %c, %p : f32
    linalg.yield %s : f32
  } -> tensor<9x1x119x3xf32>
  return %y : tensor<9x1x119x3xf32>
}

// -----

#weight = affine_map<(d0, d1, d2, d3) -> (-d0, -d1 + 1, d3, d2)>
#id = affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>
#places = affine_map<(d0, d1, d2, d3) -> (d0, d1, d2 * 4 + 1, d3)>
#taps = affine_map<(d0, d1, d2, d3, d4, d5, d6) -> (d4, d5, d6, d3)>
#windows = affine_map<(d0, d1, d2, d3, d4, d5, d6) -> (d0, d1 + d4, d2 + d5 * 3, d6)>
#result = affine_map<(d0, d1, d2, d3, d4, d5, d6) -> (d0, d1, d2, d3)>

// Both taps are beyond the only pixel, so the result is zero.
// CHECK-LABEL: func.func @none
// CHECK-NOT: linalg.generic
// CHECK: %[[ZEROS:.*]] = linalg.fill {{.*}} -> tensor<9x1x1x3xf32>
// CHECK-NOT: linalg.generic
// CHECK: return %[[ZEROS]]
func.func @none(%x: tensor<9x1x1x8xf32>, %w: tensor<1x2x3x8xf32>) -> tensor<9x1x1x3xf32> {
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<1x2x8x3xf32>
  %v = linalg.generic {indexing_maps = [#weight, #id], iterator_types = ["parallel", "parallel", "parallel", "parallel"]}
    ins(%w : tensor<1x2x3x8xf32>) outs(%e : tensor<1x2x8x3xf32>) {
  ^bb0(%a: f32, %b: f32):
    linalg.yield %a : f32
  } -> tensor<1x2x8x3xf32>
  %ei = tensor.empty() : tensor<9x1x4x8xf32>
  %zi = linalg.fill ins(%zero : f32) outs(%ei : tensor<9x1x4x8xf32>) -> tensor<9x1x4x8xf32>
  %i = linalg.generic {indexing_maps = [#id, #places], iterator_types = ["parallel", "parallel", "parallel", "parallel"]}
    ins(%x : tensor<9x1x1x8xf32>) outs(%zi : tensor<9x1x4x8xf32>) {
  ^bb0(%a: f32, %b: f32):
    %s = arith.addf %b, %a : f32
    linalg.yield %s : f32
  } -> tensor<9x1x4x8xf32>
  %ey = tensor.empty() : tensor<9x1x1x3xf32>
  %zy = linalg.fill ins(%zero : f32) outs(%ey : tensor<9x1x1x3xf32>) -> tensor<9x1x1x3xf32>
  %y = linalg.generic {indexing_maps = [#taps, #windows, #result], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction", "reduction", "reduction"]}
    ins(%v, %i : tensor<1x2x8x3xf32>, tensor<9x1x4x8xf32>) outs(%zy : tensor<9x1x1x3xf32>) {
  ^bb0(%a: f32, %b: f32, %c: f32):
    %p = arith.mulf %a, %b : f32
    %s = arith.addf %c, %p : f32
    linalg.yield %s : f32
  } -> tensor<9x1x1x3xf32>
  return %y : tensor<9x1x1x3xf32>
}

// -----

#weight = affine_map<(d0, d1, d2, d3) -> (-d0, -d1 + 2, d3, d2)>
#id = affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>
#places = affine_map<(d0, d1, d2, d3) -> (d0, d1, d2 * 2 + 4, d3)>
#taps = affine_map<(d0, d1, d2, d3, d4, d5, d6) -> (d4, d5, d6, d3)>
#windows = affine_map<(d0, d1, d2, d3, d4, d5, d6) -> (d0, d1 + d4, d2 + d5 * 2, d6)>
#result = affine_map<(d0, d1, d2, d3, d4, d5, d6) -> (d0, d1, d2, d3)>

// The stride and the dilation have a common factor: every other pixel of the result reads all taps,
// of pixels one by one, and the others stay zero.
// CHECK-DAG: #[[$ONE:.*]] = affine_map<(d0, d1, d2, d3, d4, d5, d6) -> (d0, d1 + d4, d2 + d5, d6)>
// CHECK-DAG: #[[$TWO:.*]] = affine_map<(d0, d1, d2, d3) -> (d0, d1, d2 * 2, d3)>
// CHECK-LABEL: func.func @common
// CHECK: %[[V:.*]] = linalg.generic {{.*}} outs(%{{.*}} : tensor<1x3x8x3xf32>)
// CHECK: %[[B:.*]] = tensor.insert_slice %{{.*}} into %{{.*}}[0, 0, 2, 0] [9, 1, 7, 8] [1, 1, 1, 1] : tensor<9x1x7x8xf32> into tensor<9x1x11x8xf32>
// CHECK: %[[P:.*]] = linalg.generic {indexing_maps = [#{{.*}}, #[[$ONE]], {{.*}}"reduction"{{.*}} ins(%[[V]], %[[B]] : {{.*}} outs(%{{.*}} : tensor<9x1x9x3xf32>)
// CHECK: linalg.generic {indexing_maps = [#{{.*}}, #[[$TWO]]], {{.*}} ins(%[[P]] :
// CHECK-NOT: linalg.generic
// CHECK: return
func.func @common(%x: tensor<9x1x7x8xf32>, %w: tensor<1x3x3x8xf32>) -> tensor<9x1x17x3xf32> {
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<1x3x8x3xf32>
  %v = linalg.generic {indexing_maps = [#weight, #id], iterator_types = ["parallel", "parallel", "parallel", "parallel"]}
    ins(%w : tensor<1x3x3x8xf32>) outs(%e : tensor<1x3x8x3xf32>) {
  ^bb0(%a: f32, %b: f32):
    linalg.yield %a : f32
  } -> tensor<1x3x8x3xf32>
  %ei = tensor.empty() : tensor<9x1x21x8xf32>
  %zi = linalg.fill ins(%zero : f32) outs(%ei : tensor<9x1x21x8xf32>) -> tensor<9x1x21x8xf32>
  %i = linalg.generic {indexing_maps = [#id, #places], iterator_types = ["parallel", "parallel", "parallel", "parallel"]}
    ins(%x : tensor<9x1x7x8xf32>) outs(%zi : tensor<9x1x21x8xf32>) {
  ^bb0(%a: f32, %b: f32):
    %s = arith.addf %b, %a : f32
    linalg.yield %s : f32
  } -> tensor<9x1x21x8xf32>
  %ey = tensor.empty() : tensor<9x1x17x3xf32>
  %zy = linalg.fill ins(%zero : f32) outs(%ey : tensor<9x1x17x3xf32>) -> tensor<9x1x17x3xf32>
  %y = linalg.generic {indexing_maps = [#taps, #windows, #result], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction", "reduction", "reduction"]}
    ins(%v, %i : tensor<1x3x8x3xf32>, tensor<9x1x21x8xf32>) outs(%zy : tensor<9x1x17x3xf32>) {
  ^bb0(%a: f32, %b: f32, %c: f32):
    %p = arith.mulf %a, %b : f32
    %s = arith.addf %c, %p : f32
    linalg.yield %s : f32
  } -> tensor<9x1x17x3xf32>
  return %y : tensor<9x1x17x3xf32>
}

// -----

#weight = affine_map<(d0, d1, d2, d3) -> (-d0, -d1 + 3, d3, d2)>
#id = affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>
#places = affine_map<(d0, d1, d2, d3) -> (d0, d1, d2 * 4, d3)>
#taps = affine_map<(d0, d1, d2, d3, d4, d5, d6) -> (d4, d5, d6, d3)>
#windows = affine_map<(d0, d1, d2, d3, d4, d5, d6) -> (d0, d1 + d4, d2 + d5, d6)>
#result = affine_map<(d0, d1, d2, d3, d4, d5, d6) -> (d0, d1, d2, d3)>

// A crop leaves fewer results than the stride: each is a phase with one tap, of another pixel.
// CHECK-DAG: #[[$FEW0:.*]] = affine_map<(d0, d1, d2, d3) -> (-d0, d1 * -4 + 3, d3, d2)>
// CHECK-DAG: #[[$FEW1:.*]] = affine_map<(d0, d1, d2, d3) -> (-d0, -(d1 * 4 + 3) + 3, d3, d2)>
// CHECK-DAG: #[[$FEWAT0:.*]] = affine_map<(d0, d1, d2, d3) -> (d0, d1, d2 * 4, d3)>
// CHECK-DAG: #[[$FEWAT1:.*]] = affine_map<(d0, d1, d2, d3) -> (d0, d1, d2 * 4 + 1, d3)>
// CHECK-LABEL: func.func @few
// CHECK-NOT: insert_slice
// CHECK: %[[V:.*]]:2 = linalg.generic {indexing_maps = [#[[$FEW0]], #[[$FEW1]],
// CHECK: %[[X0:.*]] = tensor.extract_slice %{{.*}}[0, 0, 0, 0] [9, 1, 1, 8] [1, 1, 1, 1]
// CHECK: linalg.generic {{.*}}"reduction"{{.*}} ins(%[[V]]#0, %[[X0]] : {{.*}} outs(%{{.*}} : tensor<9x1x1x3xf32>)
// CHECK: linalg.generic {indexing_maps = [#{{.*}}, #[[$FEWAT0]]],
// CHECK: %[[X1:.*]] = tensor.extract_slice %{{.*}}[0, 0, 1, 0] [9, 1, 1, 8] [1, 1, 1, 1]
// CHECK: linalg.generic {{.*}}"reduction"{{.*}} ins(%[[V]]#1, %[[X1]] : {{.*}} outs(%{{.*}} : tensor<9x1x1x3xf32>)
// CHECK: linalg.generic {indexing_maps = [#{{.*}}, #[[$FEWAT1]]],
// CHECK-NOT: linalg.generic
// CHECK: return
func.func @few(%x: tensor<9x1x2x8xf32>, %w: tensor<1x4x3x8xf32>) -> tensor<9x1x2x3xf32> {
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<1x4x8x3xf32>
  %v = linalg.generic {indexing_maps = [#weight, #id], iterator_types = ["parallel", "parallel", "parallel", "parallel"]}
    ins(%w : tensor<1x4x3x8xf32>) outs(%e : tensor<1x4x8x3xf32>) {
  ^bb0(%a: f32, %b: f32):
    linalg.yield %a : f32
  } -> tensor<1x4x8x3xf32>
  %ei = tensor.empty() : tensor<9x1x5x8xf32>
  %zi = linalg.fill ins(%zero : f32) outs(%ei : tensor<9x1x5x8xf32>) -> tensor<9x1x5x8xf32>
  %i = linalg.generic {indexing_maps = [#id, #places], iterator_types = ["parallel", "parallel", "parallel", "parallel"]}
    ins(%x : tensor<9x1x2x8xf32>) outs(%zi : tensor<9x1x5x8xf32>) {
  ^bb0(%a: f32, %b: f32):
    %s = arith.addf %b, %a : f32
    linalg.yield %s : f32
  } -> tensor<9x1x5x8xf32>
  %ey = tensor.empty() : tensor<9x1x2x3xf32>
  %zy = linalg.fill ins(%zero : f32) outs(%ey : tensor<9x1x2x3xf32>) -> tensor<9x1x2x3xf32>
  %y = linalg.generic {indexing_maps = [#taps, #windows, #result], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction", "reduction", "reduction"]}
    ins(%v, %i : tensor<1x4x8x3xf32>, tensor<9x1x5x8xf32>) outs(%zy : tensor<9x1x2x3xf32>) {
  ^bb0(%a: f32, %b: f32, %c: f32):
    %p = arith.mulf %a, %b : f32
    %s = arith.addf %c, %p : f32
    linalg.yield %s : f32
  } -> tensor<9x1x2x3xf32>
  return %y : tensor<9x1x2x3xf32>
}

// -----

#weight = affine_map<(d0, d1, d2, d3) -> (-d0, -d1 + 3, d3, d2)>
#id = affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>
#places = affine_map<(d0, d1, d2, d3) -> (d0, d1, d2 * 2 + 2, d3)>
#taps = affine_map<(d0, d1, d2, d3, d4, d5, d6) -> (d4, d5, d6, d3)>
#windows = affine_map<(d0, d1, d2, d3, d4, d5, d6) -> (d0, d1 + d4, d2 + d5, d6)>
#result = affine_map<(d0, d1, d2, d3, d4, d5, d6) -> (d0, d1, d2, d3)>

// The image has its pixels in another type, so the pixels are not what is multiplied.
// CHECK-LABEL: func.func @rounded
// CHECK-COUNT-3: linalg.generic
// CHECK-NOT: linalg.generic
// CHECK: return
func.func @rounded(%x: tensor<9x1x7x8xbf16>, %w: tensor<1x4x3x8xf32>) -> tensor<9x1x14x3xf32> {
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<1x4x8x3xf32>
  %v = linalg.generic {indexing_maps = [#weight, #id], iterator_types = ["parallel", "parallel", "parallel", "parallel"]}
    ins(%w : tensor<1x4x3x8xf32>) outs(%e : tensor<1x4x8x3xf32>) {
  ^bb0(%a: f32, %b: f32):
    linalg.yield %a : f32
  } -> tensor<1x4x8x3xf32>
  %ei = tensor.empty() : tensor<9x1x17x8xf32>
  %zi = linalg.fill ins(%zero : f32) outs(%ei : tensor<9x1x17x8xf32>) -> tensor<9x1x17x8xf32>
  %i = linalg.generic {indexing_maps = [#id, #places], iterator_types = ["parallel", "parallel", "parallel", "parallel"]}
    ins(%x : tensor<9x1x7x8xbf16>) outs(%zi : tensor<9x1x17x8xf32>) {
  ^bb0(%a: bf16, %b: f32):
    %wide = arith.extf %a : bf16 to f32
    %s = arith.addf %b, %wide : f32
    linalg.yield %s : f32
  } -> tensor<9x1x17x8xf32>
  %ey = tensor.empty() : tensor<9x1x14x3xf32>
  %zy = linalg.fill ins(%zero : f32) outs(%ey : tensor<9x1x14x3xf32>) -> tensor<9x1x14x3xf32>
  %y = linalg.generic {indexing_maps = [#taps, #windows, #result], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction", "reduction", "reduction"]}
    ins(%v, %i : tensor<1x4x8x3xf32>, tensor<9x1x17x8xf32>) outs(%zy : tensor<9x1x14x3xf32>) {
  ^bb0(%a: f32, %b: f32, %c: f32):
    %p = arith.mulf %a, %b : f32
    %s = arith.addf %c, %p : f32
    linalg.yield %s : f32
  } -> tensor<9x1x14x3xf32>
  return %y : tensor<9x1x14x3xf32>
}
