// Broken if -O0 does anything but the simplest: entries over blocks and arena, scalar loops,
// no kernels and no launches, and every buffer deallocated.
// RUN: vib-opt %s -vib-to-reference | FileCheck %s

// CHECK:      module attributes
// CHECK-SAME:   vib.arena_bytes = 128 : i64
// CHECK-SAME:   vib.block_bytes = 128 : i64
// CHECK-SAME:   name = "l.weight", offset = 0 : i64, shape = array<i64: 3, 2>
// CHECK-SAME:   name = "l.bias", offset = 64 : i64, shape = array<i64: 2>
// CHECK-SAME:   vib.phase = "kernels"
// CHECK-SAME:   vib.tensors = [{name = "x", offset = 0 : i64, type = tensor<4x3xf32>}, {name = "y", offset = 64 : i64, type = tensor<4x2xf32>}]
module attributes {vib.phase = "step",
    vib.model = {name = "m", hash = "0", type = "f32", operands = "f32", likelihood = "normal",
      batch = 4 : i64, samples = 1 : i64, latents = 1 : i64, outputs = 2 : i64, input_shape = array<i64: 3>,
      epochs = 1 : i64, seed = 0 : i64, optimizer = "sgd", moments = 1 : i64, averaged = false, rate = 0.1,
      beta1 = 0.0, beta2 = 0.0, epsilon = 0.0, momentum = 0.9, weight_decay = 0.0, average_decay = 0.0,
      rate_schedule = {kind = "constant", factor = 1.0, epochs = 0.0, warmup_epochs = 0.0},
      beta_schedule = {kind = "constant", factor = 1.0, epochs = 0.0, warmup_epochs = 0.0}},
    vib.parameters = [
      {name = "l.weight", shape = array<i64: 3, 2>, transposed = true, init = "constant", init_scale = 0.0},
      {name = "l.bias", shape = array<i64: 2>, transposed = false, init = "constant", init_scale = 0.0}]} {
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
