// Broken if bias and activation do not become the epilogue of their contraction, or if an
// op does that runs over other positions or depends on a kernel in between.
// RUN: vib-opt %s --vib-form-kernels --vib-fuse-epilogue --split-input-file | FileCheck %s
// RUN: vib-opt %s --vib-form-kernels --vib-fuse-epilogue --split-input-file \
// RUN:   --remarks-filter=vib --remark-format=emitRemark -o /dev/null 2>&1 | FileCheck %s --check-prefix=REMARK

#mk = affine_map<(m, n, k) -> (m, k)>
#kn = affine_map<(m, n, k) -> (k, n)>
#mn = affine_map<(m, n, k) -> (m, n)>
#id = affine_map<(m, n) -> (m, n)>
#n = affine_map<(m, n) -> (n)>

// CHECK-LABEL: func.func @bias_relu
// CHECK: vib.kernel "encode.0" ins(%arg0, %arg1, %arg2 :
// CHECK-SAME: vib.fused = ["epilogue: addf", "epilogue: maximumf"]
// CHECK: linalg.contract
// CHECK: linalg.generic
// CHECK: linalg.generic
// CHECK-NOT: vib.kernel
// REMARK: remark: [Passed] epilogue {{.*}}fused into 'encode.0': addf
// REMARK: remark: [Passed] epilogue {{.*}}fused into 'encode.0': maximumf
func.func @bias_relu(%x: tensor<4x8xf32>, %w: tensor<8x6xf32>, %b: tensor<6xf32>) -> tensor<4x6xf32> {
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<4x6xf32>
  %f = linalg.fill ins(%zero : f32) outs(%e : tensor<4x6xf32>) -> tensor<4x6xf32>
  %0 = linalg.contract indexing_maps = [#mk, #kn, #mn] {vib.label = "encode.0"}
    ins(%x, %w : tensor<4x8xf32>, tensor<8x6xf32>) outs(%f : tensor<4x6xf32>) -> tensor<4x6xf32>
  %1 = linalg.generic {indexing_maps = [#id, #n, #id], iterator_types = ["parallel", "parallel"]}
    ins(%0, %b : tensor<4x6xf32>, tensor<6xf32>) outs(%e : tensor<4x6xf32>) {
  ^bb0(%p: f32, %q: f32, %o: f32):
    %s = arith.addf %p, %q : f32
    linalg.yield %s : f32
  } -> tensor<4x6xf32>
  %2 = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]}
    ins(%1 : tensor<4x6xf32>) outs(%e : tensor<4x6xf32>) {
  ^bb0(%p: f32, %o: f32):
    %s = arith.maximumf %p, %zero : f32
    linalg.yield %s : f32
  } -> tensor<4x6xf32>
  return %2 : tensor<4x6xf32>
}

// -----

// The result minus its own sum over rows: the sum must be computed first.
#mk = affine_map<(m, n, k) -> (m, k)>
#kn = affine_map<(m, n, k) -> (k, n)>
#mn = affine_map<(m, n, k) -> (m, n)>
#id = affine_map<(m, n) -> (m, n)>
#n = affine_map<(m, n) -> (n)>

// CHECK-LABEL: func.func @centred
// CHECK-COUNT-3: vib.kernel
// REMARK: remark: [Missed] epilogue {{.*}}not fused into 'encode.0': subf, because 'sum' has to run between them
func.func @centred(%x: tensor<4x8xf32>, %w: tensor<8x6xf32>) -> tensor<4x6xf32> {
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<4x6xf32>
  %f = linalg.fill ins(%zero : f32) outs(%e : tensor<4x6xf32>) -> tensor<4x6xf32>
  %0 = linalg.contract indexing_maps = [#mk, #kn, #mn] {vib.label = "encode.0"}
    ins(%x, %w : tensor<4x8xf32>, tensor<8x6xf32>) outs(%f : tensor<4x6xf32>) -> tensor<4x6xf32>
  %e1 = tensor.empty() : tensor<6xf32>
  %f1 = linalg.fill ins(%zero : f32) outs(%e1 : tensor<6xf32>) -> tensor<6xf32>
  %1 = linalg.generic {indexing_maps = [#id, #n], iterator_types = ["reduction", "parallel"]}
    ins(%0 : tensor<4x6xf32>) outs(%f1 : tensor<6xf32>) attrs = {vib.label = "sum"} {
  ^bb0(%p: f32, %o: f32):
    %s = arith.addf %p, %o : f32
    linalg.yield %s : f32
  } -> tensor<6xf32>
  %2 = linalg.generic {indexing_maps = [#id, #n, #id], iterator_types = ["parallel", "parallel"]}
    ins(%0, %1 : tensor<4x6xf32>, tensor<6xf32>) outs(%e : tensor<4x6xf32>) {
  ^bb0(%p: f32, %q: f32, %o: f32):
    %s = arith.subf %p, %q : f32
    linalg.yield %s : f32
  } -> tensor<4x6xf32>
  return %2 : tensor<4x6xf32>
}
