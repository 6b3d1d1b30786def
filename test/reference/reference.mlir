// Broken if -O0 does anything but the simplest: entries over blocks and arena, scalar loops,
// no kernels and no launches, and every buffer deallocated.
// RUN: vib-opt %s -vib-to-reference | FileCheck %s

// CHECK:      module attributes
// CHECK-SAME:   vib.arena_bytes = 128 : i64
// CHECK-SAME:   vib.block_bytes = 128 : i64
// CHECK-SAME:   #vib.parameter<"l.weight" : tensor<3x2xf32>, transposed, init = constant(0.0), place = <weights + 0>>
// CHECK-SAME:   #vib.parameter<"l.bias" : tensor<2xf32>, init = constant(0.0), place = <weights + 64>>
// CHECK-SAME:   vib.phase = "kernels"
// CHECK-SAME:   vib.tensors = [#vib.tensor<"x" : tensor<4x3xf32>, place = <arena + 0>>, #vib.tensor<"y" : tensor<4x2xf32>, place = <arena + 64>>]
module attributes {vib.phase = "step",
    vib.model = #vib.model<"m", hash = "0", type = f32,
      batch = 4, input = [3], posterior = !vib.normal<1>, likelihood = !vib.normal<2>>,
    vib.training = #vib.training<epochs = 1, seed = 0, optimizer = #vib.sgd<lr = 0.1>>,
    vib.parameters = [#vib.parameter<"l.weight" : tensor<3x2xf32>, transposed, init = constant(0.0)>,
      #vib.parameter<"l.bias" : tensor<2xf32>, init = constant(0.0)>]} {
  // CHECK:      func.func @train_step(%[[W:.*]]: memref<128xi8> {vib.base = "weights"}, %[[A:.*]]: memref<128xi8> {vib.base = "arena"}, %[[R:.*]]: f32 {vib.slot = #vib.slot<scalar, "rate">}) attributes {vib.entry}
  // CHECK-DAG:    memref.view %[[W]][%{{.*}}][] : memref<128xi8> to memref<3x2xf32>
  // CHECK-DAG:    memref.view %[[W]][%{{.*}}][] : memref<128xi8> to memref<2xf32>
  // CHECK-DAG:    memref.view %[[A]][%{{.*}}][] : memref<128xi8> to memref<4x3xf32>
  // CHECK-NOT:    tensor<
  // CHECK-NOT:    vector<
  // CHECK-NOT:    vib.launch
  // CHECK:        memref.dealloc
  // CHECK:        return
  func.func @train_step(%x: tensor<4x3xf32> {vib.slot = #vib.slot<input, "x">},
      %w: tensor<3x2xf32> {vib.slot = #vib.slot<weight, "l.weight">},
      %b: tensor<2xf32> {vib.slot = #vib.slot<weight, "l.bias">},
      %rate: f32 {vib.slot = #vib.slot<scalar, "rate">})
      -> (tensor<4x2xf32> {vib.slot = #vib.slot<output, "y">},
          tensor<2xf32> {vib.slot = #vib.slot<weight, "l.bias">}) {
    %zero = arith.constant 0.0 : f32
    %e = tensor.empty() : tensor<4x2xf32>
    %f = linalg.fill ins(%zero : f32) outs(%e : tensor<4x2xf32>) -> tensor<4x2xf32>
    %y = linalg.contract indexing_maps = [affine_map<(m, n, k) -> (m, k)>, affine_map<(m, n, k) -> (k, n)>, affine_map<(m, n, k) -> (m, n)>] ins(%x, %w : tensor<4x3xf32>, tensor<3x2xf32>) outs(%f : tensor<4x2xf32>) -> tensor<4x2xf32>
    %e2 = tensor.empty() : tensor<2xf32>
    %f2 = linalg.fill ins(%zero : f32) outs(%e2 : tensor<2xf32>) -> tensor<2xf32>
    %g = linalg.generic {indexing_maps = [affine_map<(m, n) -> (m, n)>, affine_map<(m, n) -> (n)>], iterator_types = ["reduction", "parallel"]} ins(%y : tensor<4x2xf32>) outs(%f2 : tensor<2xf32>) {
    ^bb0(%a: f32, %acc: f32):
      %s = arith.addf %acc, %a : f32
      linalg.yield %s : f32
    } -> tensor<2xf32>
    %n = linalg.generic {indexing_maps = [affine_map<(i) -> (i)>, affine_map<(i) -> (i)>], iterator_types = ["parallel"]} ins(%g : tensor<2xf32>) outs(%b : tensor<2xf32>) {
    ^bb0(%a: f32, %old: f32):
      %d = arith.mulf %a, %rate : f32
      %s = arith.subf %old, %d : f32
      linalg.yield %s : f32
    } -> tensor<2xf32>
    return %y, %n : tensor<4x2xf32>, tensor<2xf32>
  }
  func.func @encode() { return }
  func.func @evaluate() { return }
  func.func @draw() { return }
  func.func @decode() { return }
}
