// RUN: vib-opt %s -vib-set-machine -vib-choose-tiles -vib-plan-arena -vib-choose-vectors -vib-emit-cpu-kernels -canonicalize -cse | FileCheck %s

// Broken if a sum over a class that is divided into units is not computed as one partial
// result for each unit, which a second kernel adds up in the order of the units, whichever
// threads computed them.
#id = affine_map<(i, j) -> (i, j)>
module attributes {vib.phase = "fused", vib.parameters = [#vib.parameter<"w" : tensor<512x128xf32>, init = constant(0.0)>]} {
  // CHECK-LABEL: func.func @encode(
  // CHECK-NEXT:    vib.launch @encode.layer units(4)
  // CHECK-NEXT:    vib.launch @encode.layer.combine units(1)

  // CHECK-LABEL: func.func private @encode.layer(
  // CHECK:         scf.for %[[UNIT:.*]] = %{{.*}} to %{{.*}} step
  // CHECK:           %[[DISTANCE:.*]] = arith.muli %[[UNIT]], %c64
  // CHECK:           %[[OFFSET:.*]] = arith.addi %[[DISTANCE]], %{{.*}}
  // CHECK:           memref.view %{{.*}}[%[[OFFSET]]][] : memref<{{.*}}xi8> to memref<10xf32>

  // CHECK-LABEL: func.func private @encode.layer.combine(
  // CHECK:         %[[FIRST:.*]] = vector.load {{.*}} : memref<4x16xf32>, vector<10xf32>
  // CHECK:         scf.for {{.*}} = %c1 to %c4 {{.*}} iter_args(%[[SUM:.*]] = %[[FIRST]])
  // CHECK-NEXT:      %[[NEXT:.*]] = vector.load
  // CHECK-NEXT:      arith.addf %[[SUM]], %[[NEXT]] : vector<10xf32>
  // CHECK:         vector.store
  func.func @encode(%x: tensor<10x512xf32> {vib.slot = #vib.slot<input, "x">},
      %w: tensor<512x128xf32> {vib.slot = #vib.slot<weight, "w">})
      -> (tensor<10x128xf32> {vib.slot = #vib.slot<output, "h">}, tensor<10xf32> {vib.slot = #vib.slot<output, "s">}) {
    %e = tensor.empty() : tensor<10x128xf32>
    %e2 = tensor.empty() : tensor<10xf32>
    %h, %s = vib.kernel "layer" ins(%x as %xa, %w as %wa : tensor<10x512xf32>, tensor<512x128xf32>) outs(%e as %o, %e2 as %o2 : tensor<10x128xf32>, tensor<10xf32>) {
      %zero = arith.constant 0.0 : f32
      %f = linalg.fill ins(%zero : f32) outs(%o : tensor<10x128xf32>) -> tensor<10x128xf32>
      %c = linalg.contract indexing_maps = [affine_map<(m, n, k) -> (m, k)>, affine_map<(m, n, k) -> (k, n)>, affine_map<(m, n, k) -> (m, n)>] ins(%xa, %wa : tensor<10x512xf32>, tensor<512x128xf32>) outs(%f : tensor<10x128xf32>) -> tensor<10x128xf32>
      %f2 = linalg.fill ins(%zero : f32) outs(%o2 : tensor<10xf32>) -> tensor<10xf32>
      %r = linalg.generic {indexing_maps = [#id, affine_map<(i, j) -> (i)>], iterator_types = ["parallel", "reduction"]} ins(%c : tensor<10x128xf32>) outs(%f2 : tensor<10xf32>) {
      ^bb0(%a: f32, %acc: f32):
        %q = arith.mulf %a, %a : f32
        %t = arith.addf %acc, %q : f32
        linalg.yield %t : f32
      } -> tensor<10xf32>
      vib.yield %c, %r : tensor<10x128xf32>, tensor<10xf32>
    } -> (tensor<10x128xf32>, tensor<10xf32>)
    return %h, %s : tensor<10x128xf32>, tensor<10xf32>
  }
}
