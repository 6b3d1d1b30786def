// Broken if elementwise ops over the same positions are not fused when the second reads
// two results of the first, or when a sum stands between them that the second does not
// read; if an op is fused that needs the sum; or if sums along different dimensions of one extent
// share their initial value, so that the two dimensions become one; or if tensors that begin with the
// same part share its insert.
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

#row = affine_map<(m, c, k) -> (m, k)>
#center = affine_map<(m, c, k) -> (c, k)>
#pair = affine_map<(m, c, k) -> (m, c)>
#back = affine_map<(m, k, c) -> (m, k)>
#share = affine_map<(m, k, c) -> (m, c)>
#point = affine_map<(m, k, c) -> (c, k)>

// CHECK-LABEL: func.func @square
// CHECK: %[[FIRST:.*]] = linalg.fill
// CHECK: linalg.generic {{.*}}["parallel", "parallel", "reduction"]} ins(%{{.*}}, %{{.*}}) outs(%[[FIRST]] :
// CHECK: %[[SECOND:.*]] = linalg.fill
// CHECK: linalg.generic {{.*}}["parallel", "parallel", "reduction"]} ins(%{{.*}}, %{{.*}}) outs(%[[SECOND]] :
func.func @square(%x: tensor<3x2xf32>, %c: tensor<2x2xf32>) -> tensor<3x2xf32> {
  %0 = tensor.empty() : tensor<3x2xf32>
  %r = vib.kernel "k" ins(%x, %c : tensor<3x2xf32>, tensor<2x2xf32>) outs(%0 as %r : tensor<3x2xf32>) {
    %zero = arith.constant 0.0 : f32
    %e0 = tensor.empty() : tensor<3x2xf32>
    %f0 = linalg.fill ins(%zero : f32) outs(%e0 : tensor<3x2xf32>) -> tensor<3x2xf32>
    %s = linalg.generic {indexing_maps = [#row, #center, #pair], iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%x, %c : tensor<3x2xf32>, tensor<2x2xf32>) outs(%f0 : tensor<3x2xf32>) {
    ^bb0(%i: f32, %j: f32, %o: f32):
      %p = arith.mulf %i, %j : f32
      %t = arith.addf %o, %p : f32
      linalg.yield %t : f32
    } -> tensor<3x2xf32>
    %e1 = tensor.empty() : tensor<3x2xf32>
    %f1 = linalg.fill ins(%zero : f32) outs(%e1 : tensor<3x2xf32>) -> tensor<3x2xf32>
    %b = linalg.generic {indexing_maps = [#share, #point, #back], iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%s, %c : tensor<3x2xf32>, tensor<2x2xf32>) outs(%f1 : tensor<3x2xf32>) {
    ^bb0(%i: f32, %j: f32, %o: f32):
      %p = arith.mulf %i, %j : f32
      %t = arith.addf %o, %p : f32
      linalg.yield %t : f32
    } -> tensor<3x2xf32>
    vib.yield %b : tensor<3x2xf32>
  } -> tensor<3x2xf32>
  return %r : tensor<3x2xf32>
}

// CHECK-LABEL: func.func @parts
// CHECK: %[[F:.*]] = tensor.insert_slice %{{.*}} into %{{.*}}[0, 0]
// CHECK-NEXT: %[[A:.*]] = tensor.insert_slice %{{.*}} into %[[F]][0, 2]
// CHECK-NEXT: %[[G:.*]] = tensor.insert_slice %{{.*}} into %{{.*}}[0, 0]
// CHECK-NEXT: %[[B:.*]] = tensor.insert_slice %{{.*}} into %[[G]][0, 2]
// CHECK-NEXT: vib.yield %[[A]], %[[B]]
func.func @parts(%x: tensor<3x2xf32>, %y: tensor<3x2xf32>, %z: tensor<3x2xf32>) -> (tensor<3x4xf32>, tensor<3x4xf32>) {
  %0 = tensor.empty() : tensor<3x4xf32>
  %1 = tensor.empty() : tensor<3x4xf32>
  %p, %q = vib.kernel "k" ins(%x, %y, %z : tensor<3x2xf32>, tensor<3x2xf32>, tensor<3x2xf32>) outs(%0 as %p, %1 as %q : tensor<3x4xf32>, tensor<3x4xf32>) {
    %e = tensor.empty() : tensor<3x4xf32>
    %f = tensor.insert_slice %x into %e[0, 0] [3, 2] [1, 1] : tensor<3x2xf32> into tensor<3x4xf32>
    %g = tensor.insert_slice %x into %e[0, 0] [3, 2] [1, 1] : tensor<3x2xf32> into tensor<3x4xf32>
    %a = tensor.insert_slice %y into %f[0, 2] [3, 2] [1, 1] : tensor<3x2xf32> into tensor<3x4xf32>
    %b = tensor.insert_slice %z into %g[0, 2] [3, 2] [1, 1] : tensor<3x2xf32> into tensor<3x4xf32>
    vib.yield %a, %b : tensor<3x4xf32>, tensor<3x4xf32>
  } -> (tensor<3x4xf32>, tensor<3x4xf32>)
  return %p, %q : tensor<3x4xf32>, tensor<3x4xf32>
}
