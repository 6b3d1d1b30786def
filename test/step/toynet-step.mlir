// The training step of ToyNet in the phase `step`, the input of the passes of the phase
// fused.
// RUN: vib-opt %s | FileCheck %s
// CHECK: linalg.contract

module attributes {vib.phase = "step"} {
  func.func @train_step(
      %x: tensor<100x784xf32> {vib.slot = #vib.slot<input, "x">},
      %y: tensor<100xi32> {vib.slot = #vib.slot<input, "y">},
      %encode.0.weight: tensor<784x1024xf32> {vib.slot = #vib.slot<weight, "encode.0.weight">},
      %encode.0.weight.m: tensor<784x1024xf32> {vib.slot = #vib.slot<moment1, "encode.0.weight">},
      %encode.0.weight.v: tensor<784x1024xf32> {vib.slot = #vib.slot<moment2, "encode.0.weight">},
      %encode.0.weight.a: tensor<784x1024xf32> {vib.slot = #vib.slot<average, "encode.0.weight">},
      %encode.0.bias: tensor<1024xf32> {vib.slot = #vib.slot<weight, "encode.0.bias">},
      %encode.0.bias.m: tensor<1024xf32> {vib.slot = #vib.slot<moment1, "encode.0.bias">},
      %encode.0.bias.v: tensor<1024xf32> {vib.slot = #vib.slot<moment2, "encode.0.bias">},
      %encode.0.bias.a: tensor<1024xf32> {vib.slot = #vib.slot<average, "encode.0.bias">},
      %encode.2.weight: tensor<1024x1024xf32> {vib.slot = #vib.slot<weight, "encode.2.weight">},
      %encode.2.weight.m: tensor<1024x1024xf32> {vib.slot = #vib.slot<moment1, "encode.2.weight">},
      %encode.2.weight.v: tensor<1024x1024xf32> {vib.slot = #vib.slot<moment2, "encode.2.weight">},
      %encode.2.weight.a: tensor<1024x1024xf32> {vib.slot = #vib.slot<average, "encode.2.weight">},
      %encode.2.bias: tensor<1024xf32> {vib.slot = #vib.slot<weight, "encode.2.bias">},
      %encode.2.bias.m: tensor<1024xf32> {vib.slot = #vib.slot<moment1, "encode.2.bias">},
      %encode.2.bias.v: tensor<1024xf32> {vib.slot = #vib.slot<moment2, "encode.2.bias">},
      %encode.2.bias.a: tensor<1024xf32> {vib.slot = #vib.slot<average, "encode.2.bias">},
      %encode.4.weight: tensor<1024x512xf32> {vib.slot = #vib.slot<weight, "encode.4.weight">},
      %encode.4.weight.m: tensor<1024x512xf32> {vib.slot = #vib.slot<moment1, "encode.4.weight">},
      %encode.4.weight.v: tensor<1024x512xf32> {vib.slot = #vib.slot<moment2, "encode.4.weight">},
      %encode.4.weight.a: tensor<1024x512xf32> {vib.slot = #vib.slot<average, "encode.4.weight">},
      %encode.4.bias: tensor<512xf32> {vib.slot = #vib.slot<weight, "encode.4.bias">},
      %encode.4.bias.m: tensor<512xf32> {vib.slot = #vib.slot<moment1, "encode.4.bias">},
      %encode.4.bias.v: tensor<512xf32> {vib.slot = #vib.slot<moment2, "encode.4.bias">},
      %encode.4.bias.a: tensor<512xf32> {vib.slot = #vib.slot<average, "encode.4.bias">},
      %decode.0.weight: tensor<256x10xf32> {vib.slot = #vib.slot<weight, "decode.0.weight">},
      %decode.0.weight.m: tensor<256x10xf32> {vib.slot = #vib.slot<moment1, "decode.0.weight">},
      %decode.0.weight.v: tensor<256x10xf32> {vib.slot = #vib.slot<moment2, "decode.0.weight">},
      %decode.0.weight.a: tensor<256x10xf32> {vib.slot = #vib.slot<average, "decode.0.weight">},
      %decode.0.bias: tensor<10xf32> {vib.slot = #vib.slot<weight, "decode.0.bias">},
      %decode.0.bias.m: tensor<10xf32> {vib.slot = #vib.slot<moment1, "decode.0.bias">},
      %decode.0.bias.v: tensor<10xf32> {vib.slot = #vib.slot<moment2, "decode.0.bias">},
      %decode.0.bias.a: tensor<10xf32> {vib.slot = #vib.slot<average, "decode.0.bias">},
      %seed: i64 {vib.slot = #vib.slot<scalar, "seed">},
      %step: i64 {vib.slot = #vib.slot<scalar, "step">},
      %rows: i32 {vib.slot = #vib.slot<scalar, "rows">},
      %beta: f32 {vib.slot = #vib.slot<scalar, "coefficients[0]">},
      %rate1: f32 {vib.slot = #vib.slot<scalar, "rate1">},
      %scale2: f32 {vib.slot = #vib.slot<scalar, "scale2">},
      %average: f32 {vib.slot = #vib.slot<scalar, "average">})
    -> (tensor<784x1024xf32> {vib.slot = #vib.slot<weight, "encode.0.weight">},
      tensor<784x1024xf32> {vib.slot = #vib.slot<moment1, "encode.0.weight">},
      tensor<784x1024xf32> {vib.slot = #vib.slot<moment2, "encode.0.weight">},
      tensor<784x1024xf32> {vib.slot = #vib.slot<average, "encode.0.weight">},
      tensor<1024xf32> {vib.slot = #vib.slot<weight, "encode.0.bias">},
      tensor<1024xf32> {vib.slot = #vib.slot<moment1, "encode.0.bias">},
      tensor<1024xf32> {vib.slot = #vib.slot<moment2, "encode.0.bias">},
      tensor<1024xf32> {vib.slot = #vib.slot<average, "encode.0.bias">},
      tensor<1024x1024xf32> {vib.slot = #vib.slot<weight, "encode.2.weight">},
      tensor<1024x1024xf32> {vib.slot = #vib.slot<moment1, "encode.2.weight">},
      tensor<1024x1024xf32> {vib.slot = #vib.slot<moment2, "encode.2.weight">},
      tensor<1024x1024xf32> {vib.slot = #vib.slot<average, "encode.2.weight">},
      tensor<1024xf32> {vib.slot = #vib.slot<weight, "encode.2.bias">},
      tensor<1024xf32> {vib.slot = #vib.slot<moment1, "encode.2.bias">},
      tensor<1024xf32> {vib.slot = #vib.slot<moment2, "encode.2.bias">},
      tensor<1024xf32> {vib.slot = #vib.slot<average, "encode.2.bias">},
      tensor<1024x512xf32> {vib.slot = #vib.slot<weight, "encode.4.weight">},
      tensor<1024x512xf32> {vib.slot = #vib.slot<moment1, "encode.4.weight">},
      tensor<1024x512xf32> {vib.slot = #vib.slot<moment2, "encode.4.weight">},
      tensor<1024x512xf32> {vib.slot = #vib.slot<average, "encode.4.weight">},
      tensor<512xf32> {vib.slot = #vib.slot<weight, "encode.4.bias">},
      tensor<512xf32> {vib.slot = #vib.slot<moment1, "encode.4.bias">},
      tensor<512xf32> {vib.slot = #vib.slot<moment2, "encode.4.bias">},
      tensor<512xf32> {vib.slot = #vib.slot<average, "encode.4.bias">},
      tensor<256x10xf32> {vib.slot = #vib.slot<weight, "decode.0.weight">},
      tensor<256x10xf32> {vib.slot = #vib.slot<moment1, "decode.0.weight">},
      tensor<256x10xf32> {vib.slot = #vib.slot<moment2, "decode.0.weight">},
      tensor<256x10xf32> {vib.slot = #vib.slot<average, "decode.0.weight">},
      tensor<10xf32> {vib.slot = #vib.slot<weight, "decode.0.bias">},
      tensor<10xf32> {vib.slot = #vib.slot<moment1, "decode.0.bias">},
      tensor<10xf32> {vib.slot = #vib.slot<moment2, "decode.0.bias">},
      tensor<10xf32> {vib.slot = #vib.slot<average, "decode.0.bias">},
      tensor<100xf32> {vib.slot = #vib.slot<output, "nll">},
      tensor<100xf32> {vib.slot = #vib.slot<output, "rate">},
      tensor<100xf32> {vib.slot = #vib.slot<output, "error">}) {
    %e1 = tensor.empty() {vib.label = "encode.0"} : tensor<100x1024xf32>
    %cst2 = arith.constant {vib.label = "encode.0"} 0.000000e+00 : f32
    %fill3 = linalg.fill {vib.label = "encode.0"} ins(%cst2 : f32) outs(%e1 : tensor<100x1024xf32>) -> tensor<100x1024xf32>
    %val4 = linalg.contract indexing_maps = [affine_map<(m, n, k) -> (m, k)>, affine_map<(m, n, k) -> (k, n)>, affine_map<(m, n, k) -> (m, n)>] {vib.label = "encode.0"} ins(%x, %encode.0.weight : tensor<100x784xf32>, tensor<784x1024xf32>) outs(%fill3 : tensor<100x1024xf32>) -> tensor<100x1024xf32>
    %e5 = tensor.empty() {vib.label = "encode.0"} : tensor<100x1024xf32>
    %val6 = linalg.generic {indexing_maps = [affine_map<(m, n) -> (m, n)>, affine_map<(m, n) -> (n)>, affine_map<(m, n) -> (m, n)>], iterator_types = ["parallel", "parallel"]} ins(%val4, %encode.0.bias : tensor<100x1024xf32>, tensor<1024xf32>) outs(%e5 : tensor<100x1024xf32>) attrs = {vib.label = "encode.0"} {
    ^bb0(%a: f32, %b: f32, %o: f32):
      %s = arith.addf %a, %b : f32
      linalg.yield %s : f32
    } -> tensor<100x1024xf32>
    %e7 = tensor.empty() {vib.label = "encode.0"} : tensor<100x1024xf32>
    %val8 = linalg.generic {indexing_maps = [affine_map<(m, n) -> (m, n)>, affine_map<(m, n) -> (m, n)>], iterator_types = ["parallel", "parallel"]} ins(%val6 : tensor<100x1024xf32>) outs(%e7 : tensor<100x1024xf32>) attrs = {vib.label = "encode.0"} {
    ^bb0(%a: f32, %o: f32):
      %zero = arith.constant 0.0 : f32
      %s = arith.maximumf %a, %zero : f32
      linalg.yield %s : f32
    } -> tensor<100x1024xf32>
    %e9 = tensor.empty() {vib.label = "encode.2"} : tensor<100x1024xf32>
    %cst10 = arith.constant {vib.label = "encode.2"} 0.000000e+00 : f32
    %fill11 = linalg.fill {vib.label = "encode.2"} ins(%cst10 : f32) outs(%e9 : tensor<100x1024xf32>) -> tensor<100x1024xf32>
    %val12 = linalg.contract indexing_maps = [affine_map<(m, n, k) -> (m, k)>, affine_map<(m, n, k) -> (k, n)>, affine_map<(m, n, k) -> (m, n)>] {vib.label = "encode.2"} ins(%val8, %encode.2.weight : tensor<100x1024xf32>, tensor<1024x1024xf32>) outs(%fill11 : tensor<100x1024xf32>) -> tensor<100x1024xf32>
    %e13 = tensor.empty() {vib.label = "encode.2"} : tensor<100x1024xf32>
    %val14 = linalg.generic {indexing_maps = [affine_map<(m, n) -> (m, n)>, affine_map<(m, n) -> (n)>, affine_map<(m, n) -> (m, n)>], iterator_types = ["parallel", "parallel"]} ins(%val12, %encode.2.bias : tensor<100x1024xf32>, tensor<1024xf32>) outs(%e13 : tensor<100x1024xf32>) attrs = {vib.label = "encode.2"} {
    ^bb0(%a: f32, %b: f32, %o: f32):
      %s = arith.addf %a, %b : f32
      linalg.yield %s : f32
    } -> tensor<100x1024xf32>
    %e15 = tensor.empty() {vib.label = "encode.2"} : tensor<100x1024xf32>
    %val16 = linalg.generic {indexing_maps = [affine_map<(m, n) -> (m, n)>, affine_map<(m, n) -> (m, n)>], iterator_types = ["parallel", "parallel"]} ins(%val14 : tensor<100x1024xf32>) outs(%e15 : tensor<100x1024xf32>) attrs = {vib.label = "encode.2"} {
    ^bb0(%a: f32, %o: f32):
      %zero = arith.constant 0.0 : f32
      %s = arith.maximumf %a, %zero : f32
      linalg.yield %s : f32
    } -> tensor<100x1024xf32>
    %e17 = tensor.empty() {vib.label = "encode.4"} : tensor<100x512xf32>
    %cst18 = arith.constant {vib.label = "encode.4"} 0.000000e+00 : f32
    %fill19 = linalg.fill {vib.label = "encode.4"} ins(%cst18 : f32) outs(%e17 : tensor<100x512xf32>) -> tensor<100x512xf32>
    %val20 = linalg.contract indexing_maps = [affine_map<(m, n, k) -> (m, k)>, affine_map<(m, n, k) -> (k, n)>, affine_map<(m, n, k) -> (m, n)>] {vib.label = "encode.4"} ins(%val16, %encode.4.weight : tensor<100x1024xf32>, tensor<1024x512xf32>) outs(%fill19 : tensor<100x512xf32>) -> tensor<100x512xf32>
    %e21 = tensor.empty() {vib.label = "encode.4"} : tensor<100x512xf32>
    %val22 = linalg.generic {indexing_maps = [affine_map<(m, n) -> (m, n)>, affine_map<(m, n) -> (n)>, affine_map<(m, n) -> (m, n)>], iterator_types = ["parallel", "parallel"]} ins(%val20, %encode.4.bias : tensor<100x512xf32>, tensor<512xf32>) outs(%e21 : tensor<100x512xf32>) attrs = {vib.label = "encode.4"} {
    ^bb0(%a: f32, %b: f32, %o: f32):
      %s = arith.addf %a, %b : f32
      linalg.yield %s : f32
    } -> tensor<100x512xf32>
    %val23 = tensor.extract_slice %val22[0, 0] [100, 256] [1, 1] {vib.label = "encode.4"} : tensor<100x512xf32> to tensor<100x256xf32>
    %val24 = tensor.extract_slice %val22[0, 256] [100, 256] [1, 1] {vib.label = "encode.4"} : tensor<100x512xf32> to tensor<100x256xf32>
    %e25 = tensor.empty() {vib.label = "encode.4"} : tensor<100x256xf32>
    %e26 = tensor.empty() {vib.label = "encode.4"} : tensor<100x256xf32>
    %val27, %val28 = linalg.generic {indexing_maps = [affine_map<(m, n) -> (m, n)>, affine_map<(m, n) -> (m, n)>, affine_map<(m, n) -> (m, n)>], iterator_types = ["parallel", "parallel"]} ins(%val24 : tensor<100x256xf32>) outs(%e25, %e26 : tensor<100x256xf32>, tensor<100x256xf32>) attrs = {vib.label = "encode.4"} {
    ^bb0(%r: f32, %o1: f32, %o2: f32):
      %shift = arith.constant -5.0 : f32
      %zero = arith.constant 0.0 : f32
      %t = arith.addf %r, %shift : f32
      %p = arith.maximumf %t, %zero : f32
      %abs = math.absf %t : f32
      %neg = arith.negf %abs : f32
      %e = math.exp %neg : f32
      %l = math.log1p %e : f32
      %sp = arith.addf %p, %l : f32
      linalg.yield %t, %sp : f32, f32
    } -> (tensor<100x256xf32>, tensor<100x256xf32>)
    %e29 = tensor.empty() {vib.label = "encode.4"} : tensor<100x256xf32>
    %e30 = tensor.empty() {vib.label = "encode.4"} : tensor<100x256xf32>
    %val31, %val32 = linalg.generic {indexing_maps = [affine_map<(m, n) -> (m, n)>, affine_map<(m, n) -> (m, n)>, affine_map<(m, n) -> (m, n)>, affine_map<(m, n) -> (m, n)>, affine_map<(m, n) -> (m, n)>], iterator_types = ["parallel", "parallel"]} ins(%val23, %val27, %val28 : tensor<100x256xf32>, tensor<100x256xf32>, tensor<100x256xf32>) outs(%e29, %e30 : tensor<100x256xf32>, tensor<100x256xf32>) attrs = {vib.label = "encode.4"} {
    ^bb0(%m: f32, %t: f32, %s: f32, %o1: f32, %o2: f32):
      %zero = arith.constant 0.0 : f32
      %i0 = linalg.index 0 : index
      %i1 = linalg.index 1 : index
      %row = arith.index_cast %i0 : index to i32
      %lat = arith.index_cast %i1 : index to i32
      %sample = arith.constant 0 : i32
      %eps = vib.noise train %seed, %step, %sample, %row, %lat : (i64, i64, i32, i32, i32) -> f32
      %se = arith.mulf %s, %eps : f32
      %z = arith.addf %m, %se : f32
      %abs = math.absf %t : f32
      %neg = arith.negf %abs : f32
      %e = math.exp %neg : f32
      %one = arith.constant 1.0 : f32
      %d = arith.addf %e, %one : f32
      %pos = arith.cmpf oge, %t, %zero : f32
      %nm = arith.select %pos, %one, %e : f32
      %sg = arith.divf %nm, %d : f32
      %j = arith.mulf %eps, %sg : f32
      linalg.yield %z, %j : f32, f32
    } -> (tensor<100x256xf32>, tensor<100x256xf32>)
    %e33 = tensor.empty() {vib.label = "encode.4"} : tensor<100x256xf32>
    %val34 = linalg.generic {indexing_maps = [affine_map<(m, n) -> (m, n)>, affine_map<(m, n) -> (m, n)>, affine_map<(m, n) -> (m, n)>], iterator_types = ["parallel", "parallel"]} ins(%val27, %val28 : tensor<100x256xf32>, tensor<100x256xf32>) outs(%e33 : tensor<100x256xf32>) attrs = {vib.label = "encode.4"} {
    ^bb0(%t: f32, %s: f32, %o: f32):
      %zero = arith.constant 0.0 : f32
      %abs = math.absf %t : f32
      %neg = arith.negf %abs : f32
      %e = math.exp %neg : f32
      %one = arith.constant 1.0 : f32
      %d = arith.addf %e, %one : f32
      %pos = arith.cmpf oge, %t, %zero : f32
      %nm = arith.select %pos, %one, %e : f32
      %sg = arith.divf %nm, %d : f32
      // the compiler's form stays finite at t = -200
      %inv = arith.divf %one, %s : f32
      %dd = arith.subf %s, %inv : f32
      %g = arith.mulf %dd, %sg : f32
      linalg.yield %g : f32
    } -> tensor<100x256xf32>
    %e35 = tensor.empty() {vib.label = "encode.4"} : tensor<100xf32>
    %cst36 = arith.constant {vib.label = "encode.4"} 0.000000e+00 : f32
    %fill37 = linalg.fill {vib.label = "encode.4"} ins(%cst36 : f32) outs(%e35 : tensor<100xf32>) -> tensor<100xf32>
    %val38 = linalg.generic {indexing_maps = [affine_map<(m, n) -> (m, n)>, affine_map<(m, n) -> (m, n)>, affine_map<(m, n) -> (m, n)>, affine_map<(m, n) -> (m)>], iterator_types = ["parallel", "reduction"]} ins(%val23, %val27, %val28 : tensor<100x256xf32>, tensor<100x256xf32>, tensor<100x256xf32>) outs(%fill37 : tensor<100xf32>) attrs = {vib.label = "encode.4"} {
    ^bb0(%m: f32, %t: f32, %s: f32, %acc: f32):
      %half = arith.constant 0.5 : f32
      %one = arith.constant 1.0 : f32
      %ls = math.log %s : f32
      %m2 = arith.mulf %m, %m : f32
      %s2 = arith.mulf %s, %s : f32
      %a = arith.addf %m2, %s2 : f32
      %b = arith.subf %a, %one : f32
      %c = arith.mulf %b, %half : f32
      %k = arith.subf %c, %ls : f32
      %r = arith.addf %acc, %k : f32
      linalg.yield %r : f32
    } -> tensor<100xf32>
    %e39 = tensor.empty() {vib.label = "decode.0"} : tensor<100x10xf32>
    %cst40 = arith.constant {vib.label = "decode.0"} 0.000000e+00 : f32
    %fill41 = linalg.fill {vib.label = "decode.0"} ins(%cst40 : f32) outs(%e39 : tensor<100x10xf32>) -> tensor<100x10xf32>
    %val42 = linalg.contract indexing_maps = [affine_map<(m, n, k) -> (m, k)>, affine_map<(m, n, k) -> (k, n)>, affine_map<(m, n, k) -> (m, n)>] {vib.label = "decode.0"} ins(%val31, %decode.0.weight : tensor<100x256xf32>, tensor<256x10xf32>) outs(%fill41 : tensor<100x10xf32>) -> tensor<100x10xf32>
    %e43 = tensor.empty() {vib.label = "decode.0"} : tensor<100x10xf32>
    %val44 = linalg.generic {indexing_maps = [affine_map<(m, n) -> (m, n)>, affine_map<(m, n) -> (n)>, affine_map<(m, n) -> (m, n)>], iterator_types = ["parallel", "parallel"]} ins(%val42, %decode.0.bias : tensor<100x10xf32>, tensor<10xf32>) outs(%e43 : tensor<100x10xf32>) attrs = {vib.label = "decode.0"} {
    ^bb0(%a: f32, %b: f32, %o: f32):
      %s = arith.addf %a, %b : f32
      linalg.yield %s : f32
    } -> tensor<100x10xf32>
    %e45 = tensor.empty() {vib.label = "decode.0"} : tensor<100xf32>
    %cst46 = arith.constant {vib.label = "decode.0"} 0xFF800000 : f32
    %fill47 = linalg.fill {vib.label = "decode.0"} ins(%cst46 : f32) outs(%e45 : tensor<100xf32>) -> tensor<100xf32>
    %val48 = linalg.generic {indexing_maps = [affine_map<(m, n) -> (m, n)>, affine_map<(m, n) -> (m)>], iterator_types = ["parallel", "reduction"]} ins(%val44 : tensor<100x10xf32>) outs(%fill47 : tensor<100xf32>) attrs = {vib.label = "decode.0"} {
    ^bb0(%a: f32, %acc: f32):
      %r = arith.maximumf %acc, %a : f32
      linalg.yield %r : f32
    } -> tensor<100xf32>
    %e49 = tensor.empty() {vib.label = "decode.0"} : tensor<100xf32>
    %cst50 = arith.constant {vib.label = "decode.0"} 0.000000e+00 : f32
    %fill51 = linalg.fill {vib.label = "decode.0"} ins(%cst50 : f32) outs(%e49 : tensor<100xf32>) -> tensor<100xf32>
    %val52 = linalg.generic {indexing_maps = [affine_map<(m, n) -> (m, n)>, affine_map<(m, n) -> (m)>, affine_map<(m, n) -> (m)>], iterator_types = ["parallel", "reduction"]} ins(%val44, %val48 : tensor<100x10xf32>, tensor<100xf32>) outs(%fill51 : tensor<100xf32>) attrs = {vib.label = "decode.0"} {
    ^bb0(%a: f32, %x0: f32, %acc: f32):
      %d = arith.subf %a, %x0 : f32
      %e = math.exp %d : f32
      %r = arith.addf %acc, %e : f32
      linalg.yield %r : f32
    } -> tensor<100xf32>
    %e53 = tensor.empty() {vib.label = "decode.0"} : tensor<100xf32>
    %cst54 = arith.constant {vib.label = "decode.0"} 0.000000e+00 : f32
    %fill55 = linalg.fill {vib.label = "decode.0"} ins(%cst54 : f32) outs(%e53 : tensor<100xf32>) -> tensor<100xf32>
    %val56 = linalg.generic {indexing_maps = [affine_map<(m, n) -> (m, n)>, affine_map<(m, n) -> (m)>, affine_map<(m, n) -> (m)>], iterator_types = ["parallel", "reduction"]} ins(%val44, %y : tensor<100x10xf32>, tensor<100xi32>) outs(%fill55 : tensor<100xf32>) attrs = {vib.label = "decode.0"} {
    ^bb0(%a: f32, %lab: i32, %acc: f32):
      %i1 = linalg.index 1 : index
      %c = arith.index_cast %i1 : index to i32
      %eq = arith.cmpi eq, %c, %lab : i32
      %zero = arith.constant 0.0 : f32
      %p = arith.select %eq, %a, %zero : f32
      %r = arith.addf %acc, %p : f32
      linalg.yield %r : f32
    } -> tensor<100xf32>
    %e57 = tensor.empty() {vib.label = "decode.0"} : tensor<100xf32>
    %val58 = linalg.generic {indexing_maps = [affine_map<(m) -> (m)>, affine_map<(m) -> (m)>, affine_map<(m) -> (m)>, affine_map<(m) -> (m)>], iterator_types = ["parallel"]} ins(%val48, %val52, %val56 : tensor<100xf32>, tensor<100xf32>, tensor<100xf32>) outs(%e57 : tensor<100xf32>) attrs = {vib.label = "decode.0"} {
    ^bb0(%a: f32, %b: f32, %c: f32, %o: f32):
      %d = arith.subf %a, %c : f32
      %g = math.log %b : f32
      %r = arith.addf %d, %g : f32
      linalg.yield %r : f32
    } -> tensor<100xf32>
    %e59 = tensor.empty() {vib.label = "decode.0"} : tensor<100xi32>
    %cst60 = arith.constant {vib.label = "decode.0"} 2147483647 : i32
    %fill61 = linalg.fill {vib.label = "decode.0"} ins(%cst60 : i32) outs(%e59 : tensor<100xi32>) -> tensor<100xi32>
    %val62 = linalg.generic {indexing_maps = [affine_map<(m, n) -> (m, n)>, affine_map<(m, n) -> (m)>, affine_map<(m, n) -> (m)>], iterator_types = ["parallel", "reduction"]} ins(%val44, %val48 : tensor<100x10xf32>, tensor<100xf32>) outs(%fill61 : tensor<100xi32>) attrs = {vib.label = "decode.0"} {
    ^bb0(%a: f32, %x0: f32, %acc: i32):
      %i1 = linalg.index 1 : index
      %c = arith.index_cast %i1 : index to i32
      %eq = arith.cmpf oeq, %a, %x0 : f32
      %p = arith.select %eq, %c, %acc : i32
      %r = arith.minsi %acc, %p : i32
      linalg.yield %r : i32
    } -> tensor<100xi32>
    %e63 = tensor.empty() {vib.label = "decode.0"} : tensor<100xf32>
    %val64 = linalg.generic {indexing_maps = [affine_map<(m) -> (m)>, affine_map<(m) -> (m)>, affine_map<(m) -> (m)>], iterator_types = ["parallel"]} ins(%val62, %y : tensor<100xi32>, tensor<100xi32>) outs(%e63 : tensor<100xf32>) attrs = {vib.label = "decode.0"} {
    ^bb0(%a: i32, %b: i32, %o: f32):
      %ne = arith.cmpi ne, %a, %b : i32
      %r = arith.uitofp %ne : i1 to f32
      linalg.yield %r : f32
    } -> tensor<100xf32>
    %e65 = tensor.empty() {vib.label = "decode.0"} : tensor<100x10xf32>
    %val66 = linalg.generic {indexing_maps = [affine_map<(m, n) -> (m, n)>, affine_map<(m, n) -> (m)>, affine_map<(m, n) -> (m)>, affine_map<(m, n) -> (m)>, affine_map<(m, n) -> (m, n)>], iterator_types = ["parallel", "parallel"]} ins(%val44, %val48, %val52, %y : tensor<100x10xf32>, tensor<100xf32>, tensor<100xf32>, tensor<100xi32>) outs(%e65 : tensor<100x10xf32>) attrs = {vib.label = "decode.0"} {
    ^bb0(%a: f32, %x0: f32, %s: f32, %lab: i32, %o: f32):
      %zero = arith.constant 0.0 : f32
      %i0 = linalg.index 0 : index
      %row = arith.index_cast %i0 : index to i32
      %counts = arith.cmpi slt, %row, %rows : i32
      %n = arith.sitofp %rows : i32 to f32
      %d = arith.subf %a, %x0 : f32
      %e = math.exp %d : f32
      %p = arith.divf %e, %s : f32
      %i1 = linalg.index 1 : index
      %c = arith.index_cast %i1 : index to i32
      %eq = arith.cmpi eq, %c, %lab : i32
      %one = arith.constant 1.0 : f32
      %q = arith.select %eq, %one, %zero : f32
      %g = arith.subf %p, %q : f32
      %gg = arith.divf %g, %n : f32
      %r = arith.select %counts, %gg, %zero : f32
      linalg.yield %r : f32
    } -> tensor<100x10xf32>
    %e67 = tensor.empty() {vib.label = "decode.0.in"} : tensor<100x256xf32>
    %cst68 = arith.constant {vib.label = "decode.0.in"} 0.000000e+00 : f32
    %fill69 = linalg.fill {vib.label = "decode.0.in"} ins(%cst68 : f32) outs(%e67 : tensor<100x256xf32>) -> tensor<100x256xf32>
    %val70 = linalg.contract indexing_maps = [affine_map<(m, n, k) -> (m, k)>, affine_map<(m, n, k) -> (n, k)>, affine_map<(m, n, k) -> (m, n)>] {vib.label = "decode.0.in"} ins(%val66, %decode.0.weight : tensor<100x10xf32>, tensor<256x10xf32>) outs(%fill69 : tensor<100x256xf32>) -> tensor<100x256xf32>
    %e71 = tensor.empty() {vib.label = "decode.0.in"} : tensor<100x256xf32>
    %val72 = linalg.generic {indexing_maps = [affine_map<(m, n) -> (m, n)>, affine_map<(m, n) -> (m, n)>, affine_map<(m, n) -> (m, n)>], iterator_types = ["parallel", "parallel"]} ins(%val70, %val32 : tensor<100x256xf32>, tensor<100x256xf32>) outs(%e71 : tensor<100x256xf32>) attrs = {vib.label = "decode.0.in"} {
    ^bb0(%a: f32, %b: f32, %o: f32):
      %r = arith.mulf %a, %b : f32
      linalg.yield %r : f32
    } -> tensor<100x256xf32>
    %e73 = tensor.empty() {vib.label = "decode.0.in"} : tensor<100x256xf32>
    %val74 = linalg.generic {indexing_maps = [affine_map<(m, n) -> (m, n)>, affine_map<(m, n) -> (m, n)>, affine_map<(m, n) -> (m, n)>], iterator_types = ["parallel", "parallel"]} ins(%val70, %val23 : tensor<100x256xf32>, tensor<100x256xf32>) outs(%e73 : tensor<100x256xf32>) attrs = {vib.label = "decode.0.in"} {
    ^bb0(%a: f32, %b: f32, %o: f32):
      %zero = arith.constant 0.0 : f32
      %i0 = linalg.index 0 : index
      %row = arith.index_cast %i0 : index to i32
      %counts = arith.cmpi slt, %row, %rows : i32
      %n = arith.sitofp %rows : i32 to f32
      %q = arith.divf %beta, %n : f32
      %c = arith.select %counts, %q, %zero : f32
      %p = arith.mulf %c, %b : f32
      %r = arith.addf %a, %p : f32
      linalg.yield %r : f32
    } -> tensor<100x256xf32>
    %e75 = tensor.empty() {vib.label = "decode.0.in"} : tensor<100x256xf32>
    %val76 = linalg.generic {indexing_maps = [affine_map<(m, n) -> (m, n)>, affine_map<(m, n) -> (m, n)>, affine_map<(m, n) -> (m, n)>], iterator_types = ["parallel", "parallel"]} ins(%val72, %val34 : tensor<100x256xf32>, tensor<100x256xf32>) outs(%e75 : tensor<100x256xf32>) attrs = {vib.label = "decode.0.in"} {
    ^bb0(%a: f32, %b: f32, %o: f32):
      %zero = arith.constant 0.0 : f32
      %i0 = linalg.index 0 : index
      %row = arith.index_cast %i0 : index to i32
      %counts = arith.cmpi slt, %row, %rows : i32
      %n = arith.sitofp %rows : i32 to f32
      %q = arith.divf %beta, %n : f32
      %c = arith.select %counts, %q, %zero : f32
      %p = arith.mulf %c, %b : f32
      %r = arith.addf %a, %p : f32
      linalg.yield %r : f32
    } -> tensor<100x256xf32>
    %e77 = tensor.empty() {vib.label = "decode.0.in"} : tensor<100x512xf32>
    %val78 = tensor.insert_slice %val74 into %e77[0, 0] [100, 256] [1, 1] {vib.label = "decode.0.in"} : tensor<100x256xf32> into tensor<100x512xf32>
    %val79 = tensor.insert_slice %val76 into %val78[0, 256] [100, 256] [1, 1] {vib.label = "decode.0.in"} : tensor<100x256xf32> into tensor<100x512xf32>
    %e80 = tensor.empty() {vib.label = "decode.0.grad"} : tensor<256x10xf32>
    %cst81 = arith.constant {vib.label = "decode.0.grad"} 0.000000e+00 : f32
    %fill82 = linalg.fill {vib.label = "decode.0.grad"} ins(%cst81 : f32) outs(%e80 : tensor<256x10xf32>) -> tensor<256x10xf32>
    %val83 = linalg.contract indexing_maps = [affine_map<(m, n, k) -> (k, m)>, affine_map<(m, n, k) -> (k, n)>, affine_map<(m, n, k) -> (m, n)>] {vib.label = "decode.0.grad"} ins(%val31, %val66 : tensor<100x256xf32>, tensor<100x10xf32>) outs(%fill82 : tensor<256x10xf32>) -> tensor<256x10xf32>
    %val84, %val85, %val86, %val87 = linalg.generic {indexing_maps = [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (i, j)>], iterator_types = ["parallel", "parallel"]} ins(%val83 : tensor<256x10xf32>) outs(%decode.0.weight, %decode.0.weight.m, %decode.0.weight.v, %decode.0.weight.a : tensor<256x10xf32>, tensor<256x10xf32>, tensor<256x10xf32>, tensor<256x10xf32>) attrs = {vib.label = "decode.0.grad"} {
    ^bb0(%g: f32, %w: f32, %m: f32, %vv: f32, %aa: f32):
      %b1 = arith.constant 0.5 : f32
      %c1 = arith.constant 0.5 : f32
      %b2 = arith.constant 0.999 : f32
      %c2 = arith.constant 0.001 : f32
      %eps = arith.constant 1.0e-8 : f32
      %m1 = arith.mulf %m, %b1 : f32
      %m2 = arith.mulf %g, %c1 : f32
      %mn = arith.addf %m1, %m2 : f32
      %v1 = arith.mulf %vv, %b2 : f32
      %v2 = arith.mulf %g, %g : f32
      %v3 = arith.mulf %v2, %c2 : f32
      %vn = arith.addf %v1, %v3 : f32
      %sq = math.sqrt %vn : f32
      %sq2 = arith.mulf %sq, %scale2 : f32
      %den = arith.addf %sq2, %eps : f32
      %num = arith.mulf %mn, %rate1 : f32
      %q = arith.divf %num, %den : f32
      %wn = arith.subf %w, %q : f32
      %da = arith.subf %wn, %aa : f32
      %db = arith.mulf %da, %average : f32
      %an = arith.addf %aa, %db : f32
      linalg.yield %wn, %mn, %vn, %an : f32, f32, f32, f32
    } -> (tensor<256x10xf32>, tensor<256x10xf32>, tensor<256x10xf32>, tensor<256x10xf32>)
    %e88 = tensor.empty() {vib.label = "decode.0.grad"} : tensor<10xf32>
    %cst89 = arith.constant {vib.label = "decode.0.grad"} 0.000000e+00 : f32
    %fill90 = linalg.fill {vib.label = "decode.0.grad"} ins(%cst89 : f32) outs(%e88 : tensor<10xf32>) -> tensor<10xf32>
    %val91 = linalg.generic {indexing_maps = [affine_map<(m, n) -> (m, n)>, affine_map<(m, n) -> (n)>], iterator_types = ["reduction", "parallel"]} ins(%val66 : tensor<100x10xf32>) outs(%fill90 : tensor<10xf32>) attrs = {vib.label = "decode.0.grad"} {
    ^bb0(%a: f32, %acc: f32):
      %r = arith.addf %acc, %a : f32
      linalg.yield %r : f32
    } -> tensor<10xf32>
    %val92, %val93, %val94, %val95 = linalg.generic {indexing_maps = [affine_map<(i) -> (i)>, affine_map<(i) -> (i)>, affine_map<(i) -> (i)>, affine_map<(i) -> (i)>, affine_map<(i) -> (i)>], iterator_types = ["parallel"]} ins(%val91 : tensor<10xf32>) outs(%decode.0.bias, %decode.0.bias.m, %decode.0.bias.v, %decode.0.bias.a : tensor<10xf32>, tensor<10xf32>, tensor<10xf32>, tensor<10xf32>) attrs = {vib.label = "decode.0.grad"} {
    ^bb0(%g: f32, %w: f32, %m: f32, %vv: f32, %aa: f32):
      %b1 = arith.constant 0.5 : f32
      %c1 = arith.constant 0.5 : f32
      %b2 = arith.constant 0.999 : f32
      %c2 = arith.constant 0.001 : f32
      %eps = arith.constant 1.0e-8 : f32
      %m1 = arith.mulf %m, %b1 : f32
      %m2 = arith.mulf %g, %c1 : f32
      %mn = arith.addf %m1, %m2 : f32
      %v1 = arith.mulf %vv, %b2 : f32
      %v2 = arith.mulf %g, %g : f32
      %v3 = arith.mulf %v2, %c2 : f32
      %vn = arith.addf %v1, %v3 : f32
      %sq = math.sqrt %vn : f32
      %sq2 = arith.mulf %sq, %scale2 : f32
      %den = arith.addf %sq2, %eps : f32
      %num = arith.mulf %mn, %rate1 : f32
      %q = arith.divf %num, %den : f32
      %wn = arith.subf %w, %q : f32
      %da = arith.subf %wn, %aa : f32
      %db = arith.mulf %da, %average : f32
      %an = arith.addf %aa, %db : f32
      linalg.yield %wn, %mn, %vn, %an : f32, f32, f32, f32
    } -> (tensor<10xf32>, tensor<10xf32>, tensor<10xf32>, tensor<10xf32>)
    %e96 = tensor.empty() {vib.label = "encode.4.in"} : tensor<100x1024xf32>
    %cst97 = arith.constant {vib.label = "encode.4.in"} 0.000000e+00 : f32
    %fill98 = linalg.fill {vib.label = "encode.4.in"} ins(%cst97 : f32) outs(%e96 : tensor<100x1024xf32>) -> tensor<100x1024xf32>
    %val99 = linalg.contract indexing_maps = [affine_map<(m, n, k) -> (m, k)>, affine_map<(m, n, k) -> (n, k)>, affine_map<(m, n, k) -> (m, n)>] {vib.label = "encode.4.in"} ins(%val79, %encode.4.weight : tensor<100x512xf32>, tensor<1024x512xf32>) outs(%fill98 : tensor<100x1024xf32>) -> tensor<100x1024xf32>
    %e100 = tensor.empty() {vib.label = "encode.4.in"} : tensor<100x1024xf32>
    %val101 = linalg.generic {indexing_maps = [affine_map<(m, n) -> (m, n)>, affine_map<(m, n) -> (m, n)>, affine_map<(m, n) -> (m, n)>], iterator_types = ["parallel", "parallel"]} ins(%val99, %val16 : tensor<100x1024xf32>, tensor<100x1024xf32>) outs(%e100 : tensor<100x1024xf32>) attrs = {vib.label = "encode.4.in"} {
    ^bb0(%a: f32, %h: f32, %o: f32):
      %zero = arith.constant 0.0 : f32
      %p = arith.cmpf ogt, %h, %zero : f32
      %r = arith.select %p, %a, %zero : f32
      linalg.yield %r : f32
    } -> tensor<100x1024xf32>
    %e102 = tensor.empty() {vib.label = "encode.4.grad"} : tensor<1024x512xf32>
    %cst103 = arith.constant {vib.label = "encode.4.grad"} 0.000000e+00 : f32
    %fill104 = linalg.fill {vib.label = "encode.4.grad"} ins(%cst103 : f32) outs(%e102 : tensor<1024x512xf32>) -> tensor<1024x512xf32>
    %val105 = linalg.contract indexing_maps = [affine_map<(m, n, k) -> (k, m)>, affine_map<(m, n, k) -> (k, n)>, affine_map<(m, n, k) -> (m, n)>] {vib.label = "encode.4.grad"} ins(%val16, %val79 : tensor<100x1024xf32>, tensor<100x512xf32>) outs(%fill104 : tensor<1024x512xf32>) -> tensor<1024x512xf32>
    %val106, %val107, %val108, %val109 = linalg.generic {indexing_maps = [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (i, j)>], iterator_types = ["parallel", "parallel"]} ins(%val105 : tensor<1024x512xf32>) outs(%encode.4.weight, %encode.4.weight.m, %encode.4.weight.v, %encode.4.weight.a : tensor<1024x512xf32>, tensor<1024x512xf32>, tensor<1024x512xf32>, tensor<1024x512xf32>) attrs = {vib.label = "encode.4.grad"} {
    ^bb0(%g: f32, %w: f32, %m: f32, %vv: f32, %aa: f32):
      %b1 = arith.constant 0.5 : f32
      %c1 = arith.constant 0.5 : f32
      %b2 = arith.constant 0.999 : f32
      %c2 = arith.constant 0.001 : f32
      %eps = arith.constant 1.0e-8 : f32
      %m1 = arith.mulf %m, %b1 : f32
      %m2 = arith.mulf %g, %c1 : f32
      %mn = arith.addf %m1, %m2 : f32
      %v1 = arith.mulf %vv, %b2 : f32
      %v2 = arith.mulf %g, %g : f32
      %v3 = arith.mulf %v2, %c2 : f32
      %vn = arith.addf %v1, %v3 : f32
      %sq = math.sqrt %vn : f32
      %sq2 = arith.mulf %sq, %scale2 : f32
      %den = arith.addf %sq2, %eps : f32
      %num = arith.mulf %mn, %rate1 : f32
      %q = arith.divf %num, %den : f32
      %wn = arith.subf %w, %q : f32
      %da = arith.subf %wn, %aa : f32
      %db = arith.mulf %da, %average : f32
      %an = arith.addf %aa, %db : f32
      linalg.yield %wn, %mn, %vn, %an : f32, f32, f32, f32
    } -> (tensor<1024x512xf32>, tensor<1024x512xf32>, tensor<1024x512xf32>, tensor<1024x512xf32>)
    %e110 = tensor.empty() {vib.label = "encode.4.grad"} : tensor<512xf32>
    %cst111 = arith.constant {vib.label = "encode.4.grad"} 0.000000e+00 : f32
    %fill112 = linalg.fill {vib.label = "encode.4.grad"} ins(%cst111 : f32) outs(%e110 : tensor<512xf32>) -> tensor<512xf32>
    %val113 = linalg.generic {indexing_maps = [affine_map<(m, n) -> (m, n)>, affine_map<(m, n) -> (n)>], iterator_types = ["reduction", "parallel"]} ins(%val79 : tensor<100x512xf32>) outs(%fill112 : tensor<512xf32>) attrs = {vib.label = "encode.4.grad"} {
    ^bb0(%a: f32, %acc: f32):
      %r = arith.addf %acc, %a : f32
      linalg.yield %r : f32
    } -> tensor<512xf32>
    %val114, %val115, %val116, %val117 = linalg.generic {indexing_maps = [affine_map<(i) -> (i)>, affine_map<(i) -> (i)>, affine_map<(i) -> (i)>, affine_map<(i) -> (i)>, affine_map<(i) -> (i)>], iterator_types = ["parallel"]} ins(%val113 : tensor<512xf32>) outs(%encode.4.bias, %encode.4.bias.m, %encode.4.bias.v, %encode.4.bias.a : tensor<512xf32>, tensor<512xf32>, tensor<512xf32>, tensor<512xf32>) attrs = {vib.label = "encode.4.grad"} {
    ^bb0(%g: f32, %w: f32, %m: f32, %vv: f32, %aa: f32):
      %b1 = arith.constant 0.5 : f32
      %c1 = arith.constant 0.5 : f32
      %b2 = arith.constant 0.999 : f32
      %c2 = arith.constant 0.001 : f32
      %eps = arith.constant 1.0e-8 : f32
      %m1 = arith.mulf %m, %b1 : f32
      %m2 = arith.mulf %g, %c1 : f32
      %mn = arith.addf %m1, %m2 : f32
      %v1 = arith.mulf %vv, %b2 : f32
      %v2 = arith.mulf %g, %g : f32
      %v3 = arith.mulf %v2, %c2 : f32
      %vn = arith.addf %v1, %v3 : f32
      %sq = math.sqrt %vn : f32
      %sq2 = arith.mulf %sq, %scale2 : f32
      %den = arith.addf %sq2, %eps : f32
      %num = arith.mulf %mn, %rate1 : f32
      %q = arith.divf %num, %den : f32
      %wn = arith.subf %w, %q : f32
      %da = arith.subf %wn, %aa : f32
      %db = arith.mulf %da, %average : f32
      %an = arith.addf %aa, %db : f32
      linalg.yield %wn, %mn, %vn, %an : f32, f32, f32, f32
    } -> (tensor<512xf32>, tensor<512xf32>, tensor<512xf32>, tensor<512xf32>)
    %e118 = tensor.empty() {vib.label = "encode.2.in"} : tensor<100x1024xf32>
    %cst119 = arith.constant {vib.label = "encode.2.in"} 0.000000e+00 : f32
    %fill120 = linalg.fill {vib.label = "encode.2.in"} ins(%cst119 : f32) outs(%e118 : tensor<100x1024xf32>) -> tensor<100x1024xf32>
    %val121 = linalg.contract indexing_maps = [affine_map<(m, n, k) -> (m, k)>, affine_map<(m, n, k) -> (n, k)>, affine_map<(m, n, k) -> (m, n)>] {vib.label = "encode.2.in"} ins(%val101, %encode.2.weight : tensor<100x1024xf32>, tensor<1024x1024xf32>) outs(%fill120 : tensor<100x1024xf32>) -> tensor<100x1024xf32>
    %e122 = tensor.empty() {vib.label = "encode.2.in"} : tensor<100x1024xf32>
    %val123 = linalg.generic {indexing_maps = [affine_map<(m, n) -> (m, n)>, affine_map<(m, n) -> (m, n)>, affine_map<(m, n) -> (m, n)>], iterator_types = ["parallel", "parallel"]} ins(%val121, %val8 : tensor<100x1024xf32>, tensor<100x1024xf32>) outs(%e122 : tensor<100x1024xf32>) attrs = {vib.label = "encode.2.in"} {
    ^bb0(%a: f32, %h: f32, %o: f32):
      %zero = arith.constant 0.0 : f32
      %p = arith.cmpf ogt, %h, %zero : f32
      %r = arith.select %p, %a, %zero : f32
      linalg.yield %r : f32
    } -> tensor<100x1024xf32>
    %e124 = tensor.empty() {vib.label = "encode.2.grad"} : tensor<1024x1024xf32>
    %cst125 = arith.constant {vib.label = "encode.2.grad"} 0.000000e+00 : f32
    %fill126 = linalg.fill {vib.label = "encode.2.grad"} ins(%cst125 : f32) outs(%e124 : tensor<1024x1024xf32>) -> tensor<1024x1024xf32>
    %val127 = linalg.contract indexing_maps = [affine_map<(m, n, k) -> (k, m)>, affine_map<(m, n, k) -> (k, n)>, affine_map<(m, n, k) -> (m, n)>] {vib.label = "encode.2.grad"} ins(%val8, %val101 : tensor<100x1024xf32>, tensor<100x1024xf32>) outs(%fill126 : tensor<1024x1024xf32>) -> tensor<1024x1024xf32>
    %val128, %val129, %val130, %val131 = linalg.generic {indexing_maps = [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (i, j)>], iterator_types = ["parallel", "parallel"]} ins(%val127 : tensor<1024x1024xf32>) outs(%encode.2.weight, %encode.2.weight.m, %encode.2.weight.v, %encode.2.weight.a : tensor<1024x1024xf32>, tensor<1024x1024xf32>, tensor<1024x1024xf32>, tensor<1024x1024xf32>) attrs = {vib.label = "encode.2.grad"} {
    ^bb0(%g: f32, %w: f32, %m: f32, %vv: f32, %aa: f32):
      %b1 = arith.constant 0.5 : f32
      %c1 = arith.constant 0.5 : f32
      %b2 = arith.constant 0.999 : f32
      %c2 = arith.constant 0.001 : f32
      %eps = arith.constant 1.0e-8 : f32
      %m1 = arith.mulf %m, %b1 : f32
      %m2 = arith.mulf %g, %c1 : f32
      %mn = arith.addf %m1, %m2 : f32
      %v1 = arith.mulf %vv, %b2 : f32
      %v2 = arith.mulf %g, %g : f32
      %v3 = arith.mulf %v2, %c2 : f32
      %vn = arith.addf %v1, %v3 : f32
      %sq = math.sqrt %vn : f32
      %sq2 = arith.mulf %sq, %scale2 : f32
      %den = arith.addf %sq2, %eps : f32
      %num = arith.mulf %mn, %rate1 : f32
      %q = arith.divf %num, %den : f32
      %wn = arith.subf %w, %q : f32
      %da = arith.subf %wn, %aa : f32
      %db = arith.mulf %da, %average : f32
      %an = arith.addf %aa, %db : f32
      linalg.yield %wn, %mn, %vn, %an : f32, f32, f32, f32
    } -> (tensor<1024x1024xf32>, tensor<1024x1024xf32>, tensor<1024x1024xf32>, tensor<1024x1024xf32>)
    %e132 = tensor.empty() {vib.label = "encode.2.grad"} : tensor<1024xf32>
    %cst133 = arith.constant {vib.label = "encode.2.grad"} 0.000000e+00 : f32
    %fill134 = linalg.fill {vib.label = "encode.2.grad"} ins(%cst133 : f32) outs(%e132 : tensor<1024xf32>) -> tensor<1024xf32>
    %val135 = linalg.generic {indexing_maps = [affine_map<(m, n) -> (m, n)>, affine_map<(m, n) -> (n)>], iterator_types = ["reduction", "parallel"]} ins(%val101 : tensor<100x1024xf32>) outs(%fill134 : tensor<1024xf32>) attrs = {vib.label = "encode.2.grad"} {
    ^bb0(%a: f32, %acc: f32):
      %r = arith.addf %acc, %a : f32
      linalg.yield %r : f32
    } -> tensor<1024xf32>
    %val136, %val137, %val138, %val139 = linalg.generic {indexing_maps = [affine_map<(i) -> (i)>, affine_map<(i) -> (i)>, affine_map<(i) -> (i)>, affine_map<(i) -> (i)>, affine_map<(i) -> (i)>], iterator_types = ["parallel"]} ins(%val135 : tensor<1024xf32>) outs(%encode.2.bias, %encode.2.bias.m, %encode.2.bias.v, %encode.2.bias.a : tensor<1024xf32>, tensor<1024xf32>, tensor<1024xf32>, tensor<1024xf32>) attrs = {vib.label = "encode.2.grad"} {
    ^bb0(%g: f32, %w: f32, %m: f32, %vv: f32, %aa: f32):
      %b1 = arith.constant 0.5 : f32
      %c1 = arith.constant 0.5 : f32
      %b2 = arith.constant 0.999 : f32
      %c2 = arith.constant 0.001 : f32
      %eps = arith.constant 1.0e-8 : f32
      %m1 = arith.mulf %m, %b1 : f32
      %m2 = arith.mulf %g, %c1 : f32
      %mn = arith.addf %m1, %m2 : f32
      %v1 = arith.mulf %vv, %b2 : f32
      %v2 = arith.mulf %g, %g : f32
      %v3 = arith.mulf %v2, %c2 : f32
      %vn = arith.addf %v1, %v3 : f32
      %sq = math.sqrt %vn : f32
      %sq2 = arith.mulf %sq, %scale2 : f32
      %den = arith.addf %sq2, %eps : f32
      %num = arith.mulf %mn, %rate1 : f32
      %q = arith.divf %num, %den : f32
      %wn = arith.subf %w, %q : f32
      %da = arith.subf %wn, %aa : f32
      %db = arith.mulf %da, %average : f32
      %an = arith.addf %aa, %db : f32
      linalg.yield %wn, %mn, %vn, %an : f32, f32, f32, f32
    } -> (tensor<1024xf32>, tensor<1024xf32>, tensor<1024xf32>, tensor<1024xf32>)
    %e140 = tensor.empty() {vib.label = "encode.0.grad"} : tensor<784x1024xf32>
    %cst141 = arith.constant {vib.label = "encode.0.grad"} 0.000000e+00 : f32
    %fill142 = linalg.fill {vib.label = "encode.0.grad"} ins(%cst141 : f32) outs(%e140 : tensor<784x1024xf32>) -> tensor<784x1024xf32>
    %val143 = linalg.contract indexing_maps = [affine_map<(m, n, k) -> (k, m)>, affine_map<(m, n, k) -> (k, n)>, affine_map<(m, n, k) -> (m, n)>] {vib.label = "encode.0.grad"} ins(%x, %val123 : tensor<100x784xf32>, tensor<100x1024xf32>) outs(%fill142 : tensor<784x1024xf32>) -> tensor<784x1024xf32>
    %val144, %val145, %val146, %val147 = linalg.generic {indexing_maps = [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (i, j)>], iterator_types = ["parallel", "parallel"]} ins(%val143 : tensor<784x1024xf32>) outs(%encode.0.weight, %encode.0.weight.m, %encode.0.weight.v, %encode.0.weight.a : tensor<784x1024xf32>, tensor<784x1024xf32>, tensor<784x1024xf32>, tensor<784x1024xf32>) attrs = {vib.label = "encode.0.grad"} {
    ^bb0(%g: f32, %w: f32, %m: f32, %vv: f32, %aa: f32):
      %b1 = arith.constant 0.5 : f32
      %c1 = arith.constant 0.5 : f32
      %b2 = arith.constant 0.999 : f32
      %c2 = arith.constant 0.001 : f32
      %eps = arith.constant 1.0e-8 : f32
      %m1 = arith.mulf %m, %b1 : f32
      %m2 = arith.mulf %g, %c1 : f32
      %mn = arith.addf %m1, %m2 : f32
      %v1 = arith.mulf %vv, %b2 : f32
      %v2 = arith.mulf %g, %g : f32
      %v3 = arith.mulf %v2, %c2 : f32
      %vn = arith.addf %v1, %v3 : f32
      %sq = math.sqrt %vn : f32
      %sq2 = arith.mulf %sq, %scale2 : f32
      %den = arith.addf %sq2, %eps : f32
      %num = arith.mulf %mn, %rate1 : f32
      %q = arith.divf %num, %den : f32
      %wn = arith.subf %w, %q : f32
      %da = arith.subf %wn, %aa : f32
      %db = arith.mulf %da, %average : f32
      %an = arith.addf %aa, %db : f32
      linalg.yield %wn, %mn, %vn, %an : f32, f32, f32, f32
    } -> (tensor<784x1024xf32>, tensor<784x1024xf32>, tensor<784x1024xf32>, tensor<784x1024xf32>)
    %e148 = tensor.empty() {vib.label = "encode.0.grad"} : tensor<1024xf32>
    %cst149 = arith.constant {vib.label = "encode.0.grad"} 0.000000e+00 : f32
    %fill150 = linalg.fill {vib.label = "encode.0.grad"} ins(%cst149 : f32) outs(%e148 : tensor<1024xf32>) -> tensor<1024xf32>
    %val151 = linalg.generic {indexing_maps = [affine_map<(m, n) -> (m, n)>, affine_map<(m, n) -> (n)>], iterator_types = ["reduction", "parallel"]} ins(%val123 : tensor<100x1024xf32>) outs(%fill150 : tensor<1024xf32>) attrs = {vib.label = "encode.0.grad"} {
    ^bb0(%a: f32, %acc: f32):
      %r = arith.addf %acc, %a : f32
      linalg.yield %r : f32
    } -> tensor<1024xf32>
    %val152, %val153, %val154, %val155 = linalg.generic {indexing_maps = [affine_map<(i) -> (i)>, affine_map<(i) -> (i)>, affine_map<(i) -> (i)>, affine_map<(i) -> (i)>, affine_map<(i) -> (i)>], iterator_types = ["parallel"]} ins(%val151 : tensor<1024xf32>) outs(%encode.0.bias, %encode.0.bias.m, %encode.0.bias.v, %encode.0.bias.a : tensor<1024xf32>, tensor<1024xf32>, tensor<1024xf32>, tensor<1024xf32>) attrs = {vib.label = "encode.0.grad"} {
    ^bb0(%g: f32, %w: f32, %m: f32, %vv: f32, %aa: f32):
      %b1 = arith.constant 0.5 : f32
      %c1 = arith.constant 0.5 : f32
      %b2 = arith.constant 0.999 : f32
      %c2 = arith.constant 0.001 : f32
      %eps = arith.constant 1.0e-8 : f32
      %m1 = arith.mulf %m, %b1 : f32
      %m2 = arith.mulf %g, %c1 : f32
      %mn = arith.addf %m1, %m2 : f32
      %v1 = arith.mulf %vv, %b2 : f32
      %v2 = arith.mulf %g, %g : f32
      %v3 = arith.mulf %v2, %c2 : f32
      %vn = arith.addf %v1, %v3 : f32
      %sq = math.sqrt %vn : f32
      %sq2 = arith.mulf %sq, %scale2 : f32
      %den = arith.addf %sq2, %eps : f32
      %num = arith.mulf %mn, %rate1 : f32
      %q = arith.divf %num, %den : f32
      %wn = arith.subf %w, %q : f32
      %da = arith.subf %wn, %aa : f32
      %db = arith.mulf %da, %average : f32
      %an = arith.addf %aa, %db : f32
      linalg.yield %wn, %mn, %vn, %an : f32, f32, f32, f32
    } -> (tensor<1024xf32>, tensor<1024xf32>, tensor<1024xf32>, tensor<1024xf32>)
    return %val144, %val145, %val146, %val147, %val152, %val153, %val154, %val155, %val128, %val129, %val130, %val131, %val136, %val137, %val138, %val139, %val106, %val107, %val108, %val109, %val114, %val115, %val116, %val117, %val84, %val85, %val86, %val87, %val92, %val93, %val94, %val95, %val58, %val38, %val64 : tensor<784x1024xf32>, tensor<784x1024xf32>, tensor<784x1024xf32>, tensor<784x1024xf32>, tensor<1024xf32>, tensor<1024xf32>, tensor<1024xf32>, tensor<1024xf32>, tensor<1024x1024xf32>, tensor<1024x1024xf32>, tensor<1024x1024xf32>, tensor<1024x1024xf32>, tensor<1024xf32>, tensor<1024xf32>, tensor<1024xf32>, tensor<1024xf32>, tensor<1024x512xf32>, tensor<1024x512xf32>, tensor<1024x512xf32>, tensor<1024x512xf32>, tensor<512xf32>, tensor<512xf32>, tensor<512xf32>, tensor<512xf32>, tensor<256x10xf32>, tensor<256x10xf32>, tensor<256x10xf32>, tensor<256x10xf32>, tensor<10xf32>, tensor<10xf32>, tensor<10xf32>, tensor<10xf32>, tensor<100xf32>, tensor<100xf32>, tensor<100xf32>
  }
}
