// A module of the phase kernels, small enough to read: weights *= beta.
// RUN: vib-opt %s --vib-to-llvm | FileCheck %s

module attributes {vib.phase = "kernels"} {
  func.func @train_step(
      %weights: memref<256xi8> {vib.base = "weights"},
      %arena: memref<512xi8> {vib.base = "arena"},
      %beta: f32 {vib.slot = #vib.slot<scalar, "beta">},
      %rows: i32 {vib.slot = #vib.slot<scalar, "rows">}) attributes {vib.entry} {
    vib.launch @train_step.scale units(4) (%weights, %arena, %beta)
      : (memref<256xi8>, memref<512xi8>, f32)
    return
  }
  func.func private @train_step.scale(%begin: index, %end: index,
      %weights: memref<256xi8>, %arena: memref<512xi8>, %beta: f32)
      attributes {vib.kernel = {name = "scale", entry = "train_step", flops = 16.0 : f64, bytes = 128.0 : f64, units = 4 : i64}} {
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
