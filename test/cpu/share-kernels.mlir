// If this fails, kernels that differ only in places are compiled several times,
// or kernels that differ in more share code.
//
// RUN: vib-opt %s -vib-share-kernels -split-input-file | FileCheck %s

// The first two kernels share code. The views that overlap no other view are
// noalias, and as aligned as their places.

// CHECK-LABEL: func.func private @a.shared
// CHECK-SAME:    (%[[BEGIN:.*]]: index, %[[END:.*]]: index,
// CHECK-SAME:     %[[RATE:[^:]*]]: f32 {vib.slot = #vib.slot<scalar, "rate1">},
// CHECK-SAME:     %[[X:[^:]*]]: memref<8xf32> {llvm.align = 32 : i64, llvm.noalias, llvm.nonnull},
// CHECK-SAME:     %[[Y:[^:]*]]: memref<8xf32> {llvm.align = 64 : i64, llvm.noalias, llvm.nonnull})
// CHECK-SAME:    attributes {vib.shared}
// CHECK-NOT:     memref.view
// CHECK:         scf.for %[[I:.*]] = %[[BEGIN]] to %[[END]]
// CHECK:           %[[V:.*]] = memref.load %[[X]][%[[I]]]
// CHECK:           memref.store %{{.*}}, %[[Y]][%[[I]]]
// CHECK:         return

// CHECK:       func.func private @a(%[[BEGIN:.*]]: index, %[[END:.*]]: index, %[[W:.*]]: memref<256xi8> {{.*}}, %[[ARENA:.*]]: memref<256xi8> {{.*}}, %[[RATE:.*]]: f32
// CHECK-SAME:    vib.kernel = #vib.kernel_info<"a",
// CHECK-DAG:     %[[C32:.*]] = arith.constant 32 : index
// CHECK-DAG:     %[[C64:.*]] = arith.constant 64 : index
// CHECK-DAG:     %[[X:.*]] = memref.view %[[W]][%[[C32]]]
// CHECK-DAG:     %[[Y:.*]] = memref.view %[[ARENA]][%[[C64]]]
// CHECK:         call @a.shared(%[[BEGIN]], %[[END]], %[[RATE]], %[[X]], %[[Y]])
// CHECK-NEXT:    return

// CHECK:       func.func private @b(
// CHECK-DAG:     arith.constant 96 : index
// CHECK-DAG:     arith.constant 128 : index
// CHECK:         call @a.shared(
func.func private @a(%begin: index, %end: index, %w: memref<256xi8> {vib.base = "weights"}, %arena: memref<256xi8> {vib.base = "arena"}, %rate: f32 {vib.slot = #vib.slot<scalar, "rate1">}) attributes {vib.kernel = #vib.kernel_info<"a", entry = "step", units = 1>} {
  %c1 = arith.constant 1 : index
  %c32 = arith.constant 32 : index
  %c64 = arith.constant 64 : index
  %x = memref.view %w[%c32][] : memref<256xi8> to memref<8xf32>
  %y = memref.view %arena[%c64][] : memref<256xi8> to memref<8xf32>
  scf.for %i = %begin to %end step %c1 {
    %0 = memref.load %x[%i] : memref<8xf32>
    %1 = arith.mulf %0, %rate : f32
    memref.store %1, %y[%i] : memref<8xf32>
  }
  return
}
func.func private @b(%begin: index, %end: index, %w: memref<256xi8> {vib.base = "weights"}, %arena: memref<256xi8> {vib.base = "arena"}, %rate: f32 {vib.slot = #vib.slot<scalar, "rate1">}) attributes {vib.kernel = #vib.kernel_info<"b", entry = "step", units = 1>} {
  %c1 = arith.constant 1 : index
  %c96 = arith.constant 96 : index
  %c128 = arith.constant 128 : index
  %x = memref.view %w[%c96][] : memref<256xi8> to memref<8xf32>
  %y = memref.view %arena[%c128][] : memref<256xi8> to memref<8xf32>
  scf.for %i = %begin to %end step %c1 {
    %0 = memref.load %x[%i] : memref<8xf32>
    %1 = arith.mulf %0, %rate : f32
    memref.store %1, %y[%i] : memref<8xf32>
  }
  return
}

// These differ in more than places: in an operation, in the alignment of a
// place, in a constant that is no place, in a type. They stay as they are.

// CHECK-NOT:   .shared
// CHECK:       func.func private @operation(
// CHECK:         memref.view
// CHECK:         scf.for
// CHECK-NOT:   .shared
// CHECK:       func.func private @alignment(
// CHECK:         memref.view %{{.*}}[%c8]
// CHECK:         scf.for
// CHECK-NOT:   .shared
// CHECK:       func.func private @step(
// CHECK:         scf.for
// CHECK-NOT:   .shared
// CHECK:       func.func private @type(
// CHECK:         scf.for
func.func private @operation(%begin: index, %end: index, %w: memref<256xi8> {vib.base = "weights"}, %arena: memref<256xi8> {vib.base = "arena"}, %rate: f32 {vib.slot = #vib.slot<scalar, "rate1">}) attributes {vib.kernel = #vib.kernel_info<"operation", entry = "step", units = 1>} {
  %c1 = arith.constant 1 : index
  %c96 = arith.constant 96 : index
  %c128 = arith.constant 128 : index
  %x = memref.view %w[%c96][] : memref<256xi8> to memref<8xf32>
  %y = memref.view %arena[%c128][] : memref<256xi8> to memref<8xf32>
  scf.for %i = %begin to %end step %c1 {
    %0 = memref.load %x[%i] : memref<8xf32>
    %1 = arith.addf %0, %rate : f32
    memref.store %1, %y[%i] : memref<8xf32>
  }
  return
}
func.func private @alignment(%begin: index, %end: index, %w: memref<256xi8> {vib.base = "weights"}, %arena: memref<256xi8> {vib.base = "arena"}, %rate: f32 {vib.slot = #vib.slot<scalar, "rate1">}) attributes {vib.kernel = #vib.kernel_info<"alignment", entry = "step", units = 1>} {
  %c1 = arith.constant 1 : index
  %c8 = arith.constant 8 : index
  %c128 = arith.constant 128 : index
  %x = memref.view %w[%c8][] : memref<256xi8> to memref<8xf32>
  %y = memref.view %arena[%c128][] : memref<256xi8> to memref<8xf32>
  scf.for %i = %begin to %end step %c1 {
    %0 = memref.load %x[%i] : memref<8xf32>
    %1 = arith.mulf %0, %rate : f32
    memref.store %1, %y[%i] : memref<8xf32>
  }
  return
}
func.func private @step(%begin: index, %end: index, %w: memref<256xi8> {vib.base = "weights"}, %arena: memref<256xi8> {vib.base = "arena"}, %rate: f32 {vib.slot = #vib.slot<scalar, "rate1">}) attributes {vib.kernel = #vib.kernel_info<"step", entry = "step", units = 1>} {
  %c2 = arith.constant 2 : index
  %c96 = arith.constant 96 : index
  %c128 = arith.constant 128 : index
  %x = memref.view %w[%c96][] : memref<256xi8> to memref<8xf32>
  %y = memref.view %arena[%c128][] : memref<256xi8> to memref<8xf32>
  scf.for %i = %begin to %end step %c2 {
    %0 = memref.load %x[%i] : memref<8xf32>
    %1 = arith.mulf %0, %rate : f32
    memref.store %1, %y[%i] : memref<8xf32>
  }
  return
}
func.func private @type(%begin: index, %end: index, %w: memref<256xi8> {vib.base = "weights"}, %arena: memref<256xi8> {vib.base = "arena"}, %rate: f32 {vib.slot = #vib.slot<scalar, "rate1">}) attributes {vib.kernel = #vib.kernel_info<"type", entry = "step", units = 1>} {
  %c1 = arith.constant 1 : index
  %c96 = arith.constant 96 : index
  %c128 = arith.constant 128 : index
  %x = memref.view %w[%c96][] : memref<256xi8> to memref<4xf32>
  %y = memref.view %arena[%c128][] : memref<256xi8> to memref<8xf32>
  scf.for %i = %begin to %end step %c1 {
    %0 = memref.load %x[%i] : memref<4xf32>
    %1 = arith.mulf %0, %rate : f32
    memref.store %1, %y[%i] : memref<8xf32>
  }
  return
}

// -----

// A kernel that writes where it reads has one view for both. It does not share
// code with a kernel that reads from another place. Views that overlap without
// being the same are not noalias.

// CHECK-LABEL: func.func private @inplace.shared(
// CHECK-SAME:    %{{[^:]*}}: memref<8xf32> {llvm.align = 64 : i64, llvm.noalias, llvm.nonnull})
// CHECK:       func.func private @inplace(
// CHECK:         call @inplace.shared
// CHECK-NOT:   .shared
// CHECK:       func.func private @apart(
// CHECK:         scf.for
// CHECK:       func.func private @inplace2(
// CHECK:         call @inplace.shared
// CHECK:       func.func private @overlap.shared(
// CHECK-SAME:    memref<8xf32> {llvm.align = 32 : i64, llvm.nonnull}, %{{[^:]*}}: memref<8xf32> {llvm.align = 16 : i64, llvm.nonnull})
// CHECK:       func.func private @overlap(
// CHECK:         call @overlap.shared
// CHECK:       func.func private @overlap2(
// CHECK:         call @overlap.shared
func.func private @inplace(%begin: index, %end: index, %arena: memref<256xi8> {vib.base = "arena"}) attributes {vib.kernel = #vib.kernel_info<"inplace", entry = "step", units = 1>} {
  %c1 = arith.constant 1 : index
  %a = arith.constant 64 : index
  %b = arith.constant 64 : index
  %x = memref.view %arena[%a][] : memref<256xi8> to memref<8xf32>
  %y = memref.view %arena[%b][] : memref<256xi8> to memref<8xf32>
  scf.for %i = %begin to %end step %c1 {
    %0 = memref.load %x[%i] : memref<8xf32>
    memref.store %0, %y[%i] : memref<8xf32>
  }
  return
}
func.func private @apart(%begin: index, %end: index, %arena: memref<256xi8> {vib.base = "arena"}) attributes {vib.kernel = #vib.kernel_info<"apart", entry = "step", units = 1>} {
  %c1 = arith.constant 1 : index
  %a = arith.constant 64 : index
  %b = arith.constant 128 : index
  %x = memref.view %arena[%a][] : memref<256xi8> to memref<8xf32>
  %y = memref.view %arena[%b][] : memref<256xi8> to memref<8xf32>
  scf.for %i = %begin to %end step %c1 {
    %0 = memref.load %x[%i] : memref<8xf32>
    memref.store %0, %y[%i] : memref<8xf32>
  }
  return
}
func.func private @inplace2(%begin: index, %end: index, %arena: memref<256xi8> {vib.base = "arena"}) attributes {vib.kernel = #vib.kernel_info<"inplace2", entry = "step", units = 1>} {
  %c1 = arith.constant 1 : index
  %a = arith.constant 128 : index
  %b = arith.constant 128 : index
  %x = memref.view %arena[%a][] : memref<256xi8> to memref<8xf32>
  %y = memref.view %arena[%b][] : memref<256xi8> to memref<8xf32>
  scf.for %i = %begin to %end step %c1 {
    %0 = memref.load %x[%i] : memref<8xf32>
    memref.store %0, %y[%i] : memref<8xf32>
  }
  return
}
func.func private @overlap(%begin: index, %end: index, %arena: memref<256xi8> {vib.base = "arena"}) attributes {vib.kernel = #vib.kernel_info<"overlap", entry = "step", units = 1>} {
  %c1 = arith.constant 1 : index
  %a = arith.constant 32 : index
  %b = arith.constant 48 : index
  %x = memref.view %arena[%a][] : memref<256xi8> to memref<8xf32>
  %y = memref.view %arena[%b][] : memref<256xi8> to memref<8xf32>
  scf.for %i = %begin to %end step %c1 {
    %0 = memref.load %x[%i] : memref<8xf32>
    memref.store %0, %y[%i] : memref<8xf32>
  }
  return
}
func.func private @overlap2(%begin: index, %end: index, %arena: memref<256xi8> {vib.base = "arena"}) attributes {vib.kernel = #vib.kernel_info<"overlap2", entry = "step", units = 1>} {
  %c1 = arith.constant 1 : index
  %a = arith.constant 96 : index
  %b = arith.constant 112 : index
  %x = memref.view %arena[%a][] : memref<256xi8> to memref<8xf32>
  %y = memref.view %arena[%b][] : memref<256xi8> to memref<8xf32>
  scf.for %i = %begin to %end step %c1 {
    %0 = memref.load %x[%i] : memref<8xf32>
    memref.store %0, %y[%i] : memref<8xf32>
  }
  return
}

// -----

// A view whose place depends on the unit stays in its kernel.

// CHECK-LABEL: func.func private @unit(
// CHECK:         memref.view
// CHECK-NOT:   .shared
func.func private @unit(%begin: index, %end: index, %arena: memref<256xi8> {vib.base = "arena"}) attributes {vib.kernel = #vib.kernel_info<"unit", entry = "step", units = 1>} {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %one = arith.constant 1.0 : f32
  scf.for %i = %begin to %end step %c1 {
    %x = memref.view %arena[%i][] : memref<256xi8> to memref<8xf32>
    memref.store %one, %x[%c0] : memref<8xf32>
  }
  return
}
func.func private @unit2(%begin: index, %end: index, %arena: memref<256xi8> {vib.base = "arena"}) attributes {vib.kernel = #vib.kernel_info<"unit2", entry = "step", units = 1>} {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %one = arith.constant 1.0 : f32
  scf.for %i = %begin to %end step %c1 {
    %x = memref.view %arena[%i][] : memref<256xi8> to memref<8xf32>
    memref.store %one, %x[%c0] : memref<8xf32>
  }
  return
}
