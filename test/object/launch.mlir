// Broken if entries and kernels do not take the runtime's VibCall (runtime/Abi.h), load
// blocks and scalars from its offsets, and launch by calling vib_launch.
// RUN: vib-opt %s --vib-to-llvm | FileCheck %s

module attributes {vib.phase = "kernels"} {
  // CHECK: llvm.func @vib_launch(!llvm.ptr, !llvm.ptr, i64, i64, i64)

  // CHECK-LABEL: llvm.func internal @train_step(
  // CHECK-SAME: %[[CALL:[a-z0-9]+]]: !llvm.ptr,
  // CHECK-DAG: %[[KERNEL:.*]] = llvm.mlir.addressof @train_step.scale.call
  // CHECK-DAG: %[[UNITS:.*]] = llvm.mlir.constant(4 : i64)
  // Four units of two microseconds each.
  // CHECK-DAG: %[[TIME:.*]] = llvm.mlir.constant(8000 : i64)
  // CHECK-DAG: %[[INDEX:.*]] = llvm.mlir.constant(0 : i64)
  // CHECK: llvm.call @vib_launch(%[[CALL]], %[[KERNEL]], %[[UNITS]], %[[TIME]], %[[INDEX]])

  // The wrapper of the entry loads weights, arena, beta (rounded to f32) and rows.
  // CHECK-LABEL: llvm.func @train_step.call(
  // CHECK-SAME: %[[CALL:.*]]: !llvm.ptr)
  // CHECK: llvm.getelementptr %[[CALL]][216]
  // CHECK: llvm.getelementptr %[[CALL]][256]
  // CHECK: llvm.getelementptr %[[CALL]][88]
  // CHECK: %[[F64:.*]] = llvm.load {{.*}} -> f64
  // CHECK: llvm.fptrunc %[[F64]] : f64 to f32
  // CHECK: llvm.getelementptr %[[CALL]][32]
  // CHECK: llvm.load {{.*}} -> i32
  // CHECK: llvm.call @train_step(%[[CALL]],
  func.func @train_step(
      %weights: memref<256xi8> {vib.base = "weights"},
      %arena: memref<512xi8> {vib.base = "arena"},
      %beta: f32 {vib.slot = #vib.slot<scalar, "coefficients[0]">},
      %rows: i32 {vib.slot = #vib.slot<scalar, "rows">}) attributes {vib.entry} {
    vib.launch @train_step.scale units(4) (%weights, %arena, %beta)
      : (memref<256xi8>, memref<512xi8>, f32)
    return
  }

  // The kernel's pointers are noalias and aligned. It is not inlined, because inlining
  // would lose that.
  // CHECK-LABEL: llvm.func internal @train_step.scale(
  // CHECK-SAME: !llvm.ptr {llvm.align = 64 : i64, llvm.noalias, llvm.nonnull}
  // CHECK-SAME: no_inline
  // CHECK-LABEL: llvm.func internal @train_step.scale.call(
  // CHECK-SAME: %[[CALL:.*]]: !llvm.ptr, %[[BEGIN:.*]]: i64, %[[END:.*]]: i64)
  // CHECK: llvm.call @train_step.scale(%[[BEGIN]], %[[END]],
  func.func private @train_step.scale(%begin: index, %end: index,
      %weights: memref<256xi8>, %arena: memref<512xi8>, %beta: f32)
      attributes {vib.kernel = #vib.kernel_info<"scale", entry = "train_step", units = 4, flops = 16.0, bytes = 160000.0>} {
    %c0 = arith.constant 0 : index
    %c1 = arith.constant 1 : index
    %v = memref.view %weights[%c0][] : memref<256xi8> to memref<4x16xf32>
    %factor = vector.broadcast %beta : f32 to vector<16xf32>
    scf.for %i = %begin to %end step %c1 {
      %x = vector.load %v[%i, %c0] : memref<4x16xf32>, vector<16xf32>
      %y = arith.mulf %x, %factor : vector<16xf32>
      vector.store %y, %v[%i, %c0] : memref<4x16xf32>, vector<16xf32>
    }
    return
  }
}
