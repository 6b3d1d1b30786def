// RUN: vib-opt %s -split-input-file -vib-set-machine -vib-choose-tiles -vib-plan-arena | FileCheck %s

// Broken if places are not aligned to a cache line, or large neighbours not staggered by
// five: the bias does not begin right after the weight's two panels. The name "x" is one
// place in both functions, stored by rows, as the runtime expects. The first and the third
// buffer are never live together, so they share memory; both are in panels, which have an
// odd number of rows.
// CHECK:      module attributes
// CHECK-SAME: vib.block_bytes = 17216 : i64
// CHECK-SAME: vib.parameters = [{name = "w", offset = 0 : i64, panel = 32 : i64, panel_bytes = 8320 : i64, shape = array<i64: 64, 64>}, {name = "b", offset = 16960 : i64, shape = array<i64: 64>}]
// CHECK-SAME: vib.tensors = [{name = "x", offset = 0 : i64, type = tensor<16x256xf32>}, {name = "y", offset = 16704 : i64, type = tensor<16x256xf32>}]
#id = affine_map<(i, j) -> (i, j)>
module attributes {vib.phase = "fused", vib.model = {type = "f32"},
    vib.parameters = [{name = "w", shape = array<i64: 64, 64>}, {name = "b", shape = array<i64: 64>}]} {
  // CHECK-LABEL: func.func @chain
  func.func @chain(%x: tensor<16x256xf32> {vib.slot = #vib.slot<input, "x">})
      -> (tensor<16x256xf32> {vib.slot = #vib.slot<output, "y">}) {
    %e = tensor.empty() : tensor<16x256xf32>
    // CHECK: vib.kernel "first"
    // CHECK-SAME: places = [{base = "arena", offset = [[A:[0-9]+]] : i64, panel = 544 : i64, row = 32 : i64}]
    %a = vib.kernel "first" ins(%x as %i : tensor<16x256xf32>) outs(%e as %o : tensor<16x256xf32>) {
      %r = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]} ins(%i : tensor<16x256xf32>) outs(%o : tensor<16x256xf32>) {
      ^bb0(%v: f32, %w: f32):
        %n = arith.negf %v : f32
        linalg.yield %n : f32
      } -> tensor<16x256xf32>
      vib.yield %r : tensor<16x256xf32>
    } -> tensor<16x256xf32>
    // CHECK: vib.kernel "second"
    // CHECK-NOT: offset = [[A]] :
    // CHECK: vib.kernel "third"
    // CHECK-SAME: places = [{base = "arena", offset = [[A]] : i64, panel = 544 : i64, row = 32 : i64}]
    %b = vib.kernel "second" ins(%a as %i : tensor<16x256xf32>) outs(%e as %o : tensor<16x256xf32>) {
      %r = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]} ins(%i : tensor<16x256xf32>) outs(%o : tensor<16x256xf32>) {
      ^bb0(%v: f32, %w: f32):
        %n = arith.negf %v : f32
        linalg.yield %n : f32
      } -> tensor<16x256xf32>
      vib.yield %r : tensor<16x256xf32>
    } -> tensor<16x256xf32>
    %c = vib.kernel "third" ins(%b as %i : tensor<16x256xf32>) outs(%e as %o : tensor<16x256xf32>) {
      %r = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]} ins(%i : tensor<16x256xf32>) outs(%o : tensor<16x256xf32>) {
      ^bb0(%v: f32, %w: f32):
        %n = arith.negf %v : f32
        linalg.yield %n : f32
      } -> tensor<16x256xf32>
      vib.yield %r : tensor<16x256xf32>
    } -> tensor<16x256xf32>
    // A value that is returned is computed directly in the place of the output.
    // CHECK: vib.kernel "last"
    // CHECK-SAME: places = [{base = "arena", offset = 16704 : i64, panel = 0 : i64, row = 256 : i64}]
    %d = vib.kernel "last" ins(%c as %i : tensor<16x256xf32>) outs(%e as %o : tensor<16x256xf32>) {
      %r = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]} ins(%i : tensor<16x256xf32>) outs(%o : tensor<16x256xf32>) {
      ^bb0(%v: f32, %w: f32):
        %n = arith.negf %v : f32
        linalg.yield %n : f32
      } -> tensor<16x256xf32>
      vib.yield %r : tensor<16x256xf32>
    } -> tensor<16x256xf32>
    return %d : tensor<16x256xf32>
  }
  func.func @other(%x: tensor<16x256xf32> {vib.slot = #vib.slot<input, "x">}) { return }
}

// -----

// Only the other entries read the results of `scale`, so they are in panels.
// CHECK:      module attributes
// CHECK-SAME: {internal, name = "x", offset = {{[0-9]+}} : i64, panel = 32 : i64, panel_bytes = 2176 : i64, type = tensor<16x256xf32>}
#id = affine_map<(i, j) -> (i, j)>
module attributes {vib.phase = "fused", vib.model = {type = "f32"}, vib.parameters = []} {
  func.func @scale(%image: tensor<16x256xi8> {vib.slot = #vib.slot<input, "image">})
      -> (tensor<16x256xf32> {vib.slot = #vib.slot<output, "x">}) {
    %e = tensor.empty() : tensor<16x256xf32>
    %a = vib.kernel "scale" ins(%image as %i : tensor<16x256xi8>) outs(%e as %o : tensor<16x256xf32>) {
      %r = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]} ins(%i : tensor<16x256xi8>) outs(%o : tensor<16x256xf32>) {
      ^bb0(%v: i8, %w: f32):
        %n = arith.uitofp %v : i8 to f32
        linalg.yield %n : f32
      } -> tensor<16x256xf32>
      vib.yield %r : tensor<16x256xf32>
    } -> tensor<16x256xf32>
    return %a : tensor<16x256xf32>
  }
}
