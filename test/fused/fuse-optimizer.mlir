// Broken if a weight is not updated in place by the kernel that computes its gradient, or
// if a gradient that has another reader is not written to memory.
// RUN: vib-opt %s --vib-form-kernels --vib-fuse-optimizer --split-input-file | FileCheck %s
// RUN: vib-opt %s --vib-form-kernels --vib-fuse-optimizer --split-input-file \
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
// CHECK-SAME: outs(%encode.0.weight, %encode.0.weight.m :
// CHECK-SAME: "optimizer: weight, moment1 of encode.0.weight"
// CHECK-NEXT: tensor.empty
// CHECK-NEXT: arith.constant
// CHECK-NEXT: linalg.fill
// CHECK-NEXT: linalg.contract
// CHECK-NEXT: linalg.generic {{.*}} outs(%encode.0.weight, %encode.0.weight.m
// CHECK-NOT: vib.kernel
// REMARK: [Passed] optimizer {{.*}}fused into 'encode.0.grad': weight, moment1 of encode.0.weight
func.func @update(
    %x: tensor<4x8xf32> {vib.slot = #vib.slot<input, "x">},
    %dy: tensor<4x6xf32> {vib.slot = #vib.slot<input, "dy">},
    %w: tensor<8x6xf32> {vib.slot = #vib.slot<weight, "encode.0.weight">},
    %m: tensor<8x6xf32> {vib.slot = #vib.slot<moment1, "encode.0.weight">},
    %b: tensor<6xf32> {vib.slot = #vib.slot<weight, "encode.0.bias">},
    %rate: f32 {vib.slot = #vib.slot<scalar, "rate">})
  -> (tensor<8x6xf32>, tensor<8x6xf32>) {
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
  return %w1, %m1 : tensor<8x6xf32>, tensor<8x6xf32>
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

// CHECK-LABEL: func.func @read_twice
// CHECK-COUNT-2: vib.kernel "encode.0.grad"
// REMARK: [Missed] optimizer {{.*}}because the gradient has another reader
func.func @read_twice(
    %x: tensor<4x8xf32> {vib.slot = #vib.slot<input, "x">},
    %dy: tensor<4x6xf32> {vib.slot = #vib.slot<input, "dy">},
    %w: tensor<8x6xf32> {vib.slot = #vib.slot<weight, "encode.0.weight">},
    %m: tensor<8x6xf32> {vib.slot = #vib.slot<moment1, "encode.0.weight">},
    %b: tensor<6xf32> {vib.slot = #vib.slot<weight, "encode.0.bias">},
    %rate: f32 {vib.slot = #vib.slot<scalar, "rate">})
  -> (tensor<8x6xf32>, tensor<8x6xf32>, tensor<8x6xf32>) {
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
  return %w1, %m1, %g : tensor<8x6xf32>, tensor<8x6xf32>, tensor<8x6xf32>
}
