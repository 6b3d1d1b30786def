// Broken if a block does not do what it should: its tile is some rows of the batch; the sums
// of the softmax are in shared memory; there is a barrier between a sum and its readers, but
// not between two ops that run over the same positions; and a tile at the edge is masked.
// RUN: vib-opt %s --vib-choose-block-tiles --vib-group-kernels --vib-plan-device-arena --vib-emit-gpu-kernels --canonicalize | FileCheck %s

#id = affine_map<(i, j) -> (i, j)>
#row = affine_map<(i, j) -> (i)>
#column = affine_map<(i, j) -> (j)>
// CHECK: module attributes {gpu.container_module
module attributes {vib.phase = "fused", vib.parameters = [#vib.parameter<"b" : tensor<10xf32>, init = constant(0.0)>]} {
  // CHECK: gpu.module @kernels
  // CHECK: gpu.func @train_step_softmax(%weights: memref<64xi8> {llvm.align = 256 : i64, llvm.noalias}
  // CHECK-SAME: %arena: memref<{{[0-9]+}}xi8> {llvm.align = 256 : i64, llvm.noalias}
  // The steps of a run are an array of VibStep.
  // CHECK-SAME: %step: memref<216xi8> {llvm.align = 8 : i64, llvm.noalias}
  // CHECK-SAME: kernel attributes {known_block_size = array<i32: 128, 1, 1>, nvvm.minctasm = 2 : i32
  // CHECK-SAME: vib.kernels = [#vib.kernel_info<"softmax", entry = "train_step", units = 15, flops = {{.*}}, bytes = {{.*}}>]
  // CHECK-DAG: %[[T:.*]] = gpu.thread_id x
  // CHECK-DAG: %[[B:.*]] = gpu.block_id x
  // CHECK-DAG: gpu.dynamic_shared_memory : memref<?xi8, #gpu.address_space<workgroup>>
  // The scale is a double in VibStep.
  // CHECK: memref.view %step[%c{{.*}}][] : memref<216xi8> to memref<1xf64>
  // CHECK: arith.truncf {{.*}} : f64 to f32
  // 103 rows are 14 tiles of 7 and one of 5.
  // CHECK: %[[START:.*]] = arith.muli %[[B]], %c7
  // CHECK: %[[LEFT:.*]] = arith.subi %c103{{.*}}, %[[START]]
  // CHECK: %[[SIZE:.*]] = arith.minui %[[LEFT]], %c7
  // CHECK: %[[WORKS:.*]] = arith.cmpi ult, %[[T]], %c70
  // CHECK: %[[COLUMN:.*]] = arith.remui %[[T]], %c10
  // CHECK: %[[ROW:.*]] = arith.divui %[[T]], %c10
  // CHECK: %[[INSIDE:.*]] = arith.cmpi ult, %[[ROW]], %[[SIZE]]
  // CHECK: scf.if %[[INSIDE]]
  // CHECK: memref.load {{.*}} : memref<103x10xf32>
  // CHECK: memref.load {{.*}} : memref<10xf32>
  // CHECK: memref.store {{.*}} : memref<7x10xf32, #gpu.address_space<workgroup>>
  // CHECK: gpu.barrier
  // One thread computes the maximum of a row, starting from the constant of the fill.
  // CHECK: %[[HAS:.*]] = arith.cmpi ult, %[[T]], %c7
  // CHECK: scf.for {{.*}} iter_args(%{{.*}} = %cst
  // CHECK: arith.maximumf
  // CHECK: memref.store {{.*}} : memref<7xf32, #gpu.address_space<workgroup>>
  // CHECK: gpu.barrier
  // CHECK: math.exp
  // CHECK: memref.store {{.*}} : memref<7x10xf32, #gpu.address_space<workgroup>>
  // The same threads have the same positions as before, so there is no barrier.
  // CHECK-NOT: gpu.barrier
  // CHECK: arith.mulf
  // CHECK: memref.store {{.*}} : memref<103x10xf32>
  // CHECK: gpu.return
  // CHECK: func.func @train_step({{.*}}) attributes {vib.entry}
  // CHECK: gpu.launch_func @kernels::@train_step_softmax blocks in (%c15, %c1, %c1) threads in (%c128, %c1, %c1) dynamic_shared_memory_size %c{{[0-9]+}}_i32
  func.func @train_step(%x: tensor<103x10xf32> {vib.slot = #vib.slot<input, "x">},
      %b: tensor<10xf32> {vib.slot = #vib.slot<weight, "b">},
      %beta: f32 {vib.slot = #vib.slot<scalar, "coefficients[0]">})
      -> (tensor<103x10xf32> {vib.slot = #vib.slot<output, "p">}) {
    %e = tensor.empty() : tensor<103x10xf32>
    %p = vib.kernel "softmax" ins(%x, %b, %beta : tensor<103x10xf32>, tensor<10xf32>, f32) outs(%e as %o : tensor<103x10xf32>) {
      %low = arith.constant 0xFF800000 : f32
      %t = tensor.empty() : tensor<103x10xf32>
      %m = tensor.empty() : tensor<103xf32>
      %0 = linalg.generic {indexing_maps = [#id, #column, #id], iterator_types = ["parallel", "parallel"]} ins(%x, %b : tensor<103x10xf32>, tensor<10xf32>) outs(%t : tensor<103x10xf32>) {
      ^bb0(%in: f32, %bias: f32, %out: f32):
        %v = arith.addf %in, %bias : f32
        linalg.yield %v : f32
      } -> tensor<103x10xf32>
      %1 = linalg.fill ins(%low : f32) outs(%m : tensor<103xf32>) -> tensor<103xf32>
      %2 = linalg.generic {indexing_maps = [#id, #row], iterator_types = ["parallel", "reduction"]} ins(%0 : tensor<103x10xf32>) outs(%1 : tensor<103xf32>) {
      ^bb0(%in: f32, %out: f32):
        %v = arith.maximumf %out, %in : f32
        linalg.yield %v : f32
      } -> tensor<103xf32>
      %3 = linalg.generic {indexing_maps = [#id, #row, #id], iterator_types = ["parallel", "parallel"]} ins(%0, %2 : tensor<103x10xf32>, tensor<103xf32>) outs(%t : tensor<103x10xf32>) {
      ^bb0(%in: f32, %most: f32, %out: f32):
        %v = arith.subf %in, %most : f32
        %w = math.exp %v : f32
        linalg.yield %w : f32
      } -> tensor<103x10xf32>
      %4 = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]} ins(%3 : tensor<103x10xf32>) outs(%o : tensor<103x10xf32>) {
      ^bb0(%in: f32, %out: f32):
        %v = arith.mulf %in, %beta : f32
        linalg.yield %v : f32
      } -> tensor<103x10xf32>
      vib.yield %4 : tensor<103x10xf32>
    } -> tensor<103x10xf32>
    return %p : tensor<103x10xf32>
  }
}
