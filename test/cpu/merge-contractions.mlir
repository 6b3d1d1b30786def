// RUN: vib-opt %s -vib-set-machine -vib-merge-contractions -split-input-file | FileCheck %s
// RUN: vib-opt %s -vib-set-machine=vector-bits=128 -vib-merge-contractions -split-input-file | FileCheck %s --check-prefix=WIDE

// Broken if the mean and the scale of two latents take a contraction each, or if
// contractions are merged that are not adjacent or that fill registers of their own.

#mk = affine_map<(m, n, k) -> (m, k)>
#kn = affine_map<(m, n, k) -> (k, n)>
#mn = affine_map<(m, n, k) -> (m, n)>
// CHECK-LABEL: func.func @step(
// WIDE-LABEL:  func.func @step(
func.func @step(%h: tensor<32x8xf32>, %w: tensor<8x6xf32>, %e: tensor<32x2xf32>, %f: tensor<32x2xf32>, %g: tensor<32x1xf32>)
    -> (tensor<32x2xf32>, tensor<32x2xf32>, tensor<32x1xf32>) {
  // Columns 0 to 3 of 6 are merged; the last one is not adjacent to them.
  // CHECK:      %[[W:.*]] = tensor.extract_slice %{{.*}}[0, 0] [8, 4] [1, 1]
  // CHECK:      %[[ZERO:.*]] = linalg.fill {{.*}} -> tensor<32x4xf32>
  // CHECK:      %[[C:.*]] = linalg.contract {{.*}} ins(%{{.*}}, %[[W]] : {{.*}}) outs(%[[ZERO]] : {{.*}}) -> tensor<32x4xf32>
  // CHECK-NEXT: %[[A:.*]] = tensor.extract_slice %[[C]][0, 0] [32, 2] [1, 1]
  // CHECK-NEXT: %[[B:.*]] = tensor.extract_slice %[[C]][0, 2] [32, 2] [1, 1]
  // CHECK:      %[[D:.*]] = linalg.contract {{.*}} -> tensor<32x1xf32>
  // CHECK:      vib.yield %[[A]], %[[B]], %[[D]]
  // The four columns already fill four lanes.
  // WIDE-COUNT-3: linalg.contract
  %r:3 = vib.kernel "layer" ins(%h as %ha, %w as %wa : tensor<32x8xf32>, tensor<8x6xf32>) outs(%e as %o, %f as %p, %g as %q : tensor<32x2xf32>, tensor<32x2xf32>, tensor<32x1xf32>) {
    %zero = arith.constant 0.0 : f32
    %w2 = tensor.extract_slice %wa[0, 2] [8, 2] [1, 1] : tensor<8x6xf32> to tensor<8x2xf32>
    %w0 = tensor.extract_slice %wa[0, 0] [8, 2] [1, 1] : tensor<8x6xf32> to tensor<8x2xf32>
    %w5 = tensor.extract_slice %wa[0, 5] [8, 1] [1, 1] : tensor<8x6xf32> to tensor<8x1xf32>
    %t = tensor.empty() : tensor<32x2xf32>
    %s = tensor.empty() : tensor<32x1xf32>
    %z = linalg.fill ins(%zero : f32) outs(%t : tensor<32x2xf32>) -> tensor<32x2xf32>
    %y = linalg.fill ins(%zero : f32) outs(%s : tensor<32x1xf32>) -> tensor<32x1xf32>
    %b = linalg.contract indexing_maps = [#mk, #kn, #mn] ins(%ha, %w2 : tensor<32x8xf32>, tensor<8x2xf32>) outs(%z : tensor<32x2xf32>) -> tensor<32x2xf32>
    %a = linalg.contract indexing_maps = [#mk, #kn, #mn] ins(%ha, %w0 : tensor<32x8xf32>, tensor<8x2xf32>) outs(%z : tensor<32x2xf32>) -> tensor<32x2xf32>
    %d = linalg.contract indexing_maps = [#mk, #kn, #mn] ins(%ha, %w5 : tensor<32x8xf32>, tensor<8x1xf32>) outs(%y : tensor<32x1xf32>) -> tensor<32x1xf32>
    vib.yield %a, %b, %d : tensor<32x2xf32>, tensor<32x2xf32>, tensor<32x1xf32>
  } -> (tensor<32x2xf32>, tensor<32x2xf32>, tensor<32x1xf32>)
  return %r#0, %r#1, %r#2 : tensor<32x2xf32>, tensor<32x2xf32>, tensor<32x1xf32>
}

// -----

#mk = affine_map<(m, n, k) -> (m, k)>
#kn = affine_map<(m, n, k) -> (k, n)>
#mn = affine_map<(m, n, k) -> (m, n)>
// Two different left operands, and one contraction that does not start from zero.
// CHECK-LABEL: func.func @kept(
// CHECK-COUNT-3: linalg.contract {{.*}} -> tensor<32x2xf32>
// CHECK-NOT:     linalg.contract
func.func @kept(%h: tensor<32x8xf32>, %i: tensor<32x8xf32>, %w: tensor<8x6xf32>, %e: tensor<32x2xf32>, %f: tensor<32x2xf32>, %g: tensor<32x2xf32>) {
  %r:3 = vib.kernel "layer" ins(%h as %ha, %i as %ia, %w as %wa : tensor<32x8xf32>, tensor<32x8xf32>, tensor<8x6xf32>) outs(%e as %o, %f as %p, %g as %q : tensor<32x2xf32>, tensor<32x2xf32>, tensor<32x2xf32>) {
    %zero = arith.constant 0.0 : f32
    %w0 = tensor.extract_slice %wa[0, 0] [8, 2] [1, 1] : tensor<8x6xf32> to tensor<8x2xf32>
    %w2 = tensor.extract_slice %wa[0, 2] [8, 2] [1, 1] : tensor<8x6xf32> to tensor<8x2xf32>
    %w4 = tensor.extract_slice %wa[0, 4] [8, 2] [1, 1] : tensor<8x6xf32> to tensor<8x2xf32>
    %t = tensor.empty() : tensor<32x2xf32>
    %z = linalg.fill ins(%zero : f32) outs(%t : tensor<32x2xf32>) -> tensor<32x2xf32>
    %a = linalg.contract indexing_maps = [#mk, #kn, #mn] ins(%ha, %w0 : tensor<32x8xf32>, tensor<8x2xf32>) outs(%z : tensor<32x2xf32>) -> tensor<32x2xf32>
    %b = linalg.contract indexing_maps = [#mk, #kn, #mn] ins(%ia, %w2 : tensor<32x8xf32>, tensor<8x2xf32>) outs(%z : tensor<32x2xf32>) -> tensor<32x2xf32>
    %c = linalg.contract indexing_maps = [#mk, #kn, #mn] ins(%ia, %w4 : tensor<32x8xf32>, tensor<8x2xf32>) outs(%p : tensor<32x2xf32>) -> tensor<32x2xf32>
    vib.yield %a, %b, %c : tensor<32x2xf32>, tensor<32x2xf32>, tensor<32x2xf32>
  } -> (tensor<32x2xf32>, tensor<32x2xf32>, tensor<32x2xf32>)
  return
}
