// Broken if elementwise ops over the same positions are not fused when the second reads
// two results of the first, or when a sum stands between them that the second does not
// read; or if an op is fused that needs the sum.
// RUN: vib-opt %s --vib-simplify-kernels | FileCheck %s

#id = affine_map<(m, n) -> (m, n)>
#m = affine_map<(m, n) -> (m)>

// CHECK-LABEL: func.func @chain
// CHECK: vib.kernel
// CHECK: linalg.generic {{.*}}["parallel", "parallel"]
// CHECK-NEXT: ^bb0
// CHECK-NEXT: %[[S:.*]] = math.sqrt
// CHECK-NEXT: %[[E:.*]] = math.exp
// CHECK-NEXT: %[[P:.*]] = arith.mulf %[[E]], %[[S]]
// CHECK-NEXT: linalg.yield %[[E]], %[[P]]
// CHECK: linalg.generic {{.*}}["parallel", "reduction"]
// CHECK: linalg.generic {{.*}}["parallel", "parallel"]
// CHECK: arith.divf
// CHECK-NOT: linalg.generic
func.func @chain(%x: tensor<4x8xf32>) -> (tensor<4x8xf32>, tensor<4x8xf32>) {
  %0 = tensor.empty() : tensor<4x8xf32>
  %1 = tensor.empty() : tensor<4x8xf32>
  %p, %q = vib.kernel "k" ins(%x : tensor<4x8xf32>) outs(%0 as %p, %1 as %q : tensor<4x8xf32>, tensor<4x8xf32>) {
    %zero = arith.constant 0.0 : f32
    %e = tensor.empty() : tensor<4x8xf32>
    %e1 = tensor.empty() : tensor<4xf32>
    %f1 = linalg.fill ins(%zero : f32) outs(%e1 : tensor<4xf32>) -> tensor<4xf32>
    %a:2 = linalg.generic {indexing_maps = [#id, #id, #id], iterator_types = ["parallel", "parallel"]}
      ins(%x : tensor<4x8xf32>) outs(%e, %e : tensor<4x8xf32>, tensor<4x8xf32>) {
    ^bb0(%i: f32, %o: f32, %o2: f32):
      %s = math.exp %i : f32
      %t = math.sqrt %i : f32
      linalg.yield %s, %t : f32, f32
    } -> (tensor<4x8xf32>, tensor<4x8xf32>)
    %sum = linalg.generic {indexing_maps = [#id, #m], iterator_types = ["parallel", "reduction"]}
      ins(%a#0 : tensor<4x8xf32>) outs(%f1 : tensor<4xf32>) {
    ^bb0(%i: f32, %o: f32):
      %s = arith.addf %i, %o : f32
      linalg.yield %s : f32
    } -> tensor<4xf32>
    %b = linalg.generic {indexing_maps = [#id, #id, #id], iterator_types = ["parallel", "parallel"]}
      ins(%a#0, %a#1 : tensor<4x8xf32>, tensor<4x8xf32>) outs(%p : tensor<4x8xf32>) {
    ^bb0(%i: f32, %j: f32, %o: f32):
      %s = arith.mulf %i, %j : f32
      linalg.yield %s : f32
    } -> tensor<4x8xf32>
    %c = linalg.generic {indexing_maps = [#id, #m, #id], iterator_types = ["parallel", "parallel"]}
      ins(%a#0, %sum : tensor<4x8xf32>, tensor<4xf32>) outs(%q : tensor<4x8xf32>) {
    ^bb0(%i: f32, %j: f32, %o: f32):
      %s = arith.divf %i, %j : f32
      linalg.yield %s : f32
    } -> tensor<4x8xf32>
    vib.yield %b, %c : tensor<4x8xf32>, tensor<4x8xf32>
  } -> (tensor<4x8xf32>, tensor<4x8xf32>)
  return %p, %q : tensor<4x8xf32>, tensor<4x8xf32>
}
