// RUN: vib-opt %s -vib-set-machine -vib-choose-tiles -vib-plan-arena -vib-choose-vectors -vib-emit-cpu-kernels -canonicalize -cse -split-input-file | FileCheck %s

// Broken if an elementwise op is applied to the register tile of a contraction although
// its init must be copied first, its old value is read in between, its code is long, or
// the contraction has operands of two types.

#id = affine_map<(i, j) -> (i, j)>
module attributes {vib.phase = "fused", vib.parameters = []} {
  // CHECK-LABEL: func.func private @f.layer(
  // CHECK:         %[[X:.*]] = memref.view {{.*}} to memref<7x600xf32>
  // CHECK:         %[[S:.*]] = memref.view {{.*}} to memref<7x40xf32>
  // CHECK-NEXT:    %[[O:.*]] = memref.view {{.*}} to memref<7x40xf32>
  // CHECK-NOT:     arith.subf
  // First the copy, then the op.
  // CHECK:         vector.load %[[S]]
  // CHECK:         vector.store {{.*}}, %[[O]]
  // CHECK:         arith.subf
  // The init of the reader is an input of the kernel, so the result starts as a copy of it.
  func.func @f(%x: tensor<7x600xf32> {vib.slot = #vib.slot<input, "x">},
      %w: tensor<600x40xf32> {vib.slot = #vib.slot<input, "w">},
      %s: tensor<7x40xf32> {vib.slot = #vib.slot<input, "s">})
      -> (tensor<7x40xf32> {vib.slot = #vib.slot<output, "o">}) {
    %e2 = tensor.empty() : tensor<7x40xf32>
    %h = vib.kernel "layer" ins(%x as %xa, %w as %wa, %s as %sa : tensor<7x600xf32>, tensor<600x40xf32>, tensor<7x40xf32>) outs(%e2 as %o2 : tensor<7x40xf32>) {
      %zero = arith.constant 0.0 : f32
      %e = tensor.empty() : tensor<7x40xf32>
      %f = linalg.fill ins(%zero : f32) outs(%e : tensor<7x40xf32>) -> tensor<7x40xf32>
      %c = linalg.contract indexing_maps = [affine_map<(m, n, k) -> (m, k)>, affine_map<(m, n, k) -> (k, n)>, affine_map<(m, n, k) -> (m, n)>] ins(%xa, %wa : tensor<7x600xf32>, tensor<600x40xf32>) outs(%f : tensor<7x40xf32>) -> tensor<7x40xf32>
      %r = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]} ins(%c : tensor<7x40xf32>) outs(%sa : tensor<7x40xf32>) {
      ^bb0(%a: f32, %b: f32):
        %d = arith.subf %b, %a : f32
        linalg.yield %d : f32
      } -> tensor<7x40xf32>
      vib.yield %r : tensor<7x40xf32>
    } -> tensor<7x40xf32>
    return %h : tensor<7x40xf32>
  }
}

// -----

#id = affine_map<(i, j) -> (i, j)>
module attributes {vib.phase = "fused", vib.parameters = [#vib.parameter<"s" : tensor<7x40xf32>, init = constant(0.0)>]} {
  // CHECK-LABEL: func.func private @f.layer(
  // CHECK-NOT:     arith.subf
  // CHECK:         arith.negf
  // CHECK:         arith.subf
  // The reader of %c updates %s in place; %old reads %s before it.
  func.func @f(%x: tensor<7x600xf32> {vib.slot = #vib.slot<input, "x">},
      %w: tensor<600x40xf32> {vib.slot = #vib.slot<input, "w">},
      %s: tensor<7x40xf32> {vib.slot = #vib.slot<weight, "s">})
      -> (tensor<7x40xf32> {vib.slot = #vib.slot<weight, "s">}, tensor<7x40xf32> {vib.slot = #vib.slot<output, "o">}) {
    %e2 = tensor.empty() : tensor<7x40xf32>
    %h:2 = vib.kernel "layer" ins(%x as %xa, %w as %wa : tensor<7x600xf32>, tensor<600x40xf32>) outs(%s as %so, %e2 as %o2 : tensor<7x40xf32>, tensor<7x40xf32>) {
      %zero = arith.constant 0.0 : f32
      %e = tensor.empty() : tensor<7x40xf32>
      %f = linalg.fill ins(%zero : f32) outs(%e : tensor<7x40xf32>) -> tensor<7x40xf32>
      %c = linalg.contract indexing_maps = [affine_map<(m, n, k) -> (m, k)>, affine_map<(m, n, k) -> (k, n)>, affine_map<(m, n, k) -> (m, n)>] ins(%xa, %wa : tensor<7x600xf32>, tensor<600x40xf32>) outs(%f : tensor<7x40xf32>) -> tensor<7x40xf32>
      %old = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]} ins(%so : tensor<7x40xf32>) outs(%o2 : tensor<7x40xf32>) {
      ^bb0(%a: f32, %out: f32):
        %n = arith.negf %a : f32
        linalg.yield %n : f32
      } -> tensor<7x40xf32>
      %r = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]} ins(%c : tensor<7x40xf32>) outs(%so : tensor<7x40xf32>) {
      ^bb0(%a: f32, %b: f32):
        %d = arith.subf %b, %a : f32
        linalg.yield %d : f32
      } -> tensor<7x40xf32>
      vib.yield %r, %old : tensor<7x40xf32>, tensor<7x40xf32>
    } -> (tensor<7x40xf32>, tensor<7x40xf32>)
    return %h#0, %h#1 : tensor<7x40xf32>, tensor<7x40xf32>
  }
}

// -----

module attributes {vib.phase = "fused", vib.parameters = []} {
  // CHECK-LABEL: func.func private @encode.statistics(
  // CHECK:         arith.extf
  // CHECK:         vector.fma {{.*}} : vector<4xf32>
  func.func @encode(%x: tensor<20x32xbf16> {vib.slot = #vib.slot<input, "x">},
      %w: tensor<32x4xf32> {vib.slot = #vib.slot<input, "w">})
      -> (tensor<4x20xf32> {vib.slot = #vib.slot<output, "s">}) {
    %e = tensor.empty() : tensor<4x20xf32>
    %s = vib.kernel "statistics" ins(%x as %xa, %w as %wa : tensor<20x32xbf16>, tensor<32x4xf32>) outs(%e as %o : tensor<4x20xf32>) {
      %zero = arith.constant 0.0 : f32
      %f = linalg.fill ins(%zero : f32) outs(%o : tensor<4x20xf32>) -> tensor<4x20xf32>
      %c = linalg.contract indexing_maps = [affine_map<(m, n, k) -> (k, n)>, affine_map<(m, n, k) -> (m, k)>, affine_map<(m, n, k) -> (n, m)>] ins(%wa, %xa : tensor<32x4xf32>, tensor<20x32xbf16>) outs(%f : tensor<4x20xf32>) -> tensor<4x20xf32>
      vib.yield %c : tensor<4x20xf32>
    } -> tensor<4x20xf32>
    return %s : tensor<4x20xf32>
  }
}

// -----

#id = affine_map<(i, j) -> (i, j)>
module attributes {vib.phase = "fused", vib.parameters = []} {
  // CHECK-LABEL: func.func private @f.layer(
  // The tile is stored, and the op follows in a loop of its own.
  // CHECK:         vector.store %{{.*}}#0
  // CHECK-NOT:     math.tanh
  // CHECK:         scf.for
  // CHECK:         math.tanh
  func.func @f(%x: tensor<7x600xf32> {vib.slot = #vib.slot<input, "x">},
      %w: tensor<600x40xf32> {vib.slot = #vib.slot<input, "w">},
      %s: tensor<7x40xf32> {vib.slot = #vib.slot<input, "s">})
      -> (tensor<7x40xf32> {vib.slot = #vib.slot<output, "o">}) {
    %e2 = tensor.empty() : tensor<7x40xf32>
    %h = vib.kernel "layer" ins(%x as %xa, %w as %wa, %s as %sa : tensor<7x600xf32>, tensor<600x40xf32>, tensor<7x40xf32>) outs(%e2 as %o2 : tensor<7x40xf32>) {
      %zero = arith.constant 0.0 : f32
      %e = tensor.empty() : tensor<7x40xf32>
      %f = linalg.fill ins(%zero : f32) outs(%e : tensor<7x40xf32>) -> tensor<7x40xf32>
      %c = linalg.contract indexing_maps = [affine_map<(m, n, k) -> (m, k)>, affine_map<(m, n, k) -> (k, n)>, affine_map<(m, n, k) -> (m, n)>] ins(%xa, %wa : tensor<7x600xf32>, tensor<600x40xf32>) outs(%f : tensor<7x40xf32>) -> tensor<7x40xf32>
      %r = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]} ins(%c : tensor<7x40xf32>) outs(%o2 : tensor<7x40xf32>) {
      ^bb0(%a: f32, %b: f32):
        %d = math.tanh %a : f32
        linalg.yield %d : f32
      } -> tensor<7x40xf32>
      vib.yield %r : tensor<7x40xf32>
    } -> tensor<7x40xf32>
    return %h : tensor<7x40xf32>
  }
}
