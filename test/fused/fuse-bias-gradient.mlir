// Broken if the gradient of a bias is not computed by the kernel of the weight's gradient,
// whose contraction sums over the same rows.
// RUN: vib-opt %s --vib-form-kernels --vib-fuse-optimizer --vib-fuse-bias-gradient --split-input-file | FileCheck %s
// RUN: vib-opt %s --vib-form-kernels --vib-fuse-optimizer --vib-fuse-bias-gradient --split-input-file \
// RUN:   --remarks-filter=vib --remark-format=emitRemark -o /dev/null 2>&1 | FileCheck %s --check-prefix=REMARK

#mk = affine_map<(m, n, k) -> (m, k)>
#km = affine_map<(m, n, k) -> (k, m)>
#kn = affine_map<(m, n, k) -> (k, n)>
#nk = affine_map<(m, n, k) -> (n, k)>
#mn = affine_map<(m, n, k) -> (m, n)>
#id = affine_map<(m, n) -> (m, n)>
#n = affine_map<(m, n) -> (n)>
#m = affine_map<(m, n) -> (m)>
#v = affine_map<(n) -> (n)>

// CHECK-LABEL: func.func @update
// CHECK: vib.kernel "encode.0.grad" ins(%x, %dy, %rate :
// CHECK-SAME: outs(%encode.0.weight, %encode.0.weight.m, %encode.0.bias :
// CHECK: linalg.contract
// CHECK: iterator_types = ["reduction", "parallel"]
// CHECK: linalg.generic {{.*}} outs(%encode.0.bias
// CHECK: vib.yield
// CHECK-NOT: vib.kernel
// REMARK: [Passed] bias-gradient {{.*}}fused into 'encode.0.grad': the sum over rows
func.func @update(
    %x: tensor<4x8xf32> {vib.slot = #vib.slot<input, "x">},
    %dy: tensor<4x6xf32> {vib.slot = #vib.slot<input, "dy">},
    %w: tensor<8x6xf32> {vib.slot = #vib.slot<weight, "encode.0.weight">},
    %m: tensor<8x6xf32> {vib.slot = #vib.slot<moment1, "encode.0.weight">},
    %b: tensor<6xf32> {vib.slot = #vib.slot<weight, "encode.0.bias">},
    %rate: f32 {vib.slot = #vib.slot<scalar, "rate">})
  -> (tensor<8x6xf32>, tensor<8x6xf32>, tensor<6xf32>) {
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<8x6xf32>
  %f = linalg.fill ins(%zero : f32) outs(%e : tensor<8x6xf32>) -> tensor<8x6xf32>
  %g = linalg.contract indexing_maps = [#km, #kn, #mn] {vib.label = "encode.0.grad"}
    ins(%x, %dy : tensor<4x8xf32>, tensor<4x6xf32>) outs(%f : tensor<8x6xf32>) -> tensor<8x6xf32>
  %w1, %m1 = linalg.generic {indexing_maps = [#id, #id, #id], iterator_types = ["parallel", "parallel"]}
    ins(%g : tensor<8x6xf32>) outs(%w, %m : tensor<8x6xf32>, tensor<8x6xf32>) attrs = {vib.label = "encode.0.grad"} {
  ^bb0(%p: f32, %q: f32, %r: f32):
    %s = arith.mulf %r, %rate : f32
    %t = arith.addf %s, %p : f32
    %u = arith.subf %q, %t : f32
    linalg.yield %u, %t : f32, f32
  } -> (tensor<8x6xf32>, tensor<8x6xf32>)
  %e1 = tensor.empty() : tensor<6xf32>
  %f1 = linalg.fill ins(%zero : f32) outs(%e1 : tensor<6xf32>) -> tensor<6xf32>
  %gb = linalg.generic {indexing_maps = [#id, #n], iterator_types = ["reduction", "parallel"]}
    ins(%dy : tensor<4x6xf32>) outs(%f1 : tensor<6xf32>) attrs = {vib.label = "encode.0.grad"} {
  ^bb0(%p: f32, %o: f32):
    %s = arith.addf %p, %o : f32
    linalg.yield %s : f32
  } -> tensor<6xf32>
  %b1 = linalg.generic {indexing_maps = [#v, #v], iterator_types = ["parallel"]}
    ins(%gb : tensor<6xf32>) outs(%b : tensor<6xf32>) attrs = {vib.label = "encode.0.grad"} {
  ^bb0(%p: f32, %q: f32):
    %s = arith.subf %q, %p : f32
    linalg.yield %s : f32
  } -> tensor<6xf32>
  return %w1, %m1, %b1 : tensor<8x6xf32>, tensor<8x6xf32>, tensor<6xf32>
}

// -----

#mk = affine_map<(m, n, k) -> (m, k)>
#km = affine_map<(m, n, k) -> (k, m)>
#kn = affine_map<(m, n, k) -> (k, n)>
#nk = affine_map<(m, n, k) -> (n, k)>
#mn = affine_map<(m, n, k) -> (m, n)>
#id = affine_map<(m, n) -> (m, n)>
#n = affine_map<(m, n) -> (n)>
#m = affine_map<(m, n) -> (m)>
#v = affine_map<(n) -> (n)>

// The sum and the contraction read the same tensor, but the contraction sums over its
// columns, so the two are not fused.
// CHECK-LABEL: func.func @other_sum
// CHECK-COUNT-2: vib.kernel
// CHECK: return
func.func @other_sum(
    %x: tensor<4x8xf32> {vib.slot = #vib.slot<input, "x">},
    %dy: tensor<4x6xf32> {vib.slot = #vib.slot<input, "dy">},
    %w: tensor<8x6xf32> {vib.slot = #vib.slot<weight, "encode.0.weight">},
    %m: tensor<8x6xf32> {vib.slot = #vib.slot<moment1, "encode.0.weight">},
    %b: tensor<6xf32> {vib.slot = #vib.slot<weight, "encode.0.bias">},
    %rate: f32 {vib.slot = #vib.slot<scalar, "rate">})
  -> (tensor<4x8xf32>, tensor<6xf32>) {
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<4x8xf32>
  %f = linalg.fill ins(%zero : f32) outs(%e : tensor<4x8xf32>) -> tensor<4x8xf32>
  %g = linalg.contract indexing_maps = [#mk, #nk, #mn] {vib.label = "encode.0.in"}
    ins(%dy, %w : tensor<4x6xf32>, tensor<8x6xf32>) outs(%f : tensor<4x8xf32>) -> tensor<4x8xf32>
  %e1 = tensor.empty() : tensor<6xf32>
  %f1 = linalg.fill ins(%zero : f32) outs(%e1 : tensor<6xf32>) -> tensor<6xf32>
  %gb = linalg.generic {indexing_maps = [#id, #n], iterator_types = ["reduction", "parallel"]}
    ins(%dy : tensor<4x6xf32>) outs(%f1 : tensor<6xf32>) attrs = {vib.label = "encode.0.grad"} {
  ^bb0(%p: f32, %o: f32):
    %s = arith.addf %p, %o : f32
    linalg.yield %s : f32
  } -> tensor<6xf32>
  %b1 = linalg.generic {indexing_maps = [#v, #v], iterator_types = ["parallel"]}
    ins(%gb : tensor<6xf32>) outs(%b : tensor<6xf32>) attrs = {vib.label = "encode.0.grad"} {
  ^bb0(%p: f32, %q: f32):
    %s = arith.subf %q, %p : f32
    linalg.yield %s : f32
  } -> tensor<6xf32>
  return %g, %b1 : tensor<4x8xf32>, tensor<6xf32>
}
