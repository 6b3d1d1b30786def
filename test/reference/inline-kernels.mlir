// Broken if an edited file of the phase fused cannot be compared with the reference.
// RUN: vib-opt %s -pass-pipeline='builtin.module(func.func(vib-inline-kernels))' | FileCheck %s

#id = affine_map<(m) -> (m)>

// An update of state, and a reader of the new value.
// CHECK-LABEL: func.func @step(
// CHECK-SAME:    %[[X:.*]]: tensor<8xf32>, %[[W:.*]]: tensor<8xf32>)
func.func @step(%x: tensor<8xf32>, %w: tensor<8xf32>) -> (tensor<8xf32>, tensor<8xf32>) {
  // CHECK: %[[E:.*]] = tensor.empty()
  %e = tensor.empty() : tensor<8xf32>
  // CHECK-NOT: vib.kernel
  // CHECK: %[[NEW:.*]] = linalg.generic {{.*}} ins(%[[X]] : {{.*}} outs(%[[W]] :
  %w1 = vib.kernel "update" ins(%x : tensor<8xf32>) outs(%w : tensor<8xf32>) {
    %0 = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel"]}
      ins(%x : tensor<8xf32>) outs(%w : tensor<8xf32>) {
    ^bb0(%a: f32, %b: f32):
      %c = arith.subf %b, %a : f32
      linalg.yield %c : f32
    } -> tensor<8xf32>
    vib.yield %0 : tensor<8xf32>
  } -> tensor<8xf32>
  // CHECK: %[[Y:.*]] = linalg.generic {{.*}} ins(%[[NEW]] : {{.*}} outs(%[[E]] :
  %y = vib.kernel "read" ins(%w1 : tensor<8xf32>) outs(%e as %o : tensor<8xf32>) {
    %0 = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel"]}
      ins(%w1 : tensor<8xf32>) outs(%o : tensor<8xf32>) {
    ^bb0(%a: f32, %b: f32):
      linalg.yield %a : f32
    } -> tensor<8xf32>
    vib.yield %0 : tensor<8xf32>
  } -> tensor<8xf32>
  // CHECK: return %[[NEW]], %[[Y]]
  return %w1, %y : tensor<8xf32>, tensor<8xf32>
}
