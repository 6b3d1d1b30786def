// RUN: vib-opt %s -vib-set-machine -vib-choose-tiles -vib-plan-arena -vib-choose-vectors -vib-emit-cpu-kernels -canonicalize -cse | FileCheck %s

// Broken if a contraction with four columns takes one multiply-add for each row and step,
// or if the update of a matrix with rows of four elements takes one vector for each row.

#id = affine_map<(i, j) -> (i, j)>
module attributes {vib.phase = "fused", vib.parameters = [#vib.parameter<"w" : tensor<32x4xf32>, init = constant(0.0)>]} {
  // The 20 rows are along the vectors. 16 of them are computed at once, with four terms of
  // the sum for each of the four columns in a register.
  // CHECK-LABEL: func.func private @encode.statistics(
  // CHECK:         %[[C4:.*]] = arith.constant 4 : index
  // CHECK:         %[[SUMS:.*]]:16 = scf.for {{.*}} step %[[C4]] iter_args({{.*}}) -> (vector<16xf32>
  // The rows of the weight are permuted from [term][column] to [column][term].
  // CHECK-COUNT-4:   vector.load {{.*}} : memref<32x4xf32>, vector<4xf32>
  // CHECK:           vector.shuffle {{.*}} [0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15] : vector<16xf32>
  // Four terms of a row are repeated for each column.
  // CHECK:           vector.load {{.*}}, vector<4xf32>
  // CHECK:           vector.shuffle {{.*}} [0, 1, 2, 3, 0, 1, 2, 3, 0, 1, 2, 3, 0, 1, 2, 3] : vector<4xf32>
  // CHECK:           vector.fma {{.*}} : vector<16xf32>
  // CHECK-COUNT-15:  vector.fma {{.*}} : vector<16xf32>
  // CHECK-NEXT:      scf.yield
  // The groups of two rows are halved into one vector, then those of two such vectors.
  // CHECK:         vector.shuffle %[[SUMS]]#0, %[[SUMS]]#1 [0, 1, 16, 17, 4, 5, 20, 21, 8, 9, 24, 25, 12, 13, 28, 29]
  // CHECK:         vector.shuffle %[[SUMS]]#0, %[[SUMS]]#1 [2, 3, 18, 19, 6, 7, 22, 23, 10, 11, 26, 27, 14, 15, 30, 31]
  // CHECK:         vector.shuffle {{.*}} [0, 2, 16, 18, 4, 6, 20, 22, 8, 10, 24, 26, 12, 14, 28, 30]
  // The columns of 16 rows are stored.
  // CHECK-COUNT-4: vector.store {{.*}}, vector<16xf32>
  // The four remaining rows take a register each.
  // CHECK:         scf.for {{.*}} iter_args({{.*}}) -> (vector<4xf32>
  // CHECK-COUNT-4:   vector.fma {{.*}} : vector<4xf32>
  func.func @encode(%x: tensor<20x32xf32> {vib.slot = #vib.slot<input, "x">},
      %w: tensor<32x4xf32> {vib.slot = #vib.slot<weight, "w">})
      -> (tensor<4x20xf32> {vib.slot = #vib.slot<output, "s">}) {
    %e = tensor.empty() : tensor<4x20xf32>
    %s = vib.kernel "statistics" ins(%x as %xa, %w as %wa : tensor<20x32xf32>, tensor<32x4xf32>) outs(%e as %o : tensor<4x20xf32>) {
      %zero = arith.constant 0.0 : f32
      %f = linalg.fill ins(%zero : f32) outs(%o : tensor<4x20xf32>) -> tensor<4x20xf32>
      %c = linalg.contract indexing_maps = [affine_map<(m, n, k) -> (m, k)>, affine_map<(m, n, k) -> (k, n)>, affine_map<(m, n, k) -> (n, m)>] ins(%xa, %wa : tensor<20x32xf32>, tensor<32x4xf32>) outs(%f : tensor<4x20xf32>) -> tensor<4x20xf32>
      vib.yield %c : tensor<4x20xf32>
    } -> tensor<4x20xf32>
    return %s : tensor<4x20xf32>
  }

  // CHECK-LABEL: func.func private @decay.update(
  // CHECK-DAG:     %[[C128:.*]] = arith.constant 128 : index
  // CHECK-DAG:     %[[ROW:.*]] = memref.collapse_shape {{.*}} : memref<32x4xf32> into memref<128xf32>
  // CHECK:         scf.for %[[I:.*]] = %{{.*}} to %[[C128]]
  // CHECK:           vector.load %[[ROW]][%[[I]]] : memref<128xf32>, vector<16xf32>
  // CHECK:           vector.store {{.*}} : memref<128xf32>, vector<16xf32>
  func.func @decay(%w: tensor<32x4xf32> {vib.slot = #vib.slot<weight, "w">})
      -> (tensor<32x4xf32> {vib.slot = #vib.slot<weight, "w">}) {
    %n = vib.kernel "update" outs(%w as %o : tensor<32x4xf32>) {
      %half = arith.constant 0.5 : f32
      %r = linalg.generic {indexing_maps = [#id], iterator_types = ["parallel", "parallel"]} outs(%o : tensor<32x4xf32>) {
      ^bb0(%a: f32):
        %h = arith.mulf %a, %half : f32
        linalg.yield %h : f32
      } -> tensor<32x4xf32>
      vib.yield %r : tensor<32x4xf32>
    } -> tensor<32x4xf32>
    return %n : tensor<32x4xf32>
  }
}
