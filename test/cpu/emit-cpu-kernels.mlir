// RUN: vib-opt %s -vib-set-machine -vib-choose-tiles -vib-plan-arena -vib-choose-vectors -vib-emit-cpu-kernels -canonicalize -cse | FileCheck %s

// Broken if a layer of odd sizes is not emitted as exact tiles: 7 rows, 40 columns as
// 32 + 8, and a reduction of 3.
// CHECK-NOT: tensor.{{[a-z]}}
// CHECK-NOT: linalg.
// CHECK-NOT: memref.alloc(
// CHECK-NOT: memref.copy
#id = affine_map<(i, j) -> (i, j)>
module attributes {vib.phase = "fused", vib.parameters = [#vib.parameter<"w" : tensor<1600x40xf32>, init = constant(0.0)>,
      #vib.parameter<"b" : tensor<40xf32>, init = constant(0.0)>]} {
  // CHECK-LABEL: func.func @encode(
  // CHECK-SAME:    attributes {vib.entry}
  // CHECK-NEXT:    vib.launch @encode.layer units(2)
  // CHECK-NEXT:    vib.launch @encode.sums units(
  // CHECK-NEXT:    return
  // CHECK-LABEL: func.func private @encode.layer(
  // CHECK-SAME:    %[[BEGIN:.*]]: index, %[[END:.*]]: index,
  // CHECK-SAME:    {vib.base = "weights"}
  // CHECK-SAME:    {vib.base = "arena"}
  // CHECK-SAME:    vib.kernel = #vib.kernel_info<"layer", entry = "encode", units = 2, flops = {{.*}}, bytes = {{.*}}>
  // The loop over whole units, then the remaining, smaller unit.
  // CHECK:         %[[STOP:.*]] = arith.minsi %[[END]], %{{.*}} : index
  // CHECK:         scf.for %{{.*}} = %[[BEGIN]] to %[[STOP]]
  // The accumulators start at zero and hold the tile over the whole reduction: no zeros are
  // stored, and nothing is stored in the loop.
  // CHECK-NOT:       vector.store
  // CHECK:           scf.for {{.*}} iter_args({{.*}}) -> (vector<16xf32>
  // CHECK-COUNT-14:    vector.fma {{.*}} : vector<16xf32>
  // CHECK-NEXT:        scf.yield
  // The bias and the activation are applied to registers.
  // CHECK-NOT:       vector.store
  // CHECK:           arith.maximumf {{.*}} : vector<16xf32>
  // CHECK:           vector.store
  // CHECK:         scf.if
  // CHECK:           vector.fma {{.*}} : vector<8xf32>
  // CHECK:           arith.maximumf {{.*}} : vector<8xf32>
  func.func @encode(%x: tensor<7x1600xf32> {vib.slot = #vib.slot<input, "x">},
      %w: tensor<1600x40xf32> {vib.slot = #vib.slot<weight, "w">},
      %b: tensor<40xf32> {vib.slot = #vib.slot<weight, "b">})
      -> (tensor<7x40xf32> {vib.slot = #vib.slot<output, "h">}, tensor<7xf32> {vib.slot = #vib.slot<output, "s">}) {
    %e = tensor.empty() : tensor<7x40xf32>
    %h = vib.kernel "layer" ins(%x as %xa, %w as %wa, %b as %ba : tensor<7x1600xf32>, tensor<1600x40xf32>, tensor<40xf32>) outs(%e as %o : tensor<7x40xf32>) {
      %zero = arith.constant 0.0 : f32
      %f = linalg.fill ins(%zero : f32) outs(%o : tensor<7x40xf32>) -> tensor<7x40xf32>
      %c = linalg.contract indexing_maps = [affine_map<(m, n, k) -> (m, k)>, affine_map<(m, n, k) -> (k, n)>, affine_map<(m, n, k) -> (m, n)>] ins(%xa, %wa : tensor<7x1600xf32>, tensor<1600x40xf32>) outs(%f : tensor<7x40xf32>) -> tensor<7x40xf32>
      %t = tensor.empty() : tensor<7x40xf32>
      %r = linalg.generic {indexing_maps = [#id, affine_map<(i, j) -> (j)>, #id], iterator_types = ["parallel", "parallel"]} ins(%c, %ba : tensor<7x40xf32>, tensor<40xf32>) outs(%t : tensor<7x40xf32>) {
      ^bb0(%a: f32, %bias: f32, %out: f32):
        %s = arith.addf %a, %bias : f32
        %z = arith.constant 0.0 : f32
        %m = arith.maximumf %s, %z : f32
        linalg.yield %m : f32
      } -> tensor<7x40xf32>
      vib.yield %r : tensor<7x40xf32>
    } -> tensor<7x40xf32>
    %e2 = tensor.empty() : tensor<7xf32>
    // The sum of a vector's lanes is a fixed tree of halves, which leaves LLVM nothing to
    // reassociate.
    // CHECK-LABEL: func.func private @encode.sums(
    // CHECK-NOT:     vector.reduction
    // CHECK-NOT:     fastmath
    // CHECK:         arith.addf {{.*}} : vector<16xf32>
    // CHECK:         arith.addf {{.*}} : vector<8xf32>
    // CHECK:         arith.addf {{.*}} : vector<4xf32>
    %sums = vib.kernel "sums" ins(%h as %ha : tensor<7x40xf32>) outs(%e2 as %o : tensor<7xf32>) {
      %zero = arith.constant 0.0 : f32
      %f = linalg.fill ins(%zero : f32) outs(%o : tensor<7xf32>) -> tensor<7xf32>
      %r = linalg.generic {indexing_maps = [#id, affine_map<(i, j) -> (i)>], iterator_types = ["parallel", "reduction"]} ins(%ha : tensor<7x40xf32>) outs(%f : tensor<7xf32>) {
      ^bb0(%a: f32, %acc: f32):
        %s = arith.addf %acc, %a : f32
        linalg.yield %s : f32
      } -> tensor<7xf32>
      vib.yield %r : tensor<7xf32>
    } -> tensor<7xf32>
    return %h, %sums : tensor<7x40xf32>, tensor<7xf32>
  }
}
