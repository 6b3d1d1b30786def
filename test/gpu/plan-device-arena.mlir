// Broken if a tensor on a GPU is not row-major without padding, or if buffers share memory that
// kernels of the same launch use. The launch that writes %c reads %a, so %c must not take its
// place, but %d may.
// RUN: vib-opt %s --vib-choose-block-tiles --vib-plan-device-arena | FileCheck %s

// CHECK: vib.arena_bytes
// CHECK-SAME: vib.parameters = [#vib.parameter<"w" : tensor<8x512xf32>, init = constant(0.0), place = <weights + 0>>]
module attributes {vib.phase = "fused", vib.parameters = [#vib.parameter<"w" : tensor<8x512xf32>, init = constant(0.0)>]} {
  func.func @train_step(%x: tensor<8x512xf32> {vib.slot = #vib.slot<input, "x">},
      %w: tensor<8x512xf32> {vib.slot = #vib.slot<weight, "w">})
      -> (tensor<8x512xf32> {vib.slot = #vib.slot<output, "y">}) {
    %e = tensor.empty() : tensor<8x512xf32>
    // CHECK: vib.kernel "a" {{.*}} places = [#vib.place<arena + [[A:[0-9]+]]>]
    %a = vib.kernel "a" ins(%x : tensor<8x512xf32>) outs(%e as %o : tensor<8x512xf32>) attributes {launch = 0 : i64} {
      %0 = linalg.generic {indexing_maps = [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (i, j)>], iterator_types = ["parallel", "parallel"]} ins(%x : tensor<8x512xf32>) outs(%o : tensor<8x512xf32>) {
      ^bb0(%in: f32, %out: f32):
        %1 = arith.addf %in, %in : f32
        linalg.yield %1 : f32
      } -> tensor<8x512xf32>
      vib.yield %0 : tensor<8x512xf32>
    } -> tensor<8x512xf32>
    // CHECK: vib.kernel "b"
    // CHECK-NOT: arena + [[A]]>
    // CHECK: vib.kernel "c"
    // CHECK-NOT: arena + [[A]]>
    // CHECK: vib.kernel "d" {{.*}} places = [#vib.place<arena + [[A]]>]
    %b = vib.kernel "b" ins(%a : tensor<8x512xf32>) outs(%e as %o : tensor<8x512xf32>) attributes {launch = 1 : i64} {
      %0 = linalg.generic {indexing_maps = [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (i, j)>], iterator_types = ["parallel", "parallel"]} ins(%a : tensor<8x512xf32>) outs(%o : tensor<8x512xf32>) {
      ^bb0(%in: f32, %out: f32):
        %1 = arith.addf %in, %in : f32
        linalg.yield %1 : f32
      } -> tensor<8x512xf32>
      vib.yield %0 : tensor<8x512xf32>
    } -> tensor<8x512xf32>
    %c = vib.kernel "c" ins(%x : tensor<8x512xf32>) outs(%e as %o : tensor<8x512xf32>) attributes {launch = 1 : i64} {
      %0 = linalg.generic {indexing_maps = [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (i, j)>], iterator_types = ["parallel", "parallel"]} ins(%x : tensor<8x512xf32>) outs(%o : tensor<8x512xf32>) {
      ^bb0(%in: f32, %out: f32):
        %1 = arith.mulf %in, %in : f32
        linalg.yield %1 : f32
      } -> tensor<8x512xf32>
      vib.yield %0 : tensor<8x512xf32>
    } -> tensor<8x512xf32>
    %d = vib.kernel "d" ins(%b, %c : tensor<8x512xf32>, tensor<8x512xf32>) outs(%e as %o : tensor<8x512xf32>) attributes {launch = 2 : i64} {
      %0 = linalg.generic {indexing_maps = [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (i, j)>], iterator_types = ["parallel", "parallel"]} ins(%b, %c : tensor<8x512xf32>, tensor<8x512xf32>) outs(%o : tensor<8x512xf32>) {
      ^bb0(%in: f32, %in2: f32, %out: f32):
        %1 = arith.addf %in, %in2 : f32
        linalg.yield %1 : f32
      } -> tensor<8x512xf32>
      vib.yield %0 : tensor<8x512xf32>
    } -> tensor<8x512xf32>
    %y = vib.kernel "y" ins(%d : tensor<8x512xf32>) outs(%e as %o : tensor<8x512xf32>) attributes {launch = 3 : i64} {
      %0 = linalg.generic {indexing_maps = [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (i, j)>], iterator_types = ["parallel", "parallel"]} ins(%d : tensor<8x512xf32>) outs(%o : tensor<8x512xf32>) {
      ^bb0(%in: f32, %out: f32):
        %1 = arith.addf %in, %in : f32
        linalg.yield %1 : f32
      } -> tensor<8x512xf32>
      vib.yield %0 : tensor<8x512xf32>
    } -> tensor<8x512xf32>
    return %y : tensor<8x512xf32>
  }
}
