// Broken if a register tile of a weight gradient in bf16 does not read the pairs that it
// broadcasts from one contiguous piece of memory: 8 columns of all 6 rows, in pairs, are 96
// bytes.

// RUN: vib-opt %s -vib-set-machine=bf16 -vib-choose-tiles -vib-plan-arena -vib-choose-vectors -vib-emit-cpu-kernels -canonicalize -cse \
// RUN:   -split-input-file | FileCheck %s

// CHECK-LABEL: func.func private @step.grad.pairs(
// CHECK:       %[[C96:.*]] = arith.constant 96 : index
// CHECK:       %[[C48:.*]] = arith.constant 48 : index
// CHECK:       scf.for %[[K:.*]] =
// CHECK:         vector.interleave {{.*}} : vector<16xbf16>
// CHECK:         %[[ROW:.*]] = arith.muli %[[K]], %c16
// CHECK:         vector.store {{.*}}[%[[ROW]]] : {{.*}}, vector<16xbf16>
// CHECK:         %[[SECOND:.*]] = arith.addi %[[ROW]], %[[C48]]
// CHECK:         vector.store {{.*}}[%[[SECOND]]] : {{.*}}, vector<16xbf16>
// CHECK:         vector.interleave {{.*}} : vector<8xbf16>
// CHECK:         %[[THIRD:.*]] = arith.addi %[[ROW]], %[[C96]]
// CHECK:         vector.store {{.*}}[%[[THIRD]]] : {{.*}}, vector<16xbf16>
// CHECK-LABEL: func.func private @step.grad(
// CHECK:       scf.for %[[M:.*]] = %c0 to %c24 step %c8
// CHECK:         scf.for %[[J:.*]] = %c0 to %c6 step %c2
// CHECK:           %[[PAIRS:.*]] = arith.muli %[[J]], %c8
// CHECK:           %[[BLOCK:.*]] = arith.muli %[[M]], %c6
// CHECK:           %[[AT:.*]] = arith.addi %[[PAIRS]], %[[BLOCK]]
// CHECK:           vector.load {{.*}}[%[[AT]]] : memref<144xbf16>, vector<2xbf16>
// CHECK:           %[[NEXT:.*]] = arith.addi %[[AT]], %c2
// CHECK:           vector.load {{.*}}[%[[NEXT]]] : memref<144xbf16>, vector<2xbf16>

module attributes {vib.phase = "fused", vib.parameters = []} {
func.func @step(%x: tensor<6x24xbf16> {vib.slot = #vib.slot<input, "x">},
    %d: tensor<6x32xbf16> {vib.slot = #vib.slot<input, "d">})
    -> (tensor<24x32xf32> {vib.slot = #vib.slot<output, "g">}) {
  %e = tensor.empty() : tensor<24x32xf32>
  %g = vib.kernel "grad" ins(%x as %xa, %d as %da : tensor<6x24xbf16>, tensor<6x32xbf16>) outs(%e as %o : tensor<24x32xf32>) {
    %zero = arith.constant 0.0 : f32
    %f = linalg.fill ins(%zero : f32) outs(%o : tensor<24x32xf32>) -> tensor<24x32xf32>
    %c = linalg.contract indexing_maps = [affine_map<(m, n, k) -> (k, m)>, affine_map<(m, n, k) -> (k, n)>, affine_map<(m, n, k) -> (m, n)>] ins(%xa, %da : tensor<6x24xbf16>, tensor<6x32xbf16>) outs(%f : tensor<24x32xf32>) -> tensor<24x32xf32>
    vib.yield %c : tensor<24x32xf32>
  } -> tensor<24x32xf32>
  return %g : tensor<24x32xf32>
}
}

// -----

// Broken if a weight is packed before the first register tile rather than within its
// steps, or packed again by the other tiles.

// CHECK-LABEL: func.func private @encode.layer(
// CHECK-NOT:   vector.interleave
// CHECK:       scf.for {{.*}} = %c0 to %c6 step %c2 iter_args
// CHECK:         %[[PAIRS:.*]] = vector.interleave
// CHECK:         vector.store %[[PAIRS]]
// CHECK:         x86vector.avx512.dot
// CHECK:       scf.for {{.*}} = %c10 to %c30 step %c10
// CHECK-NOT:   vector.interleave
// CHECK:         x86vector.avx512.dot
// CHECK-NOT:   vector.interleave
// CHECK:       return
module attributes {vib.phase = "fused", vib.parameters = []} {
func.func @encode(%x: tensor<30x6xbf16> {vib.slot = #vib.slot<input, "x">},
    %w: tensor<6x32xbf16> {vib.slot = #vib.slot<input, "w">})
    -> (tensor<30x32xf32> {vib.slot = #vib.slot<output, "h">}) {
  %e = tensor.empty() : tensor<30x32xf32>
  %h = vib.kernel "layer" ins(%x as %xa, %w as %wa : tensor<30x6xbf16>, tensor<6x32xbf16>) outs(%e as %o : tensor<30x32xf32>) {
    %zero = arith.constant 0.0 : f32
    %f = linalg.fill ins(%zero : f32) outs(%o : tensor<30x32xf32>) -> tensor<30x32xf32>
    %c = linalg.contract indexing_maps = [affine_map<(m, n, k) -> (m, k)>, affine_map<(m, n, k) -> (k, n)>, affine_map<(m, n, k) -> (m, n)>] ins(%xa, %wa : tensor<30x6xbf16>, tensor<6x32xbf16>) outs(%f : tensor<30x32xf32>) -> tensor<30x32xf32>
    vib.yield %c : tensor<30x32xf32>
  } -> tensor<30x32xf32>
  return %h : tensor<30x32xf32>
}
}
