// Broken if the contraction of the statistics is not split by the slices that are read of
// it, or if the ops that use these slices are not fused into its kernel.
// RUN: vib-opt %s --vib-form-kernels --vib-fuse-epilogue --vib-fuse-bottleneck --split-input-file | FileCheck %s
// RUN: vib-opt %s --vib-form-kernels --vib-fuse-epilogue --vib-fuse-bottleneck --split-input-file \
// RUN:   --remarks-filter=vib --remark-format=emitRemark -o /dev/null 2>&1 | FileCheck %s --check-prefix=REMARK

#mk = affine_map<(m, n, k) -> (m, k)>
#kn = affine_map<(m, n, k) -> (k, n)>
#mn = affine_map<(m, n, k) -> (m, n)>
#id = affine_map<(m, n) -> (m, n)>
#m = affine_map<(m, n) -> (m)>

// linalg.index in the elementwise op counts columns from the start of its slice.
// CHECK-LABEL: func.func @halves
// CHECK: vib.kernel "encode.4" ins(%arg0, %arg1 :
// CHECK: tensor.extract_slice %arg1[0, 0] [8, 3] [1, 1]
// CHECK: linalg.contract {{.*}}tensor<8x3xf32>
// CHECK: tensor.extract_slice %arg1[0, 3] [8, 3] [1, 1]
// CHECK: linalg.contract {{.*}}tensor<8x3xf32>
// CHECK: math.exp
// CHECK: iterator_types = ["parallel", "reduction"]
// CHECK: vib.yield
// CHECK-NOT: vib.kernel
// CHECK: return
// REMARK: [Passed] bottleneck {{.*}}split into 2 contractions
// REMARK: [Passed] bottleneck {{.*}}fused into 'encode.4': exp, mulf
// REMARK: [Passed] bottleneck {{.*}}fused into 'encode.4': reduction of mulf, addf
func.func @halves(%x: tensor<4x8xf32>, %w: tensor<8x6xf32>) -> (tensor<4x3xf32>, tensor<4xf32>) {
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<4x6xf32>
  %f = linalg.fill ins(%zero : f32) outs(%e : tensor<4x6xf32>) -> tensor<4x6xf32>
  %0 = linalg.contract indexing_maps = [#mk, #kn, #mn] {vib.label = "encode.4"}
    ins(%x, %w : tensor<4x8xf32>, tensor<8x6xf32>) outs(%f : tensor<4x6xf32>) -> tensor<4x6xf32>
  %mu = tensor.extract_slice %0[0, 0] [4, 3] [1, 1] : tensor<4x6xf32> to tensor<4x3xf32>
  %rho = tensor.extract_slice %0[0, 3] [4, 3] [1, 1] : tensor<4x6xf32> to tensor<4x3xf32>
  %e1 = tensor.empty() : tensor<4x3xf32>
  %z = linalg.generic {indexing_maps = [#id, #id, #id], iterator_types = ["parallel", "parallel"]}
    ins(%mu, %rho : tensor<4x3xf32>, tensor<4x3xf32>) outs(%e1 : tensor<4x3xf32>) {
  ^bb0(%p: f32, %q: f32, %o: f32):
    %s = math.exp %q : f32
    %t = arith.mulf %p, %s : f32
    linalg.yield %t : f32
  } -> tensor<4x3xf32>
  %e2 = tensor.empty() : tensor<4xf32>
  %f2 = linalg.fill ins(%zero : f32) outs(%e2 : tensor<4xf32>) -> tensor<4xf32>
  %rate = linalg.generic {indexing_maps = [#id, #m], iterator_types = ["parallel", "reduction"]}
    ins(%mu : tensor<4x3xf32>) outs(%f2 : tensor<4xf32>) {
  ^bb0(%p: f32, %o: f32):
    %s = arith.mulf %p, %p : f32
    %t = arith.addf %s, %o : f32
    linalg.yield %t : f32
  } -> tensor<4xf32>
  return %z, %rate : tensor<4x3xf32>, tensor<4xf32>
}

// -----

#mk = affine_map<(m, n, k) -> (m, k)>
#kn = affine_map<(m, n, k) -> (k, n)>
#mn = affine_map<(m, n, k) -> (m, n)>

// A second reader uses the whole result, so the contraction is not split.
// CHECK-LABEL: func.func @whole
// CHECK: vib.kernel "encode.4"
// CHECK-NOT: tensor.extract_slice %arg1
// CHECK: linalg.contract {{.*}}tensor<8x6xf32>
// REMARK: [Missed] bottleneck {{.*}}because the function returns the whole result
func.func @whole(%x: tensor<4x8xf32>, %w: tensor<8x6xf32>) -> (tensor<4x6xf32>, tensor<4x3xf32>) {
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<4x6xf32>
  %f = linalg.fill ins(%zero : f32) outs(%e : tensor<4x6xf32>) -> tensor<4x6xf32>
  %0 = linalg.contract indexing_maps = [#mk, #kn, #mn] {vib.label = "encode.4"}
    ins(%x, %w : tensor<4x8xf32>, tensor<8x6xf32>) outs(%f : tensor<4x6xf32>) -> tensor<4x6xf32>
  %mu = tensor.extract_slice %0[0, 0] [4, 3] [1, 1] : tensor<4x6xf32> to tensor<4x3xf32>
  return %0, %mu : tensor<4x6xf32>, tensor<4x3xf32>
}
