// Broken if an op does not become one kernel. Fills, constants, scalar arithmetic and
// slices are cloned into the kernels that use them. State is updated in place; any other
// result gets a new buffer.
// RUN: vib-opt %s --vib-form-kernels | FileCheck %s

#mk = affine_map<(m, n, k) -> (m, k)>
#kn = affine_map<(m, n, k) -> (k, n)>
#mn = affine_map<(m, n, k) -> (m, n)>
#id = affine_map<(m, n) -> (m, n)>

module attributes {vib.phase = "step"} {
  // CHECK-LABEL: func.func @train_step
  func.func @train_step(
      %x: tensor<4x8xf32> {vib.slot = #vib.slot<input, "x">},
      %w: tensor<8x6xf32> {vib.slot = #vib.slot<weight, "encode.0.weight">},
      %rows: i32 {vib.slot = #vib.slot<scalar, "rows">},
      %rate: f32 {vib.slot = #vib.slot<scalar, "rate">})
    -> (tensor<8x6xf32> {vib.slot = #vib.slot<weight, "encode.0.weight">},
        tensor<4x6xf32> {vib.slot = #vib.slot<output, "out">}) {
    %zero = arith.constant 0.0 : f32
    %n = arith.sitofp %rows : i32 to f32
    %scale = arith.divf %rate, %n : f32
    // CHECK: %[[E0:.*]] = tensor.empty() : tensor<4x6xf32>
    // CHECK: %[[H:.*]] = vib.kernel "encode.0" ins(%x, %encode.0.weight : tensor<4x8xf32>, tensor<8x6xf32>) outs(%[[E0]] as %[[O:.*]] : tensor<4x6xf32>) {{.*}}{
    // CHECK-NEXT:   %[[ZERO:.*]] = arith.constant 0.000000e+00
    // CHECK-NEXT:   %[[FILL:.*]] = linalg.fill ins(%[[ZERO]] : f32) outs(%[[O]] :
    // CHECK-NEXT:   %[[C:.*]] = linalg.contract {{.*}} ins(%x, %encode.0.weight {{.*}} outs(%[[FILL]] :
    // CHECK-NEXT:   vib.yield %[[C]]
    %e = tensor.empty() : tensor<4x6xf32>
    %f = linalg.fill ins(%zero : f32) outs(%e : tensor<4x6xf32>) -> tensor<4x6xf32>
    %h = linalg.contract indexing_maps = [#mk, #kn, #mn] {vib.label = "encode.0"}
      ins(%x, %w : tensor<4x8xf32>, tensor<8x6xf32>) outs(%f : tensor<4x6xf32>) -> tensor<4x6xf32>
    // The two halves of a tensor, concatenated in the other order: the slices of the
    // operand and the chain of insert_slices are in one kernel.
    // CHECK: %out = vib.kernel "swap" ins(%[[H]] : tensor<4x6xf32>) outs(
    // CHECK-NEXT:   tensor.extract_slice
    // CHECK-NEXT:   tensor.extract_slice
    // CHECK-NEXT:   tensor.insert_slice {{.*}} into %out[0, 0]
    // CHECK-NEXT:   tensor.insert_slice
    // CHECK-NEXT:   vib.yield
    %l = tensor.extract_slice %h[0, 0] [4, 3] [1, 1] : tensor<4x6xf32> to tensor<4x3xf32>
    %r = tensor.extract_slice %h[0, 3] [4, 3] [1, 1] : tensor<4x6xf32> to tensor<4x3xf32>
    %e1 = tensor.empty() : tensor<4x6xf32>
    %i0 = tensor.insert_slice %r into %e1[0, 0] [4, 3] [1, 1] : tensor<4x3xf32> into tensor<4x6xf32>
    %i1 = tensor.insert_slice %l into %i0[0, 3] [4, 3] [1, 1] {vib.label = "swap"} : tensor<4x3xf32> into tensor<4x6xf32>
    // CHECK: vib.kernel "encode.0.grad" ins(%rows, %rate : i32, f32) outs(%encode.0.weight : tensor<8x6xf32>) {{.*}}{
    // CHECK: arith.sitofp %rows
    // CHECK: arith.divf %rate
    // CHECK: linalg.generic {{.*}} outs(%encode.0.weight :
    %w1 = linalg.generic {indexing_maps = [#id], iterator_types = ["parallel", "parallel"]}
      outs(%w : tensor<8x6xf32>) attrs = {vib.label = "encode.0.grad"} {
    ^bb0(%a: f32):
      %b = arith.mulf %a, %scale : f32
      linalg.yield %b : f32
    } -> tensor<8x6xf32>
    // CHECK: vib.yield
    // CHECK-NEXT: } -> tensor<8x6xf32>
    // CHECK-NEXT: return
    return %w1, %i1 : tensor<8x6xf32>, tensor<4x6xf32>
  }
}
