// Broken if a decoder and its softmax are not computed row by row in one kernel although
// the decoder's weight is small, or if they are although it is large.
// RUN: vib-opt %s --vib-form-kernels --vib-fuse-rows | FileCheck %s
// RUN: vib-opt %s --vib-form-kernels --vib-fuse-rows=max-weight-bytes=191 | FileCheck %s --check-prefix=LARGE
// RUN: vib-opt %s --vib-form-kernels --vib-fuse-rows=max-weight-bytes=191 \
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

// CHECK-LABEL: func.func @decoder
// CHECK: vib.kernel "decode.0" ins(%arg0, %arg1 :
// CHECK: linalg.contract {{.*}}tensor<8x6xf32>
// CHECK: arith.maximumf
// CHECK: math.exp
// CHECK: arith.addf
// CHECK: arith.divf
// CHECK: linalg.contract {{.*}}tensor<8x6xf32>
// CHECK: vib.yield %{{[^,]*}} :
// CHECK-NOT: vib.kernel
// CHECK: return

// LARGE-LABEL: func.func @decoder
// LARGE: vib.kernel "decode.0" ins(%arg0, %arg1 :
// LARGE-NEXT: arith.constant
// LARGE-NEXT: linalg.fill
// LARGE-NEXT: linalg.contract
// LARGE-NEXT: vib.yield
// LARGE: vib.kernel "decode.0"
// LARGE: arith.maximumf
// LARGE: arith.divf
// LARGE: vib.kernel "decode.0.in"
// LARGE: linalg.contract
// LARGE-NOT: vib.kernel

// REMARK: [Missed] rows {{.*}}each block of rows would read 192 bytes of weights, more than 191
func.func @decoder(%z: tensor<4x8xf32>, %w: tensor<8x6xf32>) -> tensor<4x8xf32> {
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<4x6xf32>
  %f = linalg.fill ins(%zero : f32) outs(%e : tensor<4x6xf32>) -> tensor<4x6xf32>
  %l = linalg.contract indexing_maps = [#mk, #kn, #mn] {vib.label = "decode.0"}
    ins(%z, %w : tensor<4x8xf32>, tensor<8x6xf32>) outs(%f : tensor<4x6xf32>) -> tensor<4x6xf32>
  %e1 = tensor.empty() : tensor<4xf32>
  %f1 = linalg.fill ins(%zero : f32) outs(%e1 : tensor<4xf32>) -> tensor<4xf32>
  %max = linalg.generic {indexing_maps = [#id, #m], iterator_types = ["parallel", "reduction"]}
    ins(%l : tensor<4x6xf32>) outs(%f1 : tensor<4xf32>) attrs = {vib.label = "decode.0"} {
  ^bb0(%p: f32, %o: f32):
    %s = arith.maximumf %p, %o : f32
    linalg.yield %s : f32
  } -> tensor<4xf32>
  %x = linalg.generic {indexing_maps = [#id, #m, #id], iterator_types = ["parallel", "parallel"]}
    ins(%l, %max : tensor<4x6xf32>, tensor<4xf32>) outs(%e : tensor<4x6xf32>) attrs = {vib.label = "decode.0"} {
  ^bb0(%p: f32, %q: f32, %o: f32):
    %s = arith.subf %p, %q : f32
    %t = math.exp %s : f32
    linalg.yield %t : f32
  } -> tensor<4x6xf32>
  %sum = linalg.generic {indexing_maps = [#id, #m], iterator_types = ["parallel", "reduction"]}
    ins(%x : tensor<4x6xf32>) outs(%f1 : tensor<4xf32>) attrs = {vib.label = "decode.0"} {
  ^bb0(%p: f32, %o: f32):
    %s = arith.addf %p, %o : f32
    linalg.yield %s : f32
  } -> tensor<4xf32>
  %p = linalg.generic {indexing_maps = [#id, #m, #id], iterator_types = ["parallel", "parallel"]}
    ins(%x, %sum : tensor<4x6xf32>, tensor<4xf32>) outs(%e : tensor<4x6xf32>) attrs = {vib.label = "decode.0"} {
  ^bb0(%p: f32, %q: f32, %o: f32):
    %s = arith.divf %p, %q : f32
    linalg.yield %s : f32
  } -> tensor<4x6xf32>
  %e2 = tensor.empty() : tensor<4x8xf32>
  %f2 = linalg.fill ins(%zero : f32) outs(%e2 : tensor<4x8xf32>) -> tensor<4x8xf32>
  %dz = linalg.contract indexing_maps = [#mk, #nk, #mn] {vib.label = "decode.0.in"}
    ins(%p, %w : tensor<4x6xf32>, tensor<8x6xf32>) outs(%f2 : tensor<4x8xf32>) -> tensor<4x8xf32>
  return %dz : tensor<4x8xf32>
}
