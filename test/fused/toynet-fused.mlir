// The training step of ToyNet in the phase fused: ten kernels. Generated from
// test/step/toynet-step.mlir by --vib-to-fused.
// RUN: vib-opt %s --vib-verify-fused | FileCheck %s
// CHECK-COUNT-10: vib.kernel
// CHECK-NOT: vib.kernel

#map = affine_map<(d0, d1, d2) -> (d0, d2)>
#map1 = affine_map<(d0, d1, d2) -> (d2, d1)>
#map2 = affine_map<(d0, d1, d2) -> (d0, d1)>
#map3 = affine_map<(d0, d1) -> (d0, d1)>
#map4 = affine_map<(d0, d1) -> (d1)>
#map5 = affine_map<(d0, d1) -> (d0)>
#map6 = affine_map<(d0) -> (d0)>
#map7 = affine_map<(d0, d1, d2) -> (d1, d2)>
#map8 = affine_map<(d0, d1, d2) -> (d2, d0)>
module attributes {vib.phase = "step"} {
  func.func @train_step(%x: tensor<100x784xf32> {vib.slot = #vib.slot<input, "x">}, %y: tensor<100xi32> {vib.slot = #vib.slot<input, "y">}, %encode.0.weight: tensor<784x1024xf32> {vib.slot = #vib.slot<weight, "encode.0.weight">}, %encode.0.weight.m: tensor<784x1024xf32> {vib.slot = #vib.slot<moment1, "encode.0.weight">}, %encode.0.weight.v: tensor<784x1024xf32> {vib.slot = #vib.slot<moment2, "encode.0.weight">}, %encode.0.weight.a: tensor<784x1024xf32> {vib.slot = #vib.slot<average, "encode.0.weight">}, %encode.0.bias: tensor<1024xf32> {vib.slot = #vib.slot<weight, "encode.0.bias">}, %encode.0.bias.m: tensor<1024xf32> {vib.slot = #vib.slot<moment1, "encode.0.bias">}, %encode.0.bias.v: tensor<1024xf32> {vib.slot = #vib.slot<moment2, "encode.0.bias">}, %encode.0.bias.a: tensor<1024xf32> {vib.slot = #vib.slot<average, "encode.0.bias">}, %encode.2.weight: tensor<1024x1024xf32> {vib.slot = #vib.slot<weight, "encode.2.weight">}, %encode.2.weight.m: tensor<1024x1024xf32> {vib.slot = #vib.slot<moment1, "encode.2.weight">}, %encode.2.weight.v: tensor<1024x1024xf32> {vib.slot = #vib.slot<moment2, "encode.2.weight">}, %encode.2.weight.a: tensor<1024x1024xf32> {vib.slot = #vib.slot<average, "encode.2.weight">}, %encode.2.bias: tensor<1024xf32> {vib.slot = #vib.slot<weight, "encode.2.bias">}, %encode.2.bias.m: tensor<1024xf32> {vib.slot = #vib.slot<moment1, "encode.2.bias">}, %encode.2.bias.v: tensor<1024xf32> {vib.slot = #vib.slot<moment2, "encode.2.bias">}, %encode.2.bias.a: tensor<1024xf32> {vib.slot = #vib.slot<average, "encode.2.bias">}, %encode.4.weight: tensor<1024x512xf32> {vib.slot = #vib.slot<weight, "encode.4.weight">}, %encode.4.weight.m: tensor<1024x512xf32> {vib.slot = #vib.slot<moment1, "encode.4.weight">}, %encode.4.weight.v: tensor<1024x512xf32> {vib.slot = #vib.slot<moment2, "encode.4.weight">}, %encode.4.weight.a: tensor<1024x512xf32> {vib.slot = #vib.slot<average, "encode.4.weight">}, %encode.4.bias: tensor<512xf32> {vib.slot = #vib.slot<weight, "encode.4.bias">}, %encode.4.bias.m: tensor<512xf32> {vib.slot = #vib.slot<moment1, "encode.4.bias">}, %encode.4.bias.v: tensor<512xf32> {vib.slot = #vib.slot<moment2, "encode.4.bias">}, %encode.4.bias.a: tensor<512xf32> {vib.slot = #vib.slot<average, "encode.4.bias">}, %decode.0.weight: tensor<256x10xf32> {vib.slot = #vib.slot<weight, "decode.0.weight">}, %decode.0.weight.m: tensor<256x10xf32> {vib.slot = #vib.slot<moment1, "decode.0.weight">}, %decode.0.weight.v: tensor<256x10xf32> {vib.slot = #vib.slot<moment2, "decode.0.weight">}, %decode.0.weight.a: tensor<256x10xf32> {vib.slot = #vib.slot<average, "decode.0.weight">}, %decode.0.bias: tensor<10xf32> {vib.slot = #vib.slot<weight, "decode.0.bias">}, %decode.0.bias.m: tensor<10xf32> {vib.slot = #vib.slot<moment1, "decode.0.bias">}, %decode.0.bias.v: tensor<10xf32> {vib.slot = #vib.slot<moment2, "decode.0.bias">}, %decode.0.bias.a: tensor<10xf32> {vib.slot = #vib.slot<average, "decode.0.bias">}, %seed: i64 {vib.slot = #vib.slot<scalar, "seed">}, %step: i64 {vib.slot = #vib.slot<scalar, "step">}, %rows: i32 {vib.slot = #vib.slot<scalar, "rows">}, %beta: f32 {vib.slot = #vib.slot<scalar, "coefficients[0]">}, %rate1: f32 {vib.slot = #vib.slot<scalar, "rate1">}, %scale2: f32 {vib.slot = #vib.slot<scalar, "scale2">}, %average: f32 {vib.slot = #vib.slot<scalar, "average">}) -> (tensor<784x1024xf32> {vib.slot = #vib.slot<weight, "encode.0.weight">}, tensor<784x1024xf32> {vib.slot = #vib.slot<moment1, "encode.0.weight">}, tensor<784x1024xf32> {vib.slot = #vib.slot<moment2, "encode.0.weight">}, tensor<784x1024xf32> {vib.slot = #vib.slot<average, "encode.0.weight">}, tensor<1024xf32> {vib.slot = #vib.slot<weight, "encode.0.bias">}, tensor<1024xf32> {vib.slot = #vib.slot<moment1, "encode.0.bias">}, tensor<1024xf32> {vib.slot = #vib.slot<moment2, "encode.0.bias">}, tensor<1024xf32> {vib.slot = #vib.slot<average, "encode.0.bias">}, tensor<1024x1024xf32> {vib.slot = #vib.slot<weight, "encode.2.weight">}, tensor<1024x1024xf32> {vib.slot = #vib.slot<moment1, "encode.2.weight">}, tensor<1024x1024xf32> {vib.slot = #vib.slot<moment2, "encode.2.weight">}, tensor<1024x1024xf32> {vib.slot = #vib.slot<average, "encode.2.weight">}, tensor<1024xf32> {vib.slot = #vib.slot<weight, "encode.2.bias">}, tensor<1024xf32> {vib.slot = #vib.slot<moment1, "encode.2.bias">}, tensor<1024xf32> {vib.slot = #vib.slot<moment2, "encode.2.bias">}, tensor<1024xf32> {vib.slot = #vib.slot<average, "encode.2.bias">}, tensor<1024x512xf32> {vib.slot = #vib.slot<weight, "encode.4.weight">}, tensor<1024x512xf32> {vib.slot = #vib.slot<moment1, "encode.4.weight">}, tensor<1024x512xf32> {vib.slot = #vib.slot<moment2, "encode.4.weight">}, tensor<1024x512xf32> {vib.slot = #vib.slot<average, "encode.4.weight">}, tensor<512xf32> {vib.slot = #vib.slot<weight, "encode.4.bias">}, tensor<512xf32> {vib.slot = #vib.slot<moment1, "encode.4.bias">}, tensor<512xf32> {vib.slot = #vib.slot<moment2, "encode.4.bias">}, tensor<512xf32> {vib.slot = #vib.slot<average, "encode.4.bias">}, tensor<256x10xf32> {vib.slot = #vib.slot<weight, "decode.0.weight">}, tensor<256x10xf32> {vib.slot = #vib.slot<moment1, "decode.0.weight">}, tensor<256x10xf32> {vib.slot = #vib.slot<moment2, "decode.0.weight">}, tensor<256x10xf32> {vib.slot = #vib.slot<average, "decode.0.weight">}, tensor<10xf32> {vib.slot = #vib.slot<weight, "decode.0.bias">}, tensor<10xf32> {vib.slot = #vib.slot<moment1, "decode.0.bias">}, tensor<10xf32> {vib.slot = #vib.slot<moment2, "decode.0.bias">}, tensor<10xf32> {vib.slot = #vib.slot<average, "decode.0.bias">}, tensor<100xf32> {vib.slot = #vib.slot<output, "nll">}, tensor<100xf32> {vib.slot = #vib.slot<output, "rate">}, tensor<100xf32> {vib.slot = #vib.slot<output, "error">}) {
    %0 = tensor.empty() : tensor<100x1024xf32>
    %encode.0 = vib.kernel "encode.0" ins(%x, %encode.0.weight, %encode.0.bias : tensor<100x784xf32>, tensor<784x1024xf32>, tensor<1024xf32>) outs(%0 as %encode.0 : tensor<100x1024xf32>) attributes {vib.fused = ["epilogue: addf", "epilogue: maximumf"]} {
      %cst = arith.constant 0.000000e+00 : f32
      %encode.0_39 = tensor.empty() : tensor<100x1024xf32>
      %14 = linalg.fill ins(%cst : f32) outs(%encode.0_39 : tensor<100x1024xf32>) -> tensor<100x1024xf32>
      %15 = linalg.contract indexing_maps = [#map, #map1, #map2] ins(%x, %encode.0.weight : tensor<100x784xf32>, tensor<784x1024xf32>) outs(%14 : tensor<100x1024xf32>) -> tensor<100x1024xf32>
      %16 = linalg.generic {indexing_maps = [#map3, #map4, #map3], iterator_types = ["parallel", "parallel"]} ins(%15, %encode.0.bias : tensor<100x1024xf32>, tensor<1024xf32>) outs(%encode.0 : tensor<100x1024xf32>) {
      ^bb0(%in: f32, %in_40: f32, %out: f32):
        %17 = arith.addf %in, %in_40 : f32
        %18 = arith.maximumf %17, %cst : f32
        linalg.yield %18 : f32
      } -> tensor<100x1024xf32>
      vib.yield %16 : tensor<100x1024xf32>
    } -> tensor<100x1024xf32>
    %1 = tensor.empty() : tensor<100x1024xf32>
    %encode.2 = vib.kernel "encode.2" ins(%encode.0, %encode.2.weight, %encode.2.bias : tensor<100x1024xf32>, tensor<1024x1024xf32>, tensor<1024xf32>) outs(%1 as %encode.2 : tensor<100x1024xf32>) attributes {vib.fused = ["epilogue: addf", "epilogue: maximumf"]} {
      %cst = arith.constant 0.000000e+00 : f32
      %encode.2_39 = tensor.empty() : tensor<100x1024xf32>
      %14 = linalg.fill ins(%cst : f32) outs(%encode.2_39 : tensor<100x1024xf32>) -> tensor<100x1024xf32>
      %15 = linalg.contract indexing_maps = [#map, #map1, #map2] ins(%encode.0, %encode.2.weight : tensor<100x1024xf32>, tensor<1024x1024xf32>) outs(%14 : tensor<100x1024xf32>) -> tensor<100x1024xf32>
      %16 = linalg.generic {indexing_maps = [#map3, #map4, #map3], iterator_types = ["parallel", "parallel"]} ins(%15, %encode.2.bias : tensor<100x1024xf32>, tensor<1024xf32>) outs(%encode.2 : tensor<100x1024xf32>) {
      ^bb0(%in: f32, %in_40: f32, %out: f32):
        %17 = arith.addf %in, %in_40 : f32
        %18 = arith.maximumf %17, %cst : f32
        linalg.yield %18 : f32
      } -> tensor<100x1024xf32>
      vib.yield %16 : tensor<100x1024xf32>
    } -> tensor<100x1024xf32>
    %2 = tensor.empty() : tensor<100x512xf32>
    %3 = tensor.empty() : tensor<100x256xf32>
    %4 = tensor.empty() : tensor<100x256xf32>
    %5 = tensor.empty() : tensor<100x256xf32>
    %6 = tensor.empty() : tensor<100x256xf32>
    %7 = tensor.empty() : tensor<100xf32>
    %encode.4, %encode.4_0, %encode.4_1, %encode.4_2, %rate = vib.kernel "encode.4" ins(%encode.2, %encode.4.weight, %encode.4.bias, %seed, %step : tensor<100x1024xf32>, tensor<1024x512xf32>, tensor<512xf32>, i64, i64) outs(%3 as %encode.4, %4 as %encode.4_0, %5 as %encode.4_1, %6 as %encode.4_2, %7 as %rate : tensor<100x256xf32>, tensor<100x256xf32>, tensor<100x256xf32>, tensor<100x256xf32>, tensor<100xf32>) attributes {vib.fused = ["epilogue: addf", "bottleneck: split into 2 side by side", "epilogue: noise, mulf, addf, exp, ...", "epilogue: exp, addf, select, divf, ...", "bottleneck: addf, maximumf, exp, log1p, ...", "bottleneck: reduction of log, mulf, addf, subf"]} {
      %cst = arith.constant 5.000000e-01 : f32
      %cst_45 = arith.constant 1.000000e+00 : f32
      %c0_i32 = arith.constant 0 : i32
      %cst_46 = arith.constant -5.000000e+00 : f32
      %cst_47 = arith.constant 0.000000e+00 : f32
      %encode.4_48 = tensor.empty() : tensor<100x256xf32>
      %encode.4.weight_49 = tensor.extract_slice %encode.4.weight[0, 0] [1024, 256] [1, 1] : tensor<1024x512xf32> to tensor<1024x256xf32>
      %14 = linalg.fill ins(%cst_47 : f32) outs(%encode.4_48 : tensor<100x256xf32>) -> tensor<100x256xf32>
      %15 = linalg.contract indexing_maps = [#map, #map1, #map2] ins(%encode.2, %encode.4.weight_49 : tensor<100x1024xf32>, tensor<1024x256xf32>) outs(%14 : tensor<100x256xf32>) -> tensor<100x256xf32>
      %encode.4.bias_50 = tensor.extract_slice %encode.4.bias[0] [256] [1] : tensor<512xf32> to tensor<256xf32>
      %encode.4.weight_51 = tensor.extract_slice %encode.4.weight[0, 256] [1024, 256] [1, 1] : tensor<1024x512xf32> to tensor<1024x256xf32>
      %16 = linalg.contract indexing_maps = [#map, #map1, #map2] ins(%encode.2, %encode.4.weight_51 : tensor<100x1024xf32>, tensor<1024x256xf32>) outs(%14 : tensor<100x256xf32>) -> tensor<100x256xf32>
      %encode.4.bias_52 = tensor.extract_slice %encode.4.bias[256] [256] [1] : tensor<512xf32> to tensor<256xf32>
      %17:5 = linalg.generic {indexing_maps = [#map3, #map4, #map3, #map4, #map3, #map3, #map3, #map3, #map3], iterator_types = ["parallel", "parallel"]} ins(%15, %encode.4.bias_50, %16, %encode.4.bias_52 : tensor<100x256xf32>, tensor<256xf32>, tensor<100x256xf32>, tensor<256xf32>) outs(%encode.4_48, %encode.4, %encode.4_0, %encode.4_1, %encode.4_2 : tensor<100x256xf32>, tensor<100x256xf32>, tensor<100x256xf32>, tensor<100x256xf32>, tensor<100x256xf32>) {
      ^bb0(%in: f32, %encode.4.bias_53: f32, %in_54: f32, %encode.4.bias_55: f32, %encode.4_56: f32, %encode.4_57: f32, %encode.4_58: f32, %encode.4_59: f32, %encode.4_60: f32):
        %20 = arith.addf %in_54, %encode.4.bias_55 : f32
        %21 = arith.addf %20, %cst_46 : f32
        %22 = arith.maximumf %21, %cst_47 : f32
        %23 = math.absf %21 : f32
        %24 = arith.negf %23 : f32
        %25 = math.exp %24 : f32
        %26 = math.log1p %25 : f32
        %27 = arith.addf %22, %26 : f32
        %28 = linalg.index 0 : index
        %29 = linalg.index 1 : index
        %30 = arith.addf %in, %encode.4.bias_53 : f32
        %31 = arith.index_cast %28 : index to i32
        %32 = arith.index_cast %29 : index to i32
        %33 = vib.noise train %seed, %step, %c0_i32, %31, %32 : (i64, i64, i32, i32, i32) -> f32
        %34 = arith.mulf %27, %33 : f32
        %35 = arith.addf %30, %34 : f32
        %36 = arith.addf %25, %cst_45 : f32
        %37 = arith.cmpf oge, %21, %cst_47 : f32
        %38 = arith.select %37, %cst_45, %25 : f32
        %39 = arith.divf %38, %36 : f32
        %40 = arith.mulf %33, %39 : f32
        %41 = arith.divf %cst_45, %27 : f32
        %42 = arith.subf %27, %41 : f32
        %43 = arith.mulf %42, %39 : f32
        linalg.yield %27, %30, %35, %40, %43 : f32, f32, f32, f32, f32
      } -> (tensor<100x256xf32>, tensor<100x256xf32>, tensor<100x256xf32>, tensor<100x256xf32>, tensor<100x256xf32>)
      %18 = linalg.fill ins(%cst_47 : f32) outs(%rate : tensor<100xf32>) -> tensor<100xf32>
      %19 = linalg.generic {indexing_maps = [#map3, #map3, #map5], iterator_types = ["parallel", "reduction"]} ins(%17#1, %17#0 : tensor<100x256xf32>, tensor<100x256xf32>) outs(%18 : tensor<100xf32>) {
      ^bb0(%in: f32, %in_53: f32, %out: f32):
        %20 = math.log %in_53 : f32
        %21 = arith.mulf %in, %in : f32
        %22 = arith.mulf %in_53, %in_53 : f32
        %23 = arith.addf %21, %22 : f32
        %24 = arith.subf %23, %cst_45 : f32
        %25 = arith.mulf %24, %cst : f32
        %26 = arith.subf %25, %20 : f32
        %27 = arith.addf %out, %26 : f32
        linalg.yield %27 : f32
      } -> tensor<100xf32>
      vib.yield %17#1, %17#2, %17#3, %17#4, %19 : tensor<100x256xf32>, tensor<100x256xf32>, tensor<100x256xf32>, tensor<100x256xf32>, tensor<100xf32>
    } -> (tensor<100x256xf32>, tensor<100x256xf32>, tensor<100x256xf32>, tensor<100x256xf32>, tensor<100xf32>)
    %8 = tensor.empty() : tensor<100x10xf32>
    %9 = tensor.empty() : tensor<100xf32>
    %10 = tensor.empty() : tensor<100xf32>
    %11 = tensor.empty() : tensor<100x512xf32>
    %decode.0, %nll, %error, %decode.0.in = vib.kernel "decode" ins(%encode.4_0, %decode.0.weight, %decode.0.bias, %y, %rows, %encode.4_1, %beta, %encode.4_2, %encode.4 : tensor<100x256xf32>, tensor<256x10xf32>, tensor<10xf32>, tensor<100xi32>, i32, tensor<100x256xf32>, f32, tensor<100x256xf32>, tensor<100x256xf32>) outs(%8 as %decode.0, %9 as %nll, %10 as %error, %11 as %decode.0.in : tensor<100x10xf32>, tensor<100xf32>, tensor<100xf32>, tensor<100x512xf32>) attributes {vib.fused = ["epilogue: addf", "rows: contraction", "rows: reduction of select, minsi", "rows: reduction of subf, exp, addf", "rows: sitofp, subf, exp, divf, ...", "rows: reduction of select, addf", "rows: subf, log, addf", "rows: uitofp", "epilogue: mulf", "epilogue: sitofp, divf, select, mulf, ...", "bottleneck: slices put together"]} {
      %cst = arith.constant 1.000000e+00 : f32
      %c2147483647_i32 = arith.constant 2147483647 : i32
      %cst_48 = arith.constant 0xFF800000 : f32
      %cst_49 = arith.constant 0.000000e+00 : f32
      %decode.0_50 = tensor.empty() : tensor<100xi32>
      %decode.0_51 = tensor.empty() : tensor<100xf32>
      %decode.0_52 = tensor.empty() : tensor<100x10xf32>
      %14 = linalg.fill ins(%cst_49 : f32) outs(%decode.0_52 : tensor<100x10xf32>) -> tensor<100x10xf32>
      %15 = linalg.contract indexing_maps = [#map, #map1, #map2] ins(%encode.4_0, %decode.0.weight : tensor<100x256xf32>, tensor<256x10xf32>) outs(%14 : tensor<100x10xf32>) -> tensor<100x10xf32>
      %16 = linalg.generic {indexing_maps = [#map3, #map4, #map3], iterator_types = ["parallel", "parallel"]} ins(%15, %decode.0.bias : tensor<100x10xf32>, tensor<10xf32>) outs(%decode.0_52 : tensor<100x10xf32>) {
      ^bb0(%in: f32, %in_55: f32, %out: f32):
        %31 = arith.addf %in, %in_55 : f32
        linalg.yield %31 : f32
      } -> tensor<100x10xf32>
      %17 = linalg.fill ins(%cst_48 : f32) outs(%decode.0_51 : tensor<100xf32>) -> tensor<100xf32>
      %18 = linalg.generic {indexing_maps = [#map3, #map5], iterator_types = ["parallel", "reduction"]} ins(%16 : tensor<100x10xf32>) outs(%17 : tensor<100xf32>) {
      ^bb0(%in: f32, %out: f32):
        %31 = arith.maximumf %out, %in : f32
        linalg.yield %31 : f32
      } -> tensor<100xf32>
      %19 = linalg.fill ins(%c2147483647_i32 : i32) outs(%decode.0_50 : tensor<100xi32>) -> tensor<100xi32>
      %20 = linalg.generic {indexing_maps = [#map3, #map5, #map5], iterator_types = ["parallel", "reduction"]} ins(%16, %18 : tensor<100x10xf32>, tensor<100xf32>) outs(%19 : tensor<100xi32>) {
      ^bb0(%in: f32, %in_55: f32, %out: i32):
        %31 = linalg.index 1 : index
        %32 = arith.index_cast %31 : index to i32
        %33 = arith.cmpf oeq, %in, %in_55 : f32
        %34 = arith.select %33, %32, %out : i32
        %35 = arith.minsi %out, %34 : i32
        linalg.yield %35 : i32
      } -> tensor<100xi32>
      %21 = linalg.fill ins(%cst_49 : f32) outs(%decode.0_51 : tensor<100xf32>) -> tensor<100xf32>
      %22 = linalg.generic {indexing_maps = [#map3, #map5, #map5], iterator_types = ["parallel", "reduction"]} ins(%16, %18 : tensor<100x10xf32>, tensor<100xf32>) outs(%21 : tensor<100xf32>) {
      ^bb0(%in: f32, %in_55: f32, %out: f32):
        %31 = arith.subf %in, %in_55 : f32
        %32 = math.exp %31 : f32
        %33 = arith.addf %out, %32 : f32
        linalg.yield %33 : f32
      } -> tensor<100xf32>
      %23 = linalg.generic {indexing_maps = [#map3, #map5, #map5, #map5, #map3], iterator_types = ["parallel", "parallel"]} ins(%16, %18, %22, %y : tensor<100x10xf32>, tensor<100xf32>, tensor<100xf32>, tensor<100xi32>) outs(%decode.0 : tensor<100x10xf32>) {
      ^bb0(%in: f32, %in_55: f32, %in_56: f32, %in_57: i32, %out: f32):
        %31 = linalg.index 0 : index
        %32 = arith.index_cast %31 : index to i32
        %33 = arith.cmpi slt, %32, %rows : i32
        %34 = arith.sitofp %rows : i32 to f32
        %35 = arith.subf %in, %in_55 : f32
        %36 = math.exp %35 : f32
        %37 = arith.divf %36, %in_56 : f32
        %38 = linalg.index 1 : index
        %39 = arith.index_cast %38 : index to i32
        %40 = arith.cmpi eq, %39, %in_57 : i32
        %41 = arith.select %40, %cst, %cst_49 : f32
        %42 = arith.subf %37, %41 : f32
        %43 = arith.divf %42, %34 : f32
        %44 = arith.select %33, %43, %cst_49 : f32
        linalg.yield %44 : f32
      } -> tensor<100x10xf32>
      %24 = linalg.generic {indexing_maps = [#map3, #map5, #map5], iterator_types = ["parallel", "reduction"]} ins(%16, %y : tensor<100x10xf32>, tensor<100xi32>) outs(%21 : tensor<100xf32>) {
      ^bb0(%in: f32, %in_55: i32, %out: f32):
        %31 = linalg.index 1 : index
        %32 = arith.index_cast %31 : index to i32
        %33 = arith.cmpi eq, %32, %in_55 : i32
        %34 = arith.select %33, %in, %cst_49 : f32
        %35 = arith.addf %out, %34 : f32
        linalg.yield %35 : f32
      } -> tensor<100xf32>
      %25 = linalg.generic {indexing_maps = [#map6, #map6, #map6, #map6], iterator_types = ["parallel"]} ins(%18, %22, %24 : tensor<100xf32>, tensor<100xf32>, tensor<100xf32>) outs(%nll : tensor<100xf32>) {
      ^bb0(%in: f32, %in_55: f32, %in_56: f32, %out: f32):
        %31 = arith.subf %in, %in_56 : f32
        %32 = math.log %in_55 : f32
        %33 = arith.addf %31, %32 : f32
        linalg.yield %33 : f32
      } -> tensor<100xf32>
      %26 = linalg.generic {indexing_maps = [#map6, #map6, #map6], iterator_types = ["parallel"]} ins(%20, %y : tensor<100xi32>, tensor<100xi32>) outs(%error : tensor<100xf32>) {
      ^bb0(%in: i32, %in_55: i32, %out: f32):
        %31 = arith.cmpi ne, %in, %in_55 : i32
        %32 = arith.uitofp %31 : i1 to f32
        linalg.yield %32 : f32
      } -> tensor<100xf32>
      %decode.0.in_53 = tensor.empty() : tensor<100x256xf32>
      %27 = linalg.fill ins(%cst_49 : f32) outs(%decode.0.in_53 : tensor<100x256xf32>) -> tensor<100x256xf32>
      %28 = linalg.contract indexing_maps = [#map, #map7, #map2] ins(%23, %decode.0.weight : tensor<100x10xf32>, tensor<256x10xf32>) outs(%27 : tensor<100x256xf32>) -> tensor<100x256xf32>
      %29 = linalg.generic {indexing_maps = [#map3, #map3, #map3], iterator_types = ["parallel", "parallel"]} ins(%28, %encode.4 : tensor<100x256xf32>, tensor<100x256xf32>) outs(%decode.0.in_53 : tensor<100x256xf32>) {
      ^bb0(%in: f32, %in_55: f32, %out: f32):
        %31 = linalg.index 0 : index
        %32 = arith.index_cast %31 : index to i32
        %33 = arith.cmpi slt, %32, %rows : i32
        %34 = arith.sitofp %rows : i32 to f32
        %35 = arith.divf %beta, %34 : f32
        %36 = arith.select %33, %35, %cst_49 : f32
        %37 = arith.mulf %36, %in_55 : f32
        %38 = arith.addf %in, %37 : f32
        linalg.yield %38 : f32
      } -> tensor<100x256xf32>
      %30 = linalg.generic {indexing_maps = [#map3, #map3, #map3, #map3], iterator_types = ["parallel", "parallel"]} ins(%28, %encode.4_1, %encode.4_2 : tensor<100x256xf32>, tensor<100x256xf32>, tensor<100x256xf32>) outs(%decode.0.in_53 : tensor<100x256xf32>) {
      ^bb0(%in: f32, %in_55: f32, %in_56: f32, %out: f32):
        %31 = arith.mulf %in, %in_55 : f32
        %32 = linalg.index 0 : index
        %33 = arith.index_cast %32 : index to i32
        %34 = arith.cmpi slt, %33, %rows : i32
        %35 = arith.sitofp %rows : i32 to f32
        %36 = arith.divf %beta, %35 : f32
        %37 = arith.select %34, %36, %cst_49 : f32
        %38 = arith.mulf %37, %in_56 : f32
        %39 = arith.addf %31, %38 : f32
        linalg.yield %39 : f32
      } -> tensor<100x256xf32>
      %inserted_slice = tensor.insert_slice %29 into %decode.0.in[0, 0] [100, 256] [1, 1] : tensor<100x256xf32> into tensor<100x512xf32>
      %inserted_slice_54 = tensor.insert_slice %30 into %inserted_slice[0, 256] [100, 256] [1, 1] : tensor<100x256xf32> into tensor<100x512xf32>
      vib.yield %23, %25, %26, %inserted_slice_54 : tensor<100x10xf32>, tensor<100xf32>, tensor<100xf32>, tensor<100x512xf32>
    } -> (tensor<100x10xf32>, tensor<100xf32>, tensor<100xf32>, tensor<100x512xf32>)
    %decode.0.weight_3, %decode.0.weight.m_4, %decode.0.weight.v_5, %decode.0.weight.a_6, %decode.0.bias_7, %decode.0.bias.m_8, %decode.0.bias.v_9, %decode.0.bias.a_10 = vib.kernel "decode.grad" ins(%encode.4_0, %decode.0, %scale2, %rate1, %average : tensor<100x256xf32>, tensor<100x10xf32>, f32, f32, f32) outs(%decode.0.weight, %decode.0.weight.m, %decode.0.weight.v, %decode.0.weight.a, %decode.0.bias, %decode.0.bias.m, %decode.0.bias.v, %decode.0.bias.a : tensor<256x10xf32>, tensor<256x10xf32>, tensor<256x10xf32>, tensor<256x10xf32>, tensor<10xf32>, tensor<10xf32>, tensor<10xf32>, tensor<10xf32>) attributes {vib.fused = ["optimizer: weight, moment1, moment2, average of decode.0.weight", "optimizer: weight, moment1, moment2, average of decode.0.bias", "bias-gradient: the sum over rows"]} {
      %cst = arith.constant 9.99999993E-9 : f32
      %cst_48 = arith.constant 1.000000e-03 : f32
      %cst_49 = arith.constant 9.990000e-01 : f32
      %cst_50 = arith.constant 5.000000e-01 : f32
      %cst_51 = arith.constant 0.000000e+00 : f32
      %decode.0.grad = tensor.empty() : tensor<256x10xf32>
      %14 = linalg.fill ins(%cst_51 : f32) outs(%decode.0.grad : tensor<256x10xf32>) -> tensor<256x10xf32>
      %15 = linalg.contract indexing_maps = [#map8, #map1, #map2] ins(%encode.4_0, %decode.0 : tensor<100x256xf32>, tensor<100x10xf32>) outs(%14 : tensor<256x10xf32>) -> tensor<256x10xf32>
      %16:4 = linalg.generic {indexing_maps = [#map3, #map3, #map3, #map3, #map3], iterator_types = ["parallel", "parallel"]} ins(%15 : tensor<256x10xf32>) outs(%decode.0.weight, %decode.0.weight.m, %decode.0.weight.v, %decode.0.weight.a : tensor<256x10xf32>, tensor<256x10xf32>, tensor<256x10xf32>, tensor<256x10xf32>) {
      ^bb0(%in: f32, %out: f32, %out_53: f32, %out_54: f32, %out_55: f32):
        %20 = arith.mulf %out_53, %cst_50 : f32
        %21 = arith.mulf %in, %cst_50 : f32
        %22 = arith.addf %20, %21 : f32
        %23 = arith.mulf %out_54, %cst_49 : f32
        %24 = arith.mulf %in, %in : f32
        %25 = arith.mulf %24, %cst_48 : f32
        %26 = arith.addf %23, %25 : f32
        %27 = math.sqrt %26 : f32
        %28 = arith.mulf %27, %scale2 : f32
        %29 = arith.addf %28, %cst : f32
        %30 = arith.mulf %22, %rate1 : f32
        %31 = arith.divf %30, %29 : f32
        %32 = arith.subf %out, %31 : f32
        %33 = arith.subf %32, %out_55 : f32
        %34 = arith.mulf %33, %average : f32
        %35 = arith.addf %out_55, %34 : f32
        linalg.yield %32, %22, %26, %35 : f32, f32, f32, f32
      } -> (tensor<256x10xf32>, tensor<256x10xf32>, tensor<256x10xf32>, tensor<256x10xf32>)
      %decode.0.grad_52 = tensor.empty() : tensor<10xf32>
      %17 = linalg.fill ins(%cst_51 : f32) outs(%decode.0.grad_52 : tensor<10xf32>) -> tensor<10xf32>
      %18 = linalg.generic {indexing_maps = [#map3, #map4], iterator_types = ["reduction", "parallel"]} ins(%decode.0 : tensor<100x10xf32>) outs(%17 : tensor<10xf32>) {
      ^bb0(%in: f32, %out: f32):
        %20 = arith.addf %out, %in : f32
        linalg.yield %20 : f32
      } -> tensor<10xf32>
      %19:4 = linalg.generic {indexing_maps = [#map6, #map6, #map6, #map6, #map6], iterator_types = ["parallel"]} ins(%18 : tensor<10xf32>) outs(%decode.0.bias, %decode.0.bias.m, %decode.0.bias.v, %decode.0.bias.a : tensor<10xf32>, tensor<10xf32>, tensor<10xf32>, tensor<10xf32>) {
      ^bb0(%in: f32, %out: f32, %out_53: f32, %out_54: f32, %out_55: f32):
        %20 = arith.mulf %out_53, %cst_50 : f32
        %21 = arith.mulf %in, %cst_50 : f32
        %22 = arith.addf %20, %21 : f32
        %23 = arith.mulf %out_54, %cst_49 : f32
        %24 = arith.mulf %in, %in : f32
        %25 = arith.mulf %24, %cst_48 : f32
        %26 = arith.addf %23, %25 : f32
        %27 = math.sqrt %26 : f32
        %28 = arith.mulf %27, %scale2 : f32
        %29 = arith.addf %28, %cst : f32
        %30 = arith.mulf %22, %rate1 : f32
        %31 = arith.divf %30, %29 : f32
        %32 = arith.subf %out, %31 : f32
        %33 = arith.subf %32, %out_55 : f32
        %34 = arith.mulf %33, %average : f32
        %35 = arith.addf %out_55, %34 : f32
        linalg.yield %32, %22, %26, %35 : f32, f32, f32, f32
      } -> (tensor<10xf32>, tensor<10xf32>, tensor<10xf32>, tensor<10xf32>)
      vib.yield %16#0, %16#1, %16#2, %16#3, %19#0, %19#1, %19#2, %19#3 : tensor<256x10xf32>, tensor<256x10xf32>, tensor<256x10xf32>, tensor<256x10xf32>, tensor<10xf32>, tensor<10xf32>, tensor<10xf32>, tensor<10xf32>
    } -> (tensor<256x10xf32>, tensor<256x10xf32>, tensor<256x10xf32>, tensor<256x10xf32>, tensor<10xf32>, tensor<10xf32>, tensor<10xf32>, tensor<10xf32>)
    %12 = tensor.empty() : tensor<100x1024xf32>
    %encode.4.in = vib.kernel "encode.4.in" ins(%decode.0.in, %encode.4.weight, %encode.2 : tensor<100x512xf32>, tensor<1024x512xf32>, tensor<100x1024xf32>) outs(%12 as %encode.4.in : tensor<100x1024xf32>) attributes {vib.fused = ["epilogue: select"]} {
      %cst = arith.constant 0.000000e+00 : f32
      %encode.4.in_39 = tensor.empty() : tensor<100x1024xf32>
      %14 = linalg.fill ins(%cst : f32) outs(%encode.4.in_39 : tensor<100x1024xf32>) -> tensor<100x1024xf32>
      %15 = linalg.contract indexing_maps = [#map, #map7, #map2] ins(%decode.0.in, %encode.4.weight : tensor<100x512xf32>, tensor<1024x512xf32>) outs(%14 : tensor<100x1024xf32>) -> tensor<100x1024xf32>
      %16 = linalg.generic {indexing_maps = [#map3, #map3, #map3], iterator_types = ["parallel", "parallel"]} ins(%15, %encode.2 : tensor<100x1024xf32>, tensor<100x1024xf32>) outs(%encode.4.in : tensor<100x1024xf32>) {
      ^bb0(%in: f32, %in_40: f32, %out: f32):
        %17 = arith.cmpf ogt, %in_40, %cst : f32
        %18 = arith.select %17, %in, %cst : f32
        linalg.yield %18 : f32
      } -> tensor<100x1024xf32>
      vib.yield %16 : tensor<100x1024xf32>
    } -> tensor<100x1024xf32>
    %encode.4.weight_11, %encode.4.weight.m_12, %encode.4.weight.v_13, %encode.4.weight.a_14, %encode.4.bias_15, %encode.4.bias.m_16, %encode.4.bias.v_17, %encode.4.bias.a_18 = vib.kernel "encode.4.grad" ins(%encode.2, %decode.0.in, %scale2, %rate1, %average : tensor<100x1024xf32>, tensor<100x512xf32>, f32, f32, f32) outs(%encode.4.weight, %encode.4.weight.m, %encode.4.weight.v, %encode.4.weight.a, %encode.4.bias, %encode.4.bias.m, %encode.4.bias.v, %encode.4.bias.a : tensor<1024x512xf32>, tensor<1024x512xf32>, tensor<1024x512xf32>, tensor<1024x512xf32>, tensor<512xf32>, tensor<512xf32>, tensor<512xf32>, tensor<512xf32>) attributes {vib.fused = ["optimizer: weight, moment1, moment2, average of encode.4.weight", "optimizer: weight, moment1, moment2, average of encode.4.bias", "bias-gradient: the sum over rows"]} {
      %cst = arith.constant 9.99999993E-9 : f32
      %cst_48 = arith.constant 1.000000e-03 : f32
      %cst_49 = arith.constant 9.990000e-01 : f32
      %cst_50 = arith.constant 5.000000e-01 : f32
      %cst_51 = arith.constant 0.000000e+00 : f32
      %encode.4.grad = tensor.empty() : tensor<1024x512xf32>
      %14 = linalg.fill ins(%cst_51 : f32) outs(%encode.4.grad : tensor<1024x512xf32>) -> tensor<1024x512xf32>
      %15 = linalg.contract indexing_maps = [#map8, #map1, #map2] ins(%encode.2, %decode.0.in : tensor<100x1024xf32>, tensor<100x512xf32>) outs(%14 : tensor<1024x512xf32>) -> tensor<1024x512xf32>
      %16:4 = linalg.generic {indexing_maps = [#map3, #map3, #map3, #map3, #map3], iterator_types = ["parallel", "parallel"]} ins(%15 : tensor<1024x512xf32>) outs(%encode.4.weight, %encode.4.weight.m, %encode.4.weight.v, %encode.4.weight.a : tensor<1024x512xf32>, tensor<1024x512xf32>, tensor<1024x512xf32>, tensor<1024x512xf32>) {
      ^bb0(%in: f32, %out: f32, %out_53: f32, %out_54: f32, %out_55: f32):
        %20 = arith.mulf %out_53, %cst_50 : f32
        %21 = arith.mulf %in, %cst_50 : f32
        %22 = arith.addf %20, %21 : f32
        %23 = arith.mulf %out_54, %cst_49 : f32
        %24 = arith.mulf %in, %in : f32
        %25 = arith.mulf %24, %cst_48 : f32
        %26 = arith.addf %23, %25 : f32
        %27 = math.sqrt %26 : f32
        %28 = arith.mulf %27, %scale2 : f32
        %29 = arith.addf %28, %cst : f32
        %30 = arith.mulf %22, %rate1 : f32
        %31 = arith.divf %30, %29 : f32
        %32 = arith.subf %out, %31 : f32
        %33 = arith.subf %32, %out_55 : f32
        %34 = arith.mulf %33, %average : f32
        %35 = arith.addf %out_55, %34 : f32
        linalg.yield %32, %22, %26, %35 : f32, f32, f32, f32
      } -> (tensor<1024x512xf32>, tensor<1024x512xf32>, tensor<1024x512xf32>, tensor<1024x512xf32>)
      %encode.4.grad_52 = tensor.empty() : tensor<512xf32>
      %17 = linalg.fill ins(%cst_51 : f32) outs(%encode.4.grad_52 : tensor<512xf32>) -> tensor<512xf32>
      %18 = linalg.generic {indexing_maps = [#map3, #map4], iterator_types = ["reduction", "parallel"]} ins(%decode.0.in : tensor<100x512xf32>) outs(%17 : tensor<512xf32>) {
      ^bb0(%in: f32, %out: f32):
        %20 = arith.addf %out, %in : f32
        linalg.yield %20 : f32
      } -> tensor<512xf32>
      %19:4 = linalg.generic {indexing_maps = [#map6, #map6, #map6, #map6, #map6], iterator_types = ["parallel"]} ins(%18 : tensor<512xf32>) outs(%encode.4.bias, %encode.4.bias.m, %encode.4.bias.v, %encode.4.bias.a : tensor<512xf32>, tensor<512xf32>, tensor<512xf32>, tensor<512xf32>) {
      ^bb0(%in: f32, %out: f32, %out_53: f32, %out_54: f32, %out_55: f32):
        %20 = arith.mulf %out_53, %cst_50 : f32
        %21 = arith.mulf %in, %cst_50 : f32
        %22 = arith.addf %20, %21 : f32
        %23 = arith.mulf %out_54, %cst_49 : f32
        %24 = arith.mulf %in, %in : f32
        %25 = arith.mulf %24, %cst_48 : f32
        %26 = arith.addf %23, %25 : f32
        %27 = math.sqrt %26 : f32
        %28 = arith.mulf %27, %scale2 : f32
        %29 = arith.addf %28, %cst : f32
        %30 = arith.mulf %22, %rate1 : f32
        %31 = arith.divf %30, %29 : f32
        %32 = arith.subf %out, %31 : f32
        %33 = arith.subf %32, %out_55 : f32
        %34 = arith.mulf %33, %average : f32
        %35 = arith.addf %out_55, %34 : f32
        linalg.yield %32, %22, %26, %35 : f32, f32, f32, f32
      } -> (tensor<512xf32>, tensor<512xf32>, tensor<512xf32>, tensor<512xf32>)
      vib.yield %16#0, %16#1, %16#2, %16#3, %19#0, %19#1, %19#2, %19#3 : tensor<1024x512xf32>, tensor<1024x512xf32>, tensor<1024x512xf32>, tensor<1024x512xf32>, tensor<512xf32>, tensor<512xf32>, tensor<512xf32>, tensor<512xf32>
    } -> (tensor<1024x512xf32>, tensor<1024x512xf32>, tensor<1024x512xf32>, tensor<1024x512xf32>, tensor<512xf32>, tensor<512xf32>, tensor<512xf32>, tensor<512xf32>)
    %13 = tensor.empty() : tensor<100x1024xf32>
    %encode.2.in = vib.kernel "encode.2.in" ins(%encode.4.in, %encode.2.weight, %encode.0 : tensor<100x1024xf32>, tensor<1024x1024xf32>, tensor<100x1024xf32>) outs(%13 as %encode.2.in : tensor<100x1024xf32>) attributes {vib.fused = ["epilogue: select"]} {
      %cst = arith.constant 0.000000e+00 : f32
      %encode.2.in_39 = tensor.empty() : tensor<100x1024xf32>
      %14 = linalg.fill ins(%cst : f32) outs(%encode.2.in_39 : tensor<100x1024xf32>) -> tensor<100x1024xf32>
      %15 = linalg.contract indexing_maps = [#map, #map7, #map2] ins(%encode.4.in, %encode.2.weight : tensor<100x1024xf32>, tensor<1024x1024xf32>) outs(%14 : tensor<100x1024xf32>) -> tensor<100x1024xf32>
      %16 = linalg.generic {indexing_maps = [#map3, #map3, #map3], iterator_types = ["parallel", "parallel"]} ins(%15, %encode.0 : tensor<100x1024xf32>, tensor<100x1024xf32>) outs(%encode.2.in : tensor<100x1024xf32>) {
      ^bb0(%in: f32, %in_40: f32, %out: f32):
        %17 = arith.cmpf ogt, %in_40, %cst : f32
        %18 = arith.select %17, %in, %cst : f32
        linalg.yield %18 : f32
      } -> tensor<100x1024xf32>
      vib.yield %16 : tensor<100x1024xf32>
    } -> tensor<100x1024xf32>
    %encode.2.weight_19, %encode.2.weight.m_20, %encode.2.weight.v_21, %encode.2.weight.a_22, %encode.2.bias_23, %encode.2.bias.m_24, %encode.2.bias.v_25, %encode.2.bias.a_26 = vib.kernel "encode.2.grad" ins(%encode.0, %encode.4.in, %scale2, %rate1, %average : tensor<100x1024xf32>, tensor<100x1024xf32>, f32, f32, f32) outs(%encode.2.weight, %encode.2.weight.m, %encode.2.weight.v, %encode.2.weight.a, %encode.2.bias, %encode.2.bias.m, %encode.2.bias.v, %encode.2.bias.a : tensor<1024x1024xf32>, tensor<1024x1024xf32>, tensor<1024x1024xf32>, tensor<1024x1024xf32>, tensor<1024xf32>, tensor<1024xf32>, tensor<1024xf32>, tensor<1024xf32>) attributes {vib.fused = ["optimizer: weight, moment1, moment2, average of encode.2.weight", "optimizer: weight, moment1, moment2, average of encode.2.bias", "bias-gradient: the sum over rows"]} {
      %cst = arith.constant 9.99999993E-9 : f32
      %cst_48 = arith.constant 1.000000e-03 : f32
      %cst_49 = arith.constant 9.990000e-01 : f32
      %cst_50 = arith.constant 5.000000e-01 : f32
      %cst_51 = arith.constant 0.000000e+00 : f32
      %encode.2.grad = tensor.empty() : tensor<1024x1024xf32>
      %14 = linalg.fill ins(%cst_51 : f32) outs(%encode.2.grad : tensor<1024x1024xf32>) -> tensor<1024x1024xf32>
      %15 = linalg.contract indexing_maps = [#map8, #map1, #map2] ins(%encode.0, %encode.4.in : tensor<100x1024xf32>, tensor<100x1024xf32>) outs(%14 : tensor<1024x1024xf32>) -> tensor<1024x1024xf32>
      %16:4 = linalg.generic {indexing_maps = [#map3, #map3, #map3, #map3, #map3], iterator_types = ["parallel", "parallel"]} ins(%15 : tensor<1024x1024xf32>) outs(%encode.2.weight, %encode.2.weight.m, %encode.2.weight.v, %encode.2.weight.a : tensor<1024x1024xf32>, tensor<1024x1024xf32>, tensor<1024x1024xf32>, tensor<1024x1024xf32>) {
      ^bb0(%in: f32, %out: f32, %out_53: f32, %out_54: f32, %out_55: f32):
        %20 = arith.mulf %out_53, %cst_50 : f32
        %21 = arith.mulf %in, %cst_50 : f32
        %22 = arith.addf %20, %21 : f32
        %23 = arith.mulf %out_54, %cst_49 : f32
        %24 = arith.mulf %in, %in : f32
        %25 = arith.mulf %24, %cst_48 : f32
        %26 = arith.addf %23, %25 : f32
        %27 = math.sqrt %26 : f32
        %28 = arith.mulf %27, %scale2 : f32
        %29 = arith.addf %28, %cst : f32
        %30 = arith.mulf %22, %rate1 : f32
        %31 = arith.divf %30, %29 : f32
        %32 = arith.subf %out, %31 : f32
        %33 = arith.subf %32, %out_55 : f32
        %34 = arith.mulf %33, %average : f32
        %35 = arith.addf %out_55, %34 : f32
        linalg.yield %32, %22, %26, %35 : f32, f32, f32, f32
      } -> (tensor<1024x1024xf32>, tensor<1024x1024xf32>, tensor<1024x1024xf32>, tensor<1024x1024xf32>)
      %encode.2.grad_52 = tensor.empty() : tensor<1024xf32>
      %17 = linalg.fill ins(%cst_51 : f32) outs(%encode.2.grad_52 : tensor<1024xf32>) -> tensor<1024xf32>
      %18 = linalg.generic {indexing_maps = [#map3, #map4], iterator_types = ["reduction", "parallel"]} ins(%encode.4.in : tensor<100x1024xf32>) outs(%17 : tensor<1024xf32>) {
      ^bb0(%in: f32, %out: f32):
        %20 = arith.addf %out, %in : f32
        linalg.yield %20 : f32
      } -> tensor<1024xf32>
      %19:4 = linalg.generic {indexing_maps = [#map6, #map6, #map6, #map6, #map6], iterator_types = ["parallel"]} ins(%18 : tensor<1024xf32>) outs(%encode.2.bias, %encode.2.bias.m, %encode.2.bias.v, %encode.2.bias.a : tensor<1024xf32>, tensor<1024xf32>, tensor<1024xf32>, tensor<1024xf32>) {
      ^bb0(%in: f32, %out: f32, %out_53: f32, %out_54: f32, %out_55: f32):
        %20 = arith.mulf %out_53, %cst_50 : f32
        %21 = arith.mulf %in, %cst_50 : f32
        %22 = arith.addf %20, %21 : f32
        %23 = arith.mulf %out_54, %cst_49 : f32
        %24 = arith.mulf %in, %in : f32
        %25 = arith.mulf %24, %cst_48 : f32
        %26 = arith.addf %23, %25 : f32
        %27 = math.sqrt %26 : f32
        %28 = arith.mulf %27, %scale2 : f32
        %29 = arith.addf %28, %cst : f32
        %30 = arith.mulf %22, %rate1 : f32
        %31 = arith.divf %30, %29 : f32
        %32 = arith.subf %out, %31 : f32
        %33 = arith.subf %32, %out_55 : f32
        %34 = arith.mulf %33, %average : f32
        %35 = arith.addf %out_55, %34 : f32
        linalg.yield %32, %22, %26, %35 : f32, f32, f32, f32
      } -> (tensor<1024xf32>, tensor<1024xf32>, tensor<1024xf32>, tensor<1024xf32>)
      vib.yield %16#0, %16#1, %16#2, %16#3, %19#0, %19#1, %19#2, %19#3 : tensor<1024x1024xf32>, tensor<1024x1024xf32>, tensor<1024x1024xf32>, tensor<1024x1024xf32>, tensor<1024xf32>, tensor<1024xf32>, tensor<1024xf32>, tensor<1024xf32>
    } -> (tensor<1024x1024xf32>, tensor<1024x1024xf32>, tensor<1024x1024xf32>, tensor<1024x1024xf32>, tensor<1024xf32>, tensor<1024xf32>, tensor<1024xf32>, tensor<1024xf32>)
    %encode.0.weight_27, %encode.0.weight.m_28, %encode.0.weight.v_29, %encode.0.weight.a_30, %encode.0.bias_31, %encode.0.bias.m_32, %encode.0.bias.v_33, %encode.0.bias.a_34 = vib.kernel "encode.0.grad" ins(%x, %encode.2.in, %scale2, %rate1, %average : tensor<100x784xf32>, tensor<100x1024xf32>, f32, f32, f32) outs(%encode.0.weight, %encode.0.weight.m, %encode.0.weight.v, %encode.0.weight.a, %encode.0.bias, %encode.0.bias.m, %encode.0.bias.v, %encode.0.bias.a : tensor<784x1024xf32>, tensor<784x1024xf32>, tensor<784x1024xf32>, tensor<784x1024xf32>, tensor<1024xf32>, tensor<1024xf32>, tensor<1024xf32>, tensor<1024xf32>) attributes {vib.fused = ["optimizer: weight, moment1, moment2, average of encode.0.weight", "optimizer: weight, moment1, moment2, average of encode.0.bias", "bias-gradient: the sum over rows"]} {
      %cst = arith.constant 9.99999993E-9 : f32
      %cst_48 = arith.constant 1.000000e-03 : f32
      %cst_49 = arith.constant 9.990000e-01 : f32
      %cst_50 = arith.constant 5.000000e-01 : f32
      %cst_51 = arith.constant 0.000000e+00 : f32
      %encode.0.grad = tensor.empty() : tensor<784x1024xf32>
      %14 = linalg.fill ins(%cst_51 : f32) outs(%encode.0.grad : tensor<784x1024xf32>) -> tensor<784x1024xf32>
      %15 = linalg.contract indexing_maps = [#map8, #map1, #map2] ins(%x, %encode.2.in : tensor<100x784xf32>, tensor<100x1024xf32>) outs(%14 : tensor<784x1024xf32>) -> tensor<784x1024xf32>
      %16:4 = linalg.generic {indexing_maps = [#map3, #map3, #map3, #map3, #map3], iterator_types = ["parallel", "parallel"]} ins(%15 : tensor<784x1024xf32>) outs(%encode.0.weight, %encode.0.weight.m, %encode.0.weight.v, %encode.0.weight.a : tensor<784x1024xf32>, tensor<784x1024xf32>, tensor<784x1024xf32>, tensor<784x1024xf32>) {
      ^bb0(%in: f32, %out: f32, %out_53: f32, %out_54: f32, %out_55: f32):
        %20 = arith.mulf %out_53, %cst_50 : f32
        %21 = arith.mulf %in, %cst_50 : f32
        %22 = arith.addf %20, %21 : f32
        %23 = arith.mulf %out_54, %cst_49 : f32
        %24 = arith.mulf %in, %in : f32
        %25 = arith.mulf %24, %cst_48 : f32
        %26 = arith.addf %23, %25 : f32
        %27 = math.sqrt %26 : f32
        %28 = arith.mulf %27, %scale2 : f32
        %29 = arith.addf %28, %cst : f32
        %30 = arith.mulf %22, %rate1 : f32
        %31 = arith.divf %30, %29 : f32
        %32 = arith.subf %out, %31 : f32
        %33 = arith.subf %32, %out_55 : f32
        %34 = arith.mulf %33, %average : f32
        %35 = arith.addf %out_55, %34 : f32
        linalg.yield %32, %22, %26, %35 : f32, f32, f32, f32
      } -> (tensor<784x1024xf32>, tensor<784x1024xf32>, tensor<784x1024xf32>, tensor<784x1024xf32>)
      %encode.0.grad_52 = tensor.empty() : tensor<1024xf32>
      %17 = linalg.fill ins(%cst_51 : f32) outs(%encode.0.grad_52 : tensor<1024xf32>) -> tensor<1024xf32>
      %18 = linalg.generic {indexing_maps = [#map3, #map4], iterator_types = ["reduction", "parallel"]} ins(%encode.2.in : tensor<100x1024xf32>) outs(%17 : tensor<1024xf32>) {
      ^bb0(%in: f32, %out: f32):
        %20 = arith.addf %out, %in : f32
        linalg.yield %20 : f32
      } -> tensor<1024xf32>
      %19:4 = linalg.generic {indexing_maps = [#map6, #map6, #map6, #map6, #map6], iterator_types = ["parallel"]} ins(%18 : tensor<1024xf32>) outs(%encode.0.bias, %encode.0.bias.m, %encode.0.bias.v, %encode.0.bias.a : tensor<1024xf32>, tensor<1024xf32>, tensor<1024xf32>, tensor<1024xf32>) {
      ^bb0(%in: f32, %out: f32, %out_53: f32, %out_54: f32, %out_55: f32):
        %20 = arith.mulf %out_53, %cst_50 : f32
        %21 = arith.mulf %in, %cst_50 : f32
        %22 = arith.addf %20, %21 : f32
        %23 = arith.mulf %out_54, %cst_49 : f32
        %24 = arith.mulf %in, %in : f32
        %25 = arith.mulf %24, %cst_48 : f32
        %26 = arith.addf %23, %25 : f32
        %27 = math.sqrt %26 : f32
        %28 = arith.mulf %27, %scale2 : f32
        %29 = arith.addf %28, %cst : f32
        %30 = arith.mulf %22, %rate1 : f32
        %31 = arith.divf %30, %29 : f32
        %32 = arith.subf %out, %31 : f32
        %33 = arith.subf %32, %out_55 : f32
        %34 = arith.mulf %33, %average : f32
        %35 = arith.addf %out_55, %34 : f32
        linalg.yield %32, %22, %26, %35 : f32, f32, f32, f32
      } -> (tensor<1024xf32>, tensor<1024xf32>, tensor<1024xf32>, tensor<1024xf32>)
      vib.yield %16#0, %16#1, %16#2, %16#3, %19#0, %19#1, %19#2, %19#3 : tensor<784x1024xf32>, tensor<784x1024xf32>, tensor<784x1024xf32>, tensor<784x1024xf32>, tensor<1024xf32>, tensor<1024xf32>, tensor<1024xf32>, tensor<1024xf32>
    } -> (tensor<784x1024xf32>, tensor<784x1024xf32>, tensor<784x1024xf32>, tensor<784x1024xf32>, tensor<1024xf32>, tensor<1024xf32>, tensor<1024xf32>, tensor<1024xf32>)
    return %encode.0.weight_27, %encode.0.weight.m_28, %encode.0.weight.v_29, %encode.0.weight.a_30, %encode.0.bias_31, %encode.0.bias.m_32, %encode.0.bias.v_33, %encode.0.bias.a_34, %encode.2.weight_19, %encode.2.weight.m_20, %encode.2.weight.v_21, %encode.2.weight.a_22, %encode.2.bias_23, %encode.2.bias.m_24, %encode.2.bias.v_25, %encode.2.bias.a_26, %encode.4.weight_11, %encode.4.weight.m_12, %encode.4.weight.v_13, %encode.4.weight.a_14, %encode.4.bias_15, %encode.4.bias.m_16, %encode.4.bias.v_17, %encode.4.bias.a_18, %decode.0.weight_3, %decode.0.weight.m_4, %decode.0.weight.v_5, %decode.0.weight.a_6, %decode.0.bias_7, %decode.0.bias.m_8, %decode.0.bias.v_9, %decode.0.bias.a_10, %nll, %rate, %error : tensor<784x1024xf32>, tensor<784x1024xf32>, tensor<784x1024xf32>, tensor<784x1024xf32>, tensor<1024xf32>, tensor<1024xf32>, tensor<1024xf32>, tensor<1024xf32>, tensor<1024x1024xf32>, tensor<1024x1024xf32>, tensor<1024x1024xf32>, tensor<1024x1024xf32>, tensor<1024xf32>, tensor<1024xf32>, tensor<1024xf32>, tensor<1024xf32>, tensor<1024x512xf32>, tensor<1024x512xf32>, tensor<1024x512xf32>, tensor<1024x512xf32>, tensor<512xf32>, tensor<512xf32>, tensor<512xf32>, tensor<512xf32>, tensor<256x10xf32>, tensor<256x10xf32>, tensor<256x10xf32>, tensor<256x10xf32>, tensor<10xf32>, tensor<10xf32>, tensor<10xf32>, tensor<10xf32>, tensor<100xf32>, tensor<100xf32>, tensor<100xf32>
  }
}

