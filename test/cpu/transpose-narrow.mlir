// RUN: vib-opt %s -vib-set-machine -vib-transpose-narrow -split-input-file | FileCheck %s
// RUN: vib-opt %s -vib-set-machine=vector-bits=128 -vib-transpose-narrow -split-input-file | FileCheck %s --check-prefix=SMALL

// Broken if work on short rows is not vectorized along the batch, or if a matrix is
// transposed that others read by rows.

#id = affine_map<(i, j) -> (i, j)>
#row = affine_map<(i, j) -> (i)>
#column = affine_map<(i, j) -> (j)>
// CHECK-DAG: #[[$ID:.*]] = affine_map<(d0, d1) -> (d0, d1)>
// CHECK-DAG: #[[$TURNED:.*]] = affine_map<(d0, d1) -> (d1, d0)>
// CHECK-DAG: #[[$MN:.*]] = affine_map<(d0, d1, d2) -> (d0, d1)>
// CHECK-DAG: #[[$NM:.*]] = affine_map<(d0, d1, d2) -> (d1, d0)>
// CHECK-DAG: #[[$KM:.*]] = affine_map<(d0, d1, d2) -> (d2, d0)>
// CHECK-LABEL: func.func @step(
// SMALL-LABEL: func.func @step(
// With four lanes, two columns are narrow and four are not.
// SMALL:       tensor.empty() : tensor<2x32xf32>
// SMALL:       tensor.empty() : tensor<32x4xf32>
func.func @step(%x: tensor<32x8xf32> {vib.slot = #vib.slot<input, "x">},
    %w: tensor<8x4xf32> {vib.slot = #vib.slot<weight, "w">},
    %u: tensor<2x4xf32> {vib.slot = #vib.slot<weight, "u">},
    %b: tensor<2xf32> {vib.slot = #vib.slot<weight, "b">})
    -> (tensor<32xf32> {vib.slot = #vib.slot<output, "s">}, tensor<32x4xf32> {vib.slot = #vib.slot<output, "p">}) {
  // A value that goes from kernel to kernel is transposed.
  // CHECK: %[[E:.*]] = tensor.empty() : tensor<2x32xf32>
  // CHECK: vib.kernel "first" {{.*}} outs(%[[E]] as %[[O:.*]] : tensor<2x32xf32>)
  %e = tensor.empty() : tensor<32x2xf32>
  %h = vib.kernel "first" ins(%x as %xa, %w as %wa, %b as %ba : tensor<32x8xf32>, tensor<8x4xf32>, tensor<2xf32>) outs(%e as %o : tensor<32x2xf32>) {
    // A slice of a weight is not transposed, a result is.
    // CHECK: %[[PART:.*]] = tensor.extract_slice {{.*}} : tensor<8x4xf32> to tensor<8x2xf32>
    // CHECK: linalg.fill {{.*}} -> tensor<2x32xf32>
    // CHECK: linalg.contract indexing_maps = [#{{.*}}, #{{.*}}, #[[$NM]]] {{.*}} -> tensor<2x32xf32>
    %zero = arith.constant 0.0 : f32
    %part = tensor.extract_slice %wa[0, 2] [8, 2] [1, 1] : tensor<8x4xf32> to tensor<8x2xf32>
    %t = tensor.empty() : tensor<32x2xf32>
    %f = linalg.fill ins(%zero : f32) outs(%t : tensor<32x2xf32>) -> tensor<32x2xf32>
    %c = linalg.contract indexing_maps = [affine_map<(m, n, k) -> (m, k)>, affine_map<(m, n, k) -> (k, n)>, affine_map<(m, n, k) -> (m, n)>] ins(%xa, %part : tensor<32x8xf32>, tensor<8x2xf32>) outs(%f : tensor<32x2xf32>) -> tensor<32x2xf32>
    // CHECK: linalg.generic {indexing_maps = [#[[$TURNED]], #{{.*}}, #[[$TURNED]]]
    %r = linalg.generic {indexing_maps = [#id, #column, #id], iterator_types = ["parallel", "parallel"]} ins(%c, %ba : tensor<32x2xf32>, tensor<2xf32>) outs(%o : tensor<32x2xf32>) {
    ^bb0(%a: f32, %bias: f32, %out: f32):
      %s = arith.addf %a, %bias : f32
      linalg.yield %s : f32
    } -> tensor<32x2xf32>
    vib.yield %r : tensor<32x2xf32>
  } -> tensor<32x2xf32>
  %e1 = tensor.empty() : tensor<32xf32>
  %e2 = tensor.empty() : tensor<32x4xf32>
  %s, %p = vib.kernel "second" ins(%h as %ha, %u as %ua : tensor<32x2xf32>, tensor<2x4xf32>) outs(%e1 as %o1, %e2 as %o2 : tensor<32xf32>, tensor<32x4xf32>) {
    // CHECK: linalg.generic {indexing_maps = [#[[$TURNED]], #{{.*}}], iterator_types = ["parallel", "reduction"]}
    %zero = arith.constant 0.0 : f32
    %f = linalg.fill ins(%zero : f32) outs(%o1 : tensor<32xf32>) -> tensor<32xf32>
    %r = linalg.generic {indexing_maps = [#id, #row], iterator_types = ["parallel", "reduction"]} ins(%ha : tensor<32x2xf32>) outs(%f : tensor<32xf32>) {
    ^bb0(%a: f32, %out: f32):
      %sum = arith.addf %out, %a : f32
      linalg.yield %sum : f32
    } -> tensor<32xf32>
    // A value that the runtime reads is not transposed, nor are the values of the same
    // elementwise op.
    // CHECK: linalg.contract indexing_maps = [#[[$KM]], #{{.*}}, #[[$MN]]] {{.*}} -> tensor<32x4xf32>
    // CHECK: linalg.generic {indexing_maps = [#[[$ID]], #[[$ID]]]
    %t = tensor.empty() : tensor<32x4xf32>
    %g = linalg.fill ins(%zero : f32) outs(%t : tensor<32x4xf32>) -> tensor<32x4xf32>
    %c = linalg.contract indexing_maps = [affine_map<(m, n, k) -> (m, k)>, affine_map<(m, n, k) -> (k, n)>, affine_map<(m, n, k) -> (m, n)>] ins(%ha, %ua : tensor<32x2xf32>, tensor<2x4xf32>) outs(%g : tensor<32x4xf32>) -> tensor<32x4xf32>
    %q = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]} ins(%c : tensor<32x4xf32>) outs(%o2 : tensor<32x4xf32>) {
    ^bb0(%a: f32, %out: f32):
      %twice = arith.addf %a, %a : f32
      linalg.yield %twice : f32
    } -> tensor<32x4xf32>
    vib.yield %r, %q : tensor<32xf32>, tensor<32x4xf32>
  } -> (tensor<32xf32>, tensor<32x4xf32>)
  return %s, %p : tensor<32xf32>, tensor<32x4xf32>
}

// -----

// Operands of bf16 are not transposed, because their pairs determine the layout; nor are
// matrices in a divided kernel whose rows make too few panels.
// CHECK-LABEL: func.func @kept(
// CHECK-NOT:   tensor<2x
// CHECK:       return
#id = affine_map<(i, j) -> (i, j)>
func.func @kept(%x: tensor<32x8xbf16> {vib.slot = #vib.slot<input, "x">},
    %w: tensor<8x2xbf16> {vib.slot = #vib.slot<input, "w">},
    %v: tensor<64x3200xf32> {vib.slot = #vib.slot<input, "v">},
    %u: tensor<3200x2xf32> {vib.slot = #vib.slot<weight, "u">}) {
  %e = tensor.empty() : tensor<32x2xf32>
  %h = vib.kernel "narrow" ins(%x as %xa, %w as %wa : tensor<32x8xbf16>, tensor<8x2xbf16>) outs(%e as %o : tensor<32x2xf32>) {
    %zero = arith.constant 0.0 : f32
    %f = linalg.fill ins(%zero : f32) outs(%o : tensor<32x2xf32>) -> tensor<32x2xf32>
    %c = linalg.contract indexing_maps = [affine_map<(m, n, k) -> (m, k)>, affine_map<(m, n, k) -> (k, n)>, affine_map<(m, n, k) -> (m, n)>] ins(%xa, %wa : tensor<32x8xbf16>, tensor<8x2xbf16>) outs(%f : tensor<32x2xf32>) -> tensor<32x2xf32>
    vib.yield %c : tensor<32x2xf32>
  } -> tensor<32x2xf32>
  %e1 = tensor.empty() : tensor<64x2xf32>
  %g = vib.kernel "divided" ins(%v as %va, %u as %ua : tensor<64x3200xf32>, tensor<3200x2xf32>) outs(%e1 as %o : tensor<64x2xf32>) {
    %zero = arith.constant 0.0 : f32
    %f = linalg.fill ins(%zero : f32) outs(%o : tensor<64x2xf32>) -> tensor<64x2xf32>
    %c = linalg.contract indexing_maps = [affine_map<(m, n, k) -> (m, k)>, affine_map<(m, n, k) -> (k, n)>, affine_map<(m, n, k) -> (m, n)>] ins(%va, %ua : tensor<64x3200xf32>, tensor<3200x2xf32>) outs(%f : tensor<64x2xf32>) -> tensor<64x2xf32>
    vib.yield %c : tensor<64x2xf32>
  } -> tensor<64x2xf32>
  return
}
