// RUN: vib-opt %s -split-input-file -vib-set-machine -vib-choose-tiles -vib-plan-arena | FileCheck %s

// Broken if places are not aligned to a cache line, or large neighbours not staggered by
// five: the bias does not begin right after the weight's two panels. The name "x" is one
// place in both functions, stored by rows, as the runtime expects. The first and the third
// buffer are never live together, so they share memory; both are in panels, which have an
// odd number of rows.
// CHECK:      module attributes
// CHECK-SAME: vib.block_bytes = 17216 : i64
// CHECK-SAME: vib.parameters = [#vib.parameter<"w" : tensor<64x64xf32>, init = constant(0.0), place = <weights + 0, panel = 2080, row = 32>>, #vib.parameter<"b" : tensor<64xf32>, init = constant(0.0), place = <weights + 16960>>]
// CHECK-SAME: vib.tensors = [#vib.tensor<"x" : tensor<16x256xf32>, place = <arena + 0>>, #vib.tensor<"y" : tensor<16x256xf32>, place = <arena + 16704>>]
#id = affine_map<(i, j) -> (i, j)>
module attributes {vib.phase = "fused", vib.parameters = [#vib.parameter<"w" : tensor<64x64xf32>, init = constant(0.0)>,
      #vib.parameter<"b" : tensor<64xf32>, init = constant(0.0)>]} {
  // CHECK-LABEL: func.func @chain
  func.func @chain(%x: tensor<16x256xf32> {vib.slot = #vib.slot<input, "x">})
      -> (tensor<16x256xf32> {vib.slot = #vib.slot<output, "y">}) {
    %e = tensor.empty() : tensor<16x256xf32>
    // CHECK: vib.kernel "first"
    // CHECK-SAME: places = [#vib.place<arena + [[A:[0-9]+]], panel = 544, row = 32>]
    %a = vib.kernel "first" ins(%x as %i : tensor<16x256xf32>) outs(%e as %o : tensor<16x256xf32>) {
      %r = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]} ins(%i : tensor<16x256xf32>) outs(%o : tensor<16x256xf32>) {
      ^bb0(%v: f32, %w: f32):
        %n = arith.negf %v : f32
        linalg.yield %n : f32
      } -> tensor<16x256xf32>
      vib.yield %r : tensor<16x256xf32>
    } -> tensor<16x256xf32>
    // CHECK: vib.kernel "second"
    // CHECK-NOT: arena + [[A]],
    // CHECK: vib.kernel "third"
    // CHECK-SAME: places = [#vib.place<arena + [[A]], panel = 544, row = 32>]
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
    // CHECK-SAME: places = [#vib.place<arena + 16704>]
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
// CHECK-SAME: #vib.tensor<"x" : tensor<16x256xf32>, internal, place = <arena + {{[0-9]+}}, panel = 544, row = 32>>
#id = affine_map<(i, j) -> (i, j)>
module attributes {vib.phase = "fused", vib.parameters = []} {
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
