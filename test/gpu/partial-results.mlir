// Broken if a sum over a divided class is not one partial result for each tile, which the next
// launch adds in order, so that it depends on the order of blocks; or if a sum that has none of
// the divided classes is computed by more than the first blocks.
// RUN: vib-opt %s --vib-choose-block-tiles --vib-group-kernels --vib-plan-device-arena --vib-emit-gpu-kernels --canonicalize | FileCheck %s

#id = affine_map<(i, j) -> (i, j)>
#row = affine_map<(i, j) -> (i)>
#swap = affine_map<(i, j) -> (j, i)>
#m = affine_map<(i, j, k) -> (i, k)>
#n = affine_map<(i, j, k) -> (k, j)>
#mn = affine_map<(i, j, k) -> (i, j)>
module attributes {vib.phase = "fused", vib.parameters = [#vib.parameter<"w" : tensor<64x256xf32>, init = constant(0.0)>,
      #vib.parameter<"b" : tensor<256xf32>, init = constant(0.0)>]} {
  // CHECK: gpu.func @train_step_k(
  // CHECK-SAME: %arena: memref<[[BYTES:[0-9]+]]xi8>
  // CHECK: %[[B:.*]] = gpu.block_id x
  // CHECK: %[[COLUMN:.*]] = arith.remui %[[B]], %c[[COLUMNS:[0-9]+]]
  // CHECK: %[[ROW:.*]] = arith.divui %[[B]], %c[[COLUMNS]]
  // The partial results of tile %COLUMN, 384 + 64 bytes apart.
  // CHECK: %[[AT:.*]] = arith.muli %[[COLUMN]], %c448
  // CHECK: %[[OFFSET:.*]] = arith.addi %[[AT]], %c
  // CHECK: %[[PARTIAL:.*]] = memref.view %arena[%[[OFFSET]]][] : memref<[[BYTES]]xi8> to memref<100xf32>
  // CHECK: memref.store {{.*}}, %[[PARTIAL]]
  // The sum over the rows of %w has only columns, so the first tile of rows computes it.
  // CHECK: %[[FIRST:.*]] = arith.cmpi eq, %[[ROW]], %c0
  // CHECK: scf.if %[[FIRST]]
  // CHECK: gpu.func @train_step_k_combine(
  // CHECK: scf.for {{.*}} to %c100
  // CHECK: %[[ZEROTH:.*]] = memref.load %[[ALL:.*]][%c0, %[[I:.*]]] : memref<[[COLUMNS]]x112xf32>
  // CHECK: scf.for %[[P:.*]] = %c1 to %c[[COLUMNS]] step %c1 iter_args(%[[SUM:.*]] = %[[ZEROTH]])
  // CHECK: %[[NEXT:.*]] = memref.load %[[ALL]][%[[P]], %[[I]]]
  // CHECK: arith.addf %[[SUM]], %[[NEXT]]
  // CHECK: func.func @train_step
  // CHECK: gpu.launch_func @kernels::@train_step_k blocks
  // CHECK: gpu.launch_func @kernels::@train_step_k_combine blocks
  func.func @train_step(%x: tensor<100x64xf32> {vib.slot = #vib.slot<input, "x">},
      %w: tensor<64x256xf32> {vib.slot = #vib.slot<weight, "w">},
      %b: tensor<256xf32> {vib.slot = #vib.slot<weight, "b">})
      -> (tensor<100xf32> {vib.slot = #vib.slot<output, "rate">},
          tensor<256xf32> {vib.slot = #vib.slot<weight, "b">}) {
    %e = tensor.empty() : tensor<100xf32>
    %r:2 = vib.kernel "k" ins(%x, %w : tensor<100x64xf32>, tensor<64x256xf32>) outs(%e as %o, %b as %bo : tensor<100xf32>, tensor<256xf32>) {
      %zero = arith.constant 0.0 : f32
      %t = tensor.empty() : tensor<100x256xf32>
      %0 = linalg.fill ins(%zero : f32) outs(%t : tensor<100x256xf32>) -> tensor<100x256xf32>
      %1 = linalg.contract indexing_maps = [#m, #n, #mn] ins(%x, %w : tensor<100x64xf32>, tensor<64x256xf32>) outs(%0 : tensor<100x256xf32>) -> tensor<100x256xf32>
      %2 = linalg.fill ins(%zero : f32) outs(%o : tensor<100xf32>) -> tensor<100xf32>
      %3 = linalg.generic {indexing_maps = [#id, #row], iterator_types = ["parallel", "reduction"]} ins(%1 : tensor<100x256xf32>) outs(%2 : tensor<100xf32>) {
      ^bb0(%in: f32, %out: f32):
        %v = arith.mulf %in, %in : f32
        %s = arith.addf %out, %v : f32
        linalg.yield %s : f32
      } -> tensor<100xf32>
      %s = tensor.empty() : tensor<256xf32>
      %4 = linalg.fill ins(%zero : f32) outs(%s : tensor<256xf32>) -> tensor<256xf32>
      %5 = linalg.generic {indexing_maps = [#swap, #row], iterator_types = ["parallel", "reduction"]} ins(%w : tensor<64x256xf32>) outs(%4 : tensor<256xf32>) {
      ^bb0(%in: f32, %out: f32):
        %v = arith.addf %out, %in : f32
        linalg.yield %v : f32
      } -> tensor<256xf32>
      %6 = linalg.generic {indexing_maps = [affine_map<(i) -> (i)>, affine_map<(i) -> (i)>], iterator_types = ["parallel"]} ins(%5 : tensor<256xf32>) outs(%bo : tensor<256xf32>) {
      ^bb0(%in: f32, %out: f32):
        %v = arith.subf %out, %in : f32
        linalg.yield %v : f32
      } -> tensor<256xf32>
      vib.yield %3, %6 : tensor<100xf32>, tensor<256xf32>
    } -> (tensor<100xf32>, tensor<256xf32>)
    return %r#0, %r#1 : tensor<100xf32>, tensor<256xf32>
  }
}
